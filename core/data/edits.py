"""What is changed by hand in a version: a journal beside it, that is undone change by change and survives a kill."""

from collections.abc import Sequence
from typing import Any

from core.data.dataset import Dataset
from core.data.edited import EditedRows, Key
from core.data.rows_file import Row

__all__ = ["EditedRows", "Edits", "Key"]


class Edits:
    """The pending changes of one version. Safe to use from several threads.

    highest   the highest row number that was ever used in the family, as far as the caller knows; may be raised later
    """

    def __init__(self, dataset: Dataset, highest: int = 0) -> None:
        self.dataset = dataset
        self.highest = highest

    @property
    def stamp(self) -> int:
        """Grows with each change, each undo and when all is discarded."""
        raise NotImplementedError

    @property
    def pending(self) -> bool:
        """Whether any row differs from the version's."""
        raise NotImplementedError

    @property
    def changed(self) -> frozenset[Key]:
        """Rows of the version that say something else now."""
        raise NotImplementedError

    @property
    def added(self) -> frozenset[Key]:
        """Rows that the version does not have."""
        raise NotImplementedError

    @property
    def removed(self) -> frozenset[Key]:
        """Rows of the version that are deleted."""
        raise NotImplementedError

    def rows(self) -> EditedRows:
        """All rows as they stand."""
        raise NotImplementedError

    def row(self, key: Key) -> Row | None:
        """One row as it stands, None when there is none."""
        raise NotImplementedError

    def stamp_of(self, key: Key) -> int:
        """The stamp of the last change of a row, 0 when it never was changed."""
        raise NotImplementedError

    def save(self, key: Key | None, row: Row | None, seen: int) -> Key:
        """Change a row, add one (key None), delete one (row None), or give in one that the reading has left out.

        seen: `stamp_of(key)` when the person began. Raises UserError `edit.elsewhere` when the row was changed since,
        `edit.*` when it cannot be learned, and MachineError when the disk refuses.
        """
        raise NotImplementedError

    def add(self, rows: Sequence[Row], after: Key | None = None) -> list[Key]:
        """New rows, at the end or after another row, as one change. Raises as `save`."""
        raise NotImplementedError

    def duplicate(self, key: Key) -> Key:
        """The same row again, right after it."""
        raise NotImplementedError

    def undo(self) -> Key | None:
        """Take back the last change that is in force; the row that it was about, None when there was none."""
        raise NotImplementedError

    def discard(self) -> None:
        """Take back all changes at once, for good."""
        raise NotImplementedError

    def digest(self) -> str:
        """sha256 of the journal: tells whether these very changes were kept already."""
        raise NotImplementedError

    def step(self) -> dict[str, Any]:
        """The step of `Dataset.fixes` that these changes are, without its time."""
        raise NotImplementedError
