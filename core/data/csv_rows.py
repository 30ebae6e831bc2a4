"""Rows of text with separators: comma, semicolon, tab or bar, quoted cells, each cell as it was written.

A row with more or fewer cells than the header is named and left out; nothing is ever shifted. A quotation mark
that is opened and never closed would swallow the rest of the file: then only its own line is left out.
"""

import csv
from collections.abc import Iterator

from core.data import columns
from core.data.rows import FileRows, Progress, Record
from core.errors import UserError
from core.findings import Finding

SEPARATORS = (",", "\t", ";", "|")
_LOOKED_AT = 60
"""Lines that are looked at to find the separator."""
_RESTARTS = 20
"""Unclosed quotation marks that are mended; more of them and the file is no CSV."""

csv.field_size_limit(1 << 30)


def read(text: str, name: str, encoding: str, progress: Progress | None) -> FileRows:
    """Raises UserError `data.plain_text`, `data.header_only` or `data.csv_quotes`."""
    lines = _physical_lines(text)
    first = next(index for index, line in enumerate(lines) if line.strip())
    if (said := lines[first].strip().lower()).startswith("sep=") and len(
        said
    ) == 5:  # Excel's own note of the separator
        separator, first = said[4], first + 1
    else:
        separator = _separator(lines[first : first + _LOOKED_AT])
    records = _records(lines, first, separator, name)
    header = next((cells for _, cells in records if any(cell.strip() for cell in cells)), None)
    if header is None:
        raise UserError("data.empty", name=name)
    names, findings = _names(header)
    _refuse_prose(names, lines[first:], separator, name)
    return _collect(records, names, findings, encoding, name, len(lines), progress)


def _collect(
    records: Iterator[tuple[int, list[str]]],
    names: list[str],
    findings: list[Finding],
    encoding: str,
    name: str,
    total: int,
    progress: Progress | None,
) -> FileRows:
    width = len(names)
    rows: list[Record] = []
    ragged: list[int] = []
    lines: list[int] = []
    number = 0
    for at, cells in records:
        if len(cells) <= 1 and not (cells and cells[0].strip()):
            continue
        number += 1
        if progress is not None and number % 2000 == 0:
            progress(at, total)
        if len(cells) != width and not (len(cells) > width and not any(cell.strip() for cell in cells[width:])):
            ragged.append(number)
            lines.append(at)
            continue
        if not any(cell.strip() for cell in cells):  # a row of separators only, as spreadsheets leave them
            number -= 1
            continue
        rows.append(Record(number, dict(zip(names, cells, strict=False))))
    if number == 0:
        raise UserError("data.header_only", name=name, columns=", ".join(names[:12]))
    if ragged:
        shown = ", ".join(str(line) for line in lines[:8]) + (" ..." if len(lines) > 8 else "")
        findings.append(Finding("error", "row.ragged", ragged, lines=shown, columns=width))
    if not rows or len(ragged) > 10 + 0.5 * number:
        raise UserError("data.csv_ragged", name=name, columns=width, row=ragged[0] if ragged else 1)
    return FileRows(encoding, "csv", names, rows, findings, number)


def _physical_lines(text: str) -> list[str]:
    """Lines with their ends; only line feeds end one, except in files that have none (old Macs: carriage returns)."""
    end = "\n" if "\n" in text else "\r"
    lines = text.split(end)
    return [line + end for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def _records(lines: list[str], start: int, separator: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """(line number from 1, cells). A line with an unclosed quotation mark gives too many, so it counts as ragged."""
    restarts = 0
    position = start
    while position < len(lines):
        feed = _Feed(lines, position)
        reader = csv.reader(feed, delimiter=separator)
        width = 0
        restart: int | None = None
        while True:
            before = feed.position
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:  # a carriage return in the middle of a cell without quotation marks
                yield before + 1, ["", *["?"] * (width + 1)]
                restart = max(feed.position, before + 1)
                break
            taken = feed.position - before
            width = width or len(cells)
            if (
                taken > 1
                and (len(cells) != width or _unclosed(lines[before : feed.position], separator))
                and before > start
            ):
                yield before + 1, ["", *["?"] * (width + 1)]
                restart, restarts = before + 1, restarts + 1
                break
            yield before + 1, cells
        if restarts > _RESTARTS:
            raise UserError("data.csv_quotes", name=name, line=restart)
        position = restart
        if position >= len(lines):
            return


class _Feed:
    """Lines for the csv reader, with the place up to which it has read."""

    def __init__(self, lines: list[str], position: int) -> None:
        self.lines = lines
        self.position = position

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        if self.position >= len(self.lines):
            raise StopIteration
        self.position += 1
        return self.lines[self.position - 1]


def _unclosed(lines: list[str], separator: str) -> bool:
    """Whether a record of several lines ends inside its quotation marks, or closes them in the middle of a word."""
    try:
        for _ in csv.reader(lines, delimiter=separator, strict=True):
            pass
    except csv.Error:
        return True
    return False


def _separator(lines: list[str]) -> str:
    """The separator whose header has columns that we know; else the one that gives most rows the header's width."""
    best, best_score = ",", (0, 0.0, 0)
    for separator in SEPARATORS:
        try:
            table = [
                cells for cells in csv.reader(iter(lines), delimiter=separator) if any(cell.strip() for cell in cells)
            ]
        except csv.Error:
            continue
        if not table or len(table[0]) < 2:
            continue
        known = sum(columns.plain(cell) in columns.KNOWN for cell in table[0])
        even = sum(len(cells) == len(table[0]) for cells in table) / len(table)
        score = (min(known, 2), even, len(table[0]))
        if score > best_score:
            best, best_score = separator, score
    return best


def _table(lines: list[str], separator: str) -> list[list[str]]:
    """The rows of some lines that are not blank, as far as they can be read."""
    found: list[list[str]] = []
    try:
        for cells in csv.reader(iter(lines), delimiter=separator):
            if any(cell.strip() for cell in cells):
                found.append(cells)
    except csv.Error:  # a stray carriage return
        pass
    return found


def _names(header: list[str]) -> tuple[list[str], list[Finding]]:
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


def _refuse_prose(names: list[str], lines: list[str], separator: str, name: str) -> None:
    """Prose has commas too; it shows in a first line that names no column and is long, or in uneven lines below it."""
    if any(columns.plain(column) in columns.KNOWN for column in names):
        return
    if len(names) == 1 or max(len(column) for column in names) > 60:
        raise UserError("data.plain_text", name=name)
    widths = [len(cells) for cells in _table(lines[:_LOOKED_AT], separator)]
    if sum(width == len(names) for width in widths) < 0.5 * len(widths):
        raise UserError("data.plain_text", name=name)
