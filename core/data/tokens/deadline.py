"""Work that may take no longer than so many seconds, on the thread it is asked for on.

A chat template is a program that came with a model. It cannot be run in a process of its own for each of a hundred
thousand rows, so a watcher raises `Overdue` in the thread of a rendering that does not end. It reaches loops and
calls of Python; what one operation can build is bounded in `rendering.py`.
"""

import ctypes
import threading
import time
from collections.abc import Callable

_PAUSE = 0.2
"""Seconds between two looks of the watcher."""
_IDLE = 50
"""Looks without work after which the watcher ends."""
_LOCK = threading.Lock()
_DUE: dict[int, float] = {}  # thread -> the time by which it must be done
_WATCHER: list[threading.Thread] = []


class Runaway(Exception):
    """Work that does not end, or that builds without bounds."""


class Overdue(Runaway):
    """The work did not end in time."""

    def __init__(self) -> None:
        super().__init__("the chat template takes too long for this row")


def within(seconds: float, work: Callable[[], str]) -> str:
    """What `work` gives. Raises Overdue when it takes longer."""
    thread = threading.get_ident()
    with _LOCK:
        _DUE[thread] = time.monotonic() + seconds
        if not _WATCHER:
            _WATCHER.append(threading.Thread(target=_watch, name="template watcher", daemon=True))
            _WATCHER[0].start()
    try:
        return work()
    finally:
        with _LOCK:
            if _DUE.pop(thread, None) is None:  # it was told to stop, perhaps too late to be reached: take it back
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), None)


def _watch() -> None:
    idle = 0
    while True:
        time.sleep(_PAUSE)
        with _LOCK:
            idle = 0 if _DUE else idle + 1
            if idle > _IDLE:
                _WATCHER.clear()
                return
            now = time.monotonic()
            for thread in [thread for thread, due in _DUE.items() if due < now]:
                del _DUE[thread]
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(Overdue))
