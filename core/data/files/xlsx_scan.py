"""What a sheet's XML says and the workbook's reader does not: extent, faulty cells, formats of numbers."""

import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from core.data.files import xlsx_formats
from core.data.files.xlsx_formats import Format
from core.data.rows import Progress
from core.errors import UserError

UNPACKED_LIMIT = 2_000_000_000
"""Bytes that a workbook may unpack to: more is a mistake or a trap."""
CELLS_LIMIT = 60_000_000
"""Cells of the largest rectangle that a sheet may span: it is held in memory whole, its empty cells too."""
_BLOCK = 1 << 20
_COLUMN_BITS = 14
"""Excel has 16,384 columns."""
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*)>")
_PLACE = re.compile(rb"""\br=["']([A-Z]{1,3})(\d{1,7})["']""")
_NO_NUMBER = re.compile(rb"""\bt=["'](?!n["'])|/$""")
_STYLE = re.compile(rb"""\bs=["'](\d+)["']""")
_ERROR = (b't="e"', b"t='e'")
_VALUE = re.compile(rb"<(?:\w+:)?v>([^<]*)<")
_NAMES = "{http://schemas.openxmlformats.org/%s}"
_MAIN = _NAMES % "spreadsheetml/2006/main"
_LINK = _NAMES % "officeDocument/2006/relationships"


@dataclass
class Scan:
    """What faulty cells say (#REF!, #N/A), and the formats of numbers, by (row, column) from 0."""

    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    _formats: dict[int, Format] = field(default_factory=dict)

    def note_format(self, row: int, column: int, format: Format) -> None:
        self._formats[row << _COLUMN_BITS | column] = format  # one number: a sheet may have millions of these

    def format_of(self, row: int, column: int) -> Format | None:
        """None for a cell that shows its value as it is."""
        return self._formats.get(row << _COLUMN_BITS | column)


def check_size(path: Path, name: str) -> None:
    """Raises UserError `data.unpacked_large` for a workbook that would unpack to too much."""
    with zipfile.ZipFile(path) as archive:
        if sum(info.file_size for info in archive.infolist()) > UNPACKED_LIMIT:
            raise UserError("data.unpacked_large", name=name, limit_gb=UNPACKED_LIMIT // 1_000_000_000)


def scan(path: Path, sheet: str, name: str, progress: Progress | None = None) -> Scan:
    """Goes through the XML of one sheet of an .xlsx; empty for other kinds of workbook. Progress in unpacked bytes.

    Raises UserError `data.sheet_large` when cells lie so far apart that the sheet cannot be held.
    """
    found = Scan()
    with zipfile.ZipFile(path) as archive:
        part = _part(archive, sheet)
        if part is None:
            return found
        formats = _formats(archive)
        size = max(archive.getinfo(part).file_size, 1)
        rows = columns = 0
        rest = b""
        with archive.open(part) as stream:
            while True:
                block = stream.read(_BLOCK)
                if progress is not None:
                    progress(min(stream.tell(), size), size)
                text = rest + block
                cut = max(text.rfind(b"<c "), text.rfind(b":c ") - 20, 0) if block else len(text)
                text, rest = text[:cut], text[cut:]
                for cell in _CELL.finditer(text):
                    said = cell.group(1)
                    place = _PLACE.search(said)
                    if place is None:
                        continue
                    row, column = int(place.group(2)) - 1, _column(place.group(1))
                    rows, columns = max(rows, row + 1), max(columns, column + 1)
                    if _ERROR[0] in said or _ERROR[1] in said:
                        shown = _VALUE.search(text, cell.end(), cell.end() + 2000)
                        found.errors[row, column] = shown.group(1).decode("utf-8", "replace") if shown else "#N/A"
                    elif formats and (style := _STYLE.search(said)) and not _NO_NUMBER.search(said):
                        if (format := formats.get(int(style.group(1)))) is not None:
                            found.note_format(row, column, format)
                if not block:
                    break
        if rows * columns > CELLS_LIMIT:
            raise UserError("data.sheet_large", name=name, sheet=sheet)
    return found


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def place(row: int, column: int) -> str:
    """A cell's name as Excel shows it: (0, 27) is AB1."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


def _tree(archive: zipfile.ZipFile, part: str) -> ElementTree.Element | None:
    try:
        content = archive.read(part)
        return None if b"<!DOCTYPE" in content or b"<!ENTITY" in content else ElementTree.fromstring(content)
    except (KeyError, ElementTree.ParseError):
        return None


def _part(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """The name of the file in the zip that holds `sheet`."""
    book, links = _tree(archive, "xl/workbook.xml"), _tree(archive, "xl/_rels/workbook.xml.rels")
    if book is None or links is None:
        return None
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    for one in book.iter(f"{_MAIN}sheet"):
        if one.get("name") == sheet:
            target = targets.get(one.get(f"{_LINK}id"), "")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            return part if part in archive.namelist() else None
    return None


def _formats(archive: zipfile.ZipFile) -> dict[int, Format]:
    """The styles whose numbers are not shown as they are: {style: format}."""
    styles = _tree(archive, "xl/styles.xml")
    if styles is None:
        return {}
    codes = {one.get("numFmtId"): one.get("formatCode", "") for one in styles.iter(f"{_MAIN}numFmt")}
    formats = styles.find(f"{_MAIN}cellXfs")
    found = {}
    for style, one in enumerate(formats if formats is not None else ()):
        known = one.get("numFmtId", "0")
        number = int(known) if known.isdigit() else 0
        code = codes.get(known, xlsx_formats.BUILT_IN.get(number, ""))
        if number not in xlsx_formats.AS_IS and code.lower() not in ("general", "@"):
            found[style] = xlsx_formats.parsed(code)
    return found
