"""Every setting is on the form or named as chosen elsewhere, and what is typed becomes its value."""

from typing import Any

import pytest

from core import recipes
from core.errors import UserError
from core.spec import FIELDS, build
from webui import fields
from webui.text import LANGUAGES, load


def test_the_form_and_the_spec_have_the_same_fields() -> None:
    on_the_form = [field.name for field in fields.FORM]
    assert len(on_the_form) == len(set(on_the_form))
    assert {*on_the_form, *fields.ELSEWHERE} == set(FIELDS)
    assert not set(on_the_form) & set(fields.ELSEWHERE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_setting_has_a_label_and_a_help(language: str) -> None:
    text = load(language)
    for name in FIELDS:
        assert f"field.{name}" in text and f"field.{name}.help" in text, name
    for group in fields.GROUPS:
        assert f"settings.group.{group}" in text


@pytest.mark.parametrize("field", fields.FORM, ids=lambda field: field.name)
def test_every_step_of_a_menu_is_a_value_that_the_spec_takes(field: fields.Field) -> None:
    for step in field.steps:
        value = fields.read(field.name, step)
        assert getattr(build({field.name: value}), field.name) == value
        assert fields.menu_value(field, value) == step


@pytest.mark.parametrize("field", fields.FORM, ids=lambda field: field.name)
def test_what_is_shown_is_read_back_as_the_same_value(field: fields.Field) -> None:
    for goal in recipes.names("goal"):
        for intensity in recipes.names("intensity"):
            value = recipes.apply(goal, intensity)[field.name]
            shown = fields.menu_value(field, value) if field.kind != "number" else fields.show(value)
            assert fields.read(field.name, shown) == value


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("learning_rate", "2e-4", 2e-4),
        ("learning_rate", "０．０００３", 3e-4),
        ("learning_rate", "0,0003", 3e-4),
        ("learning_rate", "auto", None),
        ("holdout", "5 %", 0.05),
        ("holdout", "20", 20),
        ("rank", "16", 16),
        ("rank", "", None),
        ("rank", None, None),
        ("epochs", "2.5", 2.5),
        ("target_modules", "attention", "attention"),
        ("target_modules", "q_proj, v_proj", ["q_proj", "v_proj"]),
        ("rank", "many", "many"),
        ("rank", "inf", "inf"),
        ("rank", "nan", "nan"),
    ],
)
def test_reading_what_was_typed(name: str, typed: object, value: object) -> None:
    assert fields.read(name, typed) == value


WRONG = [("rank", "many"), ("rank", "16.5"), ("rank", "999"), ("rank", "nan"), ("rank", "0")]
WRONG += [("epochs", "0"), ("target_modules", "q proj!"), ("scheduler", "wavy")]


@pytest.mark.parametrize(("name", "typed"), WRONG)
def test_a_wrong_value_is_refused_with_a_sentence_that_names_the_setting(name: str, typed: str) -> None:
    with pytest.raises(UserError) as raised:
        build({name: fields.read(name, typed)})
    for language in LANGUAGES:
        text = load(language)
        assert text(f"field.{name}") in text.error(raised.value)


@pytest.mark.parametrize(
    ("value", "shown"),
    [(2e-4, "2e-4"), (0.03, "0.03"), (3.0, "3"), (None, ""), (["a", "b"], "a, b"), (4.1e-3, "0.0041")],
)
def test_numbers_read_as_people_write_them(value: Any, shown: str) -> None:
    assert fields.show(value) == shown


def test_automatic_says_what_the_plan_would_take() -> None:
    text = load("en")
    plan = {"batch_size": 8, "learning_rate": 0.0041, "holdout_rows": 0, "save_every": 0}
    assert fields.automatic("batch_size", plan, text) == "automatic: 8"
    assert fields.automatic("batch_size", None, text) == "automatic"
    assert fields.automatic("holdout", plan, text) == "automatic: 0"
    assert fields.automatic("save_every", plan, text) == "automatic"
    rate = next(field for field in fields.FORM if field.name == "learning_rate")
    assert fields.choices(rate, plan, text)[0] == ("Automatic (0.0041)", fields.AUTOMATIC)


def test_a_changed_setting_is_marked_and_says_what_is_recommended() -> None:
    text = load("en")
    rank = next(field for field in fields.FORM if field.name == "rank")
    marked = fields.update(rank, 64, 16, None, text, changed=True)
    assert marked["label"].endswith("●") and "recommended: 16" in marked["info"] and marked["value"] == "64"
    assert fields.update(rank, 16, 16, None, text, changed=False)["label"] == text("field.rank")
