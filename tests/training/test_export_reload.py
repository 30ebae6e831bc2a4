"""The exported folder is enough: peft loads it onto a clean base, and the logits are the ones that were trained."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from core.export.adapter import export_adapter
from core.export.card import asking_code, loading_code
from core.runs.events import EventLog, Finished, Started
from core.runs.store import Run, RunStore
from core.spec import RunSpec
from core.workspace import PRESETS, Workspace
from webui.text import load

torch = pytest.importorskip("torch")


@pytest.fixture(scope="module")
def base_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny random model on disk, with the built-in model's tokenizer."""
    from transformers import AutoTokenizer, Qwen3Config, Qwen3ForCausalLM

    folder = tmp_path_factory.mktemp("greta") / "tiny"
    torch.manual_seed(0)
    tokenizer = AutoTokenizer.from_pretrained(PRESETS / "starter")
    config = Qwen3Config(
        vocab_size=len(tokenizer),
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=8,
    )
    Qwen3ForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture
def trained(base_folder: Path, tmp_path: Path) -> tuple[Run, "torch.Tensor", "torch.Tensor"]:
    """A finished run with an adapter whose weights are not zero, and its logits."""
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    run = RunStore(Workspace(tmp_path / "work")).create(RunSpec(model=str(base_folder), recipe="chat/quick"), "FAQ")
    model = get_peft_model(
        AutoModelForCausalLM.from_pretrained(base_folder),
        LoraConfig(r=4, lora_alpha=8, target_modules="all-linear", task_type="CAUSAL_LM"),
    )
    torch.manual_seed(1)
    for name, parameter in model.named_parameters():
        if "lora_" in name:
            parameter.data.normal_(0, 0.1)
    model.save_pretrained(run.adapter_folder)
    log = EventLog(run.events_path)
    log.append(Started(attempt=1, plan={"train_rows": 50, "steps": 60}))
    log.append(Finished(step=60, seconds=1.0, train_loss=0.1))
    log.close()
    ids = torch.arange(3, 35).reshape(2, 16)
    with torch.no_grad():
        return run, ids, model.eval()(ids).logits


@pytest.mark.parametrize("zipped", [False, True], ids=["folder", "zip"])
def test_the_export_reloads_to_equal_logits(
    trained: tuple[Run, "torch.Tensor", "torch.Tensor"], base_folder: Path, tmp_path: Path, zipped: bool
) -> None:
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    run, ids, logits = trained
    to = tmp_path / ("out.zip" if zipped else "out")
    export_adapter(run, to, text=load("en"), tokenizer_folder=base_folder, base_title="Tiny")
    if zipped:
        with zipfile.ZipFile(to) as archive:
            archive.extractall(tmp_path / "out")
    base = AutoModelForCausalLM.from_pretrained(base_folder)
    with torch.no_grad():
        untouched = base(ids).logits
        again = PeftModel.from_pretrained(base, tmp_path / "out").eval()(ids).logits
    assert torch.equal(again, logits)
    assert (logits - untouched).abs().max() > 1e-2  # or the equality above would say nothing
    said = [{"role": "user", "content": "你好 there"}]
    tokenizers = [AutoTokenizer.from_pretrained(place) for place in (tmp_path / "out", base_folder)]
    assert len({tokenizer.apply_chat_template(said, tokenize=False) for tokenizer in tokenizers}) == 1
    assert tokenizers[0]("你好 there")["input_ids"] == tokenizers[1]("你好 there")["input_ids"]


def test_the_cards_code_runs_as_written(
    trained: tuple[Run, "torch.Tensor", "torch.Tensor"], base_folder: Path, tmp_path: Path
) -> None:
    to = tmp_path / "out"
    export_adapter(trained[0], to, text=load("zh"), tokenizer_folder=base_folder, base_title="Tiny")
    card = (to / "README.md").read_text(encoding="utf-8")
    code = card.split("```python\n")[1].split("```")[0].replace("BASE_FOLDER", base_folder.as_posix())
    code += "\nprint(type(model).__name__, len(tokenizer), model.active_adapter)"
    done = subprocess.run([sys.executable, "-c", code], cwd=to, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    size = json.loads((base_folder / "config.json").read_text(encoding="utf-8"))["vocab_size"]
    assert done.stdout.split() == ["PeftModelForCausalLM", str(size), "default"]


def test_the_windows_code_runs_as_written(
    trained: tuple[Run, "torch.Tensor", "torch.Tensor"], base_folder: Path, tmp_path: Path
) -> None:
    to = tmp_path / 'a "folder"'
    export_adapter(trained[0], to, text=load("en"), tokenizer_folder=base_folder, base_title="Tiny")
    code = f"{loading_code(str(base_folder), str(to))}\n{asking_code()}\nprint('end', len(said))"
    code = code.replace("max_new_tokens=200", "max_new_tokens=3")
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] in ("end 1", "end 2", "end 3")
