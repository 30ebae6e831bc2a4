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
import re
import shutil
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.data import files
from core.data.examine import examine
from core.data.rows import Progress
from core.data.samples import Sample, samples
from core.errors import UserError, translate
from core.findings import Finding, from_plain
from core.workspace import Workspace, is_id, mint_id, write_atomic

SCHEMA_VERSION = 1
NAME_LIMIT = 120
"""Characters of a data set's name."""
STALE_S = 3600
"""Seconds after which an unfinished folder is one that a kill left; before, another program may be building it."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Dataset:
    """One version of a data set.

    rows: records read; usable: those that can be learned; size in bytes; created in seconds since 1970.
    """

    id: str
    name: str
    file_name: str
    encoding: str
    container: str
    format: str
    task: str
    rows: int
    usable: int
    findings: list[Finding]
    created: float
    origin: str
    sha256: str
    size: int
    columns: dict[str, str]
    parent: str | None
    fixes: list[dict[str, Any]]
    folder: Path
    _kept: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def load_rows(self) -> list[Row]:
        """The usable rows. Raises UserError `dataset.damaged` when they cannot be read."""
        try:
            with (self.folder / "rows.jsonl").open(encoding="utf-8") as file:
                rows = [json.loads(line) for line in file]
        except FileNotFoundError as error:
            if self.folder.is_dir():
                raise UserError("dataset.damaged", dataset=self.name) from error
            raise UserError("dataset.unknown", dataset=self.name) from error
        except (OSError, ValueError) as error:
            raise UserError("dataset.damaged", dataset=self.name) from error
        if len(rows) != self.usable:
            raise UserError("dataset.damaged", dataset=self.name)
        return rows

    def system_prompt(self) -> str:
        """The system prompt that at least half of the rows have; "" when there is none."""
        if "system" not in self._kept:
            rows = self.load_rows()
            counted = Counter(
                turns[0]["content"] for row in rows if (turns := _turns(row)) and turns[0]["role"] == "system"
            )
            best, count = counted.most_common(1)[0] if counted else ("", 0)
            self._kept["system"] = best if count * 2 >= len(rows) else ""
        return str(self._kept["system"])

    def questions(self, count: int) -> list[tuple[str, str]]:
        """Up to `count` different first questions with their answers, spread over the data; [] for running text."""
        pairs = list(self._index().values())
        if not pairs or count <= 0:
            return []
        step = max(1.0, len(pairs) / count)
        chosen = [pairs[min(len(pairs) - 1, int(step * (index + 0.5)))] for index in range(min(count, len(pairs)))]
        return [(question, answer) for _, question, answer in chosen]

    def answer_to(self, question: str) -> tuple[int, str] | None:
        """(row, answer) when the data holds this question, but for case, blanks and the punctuation at its end."""
        found = self._index().get(normalised(question))
        return (found[0], found[2]) if found else None

    def _index(self) -> dict[str, tuple[int, str, str]]:
        """Normalised first question -> (row, question, answer); the first row wins."""
        if "index" not in self._kept:
            index: dict[str, tuple[int, str, str]] = {}
            for row in self.load_rows():
                if exchange := _first_exchange(row):
                    index.setdefault(normalised(exchange[0]), (row["row"], *exchange))
            index.pop("", None)
            self._kept["index"] = index
        found: dict[str, tuple[int, str, str]] = self._kept["index"]
        return found


def normalised(question: str) -> str:
    """A question as it is compared: lower case, single blanks, without punctuation at the end."""
    return re.sub(r"[\s?!.,;:…~？！。，；：、]+$", "", re.sub(r"\s+", " ", question).strip().lower())


def _turns(row: Row) -> list[dict[str, Any]]:
    turns: list[dict[str, Any]] = row.get("messages") or [
        *row.get("prompt", []),
        *(row.get("chosen") or row.get("answer") or []),
    ]
    return turns


def _first_exchange(row: Row) -> tuple[str, str] | None:
    spoken = [turn for turn in _turns(row) if turn["role"] != "system"]
    if (
        len(spoken) < 2
        or spoken[0]["role"] != "user"
        or spoken[1]["role"] != "assistant"
        or not spoken[1]["content"].strip()
    ):
        return None
    if row.get("label") is False:
        return None
    return spoken[0]["content"], spoken[1]["content"]


class DatasetStore:
    """All data sets of a workspace. Safe to use from several threads."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._lock = threading.Lock()
        self._known: dict[str, Dataset] = {}
        for left in workspace.datasets.glob(".*"):  # what a kill left half built or half deleted
            if _age(left) > STALE_S:
                shutil.rmtree(left, ignore_errors=True)

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
        """Raises UserError `dataset.name` for an empty name."""
        cleaned = " ".join(str(name).split())[:NAME_LIMIT]
        if not cleaned:
            raise UserError("dataset.name")
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
        """DATA of the command line: a data set's id, a file, or a sample's name. Raises UserError `data.unknown`."""
        if is_id(reference) and (self._workspace.datasets / reference).is_dir():
            return self.get(reference)
        path = Path(reference).expanduser()
        try:
            if reference and path.exists():
                return self.add(path, origin="file")
        except (OSError, ValueError):  # too long or not a path at all
            pass
        sample = next((sample for sample in self.samples() if sample.name == reference), None)
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


def _age(path: Path) -> float:
    """Seconds since a folder was last changed; 0 when it has gone meanwhile."""
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0.0


def _object(path: Path) -> dict[str, Any]:
    found = json.loads(path.read_bytes())
    if not isinstance(found, dict):
        raise ValueError(path.name)
    return found
