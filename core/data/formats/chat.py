"""One row -> a conversation: what stands before the question, the question with its other wordings, the answer."""

from typing import Any

from core.data.formats import markup
from core.data.formats.calls import only_calls, tools
from core.data.formats.cells import BadRow, Cells, parsed, text
from core.data.formats.similar import wordings
from core.data.formats.turns import Message, messages, take_tools, turns_of
from core.findings import Finding

ANSWERS = {"alpaca": "output", "prompt_completion": "completion", "question_answer": "answer"}
"""The part of a format that holds the answer."""

_SAVED = ('[{"', "[{'", '{"role"', '{"from"', '{"messages"')
"""How turns that were saved as text begin."""


def conversations(cells: Cells) -> list[dict[str, Any]]:
    """The conversations of one row, each `{"messages": [...], ["tools": [...]]}`: one, or one for each wording of the
    question. Raises BadRow."""
    offered = tools(cells.get("tools"))
    if "messages" in cells:
        found = with_start(cells, turns(cells, "messages"))
        if isinstance(cells.get("messages"), str) and (taken := take_tools(found)):
            offered = [*offered, *taken]
            cells.notes.add(Finding("info", "row.tools_taken"))
            found = found if found[0]["content"] else found[1:]
        if answers := [message for message in found if message["role"] == "assistant"]:
            _think(cells, answers[-1])
        return [_checked(found, offered)]
    answer = answer_of(cells, ANSWERS.get(cells.format, "answer"), bool(offered))
    asked = questions(cells)
    start = with_start(cells, asked[0])
    before = start[: len(start) - len(asked[0])]
    return [_checked([*before, *question, *answer], offered) for question in asked]


def with_start(cells: Cells, found: list[Message]) -> list[Message]:
    """`found` with the system prompt and the earlier exchanges of other columns before it; its own prompt stays."""
    before = history(cells)
    own = bool(found) and found[0]["role"] == "system"
    system = cells.text("system") if "system" in cells else ""
    if cells.markup and system.startswith("SYSTEM:"):
        system = system.removeprefix("SYSTEM:").strip()
    if not system.strip():
        return [*found[:1], *before, *found[1:]] if own else [*before, *found]
    if not own:
        return [{"role": "system", "content": system}, *before, *found]
    if system.strip() != found[0]["content"].strip():
        cells.notes.add(Finding("warning", "system.two", column=cells.column("system")))
    return [*found[:1], *before, *found[1:]]


def turns(cells: Cells, part: str) -> list[Message]:
    """The turns of a cell, also of one that is marked up. Raises BadRow."""
    return messages(cells.get(part), cells.notes, cells.column(part), cells.markup)


def history(cells: Cells) -> list[Message]:
    """Earlier exchanges: pairs, turns, or text in which they are marked. Raises BadRow `row.history`."""
    value = cells.get("history")
    if value is None or isinstance(value, str) and not value.strip() or value in ([], {}):
        return []
    if isinstance(value, str) and value.strip() in ("[]", "null", "None", "nan"):
        return []
    if isinstance(value, str) and parsed(value) is None and (split := markup.split(value)):
        return split
    if not (earlier := turns_of(value)):
        raise BadRow(Finding("error", "row.history", column=cells.column("history")))
    found: list[Message] = []
    column = cells.column("history")
    for exchange in earlier:
        if isinstance(exchange, list) and len(exchange) == 2:
            found.append({"role": "user", "content": text(exchange[0], cells.notes, column)})
            found.append({"role": "assistant", "content": text(exchange[1], cells.notes, column)})
        elif isinstance(exchange, dict):
            found += messages([exchange], cells.notes, column)
        elif isinstance(exchange, str) and len(earlier) % 2 == 0:
            found.append({"role": "assistant" if len(found) % 2 else "user", "content": exchange})
        else:
            raise BadRow(Finding("error", "row.history", column=column))
    return found


def questions(cells: Cells) -> list[list[Message]]:
    """What the user says before the answer: the question, and each of its other wordings, as turns."""
    if "prompt" in cells and (found := prompt_turns(cells)) is not None:
        return [found]
    part = next(part for part in ("instruction", "prompt", "question", "similar") if part in cells)
    said = cells.text(part) if part != "similar" else ""
    if part == "question" and not said.strip():
        said = cells.text("title")
    more = cells.text("input") if "input" in cells else ""
    if more.strip():
        said = _about(said, more, part)
    asked = [said] if said.strip() else []
    for wording in wordings(cells) if "similar" in cells else ():
        wording = _about(wording, more, part) if more.strip() else wording
        if wording.strip() not in {one.strip() for one in asked}:
            asked.append(wording)
    if not asked:
        raise BadRow(Finding("error", "question.empty"))
    return [[{"role": "user", "content": one}] for one in asked]


def _about(said: str, more: str, part: str) -> str:
    """A question with what it is about: before it, but after an instruction, which says what to do with it."""
    if not said.strip():
        return more
    return f"{said}\n{more}" if part == "instruction" else f"{more}\n{said}"


def prompt_turns(cells: Cells) -> list[Message] | None:
    """A prompt that is itself turns, as a list or marked up; None when it is plain text."""
    value = cells.get("prompt")
    if isinstance(value, dict | list) and are_turns(turns_of(value)):
        return turns(cells, "prompt")
    if not isinstance(value, str):
        return None
    if value.lstrip().startswith(_SAVED) and are_turns(turns_of(value)):
        return turns(cells, "prompt")
    if not cells.markup:
        return None
    return markup.split_prompt(value, cells.markup)


def answer_of(cells: Cells, part: str, offered: bool = False) -> list[Message]:
    """An answer as turns: text becomes one assistant turn, turns stay turns, and calls alone are calls of tools."""
    value = cells.get(part)
    if isinstance(value, dict | list) and are_turns(turns_of(value)):
        return turns(cells, part)
    if isinstance(value, str) and value.lstrip().startswith(_SAVED) and are_turns(turns_of(value)):
        return turns(cells, part)
    if isinstance(value, dict) and "answer_start" in value and isinstance(told := value.get("text"), list):
        return [{"role": "assistant", "content": text(told[0], cells.notes) if told else ""}]  # as SQuAD has it
    if offered and (called := only_calls(value)):
        cells.notes.add(Finding("info", "row.calls_taken", column=cells.column(part)))
        message: Message = {"role": "assistant", "content": "", "tool_calls": called}
    else:
        message = {"role": "assistant", "content": cells.text(part)}
    _think(cells, message)
    return [message]


def are_turns(value: Any) -> bool:
    """Whether it is certainly turns: objects that all name a speaker and hold what is said."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(
            isinstance(turn, dict)
            and any(key in turn for key in ("role", "from", "speaker"))
            and any(key in turn for key in ("content", "value", "text", "parts", "tool_calls", "function_call"))
            for turn in value
        )
    )


def _think(cells: Cells, answer: Message) -> None:
    """Puts the thinking of a column of its own before the answer, unless the answer has it already."""
    if "thinking" not in cells or "reasoning_content" in answer or "<think>" in answer["content"]:
        return
    if (thinking := cells.text("thinking")).strip():
        answer["reasoning_content"] = thinking


def _checked(found: list[Message], offered: list[dict[str, Any]]) -> dict[str, Any]:
    usable(found)
    return {"messages": found, "tools": offered} if offered else {"messages": found}


def usable(found: list[Message]) -> None:
    """Raises BadRow when a conversation has nothing to learn from or holds an empty turn that matters."""
    answered = False
    empty = False
    for message in found:
        content = message["content"]
        role = message["role"]
        blank = not content or content.isspace()
        if role == "assistant":
            answered = True
            if blank and not message.get("tool_calls"):
                raise BadRow(Finding("error", "answer.empty"))
        elif role == "user" and blank:
            empty = True
    if not answered:
        raise BadRow(Finding("error", "row.no_assistant"))
    if empty:
        raise BadRow(Finding("error", "question.empty"))
