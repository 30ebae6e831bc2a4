"""A key that stands twice in one object: JSON keeps its last value, and what stood there first would go unnoticed.

Looking at every key of every object would cost a third of the time that reading takes (a chat of three turns: 1.4 of
4 µs); this costs an eighth. It is done for the first 2,000 values of a file; behind them a repeated key is noticed
where it is one of the row's own, not of an object inside the row.
"""

from collections.abc import Sequence
from json import JSONDecoder
from typing import Any

from core.data.literals import Literal

_ALL = 2000
"""Values at the start of a file whose inner objects are looked at too."""


class Twice(dict[str, Any]):
    """An object in which `key` stood twice."""

    key = ""


def _of_pairs(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    seen: set[str] = set()
    return twice(made, next(key for key, _ in pairs if key in seen or seen.add(key)))  # type: ignore[func-returns-value]


def twice(value: dict[str, Any], key: str) -> Twice:
    made = Twice(value)
    made.key = key
    return made


_marked = JSONDecoder(
    parse_float=Literal, parse_int=Literal, parse_constant=Literal, object_pairs_hook=_of_pairs
).scan_once  # type: ignore[attr-defined]


def key_in(value: Any) -> str | None:
    """The key that stands twice in an object of `value`, which `Watch` has marked; None when none does."""
    if isinstance(value, Twice):
        return value.key
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return next((key for item in inside if isinstance(item, dict | list) and (key := key_in(item)) is not None), None)


class Watch:
    """Looks at the values of one file; `found` once there was a repeated key among them."""

    def __init__(self) -> None:
        self.found = False
        self._looked = 0
        self._needles: dict[str, str] = {}

    def marked(self, value: Any, text: str, start: int, end: int, *, whole: bool = False) -> Any:
        """`value`, which stands at `text[start:end]`; with objects marked as `Twice` where a key is repeated.

        `whole`: look at all objects inside, wherever in the file this is.
        """
        if self._looked < _ALL or whole:
            self._looked += 1
        elif not isinstance(value, dict) or not self._may_repeat(value, text, start, end):
            return value
        if text.count('":', start, end) - text.count('\\":', start, end) == _keys(value):
            return value
        marked = _marked(text, start)[0]
        if key_in(marked) is None:
            return value
        self.found = True
        return marked

    def _may_repeat(self, value: dict[str, Any], text: str, start: int, end: int) -> bool:
        """Whether the name of one of the object's own keys stands in its text more than once."""
        needles = self._needles
        for key in value:
            if (needle := needles.get(key)) is None:
                if len(needles) > 1000:
                    needles.clear()
                needle = needles[key] = f'"{key}"'
            if text.count(needle, start, end) > 1:
                return True
        return False


def _keys(value: Any) -> int:
    """How many keys all objects inside have."""
    count = 0
    if isinstance(value, dict):
        count = len(value)
        value = value.values()
    elif not isinstance(value, list):
        return 0
    for item in value:
        if isinstance(item, dict | list):
            count += _keys(item)
    return count
