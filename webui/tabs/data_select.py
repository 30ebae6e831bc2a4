"""Which rows are looked at and in which order: all, those of a finding, those with certain words (no Gradio here)."""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from webui.tabs.data_rows import Findings, Key, Numbers, Rows

PAGE = 20
"""Rows on a page of the table."""


@dataclass(frozen=True, eq=False)
class Asked:
    """Words that are looked for, and the order; what was worked out for them stands beside.

    places  where the words stand, None while nobody asked for any (or nobody has looked yet: `looking`)
    order   all places in the order asked for, None for that of the file
    """

    words: str = ""
    sort: str = "file"
    places: Numbers | None = None
    order: Numbers | None = None
    looking: bool = False


ALL = Asked()


class Line(NamedTuple):
    """A line of the table: a row at its place; without one a row that was left out, or deleted by hand."""

    key: Key
    place: int | None = None
    gone: bool = False


@dataclass(frozen=True, eq=False)
class Selection:
    """The rows that the table and the bubbles go through.

    id      "" all, "any" those with a finding, "hand" those changed by hand, else a finding's id
    places  where they stand, in the order in which they are shown; None for all as in the file
    out     numbers of those that were left out and cannot be shown, in the order of the file
    gone    those that were deleted by hand
    """

    id: str
    rows: Rows
    places: Numbers | None
    out: Numbers
    gone: tuple[Key, ...] = ()
    asked: Asked = ALL

    def __len__(self) -> int:
        """Lines in the table: rows that can be shown, rows that were left out and rows that were deleted."""
        return self.shown + len(self.out) + len(self.gone)

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
        found = np.flatnonzero(self.places == place)
        return int(found[0]) if len(found) else None

    def page(self, page: int) -> list[Line]:
        """The lines of a page: first those left out, which need a look, then those that were deleted, then the rows."""
        lines: list[Line] = []
        for line in range(page * PAGE, min((page + 1) * PAGE, len(self))):
            below = line - len(self.out)
            if below < 0:
                lines.append(Line((int(self.out[line]), 0)))
            elif below < len(self.gone):
                lines.append(Line(self.gone[below], gone=True))
            else:
                place = self.place(below - len(self.gone))
                lines.append(Line((int(self.rows.numbers[place]), 0), place))
        return lines

    @property
    def pages(self) -> int:
        return max(1, -(-len(self) // PAGE))

    def page_of(self, place: int) -> int | None:
        """The page on which the row at `place` stands."""
        index = self.index(place)
        return None if index is None else (len(self.out) + len(self.gone) + index) // PAGE


@lru_cache(maxsize=8)
def select(rows: Rows, findings: Findings, id: str, asked: Asked = ALL) -> Selection:
    """The rows of `id` in which the words stand; all rows when nothing of that name was found (any more)."""
    found = findings.by_id(id)
    wanted = findings.any if id == "any" else found.rows if found is not None else None
    places, out, gone = None, np.zeros(0, np.int64), tuple[Key, ...]()
    if id == "hand" and rows.hand.count:
        places, gone = rows.by_hand(), rows.hand.gone
    elif wanted is not None and len(wanted):
        places, out = rows.places(wanted), wanted[~np.isin(wanted, rows.numbers)]
    else:
        id = ""
    if asked.places is not None:  # what was left out or deleted has no words to look for
        places = asked.places if places is None else np.intersect1d(places, asked.places)
        out, gone = out[:0], ()
    if asked.order is not None:
        places = asked.order if places is None else _ordered(places, asked.order, len(rows))
    return Selection(id, rows, places, out, gone, asked)


def _ordered(places: Numbers, order: Numbers, count: int) -> Numbers:
    """`places` as they follow one another in `order`."""
    wanted = np.zeros(count, bool)
    wanted[places] = True
    return order[wanted[order]]
