"""Rows of running text: the blocks between blank lines, or the lines, or the conversations of a transcript."""

import re
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from typing import Any

from core.data import decoded, transcripts
from core.data.faults import Faults
from core.data.rows import TURNS, Opened, Record
from core.errors import UserError
from core.findings import Finding

COLUMN = "text"
_BLANK = re.compile(r"\n[ \t\r]*\n")
_BLOCK_LIMIT = 4_000_000
"""Characters of the longest block."""


def read(
    opened: Opened, faults: Faults, again: Callable[[], Generator[str]], start: str, name: str, *, repair: bool
) -> Iterator[Record]:
    """The rows of a text that begins with `start`. Raises UserError `data.empty`."""
    end = decoded.line_end(start)
    plain = start.replace(end, "\n")
    talk = transcripts.talk_of(plain)
    column = TURNS if talk else COLUMN
    opened.columns[:] = [column]
    with closing(again()) as chunks:
        lines = _without_zeros(decoded.lines(chunks, end), faults, repair=repair)
        found: Iterator[Any]
        if talk:
            found = transcripts.conversations(lines, talk, faults)
        elif _BLANK.search(plain.strip()):
            found = _blocks(lines)
        else:
            found = (line.strip("\r\n") for line in lines if line.strip())
        for value in found:
            opened.count += 1
            yield Record(opened.count, {column: value})
    if not opened.count:
        raise UserError("data.empty", name=name)


def is_transcript(start: str) -> bool:
    """Whether a text that begins with `start` is a talk of people, `Name: words` line by line."""
    return transcripts.talk_of(start.replace(decoded.line_end(start), "\n")) is not None


def _without_zeros(lines: Iterator[str], faults: Faults, *, repair: bool) -> Iterator[str]:
    """The lines, those with zero characters left out, or mended when the person has agreed, and named."""
    for number, line in enumerate(lines, 1):
        if "\x00" not in line:
            yield line
        elif repair:
            faults.note(Finding("info", "lines.repaired", lines=number))
            yield line.replace("\x00", "")
        else:
            faults.note(Finding("error", "lines.nul", lines=number))


def _blocks(lines: Iterator[str]) -> Iterator[str]:
    """What stands between blank lines, with its own line ends."""
    block: list[str] = []
    size = 0
    for line in lines:
        if line.strip():
            block.append(line)
            size += len(line)
        if block and (not line.strip() or size > _BLOCK_LIMIT):
            yield "".join(block).strip("\r\n")
            block, size = [], 0
    if block:
        yield "".join(block).strip("\r\n")
