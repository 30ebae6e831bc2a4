"""All runs as menus and tables show them. A run that has ended is read once; only living ones are looked at again."""

import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import UserError
from core.models import catalog
from core.runs.store import Run, RunStore
from core.workspace import Workspace
from webui import titles
from webui.text import Text

SETTLED = ("finished", "stopped", "failed", "interrupted")
"""States that a run leaves only by writing another event."""


@dataclass(frozen=True)
class RunRow:
    """One run. created: seconds since the epoch; size: bytes on disk; usable: it can be compared and exported."""

    id: str
    name: str
    status: str
    model: str
    dataset: str | None
    created: float
    size: int
    usable: bool
    learned: int  # bytes of what was learned, what a download holds
    goal: str = "facts"  # what was taught, RunSpec.goal
    measured: str | None = None  # the data set it was measured by, RunSpec.eval_dataset


class RunList:
    """Shared by all pages of the window."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, tuple[Any, RunRow]] = {}

    def rows(self, store: RunStore) -> list[RunRow]:
        """Newest first. Runs whose folder cannot be read are left out."""
        found = []
        with self._lock:
            for run in store.list():
                try:
                    found.append(self._row(run))
                except (UserError, OSError, KeyError):
                    continue
            self._known = {row.id: self._known[row.id] for row in found}
        return found

    def _row(self, run: Run) -> RunRow:
        mark = tuple(
            path.stat().st_mtime_ns if path.exists() else 0
            for path in (run.folder / "meta.json", run.events_path, run.adapter_folder, run.checkpoints_folder)
        )
        known = self._known.get(run.id)
        if known and known[0] == mark and known[1].status in SETTLED:
            return known[1]
        spec, meta = run.spec, run.meta
        same_weights = known is not None and known[0][2:] == mark[2:]  # hashing checkpoints is not done twice
        adapter = run.usable_adapter() if not same_weights else None
        row = RunRow(
            id=run.id,
            name=meta["name"],
            status=run.status(),
            model=spec.model,
            dataset=spec.dataset,
            goal=spec.goal,
            measured=spec.eval_dataset,
            created=float(meta["created"]),
            size=run.size(),
            usable=known[1].usable if known and same_weights else adapter is not None,
            learned=known[1].learned if known and same_weights else _bytes(adapter),
        )
        self._known[run.id] = (mark, row)
        return row


def _bytes(folder: Path | None) -> int:
    return sum(path.stat().st_size for path in folder.iterdir() if path.is_file()) if folder else 0


def comparable(rows: list[RunRow]) -> list[RunRow]:
    """The runs that can answer: with something learned, or in training now."""
    return [row for row in rows if row.usable or row.status in ("running", "stopping")]


def chosen(rows: list[RunRow], wanted: str | None) -> RunRow | None:
    """The run that a room shows: the wanted one when it can be shown, else the newest."""
    return next((row for row in rows if row.id == wanted), rows[0] if rows else None)


def when(created: float, text: Text, now: float | None = None) -> str:
    """The hour for today, else the day: "14:05", "yesterday 14:05", "2026-11-20"."""
    made, today = time.localtime(created), time.localtime(now)
    if made[:3] == today[:3]:
        return time.strftime("%H:%M", made)
    if made[:3] == time.localtime(time.mktime(today) - 86_400)[:3]:
        return text("share.yesterday", time=time.strftime("%H:%M", made))
    return time.strftime("%Y-%m-%d", made)


def menu(rows: list[RunRow], text: Text) -> list[tuple[str, str]]:
    """(what people read, id) for a menu of runs."""
    return [(label(row, text), row.id) for row in rows]


def label(row: RunRow, text: Text, now: float | None = None) -> str:
    """The name, the day where it was not today (names hold the hour), and the state unless all is done."""
    facts = [row.name]
    if time.localtime(row.created)[:3] != time.localtime(now)[:3]:
        facts.append(when(row.created, text, now))
    if row.status != "finished":
        facts.append(state(row, text))
    return " · ".join(facts)


def state(row: RunRow, text: Text) -> str:
    """How the run stands, in a word or two; a stopped one says whether anything was learned."""
    empty = row.status == "stopped" and not row.usable
    return text("share.status.stopped_nothing" if empty else f"share.status.{row.status}")


def by_data(rows: list[RunRow]) -> tuple[dict[str, list[RunRow]], dict[str, list[RunRow]]]:
    """Data set id -> the runs that learned it; and -> those that were checked on it; both in their order."""
    learned: dict[str, list[RunRow]] = {}
    checked: dict[str, list[RunRow]] = {}
    for row in rows:
        if row.dataset:
            learned.setdefault(row.dataset, []).append(row)
        if row.measured:
            checked.setdefault(row.measured, []).append(row)
    return learned, checked


def model_title(workspace: Workspace, reference: str, text: Text) -> str:
    """The title of a model for people; its reference when it is not known any more."""
    try:
        return titles.model_title(catalog.resolve(reference, workspace), text)
    except UserError:
        return reference


def model_place(workspace: Workspace, reference: str) -> str:
    """What a developer gives to `from_pretrained`: the hub id, or the folder where the model lies."""
    try:
        model = catalog.resolve(reference, workspace)
    except UserError:
        return reference
    return model.hub or (f"presets/{model.folder.name}" if model.kind == "builtin" and model.folder else reference)
