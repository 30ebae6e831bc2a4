"""The one button of the Training tab, and the five lines that say what it would start (no Gradio here)."""

from core import recipes
from webui import estimate
from webui.context import Context
from webui.frame import changed
from webui.parts import Bar
from webui.snapshot import Snapshot
from webui.text import Text
from webui.titles import dataset_title, model_title, older
from webui.views import LIVE


def bar(ctx: Context, snap: Snapshot, text: Text) -> Bar:
    """The first that holds: changes being kept, a living run, something missing, something learned, a start."""
    if snap.reading is not None and snap.reading.doing == "starting":
        keeping = text("data.keeping", pct=f"{snap.reading.share:.0%}")
        return Bar(keeping, "wait", text("bar.cancel"), "cancel_reading")
    again = snap.dataset is not None and snap.model_here and not snap.spec_errors
    if snap.run_status == "stopping":
        return Bar(text("train.stopping"), "wait")
    if snap.run_status == "running":
        return Bar(text("train.stop"), "stop", *_quiet(text("train.queue"), "start", again and changed(snap)))
    if snap.run_status == "queued" and in_line(snap):
        return Bar(text("train.leave_queue"), "stop")
    if snap.run_status == "queued":  # left over from before a restart
        return Bar(text("train.start_waiting"), "resubmit", *_quiet(text("train.start_plain"), "start", again))
    if learned(snap) and not changed(snap):
        return Bar(text("train.compare"), "compare", *_quiet(text("train.again"), "start", again))
    return start_bar(snap, text, _quiet(text("train.compare"), "compare", learned(snap)))


def _quiet(label: str, action: str, there: bool) -> tuple[str, str]:
    return (label, action) if there else ("", "")


def start_bar(snap: Snapshot, text: Text, quiet: tuple[str, str]) -> Bar:
    """Start, or the name of what is still missing and the way there."""
    if snap.dataset is None:
        return Bar(text("train.need_data"), "go:data", *quiet)
    if not snap.dataset.usable:
        return Bar(text("train.need_rows"), "go:data", *quiet)
    if not snap.dataset.confirmed:
        return Bar(text("train.need_columns"), "go:data", *quiet)
    if not snap.model_here:
        return Bar(text("train.need_model"), "go:model", *quiet)
    if snap.spec_errors:
        return Bar(text("train.change_settings"), "go:settings", *quiet)
    if snap.engine.run:
        return Bar(text("train.queue"), "start", *quiet)
    plan = snap.plan or {}
    if plan.get("fits") in ("tight", "no"):
        return Bar(text("train.tight"), "start", *quiet)
    if plan.get("time_s"):
        return Bar(text("train.start", time=text.duration(plan["time_s"])), "start", *quiet)
    return Bar(text("train.start_plain"), "start", *quiet)


def in_line(snap: Snapshot) -> bool:
    """Whether the engine knows the queued run; after a restart it does not, and the run is offered anew."""
    return snap.run is not None and snap.run.id in (snap.engine.run, *snap.engine.queue)


def before(snap: Snapshot) -> int:
    """How many runs stand before this queued one."""
    if snap.run is None or snap.run.id not in snap.engine.queue:
        return 0
    return snap.engine.queue.index(snap.run.id) + (snap.engine.run is not None)


def starting(snap: Snapshot) -> bool:
    """Whether the engine has taken the queued run up: it imports its libraries, or plans."""
    if snap.run is None or not in_line(snap) or snap.engine.state == "waiting":
        return False
    return snap.engine.run == snap.run.id or (snap.engine.state == "waking" and not before(snap))


def learned(snap: Snapshot) -> bool:
    """Whether the run looked at ended with something to compare."""
    ended = snap.run_status in ("finished", "stopped", "failed", "interrupted")
    return ended and any(row.usable for row in snap.runs if snap.run is not None and row.id == snap.run.id)


def ahead(snap: Snapshot) -> bool:
    """Whether the plan is shown: nothing trained yet, this run still waits, or something else is chosen by now."""
    if snap.run is None:
        return True
    if snap.run_status == "queued":
        return not changed(snap)
    return snap.run_status not in LIVE and changed(snap) and snap.dataset is not None


def recipe_words(snap: Snapshot, text: Text) -> str:
    """What to learn and how thoroughly."""
    goal = recipes.load(recipes.known(snap.draft.recipe, "goal"))
    intensity = recipes.load(recipes.known(snap.draft.intensity, "intensity"))
    return f"{goal.title[text.language]} · {intensity.title[text.language]}"


def plan_lines(snap: Snapshot, text: Text) -> list[tuple[str, str, bool]]:
    """(name, value, whether it is known) for data, model, way of learning, time, memory."""
    none, counting = text("train.plan.none"), text("train.plan.counting")
    plan = snap.plan or {}
    waiting = counting if snap.dataset and snap.model_here else none
    data = none
    if snap.dataset:
        data = text("train.plan.rows", name=dataset_title(snap.dataset, text), rows=f"{snap.rows:,}")
        data = " · ".join(filter(None, (data, older(snap.dataset, snap.versions, text))))
    recipe = recipe_words(snap, text)
    steps = memory = waiting
    if plan.get("steps"):
        duration = text.duration(plan.get("time_s"))
        steps = text("train.plan.steps", **estimate.work(plan), time=duration)
    if gigabytes := plan.get("memory_gb"):
        memory = text(
            "train.plan.gb", need=text.size(gigabytes["total"] * 1e9), free=text.size(gigabytes["free"] * 1e9)
        )
    mixed = estimate.mix(plan)
    rows = [(text("train.plan.mix"), text("train.plan.mixed", **mixed), True)] if mixed else []
    return [
        (text("train.plan.data"), data, snap.dataset is not None),
        (text("train.plan.model"), model_title(snap.model, text) if snap.model else none, snap.model is not None),
        (text("train.plan.recipe"), recipe, True),
        *rows,
        (text("train.plan.time"), steps, bool(plan)),
        (text("train.plan.memory"), memory, "memory_gb" in plan),
    ]
