"""What is changed by hand in a version: a journal beside it, that is undone change by change and survives a kill.

    edits = store.edits(dataset_id)
    seen = edits.stamp_of((12, 0));  row = edits.row((12, 0));  ...the person types...;  edits.save((12, 0), row, seen)

workspace/datasets/<id>/edits.jsonl, one line for each change, numbered:
    {"n": 1, "time": 1.7e9, "set": [{"key": [12, 0], "row": {...} or null, ["after": [11, 0]]}]}
    {"n": 2, "time": 1.7e9, "undo": 1}
    {"n": 3, "time": 1.7e9, "discard": [[12, 0]], "highest": 120}       takes the place of all that was before it
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from typing import Protocol

from core.data.edits.changes import Changes
from core.data.edits.edited import EditedRows
from core.data.edits.journal import JOURNAL
from core.data.edits.lines import Entry, ours
from core.data.edits.pending import Pending
from core.data.edits.rewording import keyed, refuse_unasked, refuse_unlearnable
from core.data.raw import Key, Row
from core.data.versions.dataset import Dataset
from core.errors import UserError

__all__ = ["JOURNAL", "EditedRows", "Edits", "Key"]


class Family(Protocol):
    """What is asked of the other versions of the family (core/data/versions/kin.py)."""

    numbering: threading.RLock

    def used(self) -> int: ...
    def had(self, key: Key) -> bool: ...


class Edits(Pending):
    """The pending changes of one version, and how one more is made.

    family   None for a version that stands for itself
    Besides what `Pending` raises, all that changes something raises MachineError when the disk refuses, `edit.busy`
    when another program holds the journal.
    """

    def __init__(self, dataset: Dataset, family: Family | None = None) -> None:
        super().__init__(dataset)
        self._family = family
        self._turn = threading.RLock()

    def save(self, key: Key | None, row: Row | None, seen: int) -> Key:
        """Change a row, add one (key None), delete one (row None), or give in one that the reading has left out.

        seen: `stamp_of(key)` when the person began. Raises UserError `edit.elsewhere` when the row was changed since,
        `edit.no_row` when there is and was none, other `edit.*` when it cannot be learned. What changes nothing is not
        written.
        """
        if key is None:
            return self.add([row or {}])[0]
        with self._writing():
            old = self._now.row(key)
            new = None if row is None else keyed(row, key, old)
            if new == old:
                return key
            if self._now.stamps.get(key, 0) != seen:
                raise UserError("edit.elsewhere", row=key[0])
            if not self._was(key):
                raise UserError("edit.no_row", row=key[0])
            if new is not None:
                refuse_unlearnable(new, self.dataset.task)
                refuse_unasked(new, old or self.before(key))
            self._append({"set": [{"key": list(key), "row": new}]})
            return key

    def remove(self, rows: Sequence[tuple[Key, int]]) -> list[Key]:
        """Delete several rows, each with its stamp as it was seen, as one change: all of them that are there, or none.

        Raises UserError `edit.elsewhere` for the first that was changed since.
        """
        with self._writing():
            there = [(key, seen) for key, seen in rows if self._now.row(key) is not None]
            for key, seen in there:
                if self._now.stamps.get(key, 0) != seen:
                    raise UserError("edit.elsewhere", row=key[0])
            if there:
                self._append({"set": [{"key": list(key), "row": None} for key, _ in there]})
            return [key for key, _ in there]

    def _was(self, key: Key) -> bool:
        """Whether there is or was a row of this key; of a record's wordings the family has to know."""
        if key in self._now.stamps or key in self._places:
            return True
        if not 0 < key[0] <= self._highest:
            return False
        return not key[1] or self._family is not None and self._family.had(key)

    def add(self, rows: Sequence[Row], after: Key | None = None) -> list[Key]:
        """New rows, at the end or after another row, as one change: all of them, or none. Raises as `save`."""
        with self._writing(), self._family.numbering if self._family else nullcontext():
            first = max(self._now.used, self._family.used() if self._family else 0) + 1
            keys = [(number, 0) for number in range(first, first + len(rows))]
            new = [keyed(row, key) for key, row in zip(keys, rows, strict=True)]
            for row in new:
                refuse_unlearnable(row, self.dataset.task)
                refuse_unasked(row, row if after else None)
            sets: list[Entry] = [{"key": list(key), "row": row} for key, row in zip(keys, new, strict=True)]
            if after is not None:
                for one, before in zip(sets, [after, *keys], strict=False):
                    one["after"] = list(before)
            if sets:
                self._append({"set": sets})
            return keys

    def duplicate(self, key: Key) -> Key:
        """The same row again, right after it. Raises UserError `edit.no_row`."""
        with self._writing():
            row = self._now.row(key)
            if row is None:
                raise UserError("edit.no_row", row=key[0])
            return self.add([row], after=key)[0]

    def undo(self, expected: int | None = None) -> Key | None:
        """Take back the last change that is in force; a row that it was about, None when there was none.

        expected: the number of the change that is meant. Raises UserError `edit.undo_other` when it is not the last.
        """
        with self._writing():
            if expected is not None and (self._now.last is None or self._now.last[0] != expected):
                raise UserError("edit.undo_other")
            if self._now.last is None:
                return None
            number, keys = self._now.last
            self._append({"undo": number})
            return keys[0]

    def discard(self) -> None:
        """Take back all changes at once, for good."""
        with self._writing():
            if self._now.last is not None:
                keys = [list(key) for key in self._now.stamps]
                self._append({"discard": keys, "highest": self._now.used}, self._journal.restart)

    def since(self, stamp: int, new: Callable[[int], int]) -> list[Entry] | None:
        """Lines for the journal of a version of what stood here at `stamp`: what was changed after that.

        None when all was discarded since, which another version may have taken. new: the number that a row has there.
        """
        with self._current():
            entries = self._journal.entries()
        now, found = Changes(self.before, self._highest), []
        for entry in ours(entries, self.dataset.task):
            now.apply(entry)
            number = entry["n"]
            if number <= stamp:
                continue
            if "discard" in entry:
                return None
            if (entry["undo"] if "undo" in entry else number) <= stamp:  # there it is none to take back
                keys = [key for key, at in now.stamps.items() if at == number]
                sets = [{"key": list(key), "row": now.row(key)} for key in keys]
                entry = {"n": number, "time": entry["time"], "set": sets}
            found.append(_renumbered(entry, new))
        return found

    def _append(self, said: Entry, write: Callable[[Entry], None] | None = None) -> None:
        """On the disk first, then in memory."""
        entry = {"n": self._now.stamp + 1, "time": time.time(), **said}
        with self._told():
            (write or self._journal.append)(entry)
        self._apply(entry)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody changes a row meanwhile, in no program; who reads does not wait. May be nested."""
        with self._turn, ExitStack() as held:
            with self._told():
                held.enter_context(self._journal.held())
            yield

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self.alone(), self._current():
            yield


def _renumbered(entry: Entry, new: Callable[[int], int]) -> Entry:
    """A line about rows that may have other numbers."""
    if "set" not in entry:
        return entry
    sets = [
        {**one, **{name: [new(one[name][0]), one[name][1]] for name in ("key", "after") if name in one}}
        for one in entry["set"]
    ]
    return {**entry, "set": sets}
