"""Rows of running text: the blocks between blank lines, or the lines, or the conversations of a transcript."""

import re
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from typing import Any

from core.data import decoded
from core.data.faults import Faults
from core.data.rows import TURNS, Opened, Record
from core.errors import UserError
from core.findings import Finding

COLUMN = "text"
_NAME_LETTER = r"[^:：*\[\]{}\"“”<>/,，。.!?！？"
_TURN = re.compile(
    rf"\s*(?:\*\*|\[)?({_NAME_LETTER}\s]{_NAME_LETTER}]{{0,29}}?)(?:\*\*|\])?\s*[:：](?:\*\*)?[ \t]*(.*)", re.DOTALL
)
_RULE = re.compile(r"\s*([-=*_#~])\1{2,}\s*$")
_BLANK = re.compile(r"\n[ \t\r]*\n")
_BLOCK_LIMIT = 4_000_000
"""Characters of the longest block."""
_ROLES = frozenset(
    "system user assistant human bot gpt ai q a question answer 系统 用户 助手 客服 问 答 问题 回答".split()
)
"""Names that are speakers even where they speak only once."""
_SPEAKERS = 12
"""People of a transcript; more names than these are no speakers."""


def read(
    opened: Opened, faults: Faults, again: Callable[[], Generator[str]], start: str, name: str, *, repair: bool
) -> Iterator[Record]:
    """The rows of a text that begins with `start`. Raises UserError `data.empty`."""
    end = decoded.line_end(start)
    speakers = _speakers(start, end)
    column = TURNS if speakers else COLUMN
    opened.columns[:] = [column]
    with closing(again()) as chunks:
        lines = _without_zeros(decoded.lines(chunks, end), faults, repair=repair)
        found: Iterator[Any]
        if speakers:
            found = _conversations(lines, speakers, one=_turns_stand_alone(start, end))
        elif _BLANK.search(start.strip().replace(end, "\n")):
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
    return bool(_speakers(start, decoded.line_end(start)))


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


def _speakers(start: str, end: str) -> frozenset[str]:
    """The names in front of most lines when a text is a transcript ("Anna: Hello"); empty when it is none."""
    lines = [line for line in start.split(end) if line.strip() and not _RULE.match(line)]
    names = Counter(found.group(1).strip() for line in lines if (found := _TURN.match(line)))
    speakers = frozenset(
        name for name, count in names.items() if count > 1 or len(lines) <= 4 or name.lower() in _ROLES
    )
    said = sum(names[name] for name in speakers)
    begins = bool(lines) and (found := _TURN.match(lines[0])) is not None and found.group(1).strip() in speakers
    if begins and 2 <= len(speakers) <= _SPEAKERS and said >= 0.5 * len(lines) and said >= 2:
        return speakers
    return frozenset()


def _turns_stand_alone(start: str, end: str) -> bool:
    """Whether blank lines stand between turns, not between conversations: then no block has two of them."""
    blocks = [block for block in re.split(r"\n[ \t\r]*\n", start.strip().replace(end, "\n")) if block.strip()]
    return len(blocks) > 1 and all(
        sum(_TURN.match(line) is not None for line in block.split("\n")) <= 1 for block in blocks
    )


def _conversations(lines: Iterator[str], speakers: frozenset[str], *, one: bool) -> Iterator[list[dict[str, str]]]:
    """A conversation as turns {"from": name, "value": text}; a line without a name goes on with the turn before it.

    Blank lines part conversations, or with `one` only turns; rules (---) always part conversations.
    """
    turns: list[dict[str, str]] = []
    blank = False
    for line in lines:
        if not line.strip():
            blank = True
            continue
        found = _TURN.match(line)
        name = found.group(1).strip() if found else ""
        if _RULE.match(line) or blank and not one and name in speakers:
            if turns:
                yield turns
            turns = []
        if name in speakers and found:
            turns.append({"from": name, "value": found.group(2).rstrip("\r\n")})
        elif turns and not _RULE.match(line):
            turns[-1]["value"] += ("\n\n" if blank else "\n") + line.rstrip("\r\n")
        elif not _RULE.match(line):
            turns.append({"from": "", "value": line.rstrip("\r\n")})
        blank = False
    if turns:
        yield turns
