"""The data sets of a workspace: immutable versions, each a folder that holds all there is to know about it.

    workspace/datasets/<id>/
        source         the file's bytes as they came
        version.json   what was found: file name, sha256, encoding, format, mapping, counts, findings, parent, fixes
        rows.jsonl     the usable rows in the stored shape (core/data/formats.py)
        meta.json      what may change later: the name

A folder is built aside and renamed into place whole, so a kill in the middle leaves nothing that can be seen.
"""

import hashlib
import json
import shutil
import threading
import time
from pathlib import Path
from typing import Any

from core.data import files
from core.data.dataset import Dataset, Row
from core.data.examine import examine
from core.data.rows import Progress
from core.data.samples import Sample, find, samples
from core.errors import UserError, translate
from core.findings import from_plain
from core.workspace import NAME_LIMIT, Workspace, clean_name, is_id, mint_id, person_path, write_atomic

__all__ = ["Dataset", "DatasetStore", "Sample"]

SCHEMA_VERSION = 1


class DatasetStore:
    """All data sets of a workspace. Safe to use from several threads."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._lock = threading.Lock()
        self._known: dict[str, Dataset] = {}

    def add(
        self, path: Path, *, name: str | None = None, origin: str = "upload", progress: Progress | None = None
    ) -> Dataset:
        """Read, check and keep a file; the same bytes again give the version that is there already.

        Raises UserError `data.*` when there is nothing in it to learn from, MachineError when the disk refuses.
        """
        path = Path(path)
        file_name = (name or path.name)[-NAME_LIMIT:]
        data = files.load(path, file_name)
        sha256 = hashlib.sha256(data).hexdigest()
        with self._lock:
            known = next(
                (dataset for dataset in self.list() if dataset.sha256 == sha256 and dataset.parent is None), None
            )
            if known is not None:
                return known
            found = examine(data, name=file_name, progress=progress)
            found.require_rows(file_name)
            version = {
                "schema_version": SCHEMA_VERSION,
                "file_name": file_name,
                "sha256": sha256,
                "size": len(data),
                "encoding": found.encoding,
                "container": found.container,
                "format": found.mapping.format,
                "task": found.mapping.task,
                "columns": found.mapping.columns,
                "rows": found.count,
                "usable": len(found.rows),
                "parent": None,
                "fixes": [],
                "created": time.time(),
                "origin": origin,
                "findings": [finding.plain() for finding in found.findings],
            }
            return self._write(data, version, found.rows, Path(file_name).stem or file_name)

    def _write(self, data: bytes, version: dict[str, Any], rows: list[Row], name: str) -> Dataset:
        dataset_id = mint_id()
        aside = self._workspace.datasets / f".{dataset_id}"
        try:
            aside.mkdir()
            (aside / "source").write_bytes(data)
            with (aside / "rows.jsonl").open("w", encoding="utf-8", newline="\n") as file:
                file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
            write_atomic(aside / "version.json", json.dumps(version, ensure_ascii=False, indent=1))
            write_atomic(aside / "meta.json", json.dumps({"name": name[:NAME_LIMIT]}, ensure_ascii=False))
            aside.rename(self._workspace.dataset_folder(dataset_id))
        except BaseException as error:
            shutil.rmtree(aside, ignore_errors=True)
            if isinstance(error, OSError):
                raise translate(error, where=str(self._workspace.datasets)) from error
            raise
        return self.get(dataset_id)

    def get(self, dataset_id: str) -> Dataset:
        """Raises UserError `dataset.unknown` or `dataset.damaged`."""
        folder = self._workspace.dataset_folder(dataset_id)
        try:
            name = str(_object(folder / "meta.json")["name"])
            if (known := self._known.get(dataset_id)) and known.name == name:
                return known
            said = _object(folder / "version.json")
            findings = [from_plain(finding) for finding in said["findings"]]
            facts = {
                key: said[key]
                for key in (
                    "file_name", "encoding", "container", "format", "task", "rows", "usable", "created", "origin",
                    "sha256", "size", "columns", "parent", "fixes",
                )
            }  # fmt: skip
        except FileNotFoundError:
            raise UserError("dataset.unknown", dataset=dataset_id) from None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UserError("dataset.damaged", dataset=dataset_id) from error
        dataset = Dataset(id=dataset_id, name=name, findings=findings, folder=folder, **facts)
        self._known[dataset_id] = dataset
        return dataset

    def rename(self, dataset_id: str, name: str) -> Dataset:
        """Raises UserError `name.empty` for a blank name."""
        cleaned = clean_name(name)
        dataset = self.get(dataset_id)
        try:
            write_atomic(dataset.folder / "meta.json", json.dumps({"name": cleaned}, ensure_ascii=False))
        except OSError as error:
            raise translate(error, where=str(dataset.folder)) from error
        return self.get(dataset_id)

    def delete(self, dataset_id: str) -> None:
        """Gone at once for everybody: renamed away first, then removed. Raises UserError `dataset.unknown`."""
        folder = self._workspace.dataset_folder(dataset_id)
        gone = folder.with_name(f".{dataset_id}.deleted")
        try:
            folder.rename(gone)
        except FileNotFoundError:
            raise UserError("dataset.unknown", dataset=dataset_id) from None
        except OSError as error:
            raise translate(error, where=str(folder)) from error
        self._known.pop(dataset_id, None)
        shutil.rmtree(gone, ignore_errors=True)

    def samples(self) -> list[Sample]:
        """The samples that come with the program."""
        return samples()

    def resolve(self, reference: str) -> Dataset:
        """DATA of the command line: a data set's id, a file, or a sample's name.

        Raises UserError `data.unknown`, or `sample.kept_back` for a sample whose method is not built yet.
        """
        if is_id(reference) and (self._workspace.datasets / reference).is_dir():
            return self.get(reference)
        path = person_path(reference)
        try:
            if reference and path.exists():
                return self.add(path, origin="file")
        except (OSError, ValueError):  # too long or not a path at all
            pass
        sample = find(reference)
        if sample is not None:
            return self.add(sample.file, origin="sample")
        raise UserError(
            "data.unknown", reference=reference[:200], samples=", ".join(sample.name for sample in self.samples())
        )

    def list(self) -> list[Dataset]:
        """All data sets that can be read, newest first."""
        found = []
        for folder in self._workspace.datasets.iterdir():
            if not is_id(folder.name):
                continue
            try:
                found.append(self.get(folder.name))
            except UserError:
                continue
        return sorted(found, key=lambda dataset: (dataset.created, dataset.id), reverse=True)


def _object(path: Path) -> dict[str, Any]:
    found = json.loads(path.read_bytes())
    if not isinstance(found, dict):
        raise ValueError(path.name)
    return found
