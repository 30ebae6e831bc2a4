"""One row as the checks look at it: its turns, and what is said by whom, put together once for all of them."""

from dataclasses import dataclass
from typing import Any

from core.data.raw import Row


@dataclass(slots=True)
class Seen:
    """A usable row.

    turns     the conversation; of a preference row its prompt with the chosen answer; [] for running text
    said      everything in the row, the rejected answer too
    asked     what users say; "" for running text
    answered  what the assistant says; for running text all of it
    """

    number: int
    row: Row
    turns: list[dict[str, Any]]
    said: str
    asked: str
    answered: str


def seen(row: Row) -> Seen:
    """A row in the stored shape."""
    if "text" in row:
        return Seen(row["row"], row, [], row["text"], "", row["text"])
    turns = row["messages"] if "messages" in row else [*row["prompt"], *(row.get("chosen") or row.get("answer") or [])]
    asked = "\n".join([turn["content"] for turn in turns if turn["role"] == "user"])
    answered = "\n".join([turn["content"] for turn in turns if turn["role"] == "assistant"])
    return Seen(row["row"], row, turns, "\n".join(words_of(row)), asked, answered)


def words_of(row: Row) -> list[str]:
    """All that is said in a row, turn by turn."""
    if "text" in row:
        return [row["text"]]
    if "messages" in row:
        return [turn["content"] for turn in row["messages"]]
    return [turn["content"] for key in ("prompt", "chosen", "rejected", "answer") for turn in row.get(key, [])]
