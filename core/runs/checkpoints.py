"""Sealed checkpoints: written aside, hashed in a manifest, renamed into place last.

    checkpoints/step-00000120/
        adapter_model.safetensors, adapter_config.json, ...
        manifest.json      {"step", "files": {name: {"sha256", "bytes"}}}, written last

A folder without a manifest, or whose files do not match it, does not count.
"""

import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path

MANIFEST = "manifest.json"
_NAME = re.compile(r"step-\d{8}")


def name_of(step: int) -> str:
    """The folder name of the checkpoint after `step` optimizer steps."""
    return f"step-{step:08d}"


def seal(root: Path, step: int, write: Callable[[Path], None]) -> Path:
    """Let `write(folder)` fill a folder, then seal it as the checkpoint of `step`; returns its place.

    A kill at any moment leaves the checkpoint whole or absent. Raises what `write` raises.
    """
    aside = root / f".part-{secrets.token_hex(4)}"
    place = root / name_of(step)
    try:
        aside.mkdir()
        write(aside)
        files = {}
        for path in sorted(aside.iterdir()):
            with path.open("r+b") as file:  # Windows flushes only what is open for writing
                os.fsync(file.fileno())
                files[path.name] = {
                    "sha256": hashlib.file_digest(file, "sha256").hexdigest(),
                    "bytes": path.stat().st_size,
                }
        with (aside / MANIFEST).open("w", encoding="utf-8") as file:
            json.dump({"step": step, "files": files}, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        if place.exists():  # the same step again, e.g. stop right after a save
            shutil.rmtree(place)
        aside.rename(place)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    return place


def is_whole(folder: Path) -> bool:
    """Whether every file of the manifest is there with the hash it was sealed with."""
    try:
        files = json.loads((folder / MANIFEST).read_bytes())["files"]
        for name, said in files.items():
            with (folder / name).open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != said["sha256"]:
                    return False
        return bool(files)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def all_places(root: Path) -> list[Path]:
    """The checkpoint folders, oldest step first, whole or not."""
    return sorted(path for path in root.glob("step-*") if _NAME.fullmatch(path.name)) if root.is_dir() else []


def newest(root: Path) -> Path | None:
    """The newest whole checkpoint; a damaged one is passed over."""
    return next((place for place in reversed(all_places(root)) if is_whole(place)), None)


def prune(root: Path, keep: int) -> None:
    """Remove all but the newest `keep` checkpoints, and what broken-off saves left."""
    for place in all_places(root)[:-keep]:
        shutil.rmtree(place, ignore_errors=True)
    for part in root.glob(".part-*"):
        shutil.rmtree(part, ignore_errors=True)
