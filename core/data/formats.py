"""Rows -> conversations: which format a file has, and each row in the one shape that is stored and tokenized.

chat        {"row": 12, "messages": [{"role", "content", ["tool_calls"]}], ["tools": [...]]}
text        {"row": 12, "text": "..."}
preference  {"row": 12, "prompt": [messages], "chosen": [messages], "rejected": [messages]}
            {"row": 12, "prompt": [messages], "answer": [messages], "label": true}           (KTO)
"""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from core.data import columns as c
from core.data.rows import FileRows, Record
from core.data.turns import BadRow, Message, Notes, messages, style, text, tools
from core.errors import UserError
from core.findings import Finding

_LOOKED_AT = 50
_TRUE, _FALSE = ("true", "yes", "1", "good", "是", "好"), ("false", "no", "0", "-1", "bad", "否", "差")


@dataclass(frozen=True)
class Mapping:
    """Which column holds what. `columns` maps a part ("question", "answer", "system", ...) to the column's name."""

    format: str
    task: str  # "chat", "text" or "preference"
    columns: dict[str, str] = field(default_factory=dict)


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


def convert(record: Record, mapping: Mapping, notes: Notes | None = None) -> dict[str, Any] | Finding:
    """One row in the stored shape, or the finding why it is left out; `notes` collects what is worth a word."""
    try:
        row = _CONVERT[mapping.task](_Cells(record.values, mapping.columns), mapping, notes or Notes())
    except BadRow as bad:
        bad.finding.rows = (record.number,)
        return bad.finding
    return {"row": record.number, **row}


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
    return bool(said) and said <= {"true", "false"} or (c.plain(column) == "kto_tag" and said <= {*_TRUE, *_FALSE})


def _unused(names: list[str], mapping: Mapping) -> list[str]:
    used = set(mapping.columns.values())
    return [name for name in names if name not in used and c.plain(str(name)) not in c.UNREMARKABLE]


# -- one row


class _Cells:
    """The cells of one row by what they hold."""

    def __init__(self, values: dict[str, Any], mapped: dict[str, str]) -> None:
        self._values = values
        self._mapped = mapped

    def __contains__(self, part: str) -> bool:
        return part in self._mapped

    def get(self, part: str) -> Any:
        column = self._mapped.get(part)
        return self._values.get(column) if column is not None else None

    def text(self, part: str, notes: Notes) -> str:
        return text(self.get(part), notes)


def _start(cells: _Cells, notes: Notes) -> list[Message]:
    """What stands before the question: the system prompt and earlier exchanges."""
    found: list[Message] = []
    if (system := cells.text("system", notes)).strip():
        found.append({"role": "system", "content": system})
    history = cells.get("history")
    if isinstance(history, list):
        for exchange in history:
            if isinstance(exchange, list) and len(exchange) == 2:
                found.append({"role": "user", "content": text(exchange[0], notes)})
                found.append({"role": "assistant", "content": text(exchange[1], notes)})
            else:
                found += messages(exchange, notes)
    return found


def _question(cells: _Cells, mapping: Mapping, notes: Notes) -> str:
    if mapping.format == "question_answer":
        question = cells.text("question", notes)
        return question if question.strip() else cells.text("title", notes)
    parts = (cells.text("instruction" if "instruction" in cells else "prompt", notes), cells.text("input", notes))
    return "\n".join(part for part in parts if part.strip())


def _chat(cells: _Cells, mapping: Mapping, notes: Notes) -> dict[str, Any]:
    if "messages" in cells:
        found = messages(cells.get("messages"), notes)
        if found[0]["role"] != "system":
            found = _start(cells, notes) + found
    elif mapping.format == "prompt_completion" and isinstance(cells.get("prompt"), list):
        found = _start(cells, notes) + messages(cells.get("prompt"), notes) + _answer(cells.get("completion"), notes)
    else:
        part = {"alpaca": "output", "prompt_completion": "completion"}.get(mapping.format, "answer")
        found = [
            *_start(cells, notes),
            {"role": "user", "content": _question(cells, mapping, notes)},
            *_answer(cells.get(part), notes),
        ]
    offered = tools(cells.get("tools"))
    _usable(found)
    return {"messages": found, "tools": offered} if offered else {"messages": found}


def _answer(value: Any, notes: Notes) -> list[Message]:
    """An answer as turns: text becomes one assistant turn, turns stay turns."""
    if isinstance(value, dict) and style([value]) or isinstance(value, list) and value and style(value):
        return messages(value, notes)
    return [{"role": "assistant", "content": text(value, notes)}]


def _usable(found: list[Message]) -> None:
    """Raises BadRow when a conversation has nothing to learn from or holds an empty turn that matters."""
    answers = [message for message in found if message["role"] == "assistant"]
    if not answers:
        raise BadRow(Finding("error", "row.no_assistant"))
    if any(not message["content"].strip() and not message.get("tool_calls") for message in answers):
        raise BadRow(Finding("error", "answer.empty"))
    if any(not message["content"].strip() for message in found if message["role"] == "user"):
        raise BadRow(Finding("error", "question.empty"))


def _text(cells: _Cells, mapping: Mapping, notes: Notes) -> dict[str, Any]:
    if not (found := cells.text("text", notes)).strip():
        raise BadRow(Finding("error", "text.empty"))
    return {"text": found}


def _preference(cells: _Cells, mapping: Mapping, notes: Notes) -> dict[str, Any]:
    if "label" in cells:
        return _judged(cells, mapping, notes)
    chosen, rejected = _answer(cells.get("chosen"), notes), _answer(cells.get("rejected"), notes)
    prompt = _preference_prompt(cells, mapping, notes)
    if not prompt:  # whole conversations on both sides: what they begin with in common is the prompt
        while (
            chosen
            and rejected
            and len(prompt) < min(len(chosen), len(rejected)) - 1
            and chosen[len(prompt)] == rejected[len(prompt)]
        ):
            prompt.append(chosen[len(prompt)])
        chosen, rejected = chosen[len(prompt) :], rejected[len(prompt) :]
    _usable(prompt + chosen)
    _usable(prompt + rejected)
    if not any(message["role"] == "user" for message in prompt):
        raise BadRow(Finding("error", "question.empty"))
    return {"prompt": prompt, "chosen": chosen, "rejected": rejected}


def _preference_prompt(cells: _Cells, mapping: Mapping, notes: Notes) -> list[Message]:
    if "messages" in cells:
        found = messages(cells.get("messages"), notes)
    elif isinstance(cells.get("prompt"), list):
        found = messages(cells.get("prompt"), notes)
    elif "prompt" in cells:
        found = [{"role": "user", "content": _question(cells, mapping, notes)}]
    else:
        return []
    return found if found[0]["role"] == "system" else _start(cells, notes) + found


def _judged(cells: _Cells, mapping: Mapping, notes: Notes) -> dict[str, Any]:
    said = str(cells.get("label")).strip().lower()
    if said not in _TRUE + _FALSE:
        raise BadRow(Finding("error", "row.label"))
    if "messages" in cells:
        whole = messages(cells.get("messages"), notes)
        whole = whole if whole[0]["role"] == "system" else _start(cells, notes) + whole
        if whole[-1]["role"] != "assistant":
            raise BadRow(Finding("error", "row.no_assistant"))
        prompt, answer = whole[:-1], whole[-1:]
    else:
        prompt, answer = _preference_prompt(cells, mapping, notes), _answer(cells.get("completion"), notes)
    _usable([*prompt, *answer])
    return {"prompt": prompt, "answer": answer, "label": said in _TRUE}


_CONVERT = {"chat": _chat, "text": _text, "preference": _preference}
