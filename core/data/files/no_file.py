"""What is no file: a folder, a pipe, a device, or nothing at all."""

import os
import stat
from pathlib import Path

from core.errors import UserError


def refuse(path: Path, name: str) -> None:
    """Raises UserError `data.folder`, `data.pipe`, `data.empty`, `data.binary` or `file.missing` for what is no file.

    OSError and ValueError (a zero character in the path) pass through.
    """
    if path.is_file():
        return
    if path.is_dir():
        raise UserError("data.folder", name=name)
    if not path.exists():
        raise UserError("file.missing", path=str(path))
    if os.path.samefile(path, os.devnull):
        raise UserError("data.empty", name=str(path))
    if stat.S_ISFIFO(path.stat().st_mode):  # it can be read once, and it would block
        raise UserError("data.pipe", name=str(path))
    raise UserError("data.binary", name=name)
