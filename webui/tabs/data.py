"""Data: two doors in, how the file was read, then what was found, mending it, and how a row reads."""

from typing import Any

import gradio as gr

from webui import columns
from webui.actions import Outcome, act
from webui.context import Context
from webui.frame import BUSY
from webui.mending import pending
from webui.parts import Bar, BarParts, TabParts, clickable
from webui.quick import quick
from webui.snapshot import Page, Snapshot
from webui.tabs import (
    data_columns,
    data_doors,
    data_edit,
    data_look,
    data_mend,
    data_mend_version,
    data_mine,
    data_paste,
    data_seen,
)
from webui.tabs import data_view as view
from webui.tabs.data_rows import edits_of
from webui.text import Text
from webui.titles import dataset_title
from webui.undoing import named


def bar(ctx: Context, snap: Snapshot, text: Text) -> Bar:
    """Choose a file -> Reading 42 % -> Confirm the columns -> Apply, Keep the changes -> Next: choose a model."""
    if snap.reading is not None:
        label = text(BUSY[snap.reading.doing][0], pct=f"{snap.reading.share:.0%}")
        return Bar(label, "wait", text("bar.cancel"), "cancel_reading")
    if data_doors.open_(snap):
        if snap.refused is not None and snap.refused.mendable:
            return Bar(text("data.choose"), "choose_file", text("data.mend"), "repair_reading")
        return Bar(text("data.choose"), "choose_file", *quick(snap, text))
    return _begun(ctx, snap, text) or _asked(ctx, snap, text) or _next(ctx, snap, text)


def _next(ctx: Context, snap: Snapshot, text: Text) -> Bar:
    """On to the model; beside it what was just done can be taken back."""
    told = data_mend.fresh(ctx, snap)
    if told is not None and told[0] != "mend.kept":
        return Bar(text("data.next"), "go:model", text("mend.undo_mending"), "undo_version")
    return Bar(text("data.next"), "go:model", *quick(snap, text))


def _begun(ctx: Context, snap: Snapshot, text: Text) -> Bar | None:
    """What the person has begun here: a row in the form, looking at a mending, changing rows by hand."""
    if snap.dataset is None:
        return None
    if (adding := data_paste.bar(snap.page.memo, snap.dataset, text)) is not None:
        return adding
    edits = edits_of(ctx, snap.dataset)
    keep = ()
    if edits is not None and edits.pending:
        keep = (text("mend.keep", n=f"{pending(edits):,}"), "keep_edits")
    if data_edit.editing(snap.page, snap.dataset) is not None:
        return Bar(text("edit.save"), "save_row", *keep)
    if ctx.mending.of(snap.dataset) is not None:
        mending = data_mend.now(ctx, snap, data_seen.known(ctx, snap, text))
        if mending is not None:
            return data_mend.bar(mending, text)
    if keep:
        return Bar(*keep, text("mend.undo_last"), f"undo_edit:{named(edits)}")
    return None


def _asked(ctx: Context, snap: Snapshot, text: Text) -> Bar | None:
    """What the person has to say or look at before this data can be learned."""
    how = columns.how(ctx, snap)
    if snap.dataset is None or how is None:
        empty = snap.dataset is not None and not snap.dataset.usable
        return Bar(text("edit.write_first"), "write_row") if empty else None
    back = (text("data.as_it_was"), "as_it_was") if how.changed else ("", "")
    if how.beginning is not None and how.beginning.error is not None:
        return Bar(*back) if how.changed else Bar(text("data.choose"), "choose_file")
    if how.missing:
        return Bar(text(f"data.missing.{how.missing[0]}"), "choose_column", *back)
    if how.changed:
        return Bar(text("data.read_so"), "read_so", *back)
    if not snap.dataset.confirmed:
        return Bar(text("data.confirm_speaker" if how.talk and how.speakers else "data.confirm"), "read_so")
    if not snap.dataset.usable:
        return Bar(text("data.see_wrong"), "see_wrong")
    return None


def build(ctx: Context, text: Text, parts: BarParts) -> TabParts:
    """The line of the chosen data and its summary; the doors, the columns and what is looked at are built elsewhere."""
    c: dict[str, Any] = {}
    c["chosen"] = clickable(elem_id="data-chosen", visible=False)
    doors = data_doors.build(ctx, text, parts)
    with gr.Column(elem_id="data-loaded", visible=False) as c["loaded"]:
        with gr.Column(elem_classes="lw-panel", elem_id="data-result"):
            c["summary"] = gr.HTML(elem_id="data-summary")
            c["version"] = gr.HTML(elem_id="data-version", js_on_load=data_mend_version.SCRIPT)
        how = data_columns.build(ctx, text, parts)
        look = data_look.build(ctx, text, parts)
    mine = data_mine.build(ctx, text, parts)
    parts.on_click(c["chosen"], _change)
    parts.on_click(c["version"], lambda page, do, id: _version(ctx, page, do, text))

    def refresh(snap: Snapshot) -> list[Any]:
        updates = _refresh(ctx, snap, text)
        return [updates[name] for name in c] + [
            each for part in (doors, how, look, mine) for each in part.refresh(snap)
        ]

    inside = [output for part in (doors, how, look, mine) for output in part.outputs]
    return TabParts([*c.values(), *inside], refresh)


def _change(page: Page, do: str, id: str) -> None:
    """Open the two doors again, or close them."""
    if do == "change":
        page.memo["data.changing"] = not page.memo.get("data.changing")


def _version(ctx: Context, page: Page, do: str, text: Text) -> Outcome | None:
    """Back, forward, or the list of all versions, which opens at this set."""
    if do != "versions":
        return act(ctx, do, language=text.language)
    if dataset := data_mend.chosen(ctx):
        listed = next((each for each in ctx.datasets.list() if each.family == dataset.family), dataset)
        page.memo[data_mine.ASKING] = ("versions", listed.id)
    return None


def _refresh(ctx: Context, snap: Snapshot, text: Text) -> dict[str, Any]:
    dataset, changing = snap.dataset, bool(snap.page.memo.get("data.changing"))
    elsewhere = snap.reading is not None and not snap.reading.again
    if dataset is None:
        nothing = dict.fromkeys(("summary", "version"), gr.update(value=""))
        return {"chosen": gr.update(visible=False), "loaded": gr.update(visible=False), **nothing}
    title, edits = dataset_title(dataset, text), edits_of(ctx, dataset)
    changed = pending(edits) if edits is not None else 0
    return {
        "chosen": gr.update(value=view.chosen(dataset, title, text, changing=changing), visible=not elsewhere),
        "loaded": gr.update(visible=not elsewhere and not changing),
        "summary": gr.update(value=view.summary(dataset, text, snap.rows, changed)),
        "version": gr.update(value=data_mend_version.line(ctx, dataset, text)),
    }
