"""A table drawn with bars in Markdown: the names, a line of dashes below them, and the rows."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from core.data import columns
from core.data.files.faults import Faults
from core.data.files.table_head import named
from core.data.rows import Opened, Record
from core.findings import Finding

_RULED = re.compile(r"\s*\|?\s*:?-{1,}:?\s*(\|\s*:?-{1,}:?\s*)*\|?\s*$")
_BAR = re.compile(r"(?<!\\)((?:\\\\)*)\|")
_SHARE = 0.5
"""Share of the lines from which a table without a known name is what the file is about."""


@dataclass(frozen=True)
class Table:
    """The table that is read; later tables with the same `head` go on with it."""

    head: list[str]
    names: list[str]
    findings: list[Finding]


def table_of(start: str) -> Table | None:
    """The table in a text that begins with `start`, whose lines end with a line feed; None for none, or a small one."""
    if start.lstrip()[:1] == '"':  # cells in quotation marks, in which tables are drawn
        return None
    lines = start.split("\n")
    for above, below in zip(lines, lines[1:], strict=False):
        if is_head(above, below):
            head = cells(above)
            bars = sum("|" in line for line in lines)
            known = sum(columns.plain(cell) in columns.KNOWN for cell in head)
            if known < 2 and bars < _SHARE * sum(bool(line.strip()) for line in lines):
                return None
            return Table(head, *named(head))
    return None


def is_head(above: str, below: str) -> bool:
    """Whether two lines are the names of a table of two and more columns and the dashes below them."""
    return (
        "|" in above
        and "|" in below
        and _RULED.match(below.strip()) is not None
        and len(cells(above)) == len(cells(below)) >= 2
        and not _RULED.match(above.strip())
    )


def cells(line: str) -> list[str]:
    r"""The cells of a line, trimmed, `\|` being a bar."""
    line = line.strip().removeprefix("|")
    found, rest = [], 0
    for bar in _BAR.finditer(line):
        found.append(line[rest : bar.end() - 1])
        rest = bar.end()
    if line[rest:].strip():
        found.append(line[rest:])
    return [cell.replace("\\|", "|").strip() for cell in found]


def read(opened: Opened, faults: Faults, lines: Iterator[str], table: Table) -> Iterator[Record]:
    """The rows; missing cells at the end are empty, a row with too many is named, and text around is left out."""
    for finding in table.findings:
        faults.note(finding)
    inside = ours = False
    before: tuple[int, str] | None = None  # a line outside of tables, which may be the head of one
    for number, line in enumerate(lines, 1):
        if not inside and before and is_head(before[1], line):
            inside, ours = True, cells(before[1]) == table.head
            if not ours:
                _leave(faults, *before)
                _leave(faults, number, line)
            before = None
            continue
        inside = inside and "|" in line
        if not inside:
            if before:
                _leave(faults, *before)
            before = (number, line) if line.strip() else None
        elif not ours:
            _leave(faults, number, line)
        else:
            found = cells(line)
            opened.count += 1
            width = len(table.names)
            if any(found[width:]):
                faults.note(Finding("error", "row.ragged", [opened.count], columns=width, lines=number))
                continue
            found += [""] * (width - len(found))
            yield Record(opened.count, dict(zip(table.names, found, strict=False)))
    if before:
        _leave(faults, *before)


def _leave(faults: Faults, number: int, line: str) -> None:
    faults.note(Finding("info", "lines.left_out", said=line.strip()[:80], lines=number))
