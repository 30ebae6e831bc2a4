"""The window as a program: what it loads, what it opens, what it refuses."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from core.errors import MachineError, UserError
from core.workspace import Workspace
from tests.unit.test_window_actions import WaitingEngine
from webui import app
from webui.context import Context

REPOSITORY = Path(__file__).resolve().parents[2]


def test_building_both_pages_loads_no_torch(tmp_path: Path) -> None:
    code = (
        "import sys; from core.workspace import Workspace; from webui import app\n"
        "assert 'gradio' not in sys.modules, 'importing webui.app loads gradio'\n"
        f"ctx = app.make_context(Workspace({str(tmp_path / 'w')!r}))\n"
        "app.build_app(ctx); app.launch_arguments(ctx)\n"
        "print([name for name in ('torch', 'transformers', 'datasets', 'peft', 'trl') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip() == "[]"


def test_nothing_is_left_to_the_environment(ctx: Context) -> None:
    given = app.launch_arguments(ctx)
    for name in ("share", "run_history", "enable_monitoring", "ssr_mode", "show_error", "pwa", "mcp_server", "debug"):
        assert given[name] is False, name
    assert given["server_name"] == "127.0.0.1" and given["strict_cors"] is True and given["auth"] is None
    assert given["footer_links"] == [] and given["allowed_paths"] == [] and given["max_file_size"]
    assert given["blocked_paths"] == [str(ctx.workspace.root)]


def test_a_space_is_reached_from_outside(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPACE_ID", "a/b")
    assert app.launch_arguments(ctx)["server_name"] == "0.0.0.0"


@pytest.fixture
def pages(ctx: Context) -> Any:
    return app.build_app(ctx).get_config_file()


def test_both_pages_have_the_same_parts(pages: Any) -> None:
    seen = {language: [] for language in ("en", "zh")}
    for component in pages["components"]:
        name = component["props"].get("elem_id")
        for language, names in seen.items():
            if name and component["id"] in pages["page"][language]["components"]:
                names.append(name)
    assert seen["en"] == seen["zh"] and len(seen["en"]) == len(set(seen["en"]))
    named = "header status-line rooms bar bar-plan bar-primary bar-quiet bar-question data-upload data-samples "
    for name in (named + "model-cards model-precision settings-recipe settings-learning_rate").split():
        assert name in seen["en"], name


def test_every_event_is_private_and_without_gradios_own_words(pages: Any) -> None:
    assert pages["dependencies"]
    for event in pages["dependencies"]:
        assert event["show_progress"] == "hidden", event["targets"]
        assert event["api_visibility"] == "private", event["targets"]


@pytest.mark.parametrize("name", app.REFUSED)
def test_switches_that_let_others_run_code_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "1")
    with pytest.raises(UserError) as raised:
        app.launch_window(Workspace(tmp_path / "w"), open_browser=False, engine=WaitingEngine())
    assert raised.value.code == "window.environment"


def test_one_window_for_one_workspace(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "w")
    with app._one_window(workspace) as tell:
        tell("http://127.0.0.1:7861")
        with pytest.raises(UserError) as raised, app._one_window(workspace):
            pass
        assert raised.value.code == "window.taken" and raised.value.facts["address"] == "http://127.0.0.1:7861"
    with app._one_window(workspace):
        pass


def test_a_port_that_was_asked_for_and_is_taken_is_said(ctx: Context) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(MachineError) as raised:
            app._launch(app.build_app(ctx), ctx, port)
        assert raised.value.code == "window.port" and raised.value.facts["port"] == port


def test_uploads_go_to_a_private_folder_that_is_removed() -> None:
    with app._upload_folder():
        folder = Path(os.environ["GRADIO_TEMP_DIR"])
        assert folder.is_dir() and (os.name != "posix" or folder.stat().st_mode & 0o077 == 0)
    assert not folder.exists()
