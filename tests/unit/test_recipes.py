"""Recipes: every file is a test case; the merge order; names that do not exist."""

import pytest

from core import recipes
from core.errors import UserError
from core.recipes import DEFAULT, FOLDER, apply, known, load, names, parse
from core.spec import RunSpec, build

ALL = sorted(path.stem for path in FOLDER.glob("*.yaml"))


@pytest.mark.parametrize("name", ALL)
def test_every_recipe_makes_a_valid_spec_and_speaks_both_languages(name: str) -> None:
    recipe = load(name)
    build(recipe.settings)
    for words in (recipe.title, recipe.purpose, recipe.when, recipe.when_not):
        assert set(words) == {"en", "zh"}
        assert words["en"].isascii() and not words["zh"].isascii()


@pytest.mark.parametrize("name", ALL)
def test_a_goal_says_only_what_differs_from_the_defaults(name: str) -> None:
    recipe = load(name)
    defaults = RunSpec().model_dump()
    if recipe.kind == "goal":
        assert all(defaults[field] != value for field, value in recipe.settings.items())
    else:  # an intensity is its passes and its floor, said both, so that the list reads as one
        assert set(recipe.settings) == {"epochs", "min_steps"}
    assert recipe.intensity in names("intensity")


def test_names_come_in_the_order_in_which_they_are_shown() -> None:
    assert names("goal") == ["faq", "style", "format", "try"]
    assert names("intensity") == ["quick", "balanced", "thorough"]
    assert names() == [*names("goal"), *names("intensity")]


def test_later_layers_win_and_the_note_says_where_values_came_from() -> None:
    values = apply("faq", "quick", {"rank": 8, "epochs": 2.5})
    assert values["recipe"] == "faq/quick"
    assert (values["rank"], values["epochs"], values["min_steps"]) == (8, 2.5, load("quick").settings["min_steps"])
    assert RunSpec.model_validate(values).model_dump() == values


def test_without_a_recipe_only_defaults_and_changes_count() -> None:
    assert apply(None, None, {"seed": 1}) == RunSpec(seed=1).model_dump()
    assert apply("faq", None)["recipe"] == "faq"


@pytest.mark.parametrize("goal", names("goal"))
def test_the_goal_and_the_size_decide_the_rank(goal: str) -> None:
    assert "rank" not in load(goal).settings and apply(goal, None)["rank"] is None


def test_a_change_to_none_means_automatic_again() -> None:
    assert apply("faq", "quick", {"learning_rate": None})["learning_rate"] is None


@pytest.mark.parametrize(("rows", "least", "most"), [(50, 60, 400), (50_000, 6_250, 18_750)])
def test_intensities_scale_with_the_data(rows: int, least: int, most: int) -> None:
    """Steps of 8 rows each: the floor decides for 50 rows, the passes (1 to 3) for 50,000."""
    steps = [
        max(values["min_steps"], round(rows / 8 * values["epochs"]))
        for values in (apply("faq", name) for name in names("intensity"))
    ]
    assert steps == sorted(set(steps))
    assert (steps[0], steps[-1]) == (least, most)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("faq/quick", ("faq", "quick")),
        (" faq/thorough ", ("faq", "thorough")),
        ("faq", ("faq", "balanced")),
        ("quick", ("faq", "quick")),
        (DEFAULT, ("faq", "balanced")),
        ("style", ("style", "balanced")),
        ("try", ("try", "quick")),  # shortest without a word more
        ("try/thorough", ("try", "thorough")),
        ("chat/quick", ("faq", "quick")),  # what it was called before
        ("chat", ("faq", "balanced")),
    ],
)
def test_parse(said: str, meant: tuple[str, str]) -> None:
    assert parse(said) == meant


UNKNOWN = ["", "/", "faq/", "/quick", "quick/faq", "faq/faq", "faq/quick/quick", "nope", "../faq"]


@pytest.mark.parametrize("said", UNKNOWN)
def test_unknown_recipes_are_answered_with_the_known_ones(said: str) -> None:
    with pytest.raises(UserError) as caught:
        parse(said)
    assert caught.value.code == "recipe.unknown"
    assert set(caught.value.facts["known"].split(", ")) <= set(ALL)


def test_a_recipe_that_is_gone_gives_way_to_the_default() -> None:
    assert known("chat", "goal") == "faq" and known("pirate", "goal") == "faq"
    assert known("thorough", "intensity") == "thorough" and known("faq", "intensity") == "balanced"


def test_a_kind_is_not_taken_for_the_other() -> None:
    with pytest.raises(UserError, match="recipe.unknown"):
        apply("quick", None)


def test_a_wrong_change_names_the_setting() -> None:
    with pytest.raises(UserError) as caught:
        apply("faq", "quick", {"rank": 0})
    assert (caught.value.code, caught.value.facts["field"]) == ("setting.low", "rank")


WHOLE = """
kind: goal
title: {en: a, zh: b}
purpose: {en: a, zh: b}
when: {en: a, zh: b}
when_not: {en: a, zh: b}
settings: {rank: 8}
"""


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ("kind: goal", "kind: model", "kind"),
        ("kind: goal", "- kind", "YAML"),
        ("title: {en: a, zh: b}", "title: {en: a}", "title"),
        ("when: {en: a, zh: b}", "when: {en: a, zh: 3}", "when"),
        ("{rank: 8}", "[rank]", "settings"),
        ("{rank: 8}", "{model: x}", "settings"),
        ("kind: goal", "kind: goal\norder: first", "order"),
        ("kind: goal", "kind: goal\nintensity: 3", "intensity"),
    ],
)
def test_a_damaged_file_says_which_part(old: str, new: str, part: str) -> None:
    assert recipes._read("mine", WHOLE).settings == {"rank": 8}
    with pytest.raises(UserError) as caught:
        recipes._read("mine", WHOLE.replace(old, new))
    assert (caught.value.code, caught.value.facts["part"]) == ("recipe.damaged", part)
