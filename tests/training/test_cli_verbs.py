"""The verbs that need a model, from the command line's own entrance to its documents."""

import json
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core import cli, cli_arguments
from core.models import device
from core.models.lock import DeviceLock
from core.runs.events import Step
from core.runs.store import RunStore
from core.workspace import Workspace
from tests.tiny import write_chats
from webui.text import load

Run = Callable[..., tuple[int, Any, str]]


@pytest.fixture
def run(root: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """`run("train", ...)` -> (exit code, the document, what was said on stderr)."""

    def go(*argv: str) -> tuple[int, Any, str]:
        choices = cli_arguments.parse([*argv, "--json", "--workspace", str(root)])
        code = cli.main(choices, load, lambda *_: 0)
        out, err = capsys.readouterr()
        return code, json.loads(out), err

    return go


@pytest.fixture
def data(tmp_path: Path) -> str:
    return str(write_chats(tmp_path / "chats.jsonl"))


def test_from_a_file_to_answers_and_an_adapter(run: Run, data: str, tiny: Path, tmp_path: Path) -> None:
    code, rows, _ = run("preview", data, "--model", str(tiny), "--rows", "1,2")
    assert code == 0 and {entry["row"] for entry in rows} == {1, 2}
    for entry in rows:
        assert list(entry) == ["row", "part", "text", "truncated", "tokens"]
        assert "".join(token["text"] for token in entry["tokens"]) == entry["text"]
        assert {token["trained"] for token in entry["tokens"]} == {True, False}

    code, checked, _ = run("check", data, "--model", str(tiny))
    assert code == 0 and checked["usable"] == checked["rows"]

    code, done, err = run("train", "--data", data, "--model", str(tiny), "--set", "epochs=2", "--set", "rank=4")
    keys = ["run", "status", "steps", "train_loss", "eval_loss", "adapter", "seconds", "tokens_per_second"]
    assert code == 0 and list(done) == keys and done["status"] == "finished", err
    assert Path(done["adapter"], "adapter_model.safetensors").is_file() and "Traceback" not in err

    code, one, _ = run("runs", done["run"])
    assert one["plan"]["steps"] == done["steps"] and one["spec"]["rank"] == 4 and one["env"]["versions"]

    prompts = ["--prompt", "what is it?", "--prompt", "and then?"]
    code, answers, _ = run("compare", done["run"], *prompts, "--max-tokens", "8")
    assert code == 0 and [entry["prompt"] for entry in answers] == ["what is it?", "and then?"]
    assert all(list(entry["answers"]) == ["base", done["run"]] and entry["seed"] == 42 for entry in answers)

    code, made, _ = run("export", done["run"], "--as", "adapter", "--to", str(tmp_path / "out"))
    assert code == 0 and sorted(path.name for path in (tmp_path / "out").iterdir()) == made["files"]
    assert run("export", done["run"], "--as", "adapter", "--to", str(tmp_path / "out"))[0] == 2


def test_ctrl_c_stops_the_run_and_keeps_what_was_learned(run: Run, data: str, tiny: Path, root: Path) -> None:
    def press_once_it_trains() -> None:
        while not any(isinstance(event, Step) for run in RunStore(Workspace(root)).list() for event in run.events()):
            time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=press_once_it_trains, daemon=True).start()
    before = signal.getsignal(signal.SIGINT)
    code, done, err = run("train", "--data", data, "--model", str(tiny), "--set", "epochs=900", "--set", "rank=4")
    assert (code, done["status"]) == (0, "stopped") and 0 < done["steps"]
    assert Path(done["adapter"]).is_dir() and "Stopping" in err
    assert signal.getsignal(signal.SIGINT) is before


def test_a_busy_device_is_exit_code_1_with_no_wait(run: Run, data: str, tiny: Path, root: Path) -> None:
    other = DeviceLock(device.choose_device(), "another window")
    assert other.take()
    try:
        code, said, err = run("train", "--data", data, "--model", str(tiny), "--no-wait")
    finally:
        other.give()
    assert code == 1 and said["error"]["code"] == "device.busy" and "another window" in err
    assert RunStore(Workspace(root)).list() == []


def test_a_failed_run_is_its_error(run: Run, data: str, tiny: Path) -> None:
    code, said, err = run("train", "--data", data, "--model", str(tiny), "--set", "target_modules=no_such_layer")
    assert code == 2 and said["error"]["code"] == "model.no_module" and "no_such_layer" in err


def test_rows_cut_to_nothing_are_not_counted_as_usable(run: Run, data: str, tiny: Path) -> None:
    code, said, _ = run("train", "--data", data, "--model", str(tiny), "--set", "max_length=8")
    assert code == 2 and said["error"]["code"] == "train.no_rows"
