"""How a data set is read, or would be read as the menus stand: columns, what is missing, how rows then read.

Nothing of it waits: rows that only another sheet or encoding would show are read on a thread (no Gradio here).
"""

import time
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from core.data.choices import Choices
from core.errors import UserError
from core.findings import Finding
from webui.wishes import BEFORE_ROWS

if TYPE_CHECKING:
    from core.data.convert import Mapping
    from core.data.datasets import Dataset
    from core.data.rows import Record
    from webui.context import Context
    from webui.snapshot import Snapshot

LOOKED_AT = 20
"""Rows that the live example leafs through."""

SIBLINGS = (("instruction", "prompt", "question"), ("output", "completion", "answer"), ("text", "messages"))
"""Parts that are much the same in different formats: another format keeps their columns."""

TASKS = {"text": "text", "preference": "preference"}
REPEATED = "similar"
"""The part that may have several columns: similar, similar2, similar3."""


@dataclass(frozen=True)
class Beginning:
    """The first rows of a file as they are read with certain choices; with `error` there are none."""

    columns: list[str]
    records: "list[Record]"
    sheets: list[str] = field(default_factory=list)
    sheet: str | None = None
    encoding: str = ""
    container: str = ""
    error: UserError | None = None


@dataclass(frozen=True)
class Example:
    """One record and what it becomes: rows in the stored shape, or why it would be left out."""

    number: int
    rows: list[dict[str, Any]]
    refused: Finding | None = None


@dataclass(frozen=True)
class How:
    """A reading. `beginning` is None while it is being looked at; `missing` are parts that still need a column."""

    choices: Choices
    changed: bool
    mapping: "Mapping"
    beginning: Beginning | None
    missing: list[str] = field(default_factory=list)
    speakers: dict[str, int] = field(default_factory=dict)
    placeholders: list[str] = field(default_factory=list)
    examples: list[Example] = field(default_factory=list)

    @property
    def columns(self) -> list[str]:
        return self.beginning.columns if self.beginning else []


def how(ctx: "Context", snap: "Snapshot") -> How | None:
    """How the chosen data set is read, or would be; worked out once for every change."""
    if snap.dataset is None:
        return None
    wished = ctx.wishes.of(snap.dataset)
    beginning = beginning_of(ctx, snap.dataset, wished)
    known = snap.page.memo.get("data.how")
    key = (wished.key(), beginning is not None)
    if known is None or known[0] != key:
        known = (key, _how(snap.dataset, wished, ctx.wishes.changed(snap.dataset), beginning))
        snap.page.memo["data.how"] = known
    found: How = known[1]
    return found


def beginning_of(ctx: "Context", dataset: "Dataset", wished: Choices, wait_s: float = 0.0) -> Beginning | None:
    """The first rows with the wished choices; None while they are being read, for up to `wait_s` seconds."""
    from core.data.rows import Record

    before = dataset.choices
    if all(getattr(before, name) == getattr(wished, name) for name in BEFORE_ROWS):
        records = [Record(one["number"], one["values"]) for one in dataset.look[:LOOKED_AT]]
        return Beginning(
            dataset.column_names, records, dataset.sheets, dataset.sheet, dataset.encoding, dataset.container
        )
    key = ("beginning", dataset.id, *(getattr(wished, name) for name in BEFORE_ROWS))
    ends = time.monotonic() + wait_s
    while True:
        answer = ctx.looking.ask("beginning", key, lambda: _open(dataset, wished))
        if answer is not None and answer.fresh:
            return Beginning([], [], error=answer.error) if answer.error else answer.value
        if time.monotonic() >= ends:
            return None
        time.sleep(0.02)


def _open(dataset: "Dataset", wished: Choices) -> Beginning:
    """Raises UserError when the file cannot be read so at all."""
    from core.data.files import open_file

    opened = open_file(dataset.folder / "source", name=dataset.file_name, choices=wished)
    records = list(islice(opened.records, LOOKED_AT))
    return Beginning(list(opened.columns), records, opened.sheets, opened.sheet, opened.encoding, opened.container)


def _how(dataset: "Dataset", wished: Choices, changed: bool, beginning: Beginning | None) -> How:
    from core.data.formats import speakers

    if beginning is None or beginning.error is not None:
        return How(wished, changed, dataset.mapping, beginning)
    mapping = dataset.mapping if not changed else mapping_of(beginning, wished)
    examples = [_example(record, mapping, wished) for record in beginning.records]
    return How(
        wished,
        changed,
        mapping,
        beginning,
        missing(mapping),
        speakers(beginning.records, mapping),
        _placeholders(dataset, beginning, mapping, wished),
        examples,
    )


def mapping_of(beginning: Beginning, wished: Choices) -> "Mapping":
    """Which column holds what: as the menus say where they say something, else as it is found."""
    from core.data.convert import Mapping
    from core.data.formats import recognise

    if wished.format is None:
        return recognise(beginning.columns, beginning.records, wished)
    there = {part: column for part, column in wished.columns.items() if column in beginning.columns}
    return Mapping(wished.format, TASKS.get(wished.format, "chat"), there, speaker=wished.speaker)


def missing(mapping: "Mapping") -> list[str]:
    """The parts that a reading cannot do without and that have no column yet; "format" when that is not known."""
    from core.data.formats import PARTS

    if mapping.format not in PARTS:
        return ["format"]
    found = [part for part, needed in PARTS[mapping.format] if needed and part not in mapping.columns]
    if mapping.format == "preference":  # either two answers, or one with a label
        if "label" in mapping.columns:
            return [] if {"completion", "messages"} & set(mapping.columns) else ["completion"]
        found = [part for part in ("chosen", "rejected") if part not in mapping.columns]
    return found


def start_of_format(beginning: Beginning, mapping: "Mapping", format: str) -> dict[str, str]:
    """Columns for another format: those found for it, and those that hold the same in the format before."""
    from core.data.formats import PARTS, recognise

    found = recognise(beginning.columns, beginning.records, Choices(format=format))
    columns = dict(found.columns) if found.format == format else {}
    for part, _ in PARTS.get(format, ()):
        for same in (part, *(other for group in SIBLINGS if part in group for other in group)):
            column = mapping.columns.get(same)
            if column and part not in columns and column not in columns.values():
                columns[part] = column
    return columns


def with_part(mapping: "Mapping", part: str, column: str) -> dict[str, str]:
    """The columns when `part` is held by `column`; "" takes it away. A column holds one part only."""
    columns = {other: name for other, name in mapping.columns.items() if other != part and name != column}
    if column:
        columns[part] = column
    return columns


def _example(record: "Record", mapping: "Mapping", wished: Choices) -> Example:
    from core.data.formats import convert

    if mapping.format == "unknown" or missing(mapping):
        return Example(record.number, [])
    found = convert(record, mapping, wished)
    if isinstance(found, Finding):
        return Example(record.number, [], found)
    return Example(record.number, found)


def _placeholders(dataset: "Dataset", beginning: Beginning, mapping: "Mapping", wished: Choices) -> list[str]:
    """Names in {{ }}: in the first rows, in what was found in all of them, and those that have words already."""
    from core.data.formats import placeholders

    bare = wished.model_copy(update={"fill": {}})
    found = dict.fromkeys(wished.fill)
    for record in beginning.records:
        for row in _example(record, mapping, bare).rows:
            found.update(dict.fromkeys(placeholders(row)))
    for finding in dataset.findings:
        if finding.code == "text.placeholder":
            found.update(dict.fromkeys(name for name in _names(finding.facts.get("names")) if name))
    return list(found)


def _names(said: object) -> list[str]:
    """The names that a finding gives: a list, or a sentence of them with their braces."""
    parts = said if isinstance(said, list | tuple) else str(said or "").split(",")
    return [str(part).strip().strip("{}").strip() for part in parts]
