"""Cells that a spreadsheet would run as a formula: an apostrophe stands before them in the tables that we write.

Such a table says so: a last column `apostrophe_added` names, in each row, the columns that got one ("question answer").
Where it stands, the apostrophes come off again. Without it none does: in a table of others, `'@Li' is my name.` begins
with a quotation mark that somebody wrote. A column, as it is still there when a spreadsheet has saved the table anew,
and as other programs see it too.
"""

import re
from collections.abc import Generator, Iterator
from contextlib import closing

from core.data.rows import Opened, Record

COLUMN = "apostrophe_added"

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a cell begins with that a spreadsheet may run."""

_NUMBER = re.compile(r"[-+](?:(?:[0-9]{1,3}(?:,[0-9]{3}){1,3}|[0-9]{1,11})(?:\.[0-9]{1,11})?|\.[0-9]{1,11})%?")
"""A number with its sign is no formula. With more digits it is rather a telephone number, which a spreadsheet would
make 4.9E+12 of."""


def guarded(cell: str) -> str:
    """A cell as text that no spreadsheet takes for a formula; a plain number stays one."""
    if not cell.startswith(_FORMULA) or _NUMBER.fullmatch(cell):
        return cell
    return "'" + cell


def unguarded(records: Iterator[Record], opened: Opened) -> Generator[Record]:
    """The records of a table as they were before they were guarded; the column that tells is no column of the data."""
    with closing(records):  # type: ignore[type-var]
        for record in records:
            if COLUMN in record.values:
                if COLUMN in opened.columns:
                    opened.columns.remove(COLUMN)
                for name in str(record.values.pop(COLUMN) or "").split():
                    cell = record.values.get(name)
                    if isinstance(cell, str) and cell[:1] == "'" and cell[1:].startswith(_FORMULA):
                        record.values[name] = cell[1:]
            yield record
