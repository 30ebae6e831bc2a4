"""What is worth knowing about rows before they are learned, each finding with its rows.

error: the rows are left out · warning: they are used, but look · info: good to know. Clean data gives nothing.
"""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from core.data.formats import merged
from core.data.measure import measure, token_findings
from core.data.split import content_key
from core.findings import Finding, worst_first

FEW = 10
"""Rows below which hardly anything is learned but these very rows."""

PLACEHOLDER = re.compile(r"\{\{\s*[A-Za-z_\u4e00-\u9fff][\w\u4e00-\u9fff -]{0,40}\}\}")
_SPECIAL = re.compile(
    r"<\|(?:im_start|im_end|im_sep|endoftext|begin_of_text|end_of_text|eot_id|eom_id|start_header_id|end_header_id|system|user|assistant|end"
    r"|start|channel|message|return)\|>|<(?:start_of_turn|end_of_turn)>|\[/?INST\]|<</?SYS>>"
)
_REPLACED = "\ufffd"


class Checker:
    """Sees the usable rows of a file one after the other, then says what is worth knowing about them.

    task: "chat", "text" or "preference"
    """

    def __init__(self, task: str = "chat") -> None:
        self.task = task
        self._rows: list[dict[str, Any]] = []

    def see(self, row: dict[str, Any]) -> None:
        """One row in the stored shape."""
        self._rows.append(row)

    def findings(self) -> list[Finding]:
        """What was found, worst first."""
        rows = self._rows
        found = _duplicates(rows)
        found += _words(rows)
        conversations = [(row["row"], row["messages"]) for row in rows if "messages" in row]
        found += _order(conversations)
        found += _answers(rows)
        if 0 < len(rows) < FEW:
            found.append(Finding("warning", "rows.few", count=len(rows)))
        return worst_first(found)


def check(rows: Iterable[dict[str, Any]], findings: list[Finding] | None = None) -> list[Finding]:
    """Findings about the usable rows of a file, joined with `findings` of reading and converting; worst first."""
    checker = Checker()
    for row in rows:
        checker.see(row)
    return worst_first(merged([*(findings or []), *checker.findings()]))


def check_tokens(
    tokenizer: Any, rows: Iterable[dict[str, Any]], max_length: int | None, *, model: str = ""
) -> tuple[int, list[Finding]]:
    """(rows usable with this model, findings that depend on it): cut rows, lost answers, refusals of the template.

    Raises UserError when the model has no template for rows that need one.
    """
    measured = measure(tokenizer, rows)
    return measured.usable(max_length), token_findings(measured, max_length, model=model)


def words_of(row: dict[str, Any]) -> list[str]:
    """All that is said in a row."""
    if "text" in row:
        return [row["text"]]
    turns = [message for key in ("messages", "prompt", "chosen", "rejected", "answer") for message in row.get(key, [])]
    return [message["content"] for message in turns]


def _duplicates(rows: list[dict[str, Any]]) -> list[Finding]:
    seen: set[str] = set()
    again: list[int] = []
    for row in rows:
        key = content_key(row)
        if key in seen:
            again.append(row["row"])
        seen.add(key)
    return [Finding("info", "row.duplicate", again)] if again else []


def _words(rows: list[dict[str, Any]]) -> list[Finding]:
    placeholders: list[int] = []
    names: Counter[str] = Counter()
    special: list[int] = []
    tokens: Counter[str] = Counter()
    replaced: list[int] = []
    for row in rows:
        said = "\n".join(words_of(row))
        if "{{" in said and (met := PLACEHOLDER.findall(said)):
            placeholders.append(row["row"])
            names.update(met)
        if ("<" in said or "INST]" in said) and (met := _SPECIAL.findall(said)):
            special.append(row["row"])
            tokens.update(met)
        if _REPLACED in said:
            replaced.append(row["row"])
    found = []
    if placeholders:
        found.append(Finding("warning", "text.placeholder", placeholders, names=_common(names)))
    if special:
        found.append(Finding("warning", "text.special_token", special, names=_common(tokens)))
    if replaced:
        found.append(Finding("warning", "text.replaced", replaced))
    return found


def _common(counted: Counter[str]) -> str:
    return ", ".join(word for word, _ in counted.most_common(5))


def _order(conversations: list[tuple[int, list[dict[str, Any]]]]) -> list[Finding]:
    """Turns in an order that many templates refuse and no conversation has."""
    twice: list[int] = []
    starts: list[int] = []
    ends: list[int] = []
    system: list[int] = []
    for number, messages in conversations:
        roles = [message["role"] for message in messages]
        if any(one == other == "user" for one, other in zip(roles, roles[1:], strict=False)):
            twice.append(number)
        if "system" in roles[1:]:
            system.append(number)
        spoken = [role for role in roles if role != "system"]
        if spoken[0] != "user":
            starts.append(number)
        if spoken[-1] != "assistant":
            ends.append(number)
    found = []
    if twice:
        found.append(Finding("warning", "order.two_users", twice))
    if starts:
        found.append(Finding("warning", "order.starts_with_answer", starts))
    if ends:
        found.append(Finding("warning", "order.ends_with_question", ends))
    if system:
        found.append(Finding("warning", "order.system_inside", system))
    return found


def _answers(rows: list[dict[str, Any]]) -> list[Finding]:
    """The same question with different answers, and one answer to everything; conversations of one exchange only."""
    answers: dict[str, dict[str, list[int]]] = {}
    counted: Counter[str] = Counter()
    for row in rows:
        messages = row.get("messages")
        if (
            messages is None
            or len(messages) > 3
            or [m["role"] for m in messages if m["role"] != "system"] != ["user", "assistant"]
        ):
            continue
        context, answer = "\x00".join(message["content"] for message in messages[:-1]), messages[-1]["content"]
        answers.setdefault(context, {}).setdefault(answer, []).append(row["row"])
        counted[answer] += 1
    found = []
    if differing := sorted(
        row for by_answer in answers.values() if len(by_answer) > 1 for numbers in by_answer.values() for row in numbers
    ):
        found.append(Finding("info", "question.differs", differing))
    if len(counted) == 1 and len(answers) >= FEW:
        found.append(Finding("warning", "answer.always_same", count=sum(counted.values())))
    same = [row["row"] for row in rows if "chosen" in row and row["chosen"] == row["rejected"]]
    if same:
        found.append(Finding("warning", "preference.same", same))
    return found
