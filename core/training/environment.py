"""What a run was made with, for its env.json: versions, device, fingerprints; no paths or names of this machine."""

import hashlib
import importlib.metadata
import platform
from pathlib import Path
from typing import Any

from core.data.datasets import Dataset
from core.training import replay
from core.training.settle import Settled

PACKAGES = "torch transformers trl peft accelerate bitsandbytes datasets tokenizers safetensors".split()


def environment(settled: Settled, dataset: Dataset) -> dict[str, Any]:
    """`{"versions", "python", "system", "device", "dataset", "eval_dataset", "replay", "model"}`."""
    model, measure = settled.model, settled.measure
    return {
        "versions": {name: importlib.metadata.version(name) for name in PACKAGES},
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "device": settled.device,
        "dataset": _told(dataset),
        "eval_dataset": {**_told(measure.dataset), "learned_too": measure.learned_too} if measure else None,
        "replay": {"rows": settled.plan.general_rows, "sha256": replay.content_hash()},
        "model": {
            "name": settled.base_name,
            "hub": model.hub,
            "revision": model.revision,
            "parameters": settled.facts.parameters,
            "architecture": settled.facts.architecture,
            "fingerprint": fingerprint(model.folder) if model.folder is not None else None,
        },
    }


def _told(dataset: Dataset) -> dict[str, Any]:
    """`choices` and the bytes' `sha256` say which rows were read; `steps` how often they were changed since."""
    return {
        "id": dataset.id,
        "name": dataset.name,
        "sha256": dataset.sha256,
        "choices": dataset.choices.plain(),
        "steps": len(dataset.fixes),
        "rows": dataset.rows,
        "usable": dataset.usable,
    }


def fingerprint(folder: Path) -> str:
    """A hash that tells two models apart without reading all of their weights.

    sha256 over config.json, the tokenizer, and of each safetensors file its name, size, header and last megabyte. In
    the Hub's cache the snapshot folder's name, which is the commit, is part of it too.
    """
    found = hashlib.sha256()
    if folder.parent.name == "snapshots":
        found.update(folder.name.encode())
    for path in sorted(folder.iterdir()):
        if path.name in ("config.json", "tokenizer.json"):
            found.update(path.name.encode() + path.read_bytes())
        elif path.suffix == ".safetensors":
            size = path.stat().st_size
            with path.open("rb") as file:
                header = file.read(min(int.from_bytes(file.read(8), "little"), 100_000_000))
                file.seek(max(0, size - 1_000_000))
                found.update(f"{path.name} {size}".encode() + header + file.read())
    return found.hexdigest()
