"""Counts of a data set for a model: what is kept, and when it no longer holds."""

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.data.datasets import Dataset, DatasetStore
from core.models import catalog
from core.workspace import PRESETS, Workspace
from webui.measuring import Measuring, stamp


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "work")


@pytest.fixture
def dataset(workspace: Workspace, tmp_path: Path) -> Dataset:
    path = tmp_path / "chats.csv"
    path.write_text("question,answer\n" + "".join(f"Q {n}?,A {n}\n" for n in range(30)), encoding="utf-8")
    return DatasetStore(workspace).add(path)


def until(look: Callable[[], Any], seconds: float = 60) -> Any:
    ends = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < ends
        time.sleep(0.02)
    return found


def test_a_model_folder_that_has_changed_is_counted_anew(
    workspace: Workspace, dataset: Dataset, tmp_path: Path
) -> None:
    """A template put right in a model's folder showed the figures of the old one until the program was restarted."""
    folder = tmp_path / "model"
    shutil.copytree(PRESETS / "starter", folder)
    model, measuring = catalog.resolve(str(folder), workspace), Measuring()
    found = until(lambda: measuring.ask(dataset, model).found)
    assert measuring.known(dataset, model) is not None
    before = stamp(folder)
    changed = next(path for path in folder.iterdir() if path.name == "tokenizer_config.json")
    os.utime(changed, (1, 1))
    assert stamp(folder) != before
    assert measuring.known(dataset, model) is None
    assert until(lambda: measuring.ask(dataset, model).found) is not found


def test_a_data_set_that_is_deleted_is_read_no_longer(
    workspace: Workspace, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.data.tokens import measure as counting

    ends: list[str] = []

    def endless(asked: Dataset, tokenizer: Any, progress: Any) -> None:
        try:
            until(lambda: progress(1, 30))
        except BaseException:
            ends.append(asked.id)
            raise

    model, measuring = catalog.resolve("starter", workspace), Measuring()
    found = until(lambda: measuring.ask(dataset, model).found)
    measuring.forget("another")
    assert measuring.ask(dataset, model).found is found
    measuring.forget(dataset.id)
    monkeypatch.setattr(counting, "measured_of", endless)
    until(lambda: measuring.ask(dataset, model).done)
    measuring.forget(dataset.id)
    assert measuring.known(dataset, model) is None
    until(lambda: ends)


def test_a_folder_that_is_gone_has_a_stamp_too(tmp_path: Path) -> None:
    assert stamp(tmp_path / "none") == stamp(tmp_path / "nothing")
