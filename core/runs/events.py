"""What happens in a run, one JSON object per line of `events.jsonl`, appended only by whoever holds the run's lock.

A reader keeps a byte offset, ignores an unfinished last line, skips kinds it does not know, and after a
resume drops the steps above `resumed_from_step`.
"""

import json
import math
import os
import time
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter


@dataclass(frozen=True, kw_only=True)
class Event:
    """Base of all events; `time` is seconds since the epoch (order is by line, never by time)."""

    time: float = field(default_factory=time.time)


@dataclass(frozen=True, kw_only=True)
class Started(Event):
    """The lock is held; written before anything is loaded."""

    attempt: int
    resumed_from_step: int = 0
    plan: dict[str, Any] = field(default_factory=dict)  # core/training/plan.py, Plan.plain()


@dataclass(frozen=True, kw_only=True)
class Phase(Event):
    """Where the run is. `name`: loading, tokenizing, training, evaluating, saving; done of total, total 0: unknown."""

    name: str
    done: int = 0
    total: int = 0


@dataclass(frozen=True, kw_only=True)
class Step(Event):
    """One optimizer step."""

    step: int  # from 1
    epoch: float  # passes over the training rows so far
    loss: float | None  # mean negative log likelihood per trained token, nats; None: not a number
    learning_rate: float
    grad_norm: float | None = None
    tokens: int = 0  # tokens read so far in this attempt, padding not counted
    tokens_per_s: float = 0.0  # over the last steps
    memory_gb: float = 0.0  # peak on the accelerator, or resident memory on a CPU


@dataclass(frozen=True, kw_only=True)
class Evaluated(Event):
    """Loss on the rows kept aside: the mean over their batches of the mean per trained token, nats."""

    step: int
    loss: float
    rows: int


@dataclass(frozen=True, kw_only=True)
class Sample(Event):
    """One of the data's questions, answered at a step (0: before training)."""

    step: int
    question: str
    answer: str
    expected: str = ""


@dataclass(frozen=True, kw_only=True)
class Checkpoint(Event):
    """A sealed checkpoint stands in `checkpoints/<name>`. `reason`: epoch, time, steps, stop, end."""

    step: int
    name: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Adjusted(Event):
    """The plan was changed on the way: setting `what`, from `before` to `after`, `reason` a code."""

    what: str
    before: Any
    after: Any
    reason: str


@dataclass(frozen=True, kw_only=True)
class Stopped(Event):
    """Ended because a stop was asked for. `adapter`: whether something that was learned could be kept."""

    step: int
    adapter: bool
    seconds: float = 0.0
    train_loss: float | None = None
    eval_loss: float | None = None
    tokens_per_s: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Failed(Event):
    """Ended by an error, as code and facts (core/errors.py)."""

    code: str
    facts: dict[str, Any] = field(default_factory=dict)
    exit_code: int = 1
    step: int = 0


@dataclass(frozen=True, kw_only=True)
class Finished(Event):
    """Ended as planned; the adapter stands in `adapter/`."""

    step: int
    seconds: float
    train_loss: float | None  # mean of the last tenth of the steps
    eval_loss: float | None = None
    tokens_per_s: float = 0.0


KINDS: dict[str, type[Event]] = {
    kind.__name__: kind
    for kind in (Started, Phase, Step, Evaluated, Sample, Checkpoint, Adjusted, Stopped, Failed, Finished)
}
_CHECKED: dict[str, TypeAdapter[Any]] = {name: TypeAdapter(kind) for name, kind in KINDS.items()}
"""What makes sure that a step is a number and a plan is a mapping, whoever wrote the line."""

TERMINAL = (Stopped, Failed, Finished)


def to_line(event: Event) -> str:
    """The event as one line of JSON with its kind first. Numbers that are not finite become null."""
    values = {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in asdict(event).items()
    }
    return json.dumps({"kind": type(event).__name__, **values}, ensure_ascii=False, allow_nan=False) + "\n"


def from_line(line: bytes | str) -> Event | None:
    """The event on a line, None when it is of an unknown kind or not an event at all.

    Fields that this version does not know are left out.
    """
    try:
        values = json.loads(line)
        kind = KINDS[values.pop("kind")]
        known = {part.name for part in fields(kind)}
        event: Event = _CHECKED[kind.__name__].validate_python(
            {name: value for name, value in values.items() if name in known}
        )
        return event
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):  # ValidationError is a ValueError
        return None


class EventLog:
    """The writer's side. Opening cuts a torn last line; each event is on disk when `append` returns."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab+")
        self._cut_torn_line()

    def _cut_torn_line(self) -> None:
        self._file.seek(0)
        content = self._file.read()
        if content and not content.endswith(b"\n"):
            self._file.truncate(content.rfind(b"\n") + 1)

    def append(self, event: Event) -> None:
        """Raises OSError when the disk refuses."""
        self._file.write(to_line(event).encode("utf-8"))
        self._file.flush()
        if not isinstance(event, Step | Phase):  # the rare ones decide the status: they survive a power cut
            os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()


class EventReader:
    """The reader's side: `read()` gives the events that came since the last call."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0

    def read(self) -> list[Event]:
        """New events, in order. A missing file gives none; an unfinished last line waits for the next call."""
        try:
            with self._path.open("rb") as file:
                if self._offset > os.fstat(file.fileno()).st_size:  # a torn line was cut
                    self._offset = 0
                file.seek(self._offset)
                content = file.read()
        except OSError:  # not there yet, or not a file
            return []
        whole = content[: content.rfind(b"\n") + 1]
        self._offset += len(whole)
        return [event for line in whole.splitlines() if (event := from_line(line)) is not None]


def effective(events: list[Event]) -> list[Event]:
    """`events` as they count: after a resume, steps above `resumed_from_step` of earlier attempts are dropped."""
    kept: list[Event] = []
    for event in events:
        if isinstance(event, Started):
            kept = [
                old
                for old in kept
                if not isinstance(old, Step | Evaluated | Sample) or old.step <= event.resumed_from_step
            ]
        kept.append(event)
    return kept
