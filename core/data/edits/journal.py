"""A file of JSON lines that only grows: each line is on the disk before anybody is told so, and a torn one is cut.

journal = Journal(path)
with journal.held():                     # no other program writes meanwhile
    if (entries := journal.news()) is not None: ...   # somebody else did, or it is the first look: begin anew
    journal.append({"n": 1})
"""

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from filelock import FileLock

from core.data.edits.lines import Entry, numbers_in
from core.data.raw import as_bytes
from core.workspace import write_atomic

JOURNAL = "edits.jsonl"
LOCK = "edits.lock"

PATIENCE_S = 20
"""Seconds that another program may hold the file; it holds it for milliseconds."""


class Journal:
    """For one thread at a time; other programs may write to the same file. Raises OSError when the disk refuses."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._end = 0  # bytes of whole lines
        self._seen: tuple[int, int, int] | None = None  # what the file system said when it was looked at last
        self._hash = hashlib.sha256()
        self._lock = FileLock(path.with_name(LOCK), timeout=PATIENCE_S)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Nobody else writes; may be nested. Raises FileNotFoundError when the folder has gone, Timeout (filelock)."""
        folder = self.path.parent
        if not folder.is_dir():  # the lock would make it again
            raise FileNotFoundError(str(folder))
        with self._lock:
            gone = os.listdir(folder) == [LOCK]  # it went while this waited for the lock, which has made it again
            if not gone:
                yield
        if gone:
            with contextlib.suppress(OSError):
                (folder / LOCK).unlink(missing_ok=True)
                folder.rmdir()
            raise FileNotFoundError(str(folder))

    def news(self) -> list[Entry] | None:
        """All entries when the file is not as it was left here, None when it is."""
        seen = self._stat()
        if seen == self._seen:
            return None
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            content = b""
        self._end = content.rfind(b"\n") + 1
        self._seen = seen
        self._hash = hashlib.sha256(content[: self._end])
        return list(_entries(content[: self._end]))

    def entries(self) -> list[Entry]:
        """All entries, whether they are news or not."""
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            content = b""
        return list(_entries(content[: content.rfind(b"\n") + 1]))

    def append(self, entry: Entry) -> None:
        """Written and flushed to the disk when it returns; as it was before when it raises."""
        line = _line(entry)
        try:
            with self.path.open("r+b" if self.path.exists() else "w+b") as file:
                file.truncate(self._end)  # what a kill has torn goes first
                file.seek(self._end)
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            with contextlib.suppress(OSError):
                os.truncate(self.path, self._end)
            self._seen = self._stat()
            raise
        self._end += len(line)
        self._hash.update(line)
        self._seen = self._stat()

    def restart(self, entry: Entry) -> None:
        """Put one entry in place of all, at once."""
        line = _line(entry)
        write_atomic(self.path, line)
        self._end, self._hash, self._seen = len(line), hashlib.sha256(line), self._stat()

    def digest(self) -> str:
        """sha256 of the whole lines."""
        return self._hash.hexdigest()

    def _stat(self) -> tuple[int, int, int]:
        return _stat(self.path)


def used_in(path: Path) -> int:
    """The highest row number that a journal names, in changes that were taken back too; 0 when there is no journal."""
    seen = _stat(path)
    return _used_in(path, seen) if seen[1] and path.is_file() else 0


@lru_cache(64)
def _used_in(path: Path, seen: tuple[int, int, int]) -> int:
    highest = 0
    for entry in Journal(path).entries():
        with contextlib.suppress(KeyError, TypeError, ValueError):  # a line that is none of ours
            highest = max(highest, *numbers_in(entry))
    return highest


def _stat(path: Path) -> tuple[int, int, int]:
    """Another one when the file has changed."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return (0, 0, 0)
    return (found.st_ino, found.st_size, found.st_mtime_ns)


def _line(entry: Entry) -> bytes:
    return as_bytes(entry) + b"\n"


def _entries(content: bytes) -> Iterator[Entry]:
    """Lines that a failing disk has made unreadable are passed over."""
    for line in content.split(b"\n"):
        with contextlib.suppress(ValueError, RecursionError):
            found = json.loads(line)
            if isinstance(found, dict):
                yield found
