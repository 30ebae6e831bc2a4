"""Turns put into the order of a conversation. Calls of tools, their results, thoughts and marks on turns survive.

Each function gives the row itself where there is nothing to do, or where doing it would break something.
"""

from typing import Any

from core.data.raw import PARTS, Row, Turn

_JOINED = frozenset({"role", "content", "reasoning_content", "learned"})
"""What turns may hold that become one."""


def merge_turns(row: Row) -> Row:
    """Neighbouring turns of one speaker as one. Turns that call tools or answer calls stay by themselves."""
    found = {part: _merged(row[part]) for part in PARTS if part in row}
    return {**row, **found} if any(len(found[part]) < len(row[part]) for part in found) else row


def _merged(turns: list[Turn]) -> list[Turn]:
    groups: list[list[Turn]] = []
    for turn in turns:
        if groups and _may_join(groups[-1][-1], turn):
            groups[-1].append(turn)
        else:
            groups.append([turn])
    return [_joined(group) if len(group) > 1 else group[0] for group in groups]


def _may_join(one: Turn, other: Turn) -> bool:
    return (
        one["role"] == other["role"]
        and one["role"] in ("user", "assistant")
        and one.keys() <= _JOINED
        and other.keys() <= _JOINED
        and one.get("learned") == other.get("learned")
    )


def _joined(group: list[Turn]) -> Turn:
    whole = {**group[0], "content": _below([turn["content"] for turn in group])}
    if thoughts := _below([turn.get("reasoning_content") or "" for turn in group]):
        whole["reasoning_content"] = thoughts
    return whole


def _below(texts: list[str]) -> str:
    """Texts below each other, with a blank line between them where one has lines itself."""
    said = [text for text in texts if text.strip()]
    return ("\n\n" if any("\n" in text for text in said) else "\n").join(said) or texts[0]


def system_first(row: Row) -> Row:
    """System prompts from before the first answer at the start, below the one that stands there. A later one becomes
    the beginning of the question behind it, and stays where there is none: it is for what comes then."""
    part = _asked(row)
    if part is None or "system" not in [turn["role"] for turn in row[part][1:]]:
        return row
    turns: list[Turn] = row[part]
    first = next((at for at, turn in enumerate(turns) if turn["role"] not in ("system", "user")), len(turns))
    systems = [turn for turn in turns[:first] if turn["role"] == "system"]
    found = [turn for turn in turns[:first] if turn["role"] != "system"]
    if systems:
        found.insert(0, {**systems[0], "content": _below([turn["content"] for turn in systems])})
    waiting: list[Turn] = []
    for turn in turns[first:]:
        if turn["role"] == "system":
            waiting.append(turn)
            continue
        if waiting and turn["role"] == "user":
            said = "\n\n".join(text for one in (*waiting, turn) if (text := one["content"]).strip())
            turn = {**turn, "content": said or turn["content"]}
        else:
            found += waiting
        found.append(turn)
        waiting = []
    found += waiting
    return row if found == turns else {**row, part: found}


def fold_system(row: Row) -> Row:
    """The system prompt at the start as the beginning of the first question."""
    part = _asked(row)
    if part is None:
        return row
    turns: list[Turn] = row[part]
    start = next((at for at, turn in enumerate(turns) if turn["role"] != "system"), len(turns))
    first = next((at for at, turn in enumerate(turns) if turn["role"] == "user"), None)
    if not start or first is None:
        return row
    system = _below([turn["content"] for turn in turns[:start]])
    asked = turns[first]
    whole = {**asked, "content": f"{system}\n\n{asked['content']}" if system.strip() else asked["content"]}
    return {**row, part: [*turns[start:first], whole, *turns[first + 1 :]]}


def cut_last_question(row: Row) -> Row:
    """Without what is asked behind the last answer. A result that answers a call stays with it."""
    turns = row.get("messages") or []
    end = len(turns)
    while end and turns[end - 1]["role"] not in ("assistant", "tool"):
        end -= 1
    return {**row, "messages": turns[:end]} if 0 < end < len(turns) and _answers(turns[:end]) else row


def cut_first_answer(row: Row) -> Row:
    """Without what is said before the first question, but for the system prompt."""
    part = _asked(row)
    if part is None:
        return row
    turns: list[Turn] = row[part]
    first = next((at for at, turn in enumerate(turns) if turn["role"] == "user"), None)
    if first is None or all(turn["role"] == "system" for turn in turns[:first]):
        return row
    kept = [*(turn for turn in turns[:first] if turn["role"] == "system"), *turns[first:]]
    return {**row, part: kept} if part == "prompt" or _answers(kept) else row


def _answers(turns: list[Turn]) -> bool:
    """Whether something is left to learn."""
    return any(turn["role"] == "assistant" for turn in turns)


def _asked(row: Row) -> str | None:
    """The part that a conversation begins with."""
    return next((part for part in ("messages", "prompt") if part in row), None)


def answered_well(turns: list[dict[str, Any]]) -> bool:
    """Whether some turn is learned."""
    return any(turn["role"] == "assistant" and turn.get("learned") is not False for turn in turns)
