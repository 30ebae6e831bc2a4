"""How a person wants a file to be read, until it is read so: kept for each data set while the program runs.

A reload, another page and the other language find it again; nothing of it is written down.
"""

import threading
from typing import TYPE_CHECKING, Any

from core.data.choices import Choices
from core.data.formats.reading_as import BEFORE_ROWS

if TYPE_CHECKING:
    from core.data.datasets import Dataset


class Wishes:
    """Changed choices by data set."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._changed: dict[str, Choices] = {}

    def of(self, dataset: "Dataset") -> Choices:
        """The choices that are wished for; those that it was read with when nothing was changed."""
        return self._changed.get(dataset.id) or dataset.choices

    def changed(self, dataset: "Dataset") -> bool:
        """Whether something is wished for that it was not read with."""
        return self.of(dataset).key() != dataset.choices.key()

    def update(self, dataset: "Dataset", **changes: Any) -> Choices:
        """Change some choices; returns all of them."""
        with self._lock:
            if any(name in BEFORE_ROWS for name in changes):
                changes = {"format": None, "columns": {}, "speaker": None, **changes}
            wished = Choices.model_validate({**self.of(dataset).model_dump(), **changes})
            self._changed[dataset.id] = wished
            return wished

    def forget(self, dataset: "Dataset") -> None:
        """Back to how it was read."""
        with self._lock:
            self._changed.pop(dataset.id, None)
