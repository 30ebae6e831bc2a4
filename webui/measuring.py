"""Counting the tokens of a whole data set for one model, on a thread of its own: minutes for a large file.

`ask` never waits. The newest question wins: when other data or another model is chosen, the older count is given up.
The count itself, and where it is kept, is core/data/tokens/measure.py.
"""

import logging
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import UserError, translate

if TYPE_CHECKING:
    from core.data.tokens.measure import Measured
    from core.data.versions.dataset import Dataset
    from core.findings import Finding
    from core.models.catalog import ModelRef

log = logging.getLogger(__name__)

KEPT = 4
"""Counts that are held in memory; older ones are read again from the data set's folder."""

READ_BY = (
    "config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "chat_template.jinja",
    "chat_template.json", "additional_chat_templates", "vocab.json", "merges.txt", "tokenizer.model",
)  # fmt: skip
"""Files of a model that say how it reads, and how much at once."""

SOON_S = 0.4
"""A count that is done in this time is never announced."""


@dataclass(frozen=True, eq=False)
class Measurement:
    """A whole data set as one model reads it. `context` is the longest row that the model takes, in tokens.

    Asked the same once a second, so what was worked out over all rows is kept.
    """

    measured: "Measured"
    context: int
    _found: dict[tuple[int, str], "tuple[Finding, ...]"] = field(default_factory=dict, repr=False)

    def findings(self, max_length: int, model: str) -> "tuple[Finding, ...]":
        """What depends on the model, worst first; worked out once for each maximum length."""
        key = (max_length, model)
        if key not in self._found:
            from core.data.tokens.measure import token_findings

            self._found[key] = tuple(token_findings(self.measured, max_length, model=model))
        return self._found[key]

    @cached_property
    def suggested(self) -> tuple[int, str, dict[str, Any]]:
        """(maximum length, why, facts), as Measured.suggested."""
        return self.measured.suggested(self.context)

    def lost(self, number: int, max_length: int) -> int:
        """Learned tokens that row `number` loses at `max_length`."""
        mine = self.measured.rows == number
        return int((self.measured.trained - _kept(self, max_length))[mine].sum())


@lru_cache(maxsize=2)
def _kept(measurement: Measurement, max_length: int) -> Any:
    return measurement.measured.kept(max_length or None)


@dataclass(frozen=True)
class Count:
    """How far a count is: `found` when it is done, `error` when it cannot be, else `done` of `total` rows."""

    found: Measurement | None = None
    error: UserError | None = None
    done: int = 0
    total: int = 0
    left_s: float | None = None
    cancelled: bool = False
    begun: float = 0.0

    @property
    def working(self) -> bool:
        """Whether to say that it is being counted."""
        return self.found is None and self.error is None and not self.cancelled

    @property
    def worth_saying(self) -> bool:
        """Whether it has been going on for longer than a blink."""
        return self.working and time.monotonic() - self.begun > SOON_S


Key = tuple[str, str, str, tuple[tuple[int, int], ...]]
"""Data set, model, its folder, and the stamp of its files."""


class GivenUp(Exception):
    """Nobody wants to know this any more."""


class Measuring:
    """One thread that counts for one data set and one model at a time."""

    def __init__(self) -> None:
        self.tokenizers = Tokenizers()  # for the CPU worker, which shows single rows
        self._changed = threading.Condition()
        self._known: OrderedDict[Key, Count] = OrderedDict()
        self._wanted: tuple[Key, Dataset, Path, ModelRef] | None = None
        self._now: Key | None = None
        self._at = Count()
        self._thread: threading.Thread | None = None

    def ask(self, dataset: "Dataset", model: "ModelRef") -> Count:
        """How `dataset` reads for `model`, whose files must be here; what was asked before is given up for it."""
        assert model.folder is not None
        key = (dataset.id, model.name, str(model.folder), stamp(model.folder))
        with self._changed:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
            if key != self._now:
                self._now, self._at = key, Count(total=dataset.usable, begun=time.monotonic())
                self._wanted = (key, dataset, model.folder, model)
                self._wake()
            return self._at

    def known(self, dataset: "Dataset", model: "ModelRef") -> Count | None:
        """As `ask`, but nothing is begun: None when it was not asked yet."""
        assert model.folder is not None
        key = (dataset.id, model.name, str(model.folder), stamp(model.folder))
        with self._changed:
            return self._at if key == self._now else self._known.get(key)

    def cancel(self) -> None:
        """Give up what is being counted; it is counted again only when `again` is called."""
        with self._changed:
            if self._now is not None:
                self._keep(self._now, Count(cancelled=True))
                self._now, self._wanted = None, None

    def forget(self, dataset_id: str) -> None:
        """The data set is about to be deleted: its rows are read no longer, and no figures of it are kept."""
        with self._changed:
            if self._now is not None and self._now[0] == dataset_id:
                self._now, self._wanted = None, None
            for key in [key for key in self._known if key[0] == dataset_id]:
                del self._known[key]

    def again(self) -> None:
        """Count after all what was cancelled, or what failed."""
        with self._changed:
            for key in [key for key, count in self._known.items() if count.found is None]:
                del self._known[key]

    def _keep(self, key: Key, count: Count) -> None:
        self._known[key] = count
        while len(self._known) > KEPT:
            self._known.popitem(last=False)

    def _wake(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="measuring", daemon=True)
            self._thread.start()
        self._changed.notify()

    def _run(self) -> None:
        tokenizers = Tokenizers()
        while True:
            with self._changed:
                while self._wanted is None:
                    self._changed.wait()
                key, dataset, folder, model = self._wanted
                self._wanted = None
            try:
                found = Count(found=self._measure(key, dataset, tokenizers.of(folder), model))
            except GivenUp:
                continue
            except UserError as error:
                found = Count(error=error)
            except Exception as error:  # the thread must outlive every question
                log.exception("a data set could not be counted")
                found = Count(error=translate(error))
            with self._changed:
                if self._now == key:
                    self._keep(key, found)
                    self._now = None

    def _measure(self, key: Key, dataset: "Dataset", tokenizer: Any, model: "ModelRef") -> Measurement:
        from core.data.tokens.measure import measured_of
        from core.models import catalog

        began = time.monotonic()

        def progress(done: float, total: float) -> None:
            with self._changed:
                if self._now != key:
                    raise GivenUp
                took = time.monotonic() - began
                left = took * (total - done) / done if done and took > 1 else None
                self._at = Count(done=int(done), total=int(total), left_s=left, begun=self._at.begun)

        measured = measured_of(dataset, tokenizer, progress)
        return Measurement(measured, catalog.facts_of_ref(model).context)


class Tokenizers:
    """Tokenizers that were loaded, for one thread: a tokenizer that two threads use at once may refuse."""

    def __init__(self) -> None:
        self._load = lru_cache(maxsize=2)(_load)

    def of(self, folder: Path) -> Any:
        """The tokenizer of the model in `folder`, read anew when its files have changed. Raises UserError."""
        return self._load(folder, stamp(folder))


def stamp(folder: Path) -> tuple[tuple[int, int], ...]:
    """Differs when the files by which a model reads have changed: when each was written, and its size."""
    return tuple(_written(folder / name) for name in READ_BY)


def _written(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size


def _load(folder: Path, written: tuple[tuple[int, int], ...]) -> Any:
    from core.models.load import load_tokenizer

    return load_tokenizer(folder)
