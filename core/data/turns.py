"""Turns of a conversation as they are published -> messages with the roles system, user, assistant and tool."""

import json
from typing import Any

from core.data.columns import plain
from core.data.literals import Literal, as_text, restored
from core.findings import Finding

Message = dict[str, Any]

ROLES = {
    "user": "user", "human": "user", "prompter": "user", "customer": "user", "用户": "user", "问": "user",
    "assistant": "assistant", "gpt": "assistant", "bot": "assistant", "model": "assistant", "ai": "assistant",
    "chatbot": "assistant", "chatgpt": "assistant", "bing": "assistant", "bard": "assistant",
    "助手": "assistant", "客服": "assistant", "答": "assistant",
    "system": "system", "developer": "system", "系统": "system",
    "tool": "tool", "observation": "tool", "function": "tool", "tool_response": "tool",
    "function_response": "tool", "ipython": "tool",
    "function_call": "function_call", "tool_call": "function_call",
}  # fmt: skip
"""What a turn's speaker is called in published data. `function_call` becomes an assistant turn with `tool_calls`."""

_ROLE_KEYS = ("role", "from", "speaker")
_CONTENT_KEYS = ("content", "value", "text")


class BadRow(Exception):
    """A row that cannot be used, with the finding that says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.code)
        self.finding = finding


class Notes:
    """What was met on the way in one row and is worth a word, by finding code."""

    def __init__(self) -> None:
        self.codes: set[str] = set()


def style(turns: list[Any]) -> str | None:
    """How turns are written: messages for role/content, sharegpt for from/value or pairs, None for no turns."""
    first = next((turn for turn in turns if isinstance(turn, dict)), None)
    if first is None:
        return None
    if "from" in first or "speaker" in first:
        return "sharegpt"
    if "role" in first:
        return "messages"
    return "sharegpt" if any(plain(str(key)) in ROLES for key in first) else None


def text(value: Any, notes: Notes) -> str:
    """A cell or a turn's content as text; parts of type text are joined. Raises BadRow for pictures and sound."""
    if isinstance(value, list) and value and all(isinstance(part, dict) and "type" in part for part in value):
        if any(part["type"] not in ("text", "input_text", "output_text") for part in value):
            raise BadRow(Finding("error", "row.media"))
        return "".join(as_text(part.get("text")) for part in value)
    if isinstance(value, dict | list):
        notes.codes.add("row.structured")
    return as_text(value)


def messages(turns: Any, notes: Notes) -> list[Message]:
    """Turns of any known shape as messages. Raises BadRow `row.no_turns`, `row.unknown_role` or `row.null`."""
    if isinstance(turns, str):
        try:
            turns = json.loads(turns) if turns.lstrip().startswith("[") else None
        except (ValueError, RecursionError):
            turns = None
    if isinstance(turns, dict):
        turns = [turns]
    if not isinstance(turns, list) or not turns:
        raise BadRow(Finding("error", "row.no_turns"))
    found: list[Message] = []
    for turn in turns:
        found += _messages_of(turn, notes)
    return found


def _messages_of(turn: Any, notes: Notes) -> list[Message]:
    if not isinstance(turn, dict):
        raise BadRow(Finding("error", "row.no_turns"))
    role_key = next((key for key in _ROLE_KEYS if key in turn), None)
    if role_key is None:
        return _pair(turn, notes)
    said = str(turn[role_key]).strip()
    role = ROLES.get(said.lower())
    if role is None:
        raise BadRow(Finding("error", "row.unknown_role", role=said[:40]))
    content = next((turn[key] for key in _CONTENT_KEYS if key in turn), None)
    if role == "function_call":
        call = _call(content)
        return [
            {"role": "assistant", "content": "", "tool_calls": call}
            if call
            else {"role": "assistant", "content": text(content, notes)}
        ]
    message: Message = {"role": role, "content": text(content, notes)}
    calls = _calls(turn.get("tool_calls")) if role == "assistant" else []
    if calls:
        message["tool_calls"] = calls
    elif content is None:
        raise BadRow(Finding("error", "row.null", role=role))
    if role == "tool" and isinstance(turn.get("name"), str):
        message["name"] = turn["name"]
    if role == "assistant" and isinstance(turn.get("reasoning_content"), str) and turn["reasoning_content"]:
        message["reasoning_content"] = turn["reasoning_content"]
    return [message]


def _pair(turn: dict[str, Any], notes: Notes) -> list[Message]:
    """{"human": "...", "assistant": "..."}: both sides of one exchange in one object."""
    found = [
        {"role": ROLES[plain(str(key))], "content": text(value, notes)}
        for key, value in turn.items()
        if plain(str(key)) in ROLES and ROLES[plain(str(key))] != "function_call" and value is not None
    ]
    if not found:
        raise BadRow(Finding("error", "row.no_turns"))
    order = ("system", "user", "tool", "assistant")
    return sorted(found, key=lambda message: order.index(message["role"]))


def _call(content: Any) -> list[dict[str, Any]]:
    """A ShareGPT function_call, `{"name", "arguments"}` as text or object; [] when it is neither."""
    if isinstance(content, str):
        try:
            content = json.loads(content)
        except (ValueError, RecursionError):
            return []
    return _calls(content if isinstance(content, list) else [content])


def _calls(value: Any) -> list[dict[str, Any]]:
    """Tool calls in the one shape that chat templates read, arguments as an object."""
    found: list[dict[str, Any]] = []
    for call in value if isinstance(value, list) else []:
        function = call.get("function", call) if isinstance(call, dict) else None
        if not isinstance(function, dict) or not isinstance(function.get("name"), str):
            continue
        arguments = function.get("arguments", function.get("parameters", {}))
        if isinstance(arguments, str) and not isinstance(arguments, Literal):
            try:
                parsed = json.loads(arguments)
            except (ValueError, RecursionError):
                parsed = None
            arguments = parsed if isinstance(parsed, dict) else arguments
        found.append(
            {"type": "function", "function": {"name": function["name"], "arguments": restored(arguments or {})}}
        )
    return found


def tools(value: Any) -> list[dict[str, Any]]:
    """A `tools` cell, JSON text or a list, as `{"type": "function", "function": {...}}`. Raises BadRow `row.tools`."""
    if isinstance(value, str):
        if not value.strip():
            return []
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            raise BadRow(Finding("error", "row.tools")) from None
    if value is None:
        return []
    if isinstance(value, dict):
        value = [value]
    if not isinstance(value, list) or not all(isinstance(tool, dict) for tool in value):
        raise BadRow(Finding("error", "row.tools"))
    value = restored(value)
    return [tool if "function" in tool else {"type": "function", "function": tool} for tool in value]
