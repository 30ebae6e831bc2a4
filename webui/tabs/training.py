"""Training: what will happen, then the run as it goes: phases, one sentence, the curve, its answers so far."""

import json
import math
from pathlib import Path
from typing import Any

import gradio as gr
import plotly

from core.runs.events import Event
from webui import curve, run_list, trained, views
from webui.context import Context
from webui.markup import Html, el
from webui.parts import Bar, BarParts, TabParts, clickable
from webui.snapshot import Snapshot
from webui.tabs import training_bar
from webui.text import Text

ASSETS = Path(__file__).resolve().parent.parent / "assets"
PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
EARLIER = 12
"""Earlier runs that are offered here; all of them stand in Share."""


def bar(ctx: Context, snap: Snapshot, text: Text) -> Bar:
    """What the one button does here, by the state of the run and of the draft."""
    return training_bar.bar(ctx, snap, text)


def build(ctx: Context, text: Text, parts: BarParts) -> TabParts:
    """The tab's components; `refresh` fills them from the run folder."""
    gr.set_static_paths([PLOTLY.parent])
    plan = gr.HTML(elem_id="training-plan")
    phase = gr.HTML(elem_id="training-phase")
    sentence = gr.HTML(elem_id="training-sentence")
    data = clickable(elem_id="training-data", visible=False)
    with gr.Row(elem_id="training-live", visible=False) as live:
        with gr.Column(scale=3, min_width=320, elem_classes="lw-card"):
            words = gr.HTML(elem_id="training-curve")
            plot = gr.HTML(
                value="{}",
                html_template='<div class="plot" aria-hidden="true"></div>',
                js_on_load=(ASSETS / "plot.js").read_text(encoding="utf-8"),
                elem_id="training-plot",
            )
        samples = gr.HTML(elem_id="training-samples")
    leave = gr.HTML(elem_id="training-leave")
    with gr.Row(elem_id="training-more"):
        with gr.Accordion(text("train.numbers"), open=False, visible=False, elem_id="training-numbers") as numbers:
            figures = gr.HTML(elem_id="training-figures")
        with gr.Accordion(text("train.log"), open=False, visible=False, elem_id="training-log") as log:
            lines = gr.HTML(elem_id="training-lines")
        with gr.Accordion(text("train.earlier"), open=False, visible=False, elem_id="training-earlier") as earlier:
            others = clickable(elem_id="training-runs")
    parts.on_click(data, lambda _page, _do, run_id: trained.open_data(ctx, run_id))
    parts.on_click(others, lambda _page, _do, run_id: _look_at(ctx, run_id))

    def refresh(snap: Snapshot) -> list[Any]:
        run = snap.run
        status, events = snap.run_status or "", snap.events
        rows = [row for row in snap.runs if not run or row.id != run.id][:EARLIER]
        curve_there = bool(run) and (status in views.LIVE or bool(curve.steps_of(events)))
        return [
            gr.update(value=_plan(ctx, snap, text), visible=training_bar.ahead(snap)),
            gr.update(value=_phases(events, status, text), visible=status in (*views.LIVE, "failed", "interrupted")),
            gr.update(value=_sentence(ctx, snap, text), visible=run is not None),
            gr.update(value=trained.line(ctx, run, text) if run else "", visible=run is not None),
            gr.update(visible=curve_there),
            _words(events, status, text),
            gr.update(value=_plot(snap, text), visible=bool(curve.steps_of(events))),
            gr.update(value=_answers(events, status, text)),
            gr.update(value=el("p", text("train.leave"), cls="lw-note"), visible=status == "running"),
            gr.update(visible=curve_there),
            _figures(events, text),
            gr.update(visible=run is not None and bool(events)),
            _log(snap, text),
            gr.update(visible=bool(rows)),
            _others(rows, text),
        ]

    seen = [plan, phase, sentence, data, live, words, plot, samples, leave]
    return TabParts([*seen, numbers, figures, log, lines, earlier, others], refresh)


def _look_at(ctx: Context, run_id: str) -> None:
    ctx.drafts.update(run=ctx.store.get(run_id).id)


# -- before a run


def _plan(ctx: Context, snap: Snapshot, text: Text) -> Html:
    rows = training_bar.plan_lines(snap, text)
    lines = [(el("dt", name), el("dd", value, cls="" if known else "missing")) for name, value, known in rows]
    heading = el("h2", text("train.what"), cls="lw-title")
    empty = el("p", text("train.nothing"), cls="lw-note") if snap.run is None else None
    return el("section", heading, el("dl", lines, cls="lines"), empty, cls="lw-card plan")


# -- while it goes


def _phases(events: list[Event], status: str, text: Text) -> Html:
    marks = []
    for mark in views.phases(events, status):
        name = text(f"train.phase.{mark.name}")
        said = f"{name} {views.percent(mark.share)}" if mark.share is not None else name
        tick = {"done": "✓", "broken": "✕"}.get(mark.state)
        spoken = {"done": text("train.phase_done"), "broken": text("train.phase_broken")}.get(mark.state)
        hidden = el("span", f" ({spoken})", cls="spoken") if spoken else None
        current = "step" if mark.state == "now" else None
        marks.append(
            el(
                "li",
                said,
                el("span", tick, aria_hidden="true") if tick else None,
                hidden,
                cls=mark.state,
                aria_current=current,
            )
        )
    return el("ol", marks, cls="phases")


def _sentence(ctx: Context, snap: Snapshot, text: Text) -> Html | str:
    if snap.run is None or snap.run_status is None:
        return ""
    before = training_bar.before(snap)
    said = views.sentence(snap.events, snap.run_status, text, before=before, starting=training_bar.starting(snap))
    done = views.progress(snap.events)
    past = training_bar.ahead(snap) and snap.run_status != "queued"  # above it stands what would come next
    name = el("span", text("train.past", name=snap.run_name) if past else snap.run_name, cls="run-name")
    line = el("p", said, cls="lw-lead")
    if not done.step or not done.steps:
        return el("section", name, line, cls=f"sentence is-{snap.run_status}")
    facts = [text("train.progress", n=done.step, total=done.steps)]
    if snap.run_status == "running" and done.left_s is not None:
        facts.append(text("train.left", time=text.duration(done.left_s)))
    if done.epochs >= 1:
        total = max(1, round(done.epochs))
        at = total if snap.run_status == "finished" else min(total, math.ceil(done.epoch))
        facts.append(text("train.pass", n=at, total=total))
    meter = el("progress", value=done.step, max=done.steps, aria_label=facts[0])
    small = el("p", " · ".join(facts), cls="progress")
    return el("section", name, line, small, meter, cls=f"sentence is-{snap.run_status}")


def _words(events: list[Event], status: str, text: Text) -> Html:
    """What stands where the curve will be, and the curve in words for those who cannot see it."""
    heading = el("h2", text("train.chart"), cls="lw-title")
    if curve.steps_of(events):
        return el("div", heading, el("p", curve.curve_words(events, text), cls="spoken"))
    said = text("train.first_none" if status not in views.LIVE else "train.first")
    return el("div", heading, el("div", el("p", said), cls="plot-first"))


def _plot(snap: Snapshot, text: Text) -> str:
    words = {name: text(f"train.{key}") for name, key in _PLOT_WORDS.items()}
    more = {"words": words, "source": f"/gradio_api/file={PLOTLY}", "run": snap.run.id if snap.run else ""}
    return json.dumps({**curve.plot_data(snap.events), **more}, ensure_ascii=False)


_PLOT_WORDS = {"step": "axis_step", "loss": "axis_loss", "train": "line_train", "held": "line_held", "best": "best"}


def _answers(events: list[Event], status: str, text: Text) -> Html:
    asked = [_answer(answer, text) for answer in views.answers(events)]
    soon = text("train.answers_soon") if status in views.LIVE else text("train.answers_none")
    heading = el("h2", text("train.answers"), cls="lw-title")
    return el("section", heading, asked or el("p", soon, cls="lw-note"), cls="lw-card")


def _answer(answer: views.Answer, text: Text) -> Html:
    empty = text("train.empty_answer")
    lines = [el("p", el("span", text("train.before"), cls="tag"), " ", answer.before or empty, cls="before")]
    if answer.step:
        now = text("train.now", n=answer.step)
        lines.append(el("p", el("span", now, cls="tag"), " ", answer.now or empty, cls="now"))
    else:
        lines.append(el("p", text("train.not_yet"), cls="lw-note"))
    if answer.expected:
        lines.append(el("p", el("span", text("train.expected"), cls="tag"), " ", answer.expected, cls="expected"))
    return el("article", el("p", answer.question, cls="asked"), lines, cls="answer")


# -- folded


def _figures(events: list[Event], text: Text) -> Html:
    rows = [el("div", el("dt", name), el("dd", value)) for name, value in views.numbers(events, text)]
    return el("dl", rows, cls="figures") if rows else el("p", text("train.numbers_none"), cls="lw-note")


def _log(snap: Snapshot, text: Text) -> Html:
    tail = views.log_tail(snap.run.log_path) if snap.run else ""
    return el("pre", tail, cls="log", tabindex=0) if tail else el("p", text("train.log_none"), cls="lw-note")


def _others(rows: list[run_list.RunRow], text: Text) -> Html:
    lines = []
    for row in rows:
        facts = f"{run_list.state(row, text)} · {run_list.when(row.created, text)}"
        show = el("button", text("train.show"), type="button", cls="lw-button small", data_do="show", data_id=row.id)
        lines.append(el("li", el("span", row.name, cls="name"), el("span", facts, cls="facts"), show))
    return el("ul", lines, cls="runs")
