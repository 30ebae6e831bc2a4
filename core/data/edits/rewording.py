"""A row as a person has typed it: whether it can be learned, and what a turn keeps when its words are changed."""

from collections.abc import Iterable
from typing import Any

from core.data.literals import mended
from core.data.raw import PARTS as PARTS
from core.data.raw import Key, Row
from core.data.raw import Turn as Turn
from core.errors import UserError

ROLES = ("system", "user", "assistant", "tool")


def reworded(row: Row, part: str, turns: Iterable[tuple[int | None, str, str]]) -> Row:
    """The row with other turns in `part` ("messages", "prompt", "chosen", "rejected" or "answer").

    turns: (which turn of the part it was, None for a new one; role; content). A turn that stays of the same role keeps
    its tool calls, its reasoning and whether it is learned.
    """
    old: list[Turn] = row.get(part, [])
    found = []
    for index, role, content in turns:
        was = {} if index is None or old[index]["role"] != role else old[index]
        found.append({**was, "role": role, "content": content})
    return {**row, part: found}


def keyed(row: Any, key: Key, old: Row | None = None) -> Row:
    """A row as it is stored under its key; where it came from is not forgotten, half a character becomes U+FFFD.

    Raises UserError `edit.other_kind` for what is no row at all.
    """
    try:
        said = mended({name: value for name, value in row.items() if name not in ("row", "variant")})
    except (AttributeError, RecursionError) as error:
        raise UserError("edit.other_kind") from error
    if not _is_origin(said.get("from")):
        said.pop("from", None)
    if old is not None and "from" in old:
        said.setdefault("from", old["from"])
    return {"row": key[0], **said, **({"variant": key[1]} if key[1] else {})}


def learnable(row: Any, key: Key, task: str) -> Row:
    """A row as it is stored. Raises UserError `edit.*` for one that cannot be learned."""
    found = keyed(row, key)
    refuse_unlearnable(found, task)
    return found


def refuse_unlearnable(row: Row, task: str) -> None:
    """Raises UserError `edit.*` for a row that data of this task ("chat", "text" or "preference") cannot learn.

    As strict as the reader (formats/chat.py, preference.py), so that what is saved here is never left out later.
    """
    if not _of_task(row, task):
        raise UserError("edit.other_kind")
    if task == "text":
        if not row["text"].strip():
            raise UserError("edit.empty_text")
        return
    if not any(row.get(part) for part in PARTS):
        raise UserError("edit.no_turns")
    for part in PARTS:
        for number, turn in enumerate(row.get(part, ()), 1):
            _look_at(turn, number)
    if not _all_objects(row.get("tools", [])):
        raise UserError("edit.odd_tools")
    prompt = row.get("messages") or row.get("prompt") or []
    if task == "preference":
        if "answer" not in row:
            if not row["chosen"]:
                raise UserError("edit.no_chosen")
            if not row["rejected"]:
                raise UserError("edit.no_rejected")
            if not any(turn["role"] == "user" for turn in prompt):
                raise UserError("edit.no_question")
            _refuse_unanswered([*prompt, *row["rejected"]])
    _refuse_unanswered([*prompt, *row.get("chosen", ()), *row.get("answer", ())])


def refuse_unasked(row: Row, before: Row | None) -> None:
    """Raises UserError `edit.no_question` for a talk in which nobody asks. One that was read so may stay so."""
    if "text" not in row and not _asks(row) and (before is None or _asks(before)):
        raise UserError("edit.no_question")


def _asks(row: Row) -> bool:
    return any(turn["role"] in ("user", "tool") for part in ("messages", "prompt") for turn in row.get(part, ()))


def _refuse_unanswered(turns: list[Turn]) -> None:
    if not any(turn["role"] == "assistant" for turn in turns):
        raise UserError("edit.no_answer")


def _of_task(row: Row, task: str) -> bool:
    """Whether it has the parts of a row of this task, and none of another's."""
    if task == "text":
        return isinstance(row.get("text"), str) and not any(part in row for part in (*PARTS, "label"))
    if task == "chat":
        parts = ["messages"]
    else:
        parts = ["prompt", "answer"] if "label" in row else ["prompt", "chosen", "rejected"]
    if "text" in row or any(part in row for part in PARTS if part not in parts):
        return False
    return isinstance(row.get("label", True), bool) and all(isinstance(row.get(part), list) for part in parts)


_WORDS = ("reasoning_content", "name", "tool_call_id")


def _look_at(turn: Any, number: int) -> None:
    """One turn; what a tool answers may be anything, nothing too."""
    if not isinstance(turn, dict):
        raise UserError("edit.odd_turn", turn=number)
    role = turn.get("role")
    if role not in ROLES:
        raise UserError("edit.unknown_role", role=str(role)[:40], turn=number)
    said = turn.get("content")
    if not isinstance(said, str) or not _is_whole(turn):
        raise UserError("edit.odd_turn", turn=number)
    if said.strip() or role == "tool":
        return
    if role == "user":
        raise UserError("edit.empty_question", turn=number)
    if role == "system":
        raise UserError("edit.empty_system")
    if not turn.get("tool_calls"):
        raise UserError("edit.empty_answer", turn=number)


def _is_whole(turn: Turn) -> bool:
    """Whether what else a turn holds is as templates read it."""
    calls = turn.get("tool_calls", [])
    if not _all_objects(calls) or not _all_objects([call.get("function") for call in calls]):
        return False
    return (
        all(isinstance(call["function"].get("name"), str) for call in calls)
        and all(isinstance(turn.get(name, ""), str) for name in _WORDS)
        and isinstance(turn.get("learned", True), bool)
    )


def _all_objects(said: Any) -> bool:
    return isinstance(said, list) and all(isinstance(one, dict) for one in said)


def _is_origin(said: Any) -> bool:
    """Whether it says which row a row came from."""
    return isinstance(said, dict) and all(type(said.get(name, 0)) is int for name in ("row", "part")) and "row" in said
