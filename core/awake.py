"""Keeping the computer awake while it trains, where the system offers a way; a closed lid sleeps all the same."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_WINDOWS_AWAKE = 0x80000000 | 0x00000001
"""ES_CONTINUOUS | ES_SYSTEM_REQUIRED of SetThreadExecutionState (Microsoft, Win32 power management)."""


@contextmanager
def awake() -> Iterator[None]:
    """For the time of the block the system does not fall asleep by itself. Does nothing where it cannot."""
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.kernel32.SetThreadExecutionState(_WINDOWS_AWAKE)
        try:
            yield
        finally:
            ctypes.windll.kernel32.SetThreadExecutionState(0x80000000)
        return
    helper = _helper()
    try:
        yield
    finally:
        if helper is not None:
            helper.terminate()
            with suppress(subprocess.TimeoutExpired):
                helper.wait(timeout=2)


def _helper() -> "subprocess.Popen[bytes] | None":
    """A small program of the system that holds sleep off and ends with this one."""
    mine = str(os.getpid())
    if sys.platform == "darwin":
        command = ["caffeinate", "-i", "-w", mine]
    elif os.path.isdir("/run/systemd/system") and shutil.which("systemd-inhibit") and shutil.which("tail"):
        command = [
            "systemd-inhibit",
            "--what=sleep",
            "--who=LoRA Workbench",
            "--why=training",
            "tail",
            f"--pid={mine}",
            "-f",
            "/dev/null",
        ]
    else:
        return None
    try:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except OSError:
        return None
