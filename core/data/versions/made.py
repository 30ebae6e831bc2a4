"""Data sets that come from no file: typed in from nothing, or put together from others."""

import time
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from core.data.choices import UNDECIDED
from core.data.formats.mapping import Mapping
from core.data.rows import Progress
from core.data.rows_file import Row
from core.data.versions import intake, keeping, version
from core.data.versions.dataset import Dataset
from core.data.versions.derivation import Written

FORMATS = {"chat": "messages", "text": "text", "preference": "preference"}
"""Task -> the format that a made data set is said to have: that of the stored rows themselves."""


def build(
    aside: Path,
    rows: Iterable[Row],
    *,
    task: str = "chat",
    parts: list[dict[str, Any]],
    source: str = "",
    total: int = 0,
    progress: Progress | None = None,
) -> None:
    """All that such a version's folder holds but meta.json. Raises OSError; what `progress` raises passes through.

    source: what it was made of, as JSON lines
    """
    written = Written(aside / keeping.ROWS, _counted(rows, parts), task, progress, total)
    written.keys.save(aside / keeping.KEYS)
    keeping.write_look(aside, [])
    (aside / keeping.SOURCE).write_text(source, encoding="utf-8")
    said: dict[str, Any] = {
        "file_name": "", "encoding": "utf-8", "container": "made", "origin": "made", "column_names": [], "sheets": [],
        "sheet": None, "packed": "", "parent": None, "fixes": [], "accepted": [], "read_findings": [],
    }  # fmt: skip
    said |= intake.facts(aside / keeping.ROWS)
    said |= {
        "family": aside.name[1:],
        "mapping": asdict(Mapping(FORMATS[task], task)),
        "choices": UNDECIDED.plain(),
        "rows": written.count,
        "usable": written.count,
        "mark": written.mark,
        "reworded": written.keys.reworded(),
        "last": written.count,
        "findings": [finding.plain() for finding in written.findings],
        "parts": parts,
        "created": time.time(),
    }
    version.write(aside, said)


def part_of(dataset: Dataset) -> dict[str, Any]:
    """What is kept of a data set that others are put together from; its rows are counted when they come."""
    return {"id": dataset.id, "name": dataset.name, "rows": 0}


def _counted(rows: Iterable[Row], parts: list[dict[str, Any]]) -> Iterable[tuple[None, Row]]:
    """The rows; each is counted in its part."""
    for row in rows:
        if parts:
            parts[row["from"]["part"]]["rows"] += 1
        yield None, row
