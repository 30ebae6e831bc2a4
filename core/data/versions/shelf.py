"""The folder of all versions: what lies there, what may change of it, and how a version comes and goes."""

import contextlib
import os
import shutil
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from core.data import rows_file
from core.data.versions import version
from core.data.versions.dataset import Dataset
from core.data.versions.facts import meta_facts
from core.data.versions.removal import remove
from core.errors import UserError, translate
from core.workspace import NAME_LIMIT, Workspace, is_id, mint_id

NOTE_LIMIT = 2000
"""Characters of a person's words about a data set."""


class Shelf:
    """All versions of a workspace. Safe to use from several threads; `lock` is held where a version comes or goes."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.lock = threading.RLock()
        self._known: dict[str, tuple[tuple[int, ...], Dataset]] = {}

    def get(self, dataset_id: str) -> Dataset:
        """Raises UserError `dataset.unknown` or `dataset.damaged`."""
        folder = self.workspace.dataset_folder(dataset_id)
        try:
            stamp = _stamp(folder / "meta.json")
            at, known = self._known.get(dataset_id, ((), None))
            if known is not None and at == stamp:
                return known
            meta = meta_facts(folder / "meta.json")
            if known is None:
                known = version.load(dataset_id, meta["name"], folder)
            facts = {
                "name": meta["name"],
                "added": float(meta.get("added") or known.created),
                "agreed": meta.get("agreed") is True,
                "note": meta.get("note") or "",
                "family": known.family or meta.get("family") or self._first_of(known),
                "number": meta.get("number") or 0,
            }
            if any(getattr(known, key) != value for key, value in facts.items()):
                known = replace(known, **facts)
        except FileNotFoundError:
            raise UserError("dataset.unknown", dataset=dataset_id) from None
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise UserError("dataset.damaged", dataset=dataset_id) from error
        self._known[dataset_id] = stamp, known
        return known

    def _first_of(self, dataset: Dataset) -> str:
        """The family of a version that was made before families were kept: that of its parent."""
        try:
            parent = self.get(dataset.parent) if dataset.parent and dataset.parent != dataset.id else None
        except UserError:
            parent = None
        return parent.family if parent is not None and parent.sha256 == dataset.sha256 else dataset.id

    def all(self) -> tuple[Dataset, ...]:
        """Every version that can be read, the one that was used last first."""
        with os.scandir(self.workspace.datasets) as entries:
            names = [entry.name for entry in entries if is_id(entry.name)]
        found = []
        for name in names:
            with contextlib.suppress(UserError):
                found.append(self.get(name))
        return tuple(sorted(found, key=lambda dataset: (dataset.added, dataset.created, dataset.id), reverse=True))

    def versions(self, dataset_id: str) -> tuple[Dataset, ...]:
        """All of its family, oldest first. Raises UserError `dataset.unknown` or `dataset.damaged`."""
        found = self._family(self.get(dataset_id).family)
        if not found:  # it has gone since it was last looked at
            raise UserError("dataset.unknown", dataset=dataset_id)
        return found

    def _family(self, family: str) -> tuple[Dataset, ...]:
        return numbered(dataset for dataset in self.all() if dataset.family == family)

    def families(self) -> dict[str, tuple[Dataset, ...]]:
        """Family -> all its versions that can be read, oldest first."""
        found: dict[str, list[Dataset]] = {}
        for dataset in sorted(self.all(), key=lambda each: (each.created, each.id)):
            found.setdefault(dataset.family, []).append(dataset)
        return {family: numbered(versions) for family, versions in found.items()}

    def highest(self, dataset_id: str) -> int:
        """The highest row number that any version of its family has used."""
        return max(_highest(dataset) for dataset in self.versions(dataset_id))

    def write_meta(self, dataset: Dataset) -> Dataset:
        """Keep what may change later as it stands in `dataset`. Raises MachineError when the disk refuses."""
        try:
            version.write_meta(
                dataset.folder,
                dataset.name,
                dataset.added,
                agreed=dataset.agreed,
                note=dataset.note,
                family=dataset.family,
                number=dataset.number,
            )
        except FileNotFoundError:
            raise UserError("dataset.unknown", dataset=dataset.id) from None
        except OSError as error:
            raise translate(error, where=str(dataset.folder)) from error
        at, known = self._known.get(dataset.id, ((), None))
        if known is not None:
            self._known[dataset.id] = (), known  # two writes within one tick of the clock may look alike
        return self.get(dataset.id)

    @contextlib.contextmanager
    def building(self, name: str = "") -> Iterator[Path]:
        """A folder aside, in which a version is built; what is not put into place is gone at the end.

        Raises MachineError when the disk refuses, UserError `dataset.unknown` when a version that is needed has gone,
        that of this name; all else that is raised inside passes through.
        """
        aside = self.workspace.datasets / f".{mint_id()}"
        try:
            aside.mkdir()
            yield aside
        except FileNotFoundError as error:
            raise UserError("dataset.unknown", dataset=name) from error
        except OSError as error:
            raise translate(error, where=str(self.workspace.datasets)) from error
        finally:
            if aside.exists():
                rows_file.let_go(aside)  # what was cancelled may have its rows open still
                shutil.rmtree(aside, ignore_errors=True)

    def place(
        self,
        aside: Path,
        name: str,
        *,
        agreed: bool = False,
        note: str = "",
        family: str = "",
        listed: bool = True,
    ) -> Dataset:
        """Rename what was built into place, whole: from now on it is there, and listed. Raises OSError.

        family: "" for the first version of one
        listed: False leaves the version listed that was so far
        """
        dataset_id = aside.name[1:]
        with self.lock:
            others = self._family(family) if family else ()
            number = 1 + max((other.number for other in others), default=0)
            earlier = min((other.added for other in others), default=time.time()) - 1e-3
            added = self._now(family) if listed or not others else earlier
            version.write_meta(
                aside, name[:NAME_LIMIT], added, agreed=agreed, note=note, family=family or dataset_id, number=number
            )
            aside.rename(self.workspace.dataset_folder(dataset_id))
            _settle(self.workspace.datasets)
            return self.named(self.get(dataset_id))

    def use(self, dataset_id: str) -> Dataset:
        """Make it the listed one of its family. Raises UserError `dataset.unknown` or `dataset.damaged`."""
        with self.lock:
            dataset = self.get(dataset_id)
            return self.write_meta(replace(dataset, added=self._now(dataset.family)))

    def _now(self, family: str) -> float:
        """The time, or what is later than all versions of a family: the last one used is listed."""
        latest = [dataset.added for dataset in self.all() if dataset.family == family]
        return max([time.time(), *(added + 1e-3 for added in latest)])

    def named(self, dataset: Dataset) -> Dataset:
        """Keep `dataset` as it stands; its name and its note are those of the whole family."""
        with self.lock:
            for other in self.all():
                unlike = (other.name, other.note) != (dataset.name, dataset.note)
                if other.family == dataset.family and other.id != dataset.id and unlike:
                    self.write_meta(replace(other, name=dataset.name, note=dataset.note))
            known = self.get(dataset.id)
            return known if known == dataset else self.write_meta(dataset)

    def remove(self, *ids: str) -> None:
        """Gone at once for everybody, all of them or none.

        Raises UserError `dataset.unknown`, MachineError when one stays in use.
        """
        folders = [self.workspace.dataset_folder(dataset_id) for dataset_id in ids]
        for dataset_id in ids:
            self._known.pop(dataset_id, None)
        try:
            remove(folders)
        except FileNotFoundError:
            raise UserError("dataset.unknown", dataset=ids[-1]) from None
        except OSError as error:
            raise translate(error, where=str(folders[-1])) from error


def numbered(family: Iterable[Dataset]) -> tuple[Dataset, ...]:
    """The versions of a family, oldest first; those from before numbers were kept are counted."""
    found = sorted(family, key=lambda dataset: (dataset.created, dataset.id))
    return tuple(each if each.number else replace(each, number=at) for at, each in enumerate(found, 1))


def _stamp(path: Path) -> tuple[int, ...]:
    """Another one when the file was written anew. Raises OSError."""
    found = path.stat()
    return found.st_mtime_ns, found.st_ino, found.st_size


def _highest(dataset: Dataset) -> int:
    """The highest row number of a version, counted where it was not kept."""
    if dataset.last:
        return dataset.last
    numbers = dataset.load_rows().numbers()
    return max(dataset.rows, int(numbers.max()) if len(numbers) else 0)


def _settle(folder: Path) -> None:
    """Have the names in a folder written to the disk, where the system can."""
    if os.name == "nt":
        return
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
