"""One CPU thread for what takes longer than a tick: token counts, plan, forecast, a look at the disk.

`ask` never waits: it gives what is known and has the rest worked out, so that the page keeps its pace while
a tokenizer is imported.
"""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from core.errors import UserError, translate

log = logging.getLogger(__name__)

KEPT = 200
"""Answers remembered, the least recently asked for forgotten first."""


@dataclass(frozen=True)
class Answer:
    """A value, or the error that stood in the way. `fresh` is False for the answer to an older question."""

    value: Any = None
    error: UserError | None = None
    fresh: bool = True


class Worker:
    """Answers questions one at a time; of several waiting in one slot only the newest is worked on."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._answers: OrderedDict[Hashable, Answer] = OrderedDict()
        self._latest: dict[str, Answer] = {}
        self._wanted: OrderedDict[str, tuple[Hashable, Callable[[], Any]]] = OrderedDict()
        self._working: Hashable | None = None
        self._thread: threading.Thread | None = None

    def ask(self, slot: str, key: Hashable, compute: Callable[[], Any]) -> Answer | None:
        """The answer for `key`; until it is there the slot's last one (not fresh), or None when it never had any."""
        with self._changed:
            if key in self._answers:
                self._answers.move_to_end(key)
                self._wanted.pop(slot, None)
                self._latest[slot] = self._answers[key]
                return self._answers[key]
            if key != self._working:
                self._wanted[slot] = (key, compute)
                self._wake()
            last = self._latest.get(slot)
            return last and Answer(last.value, last.error, fresh=False)

    def forget(self, key: Hashable) -> None:
        """Have `key` worked out anew when it is asked for next, e.g. after a download."""
        with self._changed:
            self._answers.pop(key, None)

    def _wake(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="cpu-worker", daemon=True)
            self._thread.start()
        self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._wanted:
                    self._changed.wait()
                slot, (key, compute) = self._wanted.popitem(last=False)
                self._working = key
            answer = _work_out(compute)
            with self._changed:
                self._working = None
                self._answers[key] = self._latest[slot] = answer
                while len(self._answers) > KEPT:
                    self._answers.popitem(last=False)


def _work_out(compute: Callable[[], Any]) -> Answer:
    """The thread must outlive every question, so whatever is raised becomes part of the answer."""
    try:
        return Answer(compute())
    except UserError as error:
        return Answer(error=error)
    except Exception as error:
        log.exception("a question to the CPU worker failed")
        return Answer(error=translate(error))
