"""On which version of which data a run was trained: in words, and the way back to it (no Gradio here)."""

from typing import TYPE_CHECKING

from core.errors import UserError
from webui import choosing
from webui.actions import Outcome
from webui.markup import Html, el
from webui.text import Text
from webui.titles import version_title

if TYPE_CHECKING:
    from core.runs.run import Run
    from webui.context import Context


def names(ctx: "Context", text: Text) -> dict[str, str]:
    """Id of every version that is there -> what it is called, "FAQ, version 2"."""
    families = ctx.datasets.families().values()
    return {version.id: version_title(version, versions, text) for versions in families for version in versions}


def line(ctx: "Context", run: "Run", text: Text) -> Html:
    """On what `run` was trained, with a button that opens it; of data that is gone what the run remembers."""
    try:
        dataset = ctx.datasets.get(str(run.spec.dataset))
        name = version_title(dataset, ctx.datasets.families()[dataset.family], text)
        said = text("versions.trained", name=name, rows=f"{dataset.usable:,}")
        there = el("button", text("versions.open"), type="button", cls="lw-link", data_do="data", data_id=run.id)
    except UserError:
        said, there = _gone(run, text), None
    checked = _checked(ctx, run, text)
    return el("p", el("span", " · ".join(filter(None, (said, checked)))), there, cls="lw-note run-data")


def _checked(ctx: "Context", run: "Run", text: Text) -> str:
    """On which other data it is checked, "" when on rows of its own or on none."""
    if not run.spec.eval_dataset:
        return ""
    try:
        other = ctx.datasets.get(str(run.spec.eval_dataset))
        name = version_title(other, ctx.datasets.versions(other.id), text)
        return text("versions.checked", name=name, rows=f"{other.usable:,}")
    except UserError:
        return text("versions.checked_gone")


def _gone(run: "Run", text: Text) -> str:
    """Name and rows stand in the run's own folder once it has started."""
    try:
        told = run.env["dataset"]
        return text("versions.gone", name=str(told["name"]), rows=f"{int(told['usable']):,}")
    except (UserError, KeyError, TypeError, ValueError):
        return text("versions.gone_unknown")


def open_data(ctx: "Context", run_id: str) -> Outcome:
    """Choose the very version that a run was trained on. Raises UserError `dataset.unknown` when it is gone."""
    ctx.intake.cancel()
    choosing.use_version(ctx, str(ctx.store.get(run_id).spec.dataset))
    return Outcome(room="data")
