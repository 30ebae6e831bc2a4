"""The verb train: a run from start to end, its progress on stderr, its figures at the end."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from core.cli.ahead import told_aside
from core.cli.data_given import measured_on, settled
from core.cli.desk import Desk
from core.data.checks.check_answers import few
from core.engine import Engine
from core.errors import MachineError, UserError, from_plain
from core.models import catalog, device
from core.models.lock import DeviceLock
from core.runs.events import Adjusted, Evaluated, Event, EventReader, Failed, Finished, Phase, Started, Step, Stopped
from core.runs.store import Run
from core.training import limits
from core.training.aside import measure_of

POLL_S = 0.2
LOST_AFTER = 10
"""Looks at an idle engine after which a run that has no end counts as let go."""

LINE_EVERY_S = 5.0
"""Seconds between two lines of progress where a line cannot be written over."""

LEFT_AT_ONCE = 130
CLOSE_S = 30.0


def train(desk: Desk) -> int:
    """Train, wait for the end, give the figures. A stop keeps what was learned and is no failure."""
    spec = desk.spec(model=desk.choices.model)  # slips in the settings are told before anything is read
    dataset = settled(desk, desk.choices.data)
    if dataset.task == "preference":
        raise UserError("train.preference")
    model, folder = desk.model(desk.choices.model, fetch=True)
    spec = desk.spec(model=model.name, dataset=dataset.id, **measured_on(desk, settled))
    measure = measure_of(spec, dataset, desk.datasets)
    if desk.choices.no_wait:
        refuse_busy_device()
    found = few(dataset.usable, spec.goal)
    found += limits.of_rows(catalog.facts_of_ref(model), folder, dataset.load_rows())
    for finding in [*found, *(measure.findings() if measure else [])]:
        desk.note_line(desk.text.finding(finding))
    name = desk.choices.name or f"{dataset.name}, {model.title}, {time.strftime('%H:%M')}"
    run = desk.store.create(spec, name)
    from core.engine import LocalEngine

    engine = LocalEngine(desk.workspace, desk.store, desk.datasets, wait=not desk.choices.no_wait)
    desk.note("cli.train.begin", name=run.meta["name"], run=run.id)
    desk.note_line(told_aside(desk, spec, dataset, measure))
    try:
        with _stopping(desk, engine, run):
            engine.submit(run.id)
            ended = _follow(desk, engine, run)
    finally:
        engine.close(wait_s=CLOSE_S)
    return _tell_end(desk, run, ended)


def refuse_busy_device() -> None:
    """Raises MachineError `device.busy` when another program has the device."""
    lock = DeviceLock(device.choose_device(), "launch.py train")
    if not lock.take():
        raise busy(lock.holder())
    lock.give()


def busy(holder: str) -> MachineError:
    """The device is taken; a program that has not said its name yet (it has only just begun) is told without one."""
    return MachineError("device.busy", holder=holder) if holder else MachineError("device.busy_unnamed")


def told(plain: dict[str, Any]) -> UserError:
    """The error that the engine tells of."""
    error = from_plain(plain)
    return busy(str(error.facts.get("holder") or "")) if error.code == "device.busy" else error


@contextmanager
def _stopping(desk: Desk, engine: Engine, run: Run) -> Iterator[None]:
    """First Ctrl-C or SIGTERM: stop and keep what was learned. Second: leave at once."""
    asked = False

    def handle(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            os._exit(LEFT_AT_ONCE)
        asked = True
        desk.note("cli.train.stopping")
        threading.Thread(target=engine.stop, args=(run.id,), daemon=True).start()  # a handler must not wait for locks

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _follow(desk: Desk, engine: Engine, run: Run) -> Finished | Stopped:
    """Report what happens until the run has ended. Raises the UserError that it failed with."""
    reader, progress = EventReader(run.events_path), Progress(desk)
    lost = 0
    while True:
        for event in reader.read():
            progress.see(event)
            if isinstance(event, Failed):
                raise told({"code": event.code, "facts": event.facts, "exit_code": event.exit_code})
            if isinstance(event, Finished | Stopped):
                return event
        status = engine.status()
        if status.state == "waiting":
            progress.waiting(status.holder)
        # An engine that has let the run go without a word: not even its end could be written, as on a full disk.
        idle = status.run is None and run.id not in status.queue and status.state in ("idle", "asleep")
        lost = lost + 1 if idle else 0
        if lost > LOST_AFTER and run.status() in ("queued", "interrupted"):
            raise _gone(desk, run)
        time.sleep(POLL_S)


def _gone(desk: Desk, run: Run) -> MachineError:
    """What to say of a run that has ended without a word. Only one that never began is deleted: nothing is in it."""
    name, last = run.meta["name"], run.usable_adapter()
    if last is not None:
        step = int(last.name.partition("-")[2]) if last != run.adapter_folder else run.summary()["steps"]
        return MachineError("run.gone", name=name, run=run.id[:8], step=step, folder=str(last))
    if run.status() == "queued" and not run.events():
        desk.store.delete(run.id)
        return MachineError("run.not_begun", name=name, folder=str(desk.workspace.runs))
    return MachineError("run.gone_empty", name=name, run=run.id[:8], folder=str(run.folder))


class Progress:
    """What happens in a run, as lines: one that is written over on a console, one every few seconds elsewhere."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.plan: dict[str, Any] = {}
        self.told: set[str] = set()
        self.said_at = 0.0
        self.began: tuple[float, int] | None = None
        self.waited = False

    def see(self, event: Event) -> None:
        if isinstance(event, Started):
            self.plan = event.plan
        elif isinstance(event, Phase):
            self._phase(event)
        elif isinstance(event, Step):
            self._step(event)
        elif isinstance(event, Evaluated):
            self.desk.note("cli.train.evaluated", step=event.step, loss=f"{event.loss:.3f}")
        elif isinstance(event, Adjusted):
            self.desk.note("cli.train.adjusted", what=event.what, before=event.before, after=event.after)
            self.plan = {**self.plan, event.what: event.after}

    def waiting(self, holder: str) -> None:
        if not self.waited:
            self.waited = True
            self.desk.note_waiting(holder)

    def _phase(self, event: Phase) -> None:
        """Each phase is told once: evaluating and saving come again and again."""
        what = self.desk.text(f"cli.phase.{event.name}")
        if event.name not in self.told:
            self.told.add(event.name)
            if event.name == "training":
                self._tell_plan()
            else:
                self.desk.note("cli.train.phase", what=what)
        elif event.total and event.name != "training":
            self.desk.pass_by("cli.train.phase_at", what=what, done=event.done, total=event.total)

    def _tell_plan(self) -> None:
        facts = {name: self.plan.get(name, "?") for name in ("train_rows", "holdout_rows", "steps", "max_length")}
        facts["learning_rate"] = f"{self.plan.get('learning_rate', 0):g}"
        self.desk.note("cli.train.plan", **facts, precision=self.plan.get("precision", "?"))
        if general := self.plan.get("general_rows"):
            self.desk.note("train.plan.mixed", own=facts["train_rows"], general=general)

    def _step(self, event: Step) -> None:
        now = time.monotonic()
        if self.began is None:
            self.began = (now, event.step)
        total = int(self.plan.get("steps") or 0)
        done = event.step - self.began[1]
        left = (now - self.began[0]) / done * (total - event.step) if done and total else None
        facts = {
            "step": event.step,
            "steps": total or "?",
            "percent": 100 * event.step // total if total else "?",
            "loss": f"{event.loss:.3f}" if event.loss is not None else "?",
            "left": self.desk.text.duration(left),
        }
        if self.desk.live:
            self.desk.pass_by("cli.train.step", **facts)
        elif now - self.said_at >= LINE_EVERY_S or event.step == total:
            self.said_at = now
            self.desk.note("cli.train.step", **facts)


def _tell_end(desk: Desk, run: Run, ended: Finished | Stopped) -> int:
    adapter = run.usable_adapter()
    status = run.status()
    desk.give(
        {
            "run": run.id,
            "status": status,
            "steps": ended.step,
            "train_loss": ended.train_loss,
            "eval_loss": ended.eval_loss,
            "adapter": str(adapter) if adapter else None,
            "seconds": ended.seconds,
            "tokens_per_second": ended.tokens_per_s,
        }
    )
    loss = f"{ended.train_loss:.3f}" if ended.train_loss is not None else "?"
    seconds = desk.text.duration(ended.seconds)
    how = status if adapter or status == "finished" else "stopped_empty"
    desk.say(desk.text(f"cli.train.{how}", steps=ended.step, loss=loss, time=seconds))
    if ended.eval_loss is not None:
        desk.say(desk.text("cli.train.held", loss=f"{ended.eval_loss:.3f}"))
    if adapter:
        desk.say(desk.text("cli.train.next", run=run.id))
    return 0
