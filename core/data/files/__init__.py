"""A file -> rows, one at a time. What it is, is found out from its content: the name's ending decides nothing.

    opened = open_file(Path("faq.csv"), name="faq.csv")
    opened.container, opened.encoding, opened.columns      -> "csv", "gb18030", ["问题", "答案"]
    for record in opened.records: ...                      -> Record(1, {...}), ...
    opened.findings, opened.count                          complete when the records are through

Every cell stays the text that the person wrote: "007", "NA", "1e5" and 20 digits survive. A file of any size is read
in the memory of a chunk and a row.
"""

import json
import re
from collections.abc import Generator, Iterator
from contextlib import closing
from itertools import chain
from pathlib import Path

from core.data import columns
from core.data.choices import UNDECIDED, Choices
from core.data.files import (
    csv_rows,
    decoded,
    encodings,
    guarded,
    json_broken,
    json_rows,
    kinds,
    parquet_rows,
    text_rows,
    xlsx_rows,
)
from core.data.files.faults import Faults
from core.data.files.source import Source
from core.data.rows import FileRows, Opened, Progress, Record, share
from core.errors import UserError

__all__ = ["FileRows", "Opened", "Record", "open_file", "read"]

_LOOK = 400_000
"""Characters of the start by which it is told whether a text is JSON, a table or prose."""
_SAMPLED = 0.05
"""How much of the work is done when the encoding is known, for which all of an ASCII file is looked at."""
_PREFACE = re.compile(
    r"(\s*(//[^\n]*\n|/\*.*?\*/|#[^\n]*\n|```\w*[ \t]*\n|<{7} [^\n]*\n))*\s*"
    r"((?:var|let|const|export default)?\s*[\w.]+\s*=\s*)?",
    re.DOTALL,
)
_JSON = re.compile(
    r"""\{\s*(\}|["'“][^\n]*|\w+\s*:[^\n]*|//|/\*|\#|<{7})|"""
    r"""\[\s*(\]|[\[{"'“]|-?\d+[\d.eE+-]*\s*[,\]]|//|/\*|\#|<{7}|(true|false|null)\b)"""
)


def open_file(path: Path, *, name: str, choices: Choices = UNDECIDED, progress: Progress | None = None) -> Opened:
    """The file at `path`, ready to be read a row at a time; `name` is what people call it.

    Raises UserError `data.*`, one sentence for whatever is wrong with the whole file; a file without a single readable
    row is refused here, so that behind it only the disk can still fail. The fact `repairable` says that the file can
    be read with `Choices(repair=True)`. `Opened.close` closes the file; what `progress` raises passes through.
    """
    source = Source(Path(path), name)
    faults = Faults()
    kind = kinds.kind_of(source)
    if kind == "text":
        opened = Opened("text", encodings.find(source, choices.encoding, share(progress, 0, _SAMPLED)))
        records = _text(source, opened, faults, choices, share(progress, _SAMPLED, 1))
    elif kind == "xlsx":
        opened = Opened("xlsx", "")
        records = xlsx_rows.read(source, opened, faults, choices, progress)
    else:
        opened = Opened("parquet", "")
        records = parquet_rows.read(source, opened, faults, progress)
    opened.packed = source.packed
    if kind == "xlsx" or opened.container == "csv":
        records = guarded.unguarded(records, opened)
    opened.records = _reported(records, opened, faults)
    first = next(opened.records, None)
    if first is None:
        raise UserError("data.no_rows", name=name)
    opened.records = _from(first, opened.records)
    return opened


def _from(first: Record, rest: Iterator[Record]) -> Generator[Record]:
    """`first` and the rest, which is closed with it."""
    with closing(rest):  # type: ignore[type-var]
        yield from chain((first,), rest)


def _reported(records: Iterator[Record], opened: Opened, faults: Faults) -> Generator[Record]:
    """The records, with what was found along the way put into `opened` at the end, or where it was left."""
    with closing(records):  # type: ignore[type-var]
        try:
            yield from records
        finally:
            opened.findings[:] = faults.findings()


def _text(
    source: Source, opened: Opened, faults: Faults, choices: Choices, progress: Progress | None
) -> Iterator[Record]:
    name = source.name
    start = _start(source, opened.encoding)
    stripped = start.lstrip()
    if not stripped:
        if all(not chunk.strip() for chunk in decoded.chunks(source, opened.encoding)):
            raise UserError("data.empty", name=name)

    def again() -> Generator[str]:
        return decoded.chunks(source, opened.encoding, progress)

    table_asked = choices.separator is not None or choices.header is not None
    strings = _is_strings(stripped)
    if not table_asked and (strings or _is_json(stripped) and not text_rows.is_chat(start)):
        opened.container = "jsonl"
        reader = json_rows.Reader(opened, faults, again, name, choices.repair)
        reader.strings = strings
        return reader.records()
    kinds.refuse_text(stripped, name)
    layout = csv_rows.layout(start, choices)
    if layout is not None and not table_asked:
        drawn = (layout.separator == "|" or not layout.head.sure) and text_rows.is_drawn(start)
        if drawn or not layout.head.sure and (text_rows.is_transcript(start) or text_rows.is_prose(start)):
            layout = None  # people who talk use commas too, and so do those who write
    if layout is None:
        return text_rows.read(opened, faults, again, start, name, repair=choices.repair)
    opened.container = "csv"
    opened.columns[:] = layout.head.names
    opened.sure = layout.head.sure
    for finding in layout.head.findings:
        faults.note(finding)
    return csv_rows.read(opened, faults, again, layout, name, repair=choices.repair)


def _start(source: Source, encoding: str) -> str:
    """The first characters of a text, whole lines where there are some."""
    parts: list[str] = []
    with closing(decoded.chunks(source, encoding)) as chunks:
        for chunk in chunks:
            parts.append(chunk)
            if sum(map(len, parts)) > _LOOK:
                break
        else:
            return "".join(parts)
    look = "".join(parts)[:_LOOK]
    return look[: look.rfind("\n") + 1] or look


def _is_json(start: str) -> bool:
    """Whether a text begins as JSON does, be it behind comments or `data =`, or a line that has lost its brace."""
    line, _, rest = start.partition("\n")
    if line[:1] == '"' and rest.lstrip()[:1] == "{" and json_broken.is_headless(line, {}):
        return True
    preface = _PREFACE.match(start)
    at = preface.end() if preface else 0
    found = _JSON.match(start, at)
    return found is not None


def _is_strings(start: str) -> bool:
    """Whether each line is a string of JSON; a table with one column in quotation marks has a name on top."""
    lines = [line.strip() for line in start.split("\n")[:20] if line.strip()]
    if len(lines) < 2 or columns.plain(lines[0].strip('"')) in columns.KNOWN:
        return False
    try:
        return all(line[0] == '"' and isinstance(json.loads(line), str) for line in lines)
    except ValueError:
        return False


def read(
    path: Path, *, name: str | None = None, choices: Choices = UNDECIDED, progress: Progress | None = None
) -> FileRows:
    """All rows of the file at `path`. Raises UserError `data.*`."""
    opened = open_file(path, name=name or path.name, choices=choices, progress=progress)
    rows = list(opened.records)
    return FileRows(opened.encoding, opened.container, opened.columns, rows, opened.findings, opened.count)
