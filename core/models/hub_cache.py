"""Where a model of a hub lies in the normal Hugging Face cache, and how a file gets there whole or not at all.

models--owner--name/refs/main                 the commit that a branch or tag stands for
                    blobs/<hash>              the bytes; <hash>.part while they come
                    snapshots/<commit>/<file> a link to the blob (the file itself where links are not allowed)
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from core.errors import MachineError
from core.models.transfer import Listing, RemoteFile
from core.workspace import write_atomic


class CachedModel:
    """The place of one model at one commit in the Hugging Face cache."""

    def __init__(self, listing: Listing, cache: Path) -> None:
        self._root = cache / f"models--{listing.hub.replace('/', '--')}"
        self._listing = listing
        self.folder = self._root / "snapshots" / listing.commit

    def part(self, file: RemoteFile) -> Path:
        return self._root / "blobs" / f"{file.sha}.part"

    def has(self, file: RemoteFile) -> bool:
        path = self.folder / file.name
        return path.is_file() and path.stat().st_size == file.size

    def fetched(self, file: RemoteFile) -> int:
        """Bytes of `file` that are on this disk already."""
        if self.has(file) or (self._root / "blobs" / file.sha).is_file():
            return file.size
        part = self.part(file)
        return part.stat().st_size if part.exists() else 0

    def prepare(self) -> None:
        """Make the folders and throw away parts that are longer than their files."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self._root / "blobs").mkdir(exist_ok=True)
        for file in self._listing.files:
            part = self.part(file)
            if part.exists() and part.stat().st_size > file.size:
                part.unlink()

    def seal(self, file: RemoteFile, tick: Callable[[int], None]) -> None:
        """Check the bytes of a part that is complete and give it its name.

        Raises MachineError model.wrong_bytes (the part is deleted), and what `tick` raises.
        """
        part, blob = self.part(file), self._root / "blobs" / file.sha
        if not blob.is_file():
            if not part.exists():
                part.touch()  # an empty file: no byte was ever asked for
            if hash_of(part, file, tick) != file.sha:
                part.unlink()
                raise MachineError("model.wrong_bytes", file=file.name, hub=self._listing.hub)
            os.replace(part, blob)
        link = self.folder / file.name
        link.unlink(missing_ok=True)
        try:
            link.symlink_to(Path("..", "..", "blobs", file.sha))
        except OSError:  # Windows without developer mode; the hub's own library moves the file then, too
            shutil.move(blob, link)

    def refer(self) -> None:
        """Note which commit the branch stands for: from now on the model counts as here."""
        if self._listing.revision != self._listing.commit:
            ref = self._root / "refs" / self._listing.revision
            ref.parent.mkdir(parents=True, exist_ok=True)
            write_atomic(ref, self._listing.commit)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other programs from fetching the same model. Raises MachineError model.fetching_elsewhere."""
        path = self._root.parent / ".locks" / self._root.name / "lora-workbench.lock"
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise MachineError("model.fetching_elsewhere", name=self._listing.hub) from None
        try:
            yield
        finally:
            lock.release()


def hash_of(path: Path, file: RemoteFile, tick: Callable[[int], None]) -> str:
    """The hash of the bytes in `path`, of the kind that `file` is known by."""
    # git's name for a file is the sha1 of a short header and the content; it checks the bytes, it is no secret
    digest = hashlib.sha256() if file.is_sha256 else hashlib.sha1(f"blob {file.size}\0".encode(), usedforsecurity=False)
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 22):
            digest.update(chunk)
            tick(0)
    return digest.hexdigest()


def hub_cache() -> Path:
    """The Hugging Face cache of this user."""
    from huggingface_hub import constants

    return Path(constants.HF_HUB_CACHE).expanduser()
