"""Values that are no JSON: each loses its own row and is named, or is mended when the person has agreed."""

import re
from typing import Any

from core.data import literals
from core.data.files import json_lines, json_mend
from core.data.files.faults import Faults
from core.data.files.json_between import MARKER
from core.data.files.json_buffer import Broken, Buffer
from core.data.files.json_next import next_value
from core.errors import UserError
from core.findings import Finding

TRIED = 20
"""Values that are mended only to know whether any can be, of one file; behind them it is taken for granted."""
_TRIED_LARGEST = 20_000
"""Characters of the largest such value: what is larger takes long to mend."""
_HEADLESS = re.compile(r"""["'“]([^"'“”{}\[\]:]{1,100})["'”]\s*:[^\n]*\}\s*,?\s*$""")


class BrokenValues:
    """Those of one file.

    took_comma  whether the last one took the comma behind it along
    lines       how many lines the whole values of the file have, outside lists
    """

    def __init__(self, faults: Faults, repair: bool) -> None:
        self.took_comma = False
        self.lines = json_lines.Lines()
        self._faults = faults
        self._repair = repair
        self._mendable, self._tried = False, 0
        self._first: Broken | None = None
        self._first_line = 1
        self._first_column = 1
        self._first_text = ""

    def take(self, buffer: Buffer, broken: Broken, number: int, keys: dict[str, None], *, listed: bool) -> list[Any]:
        """Goes behind the value at which `buffer` stands, row `number`. Returns what it was mended to, [] when lost.

        `keys` are those of the rows so far; `listed`: the value is one of a list.
        """
        line, column = buffer.line(broken.at), broken.at - buffer.text.rfind("\n", 0, broken.at)
        starts = buffer.line(buffer.at)
        own_line = None if listed else self.lines.end(buffer, broken.said)
        end = next_value(buffer, keys, own_line)
        if own_line is None:
            at_end = end >= len(buffer.text) and buffer.ended
        else:
            at_end = json_lines.is_at_end(buffer, end)
            line, column = starts, column if line == starts else 1
        if listed and at_end and not broken.cut:  # the list's own bracket is no part of its last value
            closing_bracket = buffer.text.rfind("]", buffer.at)
            if closing_bracket >= 0 and not buffer.text[closing_bracket + 1 :].strip(" \t\r\n}"):
                end = closing_bracket
        text = buffer.text[buffer.at : end]
        buffer.at = end
        self.took_comma = text.rstrip().endswith(",")
        kept = text.rstrip("\x00 \t\r\n]")
        zeros = "\x00" in text[len(kept) :] and "\x00" not in kept  # as after a power cut
        cut = (broken.cut or zeros) and at_end
        if broken.deep:
            self._remember(broken, starts, 1, text)
            self._faults.note(Finding("error", "row.too_deep", [number], lines=starts))
            return []
        if self._repair and not (cut and number > 1) and (mended := json_mend.mend(text)):
            if MARKER.search(text):
                self._faults.note(Finding("warning", "lines.conflict", lines=starts))
            rows = list(range(number, number + len(mended)))
            if json_mend.is_cut(text):
                self._faults.note(Finding("warning", "row.repaired_cut", rows, lines=starts))
            else:
                self._faults.note(Finding("info", "row.repaired", rows, lines=starts))
            return mended
        self._remember(broken, line, column, text)
        if "\x00" in text and not cut:
            self._faults.note(Finding("error", "row.nul", [number], repairable=self._can_mend(text), lines=starts))
        elif cut:
            self._faults.note(Finding("error", "row.cut", [number], lines=starts))
        elif own_line is not None and json_mend.is_cut(text):
            self._faults.note(
                Finding("error", "row.broken_off", [number], repairable=self._can_mend(text), lines=starts)
            )
        else:
            said = "<<<<<<<" if MARKER.search(text) else broken.said
            self._faults.note(
                Finding("error", "row.broken_json", [number], said=said, repairable=self._can_mend(text), lines=line)
            )
        return []

    def take_headless(self, buffer: Buffer, number: int) -> list[Any]:
        """Goes behind the line at which `buffer` stands, an object without its opening brace; as `take`."""
        line = buffer.line(buffer.at)
        said = buffer.drop_line()
        if self._repair and (mended := json_mend.mend("{" + said)):
            self._faults.note(Finding("info", "row.repaired", [number], lines=line))
            return mended[:1]
        broken = Broken("Expecting '{'", 0)
        self._remember(broken, line, 1, said)
        self._faults.note(
            Finding(
                "error",
                "row.broken_json",
                [number],
                said=broken.said,
                repairable=self._can_mend("{" + said),
                lines=line,
            )
        )
        return []

    def _can_mend(self, text: str) -> bool:
        """Whether reading anew with `repair` would bring in this value, or one before it."""
        if self._repair:  # it was tried
            return False
        if not self._mendable and self._tried < TRIED and len(text) <= _TRIED_LARGEST:
            self._tried += 1
            self._mendable = bool(json_mend.mend(text))
            return self._mendable
        return True

    def _remember(self, broken: Broken, line: int, column: int, text: str) -> None:
        if self._first is None:
            self._first, self._first_line, self._first_column, self._first_text = broken, line, column, text[-2000:]

    def nothing(self, name: str, count: int) -> UserError:
        """Why a file of `count` rows has no readable one at all."""
        broken, line = self._first, self._first_line
        if broken is None:
            return UserError("data.no_rows", name=name)
        if broken.deep:
            return UserError("data.too_deep", name=name)
        if "row.cut" in self._faults and count == 1:
            return UserError("data.json_cut", name=name, line=line, repairable=True)
        if "lines.conflict" in self._faults or MARKER.search(self._first_text):
            return UserError("data.json_conflict", name=name, line=line, repairable=True)
        if re.search(r",\s*[}\]]", self._first_text) and broken.said.startswith(("Expecting", "Illegal trailing")):
            return UserError("data.json_comma", name=name, line=line, repairable=True)
        return UserError(
            "data.json_broken", name=name, line=line, column=self._first_column, said=broken.said, repairable=True
        )


def is_headless(line: str, keys: dict[str, None]) -> bool:
    """Whether a line is an object that has lost its opening brace: it is whole with one, or begins with a known key."""
    found = _HEADLESS.match(line)
    if found is None:
        return False
    if found.group(1) in keys:
        return True
    try:
        return isinstance(literals.parse("{" + line.strip().rstrip(",")), dict)
    except (ValueError, RecursionError):
        return False
