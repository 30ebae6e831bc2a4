"""The rows of a version as they stand with what was changed by hand, in order, without copying what is unchanged.

    rows = edits.rows();  len(rows), rows[90_000], rows.key(90_000), rows.place_of((12, 0)), rows.numbers()

A snapshot: it stays as it is when more is changed.
"""

from collections.abc import Iterator, Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray

from core.data.rows_file import Row

Key = tuple[int, int]
"""(row number, variant or 0): what a row goes by in all versions of a family."""


class EditedRows(Sequence[Row]):
    """Rows in the stored shape. Safe to use from several threads."""

    def __len__(self) -> int:
        raise NotImplementedError

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> list[Row]: ...
    def __getitem__(self, place: int | slice) -> Row | list[Row]:
        raise NotImplementedError

    def raws(self) -> Iterator[tuple[int, int, bytes]]:
        """(number, variant, JSON) of each row in order; what is unchanged is byte for byte as it lies on the disk."""
        raise NotImplementedError

    def numbers(self) -> NDArray[np.int64]:
        """The number of the row at each place."""
        raise NotImplementedError

    def key(self, place: int) -> Key:
        """What the row at a place goes by."""
        raise NotImplementedError

    def place_of(self, key: Key) -> int | None:
        """Where a row stands, None where it does not."""
        raise NotImplementedError
