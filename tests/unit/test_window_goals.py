"""The goal that suits the data: an example brings its own, one's own rows are only told about."""

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest

from core import recipes
from core.drafts import Draft
from core.findings import Finding
from tests.plans import plan
from webui import estimate, frame, goals, snapshot
from webui.choosing import choose_data
from webui.context import Context
from webui.tabs import data_aside, data_doors, settings, training_bar
from webui.text import LANGUAGES, load


@pytest.fixture(autouse=True)
def _sample_goals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(goals, "_sample_goals", lambda: {"aurora-coffee-en.jsonl": "style"})


def own(ctx: Context, tmp_path: Path) -> str:
    path = tmp_path / "own.jsonl"
    rows = [{"question": f"Text {n}", "answer": json.dumps({"n": n})} for n in range(9)]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return ctx.datasets.add(path).id


def pick(ctx: Context, name: str) -> None:
    settings.keep_recipe(ctx, "recipe", name)


def take_sample(ctx: Context) -> None:
    data_doors.sample(ctx, snapshot.Page(), "aurora-coffee-en")


def chosen(ctx: Context) -> tuple[str, str]:
    draft = ctx.drafts.load()
    return draft.recipe, draft.intensity


def test_an_example_brings_its_goal_and_own_data_does_not(ctx: Context, tmp_path: Path) -> None:
    take_sample(ctx)
    assert chosen(ctx) == ("style", "balanced")
    choose_data(ctx, ctx.datasets.get(own(ctx, tmp_path)))
    assert chosen(ctx) == ("faq", "balanced")


def test_what_the_person_chose_is_not_changed(ctx: Context) -> None:
    pick(ctx, "format")
    take_sample(ctx)
    assert chosen(ctx) == ("format", "balanced")


def test_how_thorough_goes_along_until_it_is_moved(ctx: Context) -> None:
    pick(ctx, "try")
    assert chosen(ctx) == ("try", "quick")
    pick(ctx, "faq")
    assert chosen(ctx) == ("faq", "balanced")
    settings.keep_recipe(ctx, "intensity", "thorough")
    pick(ctx, "try")
    assert chosen(ctx) == ("try", "thorough")


@pytest.mark.parametrize("recipe", ["chat", "gone"])
def test_a_draft_of_before_opens(ctx: Context, recipe: str) -> None:
    ctx.drafts.update(recipe=recipe, intensity="gone", changes={"rank": 16})
    take_sample(ctx)
    snap = snapshot.take(ctx)
    assert snap.spec is not None and snap.spec.rank == 16
    ctx.drafts.update(recipe=recipe, intensity="gone")
    snap = snapshot.take(ctx)
    shown = settings._shown(ctx, snap, load("en"))
    assert [update["value"] for update in shown[:2]] == ["faq", "balanced"]
    assert "faq/balanced" in settings.arguments(snap, ctx.workspace.root)


def test_half_a_recipe_that_is_gone_leaves_the_other_half(ctx: Context) -> None:
    """Settings showed "style", but with an intensity that was gone the whole recipe fell back and "faq" was trained."""
    ctx.drafts.update(recipe="style", recipe_chosen=True, intensity="gone")
    take_sample(ctx)
    snap = snapshot.take(ctx)
    assert snap.spec is not None and (snap.spec.recipe, snap.spec.goal) == ("style/balanced", "style")
    title = recipes.load("style").title["en"]
    assert title in frame.plan_parts(snap, load("en")).values() and title in training_bar.recipe_words(snap, load("en"))


def test_the_line_says_why_in_both_languages(ctx: Context, tmp_path: Path) -> None:
    assert goals.line(ctx, snapshot.take(ctx), load("en")) == ""
    take_sample(ctx)
    snap = snapshot.take(ctx)
    for language in LANGUAGES:
        assert recipes.load("style").title[language] in goals.line(ctx, snap, load(language))
    ctx.drafts.update(dataset=own(ctx, tmp_path))
    snap = snapshot.take(ctx)
    ends = time.monotonic() + 30
    while not (said := goals.line(ctx, snap, load("en"))) and time.monotonic() < ends:
        time.sleep(0.02)
    assert "JSON" in said and recipes.load("format").title["en"] in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_its_sentence(language: str) -> None:
    text = load(language)
    for reason in ("json", "one_voice", "answers", "sample"):
        assert text(f"settings.guess.{reason}", goal="A goal")


def test_too_much_for_the_model_is_said_under_the_plan(ctx: Context) -> None:
    take_sample(ctx)
    snap = snapshot.take(ctx)
    found = Finding("warning", "model.many_rows", count=5000, most=2000).plain()
    told = replace(snap, plan={**plan(), "time_s": 60.0, "findings": [found]})
    assert "5,000" in settings.line(told, load("en"))


def test_the_drafts_goal_is_the_default() -> None:
    assert goals.choose(Draft(), "faq") == {"recipe": "faq", "intensity": "balanced"}
    assert estimate.recommended(Draft())["goal"] == "facts"


@pytest.mark.parametrize(("wordings", "held", "why"), [(2, 11, "reworded"), (1, 0, "single")])
def test_the_data_tab_says_how_many_facts_are_kept_aside_and_why(
    ctx: Context, tmp_path: Path, wordings: int, held: int, why: str
) -> None:
    path = tmp_path / "facts.jsonl"
    rows = [{"question": f"Text {n}?", "answer": f"Answer {n // wordings}."} for n in range(220)]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    choose_data(ctx, ctx.datasets.add(path))
    snap = snapshot.take(ctx)
    assert snap.dataset is not None and data_aside.automatic(snap.dataset, "facts", snap.dataset.reworded()) == held
    for language in LANGUAGES:
        assert load(language)(f"data.aside.{why}", n=held) in data_aside.aside(ctx, snap, load(language))
    if held:
        data_aside.learn_from_all(ctx, True)
        assert load("en")("data.aside.off", n=0) in data_aside.aside(ctx, snapshot.take(ctx), load("en"))


def test_a_goal_that_was_chosen_for_other_data_goes_with_it(ctx: Context, tmp_path: Path) -> None:
    """Style, chosen for a talk, was kept for an FAQ and called the recommended settings."""
    ctx.drafts.update(recipe="style", recipe_chosen=True)
    take_sample(ctx)
    assert ctx.drafts.load().recipe == "style" and ctx.drafts.load().recipe_chosen  # chosen before any data
    choose_data(ctx, ctx.datasets.get(own(ctx, tmp_path)))
    assert ctx.drafts.load().recipe == "faq" and not ctx.drafts.load().recipe_chosen
