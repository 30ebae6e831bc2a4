"""A stored row in the shape that such data is published in, which programs for training read, ours too.

chat         {"messages": [{"role", "content", ...}], ["tools": [...]]}      a turn that is not learned has "weight": 0
text         {"text": "..."}
preference   {"prompt": [turns], "chosen": [turns], "rejected": [turns]}
             {"prompt": [turns], "completion": [turns], "label": true}

Row numbers, variants and where a row came from stay behind: they mean something here only.
"""

from typing import Any

from core.data.raw import Row, Turn


def published(row: Row) -> dict[str, Any]:
    """The row as it is published; our reader makes the same row of it."""
    if "text" in row:
        return {"text": row["text"]}
    if "messages" in row:
        found: dict[str, Any] = {"messages": _turns(row["messages"])}
    elif "label" in row:
        found = _labelled(_turns(row["prompt"]), _turns(row["answer"]), row["label"])
    else:
        found = _pair(_turns(row["prompt"]), _turns(row["chosen"]), _turns(row["rejected"]))
    return {**found, "tools": row["tools"]} if row.get("tools") else found


def flat(row: Row) -> dict[str, str] | None:
    """The row as cells of words, for a person to read in a table; None when it has more to it than a table shows.

    question, answer, [system], [thinking]; or text; or prompt, chosen, rejected, [system]; or prompt, completion,
    label, [system].
    """
    if "text" in row:
        return {"text": row["text"]}
    if row.get("tools"):
        return None
    if "messages" in row:
        return _exchange(row["messages"])
    asked = _asked(row["prompt"])
    sides = ("chosen", "rejected") if "chosen" in row else ("answer",)
    said = [_said(row[side]) for side in sides]
    if asked is None or None in said:
        return None
    question, system = asked
    found = {"prompt": question}
    for side, words in zip(sides, said, strict=True):
        found["completion" if side == "answer" else side] = str(words)
    if "label" in row:
        found["label"] = "true" if row["label"] else "false"
    return {**found, "system": system} if system else found


def _turns(turns: list[Turn]) -> list[Turn]:
    return [
        {key: value for key, value in turn.items() if key != "learned"} | {"weight": 0}
        if turn.get("learned") is False
        else turn
        for turn in turns
    ]


def _labelled(prompt: list[Turn], answer: list[Turn], label: bool) -> dict[str, Any]:
    if not prompt:  # an answer to nothing is written as the conversation that it is
        return {"messages": answer, "label": label}
    return {"prompt": prompt, "completion": answer, "label": label}


def _pair(prompt: list[Turn], chosen: list[Turn], rejected: list[Turn]) -> dict[str, Any]:
    """Sides that both go on with the user are written as whole conversations: so they are read anyway."""
    if all(side[:1] and side[0]["role"] in ("system", "user") for side in (chosen, rejected)):
        return {"chosen": [*prompt, *chosen], "rejected": [*prompt, *rejected]}
    return {"prompt": prompt, "chosen": chosen, "rejected": rejected}


# -- cells of words


def _exchange(turns: list[Turn]) -> dict[str, str] | None:
    asked = _asked(turns[:-1])
    thinking = turns[-1].get("reasoning_content", "") if turns else ""
    bare = {key: value for key, value in turns[-1].items() if key != "reasoning_content"} if turns else {}
    answer = _said([bare])
    if asked is None or answer is None or thinking and "<think>" in answer:
        return None
    question, system = asked
    more = {"system": system, "thinking": thinking}
    return {"question": question, "answer": answer, **{name: words for name, words in more.items() if words}}


def _asked(turns: list[Turn]) -> tuple[str, str] | None:
    """(question, system prompt) of what stands before an answer, when it is no more than that."""
    start = turns[0]["content"] if turns and turns[0]["role"] == "system" else ""
    asked = turns[1:] if turns and turns[0]["role"] == "system" else turns
    if len(asked) != 1 or asked[0]["role"] != "user" or len(asked[0]) > 2:
        return None
    return asked[0]["content"], start


def _said(turns: list[Turn]) -> str | None:
    """What the assistant says, when it is one turn of words."""
    if len(turns) != 1 or turns[0].get("role") != "assistant" or len(turns[0]) > 2:
        return None
    return str(turns[0]["content"])
