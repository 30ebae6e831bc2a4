"""What is looked at once data is there: what was found, the rows, how one reads, what the model will see of it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from webui.actions import ROOMS, Outcome
from webui.context import Context
from webui.markup import Html, el
from webui.measuring import Count, Measurement
from webui.parts import BarParts, TabParts
from webui.snapshot import Page, Snapshot
from webui.tabs import data_aside, data_findings, data_lengths, data_raw, data_table, data_viewer
from webui.tabs.data_columns import accept_offer, offer_of
from webui.tabs.data_rows import ById, Findings, Rows, Selection, findings_of, rows_of, select
from webui.text import Text
from webui.titles import model_title

SCRIPT = Path(__file__).parents[1] / "assets" / "look.js"


def build(ctx: Context, text: Text, parts: BarParts) -> TabParts:
    """The components below the summary; data.py shows them only when a data set is chosen."""
    c: dict[str, Any] = {}
    script = SCRIPT.read_text(encoding="utf-8")

    def html(name: str, id: str) -> None:
        c[name] = gr.HTML(elem_id=id, js_on_load=script)
        parts.on_click(c[name], lambda page, do, id: look(ctx, page, do, id))

    with gr.Column(elem_classes="lw-panel", elem_id="data-found-panel"):
        gr.HTML(el("h2", text("data.found"), cls="lw-title"))
        html("findings", "data-findings")
        html("counting", "data-counting")
    with gr.Row(elem_id="data-look"):
        with gr.Column(elem_classes="lw-panel", scale=5, elem_id="data-table-panel"):
            gr.HTML(el("h2", text("data.rows"), cls="lw-title"))
            html("table", "data-table")
        with gr.Column(elem_classes="lw-panel", scale=6, elem_id="data-view-panel"):
            gr.HTML(el("h2", text("data.bubbles"), cls="lw-title"))
            html("bubbles", "data-bubbles")
    with gr.Accordion(text("data.lengths"), open=False, elem_id="data-lengths-box") as c["lengths_box"]:
        html("lengths", "data-lengths")
    c.update(data_aside.build(ctx, text, parts))

    def refresh(snap: Snapshot) -> list[Any]:
        updates = _refresh(ctx, snap, text)
        return [updates[name] for name in c]

    return TabParts(list(c.values()), refresh)


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
    elif do in ("previous", "following", "page", "jump", "tokens", "out"):
        memo["data.want"] = (do, id)  # how many rows there are is known where they are shown
    elif do == "row" and id.isdecimal():
        memo["data.at"] = int(id)
        memo.pop("data.out", None)
    elif do == "view" and id in data_viewer.VIEWS:
        memo["data.view"] = id
    elif do == "count":
        ctx.measuring.cancel() if id == "cancel" else ctx.measuring.again()
    elif do == "offer":
        accept_offer(ctx, page, id)
    elif do == "length" and id.isdecimal():
        ctx.drafts.change(lambda draft: {"changes": {**draft.changes, "max_length": int(id)}})
    elif do == "go" and id in ROOMS:
        return Outcome(room=id)
    return None


# -- what is shown


@dataclass(frozen=True)
class Seen:
    """What one tick knows of the chosen data: its rows, what was found, and how it counts for the chosen model."""

    rows: Rows
    findings: Findings
    selection: Selection
    count: Count | None  # None while the model's files are not here
    max_length: int  # the one in force, 0 while nobody knows
    model: str  # its name, "" without one

    @property
    def measurement(self) -> Measurement | None:
        return self.count.found if self.count is not None else None


def seen(ctx: Context, snap: Snapshot, text: Text) -> Seen:
    """Looks things up and asks for the count; walks through no rows."""
    assert snap.dataset is not None
    rows = rows_of(snap.dataset)
    count = counted(ctx, snap)
    measurement = count.found if count is not None else None
    limit = limit_of(snap, measurement)
    name = model_title(snap.model, text) if snap.model is not None else ""
    goal = data_aside.goal_of(snap)
    findings = findings_of(ById(snap.dataset), measurement, limit, name if measurement else "", goal)
    return Seen(rows, findings, select(rows, findings, snap.page.memo.get("data.only", "")), count, limit, name)


def counted(ctx: Context, snap: Snapshot) -> Count | None:
    """How the data counts for the chosen model. Only an open Data tab has it counted."""
    if snap.dataset is None or not snap.dataset.usable or not snap.model_here or snap.model is None:
        return None
    if (snap.page.room or snap.draft.room) == "data":
        return ctx.measuring.ask(snap.dataset, snap.model)
    return ctx.measuring.known(snap.dataset, snap.model)


def limit_of(snap: Snapshot, measurement: Measurement | None) -> int:
    """The maximum length in force, in tokens: the person's, else what all rows ask for, else the plan's; else 0.

    The plan looks at a sample of a large file; a run then goes by all rows, as the measurement does.
    """
    if snap.spec is not None and snap.spec.max_length:
        return min(snap.spec.max_length, measurement.context) if measurement else snap.spec.max_length
    if measurement is not None:
        return measurement.suggested[0]
    return int(snap.plan["max_length"]) if snap.plan is not None else 0


def _refresh(ctx: Context, snap: Snapshot, text: Text) -> dict[str, Any]:
    dataset, memo = snap.dataset, snap.page.memo
    aside = data_aside.refresh(ctx, snap, text)
    if dataset is None:
        empty = dict.fromkeys(("findings", "counting", "table", "bubbles", "lengths"), gr.update(value=""))
        return {**empty, "lengths_box": gr.update(visible=False), **aside}
    now = seen(ctx, snap, text)
    at, out = data_viewer.settle(memo, now.selection)
    page = max(0, min(memo.get("data.page", 0), now.selection.pages - 1))
    measurement, here = now.measurement, snap.model_here
    return {
        "findings": gr.update(value=data_findings.findings(dataset, now.findings, now.selection.id, text, offer_of)),
        "counting": gr.update(value=data_findings.counting(now.count, now.model, here or not dataset.usable, text)),
        "table": gr.update(value=data_table.table(now.selection, now.findings, page, at, out, text)),
        "bubbles": gr.update(value=_viewer(ctx, snap, now, at, out, text)),
        "lengths_box": gr.update(
            label=data_lengths.label(measurement, now.max_length, text), visible=bool(dataset.usable)
        ),
        "lengths": gr.update(value=_lengths(snap, now, text)),
        **aside,
    }


def _viewer(ctx: Context, snap: Snapshot, now: Seen, at: int | None, out: int | None, text: Text) -> Html:
    memo = snap.page.memo
    assert snap.dataset is not None
    if out is not None:
        found = data_raw.raw(ctx, snap.dataset, out, now.findings, text)
        return data_viewer.left_out(out, now.selection, found, text)
    if at is None:
        return el("p", text("data.no_rows"), cls="lw-note")
    row, view = now.rows.row(at), memo.get("data.view", "talk")
    tokens = None
    if view == "tokens":
        tokens = data_viewer.tokens(ctx, snap, row, at, now.max_length, now.model, text)
    lost = now.measurement.lost(row["row"], now.max_length) if now.measurement is not None else 0
    said = memo.get("data.said")
    return data_viewer.viewer(row, at, now.selection, now.findings, view, said, tokens, lost, text)


def _lengths(snap: Snapshot, now: Seen, text: Text) -> Html:
    if now.measurement is not None:
        chosen = snap.spec.max_length if snap.spec is not None else None
        return data_lengths.lengths(now.measurement, now.max_length, chosen, now.findings, now.model, text)
    return data_findings.counting(now.count, now.model, snap.model_here, text) or el(
        "p", text("data.lengths_wait"), cls="lw-note"
    )
