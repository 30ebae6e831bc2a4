"""A cell or a turn's content as text, and the way out for a row that cannot be used."""

import ast
import warnings
from typing import Any

from core.data.literals import as_text, parse
from core.findings import Finding


class BadRow(Exception):
    """A row that cannot be used, with the finding that says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.code)
        self.finding = finding


class Notes:
    """What was met on the way in one row and is worth a word, and what a person has decided about such rows.

    structured  lists and objects may become JSON text
    speaker     whose turns are the model's, where speakers go by names of their own; `met` when they have some
    """

    __slots__ = ("findings", "met", "speaker", "structured")

    def __init__(self, structured: bool = False, speaker: str | None = None) -> None:
        self.structured = structured
        self.speaker = speaker
        self.met = False
        self.findings: list[Finding] = []

    def add(self, finding: Finding) -> None:
        """`finding` without rows; the same one twice in a row counts once."""
        if finding not in self.findings:
            self.findings.append(finding)


class Cells:
    """The cells of one row by what they hold; `markup` is what marks the turns in them, when they are marked up."""

    __slots__ = ("_mapped", "_values", "format", "markup", "notes")

    def __init__(
        self, values: dict[str, Any], mapped: dict[str, str], form: str, markup: str | None, notes: Notes
    ) -> None:
        self._values = values
        self._mapped = mapped
        self.format = form
        self.markup = markup
        self.notes = notes

    def __contains__(self, part: str) -> bool:
        return part in self._mapped

    def column(self, part: str) -> str:
        """The column's name; "" when the part has none."""
        return self._mapped.get(part, "")

    def get(self, part: str) -> Any:
        """The value as it is; None when there is none."""
        column = self._mapped.get(part)
        return self._values.get(column) if column is not None else None

    def text(self, part: str) -> str:
        """The value as text. Raises BadRow `row.structured`, `row.media`."""
        return text(self.get(part), self.notes, self.column(part))

    def parts(self, part: str) -> list[str]:
        """The parts that are numbered after this one, itself included: similar, similar2, ..."""
        return [name for name in self._mapped if name == part or name.startswith(part) and name[len(part) :].isdigit()]


def text(value: Any, notes: Notes, column: str = "") -> str:
    """A cell or a turn's content as text; parts of type text are joined.

    Raises BadRow `row.media` for pictures and sound, `row.structured` for other lists and objects unless they may
    become JSON text.
    """
    if type(value) is str:
        return value
    if not isinstance(value, dict | list):
        return as_text(value)
    if not value:
        return ""
    if (said := _of_parts(value)) is not None:
        return said
    if not notes.structured:
        raise BadRow(Finding("error", "row.structured", column=column))
    notes.add(Finding("info", "row.as_json", column=column))
    return as_text(value)


def _of_parts(value: Any) -> str | None:
    """The text of content that is written in parts; None when it is no such content."""
    if isinstance(value, dict):
        if isinstance(value.get("parts"), list):
            value = value["parts"]
        elif isinstance(value.get("text"), str) and set(value) <= {"text", "type", "cache_control", "annotations"}:
            value = [value]
        elif value.get("type") in MEDIA:
            raise BadRow(Finding("error", "row.media"))
        else:
            return None
        if all(isinstance(part, str) for part in value):
            return "".join(value)
    if isinstance(value, list) and (isinstance(value[0], str) or isinstance(value[-1], str)):
        return _mixed(value)
    if not all(isinstance(part, dict) and ("type" in part or set(part) == {"text"}) for part in value):
        return None
    if any(part.get("type") in MEDIA for part in value):
        raise BadRow(Finding("error", "row.media"))
    if any(part.get("type", "text") not in TEXT for part in value):
        return None
    return "".join(as_text(part.get("text")) for part in value)


def _mixed(value: list[Any]) -> str | None:
    """Texts beside marked pieces of text, `["see ", {"type": "link", "text": "x"}]`; None for texts alone."""
    if all(isinstance(part, str) for part in value):
        return None
    if not all(isinstance(part, str) or isinstance(part, dict) and isinstance(part.get("text"), str) for part in value):
        return None
    return "".join(part if isinstance(part, str) else part["text"] for part in value)


TEXT = ("text", "input_text", "output_text")
MEDIA = (
    "image", "image_url", "input_image", "audio", "audio_url", "input_audio", "video", "video_url", "file",
    "input_file", "document",
)  # fmt: skip
"""What a part of a turn's content is called by its `type`."""


def parsed(said: str) -> Any:
    """A list or an object that was saved as text, in JSON or in Python's way of writing; None when it is none.

    Numbers of JSON stay as they were written.
    """
    start = said.lstrip()[:1]
    if start not in ("[", "{"):
        return None
    try:
        return parse(said)
    except (ValueError, RecursionError):
        pass
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a backslash in people's words
            # how pandas writes lists into a CSV; literals only, nothing is called
            found = ast.literal_eval(said.strip())
    except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
        return None
    return found if isinstance(found, dict | list) else None
