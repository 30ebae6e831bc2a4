"""Where the rows are inside a JSON object: it may be one itself, hold them under a key, by split, or by column."""

import re
from dataclasses import dataclass, field
from typing import Any

from core.data import columns
from core.data.files import json_table
from core.data.files.json_buffer import Broken, Buffer
from core.errors import UserError

_LIST_KEYS = ("train", "training", "data", "rows", "items", "examples", "records", "questions")
"""The keys that hold the rows where several could; the first of them wins."""


@dataclass
class Rows:
    """Rows that stood under `key`, and the lists that were passed over: (key, how many).

    names  of the columns, where the rows are lists of cells
    """

    values: list[Any]
    key: str = ""
    others: list[tuple[str, int]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)


@dataclass
class Held:
    """A list inside an object: the key, its place among the object's keys from 0, how many values it has.

    names  of the columns, which stand beside it, where its values are lists of cells
    """

    key: str
    number: int
    count: int
    first: Any
    names: list[str] = field(default_factory=list)


def rows_inside(whole: dict[str, Any], name: str, *, one_line: bool = False) -> Rows | None:
    """The rows that an object holds; None when the object is itself a row, as one that stands on `one_line` may be.

    Raises UserError `data.notebook` or `data.json_object` when it neither is one nor holds any.
    """
    if is_row(whole):
        return None
    if {"cells", "nbformat"} <= whole.keys():
        raise UserError("data.notebook", name=name)
    names, key = json_table.beside(whole)
    if names:
        return Rows(whole[key], key, names=names)
    held = [Held(str(key), n, len(item), item[0]) for n, (key, item) in enumerate(whole.items()) if _is_rows(item)]
    if held:
        chosen = choose(held)
        others = [(one.key, one.count) for one in held if one is not chosen]
        return Rows(list(whole.values())[chosen.number], chosen.key, others)
    if turned := _by_column(whole):
        return Rows(turned)
    if len(whole) == 1 and isinstance(inner := next(iter(whole.values())), dict):
        return rows_inside(inner, name, one_line=one_line) or Rows([inner], next(iter(whole)))
    if len(whole) > 1 and all(isinstance(item, dict) and is_row(item) for item in whole.values()):
        return Rows(list(whole.values()))
    if one_line:
        return None
    from core.data.formats.regroup import is_faq_object  # which itself opens files

    if is_faq_object(whole):
        return None
    raise UserError("data.json_object", name=name, keys=", ".join(map(str, list(whole)[:8])))


def _by_column(whole: dict[str, Any]) -> list[Any]:
    """Rows out of an object of columns: lists of the same length, or objects with the same keys, as pandas writes."""
    values = list(whole.values())
    if not any(columns.plain(str(key)) in columns.KNOWN for key in whole):
        return []
    if all(isinstance(item, list) for item in values) and len({len(item) for item in values}) == 1:
        return [dict(zip(whole, cells, strict=True)) for cells in zip(*values, strict=True)]
    if all(isinstance(item, dict) for item in values) and len({tuple(item) for item in values}) == 1:
        return [dict(zip(whole, cells, strict=True)) for cells in zip(*(v.values() for v in values), strict=True)]
    return []


def choose(held: list[Held]) -> Held:
    """The list that the rows are taken from: the one with a usual name, else the longest."""
    for key in _LIST_KEYS:
        if (found := next((one for one in held if one.key.lower() == key), None)) is not None:
            return found
    return max(held, key=lambda one: one.count)


def is_row(value: dict[str, Any]) -> bool:
    """Whether an object is one example: it has a column that we know, with turns in it or with text."""
    for key, item in value.items():
        name = columns.plain(str(key))
        if name in columns.KNOWN and (
            not isinstance(item, list | dict)
            or isinstance(item, list)
            and bool(item)
            and (name in columns.MESSAGES or is_turn(item[0]))
            and is_turn(item[0])
        ):
            return True
    return False


def is_turn(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and ("role" in value or "from" in value)
        and len({"content", "value", "text", "tool_calls"} & set(value)) > 0
    )


_TURN_START = re.compile(r"""\[\s*\{\s*["'](role|from)["']\s*:""")


def starts_with_turn(text: str) -> bool:
    """Whether a list begins with a turn, by its looks."""
    return _TURN_START.match(text) is not None


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict | list)


def may_hold_rows(text: str, start: int) -> bool:
    """Whether the broken object at `start` looks like one that holds a list of rows, not like a row."""
    found = re.compile(r'\{\s*"([^"]+)"\s*:').match(text, start)
    return found is not None and columns.plain(found.group(1)) not in columns.KNOWN


def lists_in(buffer: Buffer) -> list[Held]:
    """The lists of rows in the object with which a text begins, one value in memory at a time; [] when it has none.

    A broken value does not end the look: what follows it is then not counted.
    """
    found: list[Held] = []
    if buffer.peek() != "{":
        return []
    buffer.at += 1
    number = 0
    names: list[str] = []
    try:
        while buffer.peek() == '"':
            key = buffer.value()
            if buffer.peek() != ":":
                break
            buffer.at += 1
            if buffer.peek() != "[":
                buffer.value()
            elif key == json_table.NAMES_KEY and buffer.ahead(200).lstrip("[ \t\r\n")[:1] == '"':
                names = json_table.strings(buffer.value())
            else:
                _count(buffer, key, number, found)
            if buffer.peek() != ",":
                break
            buffer.at += 1
            number += 1
    except Broken:
        pass
    for held in found:
        if names and held.key in json_table.ROWS_KEYS and isinstance(held.first, list):
            held.names = names if len(held.first) == len(names) else []
    return found


def _count(buffer: Buffer, key: str, number: int, found: list[Held]) -> None:
    """Goes through the list at which `buffer` stands; notes it when it holds rows, up to a broken one too."""
    held = Held(str(key), number, 0, None)
    buffer.at += 1
    while (letter := buffer.peek()) not in ("]", ""):
        if letter == ",":
            buffer.at += 1
            continue
        if held.count == 0:
            if letter not in "{[":
                return _pass(buffer)
            found.append(held)
        held.count += 1
        held.first = buffer.value() if held.count == 1 else (buffer.value(), held.first)[1]
        if held.count == 1 and is_turn(held.first):
            found.pop()
            return _pass(buffer)
    buffer.at += 1
    return None


def _pass(buffer: Buffer) -> None:
    """Goes to the end of a list whose values are no rows."""
    while (letter := buffer.peek()) not in ("]", ""):
        if letter == ",":
            buffer.at += 1
        else:
            buffer.value()
    buffer.at += 1


def go_to(buffer: Buffer, number: int) -> None:
    """Sets `buffer` to the value of the key with this number, in an object that `lists_in` has been through."""
    buffer.peek()
    buffer.at += 1
    for place in range(number + 1):
        buffer.peek()
        buffer.value()
        buffer.peek()
        buffer.at += 1
        letter = buffer.peek()
        if place == number:
            return
        if letter == "[":
            buffer.at += 1
            _pass(buffer)
        else:
            buffer.value()
        buffer.peek()
        buffer.at += 1
