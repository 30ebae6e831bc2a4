"""The page's outer part: one failing tab leaves the others, half characters go no further, sums come out."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from core.spec import RunSpec
from tests.plans import plan
from tests.unit.test_window_compare import page_of
from webui import estimate, fields, frame, run_list, snapshot
from webui.context import Context
from webui.parts import whole
from webui.run_list import RunRow
from webui.snapshot import Page
from webui.tabs import settings, share_view, training
from webui.text import LANGUAGES, load


def shell_of(ctx: Context) -> Any:
    """The English page's shell as built; nothing has been shown yet."""
    found: list[Any] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("webui.shell.Shell.show", lambda self, page: found.append(self) or [])
        page_of(ctx)
    return found[0]


def test_a_tab_that_fails_leaves_the_others_and_is_told(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    shell, page = shell_of(ctx), Page(room="data")
    monkeypatch.setattr(training, "_plan", lambda *values: 1 / 0)
    names = [getattr(output, "elem_id", None) for output in shell.outputs]
    sent = dict(zip(names, shell.show(page), strict=True))
    assert "lw-error" in sent["status-line"]["value"]
    assert sent["bar-primary"]["value"] and "LoRA Workbench" in sent["header"]["value"]
    assert sent["settings-line"]["value"] and sent["share-cards"]["value"]
    assert "value" not in sent["training-plan"] and "value" not in sent["training-sentence"]
    monkeypatch.undo()
    sent = dict(zip(names, shell.show(page), strict=True))
    assert "lw-error" not in sent["status-line"]["value"] and sent["training-plan"]["value"]


def test_half_a_character_is_replaced_wherever_it_comes_in() -> None:
    assert whole("a\ud83db") == "a\ufffdb"
    assert whole("\udc00") == "\ufffd"
    assert whole("\U0001f600 咖啡") == "\U0001f600 咖啡"
    assert whole(["\ud800", 3, None]) == ["\ufffd", 3, None]
    whole({"x\ud800": "\ud800"})["x\ufffd"].encode("utf-8")


def test_half_a_character_in_a_field_can_be_kept_and_told(ctx: Context) -> None:
    settings.keep_field(ctx, "rank", whole("\ud83d8"))
    assert ctx.drafts.load().changes["rank"] == "\ufffd8"
    frame.status(snapshot.take(ctx), load("en")).encode("utf-8")


def test_a_setting_is_cut_at_its_longest(ctx: Context) -> None:
    settings.keep_field(ctx, "rank", "many " * 1000)
    assert len(ctx.drafts.load().changes["rank"]) <= fields.LONGEST


@pytest.mark.parametrize("name", [field.name for field in fields.FORM])
def test_an_emptied_field_is_the_recommended_value_again(ctx: Context, name: str) -> None:
    ctx.drafts.update(changes={name: "nonsense"})
    settings.keep_field(ctx, name, "")
    assert ctx.drafts.load().changes == {}
    assert snapshot.take(ctx).spec_errors == {}


def test_the_sum_in_the_settings_line_comes_out() -> None:
    told = estimate.work(plan(200, train_rows=30, batch_size=8, gradient_accumulation=1, epochs=53.33))
    assert told == {"rows": 30, "passes": "53.3", "batch": 8, "steps": 200}
    assert abs(told["rows"] * float(told["passes"]) / told["batch"] - told["steps"]) < 1


@pytest.mark.parametrize(("epochs", "floor", "raised"), [(3, 200, True), (60, 200, False), (3, 0, False)])
def test_passes_that_the_least_number_of_steps_decides_are_known(epochs: int, floor: int, raised: bool) -> None:
    spec = RunSpec(epochs=epochs, min_steps=floor)
    assert estimate.floored(spec, plan(200, steps_per_epoch=4)) is raised


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_run_that_learned_nothing_is_not_called_kept(ctx: Context, language: str) -> None:
    text = load(language)
    rows = [RunRow("a", "A", "stopped", "starter", None, 0.0, 9, usable, 0) for usable in (True, False)]
    assert run_list.state(rows[0], text) == text("share.status.stopped")
    assert run_list.state(rows[1], text) == text("share.status.stopped_nothing")
    assert text("share.status.stopped_nothing") in share_view.table(rows[1:], None, ctx, text)


def test_the_tick_of_training_goes_when_something_else_is_chosen(ctx: Context, tmp_path: Path) -> None:
    from core.runs.events import EventLog, Finished, Started

    spec, _ = estimate.spec_of(ctx.drafts.load())
    assert spec is not None
    run = ctx.store.create(spec, "Mine")
    log = EventLog(run.events_path)
    log.append(Started(attempt=1))
    log.append(Finished(step=4, seconds=1, train_loss=0.3, eval_loss=None, tokens_per_s=1))
    log.close()
    ctx.drafts.update(run=run.id)
    assert "✓" in frame.tab_label("training", snapshot.take(ctx), load("en"))
    ctx.drafts.update(changes={"rank": 4})
    assert "✓" not in frame.tab_label("training", snapshot.take(ctx), load("en"))


def test_a_tab_that_was_opened_while_the_page_was_loading_stays_open(ctx: Context) -> None:
    shell, page = shell_of(ctx), Page()
    shell._opened("training")(page, "yes")
    request = SimpleNamespace(query_params={"room": "data"})
    assert shell._on_load(page, request)[0]["selected"] == "training" and page.room == "training"
    page = Page()
    assert "selected" not in shell._on_load(page, request)[0] and page.room == "data"
    request.query_params["room"] = "share"
    assert shell._on_load(page, request)[0]["selected"] == "share" and page.room == "share"


def test_the_tab_that_the_page_shows_counts_in_the_end(ctx: Context) -> None:
    shell, page = shell_of(ctx), Page(room="data")
    shell._on_tick(page, "share")  # it may have been asked for just before the page opened another
    assert page.room == "data"
    shell._on_tick(page, "data")
    shell._on_tick(page, "share")
    assert page.room == "data"
    shell._on_tick(page, "nowhere")
    shell._on_tick(page, "share")
    shell._on_tick(page, "share")
    assert page.room == "share"
    page = Page()
    shell._on_tick(page, "compare")
    assert page.room == "compare"
