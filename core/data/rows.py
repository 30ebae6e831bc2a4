"""What reading a file gives, before anything is known about its meaning."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from core.findings import Finding

Progress = Callable[[int, int], None]
"""Called with (done, total), in bytes or characters."""


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


TURNS = "messages"
"""The column that a row gets which is itself a list of turns."""
