"""Several readings of one source: which of them is shown, which it hides, and which one is meant again."""

from collections.abc import Sequence

from core.data.choices import UNDECIDED, Choices
from core.data.dataset import Dataset


def newest_of_each(known: Sequence[Dataset]) -> list[Dataset]:
    """The first reading of each source, of all readings in their order."""
    by_id = {dataset.id: dataset for dataset in known}
    shown: dict[str, Dataset] = {}
    for dataset in known:
        shown.setdefault(_source(dataset, by_id), dataset)
    return list(shown.values())


def hidden_by(dataset_id: str, known: Sequence[Dataset]) -> tuple[Dataset, ...]:
    """Other readings of the same source, which are not listed because this one is."""
    by_id = {dataset.id: dataset for dataset in known}
    sources = {dataset.id: _source(dataset, by_id) for dataset in known}
    family = [dataset for dataset in known if sources[dataset.id] == sources.get(dataset_id)]
    return tuple(family[1:]) if family and family[0].id == dataset_id else ()


def like(known: Sequence[Dataset], sha256: str, choices: Choices, *, anew: bool) -> Dataset | None:
    """The last reading of these bytes with these choices, by whatever reader.

    anew: a person brings the file to the window once more; who says nothing about how gets what was last decided
    """
    same = [dataset for dataset in known if dataset.sha256 == sha256 and not dataset.fixes]
    if anew and choices == UNDECIDED:
        return max(same, key=lambda dataset: (dataset.added, dataset.created), default=None)
    alike = [dataset for dataset in same if dataset.choices.key() == choices.key()]
    return max(alike, key=lambda dataset: (dataset.reader, dataset.added, dataset.created), default=None)


def _source(dataset: Dataset, by_id: dict[str, Dataset]) -> str:
    """The id of the first reading of the file that `dataset` is a reading of."""
    while dataset.parent in by_id and by_id[dataset.parent].sha256 == dataset.sha256 and not dataset.fixes:
        dataset = by_id[dataset.parent]
    return dataset.id
