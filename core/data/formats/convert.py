"""One record in the one shape that is stored and tokenized, whatever format it came in.

chat        {"row": 12, "messages": [{"role", "content", ["tool_calls"], ["reasoning_content"], ["learned": false]}],
             ["tools": [...]]}
text        {"row": 12, "text": "..."}
preference  {"row": 12, "prompt": [messages], "chosen": [messages], "rejected": [messages]}
            {"row": 12, "prompt": [messages], "answer": [messages], "label": true}           (KTO)

More than one row can come of one record (a question and its other wordings); all have its number, and the second and
later ones `"variant": 2`, 3 and so on.
"""

from copy import copy
from typing import Any

from core.data.choices import UNDECIDED, Choices
from core.data.columns import UNREMARKABLE, plain
from core.data.formats.cells import BadRow, Cells, Notes
from core.data.formats.chat import conversations
from core.data.formats.fitting import Fitting
from core.data.formats.mapping import Mapping
from core.data.formats.pairs import choices_of
from core.data.formats.placeholders import fill, placeholders
from core.data.formats.preference import judged
from core.data.rows import Record
from core.findings import Finding

__all__ = ["Converter", "Mapping", "convert", "unwrapped"]

_MARKED = ("messages", "prompt", "chosen")
"""The parts that may hold marked-up text."""


class Converter:
    """Records one by one to rows in the stored shape; what is worth a word is collected on the way."""

    def __init__(self, mapping: Mapping, choices: Choices = UNDECIDED) -> None:
        self._fitting = Fitting(mapping, choices)
        self._task = mapping.task
        self._others: dict[str, tuple[Mapping, list[int]]] = {}
        self._speaker = choices.speaker or mapping.speaker
        self._structured = choices.structured
        self._fill = choices.fill
        self._found: dict[str, tuple[Finding, list[int]]] = {}
        self._around: set[str] = set()
        self._wordings: list[int] = []
        self._more = 0
        self._asked_speaker = choices.speaker
        self._met = False
        self._filled: set[str] = set()
        self._marked = ""  # the column whose text was taken apart

    @property
    def mapping(self) -> Mapping:
        """The file's mapping, with the parts that came up in the records so far."""
        return self._fitting.mapping

    def rows(self, record: Record) -> list[dict[str, Any]]:
        """The rows of one record: none when it is left out, several when it has other wordings of its question."""
        if self._fitting.mapping.format == "unknown":
            return []
        values = unwrapped(record.values)
        if values is not record.values:
            self._around.update(record.values)
        mapping = self._fitting.of(values)
        try:
            _refuse_media(values)
            try:
                found, cells = self._read(values, mapping)
            except BadRow:
                if mapping is not self._fitting.mapping or (other := self._fitting.instead(values)) is None:
                    raise
                mapping = other
                found, cells = self._read(values, mapping)
        except BadRow as bad:
            self._note(bad.finding, record.number)
            return []
        for finding in cells.notes.findings:
            self._note(finding, record.number)
        if mapping is not self._fitting.mapping:
            self._others.setdefault(repr(mapping), (mapping, []))[1].append(record.number)
        if mapping.markup:
            self._marked = next(map(cells.column, [part for part in _MARKED if part in cells]), "")
        rows = [{"row": record.number, **row} for row in found]
        if len(rows) > 1:
            self._wordings.append(record.number)
            self._more += len(rows) - 1
            for number, row in enumerate(rows[1:], 2):
                row["variant"] = number
        return [self._with_words(row) for row in rows] if self._fill else rows

    def _with_words(self, row: dict[str, Any]) -> dict[str, Any]:
        """The row with its placeholders filled in; which names there were is kept."""
        if len(self._filled) < len(self._fill):
            self._filled.update(name for name in placeholders(row) if name in self._fill)
        return fill(row, self._fill)

    def _read(self, values: dict[str, Any], mapping: Mapping) -> tuple[list[dict[str, Any]], Cells]:
        """What a record says by one mapping. Raises BadRow."""
        notes = Notes(self._structured, self._speaker if mapping is self._fitting.mapping else None)
        cells = Cells(values, mapping.columns, mapping.format, mapping.markup, notes)
        if mapping.task != self._task:
            raise BadRow(Finding("error", "row.other_kind", columns=_listed(mapping)))
        try:
            if mapping.task == "chat":
                return conversations(cells), cells
            return [_text(cells) if mapping.task == "text" else judged(cells)], cells
        finally:
            self._met = self._met or notes.met

    def findings(self, columns: list[str]) -> list[Finding]:
        """What was found in all records so far, one finding for each kind, and which of `columns` are not used."""
        found = [_of_rows(one, numbers) for one, numbers in self._found.values()]
        if self._wordings:
            found.append(Finding("info", "question.wordings", self._wordings, more=self._more))
        if self._marked:
            found.append(Finding("info", "markup.taken", column=self._marked))
        if self.mapping.format != "unknown":
            found += self._without_effect()
        used = {*self.mapping.columns.values(), *self._around}
        for other, numbers in self._others.values():
            used.update(other.columns.values())
            found.append(Finding("info", "columns.other_rows", numbers, columns=_listed(other)))
        unused = [name for name in columns if name not in used and plain(str(name)) not in UNREMARKABLE]
        answer = self.mapping.columns.get("answer") or self.mapping.columns.get("output")
        if answer and (offered := [name for name in choices_of([*map(str, columns)]) if name in unused]):
            found.append(Finding("warning", "columns.choices_unused", columns=", ".join(offered), answer=answer))
            unused = [name for name in unused if name not in offered]
        if unused and self.mapping.format != "unknown":
            found.append(Finding("info", "columns.unused", columns=", ".join(unused[:12])))
        return found

    def _without_effect(self) -> list[Finding]:
        """What a person has decided and what made no difference to any row."""
        found = []
        if lost := [name for name in self._fill if name not in self._filled]:
            names = ", ".join(f"{{{{{name}}}}}" for name in lost)
            found.append(Finding("info", "fill.nowhere", names=names))
        if self._asked_speaker and not self._met:
            found.append(Finding("info", "speaker.nowhere", speaker=self._asked_speaker))
        return found

    def _note(self, finding: Finding, number: int) -> None:
        key = f"{finding.level} {finding.code} {sorted(finding.facts.items())!r}"
        self._found.setdefault(key, (finding, []))[1].append(number)


def convert(record: Record, mapping: Mapping, choices: Choices = UNDECIDED) -> list[dict[str, Any]] | Finding:
    """The rows of one record in the stored shape, or the finding why it is left out."""
    converter = Converter(mapping, choices)
    if rows := converter.rows(record):
        return rows
    return next(iter(converter.findings([])), Finding("error", "row.no_turns", [record.number]))


def _listed(mapping: Mapping) -> str:
    """The columns that a mapping reads, for a sentence."""
    return ", ".join(mapping.columns.values())


def _of_rows(finding: Finding, numbers: list[int]) -> Finding:
    whole = copy(finding)
    whole.rows = tuple(numbers)
    return whole


def unwrapped(values: dict[str, Any]) -> dict[str, Any]:
    """What stands inside a row whose one key holds an object, `{"conversation": {...}}`; else the row as it is.

    A key that starts with "turn" is a turn, not a column.
    """
    while len(values) == 1:
        (inside,) = values.values()
        if not isinstance(inside, dict) or not inside or all(plain(str(key)).startswith("turn") for key in inside):
            break
        values = inside
    return values


_MEDIA = ("images", "image", "videos", "video", "audios", "audio")


def _refuse_media(values: dict[str, Any]) -> None:
    """Raises BadRow `row.media` for a row that comes with pictures or sound: its words alone make no sense."""
    for name in _MEDIA:
        if name in values and isinstance(values[name], list | dict) and values[name]:
            raise BadRow(Finding("error", "row.media"))


def _text(cells: Cells) -> dict[str, Any]:
    found = cells.text("text")
    if not found or found.isspace():
        raise BadRow(Finding("error", "text.empty"))
    return {"text": found}
