"""All runs of a workspace: make, find, list, delete. One run's folder is in core/runs/run.py."""

import json
import shutil
import threading
import time

from core.errors import UserError, translate
from core.runs.run import Run, Status
from core.spec import RunSpec
from core.workspace import Workspace, clean_name, is_id, mint_id, write_atomic

__all__ = ["Run", "RunStore", "Status"]


class RunStore:
    """All runs of a workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._held_here: set[str] = set()
        self._lock = threading.Lock()

    def create(self, spec: RunSpec, name: str) -> Run:
        """A new queued run. The folder appears whole or not at all. Raises MachineError when the disk refuses."""
        run_id = mint_id()
        folder = self.workspace.run_folder(run_id)
        aside = folder.with_name(f".{run_id}")
        meta = {"name": clean_name(name), "note": "", "star": False, "owner": None, "created": time.time()}
        try:
            aside.mkdir()
            (aside / "checkpoints").mkdir()
            write_atomic(aside / "spec.json", spec.model_dump_json(indent=1))
            write_atomic(aside / "meta.json", json.dumps(meta, ensure_ascii=False))
            aside.rename(folder)
        except OSError as error:
            shutil.rmtree(aside, ignore_errors=True)
            raise translate(error, where=str(self.workspace.runs)) from error
        return Run(folder, self._held_here)

    def get(self, run_id: str) -> Run:
        """Raises UserError `run.unknown`."""
        folder = self.workspace.run_folder(run_id)
        if not (folder / "spec.json").is_file() or folder.is_symlink():
            raise UserError("run.unknown", run=run_id)
        return Run(folder, self._held_here)

    def find(self, reference: str) -> Run:
        """By id, unique beginning of an id (4 characters or more) or exact name.

        Raises UserError `run.unknown`, `run.several`.
        """
        if is_id(reference):
            return self.get(reference)
        runs = self.list()
        found = [run for run in runs if run.meta["name"] == reference]
        if not found and len(reference) >= 4:
            found = [run for run in runs if run.id.startswith(reference)]
        if len(found) > 1:
            raise UserError("run.several", run=reference[:80], count=len(found))
        if not found:
            raise UserError("run.unknown", run=reference[:80])
        return found[0]

    def list(self) -> list[Run]:
        """Newest first. Folders that are not runs, or whose spec or meta cannot be read, are left out."""
        runs = []
        for folder in self.workspace.runs.iterdir():
            if is_id(folder.name) and folder.is_dir() and not folder.is_symlink():
                run = Run(folder, self._held_here)
                try:
                    runs.append((float(run.meta["created"]), run, run.spec))
                except (UserError, KeyError, TypeError, ValueError):
                    continue
        return [run for _, run, _ in sorted(runs, key=lambda entry: entry[0], reverse=True)]

    def delete(self, run_id: str) -> None:
        """Delete a run and all that it learned. Raises UserError `run.busy` while it is trained."""
        run = self.get(run_id)
        with self._lock:
            if run.status() in ("running", "stopping"):
                raise UserError("run.busy", name=run.meta["name"])
            gone = run.folder.with_name(f".deleted-{run_id}")  # out of every list at once, then removed
            try:
                run.folder.rename(gone)
                shutil.rmtree(gone)
            except OSError as error:
                raise translate(error, where=str(run.folder)) from error
