"""The usable rows of a data set as an Arrow file that is mapped into memory, never held in it.

    with RowsWriter(path) as file: file.append({"row": 1, "messages": [...]})
    rows = RowsFile(path);  len(rows), rows[90_000], rows[10:20], rows.place_of(12)

The file is an Arrow stream of the columns row (int64, the row's number), variant (int32, which of the rows that one
record gave) and json (the row itself, large_string): `datasets.Dataset.from_file` opens it too. What is read of it is
first compared with what was written (rows_whole.py).
"""

import threading
import weakref
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, overload

import numpy as np

from core.data import rows_whole
from core.data.raw import Raw as Raw
from core.data.raw import Row as Row
from core.data.raw import taken_apart
from core.data.rows_whole import Batch, batches
from core.data.rows_writer import RowsWriter as RowsWriter
from core.data.rows_writer import schema
from core.errors import UserError, translate

if TYPE_CHECKING:
    import pyarrow as pa

_OPEN_LOCK = threading.Lock()
_OPEN: "weakref.WeakSet[RowsFile]" = weakref.WeakSet()


def let_go(folder: Path) -> None:
    """Unmap the files in `folder`, whoever has them open in this program: Windows deletes no mapped file.

    That goes for a file of another folder too that is the same on the disk (intake.again); it is mapped again at need.
    """
    with _OPEN_LOCK:
        known = list(_OPEN)
    for rows in known:
        if rows.path.parent == folder or _same(rows.path, folder / rows.path.name):
            rows.close()


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


class RowsFile(Sequence[Row]):
    """The rows in such a file, in order. Safe to use from several threads.

    It is mapped at first use and again after `close()`, which a system that does not delete mapped files needs.
    Raises OSError or ValueError (pyarrow's errors are one of the two) when the file cannot be read; of a version, which
    may be deleted while somebody reads in it, UserError `dataset.unknown` or `dataset.damaged`.

    dataset   what people call the version that these rows are of; "" for others
    """

    def __init__(self, path: Path, dataset: str = "") -> None:
        with _OPEN_LOCK:
            _OPEN.add(self)
        self.path = path
        self.dataset = dataset
        self._lock = threading.Lock()
        self._batches: list[Batch] | None = None
        self._starts = np.zeros(1, np.int64)
        self._map: pa.MemoryMappedFile | None = None
        self._numbers: np.ndarray | None = None
        self._variants: np.ndarray | None = None

    def _opened(self) -> tuple[list[Batch], np.ndarray]:
        """The batches, and the place of the first row of each, with the number of rows as the last."""
        with self._lock, self._told():
            if self._batches is None:
                import pyarrow as pa

                self._map = pa.memory_map(str(self.path))
                try:
                    with pa.ipc.open_stream(self._map) as stream:
                        if stream.schema not in (schema(), schema(pa.int16())):  # as it was written once
                            raise ValueError(f"{self.path.name}: {stream.schema}")
                        self._batches = list(batches(stream))
                except BaseException:
                    self._map.close()
                    raise
                self._starts = np.concatenate([[0], np.cumsum([batch.count for batch in self._batches])])
            return self._batches, self._starts

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What goes wrong with a file, as an OSError or ValueError; with a version's file, as an error of ours."""
        try:
            yield
        except Exception as error:  # for bytes that make no sense, pyarrow raises whatever there is
            if not self.dataset:
                if isinstance(error, OSError | ValueError):
                    raise
                raise ValueError(f"{self.path.name}: {error}") from error
            if isinstance(error, FileNotFoundError) and not self.path.parent.is_dir():
                raise UserError("dataset.unknown", dataset=self.dataset) from error
            trouble = translate(error)
            if trouble.code in ("disk.full", "disk.denied"):
                raise trouble from error
            raise UserError("dataset.damaged", dataset=self.dataset) from error

    def mark(self) -> str:
        """What tells these rows from all others, "" for a file that does not say; nothing is read for it."""
        return rows_whole.mark((batch.count, batch.sums) for batch in self._opened()[0])

    def close(self) -> None:
        """Let go of the file; rows that were taken stay as they are."""
        with self._lock:
            self._batches = None
            if self._map is not None:
                self._map.close()
            self._map = None

    def __len__(self) -> int:
        return int(self._opened()[1][-1])

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> list[Row]: ...
    def __getitem__(self, place: int | slice) -> Row | list[Row]:
        parts, starts = self._opened()
        count = int(starts[-1])
        if isinstance(place, slice):
            return [self._row(parts, starts, index) for index in range(*place.indices(count))]
        index = place + count if place < 0 else place
        if not 0 <= index < count:
            raise IndexError(place)
        return self._row(parts, starts, int(index))

    def _row(self, parts: list[Batch], starts: np.ndarray, index: int) -> Row:
        return self._apart(self._raw(parts, starts, index))

    def _raw(self, parts: list[Batch], starts: np.ndarray, index: int) -> bytes:
        at = int(np.searchsorted(starts, index, "right")) - 1
        with self._told():
            found: bytes = parts[at].texts()[index - int(starts[at])].as_buffer().to_pybytes()
        return found

    def _apart(self, text: bytes) -> Row:
        with self._told():
            return taken_apart(text)

    def __iter__(self) -> Iterator[Row]:
        """All rows, a batch at a time and unmapped: pages that were read once would count as the program's memory."""
        for _, _, text in self.raws():
            yield self._apart(text)

    def raws(self) -> Iterator[Raw]:
        """All rows in order, without taking them apart."""
        import pyarrow as pa

        for batch in self._unmapped():
            with self._told():
                texts = batch.texts().cast(pa.large_binary()).to_pylist()
                found = list(zip(batch.numbers().tolist(), batch.variants().tolist(), texts, strict=True))
            yield from found

    def texts(self) -> Iterator["pa.Array"]:
        """The JSON of all rows in order, a batch at a time, as large_string."""
        for batch in self._unmapped():
            with self._told():
                found = batch.texts()
            yield found

    def _unmapped(self) -> Iterator[Batch]:
        import pyarrow as pa

        with ExitStack() as opened:
            with self._told():
                file = opened.enter_context(pa.OSFile(str(self.path)))
                found = batches(opened.enter_context(pa.ipc.open_stream(file)))
            while True:
                with self._told():
                    batch = next(found, None)
                if batch is None:
                    return
                yield batch

    def raw(self, place: int) -> bytes:
        """The bytes of the row at this place, as they stand in the file. Raises IndexError."""
        parts, starts = self._opened()
        index = place + int(starts[-1]) if place < 0 else place
        if not 0 <= index < int(starts[-1]):
            raise IndexError(place)
        return self._raw(parts, starts, int(index))

    def numbers(self) -> np.ndarray:
        """The number of each row, int64."""
        if self._numbers is None:
            parts, _ = self._opened()
            with self._told():
                columns = [batch.numbers() for batch in parts]
            self._numbers = np.concatenate([np.zeros(0, np.int64), *columns])
        return self._numbers

    def variants(self) -> np.ndarray:
        """Which of the rows of its record each row is, 0 for the first, as int64."""
        if self._variants is None:
            parts, _ = self._opened()
            with self._told():
                columns = [batch.variants() for batch in parts]
            self._variants = np.concatenate([np.zeros(0, np.int64), *columns])
        return self._variants

    def place_of(self, number: int) -> int | None:
        """Where the (first) row of that number stands, None where it was left out."""
        found = np.flatnonzero(self.numbers() == number)
        return int(found[0]) if len(found) else None
