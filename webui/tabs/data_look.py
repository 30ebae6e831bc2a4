"""What is looked at once data is there: what was found, the rows, how one reads, what the model will see of it."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from core.data.in_words import origin_words
from core.spec import bounds
from webui.actions import ROOMS, Outcome
from webui.context import Context
from webui.markup import Html, el
from webui.parts import BarParts, TabParts
from webui.snapshot import Page, Snapshot
from webui.tabs import (
    data_aside,
    data_edit,
    data_edit_view,
    data_find,
    data_findings,
    data_lengths,
    data_mend,
    data_mend_asked,
    data_paste,
    data_raw,
    data_table,
    data_viewer,
    data_walk,
    data_ways,
)
from webui.tabs.data_columns import accept_offer
from webui.tabs.data_seen import Seen, seen
from webui.text import Text
from webui.whole_number import whole_number

if TYPE_CHECKING:
    from core.data.versions.dataset import Dataset
    from webui.tabs.data_rows import Found

ASSETS = Path(__file__).parents[1] / "assets"
SCRIPT = ASSETS / "look.js"


def build(ctx: Context, text: Text, parts: BarParts) -> TabParts:
    """The components below the summary; data.py shows them only when a data set is chosen."""
    c: dict[str, Any] = {}

    def html(name: str, id: str, script: str = "look", *, every: bool = False) -> None:
        c[name] = gr.HTML(elem_id=id, js_on_load=(ASSETS / f"{script}.js").read_text(encoding="utf-8"))
        parts.on_click(c[name], lambda page, do, id: look(ctx, page, do, id), every=every)

    with gr.Column(elem_classes="lw-panel", elem_id="data-found-panel"):
        gr.HTML(el("h2", text("data.found"), cls="lw-title"))
        html("findings", "data-findings")
        html("counting", "data-counting")
    mend = data_mend.build(ctx, text, parts)
    with gr.Row(elem_id="data-look"):
        with gr.Column(elem_classes="lw-panel", scale=5, elem_id="data-table-panel"):
            gr.HTML(el("h2", text("data.rows"), cls="lw-title"))
            html("find", "data-find", "find", every=True)
            html("table", "data-table", every=True)
            with gr.Accordion(text("edit.paste"), open=False, elem_id="data-paste-rows") as c["paste_box"]:
                html("paste", "data-paste-rows-box", "paste", every=True)
                html("pasted", "data-pasted", every=True)
        with gr.Column(elem_classes="lw-panel", scale=6, elem_id="data-view-panel"):
            gr.HTML(el("h2", text("data.bubbles"), cls="lw-title"))
            html("note", "data-edit-note", every=True)
            html("edit", "data-edit", "edit", every=True)
            html("bubbles", "data-bubbles", every=True)
    with gr.Accordion(text("data.lengths"), open=False, elem_id="data-lengths-box") as c["lengths_box"]:
        html("lengths", "data-lengths")
    c.update(data_aside.build(ctx, text, parts))

    def refresh(snap: Snapshot) -> list[Any]:
        updates = _refresh(ctx, snap, text)
        return [updates[name] for name in c] + mend.refresh(snap)

    return TabParts([*c.values(), *mend.outputs], refresh)


# -- what is done


def look(ctx: Context, page: Page, do: str, id: str) -> Outcome | None:
    """Change what is looked at, of which nothing is kept; or do what a finding or the lengths offer."""
    memo = page.memo
    if do in ("only", "found"):
        chosen = "any" if do == "found" else id
        memo["data.only"] = (
            "" if chosen == memo.get("data.only", "") or (do == "found" and memo.get("data.only")) else chosen
        )
        memo["data.page"] = 0
        memo.pop("data.at", None)
        memo.pop("data.out", None)
        memo.pop("data.seat", None)
        if do == "only" and not id:
            data_find.drop(memo)
    elif do in ("previous", "following", "page", "jump", "tokens", "out", "step"):
        memo["data.want"] = (do, id)  # how many rows there are is known where they are shown
        if do not in ("page", "tokens"):
            data_edit.leave(page)
    elif do == "row" and (place := whole_number(id)) is not None:
        memo["data.at"] = place
        memo.pop("data.out", None)
        memo.pop("data.seat", None)
        data_edit.leave(page)
    elif do in ("search", "sort"):
        data_find.press(memo, do, id)
    elif do.partition("#")[0] in data_paste.DOES:
        return data_paste.press(ctx, page, do, id)
    elif do in data_edit.ACTIONS:
        return data_edit.press(ctx, page, do, id)
    elif do == "view" and id in data_viewer.VIEWS:
        memo["data.view"] = id
    elif do == "count":
        ctx.measuring.cancel() if id == "cancel" else ctx.measuring.again()
    elif do == "mend":
        data_mend.ask(ctx, page, id)
    elif do == "offer":
        accept_offer(ctx, page, id)
    elif do == "length" and (length := whole_number(id)) is not None:
        low, high = bounds("max_length")
        if (low or 0) <= length <= (high or length):
            ctx.drafts.change(lambda draft: {"changes": {**draft.changes, "max_length": length}})
    elif do == "go" and id in ROOMS:
        return Outcome(room=id)
    return None


# -- what is shown


def _refresh(ctx: Context, snap: Snapshot, text: Text) -> dict[str, Any]:
    dataset, memo = snap.dataset, snap.page.memo
    aside = data_aside.refresh(ctx, snap, text)
    state = data_edit.editing(snap.page, dataset)
    if dataset is None:
        names = ("findings", "counting", "find", "table", "paste", "pasted", "note", "edit", "bubbles", "lengths")
        hidden = dict.fromkeys(("lengths_box", "paste_box"), gr.update(visible=False))
        return {**dict.fromkeys(names, gr.update(value="")), **hidden, **aside}
    now = seen(ctx, snap, text)
    at, out = data_walk.settle(memo, now.selection)
    page = max(0, min(memo.get("data.page", 0), now.selection.pages - 1))
    measurement, here = now.measurement, snap.model_here
    return {
        "findings": gr.update(value=_findings(ctx, dataset, now, text)),
        "counting": gr.update(value=data_findings.counting(now.count, now.model, here or not dataset.usable, text)),
        "table": gr.update(value=_table(ctx, memo, dataset, now, page, at, out, text)),
        "find": gr.update(value=data_find.box(dataset.family, memo, text)),
        "paste_box": gr.update(visible=data_paste.offered(dataset)),
        "paste": gr.update(value=data_paste.box(dataset.family, memo, text)),
        "pasted": gr.update(value=data_paste.seen(memo, dataset.family, text)),
        "note": gr.update(value=data_edit_view.note(memo, state, text)),
        "edit": gr.update(value=data_edit_view.shown(state, dataset.family, memo.get("edit.saved", 0), text)),
        "bubbles": gr.update(value="" if state is not None else _viewer(ctx, snap, now, at, out, text)),
        "lengths_box": gr.update(
            label=data_lengths.label(measurement, now.max_length, text), visible=bool(dataset.usable)
        ),
        "lengths": gr.update(value=_lengths(snap, now, text)),
        **aside,
    }


def _findings(ctx: Context, dataset: "Dataset", now: Seen, text: Text) -> Html:
    if not now.findings.all and not len(now.rows):
        return el("p", text("edit.found_empty"), cls="lw-note")
    if not now.findings.all and now.rows.hand.count:
        said = text("data.found_none", n=f"{len(now.rows):,}")
        return el("p", el("span", "✓", cls="lw-fine", aria_hidden="true"), said, cls="lw-clean")
    asked = ctx.mending.of(dataset)
    together = data_mend_asked.together(now.findings, dataset.usable, dataset.made)

    def ways(found: "Found") -> "data_ways.Ways":
        return data_ways.ways(found, dataset.made, now.rows, now.measurement, now.max_length)

    return data_findings.findings(dataset, now.findings, now.selection.id, text, together, asked and asked.found, ways)


def _table(
    ctx: Context,
    memo: dict[str, Any],
    dataset: "Dataset",
    now: Seen,
    page: int,
    at: int | None,
    out: int | None,
    text: Text,
) -> Html:
    outs = tuple(line.key[0] for line in now.selection.page(page) if line.place is None and not line.gone)
    told = data_raw.questions(ctx, dataset, outs)
    ticked = frozenset(memo.get("data.ticked", ()))
    return data_table.table(now.selection, now.findings, page, at, out, text, told, ticked)


def _viewer(ctx: Context, snap: Snapshot, now: Seen, at: int | None, out: int | None, text: Text) -> Html:
    memo = snap.page.memo
    assert snap.dataset is not None
    if out is not None:
        found = data_raw.raw(ctx, snap.dataset, out, now.findings, text)
        return data_viewer.left_out(out, now.selection, found, text)
    if at is None:
        return data_table.none(now.selection, text)
    row, view = now.rows.row(at), memo.get("data.view", "talk")
    tokens = None
    if view == "tokens":
        tokens = data_viewer.tokens(ctx, snap, row, at, now.rows.id, now.max_length, now.model, text)
    measured = now.measurement is not None and not now.rows.touched(at)
    lost = now.measurement.lost(row["row"], now.max_length) if measured and now.measurement is not None else 0
    said, came = memo.get("data.said"), origin_words(row, snap.dataset, text)
    return data_viewer.viewer(row, at, now.selection, now.findings, view, said, tokens, lost, came, text)


def _lengths(snap: Snapshot, now: Seen, text: Text) -> Html:
    if now.measurement is not None:
        chosen = snap.spec.max_length if snap.spec is not None else None
        return data_lengths.lengths(now.measurement, now.max_length, chosen, now.findings, now.model, text)
    return data_findings.counting(now.count, now.model, snap.model_here, text) or el(
        "p", text("data.lengths_wait"), cls="lw-note"
    )
