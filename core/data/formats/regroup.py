"""Records that are not rows yet, made to rows: turns a line each, rows inside texts, one object of all questions."""

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

from core.data import columns as c
from core.data import files
from core.data.choices import Choices
from core.data.formats.cells import parsed
from core.data.formats.chat import are_turns
from core.data.formats.convert import unwrapped
from core.data.formats.named import by_name
from core.data.formats.turn_lines import Lines, lines_of, turns_apart
from core.data.rows import TURNS, Opened, Progress, Record
from core.findings import Finding

LOOKED_AT = 200
"""Records from which it is told what a file holds."""

HEAVY = 20_000_000
"""Characters after which so many records are enough: they are held while they are looked at."""

_LEAST = 3
"""Questions that make an object a list of them."""


def open_rows(path: Path, *, name: str, choices: Choices, progress: Progress | None = None) -> Opened:
    """The file at `path`, ready to be taken a row at a time: the one way to rows, with the numbers that findings name.

    Raises UserError `data.*` as `files.open_file`.
    """
    return regrouped(files.open_file(path, name=name, choices=choices, progress=progress), choices)


def regrouped(opened: Opened, choices: Choices) -> Opened:
    """The same file with its records as rows; the one that was given where they are rows already.

    Who names columns of the records as they stand gets them as they stand.
    """
    first = beginning(opened.records)
    named = set(choices.columns.values())
    if named and named <= set(opened.columns):
        opened.records = _again(first, opened.records)
        return opened
    if (strings := _strings(first)) is not None:
        told = Finding("info", "rows.unpacked")
        return _with(opened, strings, _unpacked(opened, first), lambda given: [_counting(told, given)])
    if header := _header(first):
        return _with(opened, header, _table(opened, first, header), lambda given: [])
    if len(first) == 1 and is_faq_object(unwrapped(first[0].values)):
        return _with(opened, ["question", "answer"], _pairs(opened, first), lambda given: [], sure=False)
    if lines := lines_of(opened.columns, first):
        return _with(opened, lines.columns(opened.columns), _talks(opened, first, lines), lambda given: lines.findings)
    if role := turns_apart(opened.columns, first):
        apart = [Finding("warning", "turns.apart", role=role)]
        return _with(opened, opened.columns, _again(first, opened.records), lambda given: apart)
    opened.records = _again(first, opened.records)
    return opened


def _counting(finding: Finding, count: int) -> Finding:
    finding.facts["count"] = count
    return finding


def beginning(records: Iterator[Record]) -> list[Record]:
    """The first records, as many as tell what a file holds."""
    found: list[Record] = []
    size = 0
    for record in records:
        found.append(record)
        size += _size(record.values)
        if len(found) >= LOOKED_AT or size > HEAVY:
            break
    return found


def is_faq_object(value: Any) -> bool:
    """Whether an object is a list of questions with their answers: {"Where are you?": "In Berlin.", ...}."""
    if not isinstance(value, dict) or len(value) < _LEAST:
        return False
    names = [str(name) for name in value]
    if any(c.plain(name) in c.KNOWN or c.plain(name) in c.UNREMARKABLE for name in names):
        return False
    if sum(isinstance(item, str) and bool(item.strip()) for item in value.values()) < len(value):
        return False
    if all(name.rstrip().endswith(("?", "？")) for name in names):
        return True
    return len(value) >= 5 and sum(map(_is_sentence, names)) >= 0.8 * len(names)


def _is_sentence(said: str) -> bool:
    said = said.strip()
    wide = sum(ord(letter) > 0x2E80 for letter in said)
    return said.endswith(("?", "？")) or len(said.split()) >= 3 or wide >= 5


def _with(
    opened: Opened,
    columns: list[str],
    records: Generator[Record],
    findings: Callable[[int], list[Finding]],
    *,
    sure: bool = True,
) -> Opened:
    """The file with other records; what its reader counts and finds is taken over at the end.

    `findings` are those of the change, asked for with the number of records given.
    """
    found = replace(opened, columns=columns, findings=[], count=0, sure=opened.sure and sure)
    found.records = _counted(found, opened, records, findings)
    return found


def _counted(
    found: Opened, opened: Opened, records: Generator[Record], findings: Callable[[int], list[Finding]]
) -> Generator[Record]:
    given = 0
    try:
        with closing(records):
            for record in records:
                given += 1
                found.count = given
                found.columns += [name for name in record.values if name not in found.columns]
                yield record
    finally:
        lost = {row for finding in opened.findings if finding.level == "error" for row in finding.rows}
        found.count = given + len(lost)
        found.findings[:] = [*opened.findings, *findings(given)]


def _again(first: list[Record], rest: Iterator[Record]) -> Generator[Record]:
    """The records that were looked at, each let go when it is given, and the rest, which is closed with it."""
    first.reverse()
    try:
        while first:
            yield first.pop()
        yield from rest
    finally:
        if isinstance(rest, Generator):
            rest.close()


def _talks(opened: Opened, first: list[Record], lines: Lines) -> Generator[Record]:
    with closing(_again(first, opened.records)) as records:
        yield from lines.joined(records)


def _pairs(opened: Opened, first: list[Record]) -> Generator[Record]:
    with closing(_again(first, opened.records)) as records:
        number = 0
        for question, answer in chain.from_iterable(unwrapped(record.values).items() for record in records):
            number += 1
            yield Record(number, {"question": question, "answer": answer})


def _header(first: list[Record]) -> list[str]:
    """The names of the columns, where rows are lists of cells and the first of them are names that are known."""
    rows = [record.values.get(TURNS) for record in first if len(record.values) == 1]
    if len(rows) < max(2, len(first)) or not all(isinstance(row, list) for row in rows):
        return []
    names = [str(cell) for cell in rows[0] or ()]
    plain = [c.plain(name) for name in names]
    certain = sum(name in c.NAMED for name in plain) >= 2
    known = all(name in c.NAMED or name in c.UNREMARKABLE for name in plain)
    return (
        names if certain and known and len(set(plain)) == len(plain) and set(map(_width, rows)) == {len(names)} else []
    )


def _width(row: Any) -> int:
    return len(row) if all(isinstance(cell, str) or cell is None for cell in row) else -1


def _table(opened: Opened, first: list[Record], header: list[str]) -> Generator[Record]:
    with closing(_again(first, opened.records)) as records:
        next(records)
        for record in records:
            row = record.values.get(TURNS)
            if isinstance(row, list) and len(row) == len(header):
                yield Record(record.number, dict(zip(header, row, strict=True)))
            else:
                yield record


# -- rows that were saved as text


def _strings(first: list[Record]) -> list[str] | None:
    """The columns of the rows inside texts; None when records are no such texts."""
    inside = []
    for record in first:
        found = _inside(record.values)
        if found is None:
            return None
        inside.append(Record(record.number, found))
    names = list(dict.fromkeys(name for record in inside for name in record.values))
    return names if by_name(names, inside) else None


def _inside(values: dict[str, Any]) -> dict[str, Any] | None:
    """The row that the one text of a record holds."""
    if len(values) != 1:
        return None
    ((name, value),) = values.items()
    if not isinstance(value, str) or c.plain(str(name)) in c.MESSAGES and name != TURNS:
        return None
    found = parsed(value)
    if isinstance(found, list) and are_turns(found) and name != TURNS:
        return {TURNS: found}
    return found if isinstance(found, dict) and all(isinstance(key, str) for key in found) and found else None


def _unpacked(opened: Opened, first: list[Record]) -> Generator[Record]:
    with closing(_again(first, opened.records)) as records:
        for record in records:
            yield Record(record.number, _inside(record.values) or record.values)


def _size(value: Any) -> int:
    """About how many characters a value has."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(map(_size, value.values()))
    return sum(map(_size, value)) if isinstance(value, list) else 8
