"""The records of text with separators, each with its line, and what is wrong with its quotation marks.

The strict reader of Python decides; what it refuses is looked at by itself. A quotation mark that is opened and never
closed would swallow the rest of the file: then only its own line is lost.
"""

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from core.data.files.csv_quotes import Marks
from core.errors import UserError

csv.field_size_limit(1 << 30)

_AGAIN = 300_000_000
"""Characters that are read once more behind unclosed quotation marks; with more of them the file is no CSV."""
_LONGEST = 20_000
"""Lines of the longest cell in quotation marks; a longer one was never closed."""
_LARGEST = 32_000_000
"""Characters of the largest such cell."""
_STRAY_LINES = 50
"""Lines of the longest record in which stray quotation marks are made sense of."""
_STRAY_LARGEST = 200_000
"""Characters of the largest such record."""
_ROWS_INSIDE = 3
"""Lines that look like whole rows, after which a record with most of its lines so is not taken for one."""


class Unclosed(Exception):
    """A cell goes on for longer than cells do."""


class Feed:
    """Lines for the csv reader: `position` counts those read, `back` puts those of the current record back."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._again: deque[str] = deque()
        self.record: list[str] = []
        self.position = 0
        self.ended = False  # whether a line was asked for behind the last
        self._taken = 0
        self.put_back = 0  # characters, in all

    def __iter__(self) -> "Feed":
        return self

    def __next__(self) -> str:
        try:
            line = self._again.popleft() if self._again else next(self._lines)
        except StopIteration:
            self.ended = True
            raise
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

    def back(self, kept: int = 1) -> None:
        """All lines of the record but the first `kept` are to be read once more."""
        again = self.record[kept:]
        del self.record[kept:]
        self._again.extendleft(reversed(again))
        self.position -= len(again)
        self._taken = sum(map(len, self.record))
        self.put_back += sum(map(len, again))
        self.ended = self.ended and not again


@dataclass(slots=True)
class Cut:
    """A record: its line from 1, and its cells.

    fault  "quotes": its quotation marks are wrong, `cells` is what it is likely to mean, None when that is not clear
           "cut": the file ends inside its quotation marks;  "return": a carriage return stands in the middle of a cell
    """

    line: int
    cells: list[str] | None
    fault: Literal["", "quotes", "cut", "return"] = ""


class Records:
    """Iterates over the records. `width`, once it is known, is how many columns the header names.

    `blanks`: cells in quotation marks stand behind blanks in this file. Raises UserError `data.csv_quotes` when there
    are too many unclosed marks.
    """

    def __init__(self, lines: Iterator[str], separator: str, name: str, *, blanks: bool = False) -> None:
        self.width: int | None = None
        self._feed = Feed(lines)
        self._separator = separator
        self._name = name
        self._blanks = blanks
        self._doubt = False  # whether what follows may be the rest of a record that was torn
        self._marks = Marks(separator)

    def __iter__(self) -> Iterator[Cut]:
        feed = self._feed
        while True:
            reader = csv.reader(feed, delimiter=self._separator, strict=True, skipinitialspace=self._blanks)
            while True:
                line = feed.position + 1
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except (csv.Error, Unclosed):
                    yield self._unclear(line)
                    feed.forget()
                    break
                if len(cells) != self.width and self.width is not None:
                    cut = self._other_width(line, cells)
                    feed.forget()
                    yield cut
                    continue
                if self._doubt and cells:
                    self._doubt = self._marks.meant("".join(feed.record).rstrip("\r\n")) != cells
                    if self._doubt:
                        feed.forget()
                        yield Cut(line, None, "quotes")
                        continue
                feed.forget()
                yield Cut(line, cells)

    def fits(self, cells: list[str]) -> bool:
        """Whether the record has a cell for each column, and nothing behind them."""
        width = self.width
        return width is None or len(cells) >= width and not any(cell.strip() for cell in cells[width:])

    def _other_width(self, line: int, cells: list[str]) -> Cut:
        """A record that the strict reader takes, with more or fewer cells than the header names."""
        record = self._feed.record
        if self.fits(cells) or not any('"' in part for part in record):
            return Cut(line, cells)
        if len(record) == 1:
            return self._assembled(line, strays=False) or Cut(line, cells)
        inner = record[1:]
        if sum(self._marks.is_row(part, self.width or 0) for part in inner) > len(inner) / 2:
            return self._torn(line)
        return Cut(line, cells)

    def _unclear(self, line: int) -> Cut:
        """A record that the strict reader refuses; the feed stands behind what was taken as the record."""
        feed = self._feed
        if not any('"' in part for part in feed.record):
            feed.back()
            return Cut(line, None, "return")
        at_end, lines = feed.ended, len(feed.record)
        if (found := self._assembled(line, strays=True)) is not None:
            return found
        if at_end and lines == 1:
            return Cut(line, None, "cut")
        return self._torn(line)

    def _assembled(self, line: int, *, strays: bool) -> Cut | None:
        """The record of the first line, or of as many as it takes when most are no rows themselves.

        It is one with blanks around its marks, or with `strays` inside cells. Leaves the lines that were used in the
        feed's record, the first alone where it found nothing.
        """
        feed = self._feed
        feed.back()
        size = len(feed.record[0])
        rows = 0
        while size < _STRAY_LARGEST or len(feed.record) == 1:
            text = "".join(feed.record).rstrip("\r\n")
            found = Cut(line, self._marks.spaced(text))
            if strays and found.cells is None:
                found = Cut(line, self._marks.meant(text), "quotes")
            if found.cells is not None and self.fits(found.cells):
                if rows > (len(feed.record) - 1) / 2:
                    break
                return found
            if self.width is None or len(feed.record) >= _STRAY_LINES:
                break
            try:
                following = next(feed)
            except (StopIteration, Unclosed):
                break
            size += len(following)
            rows += self._marks.is_row(following, self.width)
            if rows > _ROWS_INSIDE and rows > (len(feed.record) - 1) / 2:
                break
        feed.back()
        return None

    def _torn(self, line: int) -> Cut:
        """The first line alone is the record; its marks may be meant to be closed at its end."""
        feed = self._feed
        feed.back()
        self._doubt = True
        if feed.put_back > _AGAIN:
            raise UserError("data.csv_quotes", name=self._name, line=line)
        closed = self._marks.meant(feed.record[0].rstrip("\r\n") + '"')
        return Cut(line, closed if closed is not None and self.fits(closed) else None, "quotes")
