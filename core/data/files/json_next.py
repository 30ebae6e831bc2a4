"""Where a broken JSON value ends: before the next one, which looks like its neighbours."""

import re

from core.data import literals
from core.data.files import json_shape
from core.data.files.json_buffer import VALUE_LIMIT, Buffer
from core.data.rows import TURNS

_FIRST_KEY = re.compile(r"""\{\s*["'“”]?([^"'“”:{}\[\],]+?)["'“”]?\s*[:：]""")
_NEXT = re.compile(r"(?:\n[ \t]*|[}\]][ \t]*,?[ \t]*)(?=[{\[])")


def next_value(buffer: Buffer, keys: dict[str, None], until: int | None = None) -> int:
    """Where the broken value at `buffer.at` ends: before the next one, or at the end of the text, or at `until`.

    A value begins like its neighbours: behind a line end or a closing bracket, with a first key that is known.
    """
    opening = buffer.text[buffer.at]
    if opening not in "{[":
        opening = "[" if list(keys) == [TURNS] else "{"
    own = _FIRST_KEY.match(buffer.text, buffer.at)
    known = set(keys) | ({own.group(1)} if own else set())
    indent = _indent(buffer.text, buffer.at) if opening == buffer.text[buffer.at] else None
    searched = 1
    while True:
        for found in _NEXT.finditer(buffer.text, buffer.at + searched, len(buffer.text) if until is None else until):
            at = found.end()
            if buffer.text[at] != opening:
                continue
            at_line = found.group()[0] == "\n"
            if at_line and indent is not None and _indent(buffer.text, at) != indent:
                continue
            first = _FIRST_KEY.match(buffer.text, at)
            if opening == "{" and (first is None or first.group(1) not in known):
                if not (_is_first_row(buffer.text, at) if not keys else at_line and _is_row_of_lines(buffer.text, at)):
                    continue
            before = buffer.text[max(buffer.at, found.start() - 200) : found.start() + 1].rstrip()
            if opening == "[" and (not at_line or before[-1:] not in ("]", ",")):
                continue
            return found.start() + 1
        if until is not None:
            return until
        searched = max(1, len(buffer.text) - buffer.at - 500)
        if len(buffer.text) - buffer.at > VALUE_LIMIT or not buffer.more():
            return len(buffer.text)


def _is_first_row(text: str, at: int) -> bool:
    """Whether a whole object that is no turn stands at `at`, where no row has been read yet."""
    try:
        return not json_shape.is_turn(literals.scan(text, at)[0])
    except (StopIteration, ValueError, RecursionError):
        return False


def _is_row_of_lines(text: str, at: int) -> bool:
    """Whether a whole object stands at `at`, with another or the end behind it; in a list a comma would be there."""
    try:
        end = literals.scan(text, at)[1]
    except (StopIteration, ValueError, RecursionError):
        return False
    return text[end : end + 100].strip()[:1] in ("{", "")


def _indent(text: str, at: int) -> str | None:
    """The blanks before `at` when nothing else stands before it on its line; None else."""
    start = text.rfind("\n", 0, at) + 1
    return text[start:at] if not text[start:at].strip() else None
