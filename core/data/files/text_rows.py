"""Rows of running text: blocks between blank lines, or lines, or conversations, or the rows of a drawn table."""

import re
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from typing import Any

from core.data.files import chat_logs, decoded, markdown_table, transcripts
from core.data.files.faults import Faults
from core.data.rows import TURNS, Opened, Record
from core.errors import UserError
from core.findings import Finding

COLUMN = "text"
_BLANK = re.compile(r"\n[ \t\r]*\n")
_SENTENCE = re.compile(r"[.!?…。！？][\"'”’»)）」]*$")
_CELLS = re.compile(r"[.!?…。！？][\"'”’»]?\s*[,;]|[,;](?! )(?=\D)")
"""A separator behind a whole sentence, or one without a blank behind it: cells, not words."""
_LOOK = 200
"""Lines by which prose is known."""
_MOST = 0.8
"""Share of the lines of prose that end as sentences do."""
_BLOCK_LIMIT = 4_000_000
"""Characters of the longest block."""


def read(
    opened: Opened, faults: Faults, again: Callable[[], Generator[str]], start: str, name: str, *, repair: bool
) -> Iterator[Record]:
    """The rows of a text that begins with `start`. Raises UserError `data.empty`."""
    end = decoded.line_end(start)
    plain = _plain(start)
    table = markdown_table.table_of(plain)
    chat = None if table else chat_logs.chat_of(plain)
    talk = None if table or chat else transcripts.talk_of(plain)
    column = TURNS if chat or talk else COLUMN
    opened.columns[:] = table.names if table else [column]
    with closing(decoded.heard(again(), faults)) as chunks:
        lines = _without_zeros(decoded.lines(chunks, end), faults, repair=repair)
        if table:
            opened.container = "csv"
            yield from markdown_table.read(opened, faults, lines, table)
            return
        found: Iterator[Any]
        if chat:
            found = chat_logs.conversations(lines, chat, faults)
        elif talk:
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
    """Whether a text that begins with `start` is a talk of people, `Name: words` line by line, or a copied chat."""
    return is_chat(start) or transcripts.talk_of(_plain(start)) is not None


def is_chat(start: str) -> bool:
    """Whether a text that begins with `start` is copied from a chat program, with time stamps."""
    return chat_logs.chat_of(_plain(start)) is not None


def is_drawn(start: str) -> bool:
    """Whether a text that begins with `start` is a table drawn in Markdown."""
    return markdown_table.table_of(_plain(start)) is not None


def is_prose(start: str) -> bool:
    """Whether the lines of a text that begins with `start` are sentences, whose commas stand between words."""
    lines = [line.strip() for line in _plain(start).split("\n", _LOOK)[:_LOOK] if line.strip()]
    if not lines or any("\t" in line or "|" in line or line[0] in "\"'" for line in lines):
        return False
    ended = sum(_SENTENCE.search(line) is not None and not line[0].islower() for line in lines)
    return ended >= _MOST * len(lines) and sum(_CELLS.search(line) is not None for line in lines) <= 0.2 * len(lines)


def _plain(start: str) -> str:
    return start.replace(decoded.line_end(start), "\n")


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
