"""Recipes: named settings in presets/recipes/*.yaml, each only what differs from RunSpec's defaults.

    goal       what to learn       chat
    intensity  how thoroughly      quick, balanced, thorough: passes over the data and a floor of optimizer
                                   steps, so that 50 rows and 50,000 rows both come out right

The values of a run are merged: defaults <- goal <- intensity <- what the person changed. The note `recipe` of a
RunSpec says where they came from: "chat/balanced".
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
DEFAULT = "chat/balanced"
_WORDS = ("title", "purpose", "when", "when_not")
_LANGUAGES = ("en", "zh")
_NOT_A_RECIPES = {"schema_version", "model", "dataset", "recipe"}
"""Settings that say which run it is, not how it is trained."""


@dataclass(frozen=True)
class Recipe:
    """One file of presets/recipes. `settings` are RunSpec values; `order` is its place in a list, from 1."""

    name: str
    kind: Kind
    order: int
    title: Words
    purpose: Words
    when: Words
    when_not: Words
    settings: dict[str, Any]


def names(kind: Kind | None = None) -> list[str]:
    """The names of all recipes, or of one kind, in the order in which they are shown."""
    found = [recipe for recipe in _all().values() if kind in (None, recipe.kind)]
    return [recipe.name for recipe in sorted(found, key=lambda recipe: (recipe.kind, recipe.order, recipe.name))]


def load(name: str, kind: Kind | None = None) -> Recipe:
    """The recipe of that name. Raises UserError `recipe.unknown` with the names that there are."""
    recipe = _all().get(name)
    if recipe is None or kind not in (None, recipe.kind):
        raise UserError("recipe.unknown", name=str(name)[:80], known=", ".join(names(kind)))
    return recipe


def parse(reference: str) -> tuple[str, str]:
    """Goal and intensity of what a person names: `parse("chat/quick")` is ("chat", "quick").

    Either half may be left out: "chat" and "quick" take the other one from "chat/balanced".
    Raises UserError `recipe.unknown`.
    """
    goal, intensity = DEFAULT.split("/")
    first, slash, second = reference.strip().partition("/")
    if slash:
        return load(first, "goal").name, load(second, "intensity").name
    recipe = load(first)
    return (recipe.name, intensity) if recipe.kind == "goal" else (goal, recipe.name)


def apply(recipe: str | None, intensity: str | None, changes: dict[str, Any] | None = None) -> dict[str, Any]:
    """All values of a RunSpec: defaults <- goal `recipe` <- `intensity` <- `changes`, with the note `recipe`.

    `apply("chat", "quick", {"rank": 8})["recipe"]` is "chat/quick". A change to None means automatic.
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
    title, purpose, when, when_not = (said[part] for part in _WORDS)
    return Recipe(name, said["kind"], order, title, purpose, when, when_not, settings)
