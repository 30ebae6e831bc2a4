"""What tests of the window without a browser share."""

from pathlib import Path

import pytest

from core.data.datasets import DatasetStore
from core.drafts import DraftStore
from core.models.sources import Fetcher
from core.runs.store import RunStore
from core.workspace import Workspace
from webui.context import Context


@pytest.fixture
def ctx(tmp_path: Path) -> Context:
    """A fresh workspace whose engine starts nothing; a file that needs another one has a fixture of its own."""
    from tests.unit.test_window_actions import WaitingEngine

    workspace = Workspace(tmp_path / "work")
    datasets = DatasetStore(workspace)
    return Context(workspace, RunStore(workspace), datasets, DraftStore(workspace), WaitingEngine(), Fetcher())
