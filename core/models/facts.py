"""What a model is made of: sizes and shapes, read from config.json and the headers of its safetensors files.

No torch, no transformers: the Model tab and the forecast need these numbers before anything heavy is loaded,
and for a model of the catalogue even before it is downloaded (`from_config`).
"""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from core.errors import UserError
from core.models.weights import read_headers

LLAMA_LIKE = {
    "llama", "mistral", "qwen2", "qwen3", "smollm3", "granite", "olmo2", "olmo3", "gemma", "gemma2", "gemma3_text",
}  # fmt: skip
"""Model types whose layers are q, k, v, o and a gated MLP of gate, up, down: shapes follow from the config."""

SMALL_BELOW = 100_000_000
"""Parameters below which a model counts as very small. Three things follow, all to be measured: general rows are mixed
in by themselves, since what is learned displaces what was known (core/training/replay.py); the automatic rank is 16
whatever the goal, since each layer is narrow (core/training/plan.py); and many or long rows are warned of
(core/training/limits.py)."""

Targets = Literal["all-linear", "attention"] | list[str]
"""What RunSpec's `target_modules` may be."""

_HEADS = ("lm_head", "embed_out", "output")
_EMBEDDINGS = ("embed_tokens", "wte", "wpe", "word_embeddings", "embed_in", "tok_embeddings", "embed_positions")


@dataclass(frozen=True)
class ModelFacts:
    """A language model in numbers.

    parameters    distinct weights (a tied output head counts once)
    intermediate  width of the feed-forward part
    context       longest row the model can read, tokens
    dtype_bytes   bytes per weight in the files: 2 for bf16 and fp16, 4 for fp32
    modules       full name of every linear layer but the output head -> (outputs, inputs)
    tied          the output head is the embedding table
    """

    parameters: int
    layers: int
    hidden: int
    intermediate: int
    heads: int
    kv_heads: int
    head_dim: int
    vocab: int
    context: int
    dtype_bytes: int
    architecture: str
    model_type: str
    tied: bool
    modules: dict[str, tuple[int, int]]

    @cached_property
    def linears(self) -> dict[str, list[tuple[int, int]]]:
        """Last part of the module's name ("q_proj") -> the (outputs, inputs) of each layer that has it."""
        found: dict[str, list[tuple[int, int]]] = {}
        for name, shape in self.modules.items():
            found.setdefault(name.rpartition(".")[2], []).append(shape)
        return found

    @cached_property
    def attention(self) -> list[str]:
        """Last parts of the names of the attention's linear layers: k_proj, o_proj, q_proj, v_proj."""
        inside = (name.rsplit(".", 2) for name in self.modules if name.count(".") >= 1)
        return sorted({parts[-1] for parts in inside if "attn" in parts[-2] or "attention" in parts[-2]})

    @cached_property
    def linear_parameters(self) -> int:
        """Weights of all linear layers but the output head: what 8-bit and 4-bit make smaller."""
        return sum(outputs * inputs for outputs, inputs in self.modules.values())

    @property
    def multiplied(self) -> int:
        """Weights that every token is multiplied with: linear layers and output head, not the embedding look-up."""
        return self.linear_parameters + self.vocab * self.hidden


def facts_of(folder: Path) -> ModelFacts:
    """The facts of the model in `folder`.

    Raises UserError: model.no_config, model.config_broken, model.no_weights, model.weights_broken.
    """
    config = read_config(folder)
    tensors = read_headers(folder)
    tied = bool(_inner(config).get("tie_word_embeddings", config.get("tie_word_embeddings", True)))
    modules: dict[str, tuple[int, int]] = {}
    parameters = 0
    widths: dict[int, int] = {}
    for name, tensor in tensors.items():
        path = name.removesuffix(".weight").split(".")
        count = 1
        for length in tensor.shape:
            count *= length
        if tied and path[-1] in _HEADS and name.endswith(".weight"):
            continue  # stored twice in some files (Qwen3 0.6B), but the loaded model has it once
        parameters += count
        widths[tensor.bytes_each] = widths.get(tensor.bytes_each, 0) + count
        if name.endswith(".weight") and len(tensor.shape) == 2 and _is_linear(path):
            modules[name.removesuffix(".weight")] = (tensor.shape[0], tensor.shape[1])
    return _build(config, modules, parameters, max(widths, key=lambda width: widths[width]), tied, str(folder))


def from_config(config: dict[str, Any], *, dtype_bytes: int = 2, where: str = "") -> ModelFacts:
    """The facts of a model of which only config.json is known (not downloaded yet).

    Exact for the model types of `LLAMA_LIKE`, up to a few normalisation weights. `where` names the model for the
    sentence. Raises UserError model.facts_unknown for other types, model.config_broken for a faulty config.
    """
    inner = _inner(config)
    if inner.get("model_type") not in LLAMA_LIKE:
        raise UserError("model.facts_unknown", name=where, kind=str(inner.get("model_type", "?"))[:60])
    tied = bool(inner.get("tie_word_embeddings", inner["model_type"] in ("gemma", "gemma2", "gemma3_text")))
    empty = _build(config, {}, 0, dtype_bytes, tied, where)
    hidden, wide = empty.hidden, empty.intermediate
    queries, keys = empty.heads * empty.head_dim, empty.kv_heads * empty.head_dim
    layer = {
        "self_attn.q_proj": (queries, hidden),
        "self_attn.k_proj": (keys, hidden),
        "self_attn.v_proj": (keys, hidden),
        "self_attn.o_proj": (hidden, queries),
        "mlp.gate_proj": (wide, hidden),
        "mlp.up_proj": (wide, hidden),
        "mlp.down_proj": (hidden, wide),
    }
    modules = {f"model.layers.{i}.{name}": shape for i in range(empty.layers) for name, shape in layer.items()}
    norms = {
        "gemma2": 4 * hidden,
        "gemma3_text": 4 * hidden + 2 * empty.head_dim,
        "qwen3": 2 * hidden + 2 * empty.head_dim,
    }
    others = {"qwen2": queries + 2 * keys, "olmo2": queries + keys, "olmo3": queries + keys}  # biases, or wide norms
    per_layer = norms.get(empty.model_type, 2 * hidden) + others.get(empty.model_type, 0)
    parameters = sum(outputs * inputs for outputs, inputs in modules.values()) + empty.layers * per_layer + hidden
    parameters += empty.vocab * hidden * (1 if tied else 2)
    return _build(config, modules, parameters, dtype_bytes, tied, where)


def target_names(facts: ModelFacts, target_modules: Targets) -> list[str]:
    """The layers that LoRA goes to, as names that peft's `target_modules` takes.

    Raises UserError model.no_module for a name that no linear layer ends with (the output head is none of them).
    """
    if target_modules == "all-linear":
        return sorted(facts.linears)
    if target_modules == "attention":
        return facts.attention or sorted(facts.linears)
    for wanted in target_modules:
        if not any(_matches(name, wanted) for name in facts.modules):
            raise UserError("model.no_module", name=str(wanted)[:80], known=", ".join(sorted(facts.linears)))
    return list(target_modules)


def lora_parameters(facts: ModelFacts, rank: int, target_modules: Targets) -> int:
    """How many weights LoRA trains: rank x (inputs + outputs) for every layer it goes to (Hu et al. 2021, section 4.1).

    Raises UserError model.no_module, see `target_names`.
    """
    targets = target_names(facts, target_modules)
    chosen = (shape for name, shape in facts.modules.items() if any(_matches(name, target) for target in targets))
    return sum(rank * (outputs + inputs) for outputs, inputs in chosen)


def read_config(folder: Path) -> dict[str, Any]:
    """config.json of a model folder. Raises UserError model.no_config, model.config_broken."""
    path = folder / "config.json"
    if not path.is_file():
        raise UserError("model.no_config", path=str(folder))
    try:
        config = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        raise UserError("model.config_broken", path=str(path)) from None
    if not isinstance(config, dict):
        raise UserError("model.config_broken", path=str(path))
    return config


def _matches(name: str, target: str) -> bool:
    return name == target or name.endswith("." + target)  # peft's rule for a list of names


def _is_linear(path: list[str]) -> bool:
    """Whether the tensor at `path` is a linear layer that LoRA may go to.

    Experts of a mixture are one fused tensor once loaded and the router is no linear layer, so peft skips both.
    """
    return path[-1] not in (*_HEADS, *_EMBEDDINGS, "router") and not ("experts" in path or path[-2:] == ["mlp", "gate"])


def _inner(config: dict[str, Any]) -> dict[str, Any]:
    inner = config.get("text_config")
    return inner if isinstance(inner, dict) else config


def _build(
    config: dict[str, Any],
    modules: dict[str, tuple[int, int]],
    parameters: int,
    dtype_bytes: int,
    tied: bool,
    where: str,
) -> ModelFacts:
    inner = _inner(config)

    def number(*names: str, default: int = 0) -> int:
        value = next((inner[name] for name in names if inner.get(name) is not None), default)
        if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**9:
            return value
        raise UserError("model.config_broken", path=where)

    hidden, heads = number("hidden_size", "n_embd", "d_model"), number("num_attention_heads", "n_head", "num_heads")
    architectures = config.get("architectures")
    return ModelFacts(
        parameters=parameters,
        layers=number("num_hidden_layers", "n_layer", "num_layers"),
        hidden=hidden,
        intermediate=number("intermediate_size", "n_inner", "ffn_dim", default=4 * hidden),
        heads=heads,
        kv_heads=number("num_key_value_heads", default=heads),
        head_dim=number("head_dim", default=max(1, hidden // heads)),
        vocab=number("vocab_size"),
        context=number("max_position_embeddings", "n_positions", "max_seq_len", default=2048),
        dtype_bytes=dtype_bytes,
        architecture=str(architectures[0]) if isinstance(architectures, list) and architectures else "",
        model_type=str(inner.get("model_type", "")),
        tied=tied,
        modules=modules,
    )
