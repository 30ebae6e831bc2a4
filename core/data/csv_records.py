"""The records of text with separators, each with its line; quotation marks that are never closed cost one line each.

A quotation mark that is opened and never closed would swallow the rest of the file: then only its own line is lost.
"""

import csv
from collections import deque
from collections.abc import Iterator

from core.errors import UserError

csv.field_size_limit(1 << 30)

_RESTARTS = 20
"""Unclosed quotation marks that are passed over; more of them and the file is no CSV."""
_LONGEST = 20_000
"""Lines of the longest cell in quotation marks; a longer one was never closed."""
_LARGEST = 32_000_000
"""Characters of the largest such cell."""


class Unclosed(Exception):
    """A cell goes on for longer than cells do."""


class Feed:
    """Lines for the csv reader: `position` counts those read, `back` puts those of the current record back."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._again: deque[str] = deque()
        self.record: list[str] = []
        self.position = 0
        self.cut = False  # whether the last record ends inside its quotation marks
        self._ended = False
        self._taken = 0

    def __iter__(self) -> "Feed":
        return self

    def __next__(self) -> str:
        try:
            line = self._again.popleft() if self._again else next(self._lines)
        except StopIteration:
            self._ended = True
            raise
        self._ended = False
        self.position += 1
        self._taken += len(line)
        self.record.append(line)
        if len(self.record) > _LONGEST or (len(self.record) > 1 and self._taken > _LARGEST):
            raise Unclosed
        return line

    def forget(self) -> None:
        """The record is done."""
        self.record = []
        self._taken = 0

    def is_cut(self) -> bool:
        """Whether the end of the file was asked to go on with a record of one line: its quotation marks are open."""
        self.cut = self._ended and len(self.record) == 1
        return self.cut

    def back(self) -> None:
        """All lines of the record but its first are to be read once more."""
        again = self.record[1:]
        self._again.extendleft(reversed(again))
        self.position -= len(again)
        self.forget()


def records(feed: Feed, separator: str, name: str) -> Iterator[tuple[int, list[str] | None]]:
    """(line number from 1, cells), cells None where a quotation mark is not closed or a cell cannot be read.

    Raises UserError `data.csv_quotes` when there are too many of these.
    """
    restarts = width = 0
    while True:
        reader = csv.reader(feed, delimiter=separator)
        while True:
            before = feed.position
            try:
                cells = next(reader)
            except StopIteration:
                if not feed.record:
                    return
                cells = None
            except (csv.Error, Unclosed):  # an Error: a carriage return in the middle of a cell without quotation marks
                cells = None
            if cells is not None:
                width = width or len(cells)
                if feed.is_cut() or len(feed.record) > 1 and (len(cells) != width or _unclosed(feed.record, separator)):
                    cells = None
            if cells is None:
                if len(feed.record) > 1:
                    restarts += 1
                if restarts > _RESTARTS:
                    raise UserError("data.csv_quotes", name=name, line=before + 1)
                feed.back()
                yield before + 1, None
                break
            feed.forget()
            yield before + 1, cells


def _unclosed(lines: list[str], separator: str) -> bool:
    """Whether a record of several lines ends inside its quotation marks, or closes them in the middle of a word."""
    try:
        for _ in csv.reader(lines, delimiter=separator, strict=True):
            pass
    except csv.Error:
        return True
    return False
