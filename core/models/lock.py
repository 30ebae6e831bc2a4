"""One lock file per device in the user's cache folder, so that two programs never share an accelerator.

The lock is a file lock, which the system lets go of when its holder dies; beside it stands a small file that
names the holder, for the sentence that the waiting program shows.
"""

import json
import os
import re
import sys
import time
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


class DeviceLock:
    """The right to use one device. Not shared between threads: the engine's own thread takes and gives it."""

    def __init__(self, device: str, holder: str) -> None:
        """`holder` names us for others, e.g. "the window on port 7860" or "train (command line)"."""
        path = device_lock_path(device)
        self._lock = FileLock(path)
        self._sidecar = path.with_suffix(".json")
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
        write_atomic(self._sidecar, json.dumps(self._about | {"since": time.time()}, ensure_ascii=False))
        return True

    def give(self) -> None:
        """Let the next program have the device. Giving what is not held does nothing."""
        if self._lock.is_locked:
            self._sidecar.unlink(missing_ok=True)
            self._lock.release()

    def holder(self) -> str:
        """Who has the device, "" when nobody has said so."""
        try:
            return str(json.loads(self._sidecar.read_bytes())["holder"])[:200]
        except (OSError, ValueError, KeyError, TypeError):
            return ""
