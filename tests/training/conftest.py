"""Real training on a tiny model: one model per session, one workspace per test."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from core.data.datasets import Dataset, DatasetStore
from core.engine import LocalEngine
from core.runs.store import Run, RunStore
from core.spec import build
from core.workspace import Workspace
from tests.tiny import make_model, write_chats


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model(tmp_path_factory.mktemp("models") / "tiny")


@dataclass
class Lab:
    """A workspace with a data set, an engine, and a way to make runs."""

    workspace: Workspace
    store: RunStore
    datasets: DatasetStore
    dataset: Dataset
    engine: LocalEngine
    model: Path

    def run(self, **changes: Any) -> Run:
        values = {
            "model": str(self.model),
            "dataset": self.dataset.id,
            "learning_rate": 5e-3,
            "epochs": 4,
            "rank": 4,
            "replay": False,  # its general rows are many beside the twelve of the test
            **changes,
        }
        return self.store.create(build(values), "a test")

    def train(self, **changes: Any) -> Run:
        run = self.run(**changes)
        self.engine.submit(run.id)
        return self.wait(run)

    def wait(self, run: Run, until: Callable[[], bool] | None = None, seconds: float = 120) -> Run:
        import time

        ends = time.monotonic() + seconds
        done = until or (lambda: run.status() not in ("queued", "running", "stopping"))
        while not done():
            assert time.monotonic() < ends, f"still {run.status()}: {run.events()[-3:]}"
            time.sleep(0.02)
        return run


@pytest.fixture
def lab(tmp_path: Path, tiny: Path) -> Iterator[Lab]:
    workspace = Workspace(tmp_path / "workspace")
    store, datasets = RunStore(workspace), DatasetStore(workspace)
    dataset = datasets.add(write_chats(tmp_path / "chats.jsonl"))
    engine = LocalEngine(workspace, store, datasets)
    yield Lab(workspace, store, datasets, dataset, engine, tiny)
    engine.close()
