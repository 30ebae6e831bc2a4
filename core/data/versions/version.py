"""version.json, the facts of one version of a data set: made by reading its source, and read again."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from core.data.choices import Choices
from core.data.examine import examine
from core.data.formats.mapping import Mapping
from core.data.keys import FORMAT as KEYS_FORMAT
from core.data.keys import KeysMaker
from core.data.literals import mended
from core.data.rows import Progress
from core.data.rows_file import RowsWriter
from core.data.versions import keeping
from core.data.versions.dataset import Dataset
from core.data.versions.facts import version_facts
from core.data.versions.found import of_reading
from core.findings import from_plain
from core.workspace import write_atomic

SCHEMA_VERSION = 2
"""1 had rows.jsonl, and no choices; such folders still open."""

READER = 2
"""Raise it when a change makes other rows or findings of the same file: who brings a file that an older one has read
gets a new reading of it. Versions without a number count as 0."""


def read(folder: Path, name: str, choices: Choices, progress: Progress | None) -> dict[str, Any]:
    """Read the source in `folder`, writing rows, keys and look beside it; what was found, as plain data."""
    keys, last = KeysMaker(), 0
    with RowsWriter(folder / keeping.ROWS) as rows:

        def on_row(row: dict[str, Any]) -> None:
            nonlocal last
            rows.append(row)
            keys.see(row)
            last = max(last, row["row"])

        found = examine(folder / keeping.SOURCE, name=name, choices=choices, progress=progress, on_row=on_row)
    made = keys.done()
    made.save(folder / keeping.KEYS)
    keeping.write_look(folder, found.look)
    return {
        "container": found.container,
        "encoding": found.encoding,
        "mapping": asdict(found.mapping),
        "rows": found.count,
        "usable": found.usable,
        "mark": rows.mark,
        "column_names": found.column_names,
        "sheets": found.sheets,
        "sheet": found.sheet,
        "packed": found.packed,
        "reworded": made.reworded(),
        "last": max(last, found.count),
        "fixes": [],
        "findings": [finding.plain() for finding in found.findings],
        "read_findings": [finding.plain() for finding in found.read_findings],
    }


def write(folder: Path, facts: dict[str, Any]) -> None:
    """Raises OSError."""
    said = {"schema_version": SCHEMA_VERSION, "reader": READER, "keys": KEYS_FORMAT, **facts}
    write_atomic(folder / "version.json", json.dumps(mended(said), ensure_ascii=False, indent=1))


def write_meta(
    folder: Path,
    name: str,
    added: float,
    *,
    agreed: bool = False,
    note: str = "",
    family: str = "",
    number: int = 0,
) -> None:
    """What may change later, and what is only known when a version is put into place. Raises OSError.

    family: said here too, so that versions of the time before families keep together when the first of them goes
    number: of the version in its family, 0 where none is kept
    """
    said: dict[str, Any] = {"name": name, "added": added}
    said |= {"agreed": True} if agreed else {}
    said |= {key: value for key, value in (("note", note), ("family", family), ("number", number)) if value}
    write_atomic(folder / "meta.json", json.dumps(mended(said), ensure_ascii=False))


def load(dataset_id: str, name: str, folder: Path) -> Dataset:
    """The data set that version.json describes. Raises OSError; KeyError, TypeError, ValueError when it does not."""
    said = version_facts(folder / "version.json")
    facts = {
        key: said[key]
        for key in (
            "file_name", "encoding", "container", "rows", "usable", "created", "origin", "sha256", "size", "parent",
            "fixes",
        )
    }  # fmt: skip
    facts |= {key: said[key] for key in ("column_names", "sheets", "sheet", "packed") if key in said}
    facts["choices"] = Choices(**said.get("choices", {}))
    facts |= {key: said[key] for key in ("reader", "family", "accepted", "parts", "last", "mark") if key in said}
    findings = [from_plain(finding) for finding in said["findings"]]
    if "read_findings" in said:
        facts["read_findings"] = [from_plain(finding) for finding in said["read_findings"]]
    else:
        facts["read_findings"] = of_reading(findings)
    dataset = Dataset(
        id=dataset_id,
        name=name,
        folder=folder,
        findings=findings,
        added=said["created"],
        mapping=Mapping(**said["mapping"]),
        **facts,
    )
    counted = "reworded" in said and said.get("keys") == KEYS_FORMAT
    return dataset.with_figures(reworded=said["reworded"]) if counted else dataset
