"""What automatic means: by the goal and the model's size; and what is too much for a very small model."""

from typing import Any

import pytest

from core.models.facts import ModelFacts
from core.spec import RunSpec, build
from core.training import limits
from core.training.plan import Plan, make_plan
from webui.text import LANGUAGES, load

CPU = {"kind": "cpu", "name": "CPU", "free_gb": 8.0, "cores": 2}
STARTER, MIDDLE, LARGE = 3_000_000, 500_000_000, 7_000_000_000


def facts(parameters: int) -> ModelFacts:
    return ModelFacts(
        parameters=parameters, layers=2, hidden=32, intermediate=64, heads=2, kv_heads=1, head_dim=16, vocab=100,
        context=1024, dtype_bytes=2, architecture="Qwen3ForCausalLM", model_type="qwen3", modules={}, tied=True,
    )  # fmt: skip


def plan(spec: RunSpec, parameters: int = MIDDLE, rows: int = 50, length: int = 40) -> Plan:
    return make_plan(spec, facts(parameters), [length] * min(rows, 100), rows, CPU, "fp32")


@pytest.mark.parametrize(
    ("goal", "parameters", "rank", "rate"),
    [
        ("facts", STARTER, 16, 4.3e-3),
        ("style", STARTER, 16, 2.2e-3),  # a very small model needs the room whatever it learns
        ("format", STARTER, 16, 3e-3),
        ("facts", MIDDLE, 16, 2e-4),
        ("style", MIDDLE, 8, 1e-4),
        ("format", MIDDLE, 8, 1.4e-4),
        ("facts", LARGE, 16, 1e-4),
        ("style", LARGE, 8, 1e-4),  # never below what an adapter needs to move at all
    ],
)
def test_rank_and_rate_follow_goal_and_size(goal: str, parameters: int, rank: int, rate: float) -> None:
    settled = plan(build({"goal": goal}), parameters)
    assert (settled.rank, settled.learning_rate, settled.alpha) == (rank, rate, 2.0 * rank)


def test_what_was_said_wins_and_alpha_follows_the_settled_rank() -> None:
    settled = plan(build({"goal": "style", "rank": 64, "learning_rate": 3e-3}), STARTER)
    assert (settled.rank, settled.alpha, settled.learning_rate) == (64, 128.0, 3e-3)
    assert plan(build({"alpha": 20})).alpha == 20


@pytest.mark.parametrize(("goal", "rows", "aside"), [("facts", 50, 0), ("style", 50, 5), ("format", 5000, 50)])
def test_rows_kept_aside_follow_the_goal(goal: str, rows: int, aside: int) -> None:
    settled = plan(build({"goal": goal}), rows=rows)
    assert (settled.holdout_rows, settled.train_rows) == (aside, rows - aside)


def test_a_spec_of_before_keeps_its_rank() -> None:
    """Run folders written when rank was always a number, and no goal was said."""
    values: dict[str, Any] = {**RunSpec().model_dump(), "rank": 16, "recipe": "chat/balanced"}
    del values["goal"]
    spec = RunSpec.model_validate(values)
    assert (spec.rank, spec.goal, plan(spec).rank) == (16, "facts", 16)


@pytest.mark.parametrize(
    ("parameters", "rows", "lengths", "told"),
    [
        (STARTER, 50, [40] * 50, []),
        (STARTER, 2000, [400] * 100, []),
        (STARTER, 2001, [40] * 100, ["model.many_rows"]),
        (STARTER, 200, [40] * 199 + [900], []),  # one long row in two hundred
        (STARTER, 100, [40] * 90 + [900] * 10, ["model.long_rows"]),
        (STARTER, 5000, [900] * 100, ["model.many_rows", "model.long_rows"]),
        (STARTER, 0, [], []),
        (MIDDLE, 50_000, [900] * 100, []),
    ],
)
def test_too_much_for_a_practice_model_is_said(parameters: int, rows: int, lengths: list[int], told: list[str]) -> None:
    found = limits.findings(facts(parameters), rows, lengths)
    assert [finding.code for finding in found] == told
    for finding in found:
        for language in LANGUAGES:
            said = f"{rows:,}" if finding.code == "model.many_rows" else "900"
            assert said in load(language).finding(finding)
