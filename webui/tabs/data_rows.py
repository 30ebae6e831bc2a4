"""Which rows are looked at: all, those of one finding, or all with any (no Gradio here).

Numbers are those of the file, places count the rows that can be shown, from 0. Nothing here walks through the rows:
a tick costs the same with a hundred of them and with a hundred thousand.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.findings import Finding

if TYPE_CHECKING:
    from core.data.datasets import Dataset
    from webui.measuring import Measurement

Numbers = NDArray[np.int64]
Row = dict[str, Any]

PAGE = 20
"""Rows on a page of the table."""


class Rows:
    """The rows of one version of a data set, by place."""

    def __init__(self, rows: Sequence[Row], numbers: Numbers) -> None:
        self._rows = rows
        self.numbers = numbers

    def __len__(self) -> int:
        return len(self.numbers)

    def row(self, place: int) -> Row:
        return self._rows[place]

    def some(self, places: Sequence[int]) -> list[Row]:
        """The rows at a few places."""
        return [self._rows[place] for place in places]

    def places(self, wanted: Numbers) -> Numbers:
        """Where the rows with these numbers stand; several where one record gave several rows."""
        return np.flatnonzero(np.isin(self.numbers, wanted))

    def wordings(self, number: int) -> int:
        """How many rows the record with this number gave."""
        return int(np.count_nonzero(self.numbers == number))

    def place(self, number: int) -> int | None:
        """Where the first row with this number stands; None for a row that was left out."""
        found = np.flatnonzero(self.numbers == number)
        return int(found[0]) if len(found) else None


NO_ROWS = Rows((), np.zeros(0, np.int64))


class ById:
    """A data set as a key: equal when the id is, because a version never changes."""

    def __init__(self, dataset: "Dataset") -> None:
        self.dataset = dataset

    def __hash__(self) -> int:
        return hash(self.dataset.id)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ById) and other.dataset.id == self.dataset.id


def rows_of(dataset: "Dataset") -> Rows:
    """The rows that can be shown, none when they cannot be read."""
    try:
        return _rows_of(ById(dataset))
    except (UserError, OSError, ValueError):
        return NO_ROWS


@lru_cache(maxsize=2)
def _rows_of(dataset: ById) -> Rows:
    rows = dataset.dataset.load_rows()
    return Rows(rows, rows.numbers())


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
    """All findings of a data set, those that depend on the model among them, worst first."""

    def __init__(self, fixed: Sequence[Finding], measured: Sequence[Finding]) -> None:
        from core.findings import ORDER

        both = [(finding, False) for finding in fixed] + [(finding, True) for finding in measured]
        both.sort(key=lambda pair: (ORDER[pair[0].level], -pair[0].count))
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

    fixed = dataset.dataset.findings
    known = {finding.code for finding in fixed}
    fixed = [*fixed, *(finding for finding in few(dataset.dataset.usable, goal) if finding.code not in known)]
    measured = measurement.findings(max_length, model) if measurement is not None else ()
    return Findings(fixed, measured)


# -- which rows are looked at


@dataclass(frozen=True, eq=False)
class Selection:
    """The rows that the table and the bubbles go through.

    id      "" all, "any" those with a finding, else a finding's id
    places  where they stand, None for all
    out     numbers of those that were left out and cannot be shown, in the order of the file
    """

    id: str
    rows: Rows
    places: Numbers | None
    out: Numbers

    def __len__(self) -> int:
        """Lines in the table: rows that can be shown and rows that were left out."""
        return (len(self.rows) if self.places is None else len(self.places)) + len(self.out)

    @property
    def shown(self) -> int:
        """Rows that can be shown."""
        return len(self.rows) if self.places is None else len(self.places)

    def place(self, index: int) -> int:
        """Where the `index`-th of them stands among all rows."""
        return index if self.places is None else int(self.places[index])

    def index(self, place: int) -> int | None:
        """The reverse; None when the row at `place` is none of them."""
        if self.places is None:
            return place if 0 <= place < len(self.rows) else None
        at = int(np.searchsorted(self.places, place))
        return at if at < len(self.places) and int(self.places[at]) == place else None

    def page(self, page: int) -> list[tuple[int, int | None]]:
        """[(row number, place, or None for a row that was left out)]: those left out come first, they need a look."""
        lines: list[tuple[int, int | None]] = []
        for line in range(page * PAGE, min((page + 1) * PAGE, len(self))):
            if line < len(self.out):
                lines.append((int(self.out[line]), None))
            else:
                place = self.place(line - len(self.out))
                lines.append((int(self.rows.numbers[place]), place))
        return lines

    @property
    def pages(self) -> int:
        return max(1, -(-len(self) // PAGE))

    def page_of(self, place: int) -> int | None:
        """The page on which the row at `place` stands."""
        index = self.index(place)
        return None if index is None else (len(self.out) + index) // PAGE


@lru_cache(maxsize=8)
def select(rows: Rows, findings: Findings, id: str) -> Selection:
    """The rows of `id`; all rows when nothing of that name was found (any more)."""
    found = findings.by_id(id)
    wanted = findings.any if id == "any" else found.rows if found is not None else None
    if wanted is None or not len(wanted):
        return Selection("", rows, None, np.zeros(0, np.int64))
    return Selection(id, rows, rows.places(wanted), wanted[~np.isin(wanted, rows.numbers)])
