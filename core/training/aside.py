"""Which rows a run learns and which it is measured on: kept aside of its own data, or of a data set of their own."""

from collections.abc import Iterable, Iterator, Sized
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.datasets import Dataset, DatasetStore
from core.data.split import kept_aside
from core.errors import UserError
from core.findings import Finding
from core.spec import RunSpec

Mask = NDArray[np.bool_]


class Chosen(Sized, Iterable[dict[str, Any]]):
    """Some rows of a data set in order; they are read when they are asked for, and never held."""

    def __init__(self, dataset: Dataset, mask: Mask) -> None:
        self._rows = dataset.load_rows()
        self._mask = mask

    def __len__(self) -> int:
        return int(self._mask.sum())

    def __iter__(self) -> Iterator[dict[str, Any]]:
        if self._mask.any():
            for row, chosen in zip(self._rows, self._mask, strict=True):
                if chosen:
                    yield row


@dataclass(frozen=True, eq=False)
class Measure:
    """A data set to measure on; `new` says of each of its rows whether it is not learned as well."""

    dataset: Dataset
    new: Mask

    @property
    def rows(self) -> int:
        return int(self.new.sum())

    @property
    def learned_too(self) -> int:
        return len(self.new) - self.rows

    def findings(self) -> list[Finding]:
        """A word on rows that are left out."""
        if not self.learned_too:
            return []
        return [Finding("warning", "eval.learned_too", count=self.learned_too, name=self.dataset.name)]


def measure_of(spec: RunSpec, dataset: Dataset, store: DatasetStore) -> Measure | None:
    """The data set of `store` that `spec` measures on, None where rows of `dataset` are kept aside.

    Raises UserError `dataset.unknown`, `dataset.damaged`, `train.eval_task` for rows of another kind,
    `train.eval_rows` when no row is left that is not learned too.
    """
    if spec.eval_dataset is None:
        return None
    other = store.get(spec.eval_dataset)
    if not other.usable:
        raise UserError("train.no_usable_rows", name=other.name)
    if other.task != dataset.task:
        raise UserError("train.eval_task", name=other.name, task=other.task, own=dataset.task)
    new = ~other.keys().shared_with(dataset.keys())
    if not new.any():
        raise UserError("train.eval_rows", name=other.name, count=other.usable)
    return Measure(other, new)


def learned_and_aside(spec: RunSpec, dataset: Dataset, measure: Measure | None) -> tuple[Chosen, Chosen]:
    """(rows to learn, rows to measure on)."""
    if measure is not None:
        return Chosen(dataset, np.ones(dataset.usable, np.bool_)), Chosen(measure.dataset, measure.new)
    aside = kept_aside(dataset.keys(), spec.holdout, spec.seed, spec.goal)
    return Chosen(dataset, ~aside), Chosen(dataset, aside)
