"""How a data set is read, or would be read as the menus stand: columns, what is missing, how rows then read.

Nothing of it waits: rows that only another sheet or encoding would show are read on a thread (no Gradio here).
"""

import time
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING

from core.data import formats
from core.data.choices import Choices
from core.data.formats import reading_as
from core.data.formats.reading_as import Example
from core.data.rows import Record
from core.errors import UserError

if TYPE_CHECKING:
    from core.data.datasets import Dataset
    from core.data.formats.convert import Mapping
    from webui.context import Context
    from webui.snapshot import Snapshot

LOOKED_AT = 20
"""Rows that the live example leafs through."""


@dataclass(frozen=True)
class Beginning:
    """The first rows of a file as they are read with certain choices; with `error` there are none.

    whole  these are all the rows there are
    """

    columns: list[str]
    records: list[Record]
    sheets: list[str] = field(default_factory=list)
    sheet: str | None = None
    encoding: str = ""
    container: str = ""
    whole: bool = False
    error: UserError | None = None


@dataclass(frozen=True)
class How:
    """A reading. `beginning` is None while it is being looked at; `missing` are parts that still need a column.

    to_fill  places of the looked-at rows in which a placeholder stands
    other    there was another reading before this one, to which a person can go back
    """

    choices: Choices
    changed: bool
    mapping: "Mapping"
    beginning: Beginning | None
    missing: list[str] = field(default_factory=list)
    speakers: dict[str, int] = field(default_factory=dict)
    placeholders: list[str] = field(default_factory=list)
    examples: list[Example] = field(default_factory=list)
    to_fill: list[int] = field(default_factory=list)
    other: bool = False

    @property
    def columns(self) -> list[str]:
        return self.beginning.columns if self.beginning else []

    @property
    def talk(self) -> bool:
        """Lines of text in which people speak by name: nothing that anybody would call a column."""
        container = self.beginning.container if self.beginning else ""
        return container == "text" and self.mapping.format in ("messages", "sharegpt")


def how(ctx: "Context", snap: "Snapshot") -> How | None:
    """How the chosen data set is read, or would be; worked out once for every change. None where no file is read."""
    if snap.dataset is None or snap.dataset.made:
        return None
    wished = ctx.wishes.of(snap.dataset)
    beginning = beginning_of(ctx, snap.dataset, wished)
    known = snap.page.memo.get("data.how")
    key = (wished.key(), beginning is not None)
    if known is None or known[0] != key:
        found = _how(snap.dataset, wished, ctx.wishes.changed(snap.dataset), beginning)
        known = (key, replace(found, other=_other(ctx, snap.dataset)))
        snap.page.memo["data.how"] = known
    shown: How = known[1]
    return shown


def _other(ctx: "Context", dataset: "Dataset") -> bool:
    try:
        before = ctx.datasets.get(dataset.parent) if dataset.parent else None
    except UserError:  # it can be read no longer
        return False
    return before is not None and before.choices.key() != dataset.choices.key()


def beginning_of(ctx: "Context", dataset: "Dataset", wished: Choices, wait_s: float = 0.0) -> Beginning | None:
    """The first rows with the wished choices; None while they are being read, for up to `wait_s` seconds."""
    if reading_as.same(wished, dataset.choices, reading_as.BEFORE_ROWS):
        records = [Record(one["number"], one["values"]) for one in dataset.look[:LOOKED_AT]]
        return Beginning(
            dataset.column_names,
            records,
            dataset.sheets,
            dataset.sheet,
            dataset.encoding,
            dataset.container,
            whole=len(records) >= dataset.rows,
        )
    key = ("beginning", dataset.id, *(getattr(wished, name) for name in reading_as.BEFORE_ROWS))
    ends = time.monotonic() + wait_s
    while True:
        answer = ctx.looking.ask("beginning", key, lambda: _open(dataset, wished))
        if answer is not None and answer.fresh:
            return Beginning([], [], error=answer.error) if answer.error else answer.value
        if time.monotonic() >= ends:
            return None
        time.sleep(0.02)


def _open(dataset: "Dataset", wished: Choices) -> Beginning:
    """As many rows as reading looks at to recognise the columns. Raises UserError when the file cannot be read so."""
    from core.data.formats.regroup import open_rows

    opened = open_rows(dataset.source, name=dataset.file_name, choices=wished)
    with closing(opened.records) as found:  # type: ignore[type-var]  # the file, at once
        records = list(islice(found, formats.LOOKED_AT))
    columns = formats.inner_columns(list(opened.columns), records)
    whole = len(records) <= LOOKED_AT
    return Beginning(columns, records, opened.sheets, opened.sheet, opened.encoding, opened.container, whole)


def _how(dataset: "Dataset", wished: Choices, changed: bool, beginning: Beginning | None) -> How:
    if beginning is None or beginning.error is not None:
        return How(wished, changed, dataset.mapping, beginning)
    mapping, records = mapping_of(dataset, beginning, wished), beginning.records[:LOOKED_AT]
    return How(
        wished,
        changed,
        mapping,
        beginning,
        reading_as.missing(mapping),
        formats.speakers(records, mapping),
        reading_as.names_to_fill(records, mapping, wished, dataset.findings),
        [reading_as.example(record, mapping, wished) for record in records],
        _to_fill(records, mapping, wished),
    )


def _to_fill(records: list[Record], mapping: "Mapping", wished: Choices) -> list[int]:
    bare = wished.model_copy(update={"fill": {}})
    rows = [reading_as.example(record, mapping, bare).rows for record in records]
    return [place for place, found in enumerate(rows) if any(formats.placeholders(row) for row in found)]


def mapping_of(dataset: "Dataset", beginning: Beginning, wished: Choices) -> "Mapping":
    """Which column holds what: as reading with the wished choices takes them, as far as they are complete."""
    decides = (*reading_as.BEFORE_ROWS, *reading_as.OF_COLUMNS)
    if dataset.format != "unknown" and reading_as.same(wished, dataset.choices, decides):
        return dataset.mapping
    return reading_as.mapping_as(beginning.columns, beginning.records, wished)
