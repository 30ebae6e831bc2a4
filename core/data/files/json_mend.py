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
_CONFLICT = re.compile(
    r"^<{7}[^\n]*\n(.*?)^(?:\|{7}[^\n]*\n.*?^)?={7}[^\n]*\n(.*?)^>{7}[^\n]*\n?", re.MULTILINE | re.DOTALL
)
_OPENING = re.compile(r"""["'“]""")
_MARKER = re.compile(r"^(<{7}|>{7}|={7}|\|{7})( .*)?\r?$\n?", re.MULTILINE)


def mend(text: str) -> list[Any]:
    """The object or list that `text` was meant to be, both where a conflict in Git left two; [] when it cannot be told.

    Comments, commas too many, line ends inside strings, zero characters and conflict markers are taken out exactly,
    with numbers as written; Python's own way of writing comes next; guessing at the rest is json_repair's.
    """
    if len(text) > LIMIT:
        return []
    found: list[Any] = []
    for side in _sides(text) if _MARKER.search(text) else [text]:
        if (value := _mended(side)) is not None and value not in found:
            found.append(value)
    return found


def over_lines(text: str) -> int:
    """Where the object or list ends with which `text` begins, when line ends inside its texts are all that is wrong.

    0 when anything else is wrong with it, too.
    """
    try:
        value, end = _LENIENT.raw_decode(text)
    except (ValueError, RecursionError):
        return 0
    return end if isinstance(value, dict | list) else 0


def is_cut(text: str) -> bool:
    """Whether `text`, a broken value, ends inside one of its own texts: mending could only close that there."""
    try:
        _LENIENT.decode(text)
    except json.JSONDecodeError as error:
        if error.msg.startswith("Unterminated string"):
            return True
    except RecursionError:
        return False
    first = _OPENING.search(text)
    if first is None or text.rstrip(" \t\r\n,")[-1:] in ("}", "]"):
        return False
    if first.group() == "“":
        return text.count("“") > text.count("”")
    plain = re.sub(r"\\.", "", text)
    return plain.count(first.group()) % 2 == 1


def _sides(text: str) -> list[str]:
    """A text with a conflict as each of the two sides has it."""
    ours, theirs = _CONFLICT.sub(r"\1", text), _CONFLICT.sub(r"\2", text)
    return [_MARKER.sub("", ours), _MARKER.sub("", theirs)]


def _mended(text: str) -> dict[str, Any] | list[Any] | None:
    text = text.replace("\x00", "").strip().rstrip(",").rstrip()
    shape = list if text.startswith("[") else dict
    value = _value(text)
    return value if isinstance(value, shape) and value else None


def _value(text: str) -> Any:
    for attempt in (text, _COMMA.sub(r"\1", _COMMENT.sub(r"\1", text))):
        try:
            return _LENIENT.decode(attempt)
        except (ValueError, RecursionError):
            pass
    try:
        value = ast.literal_eval(text)  # values as Python writes them; it reads literals only and calls nothing
    except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
        return _guessed(text)
    return _plain(value)


def _guessed(text: str) -> Any:
    import json_repair  # slow to import

    try:
        value = json_repair.loads(text, skip_json_loads=True)
    except (ValueError, RecursionError, IndexError, TypeError):
        return None
    return _plain(value)


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
