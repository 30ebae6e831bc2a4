"""The real window with a scripted or the real engine, as a process of its own: `python -m tests.browser.server ...`."""

import argparse
from pathlib import Path

from core.data.datasets import DatasetStore
from core.runs.store import RunStore
from core.workspace import Workspace
from tests.browser.scripted import ScriptedEngine
from webui.app import launch_window


def main() -> int:
    """Serve until SIGTERM. `--script` names the scripted engine's file; without it the real engine is used."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--script", type=Path)
    given = parser.parse_args()
    workspace = Workspace(given.workspace)
    engine = ScriptedEngine(RunStore(workspace), DatasetStore(workspace), given.script) if given.script else None
    return launch_window(workspace, port=given.port, open_browser=False, engine=engine)


if __name__ == "__main__":
    raise SystemExit(main())
