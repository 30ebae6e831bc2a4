"""One event of a page after the other."""

from threading import Lock
from typing import Any


class Turn:
    """Held while one event of a page is answered: what a person does in quick succession stays in order.

    Gradio copies a page's state for each page that is opened; a copy has a lock of its own.
    """

    def __init__(self) -> None:
        self._lock = Lock()

    def free(self) -> bool:
        """Take it if nobody has it, without waiting; then it has to be given back with `end`."""
        return self._lock.acquire(blocking=False)

    def end(self) -> None:
        self._lock.release()

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *raised: Any) -> None:
        self._lock.release()

    def __deepcopy__(self, memo: dict[int, Any]) -> "Turn":
        return Turn()
