"""The curve in words: only whole periods of it are compared."""

import pytest

from core.runs.events import Event, Started, Step
from core.training.reading import read


def run(losses: list[float], *, per_epoch: int = 0, goal: str = "facts") -> list[Event]:
    plan = {"steps_per_epoch": per_epoch, "goal": goal}
    return [
        Started(attempt=1, plan=plan),
        *(Step(step=n, epoch=0.0, loss=loss, learning_rate=1e-3) for n, loss in enumerate(losses, 1)),
    ]


def saw(passes: int, per_epoch: int = 40) -> list[float]:
    """Long rows first, short ones that are known already at the end of each pass, and a fall from pass to pass."""
    return [5 * 0.7**number * (1 - n / per_epoch) for number in range(passes) for n in range(per_epoch)]


@pytest.mark.parametrize("steps", [38, 40, 79, 114, 155, 200])
def test_rows_of_like_length_that_stand_together_are_not_taken_for_progress_or_its_end(steps: int) -> None:
    code, _ = read(run(saw(6)[:steps], per_epoch=40))
    assert code == ("early" if steps < 40 else "learning")


def test_a_long_first_pass_is_read_all_the_same() -> None:
    assert read(run([3 - n / 100 for n in range(60)], per_epoch=5000))[0] == "learning"


def test_what_does_not_fall_any_more_is_said() -> None:
    falling, level = [5 * 0.9**n for n in range(40)], [0.5 + 0.01 * (n % 3) for n in range(200)]
    code, facts = read(run([*falling, *level], per_epoch=20))
    assert code == "flat" and facts["b"] == "0.51"


@pytest.mark.parametrize(("goal", "code"), [("facts", "heart"), ("style", "heart_style"), ("format", "heart_style")])
def test_known_by_heart_is_an_aim_for_facts_only(goal: str, code: str) -> None:
    assert read(run([2.0] * 10 + [0.01] * 60, per_epoch=20, goal=goal))[0] == code
