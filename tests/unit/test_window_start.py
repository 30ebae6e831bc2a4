"""Start with changes by hand that no version holds: they are kept first, in the background; nothing starts twice."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.data.datasets import Dataset
from webui import choosing, frame, snapshot
from webui.actions import Outcome, act
from webui.context import Context
from webui.tabs import data, training_bar
from webui.text import LANGUAGES, load

STARTED = Outcome(room="training")


def bring(ctx: Context, folder: Path, name: str, rows: int) -> Dataset:
    path = folder / f"{name}.csv"
    path.write_text("question,answer\n" + "".join(f"{name} {n},a{n}\n" for n in range(rows)), encoding="utf-8")
    return ctx.datasets.add(path)


@pytest.fixture
def edited(ctx: Context, tmp_path: Path) -> Dataset:
    dataset = bring(ctx, tmp_path, "faq", 30)
    ctx.datasets.edits(dataset.id).save((3, 0), None, 0)
    ctx.drafts.update(dataset=dataset.id)
    return dataset


@pytest.fixture
def held(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Keeping the changes stands still at one half until this is set, as it takes its time with many rows."""
    going, real = threading.Event(), ctx.datasets.keep_edits

    def slow(dataset_id: str, progress=None):  # type: ignore[no-untyped-def]
        if progress is not None:
            progress(15, 30)
        while not going.wait(0.02):
            if progress is not None:
                progress(15, 30)
        return real(dataset_id, progress)

    monkeypatch.setattr(ctx.datasets, "keep_edits", slow)
    yield going
    going.set()
    ended(ctx)


def ended(ctx: Context) -> None:
    ends = time.monotonic() + 30
    while ctx.intake.now() is not None:
        assert time.monotonic() < ends
        time.sleep(0.02)


def test_changes_are_kept_and_the_run_learns_them(ctx: Context, edited: Dataset) -> None:
    assert act(ctx, "start") == STARTED
    ended(ctx)
    [run] = ctx.store.list()
    kept = ctx.datasets.get(str(run.spec.dataset))
    assert (kept.parent, kept.usable) == (edited.id, 29) and not ctx.datasets.edits(kept.id).pending
    assert ctx.drafts.load().dataset == kept.id and ctx.engine.status().queue == (run.id,)


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_said_while_it_takes_its_time(
    ctx: Context, edited: Dataset, held: threading.Event, language: str
) -> None:
    text = load(language)
    assert act(ctx, "start") == STARTED and ctx.store.list() == []
    snap = snapshot.take(ctx)
    assert text("status.starting", name="faq", pct="50%").split("50%")[0] in frame.status(snap, text)
    for bar in (training_bar.bar(ctx, snap, text), data.bar(ctx, snap, text)):
        assert (bar.label, bar.action) == (text("data.keeping", pct="50%"), "wait")
        assert (bar.quiet_label, bar.quiet_action) == (text("bar.cancel"), "cancel_reading")
    held.set()
    ended(ctx)
    assert len(ctx.store.list()) == 1


def test_presses_meanwhile_and_after_start_nothing_twice(ctx: Context, edited: Dataset, held: threading.Event) -> None:
    pages = [threading.Thread(target=act, args=(ctx, "start")) for _ in range(4)]
    for page in pages:
        page.start()
    for page in pages:
        page.join()
    held.set()
    ended(ctx)
    assert act(ctx, "start") == STARTED
    assert len(ctx.store.list()) == 1 and len(ctx.datasets.versions(edited.id)) == 2


def test_given_up_nothing_starts_and_nothing_is_lost(ctx: Context, edited: Dataset, held: threading.Event) -> None:
    act(ctx, "start")
    act(ctx, "cancel_reading")
    held.set()
    time.sleep(0.2)
    assert ctx.store.list() == [] and ctx.datasets.edits(edited.id).pending
    assert ctx.drafts.load().dataset == edited.id


def test_other_data_chosen_meanwhile_is_not_started(
    ctx: Context, edited: Dataset, held: threading.Event, tmp_path: Path
) -> None:
    other = bring(ctx, tmp_path, "other", 9)
    act(ctx, "start")
    choosing.choose_data(ctx, other)
    held.set()
    ended(ctx)
    assert ctx.store.list() == [] and ctx.drafts.load().dataset == other.id


def test_what_stands_in_the_way_is_told_after_it(ctx: Context, edited: Dataset) -> None:
    ctx.drafts.update(model="qwen3-0.6b")
    act(ctx, "start")
    ended(ctx)
    refused = ctx.intake.refused()
    assert refused is not None and refused.error.code == "start.no_model" and ctx.store.list() == []
    assert not ctx.datasets.edits(str(ctx.drafts.load().dataset)).pending
