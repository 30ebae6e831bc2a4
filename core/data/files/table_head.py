"""Which row of a table names its columns: the first, one below a title, or none."""

import re
from dataclasses import dataclass, field

from core.data import columns
from core.findings import Finding

_LOOKED_AT = 10
"""Rows among which the names are looked for."""
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-/ ()]{0,39}")
SENTENCE = re.compile(r"[?？!！。；;]|[.,，、：:]\s*\S|\.$")
_NUMBER = re.compile(r"[-+]?[\d.,]+%?")


@dataclass
class Head:
    """`index` of the row with the names among those looked at, None when there is none; `sure` False for a guess."""

    names: list[str]
    index: int | None
    sure: bool
    findings: list[Finding] = field(default_factory=list)


def head_of(rows: list[list[str]], header: bool | None) -> Head:
    """The names of a table that begins with `rows`, none of them blank; `header` is what the person said."""
    index = _place(rows)
    if header is False:
        return _nameless(rows)
    if header is None and not (found := _names_columns(rows, index))[0]:
        return _nameless(rows, sure=found[1])
    names, findings = named(rows[index])
    if index:
        findings.append(Finding("info", "table.title_rows", count=index, title=" ".join(filter(None, rows[0]))[:80]))
    return Head(names, index, header is not None or _names_columns(rows, index)[1], findings)


def _place(rows: list[list[str]]) -> int:
    """The first row that has a known name and as many cells as most; else the first as wide as most rows."""
    look = rows[:_LOOKED_AT]
    filled = [sum(bool(cell.strip()) for cell in row) for row in look]
    if _known(look[0]) and (filled[0] > 1 or max(filled) == 1):
        return 0
    for index, row in enumerate(look):
        if _known(row) and filled[index] > 1 and filled[index] >= max(filled[: index + 1]):
            return index
    usual = sorted(filled)[len(filled) // 2]
    if usual > 1 and len(rows) > 2:
        return next((index for index, count in enumerate(filled) if count >= usual), 0)
    return 0


def _names_columns(rows: list[list[str]], index: int) -> tuple[bool, bool]:
    """Whether the row at `index` names columns, and whether that is sure."""
    row = [cell.strip() for cell in rows[index]]
    while len(row) > 1 and not row[-1]:
        row.pop()
    if _known(row):
        return True, True
    below = rows[index + 1 : index + 40]
    if not below:
        return True, False
    if any(_NUMBER.fullmatch(cell) or len(cell) > 60 or SENTENCE.search(cell) for cell in row):
        return False, False
    if any(cell and cell in [r[place].strip() for r in below if place < len(r)] for place, cell in enumerate(row)):
        return False, False
    numbers = any(
        all(place < len(r) and _NUMBER.fullmatch(r[place].strip()) for r in below) for place in range(len(row))
    )
    longer = sum(len(cell) for r in below for cell in r) / len(below) > 2 * sum(map(len, row))
    identifiers = all(_IDENTIFIER.fullmatch(cell) for cell in row if cell)
    return True, len(row) > 1 and identifiers and (numbers or longer)


def _known(row: list[str]) -> bool:
    return any(columns.plain(cell.strip("\ufeff\u200b")) in columns.KNOWN for cell in row)


def _nameless(rows: list[list[str]], sure: bool = False) -> Head:
    widths = [len(row) for row in rows]
    width = max(set(widths), key=lambda count: (widths.count(count), count))
    return Head([f"column {number}" for number in range(1, width + 1)], None, sure)


def named(header: list[str]) -> tuple[list[str], list[Finding]]:
    """Column names without blanks around them, the second of a name as "name (2)", unnamed ones at the end dropped."""
    cleaned = [cell.strip().strip("\ufeff\u200b").strip() for cell in header]
    while len(cleaned) > 1 and not cleaned[-1]:
        cleaned.pop()
    names: list[str] = []
    twice: list[str] = []
    for index, cell in enumerate(cleaned, 1):
        name = cell or f"column {index}"
        if name in names:
            twice.append(name)
            count = 2
            while f"{name} ({count})" in names:
                count += 1
            name = f"{name} ({count})"
        names.append(name)
    findings = [Finding("warning", "columns.twice", columns=", ".join(dict.fromkeys(twice)))] if twice else []
    return names, findings
