"""Presses, decided on the server: the draft becomes one run, and whatever goes wrong becomes a sentence."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core import recipes
from core.chat.requests import ChatEvent, ChatRequest
from core.drafts import Draft
from core.engine import EngineStatus
from core.errors import UserError
from core.spec import RunSpec, build
from core.workspace import Workspace
from webui import app, estimate, frame, snapshot
from webui.actions import NOTHING, ROOMS, Outcome, act, guarded
from webui.context import Context
from webui.intake import LIMIT
from webui.tabs import data, data_aside, data_findings, data_mine, data_view, model, row_view, settings
from webui.tabs.data_rows import ById, findings_of
from webui.text import LANGUAGES, load


class WaitingEngine:
    """Takes runs and never trains them, so that what stands in line can be looked at."""

    def __init__(self) -> None:
        self.queue: list[str] = []
        self.prepared: list[str] = []

    def status(self) -> EngineStatus:
        return EngineStatus(state="idle", queue=tuple(self.queue))

    def submit(self, run_id: str) -> int:
        self.queue.append(run_id)
        return len(self.queue) - 1

    def stop(self, run_id: str) -> None:
        self.queue.remove(run_id)

    def chat(self, request: ChatRequest) -> Iterator[ChatEvent]:
        return iter(())

    def wake(self) -> None:
        pass

    def prepare(self, run_id: str) -> None:
        self.prepared.append(run_id)

    def close(self, *, wait_s: float = 30.0) -> None:
        pass


@pytest.fixture(scope="module", autouse=True)
def _imported() -> None:
    """The library cannot be imported first by several threads at once, as the workers of these windows would."""
    from transformers import AutoTokenizer  # noqa: F401


def _with_sample(ctx: Context) -> Context:
    sample = ctx.datasets.samples()[0]
    ctx.drafts.update(dataset=ctx.datasets.add(sample.file, origin="sample").id)
    return ctx


def test_start_makes_the_run_that_the_draft_describes(ctx: Context) -> None:
    _with_sample(ctx).drafts.update(intensity="quick", changes={"rank": 4}, quantization="none")
    assert act(ctx, "start", language="en") == Outcome(room="training")
    [run] = ctx.store.list()
    assert (run.spec.rank, run.spec.recipe, run.spec.quantization) == (4, "faq/quick", "none")
    assert run.spec.dataset == ctx.drafts.load().dataset
    assert ctx.engine.status().queue == (run.id,) and ctx.drafts.load().run == run.id
    title = ctx.datasets.samples()[0].title["en"]
    assert run.meta["name"].startswith(f"{title} · ")


def test_two_pages_that_press_start_at_once_make_one_run(ctx: Context) -> None:
    _with_sample(ctx)
    pages = [threading.Thread(target=act, args=(ctx, "start")) for _ in range(8)]
    for page in pages:
        page.start()
    for page in pages:
        page.join()
    assert len(ctx.store.list()) == 1


def test_another_choice_stands_in_line_behind_the_first(ctx: Context) -> None:
    act(_with_sample(ctx), "start")
    ctx.drafts.update(changes={"rank": 8})
    act(ctx, "start")
    assert len(ctx.engine.status().queue) == 2


def test_start_says_what_is_missing(ctx: Context, tmp_path: Path) -> None:
    assert _code(act(ctx, "start")) == "start.no_data"
    _with_sample(ctx).drafts.update(model="qwen3-0.6b")
    assert _code(act(ctx, "start")) == "start.no_model"
    ctx.drafts.update(model="no such model")
    assert _code(act(ctx, "start")) == "model.unknown"
    ctx.drafts.update(model="starter", changes={"rank": "many"})
    assert _code(act(ctx, "start")) == "setting.number"
    assert ctx.store.list() == []


def test_preference_data_is_looked_at_but_not_started(ctx: Context, tmp_path: Path) -> None:
    file = tmp_path / "better.jsonl"
    file.write_text('{"prompt": "a", "chosen": "b", "rejected": "c"}\n' * 2, encoding="utf-8")
    ctx.drafts.update(dataset=ctx.datasets.add(file).id)
    assert _code(act(ctx, "start")) == "train.preference"
    snap = snapshot.take(ctx)
    bar = data.bar(ctx, snap, load("en"))
    assert (bar.action, bar.quiet_action) == ("choose_file", "")
    assert load("en")("data.preference").split(".")[0] in data_view.summary(snap.dataset, load("en"))


def test_stop_takes_a_waiting_run_out_of_the_line(ctx: Context) -> None:
    act(_with_sample(ctx), "start")
    act(ctx, "stop")
    assert ctx.engine.status().queue == ()
    assert act(ctx, "stop") == NOTHING


def test_compare_opens_the_tab_and_loads_the_run(ctx: Context) -> None:
    act(_with_sample(ctx), "start")
    assert act(ctx, "compare").room == "compare"
    assert ctx.engine.prepared == [ctx.drafts.load().run]


@pytest.mark.parametrize("action", ["", "nonsense", "go:nowhere", "go:../../etc", "ask", "choose_file", "wait"])
def test_unknown_presses_do_nothing(ctx: Context, action: str) -> None:
    assert act(ctx, action) == NOTHING


def test_whatever_is_raised_becomes_a_sentence(caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> None:
        raise ZeroDivisionError("no")

    outcome = guarded(broken)
    assert _code(outcome) == "unexpected" and "ZeroDivisionError" in caplog.text
    for language in LANGUAGES:
        assert "Traceback" not in load(language).error(outcome.error)


def test_the_bar_leads_from_room_to_room(ctx: Context) -> None:
    text = load("en")
    assert data.bar(ctx, snapshot.take(ctx), text).action == "choose_file"
    snap = snapshot.take(_with_sample(ctx))
    assert (data.bar(ctx, snap, text).action, data.bar(ctx, snap, text).quiet_action) == ("go:model", "start")
    assert model.bar(ctx, snap, text).action == "go:settings"
    assert settings.bar(ctx, snap, text).action == "go:training"
    settings.keep_field(ctx, "rank", "many")
    snap = snapshot.take(ctx)
    assert settings.bar(ctx, snap, text).label == "Fix 1 value"
    assert data.bar(ctx, snap, text).quiet_action == ""
    assert "many" in frame.status(snap, text) and 'data-mend="rank"' in frame.plan(
        snap, settings.bar(ctx, snap, text), text
    )
    act(ctx, "reset_settings")
    assert snapshot.take(ctx).spec_errors == {}


def test_a_model_that_has_to_be_fetched_says_so_on_the_bar(ctx: Context) -> None:
    ctx.drafts.update(model="qwen3-0.6b")
    bar = model.bar(ctx, snapshot.take(ctx), load("en"))
    assert bar.action == "download_model" and "1.5 GB" in bar.label
    ctx.drafts.update(model="/no/such/folder")
    snap = snapshot.take(ctx)
    assert model.bar(ctx, snap, load("en")).action == "use_builtin" and "/no/such/folder" in frame.status(
        snap, load("en")
    )
    act(ctx, "use_builtin")
    assert snapshot.take(ctx).model_error is None


def test_what_the_recipe_recommends_is_no_change(ctx: Context) -> None:
    settings.keep_field(ctx, "rank", "64")
    assert ctx.drafts.load().changes == {"rank": 64}
    settings.keep_field(ctx, "rank", "auto")
    settings.keep_field(ctx, "learning_rate", "auto")
    assert ctx.drafts.load().changes == {}


def test_learn_from_all_rows_is_a_choice_and_back(ctx: Context) -> None:
    data_aside.learn_from_all(ctx, True)
    assert ctx.drafts.load().changes == {"holdout": 0}
    data_aside.learn_from_all(ctx, False)
    assert ctx.drafts.load().changes == {}


def test_the_command_names_what_was_chosen(ctx: Context) -> None:
    _with_sample(ctx).drafts.update(changes={"target_modules": ["q_proj", "v_proj"], "rank": 8}, quantization="4bit")
    said = settings.command(snapshot.take(ctx), load("en"), ctx.workspace.root)
    for part in (
        f"--data {ctx.drafts.load().dataset}",
        "--set target_modules=q_proj,v_proj",
        "--set rank=8",
        "--set quantization=4bit",
    ):
        assert part in said


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"learning_rate": 0.00012345678, "target_modules": ["q_proj", "v_proj"], "holdout": 0.05, "epochs": 2.5},
        {"alpha": None, "holdout": None, "rank": None, "scheduler": "cosine"},
    ],
)
def test_the_command_makes_the_run_that_start_would_make(ctx: Context, changes: dict[str, Any]) -> None:
    from core.cli.arguments import parse
    from core.cli.desk import Desk

    _with_sample(ctx).drafts.update(changes=changes, intensity="quick", quantization="8bit")
    snap = snapshot.take(ctx)
    said = settings.arguments(snap, ctx.workspace.root)
    choices = parse(said[1:])
    desk = Desk(choices, load("en"))
    assert desk.spec(model=choices.model, dataset=choices.data) == snap.spec
    assert desk.workspace.root == ctx.workspace.root
    assert not any(word.startswith("rank=") for word in said)  # the recipe says so already


def test_the_command_fits_the_system(ctx: Context) -> None:
    snap, usual = snapshot.take(_with_sample(ctx)), Workspace().root
    unix = settings.command(snap, load("en"), usual, windows=False)
    assert "python3 launch.py train" in unix and "--workspace" not in unix
    windows = settings.command(snap, load("en"), usual / "my work", windows=True)
    assert "py launch.py train" in windows and f"--workspace &quot;{usual / 'my work'}&quot;" in windows


def test_the_drafts_defaults_are_those_of_spec_and_recipes() -> None:
    draft = Draft()
    assert draft.model == RunSpec().model
    assert (draft.recipe, draft.intensity) == recipes.parse(recipes.DEFAULT)


def test_page_and_server_take_files_of_the_same_size(ctx: Context) -> None:
    """What the page refuses by itself is what the server would refuse."""
    for language in LANGUAGES:
        assert load(language).size(LIMIT) in frame.help_and_lost(load(language))
    assert app.launch_arguments(ctx)["max_file_size"] == LIMIT


def test_rows_are_tokenized_once_for_all_settings(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each minute, and each move of a slider, counted all rows anew."""
    from core.training import settle

    counted: list[int] = []
    lengths, here = settle.lengths, threading.get_ident()  # another test's worker may still be counting its own rows

    def count(*given: Any) -> list[int]:
        counted.extend([1] if threading.get_ident() == here else [])
        return lengths(*given)

    monkeypatch.setattr(settle, "lengths", count)
    dataset = ctx.datasets.get(str(_with_sample(ctx).drafts.load().dataset))
    plans = [estimate.plan_for(ctx, build({"dataset": dataset.id, "epochs": epochs}), dataset) for epochs in (1, 2, 4)]
    steps = [plan["steps"] for plan in plans]
    assert steps[1] == 2 * steps[0] and steps[2] == 4 * steps[0]
    assert counted == [1]
    again = settle.settle(build({"dataset": dataset.id}), dataset, ctx.workspace).plan.plain()
    assert {name: plans[0][name] for name in again if name not in ("steps", "epochs", "warmup_steps")} == {
        name: value for name, value in again.items() if name not in ("steps", "epochs", "warmup_steps")
    }


def test_a_plan_stays_while_a_run_takes_the_memory(ctx: Context) -> None:
    assert ctx.counted.free(11.2, keep=False) == 11
    assert ctx.counted.free(2.0, keep=True) == 11
    assert ctx.counted.free(2.0, keep=False) == 2


def test_a_data_set_that_was_deleted_is_no_longer_chosen(ctx: Context) -> None:
    dataset_id = _with_sample(ctx).drafts.load().dataset
    ctx.datasets.delete(str(dataset_id))
    snap = snapshot.take(ctx)
    assert snap.dataset is None and data.bar(ctx, snap, load("zh")).action == "choose_file"


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_written_by_others_are_never_html(ctx: Context, language: str, tmp_path: Path) -> None:
    evil = "<img src=x onerror=alert(1)>"
    file = tmp_path / "rows.jsonl"
    file.write_text(f'{{"question": "{evil}", "answer": "{evil}{{{{name}}}}"}}\n' * 3, encoding="utf-8")
    dataset = ctx.datasets.rename(ctx.datasets.add(file).id, evil)
    ctx.drafts.update(dataset=dataset.id, changes={"rank": evil})
    text, snap = load(language), snapshot.take(ctx)
    snap.page.trouble = UserError("data.empty", name=evil)
    for room in ROOMS[:3]:
        snap.page.room = room
        parts = [frame.header(snap, text), frame.status(snap, text), frame.plan(snap, data.bar(ctx, snap, text), text)]
        parts += [
            data_view.chosen(dataset, dataset.name, text, changing=False),
            data_findings.findings(dataset, findings_of(ById(dataset), None, 0, ""), "", text),
        ]
        parts += [row_view.talk(dataset.load_rows()[0], text)]
        parts += [data_mine.listed(ctx, [dataset], "", (do, dataset.id), text) for do in ("rename", "delete")]
        parts += [settings.line(snap, text), settings.command(snap, text, ctx.workspace.root)]
        assert "<img" not in "".join(parts)
    assert "&lt;img" in row_view.talk(dataset.load_rows()[0], text)


def _code(outcome: Outcome) -> str:
    assert outcome.error is not None
    for language in LANGUAGES:  # each has a sentence of its own
        assert f"error.{outcome.error.code}" in load(language)
    return outcome.error.code
