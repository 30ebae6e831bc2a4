"""How rows would be read with other choices, before they are: which column then holds what, and how a row reads.

For what asks a person how a file is to be read. The whole file is read later, by examine.py, with the same functions.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from core.data.choices import UNDECIDED, Choices
from core.data.formats import chosen_columns, convert, inner_columns, placeholders, recognise
from core.data.formats.convert import Mapping
from core.data.formats.parts import FORMATS, PARTS, REPEATED, TASKS, kind_of, known
from core.data.formats.parts import missing as missing_of
from core.data.rows import Record
from core.findings import Finding

BEFORE_ROWS = ("encoding", "sheet", "separator", "header", "repair")
"""Choices that decide which rows and columns there are: with another one of these, the columns are found anew."""

OF_COLUMNS = ("format", "columns", "speaker")
"""Choices that decide which column holds what."""

SIBLINGS = (("instruction", "prompt", "question"), ("output", "completion", "answer"), ("text", "messages"))
"""Parts that are much the same in different formats: another format keeps their columns."""


@dataclass(frozen=True)
class Example:
    """One record and what it becomes: rows in the stored shape, or why it would be left out."""

    number: int
    rows: list[dict[str, Any]]
    refused: Finding | None = None


def same(one: Choices, other: Choices, names: Iterable[str]) -> bool:
    """Whether two choices agree in these."""
    return all(getattr(one, name) == getattr(other, name) for name in names)


def recognised(columns: list[str], look: list[Record], choices: Choices) -> Mapping:
    """The format, where some columns alone were named too: they join, or replace, those that are found."""
    found = recognise(columns, look, choices)
    if choices.format or not choices.columns or found.format == "unknown":
        return found
    needed = {part for part, must in PARTS[found.format] if must}
    kept = {
        part: column
        for part, column in found.columns.items()
        if part in needed or column not in choices.columns.values()  # what it was taken for, a person knows better
    }
    both = Choices(columns={**kept, **choices.columns}, format=found.format)
    return recognise(columns, look, choices.with_(both))


def mapping_as(columns: list[str], look: list[Record], choices: Choices) -> Mapping:
    """What reading would take each column for. Where that is nothing yet: what was chosen so far, parts missing."""
    found = recognised(columns, look, choices)
    form = choices.format
    if found.format != "unknown" or form not in FORMATS:
        return found
    here = chosen_columns(inner_columns(columns, look), choices)
    return Mapping(form, TASKS.get(form, "chat"), here, speaker=choices.speaker, sure=False)


def missing(mapping: Mapping) -> list[str]:
    """The parts that a reading cannot do without and that have no column yet; "format" when that is not known."""
    return missing_of(mapping.format, mapping.columns)


def parts_of(mapping: Mapping) -> list[tuple[str, bool]]:
    """The parts of this format with whether each is needed, repeated ones as often as they are used."""
    lacking, found = missing(mapping), []
    for part, needed in PARTS.get(mapping.format, ()):
        found.append((part, needed or part in lacking))
        if part == REPEATED:
            found += [(name, False) for name in sorted(_repeated(mapping)) if name != part]
    return found


def parts_unused(mapping: Mapping) -> list[str]:
    """The parts that may have a column and have none; of a repeated one the next."""
    found = [part for part, needed in parts_of(mapping) if not needed and part not in mapping.columns]
    if REPEATED in mapping.columns:
        found.append(f"{REPEATED}{len(_repeated(mapping)) + 1}")
    return found


def _repeated(mapping: Mapping) -> list[str]:
    return [name for name in mapping.columns if kind_of(name) == REPEATED]


def columns_for(form: str, columns: list[str], look: list[Record], before: Mapping) -> dict[str, str]:
    """Columns for another format: those found for it, and those that hold the same in the format `before`."""
    found = recognise(columns, look, UNDECIDED)
    chosen = {part: column for part, column in found.columns.items() if found.format == form}
    for part, _ in PARTS.get(form, ()):
        for alike in (part, *(other for group in SIBLINGS if part in group for other in group)):
            column = before.columns.get(alike)
            if column and part not in chosen and column not in chosen.values():
                chosen[part] = column
    return chosen


def with_part(mapping: Mapping, part: str, column: str) -> dict[str, str]:
    """The columns when `part` is held by `column`; "" takes it away. A column holds one part only."""
    columns = {other: name for other, name in mapping.columns.items() if other != part and name != column}
    if column:
        columns[part] = column
    return columns


def has_part(mapping: Mapping, part: str) -> bool:
    """Whether rows of this format can have that part."""
    return known(mapping.format, part)


def example(record: Record, mapping: Mapping, choices: Choices) -> Example:
    """How one record reads; no rows and no reason as long as something is missing."""
    if missing(mapping):
        return Example(record.number, [])
    found = convert(record, mapping, choices)
    if isinstance(found, Finding):
        return Example(record.number, [], found)
    return Example(record.number, found)


def names_to_fill(look: list[Record], mapping: Mapping, choices: Choices, findings: Iterable[Finding]) -> list[str]:
    """Names in {{ }}: those that have words already, those in the rows looked at, and what was found in all rows."""
    bare = choices.model_copy(update={"fill": {}})
    found = dict.fromkeys(choices.fill)
    for record in look:
        for row in example(record, mapping, bare).rows:
            found.update(dict.fromkeys(placeholders(row)))
    for finding in findings:
        if finding.code == "text.placeholder":
            found.update(dict.fromkeys(name for name in _names(finding.facts.get("names")) if name))
    return list(found)


def _names(said: object) -> list[str]:
    """The names that a finding gives: a list, or a sentence of them with their braces."""
    parts = said if isinstance(said, list | tuple) else str(said or "").split(",")
    return [str(part).strip().strip("{}").strip() for part in parts]
