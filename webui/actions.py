"""What a press of a button does: decided here once more, from how things stand now (no Gradio here).

    act(ctx, "start") -> Outcome(room="training")

An action that no longer fits (a second press, another page was faster) does nothing.
"""

import logging
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from core.errors import UserError, translate
from core.spec import RunSpec
from webui import choosing, data_actions, estimate
from webui.context import Context
from webui.outcome import NOTHING, Outcome
from webui.text import LANGUAGES, load
from webui.titles import dataset_title, model_title

if TYPE_CHECKING:
    from core.data.datasets import Dataset
    from core.models.catalog import ModelRef

log = logging.getLogger(__name__)

ROOMS = ("data", "model", "settings", "training", "compare", "share")


def guarded(work: Callable[..., Any], *values: Any) -> Outcome:
    """`work(*values)`; whatever it raises becomes the Outcome's error, an unexpected one is logged whole."""
    try:
        found = work(*values)
        return found if isinstance(found, Outcome) else NOTHING
    except UserError as error:
        return Outcome(error=error)
    except Exception as error:
        log.exception("an action of the window failed")
        return Outcome(error=translate(error))


def act(ctx: Context, action: str, **facts: Any) -> Outcome:
    """Do `action`; never raises. Unknown ones, and those that a tab or the browser does itself, do nothing here."""
    if action.startswith("go:"):
        room = action.removeprefix("go:")
        return Outcome(room=room) if room in ROOMS else NOTHING
    if action.startswith("mend_apply:"):
        return guarded(data_actions.mend_apply, ctx, action.removeprefix("mend_apply:"))
    if action.startswith("undo_edit:"):
        return guarded(data_actions.undo_edit, ctx, action.removeprefix("undo_edit:"))
    work = _ACTIONS.get(action)
    return guarded(work, ctx, facts) if work else NOTHING


def _start(ctx: Context, facts: dict[str, Any]) -> Outcome:
    """Queue the run that the draft describes. Raises UserError when something is missing.

    What was changed by hand is kept first, in the background: a run is trained on a version that stays as it is.
    """
    draft = ctx.drafts.load()
    if draft.dataset and ctx.datasets.edits(draft.dataset).pending:
        _keep_and_start(ctx, ctx.datasets.get(draft.dataset), facts)
    else:
        _queue(ctx, facts)
    return Outcome(room="training")


def _keep_and_start(ctx: Context, dataset: "Dataset", facts: dict[str, Any]) -> None:
    """Make a version of what was changed by hand, then start; a second press meanwhile changes nothing."""

    def done(kept: "Dataset") -> None:
        ctx.mending.close(dataset)
        choosing.choose_data(ctx, kept, instead_of=dataset)
        if ctx.drafts.load().dataset == kept.id:  # else somebody works with other data by now
            _queue(ctx, facts)

    reading = ctx.intake.now()
    if reading is not None and reading.doing in ("reading", "mixing"):  # that goes on: one takes the place of another
        return done(ctx.datasets.keep_edits(dataset.id))
    keep = partial(ctx.datasets.keep_edits, dataset.id)
    ctx.intake.work(dataset.name, "starting", ("start", dataset.id), keep, done)
    return ctx.intake.wait()


def _queue(ctx: Context, facts: dict[str, Any]) -> None:
    """Queue the run that the draft describes. Raises UserError when something is missing."""
    with ctx.starting:
        draft = ctx.drafts.load()
        spec, wrong = estimate.spec_of(draft)
        if spec is None:
            raise next(iter(wrong.values()))
        dataset = ctx.datasets.get(draft.dataset) if draft.dataset else None
        if dataset is None:
            raise UserError("start.no_data")
        if dataset.task == "preference":
            raise UserError("train.preference")
        if not dataset.confirmed:
            raise UserError("start.unconfirmed", name=dataset.name)
        if not dataset.usable:
            raise UserError("start.no_rows", name=dataset.name)
        model, error = estimate.model_of(ctx, draft)
        if model is None:
            raise error or UserError("model.unknown", model=draft.model)
        if model.folder is None:
            raise UserError("start.no_model", name=model.title)
        if not _under_way(ctx, spec):
            run = ctx.store.create(spec, _run_name(dataset, model, str(facts.get("language", "en"))))
            ctx.engine.submit(run.id)
            ctx.drafts.update(run=run.id)


def _under_way(ctx: Context, spec: RunSpec) -> bool:
    """Whether this very run trains or waits already: a second press shows it instead of adding one."""
    status = ctx.engine.status()
    for run_id in (status.run, *status.queue):
        try:
            if run_id and ctx.store.get(run_id).spec == spec:
                return True
        except UserError:
            continue
    return False


def _run_name(dataset: "Dataset", model: "ModelRef", language: str) -> str:
    """What people call a run: data, model, time of day."""
    text = load(language if language in LANGUAGES else "en")
    parts = [dataset_title(dataset, text), model_title(model, text), time.strftime("%H:%M")]
    return " · ".join(parts)


def _resubmit(ctx: Context, facts: dict[str, Any]) -> Outcome:
    """Put the runs in line again that were waiting when the program ended, oldest first."""
    with ctx.starting:
        for run in reversed(ctx.store.list()):
            if run.status() == "queued":
                ctx.engine.submit(run.id)
    return Outcome(room="training")


def _stop(ctx: Context, facts: dict[str, Any]) -> Outcome:
    """Stop the run trained here (or the one named) and keep what it learned."""
    run_id = facts.get("run") or ctx.engine.status().run or next(iter(ctx.engine.status().queue), None)
    if run_id:
        ctx.engine.stop(str(run_id))
    return NOTHING


def _compare(ctx: Context, facts: dict[str, Any]) -> Outcome:
    """Open Compare with the run looked at, its model being loaded meanwhile."""
    _load(ctx, facts)
    return Outcome(room="compare")


def _load(ctx: Context, facts: dict[str, Any]) -> Outcome:
    run_id = facts.get("run") or ctx.drafts.load().run
    if run_id:
        ctx.engine.prepare(str(run_id))
    return NOTHING


def _stop_answering(ctx: Context, facts: dict[str, Any]) -> Outcome:
    ctx.asking.stop()
    return NOTHING


def _download_model(ctx: Context, facts: dict[str, Any]) -> Outcome:
    """Fetch the chosen model from the chosen source; while one is fetched already, nothing happens."""
    draft = ctx.drafts.load()
    model, error = estimate.model_of(ctx, draft)
    if model is None:
        raise error or UserError("model.unknown", model=draft.model)
    if model.folder is None and ctx.fetcher.progress().state not in ("sizing", "fetching"):
        ctx.fetcher.start(model, draft.endpoint, token=ctx.token.of(draft.endpoint))
    return NOTHING


def _cancel_download(ctx: Context, facts: dict[str, Any]) -> Outcome:
    ctx.fetcher.cancel()
    return NOTHING


def _reset_settings(ctx: Context, facts: dict[str, Any]) -> Outcome:
    """Back to what the recipe recommends."""
    ctx.drafts.update(changes={})
    return NOTHING


def _use_builtin(ctx: Context, facts: dict[str, Any]) -> Outcome:
    """Back to the model that is always there, when the chosen one cannot be used."""
    ctx.drafts.update(model=RunSpec.model_fields["model"].default)
    return NOTHING


def _use_4bit(ctx: Context, facts: dict[str, Any]) -> Outcome:
    ctx.drafts.update(quantization="4bit")
    return NOTHING


_ACTIONS: dict[str, Callable[[Context, dict[str, Any]], Outcome]] = {
    **data_actions.ACTIONS,
    "start": _start,
    "resubmit": _resubmit,
    "stop": _stop,
    "compare": _compare,
    "load": _load,
    "stop_answering": _stop_answering,
    "download_model": _download_model,
    "cancel_download": _cancel_download,
    "reset_settings": _reset_settings,
    "use_builtin": _use_builtin,
    "use_4bit": _use_4bit,
}
