"""A person's file is brought into the workspace: copied and hashed in one go, however large it is."""

import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.data.files import no_file
from core.data.rows import Progress
from core.errors import UserError, translate

CHUNK = 8_000_000
"""Bytes copied between two reports."""


Accept = Callable[[list[str]], None]
"""Called with the names of a table's columns before it is kept; what it raises leaves nothing behind."""


def anything(columns: list[str]) -> None:
    """Accepts every table."""


def bring(path: Path, to: Path, *, name: str, progress: Progress | None = None) -> tuple[str, int]:
    """Copy the file at `path` to `to`; (sha256, size in bytes). `name` is what people call it.

    progress: called with (0, size in bytes), since nothing is read yet; what it raises passes through (Cancel).
    Raises UserError for a folder, a missing file, and what is no file at all; MachineError when the disk refuses.
    """
    refuse(path, name)
    digest, done = hashlib.sha256(), 0
    try:
        size = path.stat().st_size
        with path.open("rb") as source, to.open("wb") as copy:
            while chunk := source.read(CHUNK):
                digest.update(chunk)
                copy.write(chunk)
                done += len(chunk)
                if progress is not None:
                    progress(0, max(size, done))
            copy.flush()
            os.fsync(copy.fileno())
    except OSError as error:
        raise translate(error, where=str(path if error.filename == str(path) else to.parent)) from error
    return digest.hexdigest(), done


def refuse(path: Path, name: str) -> None:
    """Raises UserError `data.*` or `file.missing` for what is no file, MachineError where the disk refuses to tell."""
    try:
        no_file.refuse(path, name)
    except ValueError:  # a zero character in the path
        raise UserError("file.missing", path=repr(str(path))) from None
    except OSError as error:
        raise translate(error, where=str(path)) from error


def again(source: Path, to: Path) -> None:
    """The kept bytes of one version for another: they never change, so that one copy on the disk serves both."""
    try:
        os.link(source, to)
    except OSError:  # a file system without links
        shutil.copyfile(source, to)


def facts(path: Path) -> dict[str, Any]:
    """`{"sha256", "size"}` of a file that was made here. Raises OSError."""
    with path.open("rb") as file:
        return {"sha256": hashlib.file_digest(file, "sha256").hexdigest(), "size": path.stat().st_size}
