"""Compare: one question, two answers side by side, before and after; the question box stands in the bar."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr

from core.chat import requests
from core.chat.requests import Sampling
from core.errors import UserError
from webui import asking, bottom, run_list, snapshot, titles
from webui.asking import Talk
from webui.context import Context
from webui.markup import el
from webui.parts import Bar, BarParts, TabParts, clickable, quiet, whole
from webui.snapshot import Page, Snapshot
from webui.tabs import compare_parts as parts_of
from webui.tabs import compare_view as view
from webui.text import Text

ASSETS = Path(__file__).resolve().parent.parent / "assets"
LABELS = {"repetition_penalty": "repetition", "max_new_tokens": "length"}
"""Settings whose label is called otherwise than they are."""

OFFERED = 12
"""Questions taken from the data, three shown at a time."""


def bar(ctx: Context, snap: Snapshot, text: Text) -> Bar:
    """What the one button does here."""
    return view.bar(ctx, snap, text)


def build(ctx: Context, text: Text, parts: BarParts) -> TabParts:
    """The tab's components, and the events that stream answers into them."""
    with gr.Row(elem_id="compare-head"):
        run = gr.Dropdown(label=text("compare.run"), elem_id="compare-run", filterable=False, visible=False)
        proof = gr.HTML(elem_id="compare-proof")
    with gr.Row(elem_id="compare-columns"):
        columns = [parts_of.column(side) for side in ("base", "tuned")]
    (base_head, base, base_end), (tuned_head, tuned, tuned_end) = columns
    line = gr.HTML(elem_id="compare-line")
    expected = gr.HTML(elem_id="compare-expected")
    with gr.Row(elem_id="compare-tools"):
        chips = clickable(elem_id="compare-chips")
        clear = gr.Button(text("compare.clear"), elem_id="compare-clear", size="sm", visible=False)
    with gr.Accordion(text("compare.settings"), open=False, elem_id="compare-settings"):
        system, sampling = parts_of.settings(text)
    question = (ASSETS / "question.js").read_text(encoding="utf-8")
    gr.HTML(el("p", text("compare.little"), cls="lw-note"), js_on_load=question, elem_id="compare-little")

    shown = [base, tuned, base_end, tuned_end, proof, line, expected, clear]
    streams = [parts.question, parts.plan, parts.quiet, parts.primary, *shown]
    room = Room(ctx, text, [output._id for output in streams])

    def refresh(snap: Snapshot) -> list[Any]:
        talk, row = room.enter(snap), view.run_of(snap)
        rows = run_list.comparable(snap.runs)
        model = titles.model_title(snap.model, text) if snap.model else snap.draft.model
        off = "" if row else "off"
        still = [gr.skip()] * len(shown) if talk.busy else room.show(talk, snap.page.memo["run_status"])
        return [
            gr.update(choices=run_list.menu(rows, text), value=row.id if row else None, visible=bool(rows)),
            view.heading("compare.before", room.base_name(row, model), text),
            gr.update(value=view.heading("compare.after", row.name if row else "", text), elem_classes=off),
            room.chips(snap),
            room.system(snap),
            gr.update(value=requests.usual(row.goal if row else "").temperature),
            *still,
        ]

    ask_inputs = [parts.page, parts.primary, parts.question, system, *sampling]
    quiet(parts.primary.click, room.pressed, ask_inputs, streams)
    quiet(parts.quiet.click, room.pressed, [parts.page, parts.quiet, *ask_inputs[2:]], streams)
    quiet(parts.question.submit, room.typed, [parts.page, *ask_inputs[2:]], streams)
    quiet(chips.click, room.chip, [parts.page, *ask_inputs[2:]], [chips, *streams])
    parts.on(run.input, lambda _page, run_id: ctx.drafts.update(run=ctx.store.get(run_id).id) and None, [run])
    parts.on(clear.click, room.clear)
    return TabParts([run, base_head, tuned_head, chips, system, sampling[0], *shown], refresh)


class Room:
    """What the tab does; each page's talk stands in its `Page`, so nothing is shared between pages by accident."""

    def __init__(self, ctx: Context, text: Text, streams: list[int]) -> None:
        self.ctx, self.text, self._streams = ctx, text, streams

    # -- what is shown

    def enter(self, snap: Snapshot) -> Talk:
        """This page's talk; another run than before begins an empty one."""
        row = view.run_of(snap)
        memo, run = snap.page.memo, row.id if row else None
        talk: Talk = memo.get("talk") or Talk(run=run)
        if talk.run != run and not talk.busy:
            talk = talk.cleared(run)
        memo["talk"], memo["run_status"] = talk, row.status if row else ""
        dataset = row.dataset if row else snap.draft.dataset
        if memo.get("talk.dataset", ...) != dataset:
            memo["talk.dataset"], memo["talk.questions"], memo["talk.system"] = dataset, *self._data(dataset)
        memo["talk.model"] = snap.draft.model
        return talk

    def _data(self, dataset_id: str | None) -> tuple[list[str], str]:
        try:
            dataset = self.ctx.datasets.get(dataset_id) if dataset_id else None
        except UserError:
            dataset = None
        if dataset is None:
            return [], ""
        return [question for question, _ in dataset.questions(OFFERED)], dataset.system_prompt()

    def show(self, talk: Talk, status: str = "") -> list[Any]:
        """Columns, endings, proof, line, expected, clear."""
        text = self.text
        return [
            view.column(talk, "base", text),
            gr.update(value=view.column(talk, "tuned", text), elem_classes="" if talk.run else "off"),
            view.ending(talk.base, text),
            view.ending(talk.tuned, text),
            view.proof(talk, text),
            view.line(talk, status, text, run_name=self._run_name(talk.wait_facts.get("run"))),
            view.expected(talk, text),
            gr.update(value=text("compare.clear"), visible=bool(talk.base.turns) and not talk.busy),
        ]

    def _run_name(self, run_id: object) -> str:
        """The name of the run that is waited for, "" when it is not known."""
        try:
            return str(self.ctx.store.get(str(run_id)).meta["name"]) if run_id else ""
        except (UserError, KeyError):
            return ""

    def base_name(self, row: run_list.RunRow | None, model: str) -> str:
        """The title of the model before training."""
        return run_list.model_title(self.ctx.workspace, row.model, self.text) if row else model

    def chips(self, snap: Snapshot) -> str:
        return self._chips(snap.page)

    def _chips(self, page: Page) -> str:
        questions, at = page.memo.get("talk.questions", []), page.memo.get("talk.at", 0)
        chosen = [questions[(at + n) % len(questions)] for n in range(min(view.CHIPS, len(questions)))]
        return view.chips(chosen, self.text, more=len(questions) > view.CHIPS)

    def system(self, snap: Snapshot) -> Any:
        return gr.update(value=snap.page.memo.get("talk.system", ""))

    # -- what is done

    def pressed(self, page: Page, label: str, typed: str, *settings: Any) -> Iterator[list[Any]]:
        """A button of the bar, told by what stood on it when it was pressed."""
        text, talk = self.text, page.memo.get("talk") or Talk()
        if label in (text("compare.ask"), text("compare.ask_base")):
            yield from self.typed(page, typed, *settings)
        elif label == text("train.compare") and talk.run not in talk.asked and page.memo.get("talk.questions"):
            page.memo["talk"] = replace(talk, asked=talk.asked | {talk.run or ""})
            yield from self._ask(page, page.memo["talk.questions"][0], gr.skip(), *whole(settings))
        else:  # a generator that yields nothing would empty every output
            yield [gr.skip()] * len(self._streams)

    def typed(self, page: Page, question: str, *settings: Any) -> Iterator[list[Any]]:
        yield from self._ask(page, whole(question).strip(), gr.update(value=""), *whole(settings))

    def chip(self, event: gr.EventData, page: Page, _typed: str, *settings: Any) -> Iterator[list[Any]]:
        data = event._data if isinstance(event._data, dict) else {}
        if data.get("do") == "more":
            page.memo["talk.at"] = page.memo.get("talk.at", 0) + view.CHIPS
            yield [self._chips(page), *[gr.skip()] * len(self._streams)]
        elif data.get("do") == "ask":
            for shown in self._ask(page, whole(str(data.get("id", ""))), gr.skip(), *whole(settings)):
                yield [gr.skip(), *shown]
        else:
            yield [gr.skip()] * (1 + len(self._streams))

    def clear(self, page: Page) -> None:
        talk = page.memo.get("talk") or Talk()
        page.memo["talk"] = talk.cleared(talk.run)

    def _ask(self, page: Page, question: str, box: Any, *settings: Any) -> Iterator[list[Any]]:
        """The columns as they grow. An error is a sentence under them; what was typed then stands in its box again."""
        talk = page.memo.get("talk") or Talk()
        try:
            request = self._request(page, talk, question, *settings)
        except UserError as error:
            yield self._sent(page, replace(talk, error=error), gr.skip())
            return
        typed = "value" in box  # looked at now: Gradio takes an update apart when it is sent
        page.memo["talk"] = asking.asked(talk, question, self._expected(page, question))
        began = False
        try:
            for now in self.ctx.asking.follow(self.ctx.engine, page.memo["talk"], request):
                again = gr.update(value=question) if now.error and typed else gr.skip()
                yield self._sent(page, now, again if began else box, bar=not (began and now.busy))
                began = True
        finally:  # the page may have gone in the middle of an answer
            page.memo["talk"] = asking.closed(page.memo["talk"])

    def _sent(self, page: Page, talk: Talk, box: Any, *, bar: bool = False) -> list[Any]:
        """Question box, bar, and all that `show` gives; the tick must not take them for what it has sent.

        With `bar` it becomes possible, or impossible, to stop: the buttons change, words and actions in one.
        """
        page.memo["talk"] = talk
        for output in self._streams:
            page.seen.pop(output, None)
        buttons = [gr.skip()] * 3
        if bar and page.room == "compare":
            snap = snapshot.take(self.ctx, page)
            buttons = bottom.drawn(snap, view.bar(self.ctx, snap, self.text), self.text)
        return [box, *buttons, *self.show(talk, page.memo.get("run_status", ""))]

    def _request(self, page: Page, talk: Talk, question: str, system: str, *drawn: Any) -> requests.ChatRequest:
        if not question:
            raise UserError("question.empty")
        requests.question(question)  # raises when it is too long
        sampling = self._sampling(dict(zip(Sampling.model_fields, drawn, strict=True)))
        return asking.request_of(talk, page.memo.get("talk.model"), question, system or "", sampling)

    def _sampling(self, values: dict[str, Any]) -> Sampling:
        try:
            return requests.sampling(**values)
        except UserError as error:
            name = LABELS.get(error.facts["field"], error.facts["field"])
            raise UserError("sampling.value", **{**error.facts, "field": self.text(f"compare.{name}")}) from None

    def _expected(self, page: Page, question: str) -> tuple[int, str] | None:
        try:
            return self.ctx.datasets.get(page.memo["talk.dataset"]).answer_to(question)
        except (KeyError, UserError):
            return None
