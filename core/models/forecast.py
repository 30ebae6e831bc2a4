"""How much memory a training needs and how long it takes, before anything is loaded.

First honest formulas: each says its source, and a later version replaces the rough ones by measurements. Sizes are
in GB of 10^9 bytes, times in seconds.
"""

import math
import re
from typing import Any, Literal, TypedDict

from core.models.device import Device
from core.models.facts import ModelFacts, Targets, lora_parameters

Quantization = Literal["none", "8bit", "4bit"]
Precision = Literal["fp32", "bf16", "fp16"]

BYTES = {"fp32": 4.0, "bf16": 2.0, "fp16": 2.0}

QUANTIZED_BYTES = {"8bit": 1.0, "4bit": 0.5 + 1 / 64 + 4 / (64 * 256)}
"""Bytes per weight of a quantized linear layer. 4bit is nf4 with double quantization: half a byte, an 8-bit scale
for each 64 weights, a 32-bit scale for each 256 of those (Dettmers et al. 2023, QLoRA, section 3)."""

RUNTIME_GB = {"cpu": 1.2, "cuda": 1.0, "mps": 1.5}
"""What torch itself and its libraries take beside the training, not counted in the total but kept free."""

CARDS = [
    # pattern of the name, dense half-precision TFLOP/s as the maker states it (tensor cores, fp32 accumulation)
    (r"\b(H100|H200|H800|GH200|B100|B200|GB200)\b", 990), (r"\bA100|A800\b", 312), (r"\bL40S?\b", 181),
    (r"\bL4\b", 121), (r"\bA10G?\b", 70), (r"\bA40\b|A6000", 150), (r"\bT4\b", 65), (r"\bV100\b", 112),
    (r"\bP100\b", 19), (r"5090", 210), (r"5080", 113), (r"5070", 80), (r"5060", 50), (r"4090", 165), (r"4080", 97),
    (r"4070", 60), (r"4060", 30), (r"3090", 71), (r"3080", 60), (r"3070", 40), (r"3060", 25), (r"3050", 18),
    (r"20[678]0", 45), (r"16[56]0|10[678]0", 8), (r"M\d Ultra", 22), (r"M\d Max", 12), (r"M\d Pro", 6), (r"M\d", 3),
]  # fmt: skip
UNKNOWN_CARD = 25

UTILISATION = 0.3
"""Share of a card's stated speed that LoRA training of one small batch reaches; 30 to 50 % is what papers report for
large batches (Chowdhery et al. 2022, PaLM, table 3)."""

CORE_GFLOPS = {"fp32": 50.0, "bf16": 70.0, "fp16": 50.0}
"""GFLOP/s that one CPU core delivers in training, measured on a Zen 4 core with this library: 375 tokens of 130 MFLOP
each second in fp32, 540 in bf16."""

CORE_SCALING = 0.75
"""n cores are n^0.75 as fast as one: two were 1.69 times as fast, measured."""

FIXED_S = {"cpu": (0.02, 0.004), "cuda": (0.03, 0.003), "mps": (0.03, 0.005)}
"""Time per step that has nothing to do with arithmetic: (once, for each layer), seconds; it rules tiny models."""

PADDING = 0.16
"""How far the mean row of a batch is padded towards the longest row of the data, for each doubling of the batch;
measured on 1,000 chats of 26 to 799 tokens: 0.14 at 2 rows, 0.30 at 4, 0.49 at 8, 0.66 at 16."""

START_S = {"cpu": 6.0, "cuda": 12.0, "mps": 10.0}
"""Importing the libraries and building the trainer, seconds."""

LOAD_BYTES_S = 0.5e9
"""Reading the weights from disk, bytes per second."""


class MemoryGB(TypedDict):
    weights: float
    adapter: float
    optimizer: float
    gradients: float
    activations: float
    total: float
    free: float


class Advice(TypedDict):
    """What would help: sentence `advice.<code>` with `facts`."""

    code: str
    facts: dict[str, Any]


class Forecast(TypedDict):
    """`trainable_percent` counts against all weights of the model with its adapter; time_s is for the whole run."""

    trainable_parameters: int
    trainable_percent: float
    steps: int
    memory_gb: MemoryGB
    fits: Literal["yes", "tight", "no"]
    time_s: float
    advice: list[Advice]


def forecast(
    facts: ModelFacts,
    *,
    rank: int,
    target_modules: Targets,
    quantization: Quantization,
    precision: Precision,
    batch_size: int,
    max_length: int,
    steps: int,
    device: Device,
    gradient_accumulation: int = 1,
    tokens_per_row: float | None = None,
    longest_row: int | None = None,
    checkpointing: bool = False,
) -> Forecast:
    """Memory and time of one run.

    max_length     longest row that is kept, tokens; memory is counted for a batch of the longest rows
    longest_row    the longest row there is after cutting, tokens; None: `max_length`
    tokens_per_row mean length of the rows, for the time; None: half of the longest
    steps          optimizer steps in all; each makes `gradient_accumulation` passes over `batch_size` rows
    Raises UserError model.no_module when `target_modules` names an unknown layer.
    """
    trainable = lora_parameters(facts, rank, target_modules)
    longest = min(max_length, longest_row or max_length)
    memory = memory_gb(
        facts, trainable, quantization=quantization, precision=precision, batch_size=batch_size, length=longest,
        free_gb=device["free_gb"], checkpointing=checkpointing,
    )  # fmt: skip
    fits = fit(memory["total"], device)
    mean = min(tokens_per_row or longest / 2, longest)
    padded = mean + (longest - mean) * min(1.0, PADDING * math.log2(batch_size))
    tokens = padded * batch_size * gradient_accumulation
    seconds = steps * step_seconds(
        facts, trainable, precision=precision, quantization=quantization, tokens=tokens, length=longest,
        passes=gradient_accumulation, device=device, checkpointing=checkpointing,
    )  # fmt: skip
    seconds += START_S[device["kind"]] + memory["weights"] * 1e9 / LOAD_BYTES_S
    return Forecast(
        trainable_parameters=trainable,
        trainable_percent=round(100 * trainable / (facts.parameters + trainable), 4),
        steps=steps,
        memory_gb=memory,
        fits=fits,
        time_s=round(seconds, 1),
        advice=_advice(
            facts, trainable, memory, fits, quantization, precision, batch_size, longest, checkpointing, device
        ),
    )


def memory_gb(
    facts: ModelFacts, trainable: int, *, quantization: Quantization, precision: Precision, batch_size: int,
    length: int, free_gb: float, checkpointing: bool = False,
) -> MemoryGB:  # fmt: skip
    """The parts of the memory that a run needs; `total` is their sum.

    The adapter, its gradients and the two AdamW moments (Kingma and Ba 2014) are kept in fp32: 4, 4 and 8 bytes for
    each trained weight.
    """
    parts = {
        "weights": weight_bytes(facts, quantization, precision),
        "adapter": 4.0 * trainable,
        "optimizer": 8.0 * trainable,
        "gradients": 4.0 * trainable,
        "activations": activation_bytes(facts, precision, batch_size * length, checkpointing=checkpointing),
    }
    rounded = {name: round(size / 1e9, 4) for name, size in parts.items()}
    return MemoryGB(
        weights=rounded["weights"], adapter=rounded["adapter"], optimizer=rounded["optimizer"],
        gradients=rounded["gradients"], activations=rounded["activations"],
        total=round(sum(rounded.values()), 4), free=round(free_gb, 2),
    )  # fmt: skip


def weight_bytes(facts: ModelFacts, quantization: Quantization, precision: Precision) -> float:
    """Bytes of the frozen weights. Quantized are the linear layers; embeddings, head and norms keep `precision`."""
    if quantization == "none":
        return facts.parameters * BYTES[precision]
    rest = facts.parameters - facts.linear_parameters
    return facts.linear_parameters * QUANTIZED_BYTES[quantization] + rest * BYTES[precision]


def activation_bytes(facts: ModelFacts, precision: Precision, tokens: int, *, checkpointing: bool = False) -> float:
    """Bytes that one forward pass over `tokens` keeps for the backward pass, and the head's working space.

    Counted per layer and token after Korthikanti et al. 2022 (Reducing Activation Recomputation, section 4.1), for a
    gated MLP, attention without a stored score matrix, and frozen weights: the two norms keep their input in fp32
    (4 hidden in all), LoRA keeps the inputs of the layers (2 hidden + attention output + intermediate), attention
    keeps q, k, v and its output, the MLP keeps gate, its activation and up. With activation checkpointing one input
    per layer is kept, and one layer is worked out again at a time. The head is worked out in pieces, here counted as
    256 tokens of logits in fp32, twice.
    """
    each = BYTES[precision]
    queries, keys = facts.heads * facts.head_dim, facts.kv_heads * facts.head_dim
    layer = 4 * facts.hidden * 4.0 + each * (2 * facts.hidden + 3 * queries + 4 * keys + 4 * facts.intermediate)
    kept = facts.layers * layer if not checkpointing else facts.layers * facts.hidden * each + layer
    head = 2 * 4.0 * facts.vocab * min(tokens, 256) + tokens * facts.hidden * 4.0 * 2
    return tokens * kept + head


def step_seconds(
    facts: ModelFacts, trainable: int, *, precision: Precision, quantization: Quantization, tokens: float, length: int,
    passes: int, device: Device, checkpointing: bool = False,
) -> float:  # fmt: skip
    """Seconds of one optimizer step over `tokens` tokens in `passes` passes.

    Each token costs 2 operations per weight forwards and 2 backwards (frozen weights need no gradient of their own),
    6 per trained weight, and 8 x width x row length for the attention of each layer (Kaplan et al. 2020, section 2.1,
    less the weights' gradients). Checkpointing works the forward pass out twice.
    """
    per_token = (6.0 if checkpointing else 4.0) * facts.multiplied + 6.0 * trainable
    per_token += 8.0 * facts.layers * facts.heads * facts.head_dim * length / 2
    once, per_layer = FIXED_S[device["kind"]]
    slower = {"none": 1.0, "8bit": 1.6, "4bit": 1.3}[quantization]  # unpacking the weights at each use
    return tokens * per_token * slower / flops(device, precision) + once + passes * per_layer * facts.layers


def flops(device: Device, precision: Precision) -> float:
    """Floating-point operations that `device` does in a second of training."""
    if device["kind"] == "cpu":
        fast = precision if device["bf16"] else "fp32"
        return CORE_GFLOPS[fast] * 1e9 * math.pow(max(1, device["cores"]), CORE_SCALING)
    stated = next((speed for pattern, speed in CARDS if re.search(pattern, device["name"])), UNKNOWN_CARD)
    return stated * 1e12 * UTILISATION * (0.4 if precision == "fp32" and device["kind"] == "cuda" else 1.0)


def fit(total_gb: float, device: Device) -> Literal["yes", "tight", "no"]:
    """Whether `total_gb` goes into the free memory: "yes" below 80 % of what torch itself leaves, "no" above 95 %."""
    left = device["free_gb"] - RUNTIME_GB[device["kind"]]
    if total_gb <= 0.8 * left:
        return "yes"
    return "tight" if total_gb <= 0.95 * left else "no"


def _advice(
    facts: ModelFacts, trainable: int, memory: MemoryGB, fits: str, quantization: Quantization, precision: Precision,
    batch_size: int, length: int, checkpointing: bool, device: Device,
) -> list[Advice]:  # fmt: skip
    """What would make it fit, the most helpful first. Each is worked out, so that none is given that does not help."""
    if fits == "yes":
        return []

    def need(**changes: Any) -> float:
        asked: dict[str, Any] = {
            "quantization": quantization, "precision": precision, "batch_size": batch_size, "length": length,
            "free_gb": device["free_gb"], "checkpointing": checkpointing,
        } | changes  # fmt: skip
        return memory_gb(facts, trainable, **asked)["total"]

    found: list[tuple[float, Advice]] = []
    if quantization != "4bit" and device["kind"] != "mps":
        less = need(quantization="4bit")
        found.append((less, Advice(code="use_4bit", facts={"less_gb": round(less, 1), "fits": fit(less, device)})))
    if batch_size > 1:
        less = need(batch_size=1)
        found.append(
            (less, Advice(code="smaller_batch", facts={"less_gb": round(less, 1), "old": batch_size, "new": 1}))
        )
    if length > 128:
        less = need(length=length // 2)
        found.append(
            (less, Advice(code="shorter_rows", facts={"less_gb": round(less, 1), "old": length, "new": length // 2}))
        )
    helping = [advice for less, advice in sorted(found, key=lambda one: one[0]) if less < 0.95 * memory["total"]]
    smallest = "none" if device["kind"] == "mps" else "4bit"
    least = need(quantization=smallest, batch_size=1, length=min(length, max(128, length // 2)))
    if fits == "no" and fit(least, device) == "no":
        short = {"need_gb": round(least, 1), "free_gb": round(device["free_gb"], 1)}
        helping.append(Advice(code="smaller_model", facts=short))
    return helping
