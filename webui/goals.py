"""Which goal suits the data: what an example is made for, what one's own rows look like, and why (no Gradio here)."""

from functools import cache
from typing import TYPE_CHECKING, Any

from core import recipes
from core.data.samples import samples
from core.drafts import Draft
from webui.markup import Html, el
from webui.text import Text

if TYPE_CHECKING:
    from core.data.datasets import Dataset
    from webui.context import Context
    from webui.snapshot import Snapshot


def choose(draft: Draft, name: str) -> dict[str, str]:
    """What choosing the goal `name` changes in the draft. How thorough moves along to what the new goal is meant for,
    unless the person had moved it."""
    new, old = recipes.load(name, "goal"), recipes.load(recipes.known(draft.recipe, "goal"))
    return {"recipe": new.name} | ({"intensity": new.intensity} if draft.intensity == old.intensity else {})


def for_data(draft: Draft, dataset: "Dataset") -> dict[str, str]:
    """What choosing other data changes in the draft: an example brings its goal, as long as the person chose none.

    One's own data never brings one: what it looks like is told, and the choice left to the person.
    """
    if draft.recipe_chosen:
        return {}
    return choose(draft, _made_for(dataset) or recipes.known("", "goal"))


def suggested(ctx: "Context", dataset: "Dataset | None") -> tuple[str, str] | None:
    """(goal, key of the sentence that says why); None when nothing can be said, or not yet."""
    if dataset is None or dataset.task == "preference":
        return None
    if goal := _made_for(dataset):
        return goal, "settings.guess.sample"
    answer = ctx.worker.ask("guess", ("guess", dataset.id), lambda: _guess(dataset))
    return answer.value if answer is not None and answer.fresh else None


def line(ctx: "Context", snap: "Snapshot", text: Text) -> Html:
    """The goal that suits the data, with the reason; nothing is chosen by it."""
    found = suggested(ctx, snap.dataset)
    if found is None:
        return Html("")
    goal, key = found
    return el("p", text(key, goal=recipes.load(goal).title[text.language]), cls="lw-note")


def _made_for(dataset: "Dataset") -> str:
    """The goal of the example that this data set is, "" for other data and for a goal that there is not."""
    if dataset.origin != "sample":
        return ""
    return _sample_goals().get(dataset.file_name, "")


@cache
def _sample_goals() -> dict[str, str]:
    """File name of a sample -> its goal."""
    return {sample.file.name: sample.goal for sample in samples() if sample.goal in recipes.names("goal")}


def _guess(dataset: "Dataset") -> Any:
    from core.data.formats.guess import guess

    found = guess(dataset.load_rows())
    return (found.recipe, f"settings.guess.{found.reason}") if found else None
