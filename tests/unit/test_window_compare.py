"""Compare's bar: what stands on the button is what a press of it does, at every moment of an answer."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from core.chat.requests import ChatEvent, ChatRequest, Sampling
from core.data.datasets import DatasetStore
from core.drafts import DraftStore
from core.models.sources import Fetcher
from core.runs.events import EventLog, Started
from core.runs.store import RunStore
from core.spec import RunSpec
from core.workspace import Workspace
from tests.unit.test_window_actions import WaitingEngine
from webui import asking, shell, text
from webui.asking import Talk
from webui.context import Context
from webui.snapshot import Page
from webui.tabs import compare_view

EN, ZH = text.load("en"), text.load("zh")
MEANS = {EN("compare.ask"): "ask", EN("compare.stop"): "stop_answering"}


class Speaking(WaitingEngine):
    """Answers both sides with two words."""

    def chat(self, request: ChatRequest) -> Iterator[ChatEvent]:
        for side in request.histories:
            yield ChatEvent(kind="text", side=side, text="well", tokens=1)
            yield ChatEvent(kind="done", side=side, text="well then", reason="stop", tokens=2)


@pytest.fixture
def ctx(tmp_path: Path) -> Context:
    workspace = Workspace(tmp_path / "work")
    found = Context(
        workspace, RunStore(workspace), DatasetStore(workspace), DraftStore(workspace), Speaking(), Fetcher()
    )
    run = found.store.create(RunSpec(), "My FAQ")
    log = EventLog(run.events_path)
    log.append(Started(attempt=1))
    log.close()
    run.adapter_folder.mkdir()
    (run.adapter_folder / "adapter_model.safetensors").write_bytes(b"x" * 100)
    found.drafts.update(run=run.id, room="compare")
    return found


def page_of(ctx: Context) -> tuple[Any, Page, dict[str, Any]]:
    """The English page's shell as built, a page on it, and its outputs by elem_id."""
    with gr.Blocks() as demo:
        kept: list[Any] = []
        attach = shell.Shell.attach

        def keep(self: Any, *values: Any) -> None:
            kept.append(self)
            attach(self, *values)

        shell.Shell.attach = keep  # type: ignore[method-assign]
        try:
            shell.build(ctx, EN)
        finally:
            shell.Shell.attach = attach  # type: ignore[method-assign]
    page = Page(room="compare")
    kept[0].show(page)
    return demo, page, {getattr(output, "elem_id", None): output for output in kept[0].outputs}


def ask(demo: Any, page: Page, outputs: dict[str, Any], label: str, question: str) -> list[dict[str, Any]]:
    """What a press of the primary button sends, one `{elem_id: update}` after another."""
    pressed = next(
        fn
        for fn in demo.fns.values()
        if fn.fn is not None
        and getattr(fn.fn, "__name__", "") == "pressed"
        and len(fn.inputs) > 3
        and any(target[0] == outputs["bar-primary"]._id for target in fn.targets)
    )
    normal = Sampling()
    drawn = [getattr(normal, name) for name in Sampling.model_fields]
    sent = pressed.fn(page, label, question, "", *drawn)
    return [dict(zip([output.elem_id for output in pressed.outputs], values, strict=True)) for values in sent]


def test_the_buttons_words_and_what_it_does_are_sent_together(ctx: Context) -> None:
    """The words changed at once and the action with the next tick: Stop did nothing for up to a second."""
    demo, page, outputs = page_of(ctx)
    sent = ask(demo, page, outputs, EN("compare.ask"), "hello")
    labels = []
    for update in sent:
        label = update["bar-primary"]
        if "value" not in label:
            assert "value" not in update["bar-plan"]
            continue
        action = re.search('data-action="([^"]*)"', update["bar-plan"]["value"])
        assert action is not None and action[1] == MEANS[label["value"]]
        labels.append(label["value"])
    assert labels == [EN("compare.stop"), EN("compare.ask")]


def test_stop_is_offered_only_once_there_is_something_to_stop(ctx: Context) -> None:
    talk = asking.asked(Talk(run="r"), "hello")
    request = asking.request_of(Talk(run="r"), None, "hello", "", Sampling())
    stream = ctx.asking.follow(ctx.engine, talk, request)
    assert next(stream).busy and ctx.asking.busy
    assert not list(stream)[-1].busy and not ctx.asking.busy


WAITS = [
    ({"reason": "step", "run": "r"}, "compare.wait.step", {}),
    ({"reason": "training", "run": "r"}, "compare.wait.training", {"name": "My FAQ"}),
    ({"reason": "device", "holder": "launch.py train"}, "compare.wait.device", {"holder": "launch.py train"}),
    ({}, "compare.wait.waiting", {}),
]


@pytest.mark.parametrize("words", [EN, ZH])
@pytest.mark.parametrize(("facts", "key", "said"), WAITS, ids=["step", "training", "device", "other"])
def test_a_wait_says_what_is_waited_for(
    words: text.Text, facts: dict[str, Any], key: str, said: dict[str, Any]
) -> None:
    talk = asking.heard(asking.asked(Talk(run="r"), "hello"), ChatEvent(kind="waiting", facts=facts))
    assert words(key, **said) in compare_view.line(talk, "finished", words, run_name="My FAQ")


def test_the_snapshot_lists_the_runs_once(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every tick looked at all run folders about seven times."""
    looked: list[int] = []
    rows = type(ctx.runs).rows
    monkeypatch.setattr(type(ctx.runs), "rows", lambda self, store: looked.append(1) or rows(self, store))
    page_of(ctx)
    assert looked == [1]
