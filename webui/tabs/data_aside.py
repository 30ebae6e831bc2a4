"""Rows kept aside to check the result: none, some, or a file of their own, and what that means."""

import re
from typing import TYPE_CHECKING, Any

import gradio as gr

from core.data.split import AUTOMATIC, held_out_count, why
from core.drafts import Draft
from core.errors import UserError
from core.findings import Finding
from webui import fields
from webui.context import Context
from webui.markup import Html, el
from webui.parts import BarParts
from webui.snapshot import Page, Snapshot
from webui.text import Text
from webui.titles import dataset_title

if TYPE_CHECKING:
    from core.data.datasets import Dataset

WAYS = ("automatic", "none", "share", "count", "file")
USUAL = {"share": 0.1, "count": 20}
"""What a way begins with when it is chosen."""

SOON = 3000
"""Rows whose answers can be compared between two ticks; more are compared on the CPU worker."""


def build(ctx: Context, text: Text, parts: BarParts) -> dict[str, Any]:
    """The sentence with its switch, and folded the other ways."""
    c: dict[str, Any] = {}
    with gr.Column(elem_classes="lw-panel", elem_id="data-aside-panel") as c["aside_panel"]:
        gr.HTML(el("h2", text("data.aside_title"), cls="lw-title"))
        with gr.Row(elem_id="data-aside-row"):
            c["aside"] = gr.HTML(elem_id="data-aside")
            c["all"] = gr.Checkbox(
                label=text("data.aside_off"), elem_id="data-all-rows", visible=False, container=False
            )
        with gr.Accordion(text("data.aside_other"), open=False, elem_id="data-aside-box"):
            with gr.Row(elem_classes="lw-field-row", elem_id="data-aside-fields"):
                c["aside_how"] = gr.Dropdown(
                    [(text(f"data.aside_way.{way}"), way) for way in WAYS],
                    value="automatic",
                    label=text("data.aside_title"),
                    elem_id="data-aside-how",
                    filterable=False,
                )
                c["aside_n"] = gr.Textbox(label=text("data.aside_count"), elem_id="data-aside-n", max_length=20)
                c["aside_set"] = gr.Dropdown([], label=text("data.aside_set"), elem_id="data-aside-set")
            c["aside_note"] = gr.HTML(elem_id="data-aside-note")
    parts.on(c["all"].input, lambda page, all_rows: learn_from_all(ctx, all_rows), [c["all"]])
    parts.on(c["aside_how"].input, lambda page, way: choose(ctx, page, str(way)), [c["aside_how"]])
    for event in (c["aside_n"].submit, c["aside_n"].blur):
        parts.on(event, lambda page, typed: keep_number(ctx, page, str(typed)), [c["aside_n"]], source=c["aside_n"])
    parts.on(c["aside_set"].input, lambda page, id: use_set(ctx, id), [c["aside_set"]])
    return c


# -- what is done


def learn_from_all(ctx: Context, all_rows: object) -> None:
    """The switch "Learn from all rows": a holdout of 0, or back to automatic."""
    _keep(ctx, {"holdout": 0} if all_rows else {})


def choose(ctx: Context, page: Page, way: str) -> None:
    """One of `WAYS`. A file is only used once it is said which."""
    page.memo["data.aside_way"] = way
    if way in USUAL:
        dataset = ctx.datasets.get(ctx.drafts.load().dataset or "")
        _keep(ctx, {"holdout": USUAL[way] if way == "share" else max(1, min(20, dataset.usable // 5))})
    elif way == "none":
        _keep(ctx, {"holdout": 0})
    elif way == "automatic":
        _keep(ctx, {})


def keep_number(ctx: Context, page: Page, typed: str) -> None:
    """How many, or which share: in the box for a share "10" means 10 %. What cannot be read is kept and told."""
    if not typed.strip():
        return
    value = fields.read("holdout", typed)
    if page.memo.get("data.aside_way", _way_of(ctx.drafts.load().changes)) == "share" and "%" not in typed:
        value = value / 100 if isinstance(value, int | float) and 1 <= value < 100 else value
    page.memo.pop("data.aside_way", None)
    if value != ctx.drafts.load().changes.get("holdout"):
        _keep(ctx, {"holdout": value})


def use_set(ctx: Context, id: object) -> None:
    """Check on the data set `id`. Raises UserError when it is gone."""
    if id:
        _keep(ctx, {"eval_dataset": ctx.datasets.get(str(id)).id})


def _keep(ctx: Context, change: dict[str, Any]) -> None:
    def kept(draft: Draft) -> dict[str, Any]:
        others = {name: kept for name, kept in draft.changes.items() if name not in ("holdout", "eval_dataset")}
        return {"changes": {**others, **change}}

    ctx.drafts.change(kept)


def _way_of(changes: dict[str, Any]) -> str:
    """Which of `WAYS` the draft's changes mean."""
    if changes.get("eval_dataset"):
        return "file"
    held = changes.get("holdout")
    if held is None:
        return "automatic"
    if not isinstance(held, int | float):
        return "share" if re.search("%", str(held)) else "count"
    return "none" if held == 0 else "share" if held < 1 else "count"


# -- what is shown


def refresh(ctx: Context, snap: Snapshot, text: Text) -> dict[str, Any]:
    """One update for each of the components of `build`."""
    dataset, memo = snap.dataset, snap.page.memo
    if dataset is None or dataset.task == "preference" or not dataset.usable:
        hidden = gr.update(visible=False)
        return {"aside_panel": hidden, "aside": gr.update(value=""), "all": hidden, "aside_how": gr.skip(),
                "aside_n": hidden, "aside_set": hidden, "aside_note": gr.update(value="")}  # fmt: skip
    changes = snap.draft.changes
    way = memo.get("data.aside_way") or _way_of(changes)
    if way not in ("file", _way_of(changes)):  # another page has chosen since
        memo.pop("data.aside_way", None)
        way = _way_of(changes)
    spare = spare_of(ctx, dataset, goal_of(snap))
    held = changes.get("holdout")
    box = {"visible": way in USUAL, "label": text("data.aside_share" if way == "share" else "data.aside_count")}
    if isinstance(held, int | float) and 0 < held < 1:
        box["value"] = f"{100 * held:g} %"
    else:
        box["value"] = "" if held is None else str(held)
    others = _others(ctx, dataset) if way == "file" else []
    return {
        "aside_panel": gr.update(visible=True),
        "aside": gr.update(value=aside(ctx, snap, text)),
        "all": gr.update(
            value=holdout_of(snap) == 0 and way != "file",
            visible=way != "file" and spare is not None and automatic(dataset, goal_of(snap), spare) > 0,
        ),
        "aside_how": gr.update(value=way),
        "aside_n": gr.update(**box),
        "aside_set": gr.update(
            choices=[(dataset_title(each, text), each.id) for each in others],
            value=changes.get("eval_dataset"),
            visible=way == "file" and bool(others),
        ),
        "aside_note": gr.update(value=_note(way, bool(others), text)),
    }


def _note(way: str, others: bool, text: Text) -> Html:
    key = "data.aside_means.no_file" if way == "file" and not others else f"data.aside_means.{way}"
    return el("p", text(key), cls="lw-note")


def _others(ctx: Context, dataset: "Dataset") -> list["Dataset"]:
    """My other data sets, those that can be measured on."""
    return [each for each in ctx.datasets.list() if each.id != dataset.id and each.task == dataset.task and each.usable]


def aside(ctx: Context, snap: Snapshot, text: Text) -> Html:
    """How many rows are kept aside, and what that means."""
    dataset = snap.dataset
    if dataset is None or dataset.task == "preference":
        return Html("")
    if other := snap.draft.changes.get("eval_dataset"):
        return _from_file(ctx, dataset, str(other), text)
    spare = spare_of(ctx, dataset, goal_of(snap))
    if spare is None:
        return el("p", text("data.aside.looking"), cls="lw-note")
    held = held_out_count(dataset.usable, holdout_of(snap), goal_of(snap), spare)
    reason = why(dataset.usable, holdout_of(snap), goal_of(snap), spare)
    return el("p", text(f"data.aside.{reason}", n=f"{held:,}"), cls="lw-note")


def _from_file(ctx: Context, dataset: "Dataset", other_id: str, text: Text) -> Html:
    """The sentence for a file of its own, and how many of its rows are learned too."""
    try:
        other = ctx.datasets.get(other_id)
    except UserError as error:  # deleted since
        return el("p", text.error(error), cls="lw-warning")
    said = el("p", text("data.aside.file", name=dataset_title(other, text), n=f"{other.usable:,}"), cls="lw-note")
    answer = ctx.looking.ask("leak", ("leak", dataset.id, other.id), lambda: _leak(dataset, other))
    if answer is None or not answer.fresh:
        return said
    if answer.error is not None:
        return el("div", said, el("p", text.error(answer.error), cls="lw-warning"))
    return el("div", said, [el("p", text.finding(each), cls="lw-warning") for each in answer.value])


def _leak(dataset: "Dataset", other: "Dataset") -> list[Finding]:
    """What to say of rows of `other` that are learned too: a run leaves out equal ones by itself, near ones it keeps.

    Slow: reads both. Raises UserError `train.eval_rows` when none is left to measure on, `dataset.damaged`.
    """
    from core.data.checks import leak

    learned = other.keys().shared_with(dataset.keys())
    if learned.all():
        raise UserError("train.eval_rows", name=other.name, count=other.usable)
    found = []
    if learned.any():
        found.append(Finding("warning", "eval.learned_too", count=int(learned.sum()), name=other.name))
    kept = (row for row, known in zip(other.load_rows(), learned, strict=True) if not known)
    near = leak(dataset.load_rows(), kept)
    if near is not None:
        found.append(Finding("warning", "eval.learned_nearly", near.rows, name=other.name))
    return found


def spare_of(ctx: Context, dataset: "Dataset", goal: str) -> int | None:
    """How many rows could be kept aside without an answer being lost; None while that is counted.

    Only for facts, and only from so many rows on that some would be kept aside at all.
    """
    if goal != "facts" or dataset.usable < AUTOMATIC["facts"][0]:
        return 0
    try:
        if dataset.usable <= SOON:
            return dataset.reworded()
    except UserError:  # said where its rows would be shown
        return 0
    answer = ctx.worker.ask("reworded", ("reworded", dataset.id), dataset.reworded)
    if answer is None or not answer.fresh:
        return None
    return int(answer.value or 0)


def automatic(dataset: "Dataset", goal: str, spare: int) -> int:
    """How many rows would be kept aside by themselves."""
    return held_out_count(dataset.usable, None, goal, spare)


def holdout_of(snap: Snapshot) -> float | None:
    """What the draft asks to keep aside; a value that cannot be read counts as automatic."""
    return snap.spec.holdout if snap.spec is not None else None


def goal_of(snap: Snapshot) -> str:
    """What the rows are to teach; it decides how many are kept aside."""
    return snap.spec.goal if snap.spec is not None else "facts"
