"""Files with one turn per row: which they are, and the conversations that the turns make.

{"role": "user", "content": "Hi"}       {"conversation_id": 1, "speaker": "Anna", "text": "Hi"}
{"role": "assistant", "content": "Yes"} {"message_id": "a", "parent_id": null, "role": "prompter", "text": "Hi"}
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from core.data import columns as c
from core.data.formats.speakers import role_of
from core.data.literals import as_text
from core.data.rows import TURNS, Record
from core.findings import Finding

_ROLE = ("role", "from", "speaker", "sender", "author", "角色", "说话人", "发言人")
_SAID = ("content", "value", "text", "message", "utterance", "body", "内容", "文本", "说话内容")
_TALK = (
    "conversation_id", "session_id", "dialogue_id", "dialog_id", "conv_id", "chat_id", "thread_id", "conversationid",
    "sessionid", "dialogueid", "dialogid", "chatid", "conversation", "session", "ticket_id",
    "会话id", "对话id", "会话编号", "对话编号", "会话_id", "对话_id",
)  # fmt: skip
_OWN = ("message_id", "id", "uuid")
_PARENT = ("parent_id", "parent_message_id", "parent", "reply_to")
_KEPT = ("name", "tool_calls", "tool_call_id", "function_call", "reasoning_content", "thinking", "weight")
_PEOPLE = 12
"""Names of who speaks; more of them are no speakers of a talk."""
_HELD = 200_000_000
"""Characters of turns that are held while their conversations are put together."""


@dataclass
class Lines:
    """Which columns say who speaks, what is said, and to which conversation or after which turn it belongs."""

    role: str
    said: str
    talk: str | None = None
    own: str | None = None
    parent: str | None = None
    findings: list[Finding] = field(default_factory=list)
    turns: int = 0
    talks: int = 0

    def columns(self, names: list[str]) -> list[str]:
        """The columns of the conversations."""
        kept = (c.find(names, c.SYSTEM), c.find(names, c.TOOLS))
        return [TURNS, *(name for name in kept if name)]

    def joined(self, records: Iterator[Record]) -> Iterator[Record]:
        """The conversations; each has the number of its first row. `findings` are complete at the end."""
        if self.parent:
            found = self._along_parents(records)
        else:
            found = self._by_talk(records) if self.talk else self._in_order(records)
        for number, turns in found:
            first = turns[0]
            if not self._speaks(first):
                yield Record(number, first)
                continue
            self.talks += 1
            yield Record(number, {TURNS: [_turn(self, one) for one in turns], **_of_talk(first)})
        if self.parent:
            self.findings.append(Finding("info", "turns.paths", count=self.talks, turns=self.turns))
        elif self.talk or self._systems:
            self.findings.append(Finding("info", "turns.joined", count=self.talks, turns=self.turns))
        else:
            self.findings.append(Finding("warning", "turns.exchanges", count=self.talks, turns=self.turns))

    _systems: int = 0

    def _speaks(self, values: dict[str, Any]) -> bool:
        """Whether a row is a turn; another one stays as it is."""
        return self.role in values and self.said in values

    def _in_order(self, records: Iterator[Record]) -> Iterator[tuple[int, list[dict[str, Any]]]]:
        """A system prompt begins a conversation; where there is none, each question after an answer does."""
        turns: list[dict[str, Any]] = []
        number, before = 0, ""
        for record in records:
            if not self._speaks(record.values):
                if turns:
                    yield number, turns
                    turns, before = [], ""
                yield record.number, [record.values]
                continue
            self.turns += 1
            role = role_of(as_text(record.values.get(self.role))) or ""
            self._systems += role == "system"
            begins = role == "system" and before != "system" if self._systems else role == "user" and before != "user"
            if begins and turns:
                yield number, turns
                turns = []
            if not turns:
                number = record.number
            turns.append(record.values)
            before = role
        if turns:
            yield number, turns

    def _by_talk(self, records: Iterator[Record]) -> Iterator[tuple[int, list[dict[str, Any]]]]:
        """The turns with the same id, in the order of the file, wherever they stand."""
        held: dict[str, tuple[int, list[dict[str, Any]]]] = {}
        size = 0
        for record in records:
            key = as_text(record.values.get(self.talk or ""))
            if not self._speaks(record.values):
                key = f"\x00{record.number}"  # alone, in its place
            else:
                self.turns += 1
            held.setdefault(key, (record.number, []))[1].append(record.values)
            size += len(as_text(record.values.get(self.said)))
            if size > _HELD:
                yield from held.values()
                held, size = {}, 0
        yield from held.values()

    def _along_parents(self, records: Iterator[Record]) -> Iterator[tuple[int, list[dict[str, Any]]]]:
        """From each turn without a parent the best answer to it, the best to that, and so on."""
        known: dict[str, Record] = {}
        replies: dict[str, list[Record]] = {}
        first: list[Record] = []
        for record in records:
            if not self._speaks(record.values):
                first.append(record)
                continue
            self.turns += 1
            known[as_text(record.values.get(self.own or ""))] = record
            parent = as_text(record.values.get(self.parent or ""))
            if parent and parent not in ("null", "None", "nan"):
                replies.setdefault(parent, []).append(record)
            else:
                first.append(record)
        if lost := [one.number for parent, them in replies.items() if parent not in known for one in them]:
            self.findings.append(Finding("error", "turns.no_parent", sorted(lost)))
        for record in first:
            path, own = [record], as_text(record.values.get(self.own or ""))
            while answers := replies.pop(own, None):
                path.append(min(answers, key=_rank))
                own = as_text(path[-1].values.get(self.own or ""))
            yield record.number, [one.values for one in path]


def lines_of(names: list[str], look: list[Record]) -> Lines | None:
    """Which columns make turns of the rows; None when rows are no single turns."""
    role, said = c.find(names, _ROLE), c.find(names, _SAID)
    if not role or not said or len(look) < 2:
        return None
    whole = [record for record in look if isinstance(record.values.get(role), str) and role in record.values]
    if len(whole) < 0.9 * len(look) or not all(_is_said(record.values.get(said)) for record in whole):
        return None
    speaking = [role_of(record.values[role]) for record in whole]
    certain = {"user", "assistant"} <= set(speaking) and sum(map(bool, speaking)) >= 0.9 * len(speaking)
    own, parent = c.find(names, _OWN), c.find(names, _PARENT)
    if own and parent and certain:
        return Lines(role, said, own=own, parent=parent)
    if talk := c.find(names, _TALK):
        talks = {as_text(record.values.get(talk)) for record in whole}
        several = len({record.values[role].strip() for record in whole}) >= 2
        if several and len(talks) * 2 <= len(whole) and "" not in talks:
            return Lines(role, said, talk=talk)
    return Lines(role, said) if certain and _takes_turns(speaking) else None


def turns_apart(names: list[str], look: list[Record]) -> str | None:
    """The column of who speaks, where rows are single turns and nothing tells which belong together."""
    role, said = c.find(names, ("role", "speaker", "角色", "说话人", "发言人")), c.find(names, _SAID)
    if not role or not said or len(look) < 4:
        return None
    speaking = [name.strip() for record in look if isinstance(name := record.values.get(role), str)]
    few = len(set(speaking)) <= _PEOPLE and len(set(speaking)) * 2 <= len(speaking) and len(speaking) >= 0.9 * len(look)
    return role if few and all(_is_said(record.values.get(said)) for record in look) else None


def _takes_turns(speaking: list[str | None]) -> bool:
    """Whether questions and answers follow each other, as in a talk."""
    sides = [role for role in speaking if role in ("user", "assistant")]
    turned = sum(one != other for one, other in zip(sides, sides[1:], strict=False))
    return sides[0] == "user" and turned >= 0.8 * (len(sides) - 1)


def _is_said(value: Any) -> bool:
    return value is None or isinstance(value, str | list)


def _turn(lines: Lines, values: dict[str, Any]) -> dict[str, Any]:
    turn = {"role": values.get(lines.role), "content": values.get(lines.said)}
    return turn | {name: values[name] for name in _KEPT if values.get(name) and name not in (lines.role, lines.said)}


def _of_talk(values: dict[str, Any]) -> dict[str, Any]:
    """What a conversation's first row says of all of it."""
    names = [name for name in values if isinstance(name, str)]
    found = (c.find(names, c.SYSTEM), c.find(names, c.TOOLS))
    return {name: values[name] for name in found if name}


def _rank(record: Record) -> float:
    """The place of an answer among those to the same turn, 0 the best; without one they stay in their order."""
    try:
        return float(as_text(record.values.get("rank")))
    except ValueError:
        return 1e9
