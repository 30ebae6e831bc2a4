"""What is different between two data sets: which rows came, went and changed."""

from dataclasses import dataclass

from core.data.dataset import Dataset
from core.data.rows_file import Row

Key = tuple[int, int]


@dataclass(frozen=True)
class Change:
    """One difference: `before` None for an added row, `after` None for a removed one; `key` of the row that is there
    (of the new version where both are)."""

    key: Key
    before: Row | None
    after: Row | None


class Difference:
    """`added`, `removed`, `changed` and `same`: counts of rows."""

    added: int
    removed: int
    changed: int
    same: int

    def __len__(self) -> int:
        return self.added + self.removed + self.changed

    def changes(self, start: int, count: int) -> list[Change]:
        """The differences from `start` on: changed rows first, then removed, then added, each in file order."""
        raise NotImplementedError


def compare(old: Dataset, new: Dataset) -> Difference:
    """Row by row by key within a family, else by what rows say. Raises UserError `dataset.damaged`."""
    raise NotImplementedError
