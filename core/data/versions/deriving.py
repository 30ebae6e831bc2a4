"""Versions that are made of other versions: mended, edited by hand, read anew with all of that done again.

What is pending in the journal of hand edits always goes along: a version says in its step "edit" whose journal it took
(sha256), so that a kill between the two, the new version and the emptied journal, neither loses nor repeats a change.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from threading import RLock
from weakref import WeakValueDictionary

from core.data.choices import Choices
from core.data.edits.edits import JOURNAL, Edits
from core.data.edits.journal import Journal
from core.data.edits.lines import Entry
from core.data.fixes.mend import Length, Mend
from core.data.fixes.offers import safe_mends
from core.data.rows import Progress, share
from core.data.versions import by_hand, intake, keeping, version
from core.data.versions.dataset import Dataset
from core.data.versions.derivation import Derivation
from core.data.versions.intake import Accept
from core.data.versions.kin import Kin
from core.data.versions.readings import like
from core.data.versions.redoing import do_again
from core.data.versions.shelf import Shelf
from core.errors import UserError

Work = Callable[[Derivation], object]

ROUNDS = 5
"""How often all that is safe is mended, at most: one mend may bring to light another."""

SAME = "drop_duplicates"
"""The mend that drops rows: of those that are the same only once others have been mended, nothing is dropped."""

OPEN = 16
"""Versions whose edits are at hand, the last ones used; what is known of the others is in their journals."""

PATIENCE = 2
"""How often a version is made anew because somebody has changed a row meanwhile, before it goes without that change."""


class Deriving:
    """Derived versions of a shelf, and the hand edits that are pending on each. Safe to use from several threads."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._lock = RLock()
        self._numbering = RLock()
        self._known: WeakValueDictionary[str, Edits] = WeakValueDictionary()  # while somebody has them in hand
        self._last: OrderedDict[str, Edits] = OrderedDict()

    def edits(self, dataset: Dataset) -> Edits:
        """One object for all who edit a version. A journal that a version has taken already is empty."""
        with self._lock:
            edits = self._known.get(dataset.id)
        if edits is None:  # opened outside the lock: it takes a moment, and others have theirs already
            edits = Edits(dataset, self._kin(dataset))
            self._forget_taken(edits)
        with self._lock:
            edits = self._known.setdefault(dataset.id, edits)
            self._last[dataset.id] = edits
            self._last.move_to_end(dataset.id)
            while len(self._last) > OPEN:
                self._last.popitem(last=False)
            return edits

    def _kin(self, dataset: Dataset) -> Kin:
        return Kin(self._shelf, dataset.id, self._numbering)

    def forget(self, dataset_id: str) -> None:
        """A version goes: so does what is known of its edits."""
        with self._lock:
            self._known.pop(dataset_id, None)
            self._last.pop(dataset_id, None)

    def settle(self, family: Sequence[Dataset]) -> None:
        """Let go of journals that were taken, before the version that says so is gone."""
        for dataset in family:
            if (dataset.folder / JOURNAL).is_file():
                self._forget_taken(self.edits(dataset))

    def _forget_taken(self, edits: Edits) -> None:
        """Empty the journal when a version of the family holds its changes."""
        if edits.pending and edits.digest() in self._taken(edits.dataset):
            edits.discard()

    def _taken(self, dataset: Dataset) -> set[str]:
        """The digests of the journals that versions of the family were made of."""
        steps = (step for each in self._shelf.versions(dataset.id) for step in each.fixes)
        return {str(step["journal"]) for step in steps if step.get("journal")}

    def mend(
        self,
        dataset: Dataset,
        mends: Sequence[Mend] | None,
        length: Length | None,
        progress: Progress | None,
        *,
        safe_too: bool = False,
        then: Work | None = None,
    ) -> Dataset:
        """As `DatasetStore.mend`. then: is given what was made before it is put into place, and may raise."""

        def work(made: Derivation) -> None:
            safely = mends is None or safe_too
            safe = safe_mends(made.findings, usable=made.usable, made=dataset.made) if safely else []
            if mends:  # what is the same goes with them: what they make the same was different, and stays
                made.mend([*mends, *(mend for mend in safe if mend.fix == SAME and mend not in mends)], length)
            for done in range(ROUNDS if safely else 0):
                safe = safe_mends(made.findings, usable=made.usable, made=dataset.made)
                safe = [mend for mend in safe if mend.fix != SAME or not (done or mends)]
                if not safe or not made.mend(safe, length):
                    break
            if then is not None:
                then(made)

        return self._derive(dataset, work, progress, passes=1)

    def keep(self, dataset: Dataset, progress: Progress | None = None) -> Dataset:
        """As `DatasetStore.keep_edits`."""
        return self._derive(dataset, lambda made: None, progress, passes=0)

    def reread(
        self, old: Dataset, choices: Choices, progress: Progress | None, accept: Accept, look: bool = False
    ) -> Dataset:
        """The source read with other choices, and what was done to `old` done again to that."""
        own = [each for each in self._shelf.versions(old.id) if not each.fixes]
        read_so = [each.last for each in own if each.choices.key() == old.choices.key()]
        with self._shelf.building(old.name) as source, self._shelf.building(old.name) as aside:
            base = like(own, old.sha256, choices, anew=False)
            if base is None or base.reader < version.READER:
                intake.again(old.source, source / keeping.SOURCE)
                said = version.read(source, old.file_name, choices, share(progress, 0, 0.5))
                about = {key: getattr(old, key) for key in ("file_name", "origin", "sha256", "size", "parent")}
                version.write(source, {**about, **said, "choices": choices.plain(), "created": time.time()})
                base = version.load(old.id, old.name, source)
            accept(base.column_names)
            highest = self._kin(old).used()
            steps = len(old.fixes)
            made = Derivation(base, aside, highest=highest, passes=steps, progress=share(progress, 0.5, 1))
            do_again(made, [by_hand.whole(old.folder, step) for step in old.fixes], max(read_so, default=base.last))
            made.finish(parent=old.id, family=old.family)
            if base.folder == source:
                base.close()
            agreed = old.agreed and base.mapping == old.mapping
            told = {"note": old.note, "family": old.family}
            new = self._shelf.place(aside, old.name, agreed=agreed, listed=not look, **told)
        return new

    def _derive(self, dataset: Dataset, work: Work, progress: Progress | None, passes: int) -> Dataset:
        """A version of the pending edits and of what `work` does then; the same one when nothing is different.

        What is changed meanwhile is in it too, after a few tries; then it is pending on the version that was made.
        """
        there = {each.id for each in self._shelf.versions(dataset.id)}
        edits = self.edits(dataset)
        self._forget_taken(edits)
        tries = 0
        while (done := self._derived(dataset, edits, work, progress, passes, wait=tries < PATIENCE)) is None:
            tries += 1
            for other in self._shelf.versions(dataset.id):
                took = any(step.get("journal") for step in other.fixes[len(dataset.fixes) :])
                if other.id not in there and other.parent == dataset.id and took:
                    return self._derive(other, work, progress, passes)  # somebody else has just kept these edits
        return done

    def _derived(
        self, dataset: Dataset, edits: Edits, work: Work, progress: Progress | None, passes: int, *, wait: bool
    ) -> Dataset | None:
        """None: nothing was made, for a row was changed meanwhile (`wait`), or all edits or numbers were taken."""
        kin = self._kin(dataset)
        with edits.alone():
            stamp, pending = edits.stamp, edits.pending
            rows, step = (edits.rows(), edits.step()) if pending else (None, {})
            touched = {number for number, _ in edits.changed | edits.removed}
            highest = kin.used()
        with self._shelf.building(dataset.name) as aside:
            made = Derivation(dataset, aside, highest=highest, passes=passes + pending, progress=progress)
            if rows is not None:
                made.edit(rows.raws(), step, touched)
            work(made)
            if not made.steps:
                return dataset
            told = made.gathered()
            if progress is not None:
                progress(1, 1)  # the last moment to give it up: of few rows nothing was told before
            with edits.alone(), self._numbering:
                if made.highest > highest and kin.used(but_own=True) > highest:
                    return None  # new rows of another version have the numbers of the new ones here
                since = edits.since(stamp, lambda number: number + (made.highest - highest) * (number > highest))
                if since is None or since and wait:
                    return None
                if since:
                    made.steps[-1]["journal"] = edits.digest()  # all of it is taken, by the step or by the new journal
                    _write(since, aside)
                made.seal(told, parent=dataset.id, family=dataset.family)
                with self._shelf.lock:
                    now = self._shelf.get(dataset.id)  # it may have been named otherwise meanwhile, or deleted
                    new = self._shelf.place(aside, now.name, agreed=now.agreed, note=now.note, family=now.family)
                with suppress(UserError):  # they are taken all the same, and are let go when they are met again
                    edits.discard()
        return new


def _write(entries: Sequence[Entry], folder: Path) -> None:
    """A journal of these lines. Raises OSError."""
    journal = Journal(folder / JOURNAL)
    for entry in entries:
        journal.append(entry)
