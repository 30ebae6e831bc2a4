"""What tests of the window without a browser share, and those of the command line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from core.cli import arguments
from core.cli import main as cli
from core.data.datasets import DatasetStore
from core.drafts import DraftStore
from core.first_words import Trouble
from core.models.sources import Fetcher
from core.runs.store import RunStore
from core.workspace import Workspace
from webui.context import Context
from webui.text import load

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def ctx(tmp_path: Path) -> Context:
    """A fresh workspace whose engine starts nothing; a file that needs another one has a fixture of its own."""
    from tests.unit.test_window_actions import WaitingEngine

    workspace = Workspace(tmp_path / "work")
    datasets = DatasetStore(workspace)
    return Context(workspace, RunStore(workspace), datasets, DraftStore(workspace), WaitingEngine(), Fetcher())


@pytest.fixture
def run(root: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """`run("check", "x.csv")` -> (exit code, stdout, stderr), in a workspace of its own."""

    def go(*argv: str) -> tuple[int, str, str]:
        def window(workspace: Workspace, port: int | None, open_browser: bool) -> int:
            print(f"window {workspace.root.name} {port} {open_browser}")
            return 0

        try:
            choices = arguments.parse([*argv, "--workspace", str(root)])
        except Trouble as trouble:
            return trouble.exit_code, "", trouble.key
        code = cli.main(choices, load, window)
        out, err = capsys.readouterr()
        return code, out, err

    return go
