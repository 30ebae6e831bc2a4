"""A guess at columns whose names say nothing, by what stands in them. The person is asked about every such guess."""

import re
from typing import Any

from core.data.columns import UNREMARKABLE, plain
from core.data.rows import Record

_LETTERS = re.compile(r"[^\W\d_]")
_ASKS = ("?", "？", "吗", "呢", "؟", ";")
_SHORT = 12
"""Characters on average below which a column beside many others is a name or a code rather than a text."""


def texts_of(column: str, look: list[Record]) -> list[str]:
    """What stands in a column, but for empty cells and values that are no text."""
    found = (record.values.get(column) for record in look)
    return [value for value in found if isinstance(value, str) and value.strip()]


def text_columns(columns: list[str], look: list[Record]) -> list[str]:
    """The columns that hold people's words: filled in most rows, with letters, and not the same few values again."""
    found = []
    candidates = [name for name in columns if plain(str(name)) not in UNREMARKABLE]
    for column in candidates:
        said = texts_of(column, look)
        if len(said) * 2 < len(look) or not said:
            continue
        if sum(bool(_LETTERS.search(value)) for value in said) < 0.8 * len(said):
            continue
        if len(look) >= 10 and len(set(said)) * 4 < len(said):
            continue
        if len(candidates) > 3 and _length(said) < _SHORT:
            continue
        found.append(column)
    return found


def question_and_answer(columns: list[str], look: list[Record]) -> tuple[str, str] | None:
    """(question, answer) among columns of text: the one that asks, else the shorter one, is the question.

    None for fewer than two columns. Of more than two columns the one that asks and the longest other one are taken.
    """
    if len(columns) < 2:
        return None
    said = {column: texts_of(column, look) for column in columns}
    asks = {column: sum(value.strip().endswith(_ASKS) for value in said[column]) / len(said[column]) for column in said}
    asking = max(columns, key=lambda column: asks[column])
    if asks[asking] >= 0.3 and sum(share >= asks[asking] * 0.8 for share in asks.values()) == 1:
        question = asking
    else:
        first, second = columns[:2]
        question = second if _length(said[second]) * 1.5 < _length(said[first]) else first
    answer = max((column for column in columns if column != question), key=lambda column: _length(said[column]))
    return question, answer


def _length(said: list[Any]) -> float:
    return sum(map(len, said)) / len(said)
