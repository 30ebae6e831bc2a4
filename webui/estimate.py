"""From the draft to what Start would start, and to what that would take: model, spec, plan, forecast."""

import time
from typing import TYPE_CHECKING, Any

from core.drafts import Draft
from core.errors import UserError
from core.spec import RunSpec, build
from webui.context import Context

if TYPE_CHECKING:
    from core.data.datasets import Dataset
    from core.models.catalog import ModelRef

LOOK_AGAIN_S = 60
"""How long a plan is believed: free memory changes as other programs come and go."""


def model_of(ctx: Context, draft: Draft) -> "tuple[ModelRef | None, UserError | None]":
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
    try:
        values = recipes.apply(draft.recipe, draft.intensity, right)
    except UserError:  # a recipe of another version
        values = recipes.apply(*recipes.parse(recipes.DEFAULT), right)
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
    ctx: Context, spec: RunSpec | None, dataset: "Dataset | None", model: "ModelRef | None"
) -> tuple[dict[str, Any] | None, UserError | None]:
    """The plan with its forecast, as far as the CPU worker knows it; None while it is worked out."""
    if spec is None or dataset is None or model is None:
        return None, None
    key = ("plan", spec.model_dump_json(), str(model.folder), int(time.monotonic() / LOOK_AGAIN_S))
    answer = ctx.worker.ask(f"plan {dataset.id} {model.name}", key, lambda: plan_for(ctx, spec, dataset))
    return (answer.value, answer.error) if answer else (None, None)


def plan_for(ctx: Context, spec: RunSpec, dataset: "Dataset") -> dict[str, Any]:
    """`Plan.plain()` with what `forecast()` adds (memory_gb, fits, time_s, advice). Slow: tokenizes rows."""
    from core.training.settle import forecast_of, settle

    settled = settle(spec, dataset, ctx.workspace)
    ctx.engine.wake()  # with data and a model chosen, Start is likely to come next
    return {**settled.plan.plain(), **forecast_of(settled, spec)}
