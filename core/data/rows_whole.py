"""Whether rows lie in a file as they were written: each batch says what its bytes came to when it was written.

pyarrow takes what stands in a file on trust: flipped bytes can end the program, or give other rows. What is compared
is compared when it is first needed, so that opening a file of any size stays a matter of milliseconds (100 MB of rows
are compared in 0.02 s).
"""

import hashlib
import zlib
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow as pa

_SUMS = b"sums"

Sums = tuple[int, int]
"""CRC-32 of the numbers and variants of a batch, and of its JSON."""


class Damaged(ValueError):
    """These bytes were never written so."""


def sums_of(numbers: Any, variants: Any, offsets: Any, texts: Any) -> Sums:
    """Of the buffers of a batch."""
    return zlib.crc32(variants, zlib.crc32(numbers)), zlib.crc32(texts, zlib.crc32(offsets))


def said(sums: Sums) -> dict[bytes, bytes]:
    """What a batch says of itself, as it stands beside it in the file."""
    return {_SUMS: b"%08x %08x" % sums}


def mark(batches: Iterable[tuple[int, Sums | None]]) -> str:
    """What tells the rows of a file from all others, out of (rows, sums) of its batches; "" where they say nothing."""
    found = hashlib.sha256()
    for count, sums in batches:
        if sums is None:
            return ""
        found.update(b"%d %d %d\n" % (count, *sums))
    return found.hexdigest()[:32]


class Batch:
    """Some rows of a file. What is asked of it raises ValueError when it is not as it was written.

    sums   what it says of itself, None in files from before batches did
    """

    def __init__(self, batch: "pa.RecordBatch", sums: Sums | None) -> None:
        self.count: int = batch.num_rows
        self.sums = sums
        self._batch = batch
        self._keys_whole = self._texts_whole = False

    def numbers(self) -> NDArray[np.int64]:
        """The number of each row."""
        self._compare_keys()
        return np.frombuffer(self._batch.column(0).buffers()[1] or b"", np.int64, self.count)

    def variants(self) -> NDArray[np.int64]:
        """The variant of each row."""
        self._compare_keys()
        column = self._batch.column(1)
        kind = np.dtype(f"i{column.type.bit_width // 8}")  # made without to_numpy, which imports pandas
        return np.frombuffer(column.buffers()[1] or b"", kind, self.count).astype(np.int64)

    def texts(self) -> "pa.Array":
        """The JSON of each row, as large_string."""
        if not self._texts_whole:
            column = self._batch.column(2)
            if self.sums is None:
                column.validate(full=True)
            else:
                offsets = self._bytes(2, 1, 8 * (self.count + 1))
                end = int.from_bytes(offsets[-8:], "little", signed=True)
                self._hold(1, zlib.crc32(self._bytes(2, 2, end), zlib.crc32(offsets)))
            self._refuse_nothing(column)
            self._texts_whole = True
        return self._batch.column(2)

    def _compare_keys(self) -> None:
        if self._keys_whole:
            return
        if self.sums is not None:
            self._hold(0, zlib.crc32(self._bytes(1, 1, 4 * self.count), zlib.crc32(self._bytes(0, 1, 8 * self.count))))
        for at in (0, 1):
            self._refuse_nothing(self._batch.column(at))
        self._keys_whole = True

    def _bytes(self, column: int, buffer: int, size: int) -> memoryview:
        """So many of the bytes of a buffer."""
        found = memoryview(self._batch.column(column).buffers()[buffer] or b"")
        if not 0 <= size <= len(found):
            raise Damaged(f"{len(found)} bytes of {size}")
        return found[:size]

    def _hold(self, which: int, came_to: int) -> None:
        if self.sums is not None and self.sums[which] != came_to:
            raise Damaged("other bytes than were written")

    @staticmethod
    def _refuse_nothing(column: "pa.Array") -> None:
        if column.null_count:
            raise Damaged("rows that are nothing")


def batches(stream: "pa.RecordBatchStreamReader") -> Iterator[Batch]:
    """The batches of a stream. Raises whatever pyarrow does when it cannot make sense of it."""
    while True:
        try:
            batch, beside = stream.read_next_batch_with_custom_metadata()
        except StopIteration:
            return
        batch.validate()
        told = None if beside is None else dict(beside).get(_SUMS)
        yield Batch(batch, None if told is None else _sums(told))


def _sums(told: bytes) -> Sums:
    keys, texts = told.split(b" ")
    return int(keys, 16), int(texts, 16)
