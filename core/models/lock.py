"""One lock file per device in the user's cache folder, so that two programs never share an accelerator.

The lock is a file lock, which the system lets go of when its holder dies; beside it stands a small file that
names the holder, for the sentence that the waiting program shows.
"""

import json
import os
import re
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from core.workspace import write_atomic


def cache_folder() -> Path:
    """The user's cache folder of this program; made when missing. Raises OSError when it cannot be made."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = base / "lora-workbench"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def device_lock_path(device: str) -> Path:
    """The lock file of `device` ("cpu", "cuda", "cuda:1", "mps")."""
    return cache_folder() / f"device-{re.sub(r'[^a-z0-9]+', '-', device.lower())}.lock"


WISH_S = 3.0
"""How long a wish for the device counts, seconds."""


class DeviceLock:
    """The right to use one device. Not shared between threads: the engine's own thread takes and gives it."""

    def __init__(self, device: str, holder: str) -> None:
        """`holder` names us for others, e.g. "the window on port 7860" or "train (command line)"."""
        path = device_lock_path(device)
        self._lock = FileLock(path)
        self._sidecar = path.with_suffix(".json")
        self._wish = path.with_suffix(".wanted")
        self._about: dict[str, Any] = {"holder": holder, "pid": os.getpid()}

    @property
    def held(self) -> bool:
        """Whether the device is ours now."""
        return bool(self._lock.is_locked)

    def take(self, wait_s: float = 0.0) -> bool:
        """Whether the device is ours now; waits at most `wait_s` seconds. Taking it twice is fine."""
        if self._lock.is_locked:
            return True
        try:
            self._lock.acquire(timeout=wait_s, poll_interval=0.2)
        except Timeout:
            return False
        with suppress(OSError):
            self._wish.unlink(missing_ok=True)
        write_atomic(self._sidecar, json.dumps(self._about | {"since": time.time()}, ensure_ascii=False))
        return True

    def give(self) -> None:
        """Let the next program have the device. Giving what is not held does nothing."""
        if self._lock.is_locked:
            with suppress(OSError):  # another program may be reading it
                self._sidecar.unlink(missing_ok=True)
            self._lock.release()

    def want(self) -> None:
        """Tell the holder that somebody waits; to be said again every second or so while waiting."""
        with suppress(OSError):
            self._wish.touch()

    def wanted(self) -> bool:
        """Whether another program has asked for the device within the last seconds."""
        try:
            return time.time() - self._wish.stat().st_mtime < WISH_S
        except OSError:
            return False

    def holder(self) -> str:
        """Who has the device, "" when nobody has said so."""
        try:
            return str(json.loads(self._sidecar.read_bytes())["holder"])[:200]
        except (OSError, ValueError, KeyError, TypeError):
            return ""
