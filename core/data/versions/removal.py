"""Folders of versions go away: at once for everybody, although somebody may be reading in them."""

import contextlib
import shutil
import time
from collections.abc import Sequence
from pathlib import Path

from core.data import rows_file

PATIENCE_S = 2.0
"""How long a deletion waits for those who read the rows just now."""

_PAUSE_S = 0.05


def remove(folders: Sequence[Path]) -> None:
    """Rename all of them away, then remove them: where one stays in use, none is gone.

    Raises OSError; FileNotFoundError when none of them is there any more.
    """
    away: list[tuple[Path, Path]] = []
    for folder in folders:
        try:
            away.append((folder, _rename_away(folder)))
        except FileNotFoundError:  # somebody else has just removed it
            if len(folders) == 1:
                raise
        except OSError:
            for was, gone in reversed(away):
                with contextlib.suppress(OSError):
                    gone.rename(was)
            raise
    if not away:
        raise FileNotFoundError(str(folders[0]))
    for _, gone in away:
        shutil.rmtree(gone, ignore_errors=True)


def _rename_away(folder: Path) -> Path:
    """Raises OSError."""
    gone = folder.with_name(f".{folder.name}.deleted")
    ends = time.monotonic() + PATIENCE_S
    while True:
        rows_file.let_go(folder)  # Windows renames no folder in which a file is open
        try:
            folder.rename(gone)
            return gone
        except PermissionError:
            if time.monotonic() > ends:
                raise
        time.sleep(_PAUSE_S)
