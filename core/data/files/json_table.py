"""Tables in JSON: each row a list of cells, the names of the columns in the first list or beside the rows.

[["answer", "question"], ["a1", "q1"], ...]                            -> names_of(first list)
{"columns": ["answer", "question"], "data": [["a1", "q1"], ...]}       -> beside(object), as pandas writes with "split"
"""

from typing import Any

from core.data import columns
from core.data.literals import Literal

_LONGEST = 60
"""Characters of the longest name of a column."""
NAMES_KEY = "columns"
ROWS_KEYS = ("data", "rows", "values")


def names_of(value: Any) -> list[str]:
    """The names that a list holds; [] when it holds anything else, or none of the names that we know."""
    names = strings(value)
    if len(names) > 1 and any(columns.plain(name) in columns.KNOWN for name in names):
        return names
    return []


def strings(value: Any) -> list[str]:
    """The short texts, no two the same, that a list holds; [] when it holds anything else."""
    if not isinstance(value, list) or not all(isinstance(one, str) and not isinstance(one, Literal) for one in value):
        return []
    names = [one.strip() for one in value]
    return names if all(0 < len(name) <= _LONGEST for name in names) and len(set(names)) == len(names) else []


def beside(whole: dict[str, Any]) -> tuple[list[str], str]:
    """The names of the columns that stand beside rows of cells, and the key of these; ([], "") when there are none."""
    names = strings(whole.get(NAMES_KEY))
    for key in ROWS_KEYS if names else ():
        rows = whole.get(key)
        if isinstance(rows, list) and rows and all(isinstance(row, list) for row in rows[:20]):
            if len(rows[0]) == len(names):
                return names, key
    return [], ""


def row_of(names: list[str], cells: list[Any]) -> dict[str, Any] | None:
    """The row with these cells; None when it has fewer cells than there are names, or more that are filled."""
    if len(cells) < len(names) or any(cell not in (None, "") for cell in cells[len(names) :]):
        return None
    return dict(zip(names, cells, strict=False))
