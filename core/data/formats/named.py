"""The format of rows by the names of their columns; where a name can mean two things, what stands there decides."""

from collections.abc import Collection
from typing import Any

from core.data import columns as c
from core.data.formats import markup, parts
from core.data.formats.chat import are_turns
from core.data.formats.mapping import Mapping
from core.data.formats.pairs import choices_of, known_pair, languages
from core.data.formats.preference import FALSE, TRUE
from core.data.formats.similar import is_similar
from core.data.formats.turns import style, turns_of
from core.data.formats.unnamed import question_and_answer, text_columns, texts_of
from core.data.literals import as_text
from core.data.rows import Record

_TURNS = 20
"""Rows in which turns are looked for."""


def by_name(names: list[str], look: list[Record]) -> Mapping | None:
    """The format that the names of the columns tell; None when they tell none."""
    extra = _found(names, system=c.SYSTEM, tools=c.TOOLS, history=c.HISTORY, thinking=c.THINKING)
    turns = turns_column(names, look)
    return _preference(names, look, turns, extra) or _chat(names, look, turns, extra) or _text(names, look, extra)


def by_content(names: list[str], look: list[Record]) -> Mapping | None:
    """A guess at columns whose names say nothing; the mapping is never sure. None when nothing looks like it."""
    extra = _found(names, system=c.SYSTEM, tools=c.TOOLS, history=c.HISTORY, thinking=c.THINKING)
    taken = set(extra.values())
    for name in names:
        if name[-1:] in "aA" and {name[:-1] + "b", name[:-1] + "B"} & set(names):
            return None  # two that were compared: which is the better one stands elsewhere
        cells = [turns_of(value) for record in look[:_TURNS] if (value := record.values.get(name)) is not None]
        if name not in taken and cells and sum(are_turns(turns) for turns in cells) * 2 > len(cells):
            form = next(style(turns) for turns in cells if turns and are_turns(turns)) or "messages"
            return Mapping(form, "chat", {"messages": name, **extra}, sure=False)
    words = [name for name in text_columns(names, look) if name not in taken]
    pair = languages(names)
    if pair is not None:
        pass
    elif answer := c.find(words, c.ANSWER):
        others = [name for name in words if name != answer]
        asked = question_and_answer(others, look)
        pair = (asked[0] if asked else others[0], answer) if others else None
    elif question := c.find(words, (*c.QUESTION, *c.PROMPT, *c.INSTRUCTION, *c.TITLE)):
        others = [name for name in words if name != question]
        longest = max(others, key=lambda name: sum(map(len, texts_of(name, look))), default="")
        pair = (question, longest) if longest else None
    else:
        pair = question_and_answer(words, look)
    if pair is not None:
        return Mapping(
            "question_answer", "chat", {"question": pair[0], "answer": pair[1], **_similar(names), **extra}, sure=False
        )
    if (
        len(words) == 1
        and (c.plain(words[0]) not in c.KNOWN or words[0] in c.CONTEXT)
        and (len(_remarkable(names)) == 1 or _long(words[0], look))
    ):
        if way := markup.markup_of(texts_of(words[0], look)):
            return Mapping("messages", "chat", {"messages": words[0], **extra}, sure=False, markup=way)
        return Mapping("text", "text", {"text": words[0]}, sure=False)
    return None


def optional(mapping: Mapping, names: list[str], look: list[Record], taken: Collection[str]) -> dict[str, str]:
    """Part -> column of the parts that a format can do without, among columns that are not `taken`."""
    form = mapping.format
    extra = _found(names, system=c.SYSTEM, tools=c.TOOLS, history=c.HISTORY, thinking=c.THINKING)
    if "messages" not in mapping.columns and form != "text" and not mapping.markup:
        extra |= _more(names, look, (*taken, *extra.values()))
    if form == "question_answer":
        extra |= _similar(names)
    there = mapping.columns
    return {
        part: column
        for part, column in extra.items()
        if part not in there and column not in taken and parts.known(form, part)
    }


def turns_column(names: list[str], look: list[Record]) -> str | None:
    """The column of turns that goes by its name and holds some."""
    for known in c.MESSAGES:
        column = c.find(names, (known,))
        if column and any(_turns_like(record.values.get(column)) for record in look[:_TURNS]):
            return column
    column = c.find(names, ("data", "text", "content"))
    lists = column and [value for record in look[:_TURNS] if (value := record.values.get(column)) is not None]
    if lists and all(isinstance(value, list) and _turns_like(value) for value in lists):
        return column
    return None


# -- preferences


def _preference(names: list[str], look: list[Record], turns: str | None, extra: dict[str, str]) -> Mapping | None:
    sides = _found(names, chosen=c.CHOSEN, rejected=c.REJECTED)
    extra = {part: column for part, column in extra.items() if part != "thinking"}
    if "rejected" in sides and "chosen" not in sides:
        if turns:
            return Mapping("preference", "preference", {"messages": turns, **sides, **extra})
        if answer := c.find(names, (*c.COMPLETION, *c.ANSWER), tuple(sides.values())):
            sides = {"chosen": answer, **sides}
    if len(sides) == 2:
        prompt = {"messages": turns} if turns else _prompt(names, look, tuple(sides.values()))
        if way := markup.markup_of(texts_of(sides["chosen"], look)):
            return Mapping("preference", "preference", {**sides, **extra}, markup=way)
        way = markup.markup_of(texts_of(prompt["prompt"], look), prompt=True) if "prompt" in prompt else None
        return Mapping("preference", "preference", {**prompt, **sides, **extra}, markup=way)
    label = c.find(names, c.LABEL)
    certain = _is_truth(label, look) if label else None
    if certain is None or not label:
        return None
    if turns:
        return Mapping("preference", "preference", {"messages": turns, "label": label, **extra}, sure=certain)
    prompt = _prompt(names, look, (label,))
    answer = c.find(names, (*c.COMPLETION, *c.ANSWER), (*prompt.values(), label))
    if not prompt or not answer:
        return None
    way = markup.markup_of(texts_of(prompt["prompt"], look), prompt=True)
    columns = {**prompt, "completion": answer, "label": label, **extra}
    return Mapping("preference", "preference", columns, sure=certain, markup=way)


def _prompt(names: list[str], look: list[Record], taken: tuple[str, ...]) -> dict[str, str]:
    for known in (c.PROMPT, c.INSTRUCTION, c.QUESTION):
        if column := c.find(names, known, taken):
            return {"prompt": column, **_more(names, look, (column, *taken))}
    return {}


def _more(names: list[str], look: list[Record], taken: tuple[str, ...]) -> dict[str, str]:
    """The column of what a question is about, where it holds text."""
    for one in (*c.INPUT, *c.CONTEXT):
        column = c.find(names, (one,), taken)
        said = column and [value for record in look if (value := record.values.get(column)) is not None]
        if column and all(isinstance(value, str) for value in said or ()):
            return {"input": column}
    return {}


def _is_truth(column: str, look: list[Record]) -> bool | None:
    """Whether a column says good or bad (KTO): True when it surely does, False when it seems so, None when not."""
    said = {as_text(value).strip().lower() for record in look if (value := record.values.get(column)) is not None}
    said.discard("")
    if not said or not said <= {*TRUE, *FALSE}:
        return None
    if said <= {"true", "false"} or c.plain(column) == "kto_tag":
        return True
    return False if said & set(TRUE) and said & set(FALSE) else None  # both must be met: 1 alone may be anything


# -- conversations and texts


def _chat(names: list[str], look: list[Record], turns: str | None, extra: dict[str, str]) -> Mapping | None:
    if turns:
        return Mapping(_style(turns, look), "chat", {"messages": turns, **extra})
    if pair := _pair(names, "instruction", c.INSTRUCTION, "output", c.OUTPUT):
        pair |= _more(names, look, (*pair.values(), *extra.values()))
        return _earlier("alpaca", "instruction", pair, extra, look)
    if pair := _pair(names, "prompt", c.PROMPT, "completion", c.COMPLETION):
        pair |= _more(names, look, (*pair.values(), *extra.values()))
        return _earlier("prompt_completion", "prompt", pair, extra, look)
    if pair := _pair(names, "question", c.QUESTION, "answer", c.ANSWER):
        solved = c.find(names, ("solution", "solutions"), tuple(pair.values()))
        if solved and _length(solved, look) >= 3 * _length(pair["answer"], look):
            pair["answer"] = solved  # the way to the answer, which ends with it
        if title := c.find(names, c.TITLE):
            pair["title"] = title
        pair |= _more(names, look, (*pair.values(), *extra.values()))
        return _earlier("question_answer", "question", {**pair, **_similar(names)}, extra, look)
    if pair := _pair(names, "question", c.TITLE, "answer", c.ANSWER):
        return Mapping("question_answer", "chat", {**pair, **_similar(names), **extra})
    if (pair := _pair(names, "question", ("source", "src"), "answer", ("target", "tgt"))) or (
        pair := _pair(names, "question", c.PROMPT + c.INSTRUCTION, "answer", c.ANSWER + c.OUTPUT)
    ):
        return Mapping("question_answer", "chat", {**pair, **extra})
    if both := known_pair(names):
        return Mapping("question_answer", "chat", {"question": both[0], "answer": both[1], **extra})
    return None


def _earlier(form: str, part: str, columns: dict[str, str], extra: dict[str, str], look: list[Record]) -> Mapping:
    """The mapping, or one of prompts and completions when the question holds earlier turns too, marked up."""
    if way := markup.markup_of(texts_of(columns[part], look), prompt=True):
        answer = next(name for one, name in columns.items() if one in ("output", "completion", "answer"))
        more = {one: name for one, name in columns.items() if one == "input"}
        if not any(record.values.get(name) for record in look for name in more.values()):
            return Mapping(
                "prompt_completion",
                "chat",
                {"prompt": columns[part], "completion": answer, **more, **extra},
                markup=way,
            )
    names = list(dict.fromkeys(name for record in look for name in record.values if isinstance(name, str)))
    offered = [name for name in choices_of(names) if name not in columns.values()]
    return Mapping(form, "chat", {**columns, **extra}, sure=not offered)


def _text(names: list[str], look: list[Record], extra: dict[str, str]) -> Mapping | None:
    """Running text, unless nearly all of it is a conversation that is marked up."""
    for known in (*c.MESSAGES, *c.MARKED):
        column = c.find(names, (known,))
        if column and (way := markup.markup_of(texts_of(column, look))):
            return Mapping("messages", "chat", {"messages": column, **extra}, markup=way)
    column = c.find(names, c.TEXT)
    return Mapping("text", "text", {"text": column}) if column else None


def _style(column: str, look: list[Record]) -> str:
    for record in look:
        if (turns := turns_of(record.values.get(column))) and (found := style(turns)):
            return found
    return "messages"


def _turns_like(value: Any) -> bool:
    turns = turns_of(value) if isinstance(value, list | dict) or isinstance(value, str) else None
    return bool(turns) and style(turns or []) is not None


def _similar(names: list[str]) -> dict[str, str]:
    """The columns of other wordings, numbered."""
    found = [name for name in names if is_similar(name)]
    return {"similar" if number == 1 else f"similar{number}": name for number, name in enumerate(found, 1)}


def _found(names: list[str], **parts: tuple[str, ...]) -> dict[str, str]:
    return {part: column for part, known in parts.items() if (column := c.find(names, known))}


def _pair(
    names: list[str], first: str, first_names: tuple[str, ...], second: str, second_names: tuple[str, ...]
) -> dict[str, str] | None:
    one = c.find(names, first_names)
    other = c.find(names, second_names, (one,)) if one else None
    return {first: one, second: other} if one and other else None


def _remarkable(names: list[str]) -> list[str]:
    return [name for name in names if c.plain(name) not in c.UNREMARKABLE]


def _length(column: str, look: list[Record]) -> float:
    said = texts_of(column, look)
    return sum(map(len, said)) / len(said) if said else 0


def _long(column: str, look: list[Record]) -> bool:
    said = texts_of(column, look)
    return bool(said) and sum(map(len, said)) >= 200 * len(said)
