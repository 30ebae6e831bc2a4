"""What mends would do, before they are done."""

from collections.abc import Iterable, Iterator, Sized
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from core.data.checks.duplicates import same_key
from core.data.choices import Choices
from core.data.fixes.mend import Length, Mend
from core.data.fixes.mender import Mender
from core.data.raw import Key, Row, key_of
from core.data.rows import Progress
from core.findings import Finding

if TYPE_CHECKING:
    from core.data.versions.dataset import Dataset

SHOWN = 200
"""Changes that are kept to be looked at."""


@dataclass(frozen=True)
class Change:
    """One row before and after; `before` None: it comes in, `after` (): it goes, several: it is split."""

    key: Key
    before: Row | None
    after: tuple[Row, ...]


@dataclass(frozen=True)
class Preview:
    """changed, dropped, added: rows; accepted: findings that go from the list; counts: for each mend, as in Mender."""

    changed: int = 0
    dropped: int = 0
    added: int = 0
    accepted: int = 0
    changes: list[Change] = field(default_factory=list)
    counts: list[dict[str, Any]] = field(default_factory=list)


def preview(
    rows: Iterable[Row],
    findings: Iterable[Finding],
    mends: Iterable[Mend],
    length: Length | None = None,
    progress: Progress | None = None,
) -> Preview:
    """What `mends` would do to `rows`; `progress` hears of the rows done, and what it raises passes through."""
    mender = Mender(mends, findings, length)
    total = len(rows) if isinstance(rows, Sized) else 0
    told = _Told()
    for at, row in enumerate(rows):
        if progress is not None and at % 256 == 0:
            progress(at, total)
        after = mender.rows(row)
        if after is not None:
            told.add(Change(key_of(row), row, tuple(after)))
    return told.preview(accepted=len(mender.accepted), counts=mender.counts)


def preview_reading(dataset: "Dataset", choices: Choices, progress: Progress | None = None) -> Preview:
    """What reading the file anew with `choices` would change in the reading that `dataset` is, or comes from.

    Raises UserError `data.*` and `dataset.damaged`; what `progress` raises passes through.
    """
    before = {key_of(row): same_key(row) for row in _as_it_is(dataset)}
    told, gone, coming, changed = _Told(), dict(before), list[Row](), dict[Key, Row]()

    def see(row: Row) -> None:
        key = key_of(row)
        if gone.pop(key, None) is None:
            if len(coming) < SHOWN:
                coming.append(row)
            told.added += 1
        elif before[key] != same_key(row):
            if len(changed) < SHOWN:
                changed[key] = row
            told.changed += 1

    _read(dataset, choices, see, progress)
    told.dropped = len(gone)
    shown = set(list(gone)[:SHOWN]) | changed.keys()
    if shown:
        for row in _as_it_is(dataset):
            if (key := key_of(row)) in shown:
                told.changes.append(Change(key, row, (changed[key],) if key in changed else ()))
    told.changes = [*(Change(key_of(row), None, (row,)) for row in coming), *told.changes][:SHOWN]
    return told.preview()


def _as_it_is(dataset: "Dataset") -> Iterator[Row]:
    """The rows of the reading itself, read again where they were changed since."""
    if not dataset.fixes:
        yield from dataset.load_rows()
        return
    found: list[Row] = []
    _read(dataset, dataset.choices, found.append, None)
    yield from found


def _read(dataset: "Dataset", choices: Choices, see: Any, progress: Progress | None) -> None:
    from core.data.examine import examine

    examine(dataset.source, name=dataset.file_name, choices=choices, progress=progress, on_row=see)


class _Told:
    """Counts while the changes come in."""

    def __init__(self) -> None:
        self.changed = self.dropped = self.added = 0
        self.changes: list[Change] = []

    def add(self, change: Change) -> None:
        if not change.after:
            self.dropped += 1
        else:
            self.changed += 1
            self.added += len(change.after) - 1
        if len(self.changes) < SHOWN:
            self.changes.append(change)

    def preview(self, accepted: int = 0, counts: list[dict[str, Any]] | None = None) -> Preview:
        return Preview(self.changed, self.dropped, self.added, accepted, self.changes, counts or [])
