"""Export: what is written, that nothing private leaves, and what every wrong wish is answered with."""

import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from core.data.datasets import DatasetStore
from core.errors import MachineError, UserError
from core.export import adapter
from core.export.adapter import about, export_adapter, zip_adapter
from core.export.card import plain
from core.export.names import public_name
from core.runs import checkpoints
from core.runs.events import Evaluated, EventLog, Finished, Started, Step
from core.runs.store import Run, RunStore
from core.spec import RunSpec
from core.workspace import PRESETS, Workspace, file_name
from webui.text import load

TEXT = load("en")
PRIVATE = "/home/greta/models/My Base"
FILES = ["README.md", "adapter_config.json", "adapter_model.safetensors", "spec.json"]
TOKENIZER = ["tokenizer.json", "tokenizer_config.json"]


def write_weights(folder: Path, content: bytes = b"weights") -> None:
    (folder / "adapter_model.safetensors").write_bytes(content)
    config = {"peft_type": "LORA", "lora_alpha": 32, "base_model_name_or_path": PRIVATE}
    (folder / "adapter_config.json").write_text(json.dumps(config), encoding="utf-8")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "work")


@pytest.fixture
def store(workspace: Workspace) -> RunStore:
    return RunStore(workspace)


def make_run(store: RunStore, *, name: str = "FAQ", model: str = "owner/base-1B", done: bool = True) -> Run:
    run = store.create(RunSpec(model=model, recipe="chat/quick"), name)
    log = EventLog(run.events_path)
    log.append(Started(attempt=1, plan={"train_rows": 50, "steps": 60}))
    log.append(Step(step=60 if done else 12, epoch=1.0, loss=0.5, learning_rate=1e-3))
    if done:
        log.append(Evaluated(step=60, loss=0.75, rows=5))
        log.append(Finished(step=60, seconds=3.0, train_loss=0.25, eval_loss=0.75))
        run.adapter_folder.mkdir()
        write_weights(run.adapter_folder)
    log.close()
    return run


@pytest.fixture
def tokenizer_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "base"
    folder.mkdir()
    (folder / "tokenizer.json").write_text("{}")
    (folder / "tokenizer_config.json").write_text(json.dumps({"eos_token": "x", "name_or_path": PRIVATE}))
    (folder / "config.json").write_text("{}")  # the model's, not the tokenizer's: stays behind
    return folder


def front_matter(card: str) -> dict[str, Any]:
    found = re.match(r"---\n(.*?)\n---\n", card, re.DOTALL)
    assert found
    loaded = yaml.safe_load(found[1])
    assert isinstance(loaded, dict)
    return loaded


def test_a_folder_with_all_that_is_needed(store: RunStore, tmp_path: Path, tokenizer_folder: Path) -> None:
    to = tmp_path / "deep" / "out"
    told = export_adapter(
        make_run(store), to, text=TEXT, tokenizer_folder=tokenizer_folder, base_title="Base 1B", dataset_name="faq.csv"
    )
    assert told == {"path": str(to), "files": sorted(FILES + TOKENIZER)}
    assert sorted(path.name for path in to.iterdir()) == told["files"]
    assert (to / "adapter_model.safetensors").read_bytes() == b"weights"
    card = (to / "README.md").read_text(encoding="utf-8")
    assert front_matter(card)["base_model"] == "owner/base-1B"
    assert 'from_pretrained("owner/base-1B")' in card
    for said in ("Base 1B", "faq\\.csv", "| 50 |", "chat/quick", "| 60 |", "0.250", "0.750"):
        assert said in card
    assert json.loads((to / "spec.json").read_bytes())["recipe"] == "chat/quick"
    assert sorted(path.name for path in to.parent.iterdir()) == ["out"]  # nothing is left beside it


def test_a_zip_holds_the_same(store: RunStore, tmp_path: Path, tokenizer_folder: Path) -> None:
    to = tmp_path / "FAQ.ZIP"
    told = export_adapter(make_run(store), to, text=TEXT, tokenizer_folder=tokenizer_folder)
    with zipfile.ZipFile(to) as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == told["files"] == sorted(FILES + TOKENIZER)
        assert archive.read("adapter_model.safetensors") == b"weights"


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("model", [PRIVATE, "C:\\Users\\greta\\models\\My Base", "~/models/My Base/"])
def test_no_path_of_this_machine_leaves(
    store: RunStore, tmp_path: Path, tokenizer_folder: Path, model: str, language: str
) -> None:
    to = tmp_path / "out"
    run = make_run(store, model=model)
    export_adapter(run, to, text=load(language), tokenizer_folder=tokenizer_folder, dataset_name=f"{PRIVATE}/faq.csv")
    for path in to.iterdir():
        content = path.read_bytes()
        assert b"greta" not in content and str(tmp_path).encode() not in content, path.name
    assert json.loads((to / "adapter_config.json").read_bytes())["base_model_name_or_path"] == "My Base"
    assert json.loads((to / "spec.json").read_bytes())["model"] == "My Base"
    card = (to / "README.md").read_text(encoding="utf-8")
    assert "base_model" not in front_matter(card)  # a hub would look for it in vain
    assert 'from_pretrained("BASE_FOLDER")' in card


def test_the_hub_id_of_a_catalogue_model_is_written(store: RunStore, tmp_path: Path) -> None:
    export_adapter(make_run(store, model="small"), tmp_path / "out", text=TEXT, base_id="owner/small")
    config = json.loads((tmp_path / "out" / "adapter_config.json").read_bytes())
    assert config["base_model_name_or_path"] == "owner/small"


def test_an_interrupted_run_gives_its_newest_whole_checkpoint(store: RunStore, tmp_path: Path) -> None:
    run = make_run(store, done=False)
    for step in (5, 10, 12):
        content = f"{step}".encode()
        checkpoints.seal(run.checkpoints_folder, step, lambda folder, content=content: write_weights(folder, content))
    (run.checkpoints_folder / checkpoints.name_of(12) / "adapter_model.safetensors").write_bytes(b"torn")
    export_adapter(run, tmp_path / "out", text=TEXT)
    assert (tmp_path / "out" / "adapter_model.safetensors").read_bytes() == b"10"
    assert "10 of 60 planned" in (tmp_path / "out" / "README.md").read_text(encoding="utf-8")


def test_a_checkpoint_pruned_in_mid_copy_is_passed_over(
    store: RunStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run(store, done=False)
    old = checkpoints.seal(run.checkpoints_folder, 5, write_weights)
    real, calls = adapter._usable, []

    def usable(asked: Run) -> Path:
        found = real(asked)
        calls.append(found)
        if len(calls) == 2:  # between being chosen and being copied
            checkpoints.seal(run.checkpoints_folder, 10, lambda folder: write_weights(folder, b"newer"))
            checkpoints.prune(run.checkpoints_folder, 1)
        return found

    monkeypatch.setattr(adapter, "_usable", usable)
    export_adapter(run, tmp_path / "out", text=TEXT)
    assert not old.exists() and (tmp_path / "out" / "adapter_model.safetensors").read_bytes() == b"newer"


def refused(code: str, run: Run, to: Path, **more: Any) -> UserError:
    before = sorted(to.parent.iterdir()) if to.parent.is_dir() else None
    with pytest.raises(UserError) as caught:
        export_adapter(run, to, text=TEXT, **more)
    assert caught.value.code == code and caught.value.exit_code == 2
    assert f"error.{code}" in TEXT and f"error.{code}" in load("zh")
    assert "(" not in TEXT.error(caught.value)  # no fact of the sentence is missing
    assert (sorted(to.parent.iterdir()) if to.parent.is_dir() else None) == before
    return caught.value


def test_nothing_learned_yet(store: RunStore, tmp_path: Path) -> None:
    refused("export.nothing", make_run(store, done=False), tmp_path / "out")


def test_only_what_is_built_can_be_asked_for(store: RunStore, tmp_path: Path) -> None:
    refused("export.kind", make_run(store), tmp_path / "out", kind="gguf")


def test_nothing_is_written_over(store: RunStore, tmp_path: Path) -> None:
    run = make_run(store)
    full, taken, archive = tmp_path / "full", tmp_path / "file", tmp_path / "a.zip"
    full.mkdir()
    (full / "thesis.txt").write_text("mine")
    taken.write_text("mine")
    archive.write_text("mine")
    for place in (full, taken, archive):
        refused("export.exists", run, place)
    assert (full / "thesis.txt").read_text() == taken.read_text() == archive.read_text() == "mine"


def test_an_empty_folder_is_filled(store: RunStore, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    assert export_adapter(make_run(store), tmp_path / "out", text=TEXT)["files"] == FILES


def test_a_file_in_the_way(store: RunStore, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    refused("export.place", make_run(store), tmp_path / "file" / "out")


@pytest.mark.parametrize("content", [b"{", b"[]"])
def test_a_damaged_adapter_is_said(store: RunStore, tmp_path: Path, content: bytes) -> None:
    run = make_run(store)
    (run.adapter_folder / "adapter_config.json").write_bytes(content)
    refused("export.damaged", run, tmp_path / "out")


def test_a_damaged_tokenizer_is_said(store: RunStore, tmp_path: Path, tokenizer_folder: Path) -> None:
    (tokenizer_folder / "tokenizer_config.json").write_text("{")
    refused("export.tokenizer", make_run(store), tmp_path / "out", tokenizer_folder=tokenizer_folder)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("FAQ, Qwen3-0.6B, 14:05", "FAQ-Qwen3-0.6B-14-05"),
        ("客服问答 第一次", "客服问答 第一次"),
        ("../../etc/passwd", "etc-passwd"),
        ("a/b\\c:d*e", "a-b-c-d-e"),
        ("☕🚀", "adapter"),
        ("...", "adapter"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("CONTRACT", "CONTRACT"),
        ("x" * 500, "x" * 60),
        ("e\u0301te\u0301", "\u00e9t\u00e9"),
    ],
)
def test_names_become_file_names(said: str, name: str) -> None:
    assert file_name(said, "adapter") == name


@given(st.text(max_size=200))
def test_every_name_becomes_one_that_every_system_takes(said: str) -> None:
    name = file_name(said, "adapter")
    assert name and len(f"{name}.zip".encode()) <= 255
    assert not re.search(r'[<>:"/\\|?*\x00-\x1f\x7f]', name) and name.strip(" .") == name
    assert not re.fullmatch(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?", name)
    assert file_name(name, "adapter") in (name, name.lstrip("_"))


@given(st.text(max_size=60))
def test_names_cannot_break_out_of_the_card(said: str) -> None:
    shown = plain(said)
    assert "\n" not in shown and "<" not in shown
    assert not re.search(r"(?<!\\)(?:\\\\)*[|`\[\]*_#]", shown.replace("&amp;", "").replace("&lt;", ""))


def test_a_hostile_name_stays_a_name(store: RunStore, tmp_path: Path) -> None:
    hostile = "x\n---\nbase_model: evil/model <script>alert(1)</script> | ![a](http://b) {base}"
    run = make_run(store, name=hostile)
    export_adapter(run, tmp_path / "out", text=TEXT, base_title=hostile, dataset_name=hostile)
    card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert front_matter(card)["base_model"] == "owner/base-1B"
    assert "<script" not in card and "![a](" not in card and card.count("\n---\n") == 1


def test_public_names() -> None:
    assert public_name("starter") == "starter"
    assert public_name("owner/base-1B") == "owner/base-1B"
    assert public_name("owner/base-1B@v2") == "owner/base-1B"
    assert public_name("/srv/models/base/") == "base"
    assert public_name("D:\\models\\base") == "base"
    assert public_name("/") == "model"


def test_a_folder_named_like_a_hub_id_is_still_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "greta" / "base").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert public_name("greta/base") == "base"


def test_the_windows_zip_is_named_like_the_run_and_old_ones_go(
    store: RunStore, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, datasets = make_run(store, name="FAQ/客服 ☕"), DatasetStore(workspace)
    first = zip_adapter(run, workspace, datasets, text=TEXT)
    second = zip_adapter(run, workspace, datasets, text=TEXT)
    assert first.name == second.name == "FAQ-客服.zip" and first != second  # two visitors do not share a file
    assert zipfile.is_zipfile(first) and first.parent.parent == workspace.downloads
    monkeypatch.setattr(adapter, "HANDED_OUT_S", -1)
    assert zip_adapter(run, workspace, datasets, text=TEXT).exists()
    assert not first.exists() and not second.exists()


def test_a_run_without_anything_leaves_no_download(store: RunStore, workspace: Workspace) -> None:
    with pytest.raises(UserError, match="export.nothing"):
        zip_adapter(make_run(store, done=False), workspace, DatasetStore(workspace), text=TEXT)
    assert list(workspace.downloads.iterdir()) == []


def test_what_is_known_about_a_run(store: RunStore, workspace: Workspace, tmp_path: Path) -> None:
    datasets = DatasetStore(workspace)
    (tmp_path / "faq.jsonl").write_text('{"question": "Open?", "answer": "Yes."}\n' * 3, encoding="utf-8")
    dataset = datasets.add(tmp_path / "faq.jsonl")
    run = store.create(RunSpec(model="starter", dataset=dataset.id), "FAQ")
    assert about(run, workspace, datasets) == {
        "tokenizer_folder": PRESETS / "starter",
        "base_title": "Starter (built in)",
        "base_id": None,
        "dataset_name": dataset.name,
    }


def test_a_run_whose_model_and_data_are_gone_can_be_exported(store: RunStore, workspace: Workspace) -> None:
    run = make_run(store, model="/gone/base")
    assert about(run, workspace, DatasetStore(workspace)) == {}
    with zipfile.ZipFile(zip_adapter(run, workspace, DatasetStore(workspace), text=TEXT)) as archive:
        assert sorted(archive.namelist()) == FILES


def test_a_place_that_cannot_be_written_is_named_without_talk_of_the_workspace(
    store: RunStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run(store)
    monkeypatch.setattr(adapter, "_fill", lambda *rest: (_ for _ in ()).throw(PermissionError(13, "denied")))
    with pytest.raises(MachineError, match=r"export\.denied") as caught:
        export_adapter(run, tmp_path / "out", text=TEXT)
    for language in ("en", "zh"):
        said = load(language).error(caught.value)
        assert str(tmp_path / "out") in said and "--workspace" not in said
    assert [path.name for path in tmp_path.iterdir() if "out" in path.name] == []
