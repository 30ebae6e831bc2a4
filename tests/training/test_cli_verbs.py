"""The verbs that need a model, from the command line's own entrance to its documents."""

import errno
import json
import os
import shutil
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.cli import arguments
from core.cli import main as cli
from core.errors import UserError
from core.models import device
from core.models.lock import DeviceLock
from core.runs.events import Event, EventLog, Step
from core.runs.store import RunStore
from core.workspace import Workspace
from tests.tiny import write_chats
from webui.text import load

Run = Callable[..., tuple[int, Any, str]]


@pytest.fixture
def run(root: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """`run("train", ...)` -> (exit code, the document, what was said on stderr)."""

    def go(*argv: str) -> tuple[int, Any, str]:
        choices = arguments.parse([*argv, "--json", "--workspace", str(root)])
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


def test_a_full_disk_takes_nothing_that_was_learned(
    run: Run, data: str, tiny: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From step 6 on not a single event can be written, not even the run's end."""
    _fill_the_disk_at(6, monkeypatch)
    settings = ["--set", "epochs=9", "--set", "save_every=2", "--set", "rank=4"]
    code, said, err = run("train", "--data", data, "--model", str(tiny), "--name", "precious", *settings)
    (kept,) = RunStore(Workspace(root)).list()
    last = kept.usable_adapter()
    assert kept.status() == "interrupted" and last is not None and last.name == "step-00000006"
    assert code == 1 and said["error"]["code"] == "run.gone" and "Traceback" not in err
    assert all(part in said["error"]["message"] for part in ("precious", kept.id[:8], "step 6", str(last)))


def test_a_full_disk_before_the_first_checkpoint_keeps_the_run_too(
    run: Run, data: str, tiny: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fill_the_disk_at(1, monkeypatch)
    code, said, _ = run("train", "--data", data, "--model", str(tiny))
    (kept,) = RunStore(Workspace(root)).list()
    assert code == 1 and said["error"]["code"] == "run.gone_empty" and str(kept.folder) in said["error"]["message"]


def test_a_run_that_could_not_begin_leaves_nothing(
    run: Run, data: str, tiny: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fill_the_disk_at(0, monkeypatch)
    code, said, _ = run("train", "--data", data, "--model", str(tiny), "--name", "precious")
    assert code == 1 and said["error"]["code"] == "run.not_begun" and "precious" in said["error"]["message"]
    assert RunStore(Workspace(root)).list() == []


def _fill_the_disk_at(step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the event of that step on (0: from the first event), no event can be written."""
    append, full = EventLog.append, False

    def refuse(self: EventLog, event: Event) -> None:
        nonlocal full
        full = full or step == 0 or (isinstance(event, Step) and event.step >= step)
        if full:
            raise OSError(errno.ENOSPC, "No space left on device")
        append(self, event)

    monkeypatch.setattr(EventLog, "append", refuse)


def test_a_model_without_a_template_gets_one_sentence_everywhere(
    run: Run, data: str, tiny: Path, tmp_path: Path
) -> None:
    plain = tmp_path / "plain"
    shutil.copytree(tiny, plain)
    (plain / "chat_template.jinja").unlink(missing_ok=True)
    settings = json.loads((plain / "tokenizer_config.json").read_text())
    settings.pop("chat_template", None)
    (plain / "tokenizer_config.json").write_text(json.dumps(settings))
    for language in ("en", "zh"):
        sentence = load(language).error(UserError("tokens.no_template"))
        code, checked, err = run("check", data, "--model", str(plain), "--lang", language)
        assert "findings" in checked, err
        (found,) = [finding for finding in checked["findings"] if finding["code"] == "model.no_template"]
        assert code == 2 and checked["usable"] == 0 and (found["level"], found["message"]) == ("error", sentence)
        for verb in (["preview", data], ["train", "--data", data], ["forecast", "--data", data]):
            code, said, _ = run(*verb, "--model", str(plain), "--lang", language)
            assert code == 2 and said["error"] == {"code": "tokens.no_template", "message": sentence}
    words = tmp_path / "words.jsonl"
    words.write_text("".join(json.dumps({"text": f"Plain words, number {number}."}) + "\n" for number in range(12)))
    code, checked, _ = run("check", str(words), "--model", str(plain))
    assert code == 0 and checked["usable"] == checked["rows"]
    assert run("preview", str(words), "--model", str(plain))[0] == 0


def test_what_is_a_lot_for_a_small_model_is_said_by_every_verb(
    run: Run, data: str, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.training import limits

    quick = ["--set", "epochs=0.1", "--set", "min_steps=1", "--set", "replay=off"]
    assert run("check", data, "--model", str(tiny))[1]["findings"] == []
    monkeypatch.setattr(limits, "MOST_ROWS", 5)
    for language in ("en", "zh"):
        code, checked, _ = run("check", data, "--model", str(tiny), "--lang", language)
        (found,) = checked["findings"]
        assert code == 0 and found["code"] == "model.many_rows"
        told = run("forecast", "--data", data, "--model", str(tiny), "--lang", language)[1]["findings"]
        assert told == [found]
        code, _, err = run("train", "--data", data, "--model", str(tiny), *quick, "--lang", language)
        assert code == 0 and found["message"] in err
        assert load(language)("data.aside.few", n=0) in err


def test_a_failed_run_is_its_error(run: Run, data: str, tiny: Path) -> None:
    code, said, err = run("train", "--data", data, "--model", str(tiny), "--set", "target_modules=no_such_layer")
    assert code == 2 and said["error"]["code"] == "model.no_module" and "no_such_layer" in err


def test_rows_cut_to_nothing_are_not_counted_as_usable(run: Run, data: str, tiny: Path) -> None:
    code, said, _ = run("train", "--data", data, "--model", str(tiny), "--set", "max_length=8")
    assert code == 2 and said["error"]["code"] == "train.no_rows"
