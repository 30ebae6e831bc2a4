"""What is looked at once data is there: the rows kept aside, what was found, how a row reads."""

from typing import Any

import gradio as gr

from core.errors import UserError
from webui.context import Context
from webui.markup import Html, el
from webui.parts import BarParts, TabParts, clickable
from webui.snapshot import Page, Snapshot
from webui.tabs import data_findings, row_view
from webui.text import Text


def build(ctx: Context, text: Text, parts: BarParts) -> TabParts:
    """The components below the summary; data.py shows them only when a data set is chosen."""
    c: dict[str, Any] = {}
    with gr.Row(elem_id="data-aside-row"):
        c["aside"] = gr.HTML(elem_id="data-aside")
        c["all"] = gr.Checkbox(label=text("data.aside_off"), elem_id="data-all-rows", visible=False, container=False)
    with gr.Row(elem_id="data-look"):
        with gr.Column(elem_classes="lw-panel", scale=5):
            gr.HTML(el("h2", text("data.found"), cls="lw-title"))
            c["findings"] = clickable(elem_id="data-findings")
        with gr.Column(elem_classes="lw-panel", scale=6):
            gr.HTML(el("h2", text("data.bubbles"), cls="lw-title"))
            c["bubbles"] = clickable(elem_id="data-bubbles")
    parts.on(c["all"].input, lambda page, all_rows: learn_from_all(ctx, all_rows), [c["all"]])
    for name in ("findings", "bubbles"):
        parts.on_click(c[name], _look)

    def refresh(snap: Snapshot) -> list[Any]:
        updates = _refresh(snap, text)
        return [updates[name] for name in c]

    return TabParts(list(c.values()), refresh)


# -- what is done


def learn_from_all(ctx: Context, all_rows: object) -> None:
    """The switch "Learn from all rows": a holdout of 0, or back to automatic."""
    changes = {name: value for name, value in ctx.drafts.load().changes.items() if name != "holdout"}
    ctx.drafts.update(changes={**changes, "holdout": 0} if all_rows else changes)


def _look(page: Page, do: str, id: str) -> None:
    """Change what is looked at; nothing of it is kept."""
    memo = page.memo
    if do in ("previous", "following"):
        memo["data.place"] = memo.get("data.place", 0) + (1 if do == "following" else -1)
    elif do == "found":
        memo["data.only"], memo["data.place"] = ("" if memo.get("data.only") else "all"), 0
    elif do == "only":
        memo["data.only"], memo["data.place"] = id, 0


# -- what is shown


def _refresh(snap: Snapshot, text: Text) -> dict[str, Any]:
    dataset, memo = snap.dataset, snap.page.memo
    if dataset is None:
        return {"all": gr.update(visible=False), **dict.fromkeys(("aside", "findings", "bubbles"), gr.update(value=""))}
    return {
        "aside": gr.update(value=aside(snap, text)),
        "all": gr.update(value=holdout_of(snap) == 0, visible=automatic(snap) > 0 and dataset.task != "preference"),
        "findings": gr.update(value=data_findings.findings(dataset, text)),
        "bubbles": gr.update(
            value=row_view.bubbles(dataset, memo.get("data.only", ""), memo.get("data.place", 0), text)
        ),
    }


def aside(snap: Snapshot, text: Text) -> Html:
    """How many rows are kept aside, and what that means."""
    if snap.dataset is None or snap.dataset.task == "preference":
        return Html("")
    try:
        held, why = snap.dataset.aside(holdout_of(snap), goal_of(snap))
    except UserError:  # said where its rows would be shown
        return Html("")
    return el("p", text(f"data.aside.{why}", n=held), cls="lw-note")


def automatic(snap: Snapshot) -> int:
    """How many rows would be kept aside by themselves."""
    try:
        return snap.dataset.aside(None, goal_of(snap))[0] if snap.dataset is not None else 0
    except UserError:
        return 0


def holdout_of(snap: Snapshot) -> float | None:
    """What the draft asks to keep aside; a value that cannot be read counts as automatic."""
    return snap.spec.holdout if snap.spec is not None else None


def goal_of(snap: Snapshot) -> str:
    """What the rows are to teach; it decides how many are kept aside."""
    return snap.spec.goal if snap.spec is not None else "facts"
