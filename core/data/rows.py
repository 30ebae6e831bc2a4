"""What reading a file gives, before anything is known about its meaning."""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from typing import Any, Self

from core.findings import Finding

Progress = Callable[[int, int], None]
"""Called with (done, total), in bytes or characters."""


def share(progress: Progress | None, start: float, end: float) -> Progress | None:
    """A progress for a step that goes from `start` to `end` of the whole, both from 0 to 1."""
    if progress is None:
        return None
    told = progress
    return lambda done, total: told(round(total * start + (end - start) * done), total)


@dataclass(slots=True)
class Record:
    """One row as written. `number` counts the records from 1, those that could not be read included."""

    number: int
    values: dict[str, Any]


@dataclass(slots=True)
class FileRows:
    """The readable rows of a file.

    count: how many records the file has; those missing in `rows` are named in `findings`.
    """

    encoding: str
    container: str  # "jsonl", "json" or "csv"
    columns: list[str]
    rows: list[Record]
    findings: list[Finding] = field(default_factory=list)
    count: int = 0


@dataclass
class Opened:
    """A file that is being read, a row at a time: what is known of it beforehand, and its rows, to be taken once.

    Who takes only some of the rows closes it, by `close()` or as a context manager: the rows and what is known of the
    file hold each other, so that the file would stay open for long.

    container  "jsonl", "json", "csv", "xlsx", "parquet" or "text"
    encoding   Python's name; "" for files that are not text
    records    the readable rows; `columns` grows, `count` counts (unreadable rows too) and `findings` of the reader
               come in while they are taken, and are complete at their end
    sheets     of a workbook, and `sheet` is the one that is read
    packed     "gz" or "zip" when it was taken out of one
    sure       False when whether the first row is a header, or what separates the cells, is a guess
    """

    container: str
    encoding: str
    records: Iterator[Record] = field(default_factory=lambda: iter(()))
    columns: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    count: int = 0
    sheets: list[str] = field(default_factory=list)
    sheet: str | None = None
    packed: str = ""
    sure: bool = True

    def close(self) -> None:
        """Closes the file; no rows come any more. `findings` are then those up to here."""
        if isinstance(self.records, Generator):
            self.records.close()
        self.records = iter(())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


TURNS = "messages"
"""The column that a row gets which is itself a list of turns."""
