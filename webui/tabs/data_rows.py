"""The rows of the chosen data as they stand with what was changed by hand, and what was found in them (no Gradio here).

Numbers are those of the file, places count the rows that can be shown, from 0. Nothing here walks through the rows:
a tick costs the same with a hundred of them and with a hundred thousand.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.data.raw import Key, Row
from core.errors import UserError
from core.findings import Finding
from webui.undoing import named

if TYPE_CHECKING:
    from core.data.datasets import Dataset
    from core.data.edits.edits import Edits
    from webui.context import Context
    from webui.measuring import Measurement

Numbers = NDArray[np.int64]
"""(row number, which wording or 0): what a row goes by in all versions of a data set."""


@dataclass(frozen=True, eq=False)
class Hand:
    """What was changed by hand among some rows: `changed` say something else now, `gone` are deleted.

    change  how the button names it that takes back the last change
    last  what the last change was about, several rows when they came at once; () when there is nothing to undo
    copies  what a row is a copy of
    """

    change: str = ""
    stamp: int = 0
    changed: frozenset[Key] = frozenset()
    added: frozenset[Key] = frozenset()
    gone: tuple[Key, ...] = ()
    last: tuple[Key, ...] = ()
    copies: dict[Key, Key] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return len(self.changed) + len(self.added) + len(self.gone)


class Rows:
    """The rows of one version of a data set as they stand now, by place."""

    def __init__(
        self, rows: Sequence[Row], numbers: Numbers, hand: Hand = Hand(), id: str = "", *, empty: bool = False
    ) -> None:
        self._rows = rows
        self.numbers = numbers
        self.hand = hand
        self.id = id
        """Names these rows as they stand, for what is worked out of them."""

        self.empty = empty
        """Whether there never was a row, so that none was left out."""

    def __len__(self) -> int:
        return len(self.numbers)

    def row(self, place: int) -> Row:
        return self._rows[place]

    def some(self, places: Sequence[int]) -> list[Row]:
        """The rows at a few places."""
        return [self._rows[place] for place in places]

    def all(self) -> Sequence[Row]:
        """All of them, for what walks through them on the CPU worker."""
        return self._rows

    def key(self, place: int) -> Key:
        """What the row at a place goes by: its number, and which wording it is."""
        row = self._rows[place]
        return int(row["row"]), int(row.get("variant", 0))

    def place_of(self, key: Key) -> int | None:
        """Where the row with this key stands; None when it is not there (any more)."""
        places = np.flatnonzero(self.numbers == key[0])
        return next((int(place) for place in places if self.key(int(place)) == key), None)

    def touched(self, place: int) -> bool:
        """Whether the row at a place was changed or added by hand: what was counted of it counts no more."""
        return bool(self.hand.count) and self.key(place) in self.hand.changed | self.hand.added

    def places(self, wanted: Numbers) -> Numbers:
        """Where the rows with these numbers stand; several where one record gave several rows."""
        return np.flatnonzero(np.isin(self.numbers, wanted))

    def by_hand(self) -> Numbers:
        """Where the rows stand that were changed or added by hand."""
        keys = self.hand.changed | self.hand.added
        places = self.places(np.asarray(sorted({number for number, _ in keys}), np.int64))
        return np.asarray([place for place in places if self.key(int(place)) in keys], np.int64)

    def wordings(self, number: int) -> int:
        """How many rows the record with this number gave."""
        return int(np.count_nonzero(self.numbers == number))

    def place(self, number: int) -> int | None:
        """Where the first row with this number stands; None for a row that was left out."""
        found = np.flatnonzero(self.numbers == number)
        return int(found[0]) if len(found) else None


NO_ROWS = Rows((), np.zeros(0, np.int64))


class ById:
    """A data set with what was changed in it by hand, as a key: equal when both are; a version never changes."""

    def __init__(self, dataset: "Dataset", edits: "Edits | None" = None) -> None:
        self.dataset, self.edits = dataset, edits
        self.stamp = edits.stamp if edits is not None else 0

    def __hash__(self) -> int:
        return hash((self.dataset.id, self.stamp))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ById) and (other.dataset.id, other.stamp) == (self.dataset.id, self.stamp)


def edits_of(ctx: "Context", dataset: "Dataset") -> "Edits | None":
    """What is changed by hand in a data set; None when it cannot be read."""
    try:
        return ctx.datasets.edits(dataset.id)
    except (UserError, OSError, ValueError):  # said where its rows would be shown
        return None


def rows_of(dataset: "Dataset", edits: "Edits | None" = None) -> Rows:
    """The rows that can be shown, as they stand with what was changed by hand; none when they cannot be read."""
    try:
        return _rows_of(ById(dataset, edits))
    except (UserError, OSError, ValueError):
        return NO_ROWS


@lru_cache(maxsize=2)
def _rows_of(known: ById) -> Rows:
    id, edits, empty = f"{known.dataset.id} {known.stamp}", known.edits, not known.dataset.rows
    if edits is None:
        rows = known.dataset.load_rows()
        return Rows(rows, rows.numbers(), id=id, empty=empty)
    changed, added, gone = edits.changed, edits.added, tuple(sorted(edits.removed))
    edited = edits.rows()
    return Rows(
        edited,
        edited.numbers(),
        Hand(named(edits), known.stamp, changed, added, gone, edits.last, edits.copies),
        id,
        empty=empty,
    )


# -- what was found


@dataclass(frozen=True)
class Found:
    """A finding on the page: `id` stays the same while the page is open, `mark` is its number in the list."""

    id: str
    mark: int
    finding: Finding
    rows: Numbers  # sorted
    measured: bool  # it depends on the model


class Findings:
    """All findings of a data set, worst first; behind them those that depend on the model, which are known later, so
    that no number changes while somebody reads.
    """

    def __init__(self, fixed: Sequence[Finding], measured: Sequence[Finding]) -> None:
        from core.findings import ORDER

        both = [(finding, False) for finding in fixed] + [(finding, True) for finding in measured]
        both.sort(key=lambda pair: (pair[1], ORDER[pair[0].level], -pair[0].count))
        self.all: list[Found] = []
        times: dict[str, int] = {}
        for finding, of_model in both:
            times[finding.code] = times.get(finding.code, 0) + 1
            rows = np.unique(np.asarray(finding.rows, np.int64))
            id = f"{finding.code}-{times[finding.code]}"
            self.all.append(Found(id, len(self.all) + 1, finding, rows, of_model))
        empty = np.zeros(0, np.int64)
        self.any: Numbers = np.unique(np.concatenate([empty, *(found.rows for found in self.all)]))

    def by_id(self, id: str) -> Found | None:
        return next((found for found in self.all if found.id == id), None)

    def of(self, number: int) -> list[Found]:
        """The findings that name row `number`."""
        return [found for found in self.all if _holds(found.rows, number)]


def _holds(rows: Numbers, number: int) -> bool:
    place = int(np.searchsorted(rows, number))
    return place < len(rows) and int(rows[place]) == number


@lru_cache(maxsize=4)
def findings_of(
    dataset: ById, measurement: "Measurement | None", max_length: int, model: str, goal: str = ""
) -> Findings:
    """What was found in a data set, and whether that is few rows for the goal; with a measurement also what depends on
    the model.
    """
    from core.data.checks import few
    from core.data.edits.edited_findings import edited_findings

    fixed, usable = list(dataset.dataset.findings), dataset.dataset.usable
    if dataset.edits is not None and dataset.edits.pending:
        fixed, usable = edited_findings(dataset.dataset, dataset.edits), len(dataset.edits.rows())
    known = {finding.code for finding in fixed}
    fixed += [finding for finding in few(usable, goal) if finding.code not in known]
    measured = measurement.findings(max_length, model) if measurement is not None else ()
    if dataset.edits is not None and dataset.edits.pending:
        measured = tuple(_still(measured, {number for number, _ in dataset.edits.changed | dataset.edits.removed}))
    return Findings(fixed, measured)


def _still(measured: Sequence[Finding], touched: set[int]) -> Iterator[Finding]:
    """What was counted, without rows that say something else now; those are counted with the next version."""
    for found in measured:
        rows = [row for row in found.rows if row not in touched]
        if rows or not found.rows:
            yield found if len(rows) == len(found.rows) else Finding(found.level, found.code, rows, **found.facts)
