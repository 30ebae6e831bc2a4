"""What was typed into the form of a row, as the browser sends it, made into a row (no Gradio here).

    {"form": 3, "text": null | "..."}
    {"form": 3, "parts": {"messages": [{"was": 0 | null, "role": "user", "content": null | "..."}]}, "label": true}

`form` is the number of the form, `was` the place that a turn had, `content` null for a box that nobody touched: what
the form does not show (thinking, tool calls, line ends of another system) then stays as it was.
"""

import json
from collections.abc import Iterator
from typing import Any

from core.data.edits.rewording import PARTS, ROLES, Turn, reworded
from core.errors import UserError
from webui.guard import TYPED_LIMIT
from webui.tabs.row_view import THINKING, Row

SIZE = TYPED_LIMIT
"""Characters that are taken from a form; a longer row is not opened in one."""
TURNS = 1000
"""Turns of a part that a form may have."""


def too_long(row: Row) -> bool:
    """Whether a row is more than a form can hold."""
    turns = [row[part] for part in PARTS if part in row]
    return len(json.dumps(row)) > SIZE // 2 or any(len(each) > TURNS for each in turns)


def said(turn: Turn) -> str:
    """What the box of a turn shows: its words without the thinking that is written before them."""
    content = str(turn.get("content") or "")
    found = THINKING.match(content) if turn.get("role") == "assistant" else None
    return content[found.end() :] if found else content


def thought(turn: Turn) -> str:
    """The thinking of a turn, which is kept and not changed."""
    if turn.get("reasoning_content"):
        return str(turn["reasoning_content"])
    found = THINKING.match(str(turn.get("content") or "")) if turn.get("role") == "assistant" else None
    return found[1].strip() if found else ""


def fixed(turn: Turn) -> bool:
    """Whether a turn keeps its role: what it calls, or what it answers, hangs on that."""
    return turn.get("role") == "tool" or bool(turn.get("tool_calls")) or bool(thought(turn))


def opened(sent: str) -> dict[str, Any]:
    """What the browser sent, as far as it can be a form at all. Raises UserError `edit.bad_form`."""
    if len(sent) > SIZE:
        raise UserError("edit.bad_form")
    try:
        form = json.loads(sent)
    except (ValueError, RecursionError):
        raise UserError("edit.bad_form") from None
    if not isinstance(form, dict) or isinstance(form.get("form"), bool) or not isinstance(form.get("form"), int):
        raise UserError("edit.bad_form")
    return form


def row_of(form: dict[str, Any], base: Row) -> Row:
    """The row that the form makes of `base`. Raises UserError `edit.bad_form` for what no form of ours sends."""
    row = dict(base)
    if "text" in base:
        row["text"] = _text(form.get("text"), str(base["text"]))
        return row
    parts = form.get("parts")
    if not isinstance(parts, dict) or set(parts) != {part for part in PARTS if part in base}:
        raise UserError("edit.bad_form")
    for part, turns in parts.items():
        row = reworded(row, part, _turns(turns, base[part]))
    if "label" in base:
        if not isinstance(form.get("label"), bool):
            raise UserError("edit.bad_form")
        row["label"] = form["label"]
    return row


def _text(typed: object, before: str) -> str:
    if typed is None:
        return before
    if not isinstance(typed, str):
        raise UserError("edit.bad_form")
    return typed


def _turns(given: object, before: list[Turn]) -> Iterator[tuple[int | None, str, str]]:
    """(which turn it was, role, content) of each, as `reworded` takes them."""
    if not isinstance(given, list) or len(given) > TURNS:
        raise UserError("edit.bad_form")
    used: set[int] = set()
    for turn in given:
        if not isinstance(turn, dict) or turn.get("role") not in ROLES:
            raise UserError("edit.bad_form")
        was, role = turn.get("was"), str(turn["role"])
        if was is None:
            yield None, role, _text(turn.get("content"), "")
            continue
        if isinstance(was, bool) or not isinstance(was, int) or not 0 <= was < len(before) or was in used:
            raise UserError("edit.bad_form")
        used.add(was)
        if fixed(before[was]) and role != before[was].get("role"):
            raise UserError("edit.bad_form")
        yield was, role, _content(turn.get("content"), before[was])


def _content(typed: object, turn: Turn) -> str:
    """What was typed, behind the thinking that the box does not show."""
    whole = str(turn.get("content") or "")
    return whole[: len(whole) - len(said(turn))] + _text(typed, said(turn))
