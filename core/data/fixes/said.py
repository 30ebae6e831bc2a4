"""The words of a row in the stored shape, changed without touching anything else of it."""

from collections.abc import Callable
from typing import Any

from core.data.raw import PARTS, Row, Turn

Change = Callable[[str], str]


def with_words(row: Row, change: Change, *, arguments: bool = False) -> Row:
    """The row with `change` made to all that is said and thought in it; with `arguments` to what tools are given and
    answer too.

    The row itself where nothing changes, or where a turn would be left without a word.
    """
    if "text" in row:
        said = change(row["text"])
        return row if said == row["text"] or not said.strip() else {**row, "text": said}
    found = dict(row)
    for part in PARTS:
        if part in row:
            found[part] = [_turn(turn, change, arguments) for turn in row[part]]
            for before, after in zip(row[part], found[part], strict=True):
                if before["content"].strip() and not after["content"].strip():
                    return row
    return row if found == row else found


def _turn(turn: Turn, change: Change, arguments: bool) -> Turn:
    if turn["role"] == "tool" and not arguments:
        return turn
    found = {**turn, "content": change(turn["content"])}
    if thought := turn.get("reasoning_content"):
        found["reasoning_content"] = change(thought)
    if arguments and turn.get("tool_calls"):
        found["tool_calls"] = [_given(call, change) for call in turn["tool_calls"]]
    return found


def _given(call: dict[str, Any], change: Change) -> dict[str, Any]:
    """A call with the texts of its arguments changed; its name and its id stay."""
    function = call["function"]
    return {**call, "function": {**function, "arguments": _inside(function.get("arguments"), change)}}


def _inside(value: Any, change: Change) -> Any:
    if isinstance(value, dict):
        return {key: _inside(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [_inside(item, change) for item in value]
    return change(value) if isinstance(value, str) else value
