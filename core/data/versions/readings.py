"""Versions that come from one source: which of them is listed, which it hides, and which one is meant again."""

from collections.abc import Sequence

from core.data.choices import UNDECIDED, Choices
from core.data.versions.dataset import Dataset


def newest_of_each(known: Sequence[Dataset]) -> list[Dataset]:
    """The first version of each family, of all versions in their order."""
    shown: dict[str, Dataset] = {}
    for dataset in known:
        shown.setdefault(dataset.family, dataset)
    return list(shown.values())


def hidden_by(dataset_id: str, known: Sequence[Dataset]) -> tuple[Dataset, ...]:
    """Other versions of its family, which are not listed because this one is."""
    families = {dataset.id: dataset.family for dataset in known}
    family = [dataset for dataset in known if dataset.family == families.get(dataset_id)]
    return tuple(family[1:]) if family and family[0].id == dataset_id else ()


def like(known: Sequence[Dataset], sha256: str, choices: Choices, *, anew: bool) -> Dataset | None:
    """The last reading of these bytes with these choices, by whatever reader.

    anew: a person brings the file to the window once more; who says nothing about how gets the version that was last
          used, mended or not
    """
    same = [dataset for dataset in known if dataset.sha256 == sha256 and not dataset.made]
    if anew and choices == UNDECIDED:
        return max(same, key=lambda dataset: (dataset.added, dataset.created), default=None)
    alike = [dataset for dataset in same if not dataset.fixes and dataset.choices.key() == choices.key()]
    return max(alike, key=lambda dataset: (dataset.reader, dataset.added, dataset.created), default=None)
