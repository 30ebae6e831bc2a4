"""What the lines of a journal of hand edits (lines.py) come to: the rows that differ, and the way back."""

import json
from collections.abc import Callable, Collection, Iterator
from typing import Any

from core.data.edits.lines import Entry, key_of_line
from core.data.raw import Key, Row, as_bytes

Own = dict[Key, bytes | None]
"""What differs from the version's rows: JSON, None for what is deleted."""

_AS_IT_WAS = b""
"""Stands for a row of the version that nobody has changed."""


class Changes:
    """Lines are applied one after the other.

    stamp   the number of the last line; `stamps` that of the last line about each row
    used    the highest row number that was ever used, in rows that were taken back too
    own     what differs from the version; `after` which row a new one stands behind, always one of a lower key
    """

    def __init__(self, before: Callable[[Key], Row | None], used: int) -> None:
        self.stamp, self.used = 0, used
        self.own: Own = {}
        self.after: dict[Key, Key] = {}
        self.stamps: dict[Key, int] = {}
        self._before = before  # a row as the version has it
        self._in_force: list[tuple[int, Own]] = []  # number, and what stood there before

    @property
    def last(self) -> tuple[int, tuple[Key, ...]] | None:
        """The last change that is in force and the rows that it is about."""
        return (self._in_force[-1][0], tuple(self._in_force[-1][1])) if self._in_force else None

    def row(self, key: Key) -> Row | None:
        """A row as it stands, None when there is none."""
        text = self.own.get(key, _AS_IT_WAS)
        if text == _AS_IT_WAS:
            return self._before(key)
        found: Row | None = None if text is None else json.loads(text)
        return found

    def apply(self, entry: Entry) -> None:
        """One line of ours."""
        number: int = entry["n"]
        if "set" in entry:
            self._set(number, [(key_of_line(one["key"]), one["row"], one.get("after")) for one in entry["set"]])
        elif "undo" in entry:
            if self._in_force and self._in_force[-1][0] == entry["undo"]:  # else its line cannot be read any more
                self._take_back(number)
        elif "discard" in entry:
            keys, used = [key_of_line(one) for one in entry["discard"]], int(entry["highest"])
            self.own, self.after, self._in_force = {}, {}, []
            self.used, self.stamps = max(self.used, used), dict.fromkeys(keys, number)
        self.stamp = max(self.stamp, number)

    def _set(self, number: int, rows: list[tuple[Key, Row | None, list[int] | None]]) -> None:
        texts = [None if row is None else as_bytes(row) for _, row, _ in rows]
        places = {key: key_of_line(after) for key, _, after in rows if after is not None}
        self._in_force.append((number, {key: self.own.get(key, _AS_IT_WAS) for key, _, _ in rows}))
        self.after |= {key: after for key, after in places.items() if after < key}  # else it would be a circle
        for (key, row, _), text in zip(rows, texts, strict=True):
            if row == self._before(key):
                self.own.pop(key, None)
            else:
                self.own[key] = text
            self.stamps[key] = number
            self.used = max(self.used, key[0])

    def _take_back(self, number: int) -> None:
        for key, text in self._in_force.pop()[1].items():
            if text == _AS_IT_WAS:
                self.own.pop(key, None)
            else:
                self.own[key] = text
            self.stamps[key] = number


class Differences(Collection[dict[str, Any]]):
    """`{"key", "before", "after"}` for each row that differs, in the order of the keys; made one at a time.

    It stays as it is when more is changed.
    """

    def __init__(self, own: Own, before: Callable[[Key], Row | None]) -> None:
        self._own, self._before = dict(own), before

    def __len__(self) -> int:
        return len(self._own)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for key in sorted(self._own):
            text = self._own[key]
            yield {"key": list(key), "before": self._before(key), "after": None if text is None else json.loads(text)}

    def __contains__(self, change: object) -> bool:
        return any(change == each for each in self)
