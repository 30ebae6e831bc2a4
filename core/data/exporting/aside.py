"""A file is written beside the place it is for, and renamed when it is whole.

What a kill leaves is removed by the next one who writes the same file: its name says which file it was to become. Who
is still writing holds it locked (on Windows, where an open file cannot be removed, open).
"""

import contextlib
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

if os.name != "nt":
    import fcntl


@contextmanager
def aside(path: Path) -> Iterator[BinaryIO]:
    """A file to write into, that is at `path` when all has gone well, and nowhere otherwise. Raises OSError."""
    mark = hashlib.blake2b(os.fsencode(path.name), digest_size=8).hexdigest()
    _remove_left(path.parent, mark)
    place, opened = _open(path, mark)
    try:
        with opened as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            if os.name != "nt":  # before the lock goes: nobody removes it meanwhile
                place.replace(path)
        if os.name == "nt":  # which renames no open file
            place.replace(path)
    finally:
        with contextlib.suppress(OSError):
            place.unlink(missing_ok=True)


def _remove_left(folder: Path, mark: str) -> None:
    """Whatever nobody writes any more; what cannot be removed stays."""
    for left in folder.glob(f".{mark}.*.part"):
        with contextlib.suppress(OSError):
            if left.is_symlink() or not left.is_file():
                continue
            if os.name == "nt":
                left.unlink()
                continue
            with left.open("rb") as file:
                fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
                left.unlink()


def _open(path: Path, mark: str) -> tuple[Path, BinaryIO]:
    """A new file beside `path`, locked; on a file system without locks nothing that was left is removed either."""
    while True:
        place = path.with_name(f".{mark}.{secrets.token_hex(4)}.part")
        file = place.open("wb")
        if os.name == "nt":
            return place, file
        with contextlib.suppress(OSError):
            fcntl.flock(file.fileno(), fcntl.LOCK_EX)
        if os.path.lexists(place):  # else somebody has taken it for one that was left, before it was locked
            return place, file
        file.close()
