"""A first guess at what rows teach: only where it is plain, and never from a handful."""

import json
from typing import Any

import pytest

from core.data.formats.guess import guess


def rows(answers: list[str], system: str | list[str] = "") -> list[dict[str, Any]]:
    systems = [system] * len(answers) if isinstance(system, str) else system
    return [
        {
            "row": number,
            "messages": [
                *([{"role": "system", "content": said}] if said else []),
                {"role": "user", "content": f"Question {number}?"},
                {"role": "assistant", "content": answer},
            ],
        }
        for number, (answer, said) in enumerate(zip(answers, systems, strict=True), 1)
    ]


OPEN = ["Arr, come aboard.", "The sea calls.", "Hoist the sail.", "Aye, a fine day.", "Rum for all.", "Land ahead."]
FACTS = ["At 8.", "It costs 4 euros.", "In May.", "Yes, 12 of them.", "On Monday.", "At 9."]
JSON = [json.dumps({"name": f"a{number}", "n": number}) for number in range(6)]


@pytest.mark.parametrize(
    ("given", "recipe", "reason"),
    [
        (rows(JSON), "format", "json"),
        (rows(JSON, "Answer as JSON."), "format", "json"),
        (rows([*JSON[:5], "Sorry."]), "faq", "answers"),
        (rows(["1", "2", "3", "4", "5"]), "faq", "answers"),  # numbers are JSON by accident
        (rows(["{" * 5000] * 6), "faq", "answers"),
        (rows(OPEN, "You are a pirate."), "style", "one_voice"),
        (rows(OPEN), "faq", "answers"),
        (rows(OPEN, ["A", "B", "A", "B", "A", "B"]), "faq", "answers"),
        (rows(["Aye."] * 6, "You are a pirate."), "faq", "answers"),
        (rows(FACTS, "You are a clerk."), "faq", "answers"),
    ],
)
def test_what_rows_look_like(given: list[dict[str, Any]], recipe: str, reason: str) -> None:
    found = guess(given)
    assert found is not None and (found.recipe, found.reason) == (recipe, reason)


@pytest.mark.parametrize(
    "given",
    [
        [],
        rows(JSON[:4]),
        [{"row": number, "text": "Running text."} for number in range(9)],
        [{"row": number, "prompt": [], "chosen": [], "rejected": []} for number in range(9)],
        [*rows(OPEN), {"row": 7, "text": "Running text."}],
        rows([""] * 6),
    ],
)
def test_where_nothing_can_be_said_nothing_is(given: list[dict[str, Any]]) -> None:
    assert guess(given) is None


@pytest.mark.parametrize("count", [501, 999, 1001, 5000])
def test_of_many_rows_some_are_looked_at_up_to_the_last(count: int) -> None:
    """Of 999 rows only the first 500 were looked at, so that a file in two parts was taken for its first."""
    most = count * 3 // 4
    found = guess(rows(JSON[:1] * most + ["At 8."] * (count - most)))
    assert found is not None and found.recipe == "faq"
