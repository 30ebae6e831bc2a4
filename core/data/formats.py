"""Which format a file has, by its columns and what is in them; its rows are then converted (convert.py)."""

from collections.abc import Iterable
from copy import copy
from typing import Any

from core.data import columns as c
from core.data.convert import FALSE, TRUE, Mapping, convert
from core.data.rows import FileRows, Record
from core.data.turns import Notes, style
from core.errors import UserError
from core.findings import Finding

__all__ = ["Mapping", "convert", "convert_all", "merged", "recognise"]

_LOOKED_AT = 50


def recognise(file_rows: FileRows) -> Mapping:
    """The format of a file's rows, by its columns and, where names are not enough, by what is in them.

    Raises UserError `data.no_answer` naming the columns found and what is expected.
    """
    names = file_rows.columns
    look = file_rows.rows[:_LOOKED_AT]
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
    raise UserError("data.no_answer", columns=", ".join(names[:12]) + (" ..." if len(names) > 12 else ""))


def convert_all(file_rows: FileRows, mapping: Mapping) -> tuple[list[dict[str, Any]], list[Finding]]:
    """All rows of a file that can be used, and the findings of the reader and of the conversion, one per kind."""
    rows: list[dict[str, Any]] = []
    findings = list(file_rows.findings)
    noted: dict[str, list[int]] = {}
    for record in file_rows.rows:
        notes = Notes()
        found = convert(record, mapping, notes)
        if isinstance(found, Finding):
            findings.append(found)
            continue
        rows.append(found)
        for code in notes.codes:
            noted.setdefault(code, []).append(record.number)
    if numbers := noted.get("row.structured"):
        findings.append(Finding("warning", "row.structured", numbers))
    if unused := _unused(file_rows.columns, mapping):
        findings.append(Finding("info", "columns.unused", columns=", ".join(unused[:12])))
    return rows, merged(findings)


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


def _unused(names: list[str], mapping: Mapping) -> list[str]:
    used = set(mapping.columns.values())
    return [name for name in names if name not in used and c.plain(str(name)) not in c.UNREMARKABLE]
