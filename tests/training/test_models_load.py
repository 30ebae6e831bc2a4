"""Loading from a folder: every precision, the 4-bit trap of CPUs, and peft's own count of what LoRA trains."""

import logging
from pathlib import Path
from typing import Any

import pytest

from core.errors import UserError
from core.models.facts import ModelFacts, facts_of, from_config, lora_parameters, read_config, target_names
from core.models.forecast import weight_bytes
from core.models.load import load_model, load_tokenizer

SMALL = {
    "vocab_size": 300, "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 4,
    "num_key_value_heads": 2, "head_dim": 32, "max_position_embeddings": 128, "eos_token_id": 1, "bos_token_id": 0,
    "pad_token_id": 1,
}  # fmt: skip


def make(folder: Path, kind: str, **changes: Any) -> Path:
    """A model of one family with random weights and a byte-level tokenizer."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedTokenizerFast

    torch.manual_seed(0)
    config = AutoConfig.for_model(kind, **{**SMALL, **changes})
    AutoModelForCausalLM.from_config(config).to(torch.bfloat16).save_pretrained(folder)
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    inner = Tokenizer(models.BPE(vocab={symbol: place for place, symbol in enumerate(alphabet)}, merges=[]))
    inner.pre_tokenizer, inner.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    PreTrainedTokenizerFast(tokenizer_object=inner, eos_token="<end>").save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def families(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    base = tmp_path_factory.mktemp("families")
    made = {
        "qwen3": make(base / "qwen3", "qwen3", tie_word_embeddings=True),
        "llama": make(base / "llama", "llama", tie_word_embeddings=False),
        "gemma3_text": make(base / "gemma", "gemma3_text"),
        "qwen2": make(base / "qwen2", "qwen2", head_dim=16),
        "smollm3": make(base / "smollm3", "smollm3", head_dim=16),
        "olmo2": make(base / "olmo2", "olmo2", head_dim=16),
        "granite": make(base / "granite", "granite", head_dim=16),
    }
    return made


FAMILIES = ["qwen3", "llama", "gemma3_text", "qwen2", "smollm3", "olmo2", "granite"]


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("targets", ["all-linear", "attention", ["q_proj", "v_proj"], ["down_proj"], ["mlp.up_proj"]])
def test_the_count_is_peft_s_count(families: dict[str, Path], family: str, targets: Any) -> None:
    from peft import LoraConfig, get_peft_model

    facts = facts_of(families[family])
    names = target_names(facts, targets)
    model = load_model(families[family], "none", "fp32", "cpu")
    tuned = get_peft_model(model, LoraConfig(r=5, target_modules="all-linear" if targets == "all-linear" else names))
    assert lora_parameters(facts, 5, targets) == tuned.get_nb_trainable_parameters()[0] > 0
    # the names do the same as peft's own word for all of them
    assert targets != "all-linear" or set(names) == {name.rpartition(".")[2] for name in tuned.targeted_module_names}


@pytest.mark.parametrize("family", FAMILIES)
def test_what_the_config_says_is_what_the_files_hold(families: dict[str, Path], family: str) -> None:
    from_files = facts_of(families[family])
    from_settings = from_config(read_config(families[family]))
    assert from_settings == from_files
    model = load_model(families[family], "none", "fp32", "cpu")
    assert from_files.parameters == model.num_parameters()


@pytest.mark.parametrize("precision", ["fp32", "bf16", "fp16"])
def test_precision_is_the_type_of_the_weights(families: dict[str, Path], precision: Any) -> None:
    import torch

    model = load_model(families["qwen3"], "none", precision, "cpu")
    wanted = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}[precision]
    assert {parameter.dtype for parameter in model.parameters()} == {wanted}
    assert not model.training and model.config._attn_implementation == "sdpa"


def test_a_tokenizer_without_padding_gets_one(families: dict[str, Path]) -> None:
    tokenizer = load_tokenizer(families["qwen3"])
    assert tokenizer.pad_token == "<end>"
    assert tokenizer.decode(tokenizer("Grüße 你好")["input_ids"]) == "Grüße 你好"


def gradients(folder: Path, *, after_answer: bool) -> Any:
    """LoRA gradients of one batch on the 4-bit model, with or without an answer given before."""
    import torch
    from peft import LoraConfig, get_peft_model

    model = load_model(folder, "4bit", "fp32", "cpu")
    torch.manual_seed(1)
    tuned = get_peft_model(model, LoraConfig(r=4, target_modules="all-linear", init_lora_weights=False))
    ids = torch.arange(2, 26).reshape(1, 24)
    if after_answer:
        tuned.eval()
        with torch.no_grad():
            tuned(input_ids=ids)
    tuned.train()
    tuned(input_ids=ids, labels=ids).loss.backward()
    return torch.cat([one.grad.flatten().double() for one in tuned.parameters() if one.requires_grad])


def test_4bit_gradients_stay_right_after_an_answer(families: dict[str, Path]) -> None:
    """On CPUs with AVX512-BF16 bitsandbytes repacks the weights at the first answer; then their cosine is 0.3."""
    import torch

    before = gradients(families["qwen3"], after_answer=False)
    after = gradients(families["qwen3"], after_answer=True)
    assert before.norm() > 0
    assert torch.nn.functional.cosine_similarity(before, after, dim=0) > 0.999


def test_4bit_layers_never_repack(families: dict[str, Path]) -> None:
    """Holds on every CPU, also on those where the trap above cannot be seen."""
    import bitsandbytes

    model = load_model(families["qwen3"], "4bit", "fp32", "cpu")
    layers = [module for module in model.modules() if isinstance(module, bitsandbytes.nn.Linear4bit)]
    assert len(layers) == 14 and not any(layer.support_avx512bf16_for_cpu for layer in layers)


@pytest.mark.parametrize("quantization", ["none", "8bit", "4bit"])
def test_the_weights_are_as_large_as_forecast(families: dict[str, Path], quantization: Any) -> None:
    facts = facts_of(families["qwen3"])
    model = load_model(families["qwen3"], quantization, "bf16", "cpu")
    told = weight_bytes(facts, quantization, "bf16")
    # the scales of 8-bit (4 bytes a row) weigh something in layers as small as these
    assert told == pytest.approx(real_bytes(model), rel=0.05)


def real_bytes(model: Any) -> float:
    """Bytes of all weights, their scales included."""
    total = 0.0
    for parameter in model.parameters():
        total += parameter.numel() * parameter.element_size()
        state = getattr(parameter, "quant_state", None)
        if state is not None:
            total += state.absmax.numel() * state.absmax.element_size()
            total += state.state2.absmax.numel() * state.state2.absmax.element_size() if state.nested else 0
    return total


def test_int8_training_does_not_flood_the_log(families: dict[str, Path], caplog: pytest.LogCaptureFixture) -> None:
    import torch
    from peft import LoraConfig, get_peft_model

    model = get_peft_model(
        load_model(families["qwen3"], "8bit", "fp32", "cpu"), LoraConfig(r=4, target_modules=["q_proj"])
    )
    ids = torch.arange(2, 26).reshape(1, 24)
    with caplog.at_level(logging.WARNING):
        model.train()
        model(input_ids=ids, labels=ids).loss.backward()
    assert not [record for record in caplog.records if record.name.startswith("bitsandbytes")]


def test_quantization_on_apple_is_refused_before_loading(families: dict[str, Path]) -> None:
    with pytest.raises(UserError, match="no_quantization"):
        load_model(families["qwen3"], "4bit", "fp32", "mps")


def test_a_model_whose_weights_do_not_fit_its_config_is_one_sentence(tmp_path: Path) -> None:
    import json

    folder = make(tmp_path / "model", "qwen3")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "hidden_size": 96}))
    with pytest.raises(UserError) as error:
        load_model(folder, "none", "fp32", "cpu")
    assert error.value.code == "model.load_failed" and "\n" not in error.value.facts["said"]


def test_a_broken_tokenizer_is_one_sentence(tmp_path: Path) -> None:
    folder = make(tmp_path / "model", "qwen3")
    (folder / "tokenizer.json").write_text("{}")
    with pytest.raises(UserError) as error:
        load_tokenizer(folder)
    assert error.value.code == "model.tokenizer_broken" and "\n" not in error.value.facts["said"]


def test_a_pickle_renamed_to_safetensors_does_not_run(tmp_path: Path) -> None:
    import pickle

    folder = make(tmp_path / "model", "qwen3")
    canary = tmp_path / "canary"

    class Evil:
        def __reduce__(self) -> Any:
            return (Path.touch, (canary,))

    (folder / "model.safetensors").write_bytes(pickle.dumps(Evil()))
    with pytest.raises(UserError, match="weights_broken"):
        load_model(folder, "none", "fp32", "cpu")
    assert not canary.exists()


def test_what_stays_in_memory_for_the_backward_pass_is_near_the_forecast(families: dict[str, Path]) -> None:
    """Counted by torch itself; the first formula may be off by a third."""
    import torch
    from peft import LoraConfig, get_peft_model

    from core.models.forecast import activation_bytes

    facts: ModelFacts = facts_of(families["llama"])
    model = get_peft_model(
        load_model(families["llama"], "none", "fp32", "cpu"), LoraConfig(r=4, target_modules="all-linear")
    )
    model.train()
    weights = {parameter.data_ptr() for parameter in model.parameters()}
    kept: dict[int, int] = {}

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        if tensor.untyped_storage().data_ptr() not in weights:
            kept[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
        return tensor

    ids = torch.arange(2, 102).reshape(1, 100)
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        out = model.model.model(input_ids=ids, use_cache=False)
    assert out.last_hidden_state.requires_grad
    told = activation_bytes(facts, "fp32", 100) - 2 * 4.0 * facts.vocab * 100 - 100 * facts.hidden * 8
    assert told == pytest.approx(sum(kept.values()), rel=0.34)
