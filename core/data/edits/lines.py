"""Lines of a journal as they may be applied. What is none of ours, or no row that could be saved, is passed over.

A journal may have been written by another program, or lie on a disk that fails: nothing in it is taken on trust.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from core.data.edits.rewording import learnable
from core.data.raw import Key
from core.errors import UserError

Entry = dict[str, Any]

NUMBERS = VARIANTS = 2**31
"""Row numbers and variants are below: what numbers the rows in Arrow and makes one integer of both holds no more."""

STAMPS = 2**53


def ours(entries: Iterable[Entry], task: str) -> Iterator[Entry]:
    """Those of the lines that say what `Edits` could have said in data of this task, and nothing else of each."""
    for entry in entries:
        try:
            found = _line(entry, task)
        except (KeyError, TypeError, ValueError, RecursionError, UserError):
            continue
        if found is not None:
            yield found


def numbers_in(entry: Entry) -> Iterator[int]:
    """The row numbers that a line says were used. Raises KeyError, TypeError or ValueError when it is none of ours."""
    for one in entry.get("set", ()):
        yield key_of_line(one["key"])[0]
    yield _whole(entry.get("highest", 0), 0, NUMBERS)


def key_of_line(said: Any) -> Key:
    """Raises TypeError or ValueError for what no row goes by."""
    number, variant = said
    return _whole(number, 1, NUMBERS), _whole(variant, 0, VARIANTS)


def _line(entry: Entry, task: str) -> Entry | None:
    time = entry.get("time")
    found: Entry = {"n": _whole(entry["n"], 1, STAMPS), "time": time if isinstance(time, int | float) else None}
    if "set" in entry:
        return {**found, "set": [_one(one, task) for one in entry["set"]]}
    if "undo" in entry:
        return {**found, "undo": _whole(entry["undo"], 1, STAMPS)}
    if "discard" in entry:
        keys = [list(key_of_line(one)) for one in entry["discard"]]
        return {**found, "discard": keys, "highest": _whole(entry["highest"], 0, NUMBERS)}
    return None


def _one(one: dict[str, Any], task: str) -> dict[str, Any]:
    key = key_of_line(one["key"])
    found = {"key": list(key), "row": None if one["row"] is None else learnable(one["row"], key, task)}
    return found if one.get("after") is None else {**found, "after": list(key_of_line(one["after"]))}


def _whole(said: Any, least: int, above: int) -> int:
    if isinstance(said, bool) or not isinstance(said, int) or not least <= said < above:
        raise ValueError(said)
    return said
