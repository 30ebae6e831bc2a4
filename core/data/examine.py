"""One look at a file from its bytes to findings; the store, the command line and the window all take this one.

The file is read once, a record at a time: each becomes rows, is checked, handed on and let go.
"""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Any

from core.data import files, formats
from core.data.checks import Checker
from core.data.choices import UNDECIDED, Choices
from core.data.columns import NAMED, plain
from core.data.formats.convert import Converter, Mapping
from core.data.formats.parts import missing
from core.data.formats.reading_as import recognised
from core.data.formats.regroup import beginning, open_rows
from core.data.look import plain_look
from core.data.rows import Progress, Record
from core.errors import UserError
from core.findings import Finding, worst_first


@dataclass(frozen=True)
class Examined:
    """What a file holds: `count` records were read, which gave `usable` rows. The rest is as in `Dataset`.

    read_findings  those of `findings` that came of reading; the others say what is in the rows, and can be found anew
    """

    container: str
    encoding: str
    mapping: Mapping
    count: int
    usable: int
    findings: list[Finding]
    column_names: list[str]
    sheets: list[str] = field(default_factory=list)
    sheet: str | None = None
    packed: str = ""
    look: list[dict[str, Any]] = field(default_factory=list)
    read_findings: list[Finding] = field(default_factory=list)


def examine(
    path: Path,
    *,
    name: str,
    choices: Choices = UNDECIDED,
    progress: Progress | None = None,
    on_row: Callable[[dict[str, Any]], None] = lambda row: None,
) -> Examined:
    """Read, recognise, convert and check; `on_row` gets each usable row in the stored shape.

    Raises UserError `data.*` when the whole file cannot be read. What `progress` and `on_row` raise passes through.
    """
    opened = open_rows(path, name=name, choices=choices, progress=progress)
    try:
        first = beginning(opened.records)
        mapping = recognised([*opened.columns, *_not_yet(opened, choices)], first, choices)
        _refuse_twice(mapping, choices)
        outside = list(opened.columns)
        inside = formats.inner_columns(outside, first)
        mapping = replace(mapping, sure=mapping.sure and (opened.sure or _named(mapping, opened)))
        converter, checker, usable = Converter(mapping, choices), Checker(mapping.task), 0
        look = plain_look(first)
        for record in chain(_emptied(first), opened.records):
            for row in converter.rows(record):
                usable += 1
                checker.see(row)
                on_row(row)
    finally:
        if isinstance(opened.records, Generator):
            opened.records.close()  # the file, at once: where a check is given up it may be deleted next
    read = [*opened.findings, *converter.findings(opened.columns)]
    mapping = _there(converter.mapping, opened.columns + inside)
    if mapping.format == "unknown":
        read.append(Finding("error", "data.no_columns", columns=listed(opened.columns)))
    return Examined(
        opened.container,
        opened.encoding,
        mapping,
        opened.count,
        usable,
        worst_first(formats.merged([*read, *checker.findings()])),
        opened.columns if inside == outside else inside,
        opened.sheets,
        opened.sheet,
        opened.packed,
        look,
        formats.merged(read),
    )


def _refuse_twice(mapping: Mapping, choices: Choices) -> None:
    """Raises UserError `data.column_twice` when a person has named one column for two parts."""
    for columns in (choices.columns, mapping.columns if choices.columns else {}):
        parts: dict[str, str] = {}
        for part, column in columns.items():
            if column in parts:
                raise UserError("data.column_twice", column=column, first=parts[column], second=part)
            parts[column] = part


def _named(mapping: Mapping, opened: files.Opened) -> bool:
    """Whether the columns of a table go by names that are known: then its first row is a header, however rows end."""
    names = [plain(name) for name in mapping.columns.values()]
    return opened.container in ("csv", "xlsx") and len(names) > 1 and all(name in NAMED for name in names)


def _not_yet(opened: files.Opened, choices: Choices) -> list[str]:
    """The columns that a person has named and that may come in later rows, where each row names its own."""
    if opened.container != "jsonl":
        return []
    return [column for column in choices.columns.values() if column not in opened.columns]


def _there(mapping: Mapping, columns: list[str]) -> Mapping:
    """The mapping without columns that never came; without one that must be, unknown."""
    found = {part: column for part, column in mapping.columns.items() if column in columns}
    if len(found) == len(mapping.columns):
        return mapping
    return Mapping("unknown", "chat", sure=False) if missing(mapping.format, found) else replace(mapping, columns=found)


def listed(columns: list[str]) -> str:
    """The names of columns for a sentence."""
    return ", ".join(columns[:12]) + (" ..." if len(columns) > 12 else "")


def _emptied(records: list[Record]) -> Iterator[Record]:
    """The records in order, each let go when it is given."""
    records.reverse()
    while records:
        yield records.pop()
