"""Rows of text with separators: comma, semicolon, tab or bar, quoted cells, each cell as it was written.

A row with more or fewer cells than the header is named and left out; nothing is ever shifted.
"""

import re
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass

from core.data import columns
from core.data.choices import Choices
from core.data.files import decoded
from core.data.files.csv_quotes import Marks
from core.data.files.csv_records import Cut, Records
from core.data.files.faults import Faults
from core.data.files.table_head import SENTENCE, Head, head_of
from core.data.rows import Opened, Record
from core.errors import UserError
from core.findings import Finding

SEPARATORS = (",", "\t", ";", "|")
_LOOKED_AT = 60
"""Lines that are looked at to find the separator and the header."""
_HOPELESS = 200
"""Rows that cannot be read, from the first on, after which no others are looked for."""
_MARKER = re.compile(r"(<{7} .*|={7}|\|{7}.*|>{7} .*)\s*$")


@dataclass(frozen=True)
class Layout:
    """How a text is cut into cells. `first` is the index of the line with which the table begins.

    `blanks`: cells in quotation marks stand behind blanks, as in `"a", "b"`.
    """

    separator: str
    head: Head
    first: int
    end: str  # what ends a line
    blanks: bool = False


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
    blanks = Marks(separator).shows_blanks(lines[first:])
    rows = _table(lines[first : first + _LOOKED_AT], separator, blanks=blanks)
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
    return Layout(separator, head, first, end, blanks)


def read(
    opened: Opened, faults: Faults, again: Callable[[], Generator[str]], found: Layout, name: str, *, repair: bool
) -> Iterator[Record]:
    """The rows. Raises UserError `data.empty`, `data.header_only`, `data.csv_ragged` or `data.csv_quotes`."""
    names = found.head.names
    width = len(names)
    good = 0
    bad: tuple[int, int] | None = None
    with closing(decoded.heard(again(), faults)) as chunks:
        lines = _without_conflicts(decoded.lines(chunks, found.end), faults)
        records = Records(lines, found.separator, name, blanks=found.blanks)
        header: list[str] | None = None
        skip = 0 if found.head.index is None else found.head.index + 1
        records.width = None if skip else width
        for cut in records:
            cells, at = cut.cells, cut.line
            if at <= found.first or cells is not None and not any(cell.strip() for cell in cells):
                continue  # blank lines, and the rows of separators alone that spreadsheets leave
            if skip:
                skip -= 1
                header = cells if not skip and cells is not None and len(cells) > 1 else None
                records.width = None if skip else width
                continue
            if header is not None and cells is not None and cells[-1] == header[-1] and _same(cells, header):
                faults.note(Finding("info", "table.header_again", lines=at))
                continue
            opened.count += 1
            fits = cells is not None and records.fits(cells)
            mended = repair and fits and cut.fault == "quotes"
            if cells and "\x00" in cells[0] and not "".join(cells).strip("\x00 \t\r\n"):
                opened.count -= 1  # zeros and nothing else, as after a power cut
                faults.note(Finding("warning", "lines.nul_run", lines=at))
                continue
            if cells is None or not fits or cut.fault and not mended:
                bad = bad or (opened.count, at)
                faults.note(_fault(cut, opened.count, width, repairable=fits))
                if not good and faults.count("row.ragged") + faults.count("row.quotes") > _HOPELESS:
                    break
                continue
            if any("\x00" in cell for cell in cells):
                if not repair:
                    faults.note(Finding("error", "row.nul", [opened.count], lines=at))
                    continue
                cells = [cell.replace("\x00", "") for cell in cells]
                mended = True
            if mended:
                faults.note(Finding("info", "row.repaired", [opened.count], lines=at))
            good += 1
            yield Record(opened.count, dict(zip(names, cells, strict=False)))
    if not good:
        raise _nothing(found, faults, name, opened.count, bad)


def _same(cells: list[str], header: list[str]) -> bool:
    """Whether a row is the header once more, as when tables were put together."""
    return [cell.strip("\ufeff \t") for cell in cells] == [cell.strip("\ufeff \t") for cell in header]


def _fault(cut: Cut, row: int, width: int, *, repairable: bool) -> Finding:
    """Why a record is left out."""
    if cut.fault == "cut":
        return Finding("error", "row.cut", [row], lines=cut.line)
    if cut.fault == "quotes":
        more = {"repairable": True} if repairable else {}
        return Finding("error", "row.quotes", [row], lines=cut.line, **more)
    return Finding("error", "row.ragged", [row], columns=width, lines=cut.line)


def _nothing(found: Layout, faults: Faults, name: str, count: int, bad: tuple[int, int] | None) -> UserError:
    """Why a table has no readable row; `bad` is the number and the line of the first that is not."""
    names = found.head.names
    if bad is None and "row.nul" in faults:
        return UserError("data.binary", name=name)
    if bad is None:
        return (
            UserError("data.header_only", name=name, columns=", ".join(names[:12]))
            if names
            else UserError("data.empty", name=name)
        )
    if faults.count("row.quotes") >= count / 2:
        more = {"repairable": True} if faults.repairable("row.quotes") else {}
        return UserError("data.csv_quotes", name=name, line=bad[1], **more)
    return UserError("data.csv_ragged", name=name, columns=len(names), row=bad[0])


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


def _table(lines: list[str], separator: str, *, blanks: bool = False) -> list[list[str]]:
    """The rows of some lines that are not blank, as far as they can be read; what the last lines begin is left out."""
    lines = [line for line in lines if not _MARKER.match(line)]
    found = []
    for cut in Records(iter(lines), separator, "", blanks=blanks):
        if cut.fault == "cut":
            break
        if cut.cells is not None and any(cell.strip() for cell in cut.cells):
            found.append(cut.cells)
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
