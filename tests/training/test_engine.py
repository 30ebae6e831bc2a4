"""The engine as an actor: its line, its lock on the device, and what is left when it is killed."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from core.chat.requests import ChatRequest, Message
from core.data.datasets import DatasetStore
from core.engine import LocalEngine
from core.errors import UserError
from core.models.device import choose_device
from core.models.lock import DeviceLock
from core.runs import checkpoints
from core.runs.events import Started, Step, Stopped
from core.runs.store import RunStore
from core.workspace import Workspace
from tests.training.conftest import Lab
from tests.training.test_run import ask


def steps(lab: Lab, run_id: str) -> int:
    return sum(isinstance(event, Step) for event in lab.store.get(run_id).events())


def test_a_second_start_waits_in_line_and_one_can_leave_it(lab: Lab) -> None:
    first, second, third = (lab.run(min_steps=count) for count in (3000, 4, 4))
    assert [lab.engine.submit(run.id) for run in (first, second, third)] == [0, 1, 2]
    assert lab.engine.submit(first.id) == lab.engine.submit(first.id)  # pressing Start again changes nothing
    lab.wait(first, lambda: steps(lab, first.id) > 1)
    assert lab.engine.status().run == first.id and lab.engine.status().queue == (second.id, third.id)
    lab.engine.stop(second.id)
    assert second.status() == "stopped" and not steps(lab, second.id)
    with pytest.raises(UserError, match=r"run\.busy"):
        lab.store.delete(first.id)
    lab.engine.stop(first.id)
    lab.wait(third)
    assert first.status() == "stopped" and third.status() == "finished"


def test_while_a_run_trains_another_ones_answers_wait_and_say_so(lab: Lab) -> None:
    done = lab.train()
    busy = lab.run(min_steps=3000)
    lab.engine.submit(busy.id)
    lab.wait(busy, lambda: steps(lab, busy.id) > 1)
    history = [Message(role="user", content="What is number 3?")]
    seen: list[str] = []

    def talk() -> None:
        for event in lab.engine.chat(ChatRequest(run=done.id, histories={"tuned": history})):
            seen.append(event.kind + str(event.facts.get("reason", "")))

    asking = threading.Thread(target=talk)
    asking.start()
    time.sleep(0.5)
    assert seen == ["waitingtraining"]
    lab.engine.stop(busy.id)
    asking.join(60)
    assert seen[-1] == "done"


def test_nonsense_is_answered_with_an_error_event(lab: Lab) -> None:
    def last(request: ChatRequest) -> str:
        events = list(lab.engine.chat(request))
        assert events[-1].kind == "error"
        return str(events[-1].facts["code"])

    question = [Message(role="user", content="hello")]
    queued = lab.run()
    assert last(ChatRequest(run="nothing", histories={"base": question})) == "run.unknown"
    assert last(ChatRequest(run=queued.id, histories={"tuned": question})) == "run.no_adapter"
    assert (
        last(ChatRequest(model=str(lab.model), histories={"base": [Message(role="user", content="  ")]}))
        == "chat.no_question"
    )
    long = [Message(role="user", content="long " * 500)]
    assert last(ChatRequest(model=str(lab.model), histories={"base": long})) == "chat.too_long"
    answers = [
        event
        for event in lab.engine.chat(ChatRequest(model=str(lab.model), histories={"base": question}))
        if event.kind == "done"
    ]
    assert [event.side for event in answers] == ["base"]


def test_closing_an_answer_stops_it(lab: Lab) -> None:
    run = lab.train()
    stream = lab.engine.chat(
        ChatRequest(
            run=run.id, histories={"base": [Message(role="user", content="hello")]}, sampling={"max_new_tokens": 400}
        )  # type: ignore[arg-type]
    )
    next(stream)
    stream.close()
    assert ask(lab, run.id)


def test_stop_while_a_run_is_planned_is_not_lost(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between leaving the line and the first event a run reads as queued, though the engine is at work on it."""
    import core.accelerator

    planned, go_on = threading.Event(), threading.Event()
    settle = core.accelerator.settle

    def slowly(*args: Any) -> Any:
        planned.set()
        go_on.wait(20)
        return settle(*args)

    monkeypatch.setattr(core.accelerator, "settle", slowly)
    run = lab.run(min_steps=3000)
    lab.engine.submit(run.id)
    assert planned.wait(60) and run.status() == "queued"
    lab.engine.stop(run.id)
    go_on.set()
    lab.wait(run)
    assert run.status() == "stopped" and not steps(lab, run.id)


def test_a_failed_run_does_not_stop_the_line(lab: Lab, tmp_path: Path) -> None:
    missing, good = lab.run(model=str(tmp_path / "nowhere")), lab.run()
    lab.engine.submit(missing.id)
    lab.engine.submit(good.id)
    lab.wait(good)
    assert missing.status() == "failed" and missing.events()[-1].code == "model.no_folder"  # type: ignore[attr-defined]
    assert good.status() == "finished"


def test_two_programs_take_turns_on_the_device(lab: Lab) -> None:
    other = DeviceLock(choose_device(), "another window")
    assert other.take()
    impatient = LocalEngine(lab.workspace, lab.store, lab.datasets, wait=False)
    events = list(
        impatient.chat(ChatRequest(model=str(lab.model), histories={"base": [Message(role="user", content="hello")]}))
    )
    assert events[-1].facts["code"] == "device.busy" and events[-1].facts["facts"]["holder"] == "another window"
    refused = lab.run()
    impatient.submit(refused.id)
    lab.wait(refused)
    assert refused.status() == "failed" and refused.events()[-1].code == "device.busy"  # type: ignore[attr-defined]
    impatient.close()

    run = lab.run()
    lab.engine.submit(run.id)
    lab.wait(run, lambda: lab.engine.status().state == "waiting")
    assert lab.engine.status().holder == "another window" and run.status() == "queued"
    lab.engine.stop(run.id)
    assert lab.wait(run).status() == "stopped"
    run = lab.run()
    lab.engine.submit(run.id)
    lab.wait(run, lambda: lab.engine.status().state == "waiting")
    other.give()
    assert lab.wait(run).status() == "finished"


def test_the_device_is_given_back_after_some_idle_time(lab: Lab) -> None:
    engine = LocalEngine(lab.workspace, lab.store, lab.datasets, idle_s=0.1)
    list(engine.chat(ChatRequest(model=str(lab.model), histories={"base": [Message(role="user", content="hello")]})))
    other = DeviceLock(choose_device(), "another window")
    deadline = time.monotonic() + 20
    while not other.take():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert engine.status().loaded is None
    other.give()
    engine.close()


def test_an_idle_program_gives_the_device_to_one_that_waits(lab: Lab) -> None:
    """A window that has answered and does nothing must not keep a training on the command line waiting."""
    list(
        lab.engine.chat(ChatRequest(model=str(lab.model), histories={"base": [Message(role="user", content="hello")]}))
    )
    assert lab.engine.status().loaded is not None
    other = DeviceLock(choose_device(), "the command line")
    deadline = time.monotonic() + 20
    while not other.take():
        other.want()
        assert time.monotonic() < deadline
        time.sleep(0.2)
    other.give()


def test_closing_the_program_keeps_what_was_learned(lab: Lab) -> None:
    run = lab.run(min_steps=5000)
    lab.engine.submit(run.id)
    lab.wait(run, lambda: steps(lab, run.id) > 2)
    lab.engine.close()
    ended = run.events()[-1]
    assert isinstance(ended, Stopped) and ended.adapter and run.usable_adapter() is not None


def test_a_broken_installation_is_said_and_can_be_mended(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    import core.accelerator

    def broken(*args: object, **kwargs: object) -> None:
        raise ImportError("libcudart.so.12: cannot open shared object file")

    run, again = lab.run(), lab.run()
    with monkeypatch.context() as patch:
        patch.setattr(core.accelerator, "Accelerator", broken)
        lab.engine.submit(run.id)
        lab.wait(run)
    failed = run.events()[-1]
    assert failed.code == "unexpected" and "libcudart" in failed.facts["said"]  # type: ignore[attr-defined]
    lab.engine.submit(again.id)
    assert lab.wait(again).status() == "finished"


PHASES = {
    "loading": lambda lines: '"name": "loading"' in lines,
    "tokenizing": lambda lines: '"name": "tokenizing"' in lines,
    "training": lambda lines: lines.count('"kind": "Step"') >= 3,
    "evaluating": lambda lines: '"name": "evaluating"' in lines,
    "saving": lambda lines: '"name": "saving"' in lines,
}


@pytest.mark.parametrize("phase", PHASES)
def test_killed_in_any_phase_the_run_reads_as_interrupted(lab: Lab, phase: str) -> None:
    """SIGKILL leaves no time to clean up: the folder must say the truth by itself, and the next run must work."""
    run = lab.run(min_steps=100_000, save_every=2, holdout=2, eval_every=3)
    program = (
        "import sys, time\n"
        "from core.workspace import Workspace; from core.runs.store import RunStore\n"
        "from core.data.datasets import DatasetStore; from core.engine import LocalEngine\n"
        "workspace = Workspace(sys.argv[1]); store = RunStore(workspace)\n"
        "engine = LocalEngine(workspace, store, DatasetStore(workspace)); engine.submit(sys.argv[2])\n"
        "time.sleep(300)\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", program, str(lab.workspace.root), run.id],
        cwd=Path(__file__).parents[2], env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        reached = PHASES[phase]
        lab.wait(run, lambda: run.events_path.exists() and reached(run.events_path.read_text(encoding="utf-8")))
        assert run.status() == "running"
    finally:
        child.send_signal(signal.SIGKILL) if hasattr(signal, "SIGKILL") else child.kill()
        child.wait()
    with run.events_path.open("ab") as file:
        file.write(b'{"kind": "Step", "ste')  # what a kill inside a write leaves
    store = RunStore(Workspace(lab.workspace.root))
    again = store.get(run.id)
    assert again.status() == "interrupted"
    assert again.summary()["status"] == "interrupted" and len(store.list()) == 1
    assert isinstance(again.events()[0], Started)
    whole = checkpoints.newest(again.checkpoints_folder)
    if phase in ("training", "evaluating"):  # after three steps, the checkpoint of step 2 is sealed
        assert whole is not None
    if whole is not None:
        assert again.usable_adapter() == whole
        assert set(ask(lab, run.id)) == {"base", "tuned"}
        manifest = json.loads((whole / checkpoints.MANIFEST).read_text())
        assert manifest["step"] % 2 == 0
    else:
        assert again.usable_adapter() is None
    assert DatasetStore(lab.workspace).list()[0].id == lab.dataset.id
    assert lab.train().status() == "finished"
