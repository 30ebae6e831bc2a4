"""What a version's hand edits have to know of the other versions of its family."""

from contextlib import suppress
from threading import RLock

from core.data.edits.journal import JOURNAL, used_in
from core.data.raw import Key
from core.data.versions import by_hand
from core.data.versions.shelf import Shelf
from core.errors import UserError


class Kin:
    """The family of one version. `numbering` is held while rows get their numbers: no two rows may get the same.

    Raises UserError `dataset.unknown` or `dataset.damaged` when the version itself has gone.
    """

    def __init__(self, shelf: Shelf, dataset_id: str, numbering: RLock) -> None:
        self._shelf, self._id = shelf, dataset_id
        self.numbering = numbering

    def used(self, *, but_own: bool = False) -> int:
        """The highest row number of the family, in rows that are only in a journal too; but_own: in others' only."""
        family = self._shelf.versions(self._id)
        typed = [used_in(each.folder / JOURNAL) for each in family if not (but_own and each.id == self._id)]
        return max([self._shelf.highest(self._id), *typed])

    def had(self, key: Key) -> bool:
        """Whether a version of the family has this row, or says that a person has deleted it."""
        for each in self._shelf.versions(self._id):
            with suppress(UserError):  # one that cannot be read is no hindrance to the others
                rows = each.load_rows()
                if ((rows.numbers() == key[0]) & (rows.variants() == key[1])).any():
                    return True
        own = self._shelf.get(self._id)
        with suppress(OSError, ValueError):
            for step in own.fixes:
                if any(tuple(one["key"]) == key and one["before"] for one in by_hand.changes_of(own.folder, step)):
                    return True
        return False
