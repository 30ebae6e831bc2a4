"""A light guess at what rows teach, with its reason, so that a person who has no idea yet has a first one."""

import json
from dataclasses import dataclass
from typing import Any, Literal

LOOKED_AT = 500
"""Rows that are looked at, at most, spread over the data."""

LEAST = 5
"""Rows below which nothing is guessed."""

FIGURES = 0.2
"""Share of answers with a digit in them up to which it is taken for manner rather than facts: hours and prices have
digits, a tone has not."""

Reason = Literal["json", "one_voice", "answers"]


@dataclass(frozen=True)
class Guess:
    """`recipe` is the name of a goal; `reason` says why: a sentence `settings.guess.<reason>`."""

    recipe: str
    reason: Reason


def guess(rows: list[dict[str, Any]]) -> Guess | None:
    """What conversations teach; None for running text, preference pairs and a handful of rows.

    All answers JSON: a fixed format. One system prompt for all, no answer twice and few figures: a style. Else facts.
    """
    rows = rows[:: -(-len(rows) // LOOKED_AT) or 1]
    talks = [row["messages"] for row in rows if row.get("messages")]
    if len(talks) < LEAST or len(talks) < len(rows):
        return None
    answers = [answer for turns in talks if (answer := _answer(turns))]
    if not answers:
        return None
    if all(_is_json(answer) for answer in answers):
        return Guess("format", "json")
    voices = {turns[0]["content"].strip() if turns[0]["role"] == "system" else "" for turns in talks}
    once = len(set(answers)) == len(answers)
    figures = sum(any(character.isdigit() for character in answer) for answer in answers)
    if len(voices) == 1 and "" not in voices and once and figures <= FIGURES * len(answers):
        return Guess("style", "one_voice")
    return Guess("faq", "answers")


def _answer(turns: list[dict[str, Any]]) -> str:
    """The last thing that the assistant says, "" when it says nothing."""
    said = [str(turn.get("content") or "").strip() for turn in turns if turn["role"] == "assistant"]
    return said[-1] if said else ""


def _is_json(answer: str) -> bool:
    """Whether it is an object or a list; a bare word or number is JSON by accident only."""
    if not answer.startswith(("{", "[")):
        return False
    try:
        json.loads(answer)
    except (ValueError, RecursionError):
        return False
    return True
