"""Rows of JSON text, one after another: an object per line, a list, pretty-printed objects, a list inside an object.

One reader serves them all, because all are values that follow one another. A value that is no JSON loses its own row:
where the next one begins is found by its look, and the person may have the broken one mended (Choices.repair).
"""

import re
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from typing import Any

from core.data import literals
from core.data.files import decoded, json_shape, json_table
from core.data.files.faults import Faults
from core.data.files.json_between import skip, skip_preface
from core.data.files.json_broken import BrokenValues, is_headless
from core.data.files.json_buffer import Broken, Buffer
from core.data.files.json_twice import Watch, key_in, twice
from core.data.rows import TURNS, Opened, Record
from core.findings import Finding

_WHOLE_LIMIT = 16_000_000
"""Characters of an object that is taken whole in order to see whether it is a row; a larger one is looked through."""
STRING_COLUMN = "text"
"""The column of rows that are a string each."""
_ODD = re.compile(r"\\u(?:[dD][89a-fA-F]|0000)")


class Reader:
    """Reads one file. `opened` grows while `records()` is taken; `again` opens the text from its start."""

    def __init__(self, opened: Opened, faults: Faults, again: Callable[[], Generator[str]], name: str, repair: bool):
        self.opened = opened
        self.faults = faults
        self.again = again
        self.name = name
        self._broken = BrokenValues(faults, repair)
        self._watch = Watch()
        self._keys: dict[str, None] = {}
        self.strings = False  # whether a string by itself is a row
        self._names: list[str] = []  # of the columns, where each row is a list of cells
        self._spread = False  # whether lists that follow one another hold rows, not turns

    def records(self) -> Iterator[Record]:
        """The rows. Raises UserError `data.*` at the end when there was none."""
        some = False
        with closing(decoded.heard(self.again(), self.faults)) as chunks:
            for value in self._values(Buffer(chunks)):
                self.opened.count += 1
                if self._watch.found and (key := key_in(value)) is not None:
                    self.faults.note(Finding("warning", "row.key_twice", [self.opened.count], key=key[:80]))
                if (record := self._record(value)) is not None:
                    some = True
                    yield record
        if not some:
            raise self._broken.nothing(self.name, self.opened.count)

    def _record(self, value: Any) -> Record | None:
        number = self.opened.count
        if isinstance(value, dict) and value:
            pass
        elif isinstance(value, list) and value:
            if number == 1 and not self._names and (names := json_table.names_of(value)):
                self._names = names
                self.opened.count = 0
                return None
            row = json_table.row_of(self._names, value) if self._names else {TURNS: value}
            if row is None:
                self.faults.note(Finding("error", "row.no_object", [number]))
                return None
            value = row
        elif _is_text(value) and value.strip() and (self.strings or not self._keys):
            self.strings = True
            value = {STRING_COLUMN: value}
        elif value is _LOST:
            return None
        else:
            self.faults.note(Finding("error", "row.no_object", [number]))
            return None
        if not value.keys() <= self._keys.keys():
            self._keys.update(dict.fromkeys(value))
            self.opened.columns[:] = self._keys
        return Record(number, value)

    # the values of a text, whatever stands around them

    def _values(self, buffer: Buffer) -> Iterator[Any]:
        skip(buffer, ",", self.faults)
        if not self.strings:
            while buffer.peek() not in ("", "{", "[") and is_headless(buffer.rest_of_line(), self._keys):
                yield from self._headless(buffer)
            skip_preface(buffer, self.faults)
        first = skip(buffer, "", self.faults)
        if first == "{":
            yield from self._from_object(buffer)
        elif first == "[":
            yield from self._from_list(buffer)
        while (letter := skip(buffer, ",;", self.faults)) != "":
            if letter == "[" and self._spread:
                yield from self._elements(buffer)
            elif letter in "{[" or letter == '"' and self.strings:
                yield from self._one(buffer)
            elif is_headless(buffer.rest_of_line(), self._keys):
                yield from self._headless(buffer)
            else:
                line = buffer.line(buffer.at)
                said = buffer.drop_line()
                self.faults.note(Finding("warning", "lines.left_out", said=said[:80], lines=line))

    def _from_object(self, buffer: Buffer) -> Iterator[Any]:
        """What begins with an object: rows one after another, or a single object that is a row or holds them."""
        try:
            value = buffer.value(limit=_WHOLE_LIMIT)
        except Broken as broken:
            whole = broken.cut and not buffer.ended or json_shape.may_hold_rows(buffer.text, buffer.at)
            plan = self._lists() if whole else []
            if plan:
                yield from self._from_key(plan)
                buffer.at, buffer.ended = len(buffer.text), True
            else:
                yield from self._one(buffer)
            return
        self._broken.lines.see(buffer)
        value = self._checked(value, buffer, whole=True)
        several_lines = buffer.text.find("\n", buffer.began, buffer.at) >= 0
        if skip(buffer, ",", self.faults) == "" and isinstance(value, dict):
            if rows := json_shape.rows_inside(value, self.name, one_line=not several_lines):
                self.opened.container = "json"
                self._names = rows.names
                self._note_others(rows.others, rows.key)
                yield from rows.values
                return
            self.opened.container = "json" if several_lines else "jsonl"
        yield value

    def _lists(self) -> list[json_shape.Held]:
        with closing(self.again()) as chunks:
            return json_shape.lists_in(Buffer(chunks))

    def _from_key(self, plan: list[json_shape.Held]) -> Iterator[Any]:
        """The rows of a list inside an object that is too large, or too broken, to be taken whole."""
        self.opened.container = "json"
        chosen = json_shape.choose(plan)
        self._names = chosen.names
        self._note_others([(held.key, held.count) for held in plan if held is not chosen], chosen.key)
        with closing(decoded.heard(self.again(), self.faults)) as chunks:
            buffer = Buffer(chunks)
            json_shape.go_to(buffer, chosen.number)
            yield from self._elements(buffer)

    def _note_others(self, others: list[tuple[str, int]], used: str) -> None:
        if others:
            said = ", ".join(f"{key} ({count})" for key, count in others[:8])
            self.faults.note(Finding("warning", "lists.others", used=used, others=said, count=len(others)))

    def _from_list(self, buffer: Buffer) -> Iterator[Any]:
        """What begins with a list: the rows are in it; or it is itself a conversation, alone or followed by others."""
        self.opened.container = "json"
        conversation = json_shape.starts_with_turn(buffer.ahead(400))
        try:
            whole, end = literals.scan(buffer.text, buffer.at)
        except (StopIteration, ValueError, RecursionError):
            if conversation:
                yield from self._one(buffer)
            else:
                self._spread = True
                yield from self._elements(buffer)
            return
        buffer.began, buffer.at = buffer.at, end
        self._broken.lines.see(buffer)
        odd = self._has_odd(buffer)
        whole = self._watch.marked(whole, buffer.text, buffer.began, end, whole=True)
        if skip(buffer, ",", self.faults) == "[" and whole:  # a list on each line: of turns, or of rows
            self._spread = all(isinstance(item, dict) and not json_shape.is_turn(item) for item in whole)
            if not self._spread:
                self.opened.container = "jsonl"
        else:
            self._spread = not all(isinstance(item, dict) and json_shape.is_turn(item) for item in whole)
        for value in whole if self._spread else [whole]:
            yield self._whole(value) if odd else value

    def _elements(self, buffer: Buffer) -> Iterator[Any]:
        """The values of the list at whose bracket `buffer` stands."""
        self.opened.container = "json"
        buffer.at += 1
        comma = True
        while True:
            letter = skip(buffer, "", self.faults)
            if letter == ",":
                if comma:
                    self.faults.note(Finding("info", "lines.comma", lines=buffer.line(buffer.at)))
                comma = True
                buffer.at += 1
            elif letter == "]":
                if comma and self.opened.count:
                    self.faults.note(Finding("info", "lines.comma", lines=buffer.line(buffer.at)))
                buffer.at += 1
                return
            elif letter == "":
                if "row.cut" not in self.faults:
                    self.faults.note(Finding("warning", "rows.cut", lines=buffer.line(buffer.at)))
                return
            else:
                if not comma:
                    self.faults.note(Finding("info", "lines.comma", lines=buffer.line(buffer.at)))
                self._broken.took_comma = False
                yield from self._one(buffer, listed=True)
                comma = self._broken.took_comma

    def _one(self, buffer: Buffer, *, listed: bool = False) -> list[Any]:
        """The value at which `buffer` stands, mended to one or more, or _LOST; `listed`: it is one of a list."""
        try:
            value = buffer.value()
        except Broken as broken:
            return self._mended(buffer, broken, listed)
        if not listed:
            self._broken.lines.see(buffer)
        value = self._checked(value, buffer)
        if listed and not isinstance(value, dict | list) and self._keys and not self.strings:
            start = buffer.began - buffer.at
            if skip(buffer, "", self.faults) not in (",", "]"):  # the tail of a broken row, not a value of its own
                buffer.at = max(0, buffer.at + start)
                return self._mended(buffer, Broken("Expecting ',' delimiter", buffer.at), listed)
        return [value]

    def _mended(self, buffer: Buffer, broken: Broken, listed: bool) -> list[Any]:
        mended = self._broken.take(buffer, broken, self.opened.count + 1, self._keys, listed=listed)
        return [self._whole(value) for value in mended] or [_LOST]

    def _headless(self, buffer: Buffer) -> list[Any]:
        mended = self._broken.take_headless(buffer, self.opened.count + 1)
        return [self._whole(value) for value in mended] or [_LOST]

    def _checked(self, value: Any, buffer: Buffer, *, whole: bool = False) -> Any:
        """The value just taken, marked where a key stands twice, with halves of characters replaced and no zeros."""
        value = self._watch.marked(value, buffer.text, buffer.began, buffer.at, whole=whole)
        if self._has_odd(buffer):
            key = key_in(value) if self._watch.found else None
            value = self._whole(value)
            if key is not None and isinstance(value, dict):
                return twice(value, key)
        return value

    def _has_odd(self, buffer: Buffer) -> bool:
        """Whether the value just taken may hold half of a character, as "\\ud83d" alone is, or zero characters."""
        at = buffer.text.find("\\u", buffer.began, buffer.at)
        return at >= 0 and _ODD.search(buffer.text, at, buffer.at) is not None

    def _whole(self, value: Any) -> Any:
        """`value` with halves of characters replaced and zero characters left out, and said so."""
        if isinstance(value, str | dict | list):
            mended = literals.mended(value)
            if mended != value:
                self.faults.note(Finding("warning", "row.half_character", [self.opened.count + 1]))
                value = mended
            whole = literals.without_zeros(value)
            if whole != value:
                self.faults.note(Finding("warning", "row.nul_dropped", [self.opened.count + 1]))
                value = whole
        return value


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and not isinstance(value, literals.Literal)


_LOST = object()
"""Stands for a row that could not be read and is named in a finding."""
