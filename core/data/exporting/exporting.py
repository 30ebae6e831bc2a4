"""Rows as a file for elsewhere: JSONL and Parquet lose nothing, CSV is for people with a spreadsheet.

    write(dataset, "jsonl", Path("faq.jsonl"))

JSONL and Parquet hold the rows as `published` says, and our reader makes the very same rows of them. Both and CSV are
written a few rows at a time, aside, and renamed when they are whole.
"""

import errno
import json
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Literal, get_args

from core.data.exporting import csv_file, parquet_file
from core.data.exporting.aside import aside
from core.data.exporting.published import published
from core.data.literals import as_utf8
from core.data.rows import Progress, share
from core.data.rows_file import Row
from core.data.versions.dataset import Dataset
from core.errors import UserError, translate
from core.workspace import file_name as safe_name

Kind = Literal["jsonl", "csv", "parquet"]
KINDS: tuple[Kind, ...] = get_args(Kind)

TOLD = 1000
"""Rows between two reports of progress."""

SAID = 300
"""Characters of a path that a sentence names."""


def write(rows: Dataset | Sequence[Row], kind: Kind, path: Path, progress: Progress | None = None) -> None:
    """Write the rows to `path`; a file that is there is replaced when the new one is whole.

    rows      a data set, or rows that can be gone through more than once (edited ones)
    progress  called with (rows, rows in all); what it raises passes through and leaves nothing behind

    Raises UserError `out.kind`, `out.empty`, `out.folder`, `out.is_folder`, `out.name`, `out.special`, and
    `dataset.unknown` when the rows have gone meanwhile; MachineError where the disk refuses.
    """
    if kind not in _WRITERS:
        raise UserError("out.kind", kind=str(kind)[:40], known=", ".join(KINDS))
    writer, passes = _WRITERS[kind]
    refuse(path)
    if path.is_dir():
        raise UserError("out.is_folder", folder=str(path), example=str(path / f"data.{kind}"))
    source = rows.load_rows() if isinstance(rows, Dataset) else rows
    if not len(source):
        raise UserError("out.empty")
    try:
        with aside(path) as file:
            shares = (share(progress, at / passes, (at + 1) / passes) for at in range(passes))
            writer(lambda: _told(source, next(shares)), file)
    except FileNotFoundError as error:
        refuse(path)  # its folder may have gone
        if isinstance(rows, Dataset):
            raise UserError("dataset.unknown", dataset=rows.name) from error
        raise translate(error, where=str(path.parent)) from error
    except OSError as error:
        raise translate(error, where=str(path.parent)) from error


def refuse(path: Path) -> None:
    """Raises UserError `out.folder`, `out.name` or `out.special` for a place where no file can be, or where one must
    not be replaced: a pipe or a device. A folder passes.
    """
    try:
        os.fsencode(path)  # half a character is in no name
        if not path.parent.is_dir():
            raise UserError("out.folder", folder=str(path.parent)[:SAID])
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise UserError("out.special", path=str(path)[:SAID])
    except (OSError, ValueError) as error:
        if isinstance(error, ValueError) or error.errno == errno.ENAMETOOLONG:
            raise UserError("out.name", name=path.name[:80]) from error
        raise translate(error, where=str(path)[:SAID]) from error


def file_name(dataset: Dataset, kind: Kind) -> str:
    """What the file is called when it is downloaded: the data set's name, safe on every system, and the ending."""
    return f"{safe_name(dataset.name, 'data')}.{kind}"


def _lines(rows: Callable[[], Iterator[Row]], file: BinaryIO) -> None:
    for row in rows():
        line = json.dumps(published(row), ensure_ascii=False)
        file.write(as_utf8(line + "\n"))


def _told(rows: Sequence[Row], progress: Progress | None) -> Iterator[Row]:
    """The rows; how many were taken is told now and then, and at their end."""
    total = len(rows)
    for done, row in enumerate(rows):
        if progress is not None and done % TOLD == 0:
            progress(done, total)
        yield row
    if progress is not None:
        progress(total, total)


_WRITERS: dict[str, tuple[Callable[[Callable[[], Iterator[Row]], BinaryIO], None], int]] = {
    "jsonl": (_lines, 1),
    "csv": (csv_file.write, 2),
    "parquet": (parquet_file.write, 2),
}
"""What writes a kind of file, and how often it goes through the rows."""
