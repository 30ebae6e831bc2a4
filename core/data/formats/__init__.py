"""Which format rows have, by their columns and by what stands in them; convert.py then turns them into one shape."""

from collections.abc import Iterable
from copy import copy

from core.data.choices import UNDECIDED, Choices
from core.data.formats import markup
from core.data.formats.convert import Converter, Mapping, convert, unwrapped
from core.data.formats.named import by_content, by_name
from core.data.formats.parts import FORMATS, PARTS, TASKS, known, missing
from core.data.formats.placeholders import placeholders
from core.data.formats.speakers import model_among, strangers
from core.data.formats.turns import names_of, style, turns_of
from core.data.formats.unnamed import texts_of
from core.data.rows import Record
from core.findings import Finding

__all__ = [
    "FORMATS", "PARTS", "Converter", "Mapping", "chosen_columns", "convert", "inner_columns", "merged",
    "placeholders", "recognise", "speakers",
]  # fmt: skip

LOOKED_AT = 200
"""Rows that are looked at, at most."""


def recognise(columns: list[str], look: list[Record], choices: Choices = UNDECIDED) -> Mapping:
    """The format of rows, by their columns and, where names are not enough, by what is in the rows looked at.

    What a person has chosen wins. Never raises: the format is "unknown" when nothing fits, and the mapping is not
    `sure` when it is a guess.
    """
    look = look[:LOOKED_AT]
    columns = inner_columns(columns, look)
    look = [Record(record.number, unwrapped(record.values)) for record in look]
    if choices.format:
        return _chosen(columns, look, choices)
    found = by_name(columns, look) or by_content(columns, look)
    if found is None:
        return Mapping("unknown", "chat", sure=False)
    return _with_speaker(found, look, choices)


def inner_columns(columns: list[str], look: list[Record]) -> list[str]:
    """The columns that a mapping can name: those inside, where rows stand in one key each, {"conversation": {...}}."""
    inside = [unwrapped(record.values) for record in look]
    if all(one is record.values for one, record in zip(inside, look, strict=True)):
        return [name for name in columns if isinstance(name, str)]
    return [name for name in dict.fromkeys(name for one in inside for name in one) if isinstance(name, str)]


def speakers(look: list[Record], mapping: Mapping) -> dict[str, int]:
    """Names of speakers that are no known role, with how many turns each has; most turns first."""
    counted: dict[str, int] = {}
    for names in _speaking(look, mapping):
        for name in strangers(names):
            counted[name] = counted.get(name, 0) + 1
    return dict(sorted(counted.items(), key=lambda item: -item[1]))


def merged(findings: Iterable[Finding]) -> list[Finding]:
    """Findings of one kind (same code and same facts) as one, with all their rows in order."""
    together: dict[str, tuple[Finding, list[int]]] = {}
    for finding in findings:
        key = f"{finding.level} {finding.code} {sorted(finding.facts.items())!r}"
        together.setdefault(key, (copy(finding), []))[1].extend(finding.rows)
    for finding, rows in together.values():
        finding.rows = tuple(sorted(set(rows)))
    return [finding for finding, _ in together.values()]


def _chosen(columns: list[str], look: list[Record], choices: Choices) -> Mapping:
    """What a person has chosen. Columns that are not there are passed over; without a part that must be, unknown."""
    form = str(choices.format)
    here = chosen_columns(columns, choices)
    if missing(form, here):
        return Mapping("unknown", "chat", sure=False)
    found = Mapping(form, TASKS.get(form, "chat"), here, markup=_marks(form, here, look))
    if "messages" in here and form in ("messages", "sharegpt"):
        styles = (style(turns) for record in look if (turns := turns_of(record.values.get(here["messages"]))))
        found = Mapping(next((one for one in styles if one), form), "chat", here, markup=found.markup)
    return _with_speaker(found, look, choices)


def chosen_columns(columns: list[str], choices: Choices) -> dict[str, str]:
    """Part -> column of what a person has chosen, as far as the format has the part and the file the column."""
    form = str(choices.format)
    return {part: column for part, column in choices.columns.items() if column in columns and known(form, part)}


def _marks(form: str, here: dict[str, str], look: list[Record]) -> str | None:
    """How the columns that a person has chosen are marked up."""
    if form in ("messages", "sharegpt"):
        return markup.markup_of(texts_of(here["messages"], look))
    if form == "prompt_completion":
        return markup.markup_of(texts_of(here["prompt"], look), prompt=True)
    if form == "preference" and "chosen" in here and "prompt" not in here:
        return markup.markup_of(texts_of(here["chosen"], look))
    if form == "preference" and "prompt" in here:
        return markup.markup_of(texts_of(here["prompt"], look), prompt=True)
    return None


def _speaking(look: list[Record], mapping: Mapping) -> list[list[str]]:
    """The names of who speaks, of each conversation looked at."""
    if mapping.format not in ("messages", "sharegpt", "preference") or "messages" not in mapping.columns:
        return []
    column = mapping.columns["messages"]
    return [names_of(turns_of(unwrapped(record.values).get(column)) or []) for record in look]


def _with_speaker(found: Mapping, look: list[Record], choices: Choices) -> Mapping:
    """The mapping with who the model is, where speakers go by names of their own."""
    speaker = choices.speaker
    sure = found.sure
    if not speaker and (speaker := model_among(_speaking(look, found))):
        sure = False
    if not speaker:
        return found
    return Mapping(found.format, found.task, found.columns, speaker, sure, found.markup)
