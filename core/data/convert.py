"""One row in the one shape that is stored and tokenized, whatever format it came in.

chat        {"row": 12, "messages": [{"role", "content", ["tool_calls"]}], ["tools": [...]]}
text        {"row": 12, "text": "..."}
preference  {"row": 12, "prompt": [messages], "chosen": [messages], "rejected": [messages]}
            {"row": 12, "prompt": [messages], "answer": [messages], "label": true}           (KTO)

More than one row can come of one record (a question and its other wordings); all have its number, and the second and
later ones `"variant": 2`, 3 and so on.
"""

from dataclasses import dataclass, field
from typing import Any

from core.data.choices import Choices
from core.data.columns import UNREMARKABLE, plain
from core.data.placeholders import fill
from core.data.rows import Record
from core.data.turns import BadRow, Message, Notes, messages, style, text, tools
from core.findings import Finding

TRUE, FALSE = ("true", "yes", "1", "good", "是", "好"), ("false", "no", "0", "-1", "bad", "否", "差")
"""What a label (KTO) says."""


UNDECIDED = Choices()
"""Nothing is decided by a person; all is found by itself."""


@dataclass(frozen=True)
class Mapping:
    """Which column holds what. `columns` maps a part ("question", "answer", "system", ...) to the column's name.

    speaker  whose turns are the model's, where speakers go by names of their own
    sure     False for a guess, which the person is asked to confirm
    """

    format: str  # "unknown" when nothing could be guessed; then `columns` is empty
    task: str  # "chat", "text" or "preference"
    columns: dict[str, str] = field(default_factory=dict)
    speaker: str | None = None
    sure: bool = True


class Converter:
    """Records one by one to rows in the stored shape; what is worth a word is collected on the way."""

    def __init__(self, mapping: Mapping, choices: Choices = UNDECIDED) -> None:
        self._mapping = mapping
        self._choices = choices
        self._found: dict[str, tuple[Finding, list[int]]] = {}

    def rows(self, record: Record) -> list[dict[str, Any]]:
        """The rows of one record: none when it is left out, several when it has other wordings of its question."""
        if self._mapping.format == "unknown":
            return []
        notes = Notes()
        try:
            row = _CONVERT[self._mapping.task](_Cells(record.values, self._mapping.columns), self._mapping, notes)
        except BadRow as bad:
            self._note(bad.finding, record.number)
            return []
        for code in notes.codes:
            if code == "row.structured":
                self._note(Finding("warning", "row.structured"), record.number)
        row = {"row": record.number, **row}
        return [fill(row, self._choices.fill) if self._choices.fill else row]

    def findings(self, columns: list[str]) -> list[Finding]:
        """What was found in all records so far, one finding for each kind, and which of `columns` are not used."""
        found = [Finding(one.level, one.code, numbers, **one.facts) for one, numbers in self._found.values()]
        used = set(self._mapping.columns.values())
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
    if said not in TRUE + FALSE:
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
    return {"prompt": prompt, "answer": answer, "label": said in TRUE}


_CONVERT = {"chat": _chat, "text": _text, "preference": _preference}
