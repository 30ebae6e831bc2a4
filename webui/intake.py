"""The file that is being read: where it stands, and the wish to stop. One at a time in a workspace."""

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import UserError

if TYPE_CHECKING:
    from core.data.datasets import Dataset, DatasetStore


@dataclass(frozen=True)
class Reading:
    """A file on its way in. `share` is 0 to 1."""

    name: str
    share: float


class Cancelled(Exception):
    """The person does not want this file after all."""


class Intake:
    """Reads one file at a time; every page sees how far it is."""

    def __init__(self) -> None:
        self._busy = threading.Lock()
        self._now: Reading | None = None
        self._cancel = False

    def now(self) -> Reading | None:
        """The file being read, None when there is none."""
        return self._now

    def cancel(self) -> None:
        """Give up the file being read; without one nothing happens."""
        self._cancel = True

    def read(self, datasets: "DatasetStore", path: Path, name: str) -> "Dataset | None":
        """The data set made from `path`, None when it was cancelled. Raises UserError `data.*`."""
        if not self._busy.acquire(blocking=False):
            raise UserError("intake.busy", name=self._now.name if self._now else "")
        self._cancel, self._now = False, Reading(name, 0.0)
        try:
            return datasets.add(path, name=name, progress=self._progress)
        except Cancelled:
            return None
        finally:
            self._now = None
            self._busy.release()

    def _progress(self, done: float, total: float) -> None:
        if self._cancel:
            raise Cancelled
        if self._now is not None and total:
            self._now = Reading(self._now.name, min(1.0, done / total))
