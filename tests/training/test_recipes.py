"""Every recipe trains on the built-in model: a few steps on a few rows, from the recipe's own settings."""

from pathlib import Path

import pytest

from core import recipes
from core.runs.events import Finished, Started, Step
from core.spec import build
from tests.tiny import write_chats
from tests.training.conftest import Lab

FEW = {"epochs": 0.1, "min_steps": 2}
"""The passes and the floor of a recipe are held by tests/unit/test_recipes.py; here only few steps are made."""

PAIRS = [(goal, "balanced") for goal in recipes.names("goal")]
PAIRS += [("faq", intensity) for intensity in recipes.names("intensity") if intensity != "balanced"]


@pytest.mark.parametrize(("goal", "intensity"), PAIRS)
def test_a_recipe_trains(lab: Lab, tmp_path: Path, goal: str, intensity: str) -> None:
    dataset = lab.datasets.add(write_chats(tmp_path / "more.jsonl", rows=30))
    values = recipes.apply(goal, intensity, FEW)
    run = lab.store.create(build({**values, "model": "starter", "dataset": dataset.id}), f"{goal}/{intensity}")
    lab.engine.submit(run.id)
    events = lab.wait(run).events()
    assert isinstance(events[-1], Finished), events[-1]
    assert run.spec.recipe == f"{goal}/{intensity}" and run.spec.rank == values["rank"]
    started = next(event for event in events if isinstance(event, Started))
    assert started.plan["rank"] == (values["rank"] or 16)
    assert started.plan["holdout_rows"] == (3 if values["goal"] != "facts" else 0)
    losses = [event.loss for event in events if isinstance(event, Step)]
    assert len(losses) == started.plan["steps"] <= 5 and all(loss is not None for loss in losses)
    assert run.usable_adapter() == run.adapter_folder
