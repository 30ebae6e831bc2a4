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
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

from core.data.edits.changes import Changes
from core.data.edits.edited import EditedRows, Key, KeyPlaces
from core.data.edits.journal import Entry, Journal
from core.data.edits.rewording import refuse_unlearnable
from core.data.rows_file import Row
from core.data.versions.dataset import Dataset
from core.errors import UserError, translate

__all__ = ["EditedRows", "Edits", "Key"]

JOURNAL = "edits.jsonl"

NAMED = 2000
"""Changes up to which a step of a version holds each of them."""


class Edits:
    """The pending changes of one version. Safe to use from several threads; another program's changes are seen.

    highest   the highest row number that was ever used in the family, as far as the caller knows; may be raised later
    Everything here raises UserError `dataset.damaged` or `dataset.unknown` when the version's rows cannot be read.
    """

    def __init__(self, dataset: Dataset, highest: int = 0) -> None:
        self.dataset = dataset
        self.highest = highest
        self._lock = threading.RLock()
        self._journal = Journal(dataset.folder / JOURNAL)
        self._base = dataset.load_rows()
        self._places = KeyPlaces(self._base)
        named = (max(finding.rows) for finding in dataset.findings if finding.rows)
        self._highest = max(dataset.last, dataset.rows, self._places.last, *named, 0)
        self._begin()

    def _begin(self) -> None:
        """As if nothing had ever been changed."""
        self._now = Changes(self.before, self._highest)
        self._views: dict[str, Any] = {}

    # -- what there is

    @property
    def stamp(self) -> int:
        """Grows with each change, each undo and when all is discarded."""
        with self._current():
            return self._now.stamp

    @property
    def pending(self) -> bool:
        """Whether any row differs from the version's."""
        with self._current():
            return bool(self._now.own)

    @property
    def undoable(self) -> bool:
        """Whether there is a change to take back."""
        with self._current():
            return self._now.last is not None

    @property
    def last(self) -> tuple[Key, ...]:
        """The rows of the change that `undo` takes back, () when there is none."""
        with self._current():
            return self._now.last[1] if self._now.last else ()

    @property
    def changed(self) -> frozenset[Key]:
        """Rows of the version that say something else now."""
        return self._kinds()[0]

    @property
    def added(self) -> frozenset[Key]:
        """Rows that the version does not have."""
        return self._kinds()[1]

    @property
    def removed(self) -> frozenset[Key]:
        """Rows of the version that are deleted."""
        return self._kinds()[2]

    def _kinds(self) -> tuple[frozenset[Key], frozenset[Key], frozenset[Key]]:
        with self._current():
            if "kinds" not in self._views:
                here = self._places.of(self._now.own) >= 0
                both = list(zip(self._now.own.items(), here.tolist(), strict=True))
                self._views["kinds"] = (
                    frozenset(key for (key, text), there in both if there and text is not None),
                    frozenset(key for (key, _), there in both if not there),
                    frozenset(key for (key, text), there in both if there and text is None),
                )
            found: tuple[frozenset[Key], frozenset[Key], frozenset[Key]] = self._views["kinds"]
            return found

    def rows(self) -> EditedRows:
        """All rows as they stand."""
        with self._current():
            if "rows" not in self._views:
                self._views["rows"] = EditedRows(
                    self._base, self._places, self._now.own, self._now.after, self._highest
                )
            found: EditedRows = self._views["rows"]
            return found

    def row(self, key: Key) -> Row | None:
        """One row as it stands, None when there is none."""
        with self._current():
            return self._now.row(key)

    def before(self, key: Key) -> Row | None:
        """One row as the version has it, None when it has none."""
        place = int(self._places.of((key,))[0]) if key[0] <= self._places.last else -1
        return None if place < 0 else self._base[place]

    def stamp_of(self, key: Key) -> int:
        """The stamp of the last change of a row, 0 when it never was changed."""
        with self._current():
            return self._now.stamps.get(key, 0)

    def stamps(self) -> dict[Key, int]:
        """`stamp_of` of every row that was ever changed."""
        with self._current():
            return dict(self._now.stamps)

    def digest(self) -> str:
        """sha256 of the journal: tells whether these very changes were kept already."""
        with self._current():
            return self._journal.digest()

    def step(self) -> dict[str, Any]:
        """The step of `Dataset.fixes` that these changes are, without its time."""
        with self._current():
            changed, added, removed = self._kinds()
            step: dict[str, Any] = {"step": "edit", "changed": len(changed), "added": len(added)}
            step |= {"removed": len(removed), "journal": self._journal.digest()}
            if len(self._now.own) <= NAMED:
                step["changes"] = [
                    {"key": list(key), "before": self.before(key), "after": self._now.row(key)}
                    for key in sorted(self._now.own)
                ]
            return step

    # -- changing it

    def save(self, key: Key | None, row: Row | None, seen: int) -> Key:
        """Change a row, add one (key None), delete one (row None), or give in one that the reading has left out.

        seen: `stamp_of(key)` when the person began. Raises UserError `edit.elsewhere` when the row was changed since,
        `edit.no_row` when there is and was none, other `edit.*` when it cannot be learned; MachineError when the disk
        refuses. What changes nothing is not written.
        """
        if key is None:
            return self.add([row or {}])[0]
        with self._writing():
            old = self._now.row(key)
            new = None if row is None else _keyed(key, row, old)
            if new == old:
                return key
            if self._now.stamps.get(key, 0) != seen:
                raise UserError("edit.elsewhere", row=key[0])
            if key not in self._now.stamps and key not in self._places and (key[1] or not 0 < key[0] <= self._highest):
                raise UserError("edit.no_row", row=key[0])
            if new is not None:
                refuse_unlearnable(new, self.dataset.task)
            self._append({"set": [{"key": list(key), "row": new}]})
            return key

    def add(self, rows: Sequence[Row], after: Key | None = None) -> list[Key]:
        """New rows, at the end or after another row, as one change: all of them, or none. Raises as `save`."""
        with self._writing():
            first = max(self._now.used, self.highest) + 1
            keys = [(number, 0) for number in range(first, first + len(rows))]
            new = [_keyed(key, row, None) for key, row in zip(keys, rows, strict=True)]
            for row in new:
                refuse_unlearnable(row, self.dataset.task)
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

    def undo(self) -> Key | None:
        """Take back the last change that is in force; a row that it was about, None when there was none."""
        with self._writing():
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

    def _append(self, said: Entry, write: Callable[[Entry], None] | None = None) -> None:
        """On the disk first, then in memory."""
        entry = {"n": self._now.stamp + 1, "time": time.time(), **said}
        with self._told():
            (write or self._journal.append)(entry)
        self._apply(entry)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody changes a row meanwhile, in no program: for who makes a version of the changes. May be nested."""
        with self._writing():
            yield

    @property
    def used(self) -> int:
        """The highest row number that was ever used here, in rows that were taken back too."""
        with self._current():
            return self._now.used

    # -- the journal

    @contextmanager
    def _current(self) -> Iterator[None]:
        """Nothing changes meanwhile, and everything that anybody wrote is known."""
        with self._lock:
            with self._told():
                entries = self._journal.news()
            if entries is not None:
                self._begin()
                for entry in entries:
                    with suppress(KeyError, TypeError, ValueError, IndexError):  # a line that is none of ours
                        self._apply(entry)
            yield

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._lock, ExitStack() as held:
            with self._told():
                held.enter_context(self._journal.held())
            with self._current():
                yield

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What the disk refuses, as an error of ours."""
        try:
            yield
        except FileNotFoundError as error:
            raise UserError("dataset.unknown", dataset=self.dataset.name) from error
        except OSError as error:
            raise translate(error, where=str(self.dataset.folder)) from error

    def _apply(self, entry: Entry) -> None:
        self._views = {}
        self._now.apply(entry)


def _keyed(key: Key, row: Row, old: Row | None) -> Row:
    """A row as it is stored under its key; where it came from is not forgotten."""
    said = {name: value for name, value in row.items() if name not in ("row", "variant")}
    if old is not None and "from" in old:
        said.setdefault("from", old["from"])
    return {"row": key[0], **said, **({"variant": key[1]} if key[1] else {})}
