"""Data: two doors in, how the file was read, then what was found and how a row reads."""

from typing import Any

import gradio as gr

from webui import columns
from webui.context import Context
from webui.parts import Bar, BarParts, TabParts, clickable
from webui.quick import quick
from webui.snapshot import Page, Snapshot
from webui.tabs import data_columns, data_doors, data_look, data_mine
from webui.tabs import data_view as view
from webui.text import Text
from webui.titles import dataset_title


def bar(ctx: Context, snap: Snapshot, text: Text) -> Bar:
    """Choose a file -> Reading 42 % -> Confirm the columns -> Next: choose a model."""
    if snap.reading is not None:
        return Bar(text("data.reading", pct=f"{snap.reading.share:.0%}"), "wait", text("bar.cancel"), "cancel_reading")
    if data_doors.open_(snap):
        if snap.refused is not None and snap.refused.mendable:
            return Bar(text("data.choose"), "choose_file", text("data.mend"), "repair_reading")
        return Bar(text("data.choose"), "choose_file", *quick(snap, text))
    return _asked(ctx, snap, text) or Bar(text("data.next"), "go:model", *quick(snap, text))


def _asked(ctx: Context, snap: Snapshot, text: Text) -> Bar | None:
    """What the person has to say or look at before this data can be learned."""
    how = columns.how(ctx, snap)
    if snap.dataset is None or how is None:
        return None
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
        how = data_columns.build(ctx, text, parts)
        look = data_look.build(ctx, text, parts)
    mine = data_mine.build(ctx, text, parts)
    parts.on_click(c["chosen"], _change)

    def refresh(snap: Snapshot) -> list[Any]:
        updates = _refresh(snap, text)
        return [updates[name] for name in c] + [
            each for part in (doors, how, look, mine) for each in part.refresh(snap)
        ]

    inside = [output for part in (doors, how, look, mine) for output in part.outputs]
    return TabParts([*c.values(), *inside], refresh)


def _change(page: Page, do: str, id: str) -> None:
    """Open the two doors again, or close them."""
    if do == "change":
        page.memo["data.changing"] = not page.memo.get("data.changing")


def _refresh(snap: Snapshot, text: Text) -> dict[str, Any]:
    dataset, changing = snap.dataset, bool(snap.page.memo.get("data.changing"))
    elsewhere = snap.reading is not None and not snap.reading.again
    if dataset is None:
        return {"chosen": gr.update(visible=False), "loaded": gr.update(visible=False), "summary": gr.update(value="")}
    title = dataset_title(dataset, text)
    return {
        "chosen": gr.update(value=view.chosen(dataset, title, text, changing=changing), visible=not elsewhere),
        "loaded": gr.update(visible=not elsewhere and not changing),
        "summary": gr.update(value=view.summary(dataset, text)),
    }
