"""What a run was made with, for its env.json: versions, device, fingerprints; no paths or names of this machine."""

import importlib.metadata
import platform
from typing import Any

from core.data.datasets import Dataset
from core.training.settle import Settled

PACKAGES = "torch transformers trl peft accelerate bitsandbytes datasets tokenizers safetensors".split()


def environment(settled: Settled, dataset: Dataset) -> dict[str, Any]:
    """`{"versions", "python", "system", "device", "dataset", "model"}`."""
    model = settled.model
    return {
        "versions": {name: importlib.metadata.version(name) for name in PACKAGES},
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "device": settled.device,
        "dataset": {
            "id": dataset.id,
            "name": dataset.name,
            "sha256": dataset.sha256,
            "rows": dataset.rows,
            "usable": dataset.usable,
        },
        "model": {
            "name": settled.base_name,
            "hub": model.hub,
            "revision": model.revision,
            "parameters": settled.facts.parameters,
            "architecture": settled.facts.architecture,
        },
    }
