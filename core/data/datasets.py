"""The data sets of a workspace: immutable versions, each a folder that holds all there is to know about it.

    workspace/datasets/<id>/
        source         the file's bytes as they came
        version.json   what was found: file name, sha256, choices, encoding, mapping, counts, findings, parent, fixes
        rows.arrow     the usable rows in the stored shape (core/data/rows_file.py), and keys.npz: what they say
        look.json      the first records as they were read
        meta.json      what may change later: the name, when it was last brought in, whether a guess was agreed to

A folder is built aside and renamed into place whole, so a kill in the middle leaves nothing that can be seen. Files
are read outside the lock: two at once if need be.
"""

import shutil
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.data import intake, keeping, version
from core.data.choices import UNDECIDED, Choices
from core.data.dataset import Dataset
from core.data.fixes.mend import Length, Mend
from core.data.intake import Accept, anything
from core.data.readings import hidden_by, like, newest_of_each
from core.data.removal import remove
from core.data.rows import Progress
from core.data.samples import Sample, find, samples
from core.errors import UserError, translate
from core.workspace import NAME_LIMIT, Workspace, clean_name, is_id, mint_id, person_path

if TYPE_CHECKING:
    from core.data.edits import Edits
    from core.data.mixing import Mix

__all__ = ["Dataset", "DatasetStore", "Sample"]


class DatasetStore:
    """All data sets of a workspace. Safe to use from several threads."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._lock = threading.Lock()
        self._known: dict[str, Dataset] = {}

    def add(
        self,
        path: Path,
        *,
        name: str | None = None,
        origin: str = "upload",
        choices: Choices = UNDECIDED,
        progress: Progress | None = None,
        accept: Accept = anything,
    ) -> Dataset:
        """Read, check and keep a file; the same bytes with the same choices give the version that is there already.

        A table is kept even when none of its rows can be used, so that what is wrong with it can be put right.
        Raises UserError `data.*` for what is no table at all, MachineError when the disk refuses; what `progress`
        raises passes through, and leaves nothing behind; so does `accept`, which is given the names of the columns.
        """
        path = Path(path)
        file_name = (name or path.name)[-NAME_LIMIT:]

        def bring(to: Path) -> tuple[str, int]:
            return intake.bring(path, to, name=file_name, progress=progress)

        facts = {"file_name": file_name, "origin": origin, "parent": None}
        return self._take(bring, Path(file_name).stem or file_name, facts, choices, progress, accept)

    def reread(
        self, dataset_id: str, choices: Choices, progress: Progress | None = None, accept: Accept = anything
    ) -> Dataset:
        """The same source read with other choices: a version of its own, which keeps the name and hides the old one.

        Who only agrees to the guess gets the same version. Raises UserError `dataset.unknown`, `dataset.damaged` and as
        `add`.
        """
        old = self.get(dataset_id)
        if choices.confirmed and old.agrees_with(choices):
            with self._lock:
                return self._note(old, old.name, old.added, agreed=True)

        def bring(to: Path) -> tuple[str, int]:
            intake.again(old.folder / keeping.SOURCE, to)
            return old.sha256, old.size

        facts = {"file_name": old.file_name, "origin": old.origin, "parent": old.id}
        return self._take(bring, old.name, facts, choices, progress, accept, keep_name=True)

    def _take(
        self,
        bring: Callable[[Path], tuple[str, int]],
        name: str,
        facts: dict[str, Any],
        choices: Choices,
        progress: Progress | None,
        accept: Accept,
        *,
        keep_name: bool = False,
    ) -> Dataset:
        """Build a version aside and rename it into place, unless its like is there.

        keep_name: a version that is there already gets `name` even where a person has named it
        """
        dataset_id = mint_id()
        aside = self._workspace.datasets / f".{dataset_id}"
        try:
            aside.mkdir()
            sha256, size = bring(aside / keeping.SOURCE)
            known = self._like(sha256, choices, facts)
            found: dict[str, Any] | None = None
            if known is None or known.reader < version.READER:
                decided = choices if known is None else known.choices
                found = version.read(aside, facts["file_name"], decided, progress)
                parent = facts["parent"] or (known.id if known else None)
                about = {**facts, "parent": parent, "sha256": sha256, "size": size}
                version.write(aside, {**about, **found, "choices": decided.plain(), "created": time.time()})
            accept(known.column_names if known and found is None else (found or {})["column_names"])
            with self._lock:
                known = self._like(sha256, choices, facts) or known  # another thread may have been faster
                if (
                    known is not None
                    and not keep_name
                    and known.name != (Path(known.file_name).stem or known.file_name)
                ):
                    name = known.name
                if known is not None and (found is None or known.reader >= version.READER):
                    shutil.rmtree(aside, ignore_errors=True)
                    return self._note(known, name, time.time())
                agreed = known is not None and known.agreed and asdict(known.mapping) == (found or {})["mapping"]
                version.write_meta(aside, name[:NAME_LIMIT], time.time(), agreed=agreed)
                aside.rename(self._workspace.dataset_folder(dataset_id))
        except BaseException as error:
            shutil.rmtree(aside, ignore_errors=True)
            if isinstance(error, OSError):
                raise translate(error, where=str(self._workspace.datasets)) from error
            raise
        return self.get(dataset_id)

    def _like(self, sha256: str, choices: Choices, facts: dict[str, Any]) -> Dataset | None:
        """The version of these bytes that was read with these choices, by this reader or an older one."""
        return like(self._all(), sha256, choices, anew=facts["origin"] == "upload" and facts["parent"] is None)

    def _note(self, dataset: Dataset, name: str, added: float, *, agreed: bool = False) -> Dataset:
        """Write what may change later."""
        try:
            version.write_meta(dataset.folder, name, added, agreed=agreed or dataset.agreed)
        except OSError as error:
            raise translate(error, where=str(dataset.folder)) from error
        return self.get(dataset.id)

    def get(self, dataset_id: str) -> Dataset:
        """Raises UserError `dataset.unknown` or `dataset.damaged`."""
        folder = self._workspace.dataset_folder(dataset_id)
        try:
            meta = version.plain_object(folder / "meta.json")
            name = str(meta["name"])
            known = self._known.get(dataset_id)
            if known is None:
                known = version.load(dataset_id, name, folder)
            added, agreed = float(meta.get("added") or known.created), meta.get("agreed") is True
            if (known.name, known.added, known.agreed) != (name, added, agreed):
                known = replace(known, name=name, added=added, agreed=agreed)
        except FileNotFoundError:
            raise UserError("dataset.unknown", dataset=dataset_id) from None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UserError("dataset.damaged", dataset=dataset_id) from error
        self._known[dataset_id] = known
        return known

    def rename(self, dataset_id: str, name: str) -> Dataset:
        """Raises UserError `name.empty` for a blank name."""
        cleaned = clean_name(name)
        dataset = self.get(dataset_id)
        return self._note(dataset, cleaned, dataset.added)

    def delete(self, dataset_id: str) -> None:
        """Gone at once for everybody: renamed away first, then removed; the readings that it hides go with it.

        Raises UserError `dataset.unknown`.
        """
        for each in [dataset_id, *(other.id for other in self.hidden_by(dataset_id))]:
            folder = self._workspace.dataset_folder(each)
            self._known.pop(each, None)
            try:
                remove(folder)
            except FileNotFoundError:
                raise UserError("dataset.unknown", dataset=each) from None
            except OSError as error:
                raise translate(error, where=str(folder)) from error

    def versions(self, dataset_id: str) -> tuple[Dataset, ...]:
        """All versions of its family, oldest first. Raises UserError `dataset.unknown` or `dataset.damaged`."""
        raise NotImplementedError

    def families(self) -> dict[str, tuple[Dataset, ...]]:
        """Family -> all its versions that can be read, oldest first."""
        found: dict[str, list[Dataset]] = {}
        for dataset in sorted(self._all(), key=lambda each: (each.created, each.id)):
            found.setdefault(dataset.family, []).append(dataset)
        return {family: tuple(versions) for family, versions in found.items()}

    def use(self, dataset_id: str) -> Dataset:
        """Make it the one of its family that is listed. Raises UserError `dataset.unknown` or `dataset.damaged`."""
        raise NotImplementedError

    def mend(
        self,
        dataset_id: str,
        mends: Sequence[Mend] | None,
        *,
        length: Length | None = None,
        progress: Progress | None = None,
    ) -> Dataset:
        """A new version with these mends applied; None: all that is safe, until nothing safe is left.

        Pending hand edits are kept in the same version. What would change nothing gives the version as it is.
        length: tokens of a row, which shortening and splitting need
        """
        raise NotImplementedError

    def edits(self, dataset_id: str) -> "Edits":
        """The hand edits that are pending on a version, one object for all who edit it."""
        raise NotImplementedError

    def keep_edits(self, dataset_id: str, progress: Progress | None = None) -> Dataset:
        """A new version of the pending hand edits; the same one when there are none."""
        raise NotImplementedError

    def create(self, name: str) -> Dataset:
        """An empty data set of conversations, to be typed in. Raises UserError `name.empty`."""
        raise NotImplementedError

    def put_together(self, mix: "Mix", progress: Progress | None = None) -> Dataset:
        """A data set made of others. Raises UserError `mix.*` and `dataset.unknown`."""
        raise NotImplementedError

    def note(self, dataset_id: str, note: str) -> Dataset:
        """Keep a person's words about the data set; "" for none."""
        raise NotImplementedError

    def delete_version(self, dataset_id: str) -> None:
        """Only this version goes. Raises UserError `dataset.only_version` for the last one of its family."""
        raise NotImplementedError

    def samples(self) -> list[Sample]:
        """The samples that come with the program."""
        return samples()

    def resolve(
        self,
        reference: str,
        choices: Choices = UNDECIDED,
        progress: Progress | None = None,
        accept: Accept = anything,
    ) -> Dataset:
        """DATA of the command line: a data set's id, a file, or a sample's name, read with these choices.

        Raises UserError `data.unknown`, `sample.kept_back` for a sample whose method is not built yet, and as `add`.
        """
        if is_id(reference) and (self._workspace.datasets / reference).is_dir():
            dataset = self.get(reference)
            both = dataset.choices.with_(choices)
            if both.key() != dataset.choices.key():
                return self.reread(reference, both, progress, accept)
            accept(dataset.column_names)
            return dataset
        path = person_path(reference)
        try:
            there = bool(reference) and path.exists()
        except (OSError, ValueError):  # too long or not a path at all
            there = False
        if there:
            return self.add(path, origin="file", choices=choices, progress=progress, accept=accept)
        sample = find(reference)
        if sample is not None:
            return self.add(sample.file, origin="sample", choices=choices, progress=progress, accept=accept)
        raise UserError(
            "data.unknown", reference=reference[:200], samples=", ".join(sample.name for sample in self.samples())
        )

    def hidden_by(self, dataset_id: str) -> tuple[Dataset, ...]:
        """Earlier readings of the same source, which are not listed because this one is."""
        return hidden_by(dataset_id, self._all())

    def _all(self) -> tuple[Dataset, ...]:
        """Every version that can be read, the one that was brought in last first."""
        found = []
        for folder in self._workspace.datasets.iterdir():
            if not is_id(folder.name):
                continue
            try:
                found.append(self.get(folder.name))
            except UserError:
                continue
        return tuple(sorted(found, key=lambda dataset: (dataset.added, dataset.created, dataset.id), reverse=True))

    def list(self) -> list[Dataset]:
        """All data sets that can be read, newest first; of several readings of one source the newest."""
        return newest_of_each(self._all())
