"""What "automatic" means: a RunSpec with its `None`s, plus data, model and device, becomes a plan of fixed numbers.

The plan is written into the run's `Started` event. It is made before anything heavy is loaded, from the
lengths of at most `SAMPLE_ROWS` rows; where the whole data then says otherwise (a longer row), the run
reports it as `Adjusted`.
"""

import math
from dataclasses import asdict, dataclass
from typing import Any

from core.data.split import held_out_count
from core.data.tokens.measured import longest
from core.models.facts import SMALL_BELOW, ModelFacts
from core.spec import RunSpec
from core.training import replay

SAMPLE_ROWS = 1000
"""Rows whose lengths are counted before Start; tokenizing them takes about a second."""

ROWS_PER_STEP = 8
"""Rows that one optimizer step sees, batch size times accumulation, when both are automatic."""

TOKENS_PER_PASS = 8192
"""Upper bound of tokens in one forward pass when the batch size is automatic: activations grow with it."""

TEN_EVALUATIONS = 10

CHECKPOINTING_FROM = 300_000_000
"""Parameters from which activations are recomputed instead of kept on a GPU (about 30 % slower, far less memory)."""


RANK = {"facts": 16, "style": 8, "format": 8}
"""Rank by goal: facts are many things to remember, a style or a format is one thing seen again and again."""

RATE = {"facts": 1.0, "style": 0.5, "format": 0.7}
"""Share of the learning rate by goal: facts have to be known word for word, a style only has to rub off."""


@dataclass(frozen=True)
class Plan:
    """Fixed numbers for one run. Lengths are tokens; steps are optimizer steps."""

    train_rows: int
    holdout_rows: int
    general_rows: int  # mixed in against forgetting (core/training/replay.py), beside train_rows
    max_length: int
    rows_cut: int  # rows of the sample that are longer than max_length
    batch_size: int
    gradient_accumulation: int
    steps: int
    steps_per_epoch: int
    epochs: float  # passes over the mix that the steps make, after the floor min_steps
    learning_rate: float
    rank: int
    alpha: float
    warmup_steps: int
    eval_every: int  # 0: nothing is kept aside, so nothing is evaluated
    save_every: int  # 0: every pass or five minutes, whichever is first
    quantization: str  # none, 8bit, 4bit
    precision: str  # fp32, bf16, fp16
    activation_checkpointing: bool
    device: str
    mean_length: float  # tokens of a row of the mix after cutting
    exact: bool  # whether lengths come from the tokenizer, not from characters
    goal: str = "facts"  # what the rows are to teach

    def plain(self) -> dict[str, Any]:
        """As plain data, for the `Started` event."""
        return asdict(self)


def rank(parameters: int, goal: str) -> int:
    """The automatic rank: by goal, and 16 at least in a small model, each of whose layers is narrow."""
    return max(16, RANK[goal]) if parameters < SMALL_BELOW else RANK[goal]


def learning_rate(parameters: int, goal: str = "facts") -> float:
    """2e-4 near half a billion parameters (QLoRA, Dettmers et al. 2023), larger for tiny models, smaller for large.

    The slope is fitted to two measured points: 4e-3 learns 50 rows on a model of 3 million parameters, 2e-4
    is the common default near 0.5 to 1 billion. The goal takes its share of it; held within 1e-4 and 5e-3.
    """
    by_size = 2e-4 * (5e8 / max(parameters, 1)) ** 0.6
    return float(f"{min(5e-3, max(1e-4, by_size * RATE[goal])):.1e}")


def make_plan(
    spec: RunSpec,
    facts: ModelFacts,
    lengths: list[int],
    rows: int,
    device: dict[str, Any],
    precision: str,
    *,
    exact: bool = True,
    general: list[int] | None = None,
    reworded: int = 0,
    measured_on: int | None = None,
) -> Plan:
    """The plan for `spec`.

    lengths:   tokens of the sampled rows, uncut
    rows:      usable rows in all
    device:    core.models.device.describe()
    precision: what the device computes in, core.models.device.best_precision()
    general:   tokens of each general row that goes with the data
    reworded:  rows whose answer would be learned without them (core/data/split.py)
    measured_on: rows of the data set `spec.eval_dataset` that are measured on, when there is one
    """
    held = held_out_count(rows, spec.holdout, spec.goal, reworded) if measured_on is None else measured_on
    settled_rank = spec.rank or rank(facts.parameters, spec.goal)
    train = max(1, rows - held) if measured_on is None else rows
    max_length = min(spec.max_length, facts.context) if spec.max_length else longest(lengths, facts.context)
    fitting = [length for length in general or [] if length <= replay.limit(spec, facts)]
    mixed = replay.count(spec, facts, train, len(fitting))
    mix = train + mixed
    kept = [min(length, max_length) for length in lengths] or [max_length]
    mean = sum(kept) / len(kept)
    if mixed:
        mean = (mean * train + sum(fitting) / len(fitting) * mixed) / mix

    batch = spec.batch_size or _batch_size(spec, max_length, mix)
    accumulation = spec.gradient_accumulation or max(1, math.ceil(min(ROWS_PER_STEP, mix) / batch))
    per_epoch = max(1, math.ceil(mix / (batch * accumulation)))
    steps = max(replay.floor(spec.min_steps, train, mixed), math.ceil(per_epoch * spec.epochs), 1)
    warmup = math.ceil(steps * spec.warmup) if spec.warmup < 1 else int(spec.warmup)

    return Plan(
        train_rows=train,
        holdout_rows=held,
        general_rows=mixed,
        max_length=max_length,
        rows_cut=sum(length > max_length for length in lengths),
        batch_size=batch,
        gradient_accumulation=accumulation,
        steps=steps,
        steps_per_epoch=per_epoch,
        epochs=round(steps / per_epoch, 2),
        learning_rate=spec.learning_rate or learning_rate(facts.parameters, spec.goal),
        rank=settled_rank,
        alpha=spec.alpha or 2.0 * settled_rank,
        warmup_steps=min(warmup, steps - 1),
        eval_every=(spec.eval_every or max(1, steps // TEN_EVALUATIONS)) if held else 0,
        save_every=spec.save_every or 0,
        quantization=spec.quantization or automatic_quantization(facts, device),
        precision=precision,
        activation_checkpointing=device["kind"] != "cpu" and facts.parameters >= CHECKPOINTING_FROM,
        device=str(device["name"]),
        mean_length=round(mean, 1),
        exact=exact,
        goal=spec.goal,
    )


def _batch_size(spec: RunSpec, max_length: int, rows: int) -> int:
    """As many rows as one step sees, as long as the longest of them fit into one forward pass."""
    wanted = (
        min(ROWS_PER_STEP, rows)
        if not spec.gradient_accumulation
        else max(1, ROWS_PER_STEP // spec.gradient_accumulation)
    )
    return max(1, min(wanted, rows, TOKENS_PER_PASS // max_length))


def automatic_quantization(facts: ModelFacts, device: dict[str, Any]) -> str:
    """4-bit on an NVIDIA GPU when 16-bit weights plus a third for training do not fit; else full precision."""
    needs_gb = facts.parameters * 2 * 1.35 / 1e9
    return "4bit" if device["kind"] == "cuda" and needs_gb > device["free_gb"] else "none"
