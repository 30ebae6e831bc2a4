"""The rows of a version as they stand with what was changed by hand, in order, without copying what is unchanged.

    rows = edits.rows();  len(rows), rows[90_000], rows.key(90_000), rows.place_of((12, 0)), rows.numbers()

A snapshot: it stays as it is when more is changed. A changed row stands where it stood, a left-out row that was given
in where its number belongs, a copy right after what it is a copy of, and any other new row at the end.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray

from core.data.raw import Key as Key
from core.data.rows_file import Row, RowsFile

Numbers = NDArray[np.int64]

_VARIANTS = 2**31
"""Above every variant: a number and a variant make one integer, in the order of the keys."""


def _whole(key: Key) -> int:
    return key[0] * _VARIANTS + key[1]


class KeyPlaces:
    """Where the keys of a file's rows stand; made once for a file, 16 bytes a row."""

    def __init__(self, rows: RowsFile) -> None:
        whole = rows.numbers() * _VARIANTS + rows.variants()
        self._order: Numbers = np.argsort(whole, kind="stable")
        self._sorted: Numbers = whole[self._order]
        self.last = int(self._sorted[-1]) // _VARIANTS if len(whole) else 0  # the highest row number

    def of(self, keys: Collection[Key]) -> Numbers:
        """The place of each, -1 where it is not."""
        if not len(self._sorted):
            return np.full(len(keys), -1, np.int64)
        wanted = np.fromiter((_whole(key) for key in keys), np.int64, len(keys))
        at = np.minimum(np.searchsorted(self._sorted, wanted), len(self._sorted) - 1)
        return np.where(self._sorted[at] == wanted, self._order[at], -1)

    def __contains__(self, key: Key) -> bool:
        return bool(self.of((key,))[0] >= 0)

    def behind(self, key: Key) -> int:
        """The place right behind the last row of a lower key."""
        at = int(np.searchsorted(self._sorted, _whole(key)))
        return int(self._order[at - 1]) + 1 if at else 0


class EditedRows(Sequence[Row]):
    """Rows in the stored shape. Safe to use from several threads.

    base      the version's rows, with their `places`
    own       what stands in place of them or beside them, as JSON; None where a row is deleted
    after     which row a new one stands behind
    highest   the highest row number of the version, left-out rows included: higher ones are new
    source    for each place the place in `base`, or -1 - n for the n-th of `texts`
    """

    def __init__(
        self,
        base: RowsFile,
        places: KeyPlaces,
        own: Mapping[Key, bytes | None],
        after: Mapping[Key, Key],
        highest: int,
    ) -> None:
        self.base = base
        self._keys = [key for key, text in own.items() if text is not None]
        self.texts = [text for text in own.values() if text is not None]
        self.source: Numbers = np.arange(len(base), dtype=np.int64)
        self._numbers: Numbers | None = None
        if not own:
            return
        stands = places.of(self._keys)
        here = np.flatnonzero(stands >= 0)
        self.source[stands[here]] = -1 - here
        new = {self._keys[at]: int(at) for at in np.flatnonzero(stands < 0)}
        spread = _spread(sorted(new), places, after, highest, len(base))
        removed = places.of([key for key, text in own.items() if text is None])
        keep = np.ones(len(base), bool)
        keep[removed[removed >= 0]] = False
        gaps = [gap for gap, _ in spread]
        self.source = np.insert(self.source, gaps, [-1 - new[key] for _, key in spread])
        self.source = self.source[np.insert(keep, gaps, np.ones(len(gaps), bool))]

    def __len__(self) -> int:
        return len(self.source)

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> list[Row]: ...
    def __getitem__(self, place: int | slice) -> Row | list[Row]:
        if isinstance(place, slice):
            return [self._row(int(at)) for at in self.source[place]]
        return self._row(int(self.source[place]))

    def _row(self, at: int) -> Row:
        if at >= 0:
            return self.base[at]
        found: Row = json.loads(self.texts[-1 - at])
        return found

    def __iter__(self) -> Iterator[Row]:
        for _, _, text in self.raws():
            yield json.loads(text)

    def raws(self) -> Iterator[tuple[int, int, bytes]]:
        """(number, variant, JSON) of each row in order; what is unchanged is byte for byte as it lies on the disk."""
        unchanged, at = self.base.raws(), -1
        for source in self.source.tolist():  # unchanged rows stand in the order of the file
            if source < 0:
                yield (*self._keys[-1 - source], self.texts[-1 - source])
                continue
            while at < source:
                found, at = next(unchanged), at + 1
            yield found

    def raw(self, place: int) -> bytes:
        """The JSON of the row at a place. Raises IndexError."""
        at = int(self.source[place])
        return self.base.raw(at) if at >= 0 else self.texts[-1 - at]

    def numbers(self) -> Numbers:
        """The number of the row at each place."""
        if self._numbers is None:
            self._numbers = self._of_each(self.base.numbers(), [key[0] for key in self._keys])
        return self._numbers

    def _of_each(self, base: Numbers, own: list[int]) -> Numbers:
        """One figure for each place, of the version's rows and of those beside them."""
        both = np.concatenate([base, np.array(own[::-1], np.int64)])  # -1 is the first of the others, so the last here
        return np.asarray(both[self.source], np.int64)

    def key(self, place: int) -> Key:
        """What the row at a place goes by. Raises IndexError."""
        at = int(self.source[place])
        if at < 0:
            return self._keys[-1 - at]
        return int(self.base.numbers()[at]), int(self.base.variants()[at])

    def place_of(self, key: Key) -> int | None:
        """Where a row stands, None where it does not."""
        return next((int(at) for at in np.flatnonzero(self.numbers() == key[0]) if self.key(int(at)) == key), None)


def _spread(
    added: Iterable[Key], places: KeyPlaces, after: Mapping[Key, Key], highest: int, count: int
) -> list[tuple[int, Key]]:
    """[(place of the version's row that it stands before, key)] for each new row, in the order in which they stand.

    added: in order. The latest copy of a row stands next to it.
    """
    alive: set[Key] = set()
    copies: dict[Key, list[Key]] = {}  # of a new row
    gaps: dict[int, tuple[list[Key], list[Key]]] = {}  # copies of the version's row before it, and others
    for key in added:
        before = after.get(key)
        while before is not None and before not in alive and before not in places:
            before = after.get(before)  # a copy of a copy that is no more
        alive.add(key)
        if before in alive:
            copies.setdefault(before, []).append(key)
        elif before is not None:
            gaps.setdefault(int(places.of((before,))[0]) + 1, ([], []))[0].append(key)
        else:
            gaps.setdefault(count if key[0] > highest else places.behind(key), ([], []))[1].append(key)
    found = []
    for gap in sorted(gaps):
        waiting = [*gaps[gap][1][::-1], *gaps[gap][0]]
        while waiting:
            found.append((gap, waiting.pop()))
            waiting += copies.get(found[-1][1], ())
    return found
