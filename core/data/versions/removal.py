"""A data set's folder goes away: at once for everybody, although somebody may be reading in it."""

import shutil
import time
from pathlib import Path

from core.data import rows_file

PATIENCE_S = 2.0
"""How long a deletion waits for those who read the rows just now."""

_PAUSE_S = 0.05


def remove(folder: Path) -> None:
    """Rename `folder` away, then remove it. Raises OSError; FileNotFoundError when it is gone already."""
    gone = folder.with_name(f".{folder.name}.deleted")
    ends = time.monotonic() + PATIENCE_S
    while True:
        rows_file.let_go(folder)  # Windows renames no folder in which a file is open
        try:
            folder.rename(gone)
            break
        except PermissionError:
            if time.monotonic() > ends:
                raise
        time.sleep(_PAUSE_S)
    shutil.rmtree(gone, ignore_errors=True)
