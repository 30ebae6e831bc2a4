"""Rows as a table for a spreadsheet: UTF-8 with a byte order mark, cells that no spreadsheet takes for a formula.

Single exchanges have the columns question and answer (and system, thinking where there are some); as soon as one row
has more to it, all have the columns of JSONL, with the turns as JSON.
"""

import csv
import io
import json
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from core.data.exporting.published import flat, published
from core.data.literals import as_utf8
from core.data.rows_file import Row

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a cell begins with that a spreadsheet may run; such a cell gets an apostrophe before it."""

_ORDER = (
    "question", "answer", "text", "messages", "prompt", "completion", "chosen", "rejected", "label", "system",
    "thinking", "tools",
)  # fmt: skip
_CHUNK = 1 << 20
"""Characters that are held before they are written."""


def write(rows: Callable[[], Iterator[Row]], file: BinaryIO) -> None:
    """Write the table; `rows` is gone through twice, as the columns must be known beforehand. Raises OSError."""
    names, cells_of = _layout(rows())
    held = io.StringIO(newline="")
    table = csv.writer(held)
    file.write(b"\xef\xbb\xbf")  # without the mark Excel takes it for another encoding
    table.writerow(names)
    for row in rows():
        cells = cells_of(row)
        table.writerow([safe(cells.get(name, "")) for name in names])
        if held.tell() > _CHUNK:
            _hand_on(held, file)
    _hand_on(held, file)


def safe(cell: str) -> str:
    """A cell as text that no spreadsheet takes for a formula."""
    return "'" + cell if cell.startswith(FORMULA) else cell


def _hand_on(held: io.StringIO, file: BinaryIO) -> None:
    file.write(as_utf8(held.getvalue()))
    held.seek(0)
    held.truncate()


def _layout(rows: Iterator[Row]) -> tuple[list[str], Callable[[Row], dict[str, str]]]:
    """The names of the columns, and what makes cells of a row."""
    whole: set[str] = set()
    words: set[str] | None = set()
    for row in rows:
        whole |= published(row).keys()
        cells = flat(row) if words is not None else None
        words = None if words is None or cells is None else words | cells.keys()
    if words is not None:
        return _ordered(words), lambda row: flat(row) or {}
    return _ordered(whole), lambda row: {name: _as_cell(value) for name, value in published(row).items()}


def _ordered(names: set[str]) -> list[str]:
    return [name for name in _ORDER if name in names]


def _as_cell(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
