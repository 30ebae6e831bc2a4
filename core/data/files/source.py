"""The bytes of a file, taken out of their .gz or .zip on the way, block by block and as often as wanted."""

import gzip
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, cast

from core.data.files import no_file
from core.data.rows import Progress
from core.errors import UserError, translate

BLOCK = 1 << 18
"""Bytes that are read at once."""
UNPACKED_LIMIT = 4_000_000_000
"""Bytes that may come out of a packed file: more is a mistake or a trap."""
LINE_LIMIT = 200_000_000
"""Bytes or characters of the longest line: a longer one is no row, and would have to be held whole."""
HEAD = 1 << 16
"""Bytes of the start by which a file's kind is told."""
_NAMED = 5
"""How many files of an archive a sentence names."""


class Source:
    """A file that can be read. Raises UserError `data.archive_*`, or what `no_file` says.

    packed  "gz" or "zip" when the bytes are taken out of one, else ""
    size    of the file on disk, in bytes
    head    the first bytes, unpacked
    doubt   letters of the text that would be others in another encoding which fits as well; "" when it is sure
    """

    def __init__(self, path: Path, name: str) -> None:
        self.path = path
        self.name = name
        self.packed = ""
        self.doubt = ""
        self._inside: str | None = None
        with _ours(self):
            no_file.refuse(path, name)
            self.size = path.stat().st_size
            with path.open("rb") as file:
                start = file.read(HEAD)
        if start.startswith(b"\x1f\x8b\x08"):
            self.packed = "gz"
        elif start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
            self._inside = self._only_file()
            self.packed = "zip" if self._inside is not None else ""
        self.head = next(self.blocks(size=HEAD), b"") if self.packed else start

    def _only_file(self) -> str | None:
        """The name of the one file in a zip; None when the zip is itself a document (a workbook, a Word file)."""
        try:
            with zipfile.ZipFile(self.path) as archive:
                inside = [info for info in archive.infolist() if not info.is_dir() and not _is_litter(info.filename)]
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            raise UserError("data.archive_broken", name=self.name) from None
        names = [info.filename for info in inside]
        if any(name in ("[Content_Types].xml", "mimetype") or name.endswith("data.pkl") for name in names):
            return None
        if not inside:
            raise UserError("data.archive_empty", name=self.name)
        if len(inside) > 1:
            shown = ", ".join(names[:_NAMED]) + (" ..." if len(names) > _NAMED else "")
            raise UserError("data.archive_many", name=self.name, files=shown, count=len(names))
        if inside[0].flag_bits & 1:
            raise UserError("data.archive_locked", name=self.name)
        return names[0]

    @contextmanager
    def _opened(self) -> Iterator[tuple[IO[bytes], Callable[[], int]]]:
        """The unpacked stream, and how many bytes of the file on disk have been taken so far."""
        with self.path.open("rb") as file:
            if self.packed == "gz":
                with gzip.open(file) as stream:
                    yield cast(IO[bytes], stream), file.tell
            elif self._inside is not None:
                with zipfile.ZipFile(file) as archive, archive.open(self._inside) as stream:
                    yield stream, file.tell
            else:
                yield file, file.tell

    def blocks(self, progress: Progress | None = None, size: int | None = None) -> Iterator[bytes]:
        """The bytes, block by block; `progress` hears of each. Raises UserError `data.archive_broken` and the like."""
        taken = 0
        with ExitStack() as held:
            with _ours(self):
                stream, told = held.enter_context(self._opened())
            while True:
                with _ours(self):  # around the reading alone: what `progress` raises in order to cancel passes
                    block = stream.read(size or BLOCK)
                if not block:
                    return
                taken += len(block)
                if self.packed and taken > UNPACKED_LIMIT:
                    raise UserError("data.unpacked_large", name=self.name, limit_gb=UNPACKED_LIMIT // 1_000_000_000)
                if progress is not None:
                    progress(min(told(), self.size), self.size)
                yield block

    @contextmanager
    def on_disk(self, progress: Progress | None = None) -> Iterator[Path]:
        """A path to the unpacked bytes, for readers that jump about in a file; `progress` hears of the unpacking."""
        if not self.packed:
            yield self.path
            return
        with tempfile.TemporaryDirectory(prefix="lora-workbench-") as folder:
            path = Path(folder) / "unpacked"
            with path.open("wb") as file:
                for block in self.blocks(progress):
                    with _ours(self):
                        file.write(block)
            yield path


@contextmanager
def _ours(source: Source) -> Iterator[None]:
    """Turns what the disk and the packers complain about into UserError."""
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile, NotImplementedError, RuntimeError):
        if not source.packed:
            raise
        raise UserError("data.archive_broken", name=source.name) from None
    except OSError as error:
        raise translate(error, where=str(source.path)) from error
    except ValueError:  # a zero character in the path
        if source.packed:
            raise
        raise UserError("file.missing", path=repr(str(source.path))) from None


def _is_litter(name: str) -> bool:
    """What packers add by themselves."""
    return name.startswith("__MACOSX/") or name.rsplit("/", 1)[-1] in (".DS_Store", "Thumbs.db", "desktop.ini")
