"""The shapes in which templates want the same conversation: content as text or parts, arguments as object or text."""

import json
from collections.abc import Iterator
from typing import Any

Message = dict[str, Any]


def shapes(messages: list[Message], parts: bool) -> Iterator[list[Message]]:
    """The conversation as it is, then as some templates need it; only what differs from the ones before."""
    calls = [message for message in messages if message.get("tool_calls")]
    base = with_parts(messages) if parts else messages
    yield base
    if not calls:
        return
    written = [_with_written_arguments(message) for message in base]
    yield written
    if any(not _text(message) for message in calls):
        for each in (base, written):
            yield [{**m, "content": None} if m.get("tool_calls") and not _text(m) else m for m in each]


def with_parts(messages: list[Message]) -> list[Message]:
    """Content as a list of parts of type text."""
    return [
        {**message, "content": [{"type": "text", "text": message["content"]}]}
        if isinstance(message.get("content"), str)
        else message
        for message in messages
    ]


def _text(message: Message) -> str:
    content = message.get("content")
    if isinstance(content, list):
        content = "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return content.strip() if isinstance(content, str) else ""


def _with_written_arguments(message: Message) -> Message:
    """Arguments as JSON text, for templates that put them together with other text."""
    if not message.get("tool_calls"):
        return message
    calls = []
    for call in message["tool_calls"]:
        function = call.get("function") if isinstance(call, dict) else None
        if isinstance(function, dict) and not isinstance(function.get("arguments"), str):
            written = json.dumps(function.get("arguments") or {}, ensure_ascii=False)
            call = {**call, "function": {**function, "arguments": written}}
        calls.append(call)
    return {**message, "tool_calls": calls}
