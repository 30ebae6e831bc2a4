"""The run folder, and the status that is derived from it: the folder is the truth, nothing else.

workspace/runs/<id>/
    spec.json      the RunSpec as started; no tokens, no secrets
    meta.json      what may change later: name, note, star, owner, created
    env.json       package versions, device, dataset and model fingerprints
    events.jsonl   append-only (core/runs/events.py)
    log            the trainer's log, secrets redacted
    stop           present when a stop was asked for; names the attempt that it is for
    lock           held by whoever trains (filelock; a pid would lie after a kill)
    checkpoints/   each sealed (core/runs/checkpoints.py)
    adapter/       adapter_model.safetensors + adapter_config.json, renamed into place last
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout

from core.errors import UserError
from core.runs import checkpoints
from core.runs.events import (
    TERMINAL,
    Adjusted,
    Evaluated,
    Event,
    EventReader,
    Failed,
    Finished,
    Started,
    Step,
    Stopped,
    effective,
)
from core.spec import RunSpec, build
from core.workspace import clean_name, write_atomic

Status = Literal["queued", "running", "stopping", "finished", "stopped", "failed", "interrupted"]


LAST_SECOND = 4_102_444_800
"""2100-01-01 in seconds since the epoch: a creation time beyond it is damage, and some systems cannot show it."""


class Run:
    """One run folder. Cheap to make; every question is answered from the disk."""

    def __init__(self, folder: Path, held_here: set[str]) -> None:
        self.id = folder.name
        self.folder = folder
        self._held_here = held_here

    # -- what stands in it

    @property
    def spec(self) -> RunSpec:
        """Raises UserError `run.damaged` when spec.json cannot be read."""
        return build(self._json("spec.json"))

    @property
    def meta(self) -> dict[str, Any]:
        """Raises UserError `run.damaged` when it cannot be read or holds no name or no time."""
        found = self._json("meta.json")
        name, created = found.get("name"), found.get("created")
        if not isinstance(name, str) or not isinstance(created, int | float) or not 0 <= created < LAST_SECOND:
            raise UserError("run.damaged", run=self.id, file="meta.json")
        return found

    @property
    def env(self) -> dict[str, Any]:
        """Empty until the run has started."""
        return self._json("env.json") if (self.folder / "env.json").exists() else {}

    @property
    def events_path(self) -> Path:
        return self.folder / "events.jsonl"

    @property
    def log_path(self) -> Path:
        return self.folder / "log"

    @property
    def checkpoints_folder(self) -> Path:
        return self.folder / "checkpoints"

    @property
    def adapter_folder(self) -> Path:
        return self.folder / "adapter"

    def events(self) -> list[Event]:
        """All events that count, in order."""
        return effective(EventReader(self.events_path).read())

    def usable_adapter(self) -> Path | None:
        """The folder to compare with and to export: `adapter/`, else the newest sealed checkpoint, else None."""
        if (self.adapter_folder / "adapter_model.safetensors").is_file():
            return self.adapter_folder
        return checkpoints.newest(self.checkpoints_folder)

    def size(self) -> int:
        """Bytes on disk."""
        return sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())

    def _json(self, name: str) -> dict[str, Any]:
        try:
            found = json.loads((self.folder / name).read_bytes())
        except FileNotFoundError:
            raise UserError("run.unknown", run=self.id) from None
        except (OSError, ValueError, RecursionError) as error:
            raise UserError("run.damaged", run=self.id, file=name) from error
        if not isinstance(found, dict):
            raise UserError("run.damaged", run=self.id, file=name)
        return found

    # -- its status

    def status(self, events: list[Event] | None = None) -> Status:
        """Derived, never stored. `events` saves reading them again.

        The last Started or terminal event decides; only without a terminal one is the lock looked at,
        because a tight prober could starve the holder's own acquire.
        """
        held = self.id in self._held_here
        said = self.events() if events is None else events
        last = next((event for event in reversed(said) if isinstance(event, (Started, *TERMINAL))), None)
        if isinstance(last, Finished):
            return "finished"
        if isinstance(last, Stopped):
            return "stopped"
        if isinstance(last, Failed):
            return "failed"
        if held or self._held_elsewhere():
            return "stopping" if last is not None and self.stop_asked(last.attempt) else "running"
        if last is None:
            return "queued"
        if self._ended_meanwhile():
            return self.status()
        return "interrupted"

    def _ended_meanwhile(self) -> bool:
        """Whether the holder wrote its end between our reading of the events and our look at the lock."""
        again = self.events()
        last = next((event for event in reversed(again) if isinstance(event, (Started, *TERMINAL))), None)
        return isinstance(last, TERMINAL)

    def _held_elsewhere(self) -> bool:
        lock = self.folder / "lock"
        if not lock.exists():
            return False
        try:
            with FileLock(lock, timeout=0):
                return False
        except Timeout:
            return True
        except OSError:  # a folder that cannot be written has no holder that we could see
            return False

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Hold the run's lock. Raises UserError `run.held` when another program trains it."""
        lock = FileLock(self.folder / "lock")
        try:
            lock.acquire(timeout=2)  # a reader's probe may hold it for a moment
        except Timeout:
            raise UserError("run.held", run=self.id) from None
        self._held_here.add(self.id)
        try:
            yield
        finally:
            self._held_here.discard(self.id)
            lock.release()

    # -- what may be asked of it

    def ask_stop(self) -> None:
        """Ask whoever trains it to stop and keep what was learned. Asking again changes nothing."""
        started = [event for event in self.events() if isinstance(event, Started)]
        attempt = started[-1].attempt if started else 1
        write_atomic(self.folder / "stop", json.dumps({"attempt": attempt}))

    def stop_asked(self, attempt: int) -> bool:
        """Whether a stop was asked for this attempt."""
        try:
            return bool(json.loads((self.folder / "stop").read_bytes())["attempt"] == attempt)
        except (OSError, ValueError, KeyError, TypeError):
            return False

    def rename(self, name: str) -> None:
        """Raises UserError `name.empty` for a blank name."""
        write_atomic(self.folder / "meta.json", json.dumps({**self.meta, "name": clean_name(name)}, ensure_ascii=False))

    def write_env(self, env: dict[str, Any]) -> None:
        write_atomic(self.folder / "env.json", json.dumps(env, ensure_ascii=False, indent=1))

    def summary(self) -> dict[str, Any]:
        """What lists show: `{"run","name","status","model","dataset","created","steps","train_loss","eval_loss"}`."""
        events, spec, meta = self.events(), self.spec, self.meta
        steps = [event for event in events if isinstance(event, Step)]
        evaluated = [event.loss for event in events if isinstance(event, Evaluated)]
        ended = next((event for event in reversed(events) if isinstance(event, Finished | Stopped)), None)
        return {
            "run": self.id,
            "name": meta["name"],
            "status": self.status(events),
            "model": spec.model,
            "dataset": spec.dataset,
            "created": meta["created"],
            "steps": steps[-1].step if steps else 0,
            "train_loss": ended.train_loss if ended else (steps[-1].loss if steps else None),
            "eval_loss": evaluated[-1] if evaluated else None,
        }

    def plan(self) -> dict[str, Any]:
        """The plan of the last attempt, with what was adjusted on the way; empty before the first."""
        plan: dict[str, Any] = {}
        for event in self.events():
            if isinstance(event, Started):
                plan = dict(event.plan)
            elif isinstance(event, Adjusted):
                plan[event.what] = event.after
        return plan
