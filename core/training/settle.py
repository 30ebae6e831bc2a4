"""Everything about a run that can be settled before anything heavy is loaded: its model, its lengths, its plan.

Shared by the window's plan line, `launch.py forecast` and the engine, so that what was promised before Start
is what is done after it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.data.datasets import Dataset, DatasetStore
from core.errors import UserError
from core.models import catalog, device, load
from core.models.facts import ModelFacts
from core.models.forecast import Forecast, forecast
from core.spec import RunSpec
from core.training import replay
from core.training.aside import Measure, measure_of
from core.training.plan import SAMPLE_ROWS, Plan, make_plan
from core.training.rows import estimated_lengths, lengths
from core.workspace import Workspace


@dataclass(frozen=True)
class Settled:
    """A spec made concrete: the plan, and what it was made from."""

    model: catalog.ModelRef
    facts: ModelFacts
    plan: Plan
    lengths: list[int]  # tokens per sampled row, uncut
    general: list[int]  # tokens of each general row that goes with the data
    reworded: int  # rows whose answer would be learned without them
    device: dict[str, Any]
    measure: Measure | None = None  # the data set that is measured on, when it is one of its own

    @property
    def rows(self) -> int:
        """Usable rows of the data set in all."""
        return self.plan.train_rows + (0 if self.measure else self.plan.holdout_rows)

    @property
    def measured_on(self) -> int | None:
        """Rows of a data set of their own that are measured on."""
        return self.measure.rows if self.measure else None

    @property
    def base_name(self) -> str:
        """The model's name for the adapter's own config: a hub id or a name, never a path of this machine."""
        return self.model.hub or (self.model.title if self.model.kind == "folder" else self.model.name)


def settle(spec: RunSpec, dataset: Dataset, workspace: Workspace, datasets: DatasetStore | None = None) -> Settled:
    """Settle `spec` on this machine. Imports the tokenizer's library when the model is on this disk.

    datasets: the store of `workspace` that is in use, where there is one

    Raises UserError for a model, a data set or a setting that cannot work.
    """
    model = catalog.resolve(spec.model, workspace)
    if dataset.task == "preference":
        raise UserError("train.preference")
    if dataset.usable == 0:
        raise UserError("train.no_usable_rows", name=dataset.name)
    measure = measure_of(spec, dataset, datasets or DatasetStore(workspace))
    rows = dataset.load_rows()
    sample = sampled(rows)
    here = model.folder is not None
    known = catalog.facts_of_ref(model)
    general_rows = replay.general_rows(dataset.keys())
    if model.folder is not None:
        tokenizer = load.load_tokenizer(model.folder)
        found = lengths(tokenizer, sample)
        if not found:
            raise UserError("train.no_template_rows", model=model.title)
        general = replay.measured(tokenizer, general_rows)
    else:
        found, general = estimated_lengths(sample), estimated_lengths(general_rows)
    machine = dict(device.describe())
    precision = device.best_precision(device.choose_device(), known.parameters)
    spare = dataset.reworded()
    plan = make_plan(
        spec,
        known,
        found,
        len(rows),
        machine,
        precision,
        exact=here,
        general=general,
        reworded=spare,
        measured_on=measure.rows if measure else None,
    )
    return Settled(model, known, plan, found, general, spare, machine, measure)


def sampled(rows: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
    """The rows whose lengths a plan is made from: all, or `SAMPLE_ROWS` spread over them."""
    return rows[:: max(1, len(rows) // SAMPLE_ROWS)][:SAMPLE_ROWS]


def forecast_of(settled: Settled, spec: RunSpec) -> Forecast:
    """What the settled run would take on this machine: memory, time, whether it fits, and advice."""
    plan = settled.plan
    longest = min(max(settled.lengths, default=plan.max_length), plan.max_length)
    if plan.general_rows:  # they are not cut at the maximum length, which is that of the person's rows
        limit = replay.limit(spec, settled.facts)
        longest = max(longest, *(length for length in settled.general if length <= limit))
    return forecast(
        settled.facts,
        rank=plan.rank,
        target_modules=spec.target_modules,
        quantization=plan.quantization,  # type: ignore[arg-type]
        precision=plan.precision,  # type: ignore[arg-type]
        batch_size=plan.batch_size,
        max_length=max(plan.max_length, longest),
        steps=plan.steps,
        device=settled.device,  # type: ignore[arg-type]
        gradient_accumulation=plan.gradient_accumulation,
        tokens_per_row=plan.mean_length,
        longest_row=longest,
        checkpointing=plan.activation_checkpointing,
    )
