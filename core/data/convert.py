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
from dataclasses import dataclass, field
from typing import Any

from core.data.cells import BadRow, Cells, Notes
from core.data.chat import conversations
from core.data.choices import Choices
from core.data.columns import UNREMARKABLE, plain
from core.data.placeholders import fill
from core.data.preference import judged
from core.data.rows import Record
from core.findings import Finding

_MARKED = ("messages", "prompt", "chosen")
"""The parts that may hold marked-up text."""

UNDECIDED = Choices()
"""Nothing is decided by a person; all is found by itself."""


@dataclass(frozen=True)
class Mapping:
    """Which column holds what. `columns` maps a part ("question", "answer", "system", ...) to the column's name.

    speaker  whose turns are the model's, where speakers go by names of their own
    sure     False for a guess, which the person is asked to confirm
    markup   what marks the turns in a column of text, a name of core/data/markup.py; None for plain text
    """

    format: str  # "unknown" when nothing could be guessed; then `columns` is empty
    task: str  # "chat", "text" or "preference"
    columns: dict[str, str] = field(default_factory=dict)
    speaker: str | None = None
    sure: bool = True
    markup: str | None = None


class Converter:
    """Records one by one to rows in the stored shape; what is worth a word is collected on the way."""

    def __init__(self, mapping: Mapping, choices: Choices = UNDECIDED) -> None:
        self._mapping = mapping
        self._speaker = choices.speaker or mapping.speaker
        self._structured = choices.structured
        self._fill = choices.fill
        self._found: dict[str, tuple[Finding, list[int]]] = {}
        self._around: set[str] = set()
        self._wordings: list[int] = []
        self._more = 0
        self._marked = ""  # the column whose text was taken apart

    def rows(self, record: Record) -> list[dict[str, Any]]:
        """The rows of one record: none when it is left out, several when it has other wordings of its question."""
        mapping = self._mapping
        if mapping.format == "unknown":
            return []
        values = unwrapped(record.values)
        if values is not record.values:
            self._around.update(record.values)
        notes = Notes(self._structured, self._speaker)
        cells = Cells(values, mapping.columns, mapping.format, mapping.markup, notes)
        try:
            _refuse_media(values)
            if mapping.task == "chat":
                found = conversations(cells)
            elif mapping.task == "text":
                found = [_text(cells)]
            else:
                found = [judged(cells)]
        except BadRow as bad:
            self._note(bad.finding, record.number)
            return []
        for finding in notes.findings:
            self._note(finding, record.number)
        if mapping.markup:
            self._marked = next(map(cells.column, [part for part in _MARKED if part in cells]), "")
        rows = [{"row": record.number, **row} for row in found]
        if len(rows) > 1:
            self._wordings.append(record.number)
            self._more += len(rows) - 1
            for number, row in enumerate(rows[1:], 2):
                row["variant"] = number
        return [fill(row, self._fill) for row in rows] if self._fill else rows

    def findings(self, columns: list[str]) -> list[Finding]:
        """What was found in all records so far, one finding for each kind, and which of `columns` are not used."""
        found = [_of_rows(one, numbers) for one, numbers in self._found.values()]
        if self._wordings:
            found.append(Finding("info", "question.wordings", self._wordings, more=self._more))
        if self._mapping.markup and self._marked:
            found.append(Finding("info", "markup.taken", column=self._marked))
        used = {*self._mapping.columns.values(), *self._around}
        unused = [name for name in columns if name not in used and plain(str(name)) not in UNREMARKABLE]
        if unused and self._mapping.format != "unknown":
            found.append(Finding("info", "columns.unused", columns=", ".join(unused[:12])))
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
