"""The places of turns in a text: what is marked to find them, and a last look at what was found."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from core.data.tokens.boundaries import NotShown
from core.data.tokens.skeleton import Marking, Message, thinking

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Place:
    """A turn in a text, and the token to write behind it."""

    start: int
    end: int
    added: str


def markings(messages: list[Message]) -> Iterator[Marking]:
    """From all words marked to few: a template may look at words, and then says other things around marks."""
    thoughts = (False, True) if any(_has_thoughts(message) for message in messages) else (False,)
    speakers = frozenset(n for n, message in enumerate(messages) if message["role"] != "user")
    calls = (True, False) if any(message.get("tool_calls") for message in messages) else (True,)
    for only in (None, speakers):
        for apart in thoughts:
            for called in calls:
                yield Marking(only, called, apart)


def _has_thoughts(message: Message) -> bool:
    """Whether content begins with thoughts."""
    content = message.get("content")
    return message["role"] == "assistant" and isinstance(content, str) and thinking(content) is not None


def thinks(message: Message) -> bool:
    """Whether a turn has thoughts that are not empty."""
    if message["role"] != "assistant":
        return False
    thoughts, content = message.get("reasoning_content"), message.get("content")
    if isinstance(thoughts, str) and thoughts.strip():
        return True
    split = thinking(content) if isinstance(content, str) and "</" in content else None
    return split is not None and bool(split[1].strip())


def unmixed(number: int, written: str, messages: list[Message]) -> None:
    """Raises NotShown when what the template writes into a turn holds words of others."""
    called = repr(messages[number].get("tool_calls") or "")
    for message in messages:
        words = message.get("content")
        if message["role"] == "assistant" or not isinstance(words, str) or len(words.strip()) < 3:
            continue
        if words.strip() in written and words.strip() not in called:
            raise NotShown(f"the template mixes turn {number + 1} with others")


def checked(text: str, found: dict[int, Place], messages: list[Message], wanted: list[int]) -> tuple[str, list[Span]]:
    """Text and spans, after a last look: in order, and with every call that is to be learned."""
    spans: list[Span] = []
    for number in wanted:
        start, end = found[number].start, found[number].end
        if start > end or spans and start < spans[-1][1]:
            raise NotShown(f"the template mixes turn {number + 1} with others")
        for name, times in Counter(_called(messages[number])).items():
            if text.count(name, start, end) < times:
                raise NotShown(f"the template does not show the tool call of turn {number + 1}")
        for name in _arguments(messages[number]):
            if all(form not in text[start:end] for form in (name, json.dumps(name)[1:-1])):
                raise NotShown(f"the template does not show the whole tool call of turn {number + 1}")
        if added := found[number].added:
            text, end = text[:end] + added, end + len(added)
        spans.append((start, end))
    return text, spans


def _called(message: Message) -> Iterator[str]:
    return (function["name"] for function in _functions(message) if isinstance(function.get("name"), str))


def _arguments(message: Message) -> Iterator[str]:
    for function in _functions(message):
        if isinstance(function.get("arguments"), dict):
            yield from map(str, function["arguments"])


def _functions(message: Message) -> Iterator[dict[str, Any]]:
    for call in message.get("tool_calls") or []:
        function = call.get("function") if isinstance(call, dict) else None
        if isinstance(function, dict):
            yield function
