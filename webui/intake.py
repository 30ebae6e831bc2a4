"""The file that is being read, on a thread of its own: how far it is, giving it up, and why one was refused.

One at a time in a workspace, for every page of it: a file that comes while another is read takes its place.
What was read is handed to `on_done` on the thread, so a page that was closed meanwhile loses nothing.
Rows that are changed into another version of their data set go the same way.
"""

import logging
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.data.choices import UNDECIDED, Choices
from core.errors import UserError, translate

if TYPE_CHECKING:
    from core.data.datasets import Dataset, DatasetStore
    from core.data.rows import Progress

log = logging.getLogger(__name__)

LIMIT = 4_000_000_000
"""Bytes of the largest file that the page takes; files are read row by row and never held whole."""

TELLING_S = 1.5
"""Seconds of reading before the time that is left is told: the first moments say little about the rest."""


@dataclass(frozen=True)
class Reading:
    """A file on its way in. `share` is 0 to 1; `done` of `total` are bytes; `left_s` seconds, None while unknown.

    doing  "reading", or what else is done with data that is there: `data.<doing>` and `status.<doing>` in the texts
    """

    name: str
    share: float
    done: int = 0
    total: int = 0
    left_s: float | None = None
    again: bool = False  # a data set that is read in another way, or changed
    doing: str = "reading"


@dataclass(frozen=True)
class Refused:
    """A file that could not be read, until the next one can be or the sentence is closed.

    mendable  it would be read when what is no valid JSON may be mended; its upload is kept for that
    again     the data is there; what was refused is reading it anew, or changing it
    """

    name: str
    error: UserError
    mendable: bool = False
    again: bool = False


class Cancelled(Exception):
    """The person does not want this file after all."""


class _Job:
    """One file, from the moment it is handed over."""

    def __init__(self, name: str, path: Path | None, doing: str = "reading", key: Hashable = None) -> None:
        self.name, self.path, self.doing, self.key = name, path, doing, key
        self.begun = time.monotonic()
        self.done, self.total = 0, 0
        self.cancelled = threading.Event()

    def progress(self, done: int, total: int) -> None:
        """Called by the reader. Raises Cancelled when the file is given up."""
        if self.cancelled.is_set():
            raise Cancelled
        self.done, self.total = done, total

    def now(self) -> Reading:
        share = min(1.0, self.done / self.total) if self.total else 0.0
        spent = time.monotonic() - self.begun
        left = spent / share * (1 - share) if share > 0.02 and spent > TELLING_S else None
        return Reading(self.name, share, self.done, self.total, left, self.path is None, self.doing)

    def tidy(self) -> None:
        """Delete the copy that the server made of the upload."""
        if self.path is not None:
            self.path.unlink(missing_ok=True)


class Intake:
    """Reads one file at a time; every page sees how far it is and why it was refused."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # around what follows
        self.read = 0
        """How many files were read so far: a page can tell that one came in, even one that was there before."""
        self._job: _Job | None = None
        self._refused: tuple[Refused, _Job] | None = None
        self._turn = threading.Lock()  # held by the thread that reads; a file that takes its place waits for its end

    def now(self) -> Reading | None:
        """The file being read, None when there is none."""
        job = self._job
        return job.now() if job else None

    def refused(self) -> Refused | None:
        """The last file, when it could not be read."""
        found = self._refused
        return found[0] if found else None

    def start(
        self,
        datasets: "DatasetStore",
        path: Path,
        name: str,
        on_done: "Callable[[Dataset], None]",
        *,
        choices: Choices = UNDECIDED,
    ) -> None:
        """Begin to read `path`, which is deleted at the end. Returns at once."""
        self._begin(
            _Job(name, path),
            lambda progress: datasets.add(path, name=name, choices=choices, progress=progress),
            on_done,
        )

    def reread(
        self, datasets: "DatasetStore", dataset: "Dataset", choices: Choices, on_done: "Callable[[Dataset], None]"
    ) -> None:
        """Begin to read the source of `dataset` again with other choices. Returns at once."""
        self._begin(
            _Job(dataset.name, None),
            lambda progress: datasets.reread(dataset.id, choices, progress=progress),
            on_done,
        )

    def work(
        self,
        name: str,
        doing: str,
        key: Hashable,
        work: "Callable[[Progress], Dataset]",
        on_done: "Callable[[Dataset], None]",
    ) -> None:
        """Begin what gives another version of the data set `name`. Returns at once.

        doing: as of Reading; key: what is asked for: while the very same is being done, a second press changes nothing
        """
        self._begin(_Job(name, None, doing, key), work, on_done)

    def mend(self, datasets: "DatasetStore", on_done: "Callable[[Dataset], None]") -> None:
        """Begin to read the refused file again, and mend what is no valid JSON; nothing when there is none."""
        with self._lock:
            found = self._refused
            if found is None or not found[0].mendable or found[1].path is None:
                return
            self._refused = None  # its upload goes on to the next attempt
        self.start(datasets, found[1].path, found[0].name, on_done, choices=Choices(repair=True))

    def wait(self, seconds: float = 0.8) -> None:
        """Until nothing is being read, but not long: what is small is there with the answer to the press."""
        ends = time.monotonic() + seconds
        while self._job is not None and time.monotonic() < ends:
            time.sleep(0.02)

    def cancel(self) -> None:
        """Give up the file being read; without one nothing happens."""
        with self._lock:
            if self._job is not None:
                self._job.cancelled.set()
                self._job = None

    def dismiss(self) -> None:
        """The person has read why the file was refused."""
        with self._lock:
            self._forget()

    def _forget(self) -> None:
        if self._refused is not None:
            self._refused[1].tidy()
            self._refused = None

    def _begin(self, job: _Job, work: "Callable[[Progress], Dataset]", on_done: "Callable[[Dataset], None]") -> None:
        with self._lock:
            if self._job is not None:
                if job.key is not None and job.key == self._job.key:
                    return
                self._job.cancelled.set()
            self._job = job
            self._forget()
        threading.Thread(target=self._run, args=(job, work, on_done), name="intake", daemon=True).start()

    def _run(self, job: _Job, work: "Callable[[Progress], Dataset]", on_done: "Callable[[Dataset], None]") -> None:
        refused: Refused | None = None
        with self._turn:
            try:
                job.progress(0, 0)  # it may have been given up while it waited for its turn
                dataset = work(job.progress)
                with self._lock:
                    if self._job is job:
                        on_done(dataset)
                        self.read += 1
            except Cancelled:
                pass
            except Exception as error:
                if not isinstance(error, UserError):
                    log.exception("a file could not be read")
                said = translate(error)
                mendable = bool(said.facts.get("repairable")) and job.path is not None
                refused = Refused(job.name, said, mendable, again=job.path is None)
            with self._lock:
                ours = self._job is job
                if ours:
                    self._job = None
                    self._refused = (refused, job) if refused else None
            if not (ours and refused and refused.mendable):
                job.tidy()
