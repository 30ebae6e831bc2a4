"""The text of a source, chunk by chunk and line by line, so that a file of any size needs the memory of one chunk."""

import codecs
from collections.abc import Generator, Iterator

from core.data.rows import Progress
from core.data.source import Source


def chunks(source: Source, encoding: str, progress: Progress | None = None) -> Generator[str]:
    """The text without its byte order mark; bytes that are no characters become U+FFFD."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    first = True
    for block in source.blocks(progress):
        if text := decoder.decode(block):
            yield text.removeprefix("\ufeff") if first else text
            first = False
    if text := decoder.decode(b"", final=True):
        yield text.removeprefix("\ufeff") if first else text


def lines(parts: Iterator[str], end: str = "\n") -> Iterator[str]:
    """Physical lines with their ends; only `end` ends one: files of old Macs have carriage returns alone."""
    rest: list[str] = []
    for part in parts:
        if end not in part:
            rest.append(part)
            continue
        pieces = part.split(end)
        rest.append(pieces[0])
        yield "".join(rest) + end
        for piece in pieces[1:-1]:
            yield piece + end
        rest = [pieces[-1]]
    if last := "".join(rest):
        yield last


def line_end(start: str) -> str:
    """What ends the lines of a text that starts so."""
    return "\n" if "\n" in start or "\r" not in start else "\r"
