"""Rows as a table for a spreadsheet: UTF-8 with a byte order mark, cells that no spreadsheet takes for a formula.

A plain number stays one, with its sign. What gets an apostrophe to be no formula is named in a last column, so that it
comes off where the table is read again (`core.data.files.guarded`); a table without such cells has no such column.

Single exchanges have the columns question and answer (and system, thinking where there are some); as soon as one row
has more to it, all have the columns of JSONL, with the turns as JSON.
"""

import csv
import io
import json
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from core.data.exporting.published import flat, published
from core.data.files import guarded
from core.data.literals import as_utf8
from core.data.rows_file import Row

_ORDER = (
    "question", "answer", "text", "messages", "prompt", "completion", "chosen", "rejected", "label", "system",
    "thinking", "tools",
)  # fmt: skip
_CHUNK = 1 << 20
"""Characters that are held before they are written."""


def write(rows: Callable[[], Iterator[Row]], file: BinaryIO) -> None:
    """Write the table; `rows` is gone through twice, as the columns must be known beforehand. Raises OSError."""
    names, cells_of, some_guarded = _layout(rows())
    held = io.StringIO(newline="")
    table = csv.writer(held)
    file.write(b"\xef\xbb\xbf")  # without the mark Excel takes it for another encoding
    table.writerow([*names, *([guarded.COLUMN] if some_guarded else [])])
    for row in rows():
        said = cells_of(row)
        cells = [said.get(name, "") for name in names]
        safe = [guarded.guarded(cell) for cell in cells]
        if some_guarded:
            changed = [name for name, one, other in zip(names, cells, safe, strict=True) if one != other]
            safe.append(" ".join(changed))
        table.writerow(safe)
        if held.tell() > _CHUNK:
            _hand_on(held, file)
    _hand_on(held, file)


def _hand_on(held: io.StringIO, file: BinaryIO) -> None:
    file.write(as_utf8(held.getvalue()))
    held.seek(0)
    held.truncate()


def _layout(rows: Iterator[Row]) -> tuple[list[str], Callable[[Row], dict[str, str]], bool]:
    """The names of the columns, what makes cells of a row, and whether some cell gets an apostrophe."""
    whole: set[str] = set()
    words: set[str] | None = set()
    some_guarded = False  # cells that are JSON never are
    for row in rows:
        whole |= published(row).keys()
        cells = flat(row) if words is not None else None
        words = None if words is None or cells is None else words | cells.keys()
        some_guarded = some_guarded or cells is not None and any(map(_is_guarded, cells.values()))
    if words is not None:
        return _ordered(words), lambda row: flat(row) or {}, some_guarded
    return _ordered(whole), lambda row: {name: _as_cell(value) for name, value in published(row).items()}, False


def _is_guarded(cell: str) -> bool:
    return guarded.guarded(cell) != cell


def _ordered(names: set[str]) -> list[str]:
    return [name for name in _ORDER if name in names]


def _as_cell(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
