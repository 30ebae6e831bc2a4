"""What is nearly JSON -> a value, when the person has agreed to have it mended."""

import ast
import json
import re
from typing import Any

from core.data.literals import Literal

LIMIT = 20_000_000
"""Characters of the longest text that is mended: the last resort reads it letter by letter."""
_LENIENT = json.JSONDecoder(strict=False, parse_float=Literal, parse_int=Literal, parse_constant=Literal)
_STRING = r'"(?:\\.|[^"\\])*"'
_COMMENT = re.compile(rf"({_STRING})|//[^\n]*|/\*.*?\*/|#[^\n]*", re.DOTALL)
_COMMA = re.compile(rf"({_STRING})|,(?=\s*[}}\]])", re.DOTALL)
_MARKER = re.compile(r"^(<{7}|>{7}|={7}|\|{7})( .*)?\r?$\n?", re.MULTILINE)


def mend(text: str) -> dict[str, Any] | list[Any] | None:
    """The object or list that `text` was meant to be; None when it cannot be told.

    Comments, commas too many, line ends inside strings, zero characters and conflict markers are taken out exactly,
    with numbers as written; Python's own way of writing comes next; guessing at the rest is json_repair's.
    """
    if len(text) > LIMIT:
        return None
    text = _MARKER.sub("", text).replace("\x00", "").strip().rstrip(",").rstrip()
    for attempt in (text, _COMMA.sub(r"\1", _COMMENT.sub(r"\1", text))):
        try:
            return _usable(_LENIENT.decode(attempt))
        except (ValueError, RecursionError):
            pass
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
        return _guessed(text)
    return _usable(_plain(value))


def _guessed(text: str) -> dict[str, Any] | list[Any] | None:
    import json_repair  # slow to import

    try:
        value = json_repair.loads(text, skip_json_loads=True)
    except (ValueError, RecursionError, IndexError, TypeError):
        return None
    return _usable(_plain(value))


def _usable(value: Any) -> dict[str, Any] | list[Any] | None:
    return value if isinstance(value, dict | list) and value else None


def _plain(value: Any) -> Any:
    """Numbers as literals, tuples and sets as lists, keys as text."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return Literal(repr(value))
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [_plain(item) for item in value]
    return str(value)
