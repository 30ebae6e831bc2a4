"""Facts, catalogue and the look at a folder: numbers from headers, names from people, and nothing that runs code."""

import json
import os
import struct
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from core.errors import UserError
from core.models import catalog, safety
from core.models.facts import facts_of, from_config, lora_parameters, target_names
from core.workspace import REPOSITORY, Workspace

CONFIG: dict[str, Any] = {
    "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 8, "num_hidden_layers": 1,
    "num_attention_heads": 2, "num_key_value_heads": 1, "intermediate_size": 16, "vocab_size": 32,
    "max_position_embeddings": 64, "tie_word_embeddings": True,
}  # fmt: skip
SHAPES = {
    "model.embed_tokens.weight": [32, 8], "lm_head.weight": [32, 8], "model.norm.weight": [8],
    "model.layers.0.self_attn.q_proj.weight": [8, 8], "model.layers.0.self_attn.k_proj.weight": [4, 8],
    "model.layers.0.mlp.down_proj.weight": [8, 16], "model.layers.0.mlp.experts.3.up_proj.weight": [16, 8],
}  # fmt: skip


def write_weights(path: Path, shapes: dict[str, list[int]]) -> None:
    header, at = {}, 0
    for name, shape in shapes.items():
        size = 2
        for length in shape:
            size *= length
        header[name] = {"dtype": "BF16", "shape": shape, "data_offsets": [at, at + size]}
        at += size
    raw = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(raw)) + raw + bytes(at))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "model"
    made.mkdir()
    (made / "config.json").write_text(json.dumps(CONFIG))
    (made / "tokenizer.json").write_text("{}")
    (made / "tokenizer_config.json").write_text('{"chat_template": "x"}')
    write_weights(made / "model.safetensors", SHAPES)
    return made


def change(folder: Path, **changes: Any) -> None:
    (folder / "config.json").write_text(json.dumps({**CONFIG, **changes}))


def refused(folder: Path, **named: Any) -> str:
    with pytest.raises(UserError) as error:
        safety.inspect(folder, **named)
    return error.value.code


def test_facts_from_headers(folder: Path) -> None:
    facts = facts_of(folder)
    assert facts.parameters == 32 * 8 + 8 + 64 + 32 + 128 + 128  # the tied head counts once
    assert facts.linears == {"q_proj": [(8, 8)], "k_proj": [(4, 8)], "down_proj": [(8, 16)]}
    assert facts.attention == ["k_proj", "q_proj"] and facts.dtype_bytes == 2 and facts.context == 64
    assert lora_parameters(facts, 4, "attention") == 4 * (16 + 12)
    assert lora_parameters(facts, 4, ["self_attn.q_proj"]) == 4 * 16


@pytest.mark.parametrize("name", ["lm_head", "nothing", "q", "proj", ""])
def test_a_layer_that_is_not_there_is_named(folder: Path, name: str) -> None:
    with pytest.raises(UserError) as error:
        target_names(facts_of(folder), ["q_proj", name])
    assert error.value.code == "model.no_module" and error.value.facts["name"] == name
    assert "down_proj" in error.value.facts["known"]


@pytest.mark.parametrize("field", ["hidden_size", "num_hidden_layers", "vocab_size", "num_attention_heads"])
@pytest.mark.parametrize("value", [None, -1, 0, "8", 1e9, True, 10**12, [8]])
def test_nonsense_in_the_config_is_one_sentence(folder: Path, field: str, value: Any) -> None:
    change(folder, **{field: value})
    with pytest.raises(UserError, match="config_broken"):
        facts_of(folder)
    with pytest.raises(UserError, match="config_broken"):
        from_config(json.loads((folder / "config.json").read_text()))


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b'"x"', b"[" * 200_000])
def test_a_config_that_is_no_config(folder: Path, content: bytes) -> None:
    (folder / "config.json").write_bytes(content)
    assert refused(folder) == "model.config_broken"


def test_a_sound_folder_passes_and_says_what_is_good_to_know(folder: Path) -> None:
    safety.inspect(folder)
    assert safety.findings(folder) == []
    (folder / "tokenizer_config.json").write_text("{}")
    assert [one.code for one in safety.findings(folder)] == ["model.no_template"]
    (folder / "chat_template.jinja").write_text("x")
    assert safety.findings(folder) == []


@pytest.mark.parametrize(
    "extra",
    [
        {"auto_map": {"AutoModel": "x.Y"}},
        {"text_config": {"deep": [{"auto_map": {"a": "b"}}]}},
        {"trust_remote_code": True},
        {"a": [[{"trust_remote_code": "yes"}]]},
        {"custom_pipelines": {"x": {"impl": "y.Z"}}},
    ],
)
@pytest.mark.parametrize(
    "file", ["config.json", "tokenizer_config.json", "generation_config.json", "processor_config.json"]
)
def test_a_model_that_asks_for_its_own_code(folder: Path, extra: dict[str, Any], file: str) -> None:
    (folder / file).write_text(json.dumps({**CONFIG, **extra}))
    assert refused(folder) == "model.code_keys"
    assert refused(folder, weights=False) == "model.code_keys"


def test_a_word_of_a_vocabulary_is_no_code(folder: Path) -> None:
    (folder / "vocab.json").write_text('{"auto_map": 7}')
    safety.inspect(folder)


@pytest.mark.parametrize("file", ["modeling_x.py", "x.pyc", "x.so"])
def test_code_beside_a_model(folder: Path, file: str) -> None:
    (folder / file).write_text("raise SystemExit")
    assert refused(folder) == "model.code_files"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"architectures": ["EvilForCausalLM"]}, "model.architecture"),
        ({"architectures": ["LlamaForSequenceClassification"]}, "model.architecture"),
        ({"architectures": []}, "model.architecture"),
        ({"architectures": None}, "model.architecture"),
        ({"model_type": "bert", "architectures": ["BertModel"]}, "model.architecture"),
        ({"model_type": "qwen3"}, "model.architecture"),
        ({"model_type": ["llama"]}, "model.architecture"),
        ({"vision_config": {}}, "model.not_text"),
        ({"architectures": ["Gemma3ForConditionalGeneration"]}, "model.not_text"),
        ({"quantization_config": {"quant_method": "gptq"}}, "model.already_quantized"),
    ],
)
def test_models_that_cannot_be_trained_here(folder: Path, changes: dict[str, Any], code: str) -> None:
    change(folder, **changes)
    assert refused(folder) == code


def test_what_is_missing_is_named(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()
    assert refused(folder) == "model.no_tokenizer"
    (folder / "tokenizer.json").write_text("{}")
    (folder / "model.safetensors").unlink()
    assert refused(folder) == "model.no_weights"
    (folder / "pytorch_model.bin").write_bytes(b"x")
    assert refused(folder) == "model.pickle_only"
    safety.inspect(folder, weights=False)
    (folder / "config.json").unlink()
    assert refused(folder) == "model.no_config"
    (folder / "adapter_config.json").write_text('{"base_model_name_or_path": "some/base"}')
    with pytest.raises(UserError, match="some/base"):
        safety.inspect(folder)


@pytest.mark.parametrize(
    "name", ["../../x.safetensors", "/etc/x.safetensors", "a/b.safetensors", "..", "x.bin", "a\\b.safetensors", ""]
)
def test_an_index_that_leaves_the_folder(folder: Path, name: str) -> None:
    (folder / "model.safetensors").unlink()
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": {"a": name}}))
    assert refused(folder) == "model.weight_map"
    assert refused(folder, weights=False) == "model.weight_map"


@pytest.mark.parametrize("index", ["", "[]", "{}", '{"weight_map": 3}', '{"weight_map": ["a"]}'])
def test_an_index_that_is_none(folder: Path, index: str) -> None:
    (folder / "model.safetensors").unlink()
    (folder / "model.safetensors.index.json").write_text(index)
    assert refused(folder) in ("model.weights_broken", "model.config_broken")


def test_parts_of_a_model(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "model-00001-of-00002.safetensors")
    names = [f"model-0000{k}-of-00002.safetensors" for k in (1, 2)]
    (folder / "model.safetensors.index.json").write_text(
        json.dumps({"weight_map": dict(zip("ab", names, strict=True))})
    )
    assert refused(folder) == "model.incomplete"
    write_weights(folder / names[1], {"model.layers.0.self_attn.o_proj.weight": [8, 8]})
    safety.inspect(folder)
    assert "o_proj" in facts_of(folder).linears


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no named pipes in folders")
def test_a_pipe_instead_of_weights_does_not_hang(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    os.mkfifo(folder / "model.safetensors")
    begun = time.monotonic()
    assert refused(folder) == "model.no_weights"
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize("damage", ["short", "long", "empty", "length", "text", "dtype", "shape", "nothing"])
def test_damaged_weights_are_noticed_without_loading_them(folder: Path, damage: str) -> None:
    path = folder / "model.safetensors"
    whole = path.read_bytes()
    header = json.loads(whole[8 : 8 + struct.unpack("<Q", whole[:8])[0]])

    def with_header(value: Any) -> bytes:
        raw = json.dumps(value).encode()
        return struct.pack("<Q", len(raw)) + raw

    one = next(iter(header))
    path.write_bytes(
        {
            "short": whole[:-1],
            "long": whole + b"x",
            "empty": b"",
            "length": struct.pack("<Q", 2**60) + whole[8:],
            "text": struct.pack("<Q", 4) + b"oops",
            "dtype": with_header({one: {**header[one], "dtype": "EVIL"}}),
            "shape": with_header({one: {**header[one], "shape": "x"}}),
            "nothing": with_header([]),
        }[damage]
    )
    assert refused(folder) == "model.weights_broken"


# -- the catalogue


def test_the_cards_are_whole() -> None:
    cards = catalog.cards()
    assert [card.name for card in cards] == ["starter", "qwen3-0.6b", "qwen3-1.7b", "qwen3-4b-instruct", "smollm2-360m"]
    for card in cards:
        assert set(card.purpose) == set(card.why) == {"en", "zh"}
        assert all(text.strip() for text in [*card.purpose.values(), *card.why.values()])
        assert card.license == "Apache-2.0"
        facts = catalog.facts_of_ref(catalog.resolve(card.name))
        safety.check_config(card.config, where=card.name) if card.config else None
        if card.hub:  # stored weights are 2 bytes each; Qwen3 stores its tied head once more
            head = facts.vocab * facts.hidden * 2 if card.name in ("qwen3-0.6b", "qwen3-1.7b") else 0
            assert 0 < card.bytes - 2 * facts.parameters - head < 20_000_000


def test_the_cards_have_the_sizes_that_their_makers_state() -> None:
    stated = {"qwen3-0.6b": 0.6e9, "qwen3-1.7b": 1.7e9, "qwen3-4b-instruct": 4.0e9, "smollm2-360m": 362e6}
    for name, parameters in stated.items():
        assert catalog.facts_of_ref(catalog.resolve(name)).parameters == pytest.approx(parameters, rel=0.02)


def test_the_starter_is_here() -> None:
    ref = catalog.resolve("starter")
    assert ref.kind == "builtin" and ref.here and ref.hub is None
    assert catalog.resolve(" Starter ") == ref


def test_what_people_type(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = catalog.resolve(str(folder))
    assert found.kind == "folder" and found.folder == folder and found.name == str(folder)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert catalog.resolve("~/model").folder == folder
    monkeypatch.chdir(tmp_path)
    assert catalog.resolve("./model").folder == folder and catalog.resolve("model").folder == folder
    workspace = Workspace(tmp_path / "work")
    folder.rename(workspace.models / "mine")
    assert catalog.resolve("mine", workspace).folder == workspace.models / "mine"
    ref = catalog.resolve("owner/name@v1.0", endpoint="https://mirror.example")
    assert (ref.kind, ref.hub, ref.revision, ref.folder) == ("hub", "owner/name", "v1.0", None)
    assert ref.endpoint == "https://mirror.example"
    assert catalog.resolve("qwen/qwen3-0.6b").name == "qwen3-0.6b"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "model.empty"), ("   ", "model.empty"), ("nonsense", "model.unknown"), ("a/b/c", "model.unknown"),
        ("a b/c", "model.unknown"), ("../../no/where", "model.no_folder"), ("/nowhere/at/all", "model.no_folder"),
        ("owner/..", "model.unknown"), ("owner/na..me", "model.unknown"), ("owner/na--me", "model.unknown"),
        ("owner/name@", "model.unknown"), ("owner/name@a/b", "model.unknown"), ("owner/name@../x", "model.unknown"),
        ("https://huggingface.co/Qwen/Qwen3-0.6B", "model.url"), ("file:///etc", "model.url"),
        ("a\x00b", "model.unknown"), ("~nobody-here/x", "path.home"),
        ("x" * 5000, "model.unknown"), ("C:\\nothing", "model.no_folder"), ("; touch x", "model.unknown"),
        ("$(id)/x", "model.unknown"), ("/" + "x" * 400, "model.no_folder"),
    ],
)  # fmt: skip
def test_nonsense_is_one_sentence(text: str, code: str) -> None:
    with pytest.raises(UserError) as error:
        catalog.resolve(text)
    assert error.value.code == code and error.value.exit_code == 2


def test_a_near_miss_is_offered() -> None:
    with pytest.raises(UserError) as error:
        catalog.resolve("qwen3-0.6")
    assert error.value.facts["known"] == "qwen3-0.6b"


def test_an_unsafe_folder_is_refused_when_it_is_chosen_and_fine_when_mended(folder: Path) -> None:
    (folder / "x.py").write_text("")
    with pytest.raises(UserError, match="code_files"):
        catalog.resolve(str(folder))
    (folder / "x.py").unlink()
    assert catalog.resolve(str(folder)).here


def test_a_model_in_the_hub_s_cache_counts_only_when_whole(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    snapshot = tmp_path / "hub" / "models--owner--name" / "snapshots" / ("a" * 40)
    snapshot.parent.mkdir(parents=True)
    (snapshot.parent.parent / "refs").mkdir()
    (snapshot.parent.parent / "refs" / "main").write_text("a" * 40)
    blobs = snapshot.parent.parent / "blobs"
    folder.rename(blobs)
    snapshot.mkdir()
    for blob in blobs.iterdir():  # the cache keeps links
        (snapshot / blob.name).symlink_to(Path("..", "..", "blobs", blob.name))
    ref = catalog.resolve("owner/name")
    assert ref.folder == snapshot
    safety.inspect(ref.folder)
    (blobs / "model.safetensors").write_bytes((blobs / "model.safetensors").read_bytes()[:-5])
    assert catalog.resolve("owner/name").folder is None


def test_an_open_page_may_ask_each_second() -> None:
    catalog.resolve("qwen3-4b-instruct"), catalog.resolve("starter")
    begun = time.perf_counter()
    for _ in range(20):
        catalog.facts_of_ref(catalog.resolve("starter"))
        catalog.resolve("qwen3-4b-instruct")
    assert (time.perf_counter() - begun) / 20 < 0.05


def test_nothing_heavy_is_imported() -> None:
    code = (
        "import sys\n"
        "import core.models.catalog, core.models.facts, core.models.device, core.models.forecast\n"
        "import core.models.sources, core.models.safety, core.models.load, core.models.lock\n"
        "from core.models import catalog, device, safety\n"
        "catalog.facts_of_ref(catalog.resolve('starter')), device.describe(), safety.causal_models()\n"
        "print([name for name in ('torch', 'transformers', 'gradio', 'datasets', 'peft') if name in sys.modules])\n"
    )
    said = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_the_installed_library_s_models_are_known() -> None:
    known = safety.causal_models()
    assert len(known) > 100 and "Qwen3ForCausalLM" in known["qwen3"] and "LlamaForCausalLM" in known["llama"]
    assert "bert-nonsense" not in known


def test_remote_code_has_no_switch_in_this_program() -> None:
    word = "trust_remote" + "_code"
    for path in [*REPOSITORY.glob("core/**/*.py"), *REPOSITORY.glob("webui/**/*.py"), REPOSITORY / "launch.py"]:
        assert f"{word}=" not in path.read_text(encoding="utf-8").replace(" ", ""), path
