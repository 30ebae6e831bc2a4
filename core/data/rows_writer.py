"""Rows written one after another into an Arrow file (core/data/rows_file.py says what it holds)."""

import os
from array import array
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import numpy as np

from core.data import rows_whole
from core.data.raw import Row, as_raw

if TYPE_CHECKING:
    import pyarrow as pa

BATCH_ROWS = 1000
BATCH_SIZE = 4_000_000
"""A batch is written when it has so many rows, or so many bytes: what a reader holds at once."""


def schema(variant: "pa.DataType | None" = None) -> "pa.Schema":
    import pyarrow as pa

    return pa.schema([("row", pa.int64()), ("variant", variant or pa.int32()), ("json", pa.large_string())])


class RowsWriter:
    """Writes rows one after another. Raises OSError when the disk refuses; `close` makes the file whole.

    mark   when all is written: what tells these rows from all others (rows_whole.mark)
    """

    def __init__(self, path: Path) -> None:
        import pyarrow as pa

        self.path = path
        self.count = 0
        self.mark = ""
        self._sums: list[tuple[int, rows_whole.Sums]] = []
        self._schema = schema()
        self._file = path.open("wb")
        self._stream = pa.ipc.new_stream(self._file, self._schema)
        self._open = True
        self._start()

    def _start(self) -> None:
        self._numbers = array("q")
        self._variants = array("i")
        self._texts: list[bytes] = []
        self._size = 0

    def append(self, row: Row) -> None:
        """Add a row; `row["row"]` is its number, `row["variant"]` counts from 2 where a record gave several."""
        self.append_raw(*as_raw(row))

    def append_raw(self, number: int, variant: int, text: bytes) -> None:
        """Add a row as it stands in another such file, byte for byte."""
        self._numbers.append(number)
        self._variants.append(variant)
        self._texts.append(text)
        self._size += len(text)
        self.count += 1
        if len(self._texts) >= BATCH_ROWS or self._size >= BATCH_SIZE:
            self._flush()

    def _flush(self) -> None:
        """Write a batch, made of buffers: out of lists, pyarrow would import pandas to make it."""
        import pyarrow as pa

        if not self._texts:
            return
        count = len(self._texts)
        offsets = np.concatenate([[0], np.cumsum([len(text) for text in self._texts])]).astype(np.int64)
        texts = b"".join(self._texts)
        given = [
            [None, pa.py_buffer(self._numbers)],
            [None, pa.py_buffer(self._variants)],
            [None, pa.py_buffer(offsets), pa.py_buffer(texts)],
        ]
        columns = [
            pa.Array.from_buffers(kind.type, count, buffers) for kind, buffers in zip(self._schema, given, strict=True)
        ]
        sums = rows_whole.sums_of(self._numbers, self._variants, offsets, texts)
        self._sums.append((count, sums))
        batch = pa.RecordBatch.from_arrays(columns, schema=self._schema)
        self._stream.write_batch(batch, custom_metadata=rows_whole.said(sums))
        self._start()

    def close(self) -> None:
        """Write what is left, flush it to the disk and close the file."""
        if not self._open:
            return
        self._open = False
        try:
            self._flush()
            self.mark = rows_whole.mark(self._sums)
            self._stream.close()
            self._file.flush()
            os.fsync(self._file.fileno())
        finally:
            self._file.close()

    def __enter__(self) -> "RowsWriter":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is None:
            self.close()
        else:
            self._open = False
            self._file.close()
