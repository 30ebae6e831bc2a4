"""A conversation with marks in place of its words: what a template makes of it is the template's own text.

    skeleton   <|im_start|>user\n MARK0 <|im_end|>\n<|im_start|>assistant\n MARK1 <|im_end|>\n
    text       <|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\nHi.<|im_end|>\n

Laid beside each other, every character of the text is either the template's or a known person's, whatever the words
are: words that look like a header, equal words, no words. Where the two do not fit, the template treats these words
in a way of its own, and nothing is said about them.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeGuard

from core.data.tokens.rendering import CLOSE, OPEN

Message = dict[str, Any]

NONCE = "Qz7tmark"
"""Letters and digits, which no template trims, escapes or takes for something else."""
_MARK = re.compile(NONCE + r"(\d+)x")
_TAGS = (
    ("<think>", "</think>"),
    ("<seed:think>", "</seed:think>"),
    ("[THINK]", "[/THINK]"),
    ("<thought>", "</thought>"),
    ("<reasoning>", "</reasoning>"),
)


@dataclass(frozen=True, slots=True)
class Marking:
    """What gets a mark.

    only      the messages by number, None for all
    calls     the names of called functions too
    thoughts  thoughts inside of content apart from the answer, for templates that take them apart
    """

    only: frozenset[int] | None = None
    calls: bool = True
    thoughts: bool = False


@dataclass(slots=True)
class Marked:
    """A conversation with marks.

    texts   the words that each mark stands for
    owners  the number of the message that they belong to
    key     equal for conversations that differ only in marked words, None when that cannot be said cheaply
    """

    messages: list[Message]
    texts: list[str]
    owners: list[int]
    key: tuple[Any, ...] | None


@dataclass(slots=True)
class Pieces:
    """A rendered skeleton: literal, mark, literal, ..., literal."""

    literals: list[str]
    marks: list[int]

    @staticmethod
    def of(text: str) -> "Pieces":
        found = _MARK.split(text)
        return Pieces(found[::2], [int(number) for number in found[1::2]])


def without_tracks(rendered: str) -> tuple[Pieces, set[tuple[int, int]]]:
    """The pieces, and where {% generation %} blocks begin: literal and offset in it."""
    pieces = Pieces.of(rendered)
    opened: set[tuple[int, int]] = set()
    for index, literal in enumerate(pieces.literals):
        while (at := literal.find(OPEN)) >= 0 or CLOSE in literal:
            closed = literal.find(CLOSE)
            if at >= 0 and (closed < 0 or at < closed):
                opened.add((index, at))
            else:
                at = closed
            literal = literal[:at] + literal[at + 1 :]
        pieces.literals[index] = literal
    return pieces, opened


def mark(number: int) -> str:
    return f"{NONCE}{number}x"


def marked(messages: list[Message], how: Marking = Marking()) -> Marked:
    """The conversation with marks in place of words. Raises ValueError for words that hold a mark."""
    texts: list[str] = []
    owners: list[int] = []
    copies: list[Message] = []
    key: list[Any] = []
    cheap = how.only is None

    def put(words: str, owner: int) -> str:
        if NONCE in words:
            raise ValueError("the words hold a mark that is used to find them")
        texts.append(words)
        owners.append(owner)
        return mark(len(texts) - 1)

    for number, message in enumerate(messages):
        copy = dict(message)
        copies.append(copy)
        if how.only is not None and number not in how.only:
            continue
        content, role = message.get("content"), message["role"]
        thoughts, calls = message.get("reasoning_content"), message.get("tool_calls")
        about: Any = ""
        if isinstance(thoughts, str):
            copy["reasoning_content"] = put(thoughts, number) if thoughts.strip() else thoughts
            about = (bool(thoughts.strip()) or thoughts,)
        if isinstance(content, str):
            if not content.strip() and (role != "assistant" or calls or about):
                about = (about, content)
            elif how.thoughts and role == "assistant" and (split := thinking(content)):
                copy["content"] = "".join(
                    put(part, number) if index % 2 and part.strip() else part for index, part in enumerate(split)
                )
                about = (about, *(bool(part.strip()) or part if i % 2 else part for i, part in enumerate(split)))
            else:
                copy["content"] = put(content, number)
        elif _is_parts(content):
            copy["content"] = [{**part, "text": put(part["text"], number)} for part in content]
            about = (about, len(content))
        else:
            about = (about, repr(content))
        if calls:
            cheap = False
            if how.calls:
                copy["tool_calls"] = [_call(call, put, number) for call in calls]
        if len(message) > 2 and cheap:
            about = (about, repr([item for item in message.items() if item[0] not in ("content", "reasoning_content")]))
        key.append((role, about) if about else role)
    return Marked(copies, texts, owners, tuple(key) if cheap else None)


def _is_parts(content: Any) -> TypeGuard[list[dict[str, str]]]:
    return isinstance(content, list) and all(
        isinstance(part, dict) and isinstance(part.get("text"), str) for part in content
    )


def _call(call: Any, put: Any, number: int) -> Any:
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict) or not isinstance(function.get("name"), str) or not function["name"].strip():
        return call
    return {**call, "function": {**function, "name": put(function["name"], number)}}


def thinking(content: str) -> tuple[str, str, str, str] | None:
    """("<think>", thoughts, "</think>", words) of an answer that begins with its thoughts."""
    for opening, closing in _TAGS:
        if closing in content and content.count(closing) == 1:
            before, _, words = content.partition(closing)
            head, found, thoughts = before.rpartition(opening)
            if head.strip() or opening in head or opening in words:
                return None
            return (head + found, thoughts, closing, words)
    return None


def fitted(pieces: Pieces, texts: list[str], text: str) -> list[tuple[int, int]] | None:
    """Where the words of each mark stand in `text`; None where text and skeleton do not fit."""
    literals = pieces.literals
    if not text.startswith(literals[0]):
        return None
    at = len(literals[0])
    found: list[tuple[int, int]] = []
    for index, number in enumerate(pieces.marks, 1):
        literal, last = literals[index], index == len(pieces.marks)
        for form in _forms(texts[number]):
            end = at + len(form)
            if (
                text.startswith(form, at)
                and text.startswith(literal, end)
                and (not last or end + len(literal) == len(text))
            ):
                break
        else:
            return None
        found.append((at, end))
        at = end + len(literal)
    return found if at == len(text) else None


def loosely_fitted(pieces: Pieces, texts: list[str], text: str) -> list[tuple[int, int]] | None:
    """As `fitted`, for one mark whose words the template writes in a form of its own (blanks, case, a part)."""
    if len(pieces.marks) != 1:
        return None
    start, end = len(pieces.literals[0]), len(text) - len(pieces.literals[1])
    if end < start or not text.startswith(pieces.literals[0]) or not text.endswith(pieces.literals[1]):
        return None
    written, words = ("".join(each.split()).casefold() for each in (text[start:end], texts[pieces.marks[0]]))
    return [(start, end)] if written and words.endswith(written) else None


def _forms(words: str) -> Iterator[str]:
    """How templates write words: as they are, trimmed, as JSON."""
    yield words
    if words[:1].isspace() or words[-1:].isspace():
        yield words.strip()
        yield words.rstrip()
        yield words.lstrip()
        yield words.strip("\n")
        yield words.rstrip("\n")
        yield words.lstrip("\n")
    for ascii_only in (False, True):
        written = json.dumps(words, ensure_ascii=ascii_only)[1:-1]
        if written != words:
            yield written
    if words != words.strip():
        yield json.dumps(words.strip(), ensure_ascii=False)[1:-1]
