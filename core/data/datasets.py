"""The data sets of a workspace: immutable versions, each a folder that holds all there is to know about it.

    workspace/datasets/<id>/
        source         the file's bytes as they came
        version.json   what was found: file name, sha256, choices, encoding, mapping, counts, findings, parent, fixes
        rows.arrow     the usable rows in the stored shape (core/data/rows_file.py), and keys.npz: what they say
        look.json      the first records as they were read
        by-hand.*.jsonl   a step's changes by hand, where they are too many for version.json (versions/by_hand.py)
        meta.json      what may change later: the name, a note, when it was last used, whether a guess was agreed to;
                       and the version's number in its family
        edits.jsonl    what is changed by hand and not kept in a version yet (core/data/edits/edits.py)

A folder is built aside and renamed into place whole, so a kill in the middle leaves nothing that can be seen. Files
are read outside the lock: two at once if need be. All versions that come from one source are a family, of which the
one that was used last is listed; name and note are the family's.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from core.data.choices import UNDECIDED, Choices
from core.data.edits.edits import Edits
from core.data.fixes.mend import Length, Mend
from core.data.fixes.preview import Preview
from core.data.rows import Progress
from core.data.samples import Sample, find, samples
from core.data.versions import made, readings
from core.data.versions.bringing import Bringing
from core.data.versions.dataset import Dataset
from core.data.versions.derivation import Derivation
from core.data.versions.deriving import Deriving
from core.data.versions.intake import Accept, anything
from core.data.versions.mixing import Mix, amounts, mixed
from core.data.versions.previewing import is_same, looked_at
from core.data.versions.shelf import NOTE_LIMIT, Shelf
from core.errors import UserError
from core.workspace import NAME_LIMIT, Workspace, clean_name, is_id, person_path

__all__ = ["Dataset", "DatasetStore", "Sample"]


class _Known(Exception):
    """What was about to be made is there already."""

    def __init__(self, dataset: Dataset) -> None:
        super().__init__(dataset.id)
        self.dataset = dataset


class _Seen(Exception):
    """What was made was only to be looked at."""

    def __init__(self, preview: Preview) -> None:
        super().__init__()
        self.preview = preview


class DatasetStore:
    """All data sets of a workspace. Safe to use from several threads."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._shelf = Shelf(workspace)
        self._bringing = Bringing(self._shelf)
        self._deriving = Deriving(self._shelf)

    def add(
        self,
        path: Path,
        *,
        name: str | None = None,
        origin: str = "upload",
        choices: Choices = UNDECIDED,
        progress: Progress | None = None,
        accept: Accept = anything,
        look: bool = False,
    ) -> Dataset:
        """Read, check and keep a file; the same bytes with the same choices give the version that is there already.

        A table is kept even when none of its rows can be used, so that what is wrong with it can be put right.
        Raises UserError `data.*` for what is no table at all, MachineError when the disk refuses; what `progress`
        raises passes through, and leaves nothing behind; so does `accept`, which is given the names of the columns.
        look: another version of it stays listed, if one is
        """
        path = Path(path)
        named = (name or path.name or str(path))[-NAME_LIMIT:]
        return self._bringing.add(path, named, origin, choices, progress, accept, look)

    def reread(
        self,
        dataset_id: str,
        choices: Choices,
        progress: Progress | None = None,
        accept: Accept = anything,
        look: bool = False,
    ) -> Dataset:
        """The same source read with other choices: a version of its own, which keeps the name and hides the old one.

        Who only agrees to the guess gets the same version. What was done to a version is done again to the new one:
        mends but for those by length, and hand edits of rows that still say the same; the finding `steps.not_again`
        counts the rest. Raises UserError `dataset.unknown`, `dataset.damaged`, `dataset.made` and as `add`.
        """
        old = self.get(dataset_id)
        if old.made:
            raise UserError("dataset.made", name=old.name)
        if choices.confirmed and old.agrees_with(choices):
            return self._shelf.write_meta(replace(old, agreed=True))
        old = self._deriving.keep(old)
        if not old.fixes:
            return self._bringing.reread(old, choices, progress, accept, look)
        if old.choices.key() == choices.key():
            return old if look else self.use(old.id)
        return self._deriving.reread(old, choices, progress, accept, look)

    def get(self, dataset_id: str) -> Dataset:
        """Raises UserError `dataset.unknown` or `dataset.damaged`."""
        return self._shelf.get(dataset_id)

    def rename(self, dataset_id: str, name: str) -> Dataset:
        """Raises UserError `name.empty` for a blank name."""
        return self._shelf.named(replace(self.get(dataset_id), name=clean_name(name)))

    def note(self, dataset_id: str, note: str) -> Dataset:
        """Keep a person's words about the data set; "" for none."""
        return self._shelf.named(replace(self.get(dataset_id), note=note.strip()[:NOTE_LIMIT]))

    def versions(self, dataset_id: str) -> tuple[Dataset, ...]:
        """All versions of its family, oldest first. Raises UserError `dataset.unknown` or `dataset.damaged`."""
        return self._shelf.versions(dataset_id)

    def families(self) -> dict[str, tuple[Dataset, ...]]:
        """Family -> all its versions that can be read, oldest first."""
        return self._shelf.families()

    def use(self, dataset_id: str) -> Dataset:
        """Make it the one of its family that is listed. Raises UserError `dataset.unknown` or `dataset.damaged`."""
        return self._shelf.use(dataset_id)

    def mend(
        self,
        dataset_id: str,
        mends: Sequence[Mend] | None,
        *,
        length: Length | None = None,
        safe_too: bool = False,
        once: bool = False,
        progress: Progress | None = None,
    ) -> Dataset:
        """A new version with these mends applied; None: all that is safe, until nothing safe is left.

        Pending hand edits are kept in the same version. What would change nothing gives the version as it is.
        length    tokens of a row, which shortening and splitting need
        safe_too  after `mends` all that is safe
        once      where a version has come of this very one in the same way, with the same rows, that is used again
        """
        dataset = self.get(dataset_id)

        def ask(made: Derivation) -> None:
            found = next((each for each in self.versions(dataset.id) if is_same(made, each)), None)
            if found is not None:
                raise _Known(found)

        then = ask if once else None
        try:
            return self._deriving.mend(dataset, mends, length, progress, safe_too=safe_too, then=then)
        except _Known as known:
            return self.use(known.dataset.id)

    def preview(
        self,
        dataset_id: str,
        mends: Sequence[Mend] | None,
        *,
        length: Length | None = None,
        safe_too: bool = False,
        progress: Progress | None = None,
    ) -> Preview:
        """What `mend` would do to the rows as they stand with what is pending: it is done, looked at and let go."""
        dataset = self.get(dataset_id)
        edits = self._deriving.edits(dataset)
        rows = edits.rows() if edits.pending else dataset.load_rows()

        def look(made: Derivation) -> None:
            raise _Seen(looked_at(rows.raws(), set(rows.numbers().tolist()), made))

        try:
            self._deriving.mend(dataset, mends, length, progress, safe_too=safe_too, then=look)
        except _Seen as seen:
            return seen.preview
        raise AssertionError("what is made is always looked at")

    def edits(self, dataset_id: str) -> Edits:
        """The hand edits that are pending on a version, one object for all who edit it."""
        return self._deriving.edits(self.get(dataset_id))

    def keep_edits(self, dataset_id: str, progress: Progress | None = None) -> Dataset:
        """A new version of the pending hand edits; the same one when there are none."""
        return self._deriving.keep(self.get(dataset_id), progress)

    def create(self, name: str) -> Dataset:
        """An empty data set of conversations, to be typed in. Raises UserError `name.empty`."""
        name = clean_name(name)
        with self._shelf.building() as aside:
            made.build(aside, [], parts=[])
            return self._shelf.place(aside, name)

    def put_together(self, mix: Mix, progress: Progress | None = None) -> Dataset:
        """A data set made of others; their hand edits are kept first. Raises UserError `mix.*`, `dataset.unknown`."""
        name = clean_name(mix.name)
        parts = [self._deriving.keep(self.get(part.dataset)) for part in mix.parts]
        taken = tuple(part.model_copy(update={"dataset": each.id}) for part, each in zip(mix.parts, parts, strict=True))
        mix = mix.model_copy(update={"parts": taken})
        rows, total = mixed(mix, parts), sum(amounts(mix, parts))
        with self._shelf.building() as aside:
            told = [made.part_of(part) for part in parts]
            source = mix.model_dump_json() + "\n"
            made.build(aside, rows, task=parts[0].task, parts=told, source=source, total=total, progress=progress)
            return self._shelf.place(aside, name)

    def delete(self, dataset_id: str) -> None:
        """Gone at once for everybody: renamed away first, then removed; all versions of its family go with it.

        Raises UserError `dataset.unknown`.
        """
        with self._shelf.lock:
            try:
                family = [dataset.id for dataset in self.versions(dataset_id)]
            except UserError:  # what is damaged can be deleted too
                family = []
            gone = [*(other for other in family if other != dataset_id), dataset_id]
            for each in gone:
                self._deriving.forget(each)
            self._shelf.remove(*gone)

    def delete_version(self, dataset_id: str) -> None:
        """Only this version goes; those that come from it stay as they are.

        Raises UserError `dataset.only_version` for the last one of its family, `dataset.unknown`.
        """
        try:
            self._deriving.settle(self.versions(dataset_id))
        except UserError as error:
            if error.code != "dataset.damaged":  # of that nothing can be asked, but it can go
                raise
            self._deriving.forget(dataset_id)
            self._shelf.remove(dataset_id)
            return
        with self._shelf.lock:
            family = self.versions(dataset_id)
            if len(family) == 1:
                raise UserError("dataset.only_version", name=family[0].name)
            for other in family:  # one from before there were families is of the family by its parents
                self._shelf.write_meta(other)
            self._deriving.forget(dataset_id)
            self._shelf.remove(dataset_id)

    def samples(self) -> list[Sample]:
        """The samples that come with the program."""
        return samples()

    def resolve(
        self,
        reference: str,
        choices: Choices = UNDECIDED,
        progress: Progress | None = None,
        accept: Accept = anything,
        look: bool = False,
    ) -> Dataset:
        """DATA of the command line: a data set's id, a file, or a sample's name, read with these choices.

        look: whichever version of it is listed stays so
        Raises UserError `data.unknown`, `sample.kept_back` for a sample whose method is not built yet, and as `add`.
        """
        if is_id(reference) and (self._workspace.datasets / reference).is_dir():
            dataset = self.get(reference)
            both = dataset.choices.with_(choices)
            if both.key() != dataset.choices.key():
                return self.reread(reference, both, progress, accept, look)
            accept(dataset.column_names)
            return dataset
        path = person_path(reference)
        try:
            there = bool(reference) and path.exists()
        except (OSError, ValueError):  # too long or not a path at all
            there = False
        if there:
            return self.add(path, origin="file", choices=choices, progress=progress, accept=accept, look=look)
        sample = find(reference)
        if sample is not None:
            return self.add(sample.file, origin="sample", choices=choices, progress=progress, accept=accept, look=look)
        raise UserError(
            "data.unknown", reference=reference[:200], samples=", ".join(sample.name for sample in self.samples())
        )

    def hidden_by(self, dataset_id: str) -> tuple[Dataset, ...]:
        """Other versions of its family, which are not listed because this one is."""
        return readings.hidden_by(dataset_id, self._shelf.all())

    def list(self) -> list[Dataset]:
        """All data sets that can be read, newest first; of several versions of one the one that was used last."""
        return readings.newest_of_each(self._shelf.all())
