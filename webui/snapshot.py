"""How everything stands, looked at once per tick and per action and shared by all tabs (no Gradio here)."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from core.drafts import Draft
from core.engine import EngineStatus
from core.errors import UserError
from core.runs.events import Event
from core.runs.store import Run
from core.spec import RunSpec
from webui import estimate
from webui.context import Context
from webui.intake import Reading, Refused
from webui.run_list import RunRow
from webui.worker import Answer

if TYPE_CHECKING:
    from core.data.datasets import Dataset
    from core.models.catalog import ModelRef
    from core.models.sources import FetchProgress


@dataclass
class Page:
    """What the server remembers of one open page. A reload starts a new one, so nothing that matters stands only here.

    room     the open tab
    by_hand  whether a person has opened one since the page was loaded
    told     the tab that the page showed at the last tick
    trouble  the error of the last action, shown until an action succeeds
    note     a sentence to show, as key and facts
    seen     fingerprints of what was sent, so that only changes are sent
    memo     what a tab remembers between two ticks, each under names of its own
    """

    room: str | None = None
    by_hand: bool = False
    told: str = ""
    trouble: UserError | None = None
    note: tuple[str, dict[str, Any]] | None = None
    seen: dict[int, int] = field(default_factory=dict)
    memo: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Snapshot:
    """One look at draft, data, model, engine and run. Whatever cannot be read is None beside its error."""

    draft: Draft
    dataset: "Dataset | None"
    model: "ModelRef | None"
    model_error: UserError | None
    spec: RunSpec | None  # what Start would start
    spec_errors: dict[str, UserError]  # setting -> what is wrong with it
    plan: dict[str, Any] | None  # core.training.plan.Plan.plain(), with what forecast() tells
    estimate_error: UserError | None
    engine: EngineStatus
    fetch: "FetchProgress"
    size: Answer | None  # core.models.sources.Sizes of a model that is not here; not fresh while it is asked
    reading: Reading | None
    refused: Refused | None  # the last file that was brought, when it could not be read
    run: Run | None  # the run trained here, else the one looked at, else the newest
    run_status: str | None
    run_name: str
    events: list[Event]  # of that run
    runs: list[RunRow]  # all of them, newest first
    page: Page = field(default_factory=Page)
    rows: int = 0  # of the chosen data, as it stands with what was changed by hand
    versions: "tuple[Dataset, ...]" = ()  # of the chosen data, all of its family

    @property
    def training(self) -> bool:
        """Whether a run is being trained now, here or by another program on this workspace."""
        return self.run_status in ("running", "stopping")

    @property
    def model_here(self) -> bool:
        """Whether the chosen model's files are whole on this disk."""
        return self.model is not None and self.model.folder is not None

    @property
    def download_bytes(self) -> int:
        """What a download of the chosen model would fetch, 0 while nobody knows."""
        if self.size is not None and self.size.fresh and self.size.value is not None:
            return int(self.size.value.missing or self.size.value.total)
        return self.model.bytes if self.model is not None else 0


def take(ctx: Context, page: Page | None = None) -> Snapshot:
    """Look once. Reads small files, never waits for torch, the network or the engine."""
    draft = ctx.drafts.load()
    dataset = _dataset(ctx, draft)
    if page is not None:
        forget_other_data(ctx, page, dataset)
    model, model_error = estimate.model_of(ctx, draft)
    spec, spec_errors = estimate.spec_of(draft)
    engine, fetch = ctx.engine.status(), ctx.fetcher.progress()
    sound = spec or estimate.spec_of(draft, sound=True)[0]
    plan, estimate_error = estimate.plan_of(ctx, sound, dataset, model, engine)
    choosing = ((page.room if page else None) or draft.room) == "model"
    size = estimate.size_of(ctx, draft, model, fetch) if choosing else None
    if size is not None and estimate_error is not None and estimate_error.code == "model.facts_unknown":
        estimate_error = size.error if size.fresh else None  # with its size come the facts that are missing here
    run = _run(ctx, draft, engine)
    events = ctx.follower.events(run) if run else []
    return Snapshot(
        draft=draft,
        dataset=dataset,
        model=model,
        model_error=model_error,
        spec=spec,
        spec_errors=spec_errors,
        plan=plan,
        estimate_error=estimate_error,
        engine=engine,
        fetch=fetch,
        size=size,
        reading=ctx.intake.now(),
        refused=ctx.intake.refused(),
        run=run,
        run_status=run.status(events) if run else None,
        run_name=_name(run),
        events=events,
        runs=ctx.runs.rows(ctx.store),
        page=page or Page(),
        rows=_rows(ctx, dataset),
        versions=_versions(ctx, dataset),
    )


def _dataset(ctx: Context, draft: Draft) -> "Dataset | None":
    try:
        return ctx.datasets.get(draft.dataset) if draft.dataset else None
    except UserError:  # deleted since it was chosen
        return None


def _rows(ctx: Context, dataset: "Dataset | None") -> int:
    try:
        edits = ctx.datasets.edits(dataset.id) if dataset is not None else None
        return len(edits.rows()) if edits is not None and edits.pending else dataset.usable if dataset else 0
    except (UserError, OSError, ValueError):  # said where its rows would be shown
        return dataset.usable if dataset is not None else 0


def _versions(ctx: Context, dataset: "Dataset | None") -> "tuple[Dataset, ...]":
    try:
        return ctx.datasets.versions(dataset.id) if dataset is not None else ()
    except UserError:  # deleted meanwhile
        return ()


def forget_other_data(ctx: Context, page: Page, dataset: "Dataset | None") -> bool:
    """What a page remembers of a data set (`data.*`) goes with it, whoever chose another: a thread, another page.

    Whether another one was chosen since this page looked.
    """
    chosen = (dataset.id if dataset is not None else None, ctx.intake.read)
    if page.memo.get("data.id") == chosen:
        return False
    fresh = "data.id" in page.memo  # a page that was just opened has nothing to forget
    for name in [name for name in page.memo if name.startswith("data.")]:
        del page.memo[name]
    page.memo["data.id"], page.memo["data.fresh"] = chosen, fresh
    return fresh


def _run(ctx: Context, draft: Draft, engine: EngineStatus) -> Run | None:
    for run_id in (engine.run, draft.run):
        try:
            if run_id:
                return ctx.store.get(run_id)
        except UserError:
            continue
    return next(iter(ctx.store.list()), None)


def _name(run: Run | None) -> str:
    try:
        return str(run.meta["name"]) if run else ""
    except (UserError, KeyError):
        return ""
