"""Recipes: named settings in presets/recipes/*.yaml, each only what differs from RunSpec's defaults.

    goal       what to learn       faq, style, format, try
    intensity  how thoroughly      quick, balanced, thorough: passes over the data and a floor of optimizer
                                   steps, so that 50 rows and 50,000 rows both come out right

The values of a run are merged: defaults <- goal <- intensity <- what the person changed. The note `recipe` of a
RunSpec says where they came from: "faq/balanced".
"""

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args

import yaml

from core.errors import UserError
from core.spec import build
from core.workspace import PRESETS

Kind = Literal["goal", "intensity"]
Words = dict[str, str]
"""The same words per language: {"en": ..., "zh": ...}."""

FOLDER = PRESETS / "recipes"
DEFAULT = "faq/balanced"
_RENAMED = {"chat": "faq"}
"""Names of earlier versions, still in drafts and in people's scripts."""
_WORDS = ("title", "purpose", "when", "when_not")
_LANGUAGES = ("en", "zh")
_NOT_A_RECIPES = {"schema_version", "model", "dataset", "recipe"}
"""Settings that say which run it is, not how it is trained."""


@dataclass(frozen=True)
class Recipe:
    """One file of presets/recipes.

    settings:  RunSpec values
    order:     its place in a list, from 1
    intensity: how thoroughly it is meant to be done, where it is a goal
    """

    name: str
    kind: Kind
    order: int
    title: Words
    purpose: Words
    when: Words
    when_not: Words
    settings: dict[str, Any]
    intensity: str = DEFAULT.split("/")[1]


def names(kind: Kind | None = None) -> list[str]:
    """The names of all recipes, or of one kind, in the order in which they are shown."""
    found = [recipe for recipe in _all().values() if kind in (None, recipe.kind)]
    return [recipe.name for recipe in sorted(found, key=lambda recipe: (recipe.kind, recipe.order, recipe.name))]


def load(name: str, kind: Kind | None = None) -> Recipe:
    """The recipe of that name. Raises UserError `recipe.unknown` with the names that there are."""
    recipe = _all().get(_RENAMED.get(name, name))
    if recipe is None or kind not in (None, recipe.kind):
        raise UserError("recipe.unknown", name=str(name)[:80], known=", ".join(names(kind)))
    return recipe


def known(name: str, kind: Kind) -> str:
    """The name of a recipe that there is: that one, what it is called now, or the default where it is gone."""
    try:
        return load(name, kind).name
    except UserError:
        goal, intensity = DEFAULT.split("/")
        return goal if kind == "goal" else intensity


def parse(reference: str) -> tuple[str, str]:
    """Goal and intensity of what a person names: `parse("style/quick")` is ("style", "quick").

    Either half may be left out: "style" is done as thoroughly as it is meant to be, "quick" is "faq/quick".
    Raises UserError `recipe.unknown`.
    """
    first, slash, second = reference.strip().partition("/")
    if slash:
        return load(first, "goal").name, load(second, "intensity").name
    recipe = load(first)
    return (recipe.name, recipe.intensity) if recipe.kind == "goal" else (DEFAULT.split("/")[0], recipe.name)


def apply(recipe: str | None, intensity: str | None, changes: dict[str, Any] | None = None) -> dict[str, Any]:
    """All values of a RunSpec: defaults <- goal `recipe` <- `intensity` <- `changes`, with the note `recipe`.

    `apply("faq", "quick", {"rank": 8})["recipe"]` is "faq/quick". A change to None means automatic.
    Raises UserError `recipe.unknown`, or `setting.*` for a change that RunSpec refuses.
    """
    parts = [load(recipe, "goal")] if recipe else []
    parts += [load(intensity, "intensity")] if intensity else []
    values: dict[str, Any] = {}
    for part in parts:
        values |= part.settings
    values |= changes or {}
    if parts:
        values["recipe"] = "/".join(part.name for part in parts)
    return build(values).model_dump()


@cache
def _all() -> dict[str, Recipe]:
    return {path.stem: _read(path.stem, path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.yaml"))}


def _read(name: str, content: str) -> Recipe:
    """A recipe from the text of its file. Raises UserError `recipe.damaged` naming what is wrong."""
    try:
        said = yaml.safe_load(content)
    except yaml.YAMLError:
        raise UserError("recipe.damaged", name=name, part="YAML") from None
    if not isinstance(said, dict):
        raise UserError("recipe.damaged", name=name, part="YAML")
    if said.get("kind") not in get_args(Kind):
        raise UserError("recipe.damaged", name=name, part="kind")
    for part in _WORDS:
        words = said.get(part)
        if not isinstance(words, dict) or not all(words.get(key) and isinstance(words[key], str) for key in _LANGUAGES):
            raise UserError("recipe.damaged", name=name, part=part)
    settings = said.get("settings")
    if not isinstance(settings, dict) or _NOT_A_RECIPES & settings.keys():
        raise UserError("recipe.damaged", name=name, part="settings")
    build(settings)  # a wrong value is named by RunSpec itself
    order = said.get("order", 0)
    if not isinstance(order, int):
        raise UserError("recipe.damaged", name=name, part="order")
    intensity = said.get("intensity", Recipe.intensity)
    if not isinstance(intensity, str):
        raise UserError("recipe.damaged", name=name, part="intensity")
    title, purpose, when, when_not = (said[part] for part in _WORDS)
    return Recipe(name, said["kind"], order, title, purpose, when, when_not, settings, intensity)
