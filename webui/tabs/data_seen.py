"""What one tick knows of the chosen data: the rows, what was found in them, how they count for the chosen model."""

from dataclasses import dataclass

from webui.context import Context
from webui.measuring import Count, Measurement
from webui.snapshot import Snapshot
from webui.tabs import data_aside, data_find
from webui.tabs.data_rows import ById, Findings, Rows, edits_of, findings_of, rows_of
from webui.tabs.data_select import Selection
from webui.text import Text
from webui.titles import model_title


@dataclass(frozen=True)
class Known:
    """The rows as they stand with what was changed by hand, what was found, and how they count for the model."""

    rows: Rows
    findings: Findings
    count: Count | None  # None while the model's files are not here
    max_length: int  # the one in force, 0 while nobody knows
    model: str  # its name, "" without one

    @property
    def measurement(self) -> Measurement | None:
        return self.count.found if self.count is not None else None


@dataclass(frozen=True)
class Seen(Known):
    """The same, and which of the rows a page looks at."""

    selection: Selection


def known(ctx: Context, snap: Snapshot, text: Text) -> Known:
    """Looks things up and asks for the count; walks through no rows."""
    assert snap.dataset is not None
    edits = edits_of(ctx, snap.dataset)
    rows = rows_of(snap.dataset, edits)
    count = counted(ctx, snap)
    measurement = count.found if count is not None else None
    limit = limit_of(snap, measurement)
    name = model_title(snap.model, text) if snap.model is not None else ""
    goal = data_aside.goal_of(snap)
    findings = findings_of(ById(snap.dataset, edits), measurement, limit, name if measurement else "", goal)
    return Known(rows, findings, count, limit, name)


def seen(ctx: Context, snap: Snapshot, text: Text) -> Seen:
    """As `known`, and what the page looks at."""
    now = known(ctx, snap, text)
    selection = data_find.selected(ctx, snap.page.memo, now.rows, now.findings)
    return Seen(now.rows, now.findings, now.count, now.max_length, now.model, selection)


def counted(ctx: Context, snap: Snapshot) -> Count | None:
    """How the data counts for the chosen model. Only an open Data tab has it counted."""
    if snap.dataset is None or not snap.dataset.usable or not snap.model_here or snap.model is None:
        return None
    if (snap.page.room or snap.draft.room) == "data":
        return ctx.measuring.ask(snap.dataset, snap.model)
    return ctx.measuring.known(snap.dataset, snap.model)


def limit_of(snap: Snapshot, measurement: Measurement | None) -> int:
    """The maximum length in force, in tokens: the person's, else what all rows ask for, else the plan's; else 0.

    The plan looks at a sample of a large file; a run then goes by all rows, as the measurement does.
    """
    if snap.spec is not None and snap.spec.max_length:
        return min(snap.spec.max_length, measurement.context) if measurement else snap.spec.max_length
    if measurement is not None:
        return measurement.suggested[0]
    return int(snap.plan["max_length"]) if snap.plan is not None else 0
