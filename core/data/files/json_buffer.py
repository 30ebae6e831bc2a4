"""JSON values one after another out of a text that comes in chunks, with only what is being read in memory."""

import re
from collections.abc import Iterator
from json import JSONDecodeError
from typing import Any

from core.data import literals
from core.errors import UserError

VALUE_LIMIT = 64_000_000
"""Characters of the longest single value that is waited for; a row that is longer ends the reading."""
_BLANK = re.compile(r"[ \t\r\n\x1e\ufeff\u200b\u00a0\u3000]*")
_BEFORE = 200
"""Characters of the line before a value that are kept: what it is indented by."""
_TORN = 16
"""A fault so near the end of what is there may come from the rest not being there yet."""


class Broken(Exception):
    """A value that is no JSON. `cut`: the text ends in its middle; `deep`: it is nested too deeply."""

    def __init__(self, said: str, at: int, *, cut: bool = False, deep: bool = False) -> None:
        super().__init__(said)
        self.said = said
        self.at = at  # position in the buffer's text
        self.cut = cut
        self.deep = deep


class Buffer:
    """The part of a text that is being read: `text`, and `at`, the place up to which it has been taken."""

    def __init__(self, chunks: Iterator[str]) -> None:
        self._chunks = chunks
        self.text = ""
        self.at = 0
        self.began = 0  # where the value that was taken last begins
        self.ended = False
        self._line = 1  # line of the file on which `_counted` stands
        self._counted = 0

    def more(self) -> bool:
        """Drop what was taken and read on, twice as far each time nothing is taken; False at the end of the text."""
        if self.ended:
            return False
        self.line(self.at)
        start = max(self.text.rfind("\n", 0, self.at) + 1, self.at - _BEFORE)
        kept = self.text[start:]
        parts, wanted = [kept], len(kept)
        while True:
            part = next(self._chunks, None)
            if part is None:
                self.ended = True
                break
            parts.append(part)
            wanted -= len(part)
            if wanted <= 0:
                break
        self.text, self.at = "".join(parts), self.at - start
        self._counted = self.at
        return len(self.text) > len(kept)

    def line(self, at: int) -> int:
        """The line of the file, from 1, on which the position `at` of the buffer stands."""
        if at >= self._counted:
            self._line += self.text.count("\n", self._counted, at)
        else:
            self._line -= self.text.count("\n", at, self._counted)
        self._counted = at
        return self._line

    def peek(self) -> str:
        """The next character that is no blank, where `at` then stands; "" at the end."""
        while True:
            self.at = _BLANK.match(self.text, self.at).end()  # type: ignore[union-attr]
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.more():
                return ""

    def ahead(self, count: int) -> str:
        """The next characters, up to `count`."""
        while len(self.text) - self.at < count and self.more():
            pass
        return self.text[self.at : self.at + count]

    def value(self, limit: int | None = None) -> Any:
        """The value that begins at `at`, which then stands behind it. Raises Broken, with `at` where it was.

        Raises UserError `data.line_too_long` for a value of more than VALUE_LIMIT characters.
        """
        limit = VALUE_LIMIT if limit is None else limit
        while True:
            try:
                value, end = literals.scan(self.text, self.at)
            except StopIteration as stop:
                broken = Broken("Expecting value", int(stop.value))
            except JSONDecodeError as error:
                broken = Broken(error.msg, error.pos)
                if error.msg.startswith("Unterminated string"):
                    broken.cut = True
            except RecursionError:
                raise Broken("nested too deeply", self.at, deep=True) from None
            else:
                if end < len(self.text) or not self.more():  # a number may go on in the next chunk
                    self.began, self.at = self.at, end
                    return value
                continue
            broken.cut = broken.cut or not self.text[broken.at + _TORN :].strip()
            if not broken.cut:
                raise broken
            held = self.at
            more = len(self.text) - self.at <= limit and self.more()
            broken.at -= held - self.at  # what was taken is dropped when more is read
            if not more:
                if not self.ended and limit >= VALUE_LIMIT:
                    line = self.line(self.at)
                    raise UserError("data.line_too_long", line=line, limit_mb=VALUE_LIMIT // 1_000_000)
                broken.cut = not self.ended or (not self.text[broken.at :].strip() or broken.said.startswith("Unterm"))
                raise broken

    def rest_of_line(self) -> str:
        """What stands from `at` to the end of the line, without that."""
        while (end := self.text.find("\n", self.at)) < 0 and len(self.text) - self.at < VALUE_LIMIT and self.more():
            pass
        return self.text[self.at : len(self.text) if end < 0 else end]

    def drop_line(self) -> str:
        """Take the rest of the line, and return it without its end."""
        said = self.rest_of_line()
        self.at = min(self.at + len(said) + 1, len(self.text))
        return said.strip()
