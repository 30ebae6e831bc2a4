"""Where things live on disk. This file mints the ids, and makes a path of an id only after a look at it.

<root>/datasets/<id>/   one immutable version of a data set (core/data/datasets.py)
       runs/<id>/       one run (core/runs/store.py)
       drafts/          what is chosen but not started yet (core/drafts.py)
       models/          what was made here or came from elsewhere; Hub downloads stay in the Hub's cache
       downloads/       zips being handed out; emptied when the window opens
       window.lock      held by the one window of this workspace
"""

import contextlib
import errno
import os
import re
import secrets
import shutil
import time
import unicodedata
from pathlib import Path

from core.errors import MachineError, UserError, translate

DEFAULT_ROOT = Path.home() / "lora-workbench"
"""Outside the code folder and the temporary folder: Gradio serves files that lie in those two."""

REPOSITORY = Path(__file__).resolve().parent.parent
PRESETS = REPOSITORY / "presets"

NAME_LIMIT = 120
"""Characters of a run's or data set's name."""

FILE_NAME_LIMIT = 60
"""Characters of a file name: at most 240 bytes in UTF-8, below the 255 that file systems take."""

STALE_S = 3600
"""Seconds after which an unfinished folder is one that a kill left; before, another program may be building it."""

_ID = re.compile(r"[a-z0-9]{26}")
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)


def mint_id() -> str:
    """A new id: 26 characters of [a-z0-9], 104 random bits, so that ids cannot be guessed."""
    return secrets.token_hex(13)


def is_id(text: object) -> bool:
    """Whether `text` has the form of an id made here; checked before any path is joined."""
    return isinstance(text, str) and _ID.fullmatch(text) is not None


def clean_name(name: str) -> str:
    """A person's name for a thing: one line, no control characters, at most 120 characters.

    Raises UserError `name.empty` when nothing is left.
    """
    cleaned = " ".join("".join(ch if ch.isprintable() else " " for ch in str(name)).split())[:NAME_LIMIT].strip()
    if not cleaned:
        raise UserError("name.empty")
    return cleaned


def file_name(name: str, instead: str) -> str:
    """A person's name for a thing as a file name that Windows, macOS and Linux all take, without an ending.

    Letters and digits of every script stay; all else becomes a hyphen: "a/b: 你好" is "a-b-你好". `instead` is for a
    name of which nothing is left.
    """
    composed = unicodedata.normalize("NFC", name)
    kept = "".join(ch if ch in "_-. " or unicodedata.category(ch)[0] in "LMN" else "-" for ch in composed)
    kept = re.sub(r"[\s-]*-[\s-]*", "-", " ".join(kept.split()))
    kept = kept[:FILE_NAME_LIMIT].strip(" .-")
    if not kept:
        return instead
    return f"_{kept}" if _RESERVED.fullmatch(kept) else kept


def write_atomic(path: Path, content: bytes | str) -> None:
    """Write aside, flush to disk, rename into place: a reader sees the old file or the new one, whole."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with aside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise


def person_path(text: Path | str) -> Path:
    """A path as a person wrote it, with `~` and `~name` filled in. Raises UserError `path.home` for an unknown name."""
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise UserError("path.home", path=str(text)[:300]) from None


class Workspace:
    """The folder that holds a person's work. Made when missing.

    Raises UserError or MachineError when the folder cannot be made or written.
    """

    def __init__(self, root: Path | str | None = None) -> None:
        self.root = person_path(root or DEFAULT_ROOT).resolve()
        try:
            for folder in (self.datasets, self.runs, self.drafts, self.models, self.downloads):
                folder.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError):  # the folder, or something on the way to it, is a file
            raise UserError("workspace.file", path=str(self.root)) from None
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.ENAMETOOLONG, errno.EINVAL):  # /proc/x, or a name of 300 characters
                raise UserError("workspace.place", path=str(self.root)[:300]) from None
            raise _unwritable(error, self.root) from error

    def sweep(self) -> None:
        """Remove what was handed out, and what a kill left half built or half deleted more than an hour ago.

        For the window, which is the only one of its workspace, before it serves anything. What cannot be removed
        stays: nothing counts that has such a name.
        """
        left = [*self.downloads.iterdir()]
        left += [path for parent in (self.runs, self.datasets) for path in parent.glob(".*") if _age(path) > STALE_S]
        left += [path for path in self.runs.glob("*/checkpoints/.part-*") if _age(path) > STALE_S]
        left += [path for path in self.datasets.iterdir() if _only_a_lock(path)]
        for path in left:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                with contextlib.suppress(OSError):
                    path.unlink(missing_ok=True)

    @property
    def datasets(self) -> Path:
        return self.root / "datasets"

    @property
    def runs(self) -> Path:
        return self.root / "runs"

    @property
    def drafts(self) -> Path:
        return self.root / "drafts"

    @property
    def models(self) -> Path:
        return self.root / "models"

    @property
    def downloads(self) -> Path:
        return self.root / "downloads"

    @property
    def window_lock(self) -> Path:
        return self.root / "window.lock"

    def dataset_folder(self, dataset_id: str) -> Path:
        """Raises UserError `dataset.unknown` when the id is not one of ours."""
        if not is_id(dataset_id):
            raise UserError("dataset.unknown", dataset=str(dataset_id)[:80])
        return self.datasets / dataset_id

    def run_folder(self, run_id: str) -> Path:
        """Raises UserError `run.unknown` when the id is not one of ours."""
        if not is_id(run_id):
            raise UserError("run.unknown", run=str(run_id)[:80])
        return self.runs / run_id


def _only_a_lock(path: Path) -> bool:
    """Whether a folder is all that is left of a version: who waited for its edits.lock has made it again."""
    try:
        return is_id(path.name) and os.listdir(path) in ([], ["edits.lock"])
    except OSError:
        return False


def _age(path: Path) -> float:
    """Seconds since a file or folder was last changed; 0 when it has gone meanwhile."""
    try:
        return time.time() - path.lstat().st_mtime
    except OSError:
        return 0.0


def _unwritable(error: OSError, root: Path) -> UserError:
    """Why there is no workspace at `root`."""
    found = translate(error, where=str(root))
    return MachineError("disk.denied_workspace", folder=str(root)) if found.code == "disk.denied" else found
