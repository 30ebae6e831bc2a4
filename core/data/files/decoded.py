"""The text of a source, chunk by chunk and line by line, so that a file of any size needs the memory of one chunk."""

import codecs
import re
from collections.abc import Generator, Iterator
from contextlib import closing

from core.data.files import encodings, json_wrapped, source
from core.data.files.faults import Faults
from core.data.files.source import LINE_LIMIT, Source
from core.data.rows import Progress
from core.errors import UserError
from core.findings import Finding


class Noted(str):
    """A chunk in which something was found; `heard` passes it on."""

    findings: tuple[Finding, ...]

    def __new__(cls, text: str, findings: list[Finding]) -> "Noted":
        made = super().__new__(cls, text)
        made.findings = tuple(findings)
        return made


def chunks(file: Source, encoding: str, progress: Progress | None = None) -> Generator[str]:
    """The text without its byte order mark and without what JSON is wrapped in.

    A line in another encoding is read in that one; bytes that are no characters become U+FFFD.
    """
    blocks = file.blocks(progress)
    parts = _of_utf8(blocks) if encoding in ("utf-8", "utf-8-sig") else _of_others(blocks, encoding)
    if file.doubt:
        parts = _doubted(parts, encoding, file.doubt)
    head = file.head.decode(encoding, "replace").removeprefix("\ufeff")
    wrap = json_wrapped.wrap_of(head)
    if wrap is None:
        yield from parts
        return
    for line, finding in json_wrapped.unwrapped(lines(parts), wrap):
        yield Noted(line, [finding]) if finding is not None else line


def heard(parts: Generator[str], faults: Faults) -> Generator[str]:
    """The chunks, with what was found in them noted; closes them."""
    with closing(parts):
        for part in parts:
            if isinstance(part, Noted):
                for finding in part.findings:
                    faults.once(finding)
            yield part


def _of_others(blocks: Iterator[bytes], encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    first = True
    for block in blocks:
        if text := decoder.decode(block):
            yield text.removeprefix("\ufeff") if first else text
            first = False
    if text := decoder.decode(b"", final=True):
        yield text.removeprefix("\ufeff") if first else text


def _doubted(parts: Iterator[str], encoding: str, letters: str) -> Iterator[str]:
    first = next(parts, None)
    if first is not None:
        yield Noted(first, [Finding("warning", "encoding.unsure", encoding=encoding, letters=letters)])
        yield from parts


def _of_utf8(blocks: Iterator[bytes]) -> Iterator[str]:
    """Whole lines where they are not too long, so that a line in another encoding can be told by itself."""
    rest = b""
    line = 1
    first = True
    for block in blocks:
        data = rest + block if rest else block
        cut = data.rfind(b"\n") + 1
        if not cut and len(data) > source.BLOCK:
            cut = _between(data)
        data, rest = data[:cut], data[cut:]
        if data:
            yield _utf8(data.removeprefix(codecs.BOM_UTF8) if first else data, line)
            line += data.count(b"\n")
            first = False
    if rest:
        yield _utf8(rest.removeprefix(codecs.BOM_UTF8) if first else rest, line)


def _between(data: bytes) -> int:
    """A place near the end of `data` that is not inside a character."""
    at = len(data)
    while at > len(data) - 4 and data[at - 1] & 0xC0 == 0x80:
        at -= 1
    return at - 1 if data[at - 1] >= 0xC0 else len(data)


def _utf8(data: bytes, line: int) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    pieces = re.split(rb"(\r\n|\r|\n)", data)
    odd: dict[int, int] = {}
    for at in range(0, len(pieces), 2):
        try:
            pieces[at].decode("utf-8")
        except UnicodeDecodeError:
            odd[at] = line + at // 2
    foreign = {at for at in odd if len(pieces[at]) <= source.BLOCK and not _has_utf8(pieces[at])}
    encoding = encodings.of_lines(b"\n".join(pieces[at] for at in sorted(foreign))) if foreign else None
    findings: list[Finding] = []
    texts: list[str] = []
    for at, piece in enumerate(pieces):
        read = encoding if at in foreign else None
        texts.append(piece.decode(read or "utf-8", "replace"))
        if read:
            findings.append(Finding("warning", "row.mixed_encoding", encoding=read, lines=odd[at]))
        elif at in odd:
            findings.append(Finding("warning", "row.not_utf8", lines=odd[at]))
    return Noted("".join(texts), findings)


def _has_utf8(line: bytes) -> bool:
    """Whether a line with broken bytes has characters of UTF-8 too: then it is a damaged line of this file."""
    text = line.decode("utf-8", "replace")
    good = sum(letter > "\x7f" and letter != "\ufffd" for letter in text)  # some come about by chance
    return good > text.count("\ufffd") or b"\xef\xbf\xbd" in line


def lines(parts: Iterator[str], end: str = "\n") -> Iterator[str]:
    """Physical lines with their ends; only `end` ends one: files of old Macs have carriage returns alone.

    Raises UserError `data.line_too_long`.
    """
    rest: list[str] = []
    held = done = 0
    for part in parts:
        if end not in part:
            rest.append(part)
            held += len(part)
            if held > LINE_LIMIT:
                raise UserError("data.line_too_long", line=done + 1, limit_mb=LINE_LIMIT // 1_000_000)
            continue
        pieces = part.split(end)
        rest.append(pieces[0])
        yield "".join(rest) + end
        for piece in pieces[1:-1]:
            yield piece + end
        rest = [pieces[-1]]
        held = len(pieces[-1])
        done += len(pieces) - 1
    if last := "".join(rest):
        yield last


def line_end(start: str) -> str:
    """What ends the lines of a text that starts so."""
    return "\n" if "\n" in start or "\r" not in start else "\r"
