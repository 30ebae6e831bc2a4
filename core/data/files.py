"""A file -> rows. What it is, is found out from its content: the name's ending decides nothing.

    read(Path("faq.csv"))  -> FileRows("gb18030", "csv", ["问题", "答案"], [Record(1, {...}), ...], [Finding...])

Every cell stays the text that the person wrote: "007", "NA", "1e5" and 20 digits survive.
"""

from pathlib import Path

from core.data import csv_rows, encodings, json_rows, kinds, literals
from core.data.choices import Choices
from core.data.rows import FileRows, Opened, Progress, Record
from core.errors import UserError, translate

__all__ = ["LIMIT", "FileRows", "Record", "open_file", "read", "read_bytes"]

LIMIT = 300_000_000
"""Bytes of the largest file that is read: a file is held in memory while it is checked."""


def load(path: Path, name: str) -> bytes:
    """The file's bytes. Raises UserError for a folder, a missing or a too large file."""
    try:
        if path.is_dir():
            raise UserError("data.folder", name=name)
        if not path.is_file():
            if path.exists():  # a pipe or a device would block or never end
                raise UserError("data.binary", name=name)
            raise UserError("file.missing", path=str(path))
        if (size := path.stat().st_size) > LIMIT:
            raise UserError("data.too_large", name=name, size_mb=round(size / 1e6), limit_mb=LIMIT // 1_000_000)
        return path.read_bytes()
    except (OSError, ValueError) as error:
        if isinstance(error, ValueError):  # a zero character in the path
            raise UserError("file.missing", path=repr(str(path))) from None
        raise translate(error, where=str(path)) from error


def open_file(path: Path, *, name: str, choices: Choices = Choices(), progress: Progress | None = None) -> Opened:
    """The file at `path`, ready to be read a row at a time; `name` is what people call it. Raises UserError `data.*`."""
    found = read_bytes(load(path, name), name=name, progress=progress)
    return Opened(found.container, found.encoding, iter(found.rows), found.columns, found.findings, found.count)


def read(
    path: Path, *, name: str | None = None, choices: Choices = Choices(), progress: Progress | None = None
) -> FileRows:
    """All rows of the file at `path`. Raises UserError `data.*`."""
    opened = open_file(path, name=name or path.name, choices=choices, progress=progress)
    rows = list(opened.records)
    return FileRows(opened.encoding, opened.container, opened.columns, rows, opened.findings, opened.count)


def read_bytes(data: bytes, *, name: str, progress: Progress | None = None) -> FileRows:
    """The rows of a file's bytes. Raises UserError `data.*`, one sentence for whatever is wrong with the whole file."""
    kinds.refuse(data, name)
    text, encoding = encodings.decode(data, name)
    if not text.strip("\ufeff").strip():
        raise UserError("data.empty", name=name)
    text = text.removeprefix("\ufeff")
    start = text.lstrip()[:10]
    if start[:5].lower() in ("<!doc", "<html", "<?xml"):  # in UTF-16, which the first bytes do not show
        raise UserError("data.web_page", name=name)
    if start[0] in "{[":
        found = json_rows.read(text, name, encoding, progress)
        if "\\ud" in text or "\\uD" in text:
            for record in found.rows:
                record.values = literals.mended(record.values)
        return found
    return csv_rows.read(text, name, encoding, progress)
