"""JSON values whose numbers stay as they were written: 007 is no JSON, but 1e5, 1.10 and 20 digits are, and survive."""

import json
from collections.abc import Callable
from typing import Any


class Literal(str):
    """A JSON number as written. It is text, except inside tool definitions, where `restored` makes it a number."""

    __slots__ = ()


def parse(text: str) -> Any:
    """`json.loads` with numbers as `Literal`. Raises ValueError, and RecursionError when nested too deeply."""
    return _DECODER.decode(text)


_DECODER = json.JSONDecoder(parse_float=Literal, parse_int=Literal, parse_constant=Literal)

scan: Callable[[str, int], tuple[Any, int]] = _DECODER.scan_once  # type: ignore[attr-defined]
"""The JSON value that begins at a place in a text, and where it ends. Raises StopIteration where none begins,
json.JSONDecodeError, and RecursionError. It is the decoder's own scanner: rows come by the hundred thousand."""


def restored(value: Any) -> Any:
    """`value` with its literals as numbers again; NaN and infinities become None, which JSON can hold."""
    if isinstance(value, Literal):
        try:
            number = json.loads(value)
        except ValueError:
            return str(value)
        return number if number == number and abs(number) != float("inf") else None
    if isinstance(value, dict):
        return {str(key): restored(item) for key, item in value.items()}
    if isinstance(value, list):
        return [restored(item) for item in value]
    return value


def as_text(value: Any) -> str:
    """A cell as text: a string as it is, a number as written, true/false, null as "", lists and objects as JSON."""
    if isinstance(value, str):
        return str(value)
    return "" if value is None else _json(value)


def _json(value: Any) -> str:
    if isinstance(value, Literal):
        return str(value)
    if isinstance(value, dict):
        return (
            "{"
            + ", ".join(f"{json.dumps(str(key), ensure_ascii=False)}: {_json(item)}" for key, item in value.items())
            + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(_json(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def without_zeros(value: Any) -> Any:
    """`value` without zero characters ("\\u0000"), which nobody has typed and no model should learn."""
    if isinstance(value, str):
        return value.replace("\x00", "") if "\x00" in value else value
    if isinstance(value, dict):
        return {without_zeros(key): without_zeros(item) for key, item in value.items()}
    if isinstance(value, list):
        return [without_zeros(item) for item in value]
    return value


def mended(value: Any) -> Any:
    """`value` with lone surrogates (half an emoji, "\\ud83d") as U+FFFD: they cannot be stored or tokenized."""
    if isinstance(value, Literal):
        return value
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {mended(key): mended(item) for key, item in value.items()}
    if isinstance(value, list):
        return [mended(item) for item in value]
    return value


def as_utf8(text: str) -> bytes:
    """The bytes of a text; half a character, which no file can hold, becomes U+FFFD."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return str(mended(text)).encode()
