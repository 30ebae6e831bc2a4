"""What a person says on the command line about how a file is read, as the choices that are kept with its data set."""

import codecs
import re
from typing import Any

from core.cli.arguments import Choices as Arguments
from core.data.choices import Choices
from core.data.formats import PARTS
from core.data.formats.mapping import Mapping
from core.errors import UserError
from core.findings import Finding

NUMBER = re.compile(r"\d+$")
"""More columns of one part are numbered: similar2, similar3."""


SEPARATORS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "bar": "|"}
"""Names for what is hard to type, or means something to a shell."""


def choices_of(asked: Arguments) -> Choices:
    """The choices that the options stand for.

    Raises UserError `cli.encoding`, `cli.separator`, `cli.column`, `cli.column_part`, `cli.fill`.
    """
    if (encoding := asked.encoding) is not None:
        try:
            encoding = codecs.lookup(encoding).name
        except (LookupError, ValueError):
            raise UserError("cli.encoding", said=str(asked.encoding)[:80]) from None
    separator = SEPARATORS.get((asked.separator or "").lower(), asked.separator)
    if separator is not None and (len(separator) != 1 or separator in '"\r\n' or separator.isalnum()):
        raise UserError("cli.separator", said=separator[:80])
    columns: dict[str, str] = {}
    for said in asked.columns:
        part, equals, column = (word.strip() for word in said.partition("="))
        if not equals or not part or not column:
            raise UserError("cli.column", said=said[:80])
        if NUMBER.sub("", part) not in _parts():
            raise UserError("cli.column_part", said=part[:80], parts=", ".join(_parts()))
        columns[part] = column
    fill: dict[str, str] = {}
    for said in asked.fills:
        name, equals, words = said.partition("=")
        if not equals or not name.strip():
            raise UserError("cli.fill", said=said[:80])
        fill[name.strip()] = words
    decided: dict[str, Any] = {
        "encoding": encoding,
        "sheet": asked.sheet,
        "separator": separator,
        "header": None if asked.header is None else asked.header == "yes",
        "format": _format(columns),
        "columns": columns,
        "speaker": asked.speaker,
        "fill": fill,
        "repair": asked.repair,
        "structured": asked.nested_as_text,
        "confirmed": bool(columns),  # who names the columns has looked
    }
    return Choices(**decided)


def require_columns(choices: Choices, names: list[str]) -> None:
    """Raises UserError `cli.no_column` when a column was named that the file does not have."""
    for column in choices.columns.values():
        if column not in names:
            raise UserError("cli.no_column", column=column[:80], columns=", ".join(names[:20]))


def without_columns(choices: Choices) -> Choices:
    """The same, with nothing said of columns."""
    return choices.model_copy(update={"columns": {}, "format": None, "confirmed": False})


def guessed(mapping: Mapping, choices: Choices) -> list[Finding]:
    """A word on columns, or on who the model is, that were guessed and that nobody has agreed to."""
    if mapping.sure or choices.confirmed or mapping.format == "unknown":
        return []
    if mapping.speaker and not choices.speaker:
        return [Finding("warning", "speaker.guessed", speaker=mapping.speaker)]
    columns = ", ".join(f"{part}={column}" for part, column in mapping.columns.items())
    return [Finding("warning", "columns.guessed", columns=columns)]


def _parts() -> list[str]:
    return list(dict.fromkeys(part for parts in PARTS.values() for part, _ in parts))


def _format(columns: dict[str, str]) -> str | None:
    """The first format that has all these parts, and needs no others; None when they alone do not say."""
    given = {NUMBER.sub("", part) for part in columns}
    for name, parts in PARTS.items():
        needed = {part for part, required in parts if required}
        if given and needed and needed <= given <= {part for part, _ in parts}:
            return name
    return "preference" if {"chosen", "rejected"} <= given or "label" in given else None
