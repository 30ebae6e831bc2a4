"""What a press does to the data: reading, mending, keeping what was changed by hand, going between versions.

Decided here once more, from how things stand now: an action that no longer fits does nothing (no Gradio here).
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from webui import choosing
from webui.context import Context
from webui.outcome import NOTHING, Outcome
from webui.titles import version_number
from webui.undoing import undo
from webui.versions import after, before, newest

if TYPE_CHECKING:
    from core.data.datasets import Dataset


def _cancel_reading(ctx: Context, facts: dict[str, Any]) -> Outcome:
    ctx.intake.cancel()
    return NOTHING


def _repair_reading(ctx: Context, facts: dict[str, Any]) -> Outcome:
    """Read the file that was refused once more, and mend what is no valid JSON."""
    ctx.intake.mend(ctx.datasets, lambda dataset: choosing.choose_data(ctx, dataset))
    ctx.intake.wait()
    return Outcome(room="data")


def _dismiss_reading(ctx: Context, facts: dict[str, Any]) -> Outcome:
    ctx.intake.dismiss()
    return NOTHING


def _read_so(ctx: Context, facts: dict[str, Any]) -> Outcome:
    """Read the chosen data as its menus say."""
    if dataset_id := ctx.drafts.load().dataset:
        choosing.read_as_wished(ctx, ctx.datasets.get(dataset_id))
        ctx.intake.wait()
    return NOTHING


def _as_it_was(ctx: Context, facts: dict[str, Any]) -> Outcome:
    if dataset_id := ctx.drafts.load().dataset:
        choosing.as_it_was(ctx, ctx.datasets.get(dataset_id))
    return NOTHING


def mend_apply(ctx: Context, shown: str) -> Outcome:
    """Mend what was shown, if that is still what is asked for."""
    ctx.mending.apply(ctx, shown)
    ctx.intake.wait()
    return NOTHING


def _mend_close(ctx: Context, facts: dict[str, Any]) -> Outcome:
    """Leave it as it is."""
    if dataset_id := ctx.drafts.load().dataset:
        ctx.mending.close(ctx.datasets.get(dataset_id))
    return NOTHING


def _keep_edits(ctx: Context, facts: dict[str, Any]) -> Outcome:
    """Make a version of what was changed by hand."""
    if dataset_id := ctx.drafts.load().dataset:
        ctx.mending.keep_edits(ctx, ctx.datasets.get(dataset_id))
        ctx.intake.wait()
    return NOTHING


def undo_edit(ctx: Context, named: str) -> Outcome:
    """Take back the change by hand that the button named. Raises UserError `edit.undo_other`."""
    if dataset_id := ctx.drafts.load().dataset:
        undo(ctx.datasets.edits(dataset_id), named)
    return NOTHING


def _version(ctx: Context, neighbour: Callable[..., "Dataset | None"], key: str) -> Outcome:
    """Use another version of the chosen data, as `neighbour` says."""
    dataset_id = ctx.drafts.load().dataset
    if dataset_id is None:
        return NOTHING
    versions = ctx.datasets.versions(dataset_id)
    found = neighbour(ctx.datasets.get(dataset_id), versions)
    if found is None or found.id == dataset_id:
        return NOTHING
    choosing.use_version(ctx, found.id)
    return Outcome(note=(key, {"n": version_number(found, versions)}))


def _undo_version(ctx: Context, facts: dict[str, Any]) -> Outcome:
    return _version(ctx, before, "mend.undone")


def _forward_version(ctx: Context, facts: dict[str, Any]) -> Outcome:
    return _version(ctx, after, "mend.redone")


def _newest_version(ctx: Context, facts: dict[str, Any]) -> Outcome:
    return _version(ctx, lambda _dataset, versions: newest(versions), "mend.redone")


ACTIONS: dict[str, Callable[[Context, dict[str, Any]], Outcome]] = {
    "cancel_reading": _cancel_reading,
    "repair_reading": _repair_reading,
    "dismiss_reading": _dismiss_reading,
    "read_so": _read_so,
    "as_it_was": _as_it_was,
    "mend_close": _mend_close,
    "keep_edits": _keep_edits,
    "undo_version": _undo_version,
    "forward_version": _forward_version,
    "newest_version": _newest_version,
}
