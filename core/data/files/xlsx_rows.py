"""Rows of a workbook (.xlsx, .xls, .xlsb, .ods): the sheet with most to learn from, each cell as text.

In an .xlsx that is the text which Excel shows where the cell's format is a simple one: percent, decimals, thousands,
signs of currency, zeros in front, and dates and times in figures. Elsewhere numbers have all their digits and dates
are written 2024-02-29, which is reported; for .xls, .xlsb and .ods, whose formats are not read, it is not. A merged
cell counts for all its rows: its text is in each of them, as one sees it.
"""

import datetime
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.data import columns
from core.data.choices import Choices
from core.data.files import xlsx_scan
from core.data.files.faults import Faults
from core.data.files.source import Source
from core.data.files.table_head import Head, head_of
from core.data.rows import Opened, Progress, Record, share
from core.errors import UserError
from core.findings import Finding

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

_UNPACKED, _SCANNED = 0.1, 0.5
"""How much of the work is done when the file is out of its archive, and when the sheets are scanned."""
_EXACT = 10**15
"""From here on Excel has kept 15 digits of a number and put zeros for the others."""
_ERRORS = frozenset(("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"))
"""What faulty formulas say, and cells into which their signs were pasted as text."""


def read(
    source: Source, opened: Opened, faults: Faults, choices: Choices, progress: Progress | None
) -> Iterator[Record]:
    """The rows. Raises UserError `data.workbook_*`, `data.sheet_*`, `data.empty` or `data.header_only`."""
    import python_calamine as calamine

    with source.on_disk(share(progress, 0, _UNPACKED)) as path:
        try:
            if zipfile.is_zipfile(path):
                xlsx_scan.check_size(path, source.name)
            book = calamine.CalamineWorkbook.from_path(str(path))
            opened.sheets[:] = _sheets(book)
            sheet, scan, others = _chosen(book, path, opened.sheets, choices, source, progress)
        except _Stopped as stopped:
            raise stopped.__cause__ or stopped from None
        except calamine.PasswordError:
            raise UserError("data.excel_locked", name=source.name) from None
        except (calamine.CalamineError, zipfile.BadZipFile, OSError):
            raise UserError("data.workbook_broken", name=source.name) from None
        opened.sheet = sheet.name
        if others:
            faults.note(Finding("info", "sheets.others", used=sheet.name, others=_listed(others), count=len(others)))
        with book:
            yield from _rows(sheet, scan, opened, faults, choices, source, progress)


def _sheets(book: "CalamineWorkbook") -> list[str]:
    """The sheets that a person sees, in their order; all of them when all are hidden."""
    import python_calamine as calamine

    tables = [sheet for sheet in book.sheets_metadata if sheet.typ == calamine.SheetTypeEnum.WorkSheet]
    seen = [sheet.name for sheet in tables if sheet.visible == calamine.SheetVisibleEnum.Visible]
    return seen or [sheet.name for sheet in tables]


def _listed(others: list[tuple[str, int]]) -> str:
    return ", ".join(f"{name} ({count})" for name, count in others[:8]) + (" ..." if len(others) > 8 else "")


def _chosen(
    book: "CalamineWorkbook",
    path: Path,
    names: list[str],
    choices: Choices,
    source: Source,
    progress: Progress | None,
) -> tuple["CalamineSheet", xlsx_scan.Scan, list[tuple[str, int]]]:
    """The sheet that was asked for; else the one whose columns we know best, then the one with most filled rows.

    With it the others that hold a table, where none was asked for: (name, how many rows below their column names).
    """
    if choices.sheet is not None and choices.sheet not in book.sheet_names:
        listed = ", ".join(book.sheet_names)
        raise UserError("data.sheet_unknown", name=source.name, sheet=choices.sheet, sheets=listed)
    best: tuple[tuple[int, int], CalamineSheet, xlsx_scan.Scan] | None = None
    wanted = [choices.sheet] if choices.sheet is not None else names
    tables: list[tuple[str, int]] = []
    for at, name in enumerate(wanted):
        told = _of_sheet(progress, source.size, at, len(wanted))
        scan = xlsx_scan.scan(path, name, source.name, told) if zipfile.is_zipfile(path) else xlsx_scan.Scan()
        sheet = book.get_sheet_by_name(name)
        if not sheet.height or not sheet.width:
            continue
        look = [[_shown(cell) for cell in cells] for cells in sheet.to_python(nrows=40)]
        look = [cells for cells in look if any(cell.strip() for cell in cells)]
        known = max((sum(columns.plain(cell) in columns.KNOWN for cell in cells) for cells in look[:10]), default=0)
        score = (min(known, 2), sheet.height if len(look) > 1 else 0)
        if len(wanted) > 1 and (count := _rows_below(sheet, look, choices)):
            tables.append((name, count))
        if best is None or score > best[0]:
            best = score, sheet, scan
    if best is None:
        raise UserError("data.empty", name=source.name)
    used = best[1].name
    return best[1], best[2], [(name, count) for name, count in tables if name != used]


def _rows_below(sheet: "CalamineSheet", look: list[list[str]], choices: Choices) -> int:
    """How many filled rows stand below the names of a sheet's columns; 0 when it is no table with two columns."""
    if len(look) < 2 or max(sum(bool(cell.strip()) for cell in cells) for cells in look) < 2:
        return 0
    head = head_of(look, choices.header)
    filled = sum(any(cell not in ("", None) for cell in cells) for cells in sheet.iter_rows())
    return max(0, filled - (0 if head.index is None else head.index + 1))


class _Stopped(Exception):
    """What `progress` has raised, which is no fault of the workbook."""


def _of_sheet(progress: Progress | None, size: int, at: int, count: int) -> Progress | None:
    """The progress of the scan of sheet `at` of `count`, in bytes of the file. Raises _Stopped."""
    step = (_SCANNED - _UNPACKED) / count
    told = share(progress, _UNPACKED + at * step, _UNPACKED + (at + 1) * step)
    if told is None:
        return None

    def tell(done: int, total: int) -> None:
        try:
            told(size * done // total, size)
        except Exception as error:
            raise _Stopped from error

    return tell


def _rows(
    sheet: "CalamineSheet",
    scan: xlsx_scan.Scan,
    opened: Opened,
    faults: Faults,
    choices: Choices,
    source: Source,
    progress: Progress | None,
) -> Iterator[Record]:
    table = _Table(sheet, scan)
    look = []
    for number, cells, _ in table.rows():
        if any(cell.strip() for cell in cells):
            look.append((number, cells))
        if len(look) == 40:
            break
    if not look:
        raise UserError("data.empty", name=source.name)
    head = _head(look, choices)
    opened.columns[:] = head.names
    opened.sure = head.sure
    for finding in head.findings:
        faults.note(finding)
    below = -1 if head.index is None else look[head.index][0]
    width = len(head.names)
    told = share(progress, _SCANNED, 1)
    for number, cells, odd in table.rows():
        if number <= below or not any(cell.strip() for cell in cells):
            continue
        opened.count += 1
        for kind, place in odd:
            if kind == "error":
                faults.note(Finding("warning", "cells.excel_error", [opened.count], cells=place))
            elif kind == "number":
                faults.note(Finding("warning", "cells.excel_number", [opened.count], cells=place))
            elif kind == "nul":
                faults.note(Finding("warning", "cells.nul_dropped", [opened.count], cells=place))
            else:
                faults.note(Finding("info", "cells.formatted", [opened.count], cells=place))
        names = head.names
        if any(cell.strip() for cell in cells[width:]):
            names = names + [f"column {place}" for place in range(len(names) + 1, len(cells) + 1)]
            opened.columns[:] = list(dict.fromkeys([*opened.columns, *names]))
        yield Record(opened.count, dict(zip(names, cells, strict=False)))
        if told is not None and opened.count % 1000 == 0:
            told(int(source.size * number / max(sheet.total_height, 1)), source.size)
    if not opened.count:
        raise UserError("data.header_only", name=source.name, columns=", ".join(head.names[:12]))


def _head(look: list[tuple[int, list[str]]], choices: Choices) -> Head:
    head = head_of([cells for _, cells in look], choices.header)
    if head.index is not None and all(len(set(filter(None, cells))) <= 1 for _, cells in look[: head.index]):
        for finding in head.findings:  # a merged title stands in every cell of its row: it is named once
            if "title" in finding.facts:
                finding.facts["title"] = " ".join(dict.fromkeys(filter(None, look[0][1])))[:80]
    return head


class _Table:
    """The cells of a sheet as text, merged ones filled in."""

    def __init__(self, sheet: "CalamineSheet", scan: xlsx_scan.Scan) -> None:
        self._sheet = sheet
        self._scan = scan
        self._merged = _merged(sheet)
        self._owners = set(self._merged.values())
        self._left = (sheet.start or (0, 0))[1]

    def rows(self) -> Iterator[tuple[int, list[str], list[tuple[str, str]]]]:
        """(row from 0, cells, odd cells as ("error", "number", "nul" or "format", name))."""
        held: dict[tuple[int, int], str] = {}
        for row, values in enumerate(self._sheet.iter_rows()):
            cells: list[str] = []
            odd: list[tuple[str, str]] = []
            for column, value in enumerate(values, self._left):
                place = (row, column)
                text = value if isinstance(value, str) else self._number(value, place, odd)
                if place in self._scan.errors:
                    odd.append(("error", xlsx_scan.place(row, column)))
                    text = text or self._scan.errors[place]
                elif text[:1] == "#" and text in _ERRORS:
                    odd.append(("error", xlsx_scan.place(row, column)))
                elif "\x00" in text:
                    odd.append(("nul", xlsx_scan.place(row, column)))
                    text = text.replace("\x00", "")
                if place in self._owners:
                    held[place] = text
                elif place in self._merged:
                    text = held.get(self._merged[place], "")
                cells.append(text)
            yield row, cells, odd

    def _number(self, value: Any, place: tuple[int, int], odd: list[tuple[str, str]]) -> str:
        if isinstance(value, int | float) and abs(value) >= _EXACT:
            odd.append(("number", xlsx_scan.place(*place)))
        if value == "" or (format := self._scan.format_of(*place)) is None:
            return _shown(value)
        if (text := format.shown(value)) is not None:
            return text
        odd.append(("format", xlsx_scan.place(*place)))
        return _shown(value)


def _merged(sheet: "CalamineSheet") -> dict[tuple[int, int], tuple[int, int]]:
    """{cell: the cell whose text it shows} of cells merged over rows; across columns only the first has the text."""
    found = {}
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
        if left != right or (bottom - top) > 100_000:
            continue
        for row in range(top + 1, bottom + 1):
            found[row, left] = (top, left)
    return found


def _shown(value: Any) -> str:
    """A cell as text: whole numbers without a decimal point, dates as ISO, truth values as Excel shows them."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e21 else repr(value)
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, datetime.timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return value.isoformat() if isinstance(value, datetime.date | datetime.time) else str(value)
