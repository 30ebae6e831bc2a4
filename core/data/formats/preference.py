"""One row -> a prompt with a better and a worse answer, or with one answer and whether it is good (KTO)."""

from typing import Any

from core.data.formats import markup
from core.data.formats.cells import BadRow, Cells
from core.data.formats.chat import answer_of, prompt_turns, questions, turns, usable, with_start
from core.data.formats.turns import Message, turns_of
from core.data.literals import as_text
from core.findings import Finding

TRUE = (
    "true", "yes", "y", "t", "1", "1.0", "+1", "good", "like", "liked", "up", "thumbs_up", "thumbs up", "positive",
    "desirable", "chosen", "preferred", "accepted", "correct", "👍", "是", "好", "对", "正确", "赞", "喜欢", "满意",
)  # fmt: skip
FALSE = (
    "false", "no", "n", "f", "0", "0.0", "-1", "-1.0", "bad", "dislike", "disliked", "down", "thumbs_down",
    "thumbs down", "negative", "undesirable", "rejected", "dispreferred", "incorrect", "wrong", "👎", "否", "差", "坏",
    "错", "错误", "踩", "不喜欢", "不满意",
)  # fmt: skip
"""What a label says of an answer, in lower case."""


def judged(cells: Cells) -> dict[str, Any]:
    """A row of preferences in the stored shape. Raises BadRow."""
    if "label" in cells:
        return _labelled(cells)
    if "chosen" not in cells:  # the good answer is the conversation's own
        whole = with_start(cells, turns(cells, "messages")) if "messages" in cells else None
        if whole is None or whole[-1]["role"] != "assistant":
            raise BadRow(Finding("error", "row.no_assistant"))
        return _pair(whole[:-1], whole[-1:], _side(cells, "rejected"))
    chosen, rejected = _side(cells, "chosen"), _side(cells, "rejected")
    if _whole(chosen) and _whole(rejected):
        before, chosen, rejected = _apart(chosen, rejected)
        _same_prompt(cells, before)
        return _pair(with_start(cells, before), chosen, rejected)
    prompt = _prompt(cells)
    chosen, rejected = _rest(chosen, prompt), _rest(rejected, prompt)
    return _pair(prompt, chosen, rejected)


def _pair(prompt: list[Message], chosen: list[Message], rejected: list[Message]) -> dict[str, Any]:
    usable(prompt + chosen)
    usable(prompt + rejected)
    if not chosen or not rejected:
        raise BadRow(Finding("error", "answer.empty"))
    if not any(message["role"] == "user" for message in prompt):
        raise BadRow(Finding("error", "question.empty"))
    return {"prompt": prompt, "chosen": chosen, "rejected": rejected}


def _side(cells: Cells, part: str) -> list[Message]:
    value = cells.get(part)
    if cells.markup and isinstance(value, str) and (split := markup.split(value, cells.markup)):
        return split
    return answer_of(cells, part)


def _whole(side: list[Message]) -> bool:
    """Whether it is a whole conversation, not only what comes after the prompt."""
    return bool(side) and side[0]["role"] in ("system", "user")


def _apart(chosen: list[Message], rejected: list[Message]) -> tuple[list[Message], list[Message], list[Message]]:
    """(what both begin with, the rest of each); at least the last turn of each is left."""
    same = 0
    while same < min(len(chosen), len(rejected)) - 1 and chosen[same] == rejected[same]:
        same += 1
    while same and chosen[same - 1]["role"] == "assistant" and chosen[same]["role"] == "assistant":
        same -= 1
    return chosen[:same], chosen[same:], rejected[same:]


def _rest(side: list[Message], prompt: list[Message]) -> list[Message]:
    """One side without the prompt, where only one of the two repeats it."""
    spoken = [message for message in prompt if message["role"] != "system"]
    own = [message for message in side if message["role"] != "system"]
    if _whole(side) and own[: len(spoken)] == spoken:
        return own[len(spoken) :]
    return side


def _same_prompt(cells: Cells, before: list[Message]) -> None:
    """A word when the prompt's own column says something else than the conversations do."""
    value = cells.get("prompt")
    if isinstance(value, str) and value.strip() and cells.markup is None:
        said = [message["content"].strip() for message in before]
        if value.strip() not in said and turns_of(value) is None:
            cells.notes.add(Finding("warning", "preference.prompt_unused", column=cells.column("prompt")))


def _prompt(cells: Cells) -> list[Message]:
    if "messages" in cells:
        found = turns(cells, "messages")
    elif not any(part in cells for part in ("prompt", "instruction", "question")):
        raise BadRow(Finding("error", "question.empty"))
    else:
        found = prompt_turns(cells) or questions(cells)[0]
    return with_start(cells, found)


def _labelled(cells: Cells) -> dict[str, Any]:
    said = as_text(cells.get("label")).strip().lower()
    if said not in TRUE + FALSE:
        raise BadRow(Finding("error", "row.label"))
    if "messages" in cells and "completion" not in cells:
        whole = with_start(cells, turns(cells, "messages"))
        if whole[-1]["role"] != "assistant":
            raise BadRow(Finding("error", "row.no_assistant"))
        prompt, answer = whole[:-1], whole[-1:]
    else:
        prompt, answer = _prompt(cells), answer_of(cells, "completion")
    usable([*prompt, *answer])
    return {"prompt": prompt, "answer": answer, "label": said in TRUE}
