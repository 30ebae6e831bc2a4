"""What is changed by hand in a version, as it stands: read from the journal beside it, whoever writes there.

Nobody who reads waits for a version that is being made: what is read here is guarded by a lock of its own, which is
held for moments only.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from filelock import Timeout

from core.data.edits.changes import Changes, Differences
from core.data.edits.edited import EditedRows, KeyPlaces
from core.data.edits.journal import JOURNAL, Journal
from core.data.edits.lines import Entry, ours
from core.data.raw import Key, Row
from core.data.versions.dataset import Dataset
from core.errors import MachineError, UserError, translate


class Pending:
    """The pending changes of one version. Safe to use from several threads; another program's changes are seen.

    Everything here raises UserError `dataset.damaged` or `dataset.unknown` when the version's rows cannot be read.
    """

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
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
    def last_change(self) -> int:
        """The number of the change that `undo` takes back, 0 when there is none."""
        with self._current():
            return self._now.last[0] if self._now.last else 0

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

    @property
    def copies(self) -> dict[Key, Key]:
        """Rows that are a copy, and what each was a copy of."""
        with self._current():
            return {key: of for key, of in self._now.after.items() if self._now.own.get(key)}

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
        """The step of `Dataset.fixes` that these changes are, without its time; what it says stays as it is now."""
        with self._current():
            changed, added, removed = self._kinds()
            return {
                "step": "edit",
                "changed": len(changed),
                "added": len(added),
                "removed": len(removed),
                "journal": self._journal.digest(),
                "changes": Differences(self._now.own, self.before),
            }

    @contextmanager
    def _current(self) -> Iterator[None]:
        """Nothing changes meanwhile, and everything that anybody wrote is known."""
        with self._lock:
            with self._told():
                entries = self._journal.news()
            if entries is not None:
                self._begin()
                for entry in ours(entries, self.dataset.task):
                    self._apply(entry)
            yield

    def _apply(self, entry: Entry) -> None:
        self._views = {}
        self._now.apply(entry)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What the disk refuses, as an error of ours."""
        try:
            yield
        except Timeout as error:
            raise MachineError("edit.busy", name=self.dataset.name) from error
        except FileNotFoundError as error:
            raise UserError("dataset.unknown", dataset=self.dataset.name) from error
        except OSError as error:
            if self._journal.path.is_dir():
                raise UserError("dataset.damaged", dataset=self.dataset.name) from error
            raise translate(error, where=str(self.dataset.folder)) from error
