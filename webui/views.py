"""A run folder as what the Training tab shows: phases, progress, curve, sentence, answers so far (no Gradio here)."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import UserError, from_plain
from core.runs.events import (
    Checkpoint,
    Evaluated,
    Event,
    EventReader,
    Failed,
    Finished,
    Phase,
    Sample,
    Step,
    Stopped,
    effective,
)
from core.runs.store import Run
from core.training.reading import read
from webui import estimate
from webui.curve import attempt, figure, plan_of, steps_of
from webui.text import Text

LOG_LINES = 40
PHASES = ("loading", "tokenizing", "training", "evaluating", "saving")
LIVE = ("running", "stopping")


class Follower:
    """The events of runs, each read on from where the last look ended, shared by all pages."""

    KEPT = 8

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[str, tuple[EventReader, list[Event]]] = {}

    def events(self, run: Run) -> list[Event]:
        """All events of `run` that count, in order."""
        with self._lock:
            reader, seen = self._seen.pop(run.id, None) or (EventReader(run.events_path), [])
            seen = effective(seen + reader.read())
            self._seen[run.id] = (reader, seen)
            while len(self._seen) > self.KEPT:
                del self._seen[next(iter(self._seen))]
            return list(seen)


# -- where the run is


@dataclass(frozen=True)
class Mark:
    """One phase in the strip. state: done, now, ahead, broken; share: 0 to 1 of it, None where unknown."""

    name: str
    state: str
    share: float | None = None


@dataclass(frozen=True)
class Progress:
    """How far a run is. left_s: seconds left, None where nobody can know."""

    step: int
    steps: int
    epoch: float
    epochs: float
    left_s: float | None

    @property
    def share(self) -> float:
        return min(1.0, self.step / self.steps) if self.steps else 0.0


def progress(events: list[Event]) -> Progress:
    """Step, pass and time left; the pace is that of the last twenty steps of this attempt."""
    plan, steps = plan_of(events), steps_of(events)
    total = int(plan.get("steps") or 0)
    step = steps[-1].step if steps else 0
    recent = steps_of(attempt(events))[-21:]
    left: float | None = None
    if len(recent) >= 2 and total:
        left = (recent[-1].time - recent[0].time) / (len(recent) - 1) * (total - step)
    return Progress(step, total, steps[-1].epoch if steps else 0.0, float(plan.get("epochs") or 0.0), left)


def phases(events: list[Event], status: str) -> list[Mark]:
    """Loading, preparing, learning, checking, saving: which are over, which is on, how far it is."""
    here = [event for event in attempt(events) if isinstance(event, Phase | Step)]
    if status == "finished":
        return [Mark(name, "done") for name in PHASES]
    at, share, whole = 0, None, progress(events).share
    for event in here:
        name = "training" if isinstance(event, Step) else event.name
        if name in ("evaluating", "saving") and 0 < whole < 1 and status == "running":
            name = "training"  # a look in between, learning goes on
        if name in PHASES:
            at = PHASES.index(name)
        share = event.done / event.total if isinstance(event, Phase) and event.total else None
    if PHASES[at] == "training":
        share = whole
    now = "now" if status in LIVE else "ahead" if status == "queued" else "broken"
    states = ["done"] * at + [now] + ["ahead"] * (len(PHASES) - at - 1)
    return [Mark(name, state, share if state == "now" else None) for name, state in zip(PHASES, states, strict=True)]


# -- in words


def _shown(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: f"{value:.3g}" if isinstance(value, float) else value for name, value in facts.items()}


def verdict(events: list[Event], text: Text) -> str:
    """The sentence about the curve, "" while there is none."""
    if not steps_of(events):
        return ""
    code, facts = read(events)
    return text(f"verdict.{code}", **_shown(facts)) if code else ""


def failure(events: list[Event]) -> UserError | None:
    """Why the run failed, None when it did not."""
    last = next((event for event in reversed(events) if isinstance(event, Failed)), None)
    return from_plain({"code": last.code, "facts": last.facts, "exit_code": last.exit_code}) if last else None


def saved_step(events: list[Event]) -> int:
    """The step of the newest checkpoint, 0 when there is none."""
    return max((event.step for event in events if isinstance(event, Checkpoint)), default=0)


def sentence(events: list[Event], status: str, text: Text, *, before: int = 0, starting: bool = False) -> str:
    """The one sentence above the curve.

    before:   how many runs stand before this one while it is queued
    starting: the engine has taken it up already, and is importing or planning
    """
    step = max((event.step for event in steps_of(events)), default=0)
    saying: dict[str, Callable[[], str]] = {
        "queued": lambda: (
            text("train.starting")
            if starting
            else text("train.queued", n=before)
            if before
            else text("train.queued_next")
        ),
        "running": lambda: verdict(events, text) or text("train.soon"),
        "stopping": lambda: text("train.stopping_line") if step else text("train.stopping_load"),
        "stopped": lambda: _stopped(events, text),
        "failed": lambda: _failed(events, text),
        "interrupted": lambda: (
            text("train.gone", n=step, k=saved_step(events)) if saved_step(events) else text("train.gone_nothing")
        ),
        "finished": lambda: _finished(events, text),
    }
    return saying[status]()


def _stopped(events: list[Event], text: Text) -> str:
    end = next(event for event in reversed(events) if isinstance(event, Stopped))
    return text("train.stopped", n=end.step) if end.adapter else text("train.stopped_nothing")


def _failed(events: list[Event], text: Text) -> str:
    error = failure(events)
    said = text.error(error) if error else ""
    return f"{said} {text('train.failed_kept', n=saved_step(events))}" if saved_step(events) else said


def _finished(events: list[Event], text: Text) -> str:
    end = next(event for event in reversed(events) if isinstance(event, Finished))
    code, facts = read(events)
    said = text(f"train.done.{code}", **_shown(facts)) if f"train.done.{code}" in text else verdict(events, text)
    if code in ("learning", "flat") and plan_of(events).get("holdout_rows") == 0:
        said = text("model.blank").join((said, text("verdict.blind")))
    return text("train.finished", time=text.duration(end.seconds), said=said)


# -- its answers, figures, log


@dataclass(frozen=True)
class Answer:
    """One of the data's questions, before training and now. step: of `now`, 0 while there is only the first answer."""

    question: str
    expected: str
    before: str
    now: str
    step: int


def answers(events: list[Event]) -> list[Answer]:
    """The questions in the order they were first asked."""
    asked: dict[str, list[Sample]] = {}
    for event in events:
        if isinstance(event, Sample):
            asked.setdefault(event.question, []).append(event)
    found = []
    for question, samples in asked.items():
        first, last = samples[0], samples[-1]
        before = first.answer if first.step == 0 else ""
        found.append(Answer(question, last.expected, before, last.answer if last.step else "", last.step))
    return found


def numbers(events: list[Event], text: Text) -> list[tuple[str, str]]:
    """The figures behind the curve, as (name, value)."""
    steps, plan = steps_of(events), plan_of(events)
    if not steps:
        return []
    last = steps[-1]
    held = next((event for event in reversed(events) if isinstance(event, Evaluated)), None)
    mixed = estimate.mix(plan)
    rows = [
        ("train.n.loss", figure(last.loss)),
        ("train.n.held", figure(held.loss) if held else ""),
        ("train.n.rate", f"{last.learning_rate:.2g}"),
        ("train.n.gradient", figure(last.grad_norm) if last.grad_norm is not None else ""),
        ("train.n.speed", f"{last.tokens_per_s:,.0f}" if last.tokens_per_s else ""),
        ("train.n.tokens", f"{last.tokens:,}" if last.tokens else ""),
        ("train.n.memory", text.size(last.memory_gb * 1e9) if last.memory_gb else ""),
        ("train.n.batch", str(plan["batch_size"]) if plan.get("batch_size") else ""),
        ("train.plan.mix", text("train.plan.mixed", **mixed) if mixed else ""),
    ]
    return [(text(key), value) for key, value in rows if value]


def log_tail(path: Path, lines: int = LOG_LINES) -> str:
    """The last lines of the trainer's log, "" when there is none. Reads at most 64 kB."""
    try:
        with path.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - 65_536))
            return "\n".join(file.read().decode("utf-8", errors="replace").splitlines()[-lines:])
    except OSError:
        return ""


def percent(share: float) -> str:
    """ "42 %", never 100 % before the end."""
    return f"{min(99, int(100 * share)) if share < 1 else 100} %"
