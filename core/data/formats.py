"""Which format a file has, by its columns and what is in them; its rows are then converted (convert.py)."""

from collections.abc import Iterable
from copy import copy
from typing import Any

from core.data import columns as c
from core.data.choices import Choices
from core.data.convert import FALSE, TRUE, UNDECIDED, Converter, Mapping, convert
from core.data.placeholders import placeholders
from core.data.rows import FileRows, Record
from core.data.turns import style
from core.findings import Finding

__all__ = [
    "FORMATS", "PARTS", "Converter", "Mapping", "convert", "convert_all", "merged", "placeholders", "recognise",
    "speakers",
]  # fmt: skip

_LOOKED_AT = 50

PARTS: dict[str, tuple[tuple[str, bool], ...]] = {
    "messages": (("messages", True), ("system", False), ("tools", False)),
    "sharegpt": (("messages", True), ("system", False), ("tools", False)),
    "alpaca": (("instruction", True), ("output", True), ("input", False), ("history", False), ("system", False),
               ("thinking", False), ("tools", False)),
    "prompt_completion": (("prompt", True), ("completion", True), ("input", False), ("history", False),
                          ("system", False), ("thinking", False), ("tools", False)),
    "question_answer": (("question", True), ("answer", True), ("similar", False), ("title", False),
                        ("history", False), ("system", False), ("thinking", False), ("tools", False)),
    "text": (("text", True),),
    "preference": (("chosen", False), ("rejected", False), ("completion", False), ("label", False),
                   ("messages", False), ("prompt", False), ("input", False), ("history", False), ("system", False),
                   ("tools", False)),
}  # fmt: skip
"""Format -> its parts in the order of the menus, and whether a part must have a column.

More columns of one part are numbered: "similar", "similar2", "similar3". Of a preference, either `chosen` and
`rejected` have columns, or `label` with `completion` or `messages`.
"""

FORMATS = tuple(PARTS)


def speakers(look: list[Record], mapping: Mapping) -> dict[str, int]:
    """Names of speakers that are no known role, with how many turns each has."""
    return {}


def recognise(columns: list[str], look: list[Record], choices: Choices = UNDECIDED) -> Mapping:
    """The format of rows, by their columns and, where names are not enough, by what is in the rows looked at.

    Never raises: the format is "unknown" when nothing fits, and the mapping not `sure` when it is a guess.
    """
    names = columns
    look = look[:_LOOKED_AT]
    extra = _found(names, system=c.SYSTEM, tools=c.TOOLS, history=c.HISTORY)
    turns = _turns_column(names, look)
    answers = _found(names, chosen=c.CHOSEN, rejected=c.REJECTED)
    if len(answers) == 2:
        return Mapping("preference", "preference", {**_prompt(names, turns), **answers, **extra})
    label = c.find(names, c.LABEL)
    truth = {"label": label} if label and _is_truth(label, look) else {}
    if turns and truth:
        return Mapping("preference", "preference", {"messages": turns, **truth, **extra})
    if turns:
        return Mapping(_style(turns, look), "chat", {"messages": turns, **extra})
    if pair := _pair(names, "instruction", c.INSTRUCTION, "output", c.OUTPUT):
        if more := c.find(names, c.INPUT, tuple(pair.values())):
            pair["input"] = more
        return Mapping("alpaca", "chat", {**pair, **extra})
    if pair := _pair(names, "prompt", c.PROMPT, "completion", c.COMPLETION):
        task = ("preference", "preference") if truth else ("prompt_completion", "chat")
        return Mapping(*task, {**pair, **truth, **extra})
    if pair := _pair(names, "question", c.QUESTION, "answer", c.ANSWER):
        if title := c.find(names, c.TITLE):
            pair["title"] = title
        return Mapping("question_answer", "chat", {**pair, **extra})
    if pair := _pair(names, "question", c.TITLE, "answer", c.ANSWER):
        return Mapping("question_answer", "chat", {**pair, **extra})
    if column := c.find(names, c.TEXT):
        return Mapping("text", "text", {"text": column})
    return Mapping("unknown", "chat", sure=False)


def convert_all(file_rows: FileRows, mapping: Mapping) -> tuple[list[dict[str, Any]], list[Finding]]:
    """All rows of a file that can be used, and the findings of the reader and of the conversion, one per kind."""
    converter = Converter(mapping)
    rows = [row for record in file_rows.rows for row in converter.rows(record)]
    return rows, merged([*file_rows.findings, *converter.findings(file_rows.columns)])


def merged(findings: Iterable[Finding]) -> list[Finding]:
    """Findings of one kind (same code and same facts) as one, with all their rows in order."""
    together: dict[str, tuple[Finding, list[int]]] = {}
    for finding in findings:
        key = f"{finding.level} {finding.code} {sorted(finding.facts.items())!r}"
        together.setdefault(key, (copy(finding), []))[1].extend(finding.rows)
    for finding, rows in together.values():
        finding.rows = tuple(sorted(set(rows)))
    return [finding for finding, _ in together.values()]


# -- which column is which


def _found(names: list[str], **parts: tuple[str, ...]) -> dict[str, str]:
    return {part: column for part, known in parts.items() if (column := c.find(names, known))}


def _pair(
    names: list[str], first: str, first_names: tuple[str, ...], second: str, second_names: tuple[str, ...]
) -> dict[str, str] | None:
    one = c.find(names, first_names)
    other = c.find(names, second_names, (one,)) if one else None
    return {first: one, second: other} if one and other else None


def _turns_column(names: list[str], look: list[Record]) -> str | None:
    for known in c.MESSAGES:
        column = c.find(names, (known,))
        if column and any(_turns_like(record.values.get(column)) for record in look):
            return column
    return None


def _turns_like(value: Any) -> bool:
    if isinstance(value, str):
        return value.lstrip().startswith("[") and '"' in value and ("content" in value or "value" in value)
    return isinstance(value, list) and style(value) is not None


def _style(column: str, look: list[Record]) -> str:
    for record in look:
        value = record.values.get(column)
        if isinstance(value, list) and (found := style(value)):
            return found
        if isinstance(value, str) and value.strip():
            return "sharegpt" if '"from"' in value else "messages"
    return "messages"


def _prompt(names: list[str], turns: str | None) -> dict[str, str]:
    if turns:
        return {"messages": turns}
    found = _found(names, prompt=c.PROMPT) or _found(names, prompt=c.INSTRUCTION) or _found(names, prompt=c.QUESTION)
    if found and (more := c.find(names, c.INPUT, tuple(found.values()))):
        found["input"] = more
    return found


def _is_truth(column: str, look: list[Record]) -> bool:
    """Whether a column says good or bad (KTO), and is no label of some other kind."""
    values = [record.values.get(column) for record in look]
    said = {str(value).strip().lower() for value in values if value is not None}
    return bool(said) and said <= {"true", "false"} or (c.plain(column) == "kto_tag" and said <= {*TRUE, *FALSE})
