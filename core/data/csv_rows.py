"""Rows of text with separators: comma, semicolon, tab or bar, quoted cells, each cell as it was written.

A row with more or fewer cells than the header is named and left out; nothing is ever shifted.
"""

import csv
import re
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass

from core.data import columns, decoded
from core.data.choices import Choices
from core.data.csv_records import Feed, records
from core.data.faults import Faults
from core.data.rows import Opened, Record
from core.data.table_head import SENTENCE, Head, head_of
from core.errors import UserError
from core.findings import Finding

SEPARATORS = (",", "\t", ";", "|")
_LOOKED_AT = 60
"""Lines that are looked at to find the separator and the header."""
_RAGGED = 10
"""Ragged rows that are named one by one before a file with more of them than good ones is refused."""
_MARKER = re.compile(r"(<{7} .*|={7}|\|{7}.*|>{7} .*)\s*$")


@dataclass(frozen=True)
class Layout:
    """How a text is cut into cells. `first` is the index of the line with which the table begins."""

    separator: str
    head: Head
    first: int
    end: str  # what ends a line


def layout(start: str, choices: Choices) -> Layout | None:
    """How the table that begins with `start` is laid out; None when it is no table but prose."""
    end = decoded.line_end(start)
    lines = [line + end for line in start.split(end)]
    first = next((index for index, line in enumerate(lines) if line.strip()), 0)
    sure = asked = choices.separator is not None or choices.header is not None
    if (said := lines[first].strip().lower()).startswith("sep=") and len(said) == 5:  # Excel's note of the separator
        separator, first, sure = choices.separator or said[4], first + 1, True
    elif choices.separator:
        separator = choices.separator
    else:
        separator = _separator(lines[first : first + _LOOKED_AT])
    rows = _table(lines[first : first + _LOOKED_AT], separator)
    if not rows:
        return Layout(separator, Head([], None, True), first, end) if asked else None
    head = head_of(rows, choices.header)
    if not asked and not sure and _is_prose(head, rows):
        return None
    below = rows if head.index is None else rows[head.index + 1 :]
    width = len(head.names)
    fitting = sum(len(row) >= width and not any(row[width:]) for row in below)
    if fitting < 0.8 * len(below) and not asked:
        head.sure = False
    return Layout(separator, head, first, end)


def read(
    opened: Opened, faults: Faults, again: Callable[[], Generator[str]], found: Layout, name: str, *, repair: bool
) -> Iterator[Record]:
    """The rows. Raises UserError `data.empty`, `data.header_only`, `data.csv_ragged` or `data.csv_quotes`."""
    names = found.head.names
    width = len(names)
    good = 0
    first_bad = 1
    with closing(again()) as chunks:
        feed = Feed(_without_conflicts(decoded.lines(chunks, found.end), faults))
        skip = 0 if found.head.index is None else found.head.index + 1
        for at, cells in records(feed, found.separator, name):
            if at <= found.first or cells is not None and not any(cell.strip() for cell in cells):
                continue  # blank lines, and the rows of separators alone that spreadsheets leave
            if skip:
                skip -= 1
                continue
            opened.count += 1
            if cells is None and feed.cut:
                faults.note(Finding("error", "row.cut", [opened.count], lines=at))
                continue
            if (
                cells is None
                or len(cells) != width
                and any(cell.strip() for cell in cells[width:])
                or len(cells) < width
            ):
                first_bad = first_bad if faults.count("row.ragged") else opened.count
                faults.note(Finding("error", "row.ragged", [opened.count], columns=width, lines=at))
                if not good and faults.count("row.ragged") > 200:
                    break
                continue
            if any("\x00" in cell for cell in cells):
                if not repair:
                    faults.note(Finding("error", "row.nul", [opened.count], lines=at))
                    continue
                cells = [cell.replace("\x00", "") for cell in cells]
                faults.note(Finding("info", "row.repaired", [opened.count], lines=at))
            good += 1
            yield Record(opened.count, dict(zip(names, cells, strict=False)))
    if good:
        return
    if opened.count == 0:
        if not names:
            raise UserError("data.empty", name=name)
        raise UserError("data.header_only", name=name, columns=", ".join(names[:12]))
    if "row.nul" in faults:
        raise UserError("data.binary", name=name)
    raise UserError("data.csv_ragged", name=name, columns=width, row=first_bad)


def _without_conflicts(lines: Iterator[str], faults: Faults) -> Iterator[str]:
    """The lines with the marks of a version control's conflict blanked and noted; both sides stay."""
    inside = False
    for number, line in enumerate(lines, 1):
        if line.startswith("<<<<<<< ") or inside and _MARKER.match(line):
            inside = not line.startswith(">>>>>>>")
            faults.note(Finding("warning", "lines.conflict", lines=number))
            line = "\n"
        yield line


def _separator(lines: list[str]) -> str:
    """The separator with columns that we know; else the one that gives most rows the same width, and most cells."""
    best, best_score = ",", (0, 0.0, 0)
    for separator in SEPARATORS:
        table = _table(lines, separator)
        widths = [len(cells) for cells in table]
        if not table or max(widths) < 2:
            continue
        usual = max(set(widths), key=lambda width: (widths.count(width), width))
        known = max(sum(columns.plain(cell) in columns.KNOWN for cell in row) for row in table[:10])
        score = (min(known, 2), widths.count(usual) / len(widths) if usual > 1 else 0.0, usual)
        if score > best_score:
            best, best_score = separator, score
    return best


def _table(lines: list[str], separator: str) -> list[list[str]]:
    """The rows of some lines that are not blank, as far as they can be read."""
    found: list[list[str]] = []
    lines = [line for line in lines if not _MARKER.match(line)]
    try:
        for cells in csv.reader(iter(lines), delimiter=separator):
            if any(cell.strip() for cell in cells):
                found.append(cells)
    except csv.Error:  # a stray carriage return
        pass
    return found


def _is_prose(head: Head, rows: list[list[str]]) -> bool:
    """Prose has commas too; it shows in lines of uneven width, or in a single column without a known name."""
    if head.index is not None and any(columns.plain(column) in columns.KNOWN for column in head.names):
        return False
    if len(head.names) == 1:
        return True
    if len(rows) == 1:
        return any(len(cell) > 40 or SENTENCE.search(cell) for cell in rows[0])
    if head.index is not None and max(len(column) for column in head.names) > 60:
        return True
    even = sum(len(cells) == len(head.names) for cells in rows) / len(rows)
    return even < 0.5 or (head.index is None and (even < 0.9 or len(rows) < 2))
