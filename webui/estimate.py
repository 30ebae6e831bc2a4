"""From the draft to what Start would start, and to what that would take: model, spec, plan, forecast."""

import math
import threading
from collections import OrderedDict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from core.border import EngineStatus
from core.drafts import Draft
from core.errors import UserError
from core.spec import RunSpec, build
from webui.worker import Answer

if TYPE_CHECKING:
    from core.data.datasets import Dataset, DatasetStore
    from core.models.catalog import ModelRef
    from core.models.sources import FetchProgress
    from core.training.settle import Settled
    from core.workspace import Workspace
    from webui.context import Context

COUNTED = 20
"""Pairs of data set and model whose row lengths are remembered."""


def model_of(ctx: "Context", draft: Draft) -> "tuple[ModelRef | None, UserError | None]":
    """The chosen model, or the error that says why it is none."""
    from core.models import catalog

    try:
        return catalog.resolve(draft.model, ctx.workspace, draft.endpoint), None
    except UserError as error:
        return None, error


def spec_of(draft: Draft, *, sound: bool = False) -> tuple[RunSpec | None, dict[str, UserError]]:
    """The spec that Start would write, or the settings that have to be mended first, each with its error.

    With `sound` there is a spec even then, from the settings that are right: enough for an estimate.
    """
    from core import recipes

    wrong = {}
    for field, value in draft.changes.items():
        try:
            build({field: value})
        except UserError as error:
            wrong[field] = error
    right = {field: value for field, value in draft.changes.items() if field not in wrong}
    goal, intensity = recipes.known(draft.recipe, "goal"), recipes.known(draft.intensity, "intensity")
    values = recipes.apply(goal, intensity, right)
    chosen = {"model": draft.model, "dataset": draft.dataset, "quantization": draft.quantization}
    try:
        spec = build({**values, **chosen})
        return (None if wrong and not sound else spec), wrong
    except UserError as error:
        return None, {str(error.facts.get("field", "")): error}


def recommended(draft: Draft) -> dict[str, Any]:
    """The values of the chosen recipe, before the person's changes; None stands for automatic."""
    spec, _ = spec_of(draft.model_copy(update={"changes": {}}))
    return spec.model_dump() if spec else RunSpec().model_dump()


def plan_of(
    ctx: "Context", spec: RunSpec | None, dataset: "Dataset | None", model: "ModelRef | None", engine: EngineStatus
) -> tuple[dict[str, Any] | None, UserError | None]:
    """The plan with its forecast, as far as the CPU worker knows it; None while it is worked out.

    It is made anew when free memory has changed, but not while a run trains: what that run takes says nothing
    about the next one.
    """
    if spec is None or dataset is None or model is None:
        return None, None
    busy = engine.run is not None
    free = ctx.counted.free(engine.free_gb, keep=busy)
    key = ("plan", spec.model_dump_json(), str(model.folder), _described(model), free)
    answer = ctx.worker.ask(f"plan {dataset.id} {model.name}", key, lambda: plan_for(ctx, spec, dataset, busy=busy))
    return (answer.value, answer.error) if answer else (None, None)


def work(plan: dict[str, Any]) -> dict[str, Any]:
    """Rows, passes, rows per step and steps of a plan, as facts of a sentence in which the sum comes out.

    The rows are those of the mix, the general ones with the person's own.
    """
    batch = int(plan.get("batch_size") or 1) * int(plan.get("gradient_accumulation") or 1)
    passes = f"{plan.get('epochs') or 0:.1f}".removesuffix(".0")
    rows = plan["train_rows"] + plan.get("general_rows", 0)
    return {"rows": rows, "passes": passes, "batch": batch, "steps": plan["steps"]}


def mix(plan: dict[str, Any]) -> dict[str, int] | None:
    """The person's rows and the general rows of a pass, as facts of `train.plan.mixed`; None without general ones."""
    general = plan.get("general_rows")
    return {"own": plan["train_rows"], "general": general} if general else None


def floored(spec: RunSpec | None, plan: dict[str, Any] | None) -> bool:
    """Whether the least number of steps asks for more than the passes would make."""
    if spec is None or not plan or not plan.get("steps_per_epoch"):
        return False
    return bool(spec.min_steps and plan["steps"] > math.ceil(plan["steps_per_epoch"] * spec.epochs))


def _described(model: "ModelRef") -> bool:
    """Whether config.json of a hub model is here already: it comes with the answer to how large the model is."""
    from core.models import catalog

    if model.kind != "hub" or model.folder is not None or model.hub is None:
        return True
    return catalog.cache_snapshot(model.hub, model.revision) is not None


def plan_for(ctx: "Context", spec: RunSpec, dataset: "Dataset", *, busy: bool = False) -> dict[str, Any]:
    """`Plan.plain()` with what `forecast()` adds (memory_gb, fits, time_s, advice), and findings.

    Slow: tokenizes rows.
    """
    from core.training import limits
    from core.training.settle import forecast_of

    settled = ctx.counted.settle(spec, dataset, ctx.workspace, ctx.datasets, keep=busy)
    ctx.engine.wake()  # with data and a model chosen, Start is likely to come next
    found = limits.findings(settled.facts, dataset.usable, settled.lengths)
    found += settled.measure.findings() if settled.measure else []
    told = {**settled.plan.plain(), **forecast_of(settled, spec)}
    return {**told, "findings": [finding.plain() for finding in found]}


class Counted:
    """What holds for any settings: the lengths of a data set's rows for a model, counted once; and free memory."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._first: OrderedDict[tuple[str, ...], Settled] = OrderedDict()
        self._device: dict[str, Any] | None = None
        self._free: float | None = None

    def free(self, free_gb: float, *, keep: bool) -> float:
        """Free memory in steps of half a GB; with `keep` what it was before."""
        with self._lock:
            if self._free is None or not keep:
                self._free = round(2 * free_gb) / 2
            return self._free

    def settle(
        self, spec: RunSpec, dataset: "Dataset", workspace: "Workspace", datasets: "DatasetStore", *, keep: bool
    ) -> "Settled":
        """As core.training.settle, without tokenizing the same rows twice; with `keep` for the device as it was."""
        from core.models import catalog
        from core.models.device import describe
        from core.training.plan import make_plan
        from core.training.settle import settle

        model = catalog.resolve(spec.model, workspace)
        key = (dataset.id, str(spec.eval_dataset), model.name, str(model.folder))
        with self._lock:
            first = self._first.get(key)
        if first is None:
            first = settle(spec, dataset, workspace, datasets)
        with self._lock:
            self._first[key] = first
            self._first.move_to_end(key)
            while len(self._first) > COUNTED:
                self._first.popitem(last=False)
            if self._device is None or not keep:
                self._device = dict(describe())
            device = self._device
        known = {"exact": model.folder is not None, "general": first.general, "reworded": first.reworded}
        known["measured_on"] = first.measured_on
        plan = make_plan(spec, first.facts, first.lengths, first.rows, device, first.plan.precision, **known)
        return replace(first, plan=plan, device=device)


def size_of(ctx: "Context", draft: Draft, model: "ModelRef | None", fetch: "FetchProgress") -> Answer | None:
    """How much a download of the chosen model would be; None when nothing is to be asked, not fresh while asked."""
    if model is None or model.hub is None or model.folder is not None or fetch.state in ("sizing", "fetching"):
        return None
    from core.models.sources import sizes

    hub, revision, endpoint = model.hub, model.revision, draft.endpoint
    answer = ctx.network.ask(
        "size", size_key(draft, model, fetch), lambda: sizes(hub, revision, endpoint, ctx.token.of(endpoint))
    )
    return answer if answer is not None and answer.fresh else Answer(fresh=False)


def size_key(draft: Draft, model: "ModelRef", fetch: "FetchProgress") -> tuple[Any, ...]:
    """Under what the answer is remembered; a download that was broken off leaves less to fetch."""
    return ("size", model.hub, model.revision, draft.endpoint, fetch.done if fetch.hub == model.hub else 0)
