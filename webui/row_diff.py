"""What is different between a row and what becomes of it, word by word and turn by turn (no Gradio here).

Scripts without blanks are compared by character. A text is shortened to what stands around a change, so that a change
at the end of a long answer is in sight.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Any

from core.data.raw import Row

_ALONE = r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\uac00-\ud7af\u0e00-\u0e7f]"

WORD = re.compile(rf"{_ALONE}|(?:(?!{_ALONE})[^\W_])+|\s+|[^\w\s]|_")
"""A sign of a script without blanks, a word, a blank, or any other sign."""

COMPARED = 6_000
"""Words that differ on one side at the most; beyond that all between the first and the last one counts as different."""

AROUND = 60
"""Characters that are kept on each side of a change."""

TURNS = 4
"""Turns of a row that goes or comes as a whole."""

LONGEST = 800
"""Characters of a change that are shown."""


@dataclass(frozen=True)
class Piece:
    """Words of a turn. `kind`: "same", "gone" (only before), "new" (only after), or "gap": what is not shown."""

    kind: str
    words: str


@dataclass(frozen=True)
class Turn:
    """A turn of one side; `kind` as of a piece, for its label. `skipped` turns without a change, when not 0, stand
    here in its place."""

    role: str
    kind: str
    pieces: tuple[Piece, ...] = ()
    skipped: int = 0


Side = tuple[Turn, ...]
_Token = tuple[str, str]


def compared(before: Row | None, after: Sequence[Row]) -> tuple[Side, tuple[Side, ...]]:
    """The row as it was, and the rows that come of it: () for a row that goes, several for one that is split."""
    was = _tokens(before) if before is not None else []
    news = [_tokens(row) for row in after]
    if not news:
        return _whole(was, "gone"), ()
    if before is None:
        return (), tuple(_whole(new, "new") for new in news)
    old, new = _marked(was, [token for new in news for token in new])
    first, sides, start = _side(old), list[list[Turn]](), 0
    for each in news:
        sides.append(_side(new[start : start + len(each)]))
        start += len(each)
    if len(sides) == 1 and len(sides[0]) == len(first):  # turn by turn: what is shown of one is shown of the other
        touched = _touched(first) | _touched(sides[0])
        return _few(first, touched), (_few(sides[0], touched),)
    return _few(first, _touched(first)), tuple(_few(side, _touched(side)) for side in sides)


def _tokens(row: Row) -> list[_Token]:
    """("turn", role) at the beginning of each, then its words."""
    found: list[_Token] = []
    for role, said in _turns(row):
        found.append(("turn", role))
        found += [("word", word) for word in WORD.findall(said)]
    return found


def _turns(row: Row) -> list[tuple[str, str]]:
    """[(role, what is said)], calls of tools as JSON."""
    if "text" in row:
        return [("text", str(row["text"]))]
    turns = [(str(turn["role"]), _said(turn)) for turn in row.get("messages") or row.get("prompt") or []]
    for part in ("chosen", "rejected", "answer"):
        turns += [(part, _said(turn)) for turn in row.get(part) or []]
    return turns


def _said(turn: dict[str, Any]) -> str:
    parts = [str(turn[part]) for part in ("reasoning_content", "content") if turn.get(part)]
    if turn.get("tool_calls"):
        parts.append(json.dumps(turn["tool_calls"], ensure_ascii=False))
    return "\n".join(parts)


def _marked(was: list[_Token], now: list[_Token]) -> tuple[list[tuple[str, _Token]], list[tuple[str, _Token]]]:
    """Each token of both with "same", "gone" or "new"."""
    start, end = 0, 0
    while start < min(len(was), len(now)) and was[start] == now[start]:
        start += 1
    while end < min(len(was), len(now)) - start and was[-1 - end] == now[-1 - end]:
        end += 1
    a, b = was[start : len(was) - end], now[start : len(now) - end]
    old, new = ["gone"] * len(a), ["new"] * len(b)
    if a and b and max(len(a), len(b)) <= COMPARED:
        for at_a, at_b, length in SequenceMatcher(None, a, b).get_matching_blocks():
            old[at_a : at_a + length] = ["same"] * length
            new[at_b : at_b + length] = ["same"] * length
    first, last = ["same"] * start, ["same"] * end
    return list(zip([*first, *old, *last], was, strict=True)), list(zip([*first, *new, *last], now, strict=True))


def _whole(tokens: list[_Token], kind: str) -> Side:
    """The beginning of a row that goes or comes as a whole."""
    turns: list[Turn] = []
    starts = [at for at, token in enumerate(tokens) if token[0] == "turn"]
    for start, end in zip(starts[:TURNS], [*starts[1:], len(tokens)], strict=False):
        said = Piece(kind, "".join(word for _, word in tokens[start + 1 : end]))
        turns.append(Turn(tokens[start][1], kind, tuple(_cut(said, 4 * AROUND, 0)) if said.words else ()))
    return (*turns, Turn("", kind, skipped=len(starts) - TURNS)) if len(starts) > TURNS else tuple(turns)


def _side(marked: list[tuple[str, _Token]]) -> list[Turn]:
    """Turns with their pieces; what did not change is shortened."""
    turns: list[Turn] = []
    starts = [at for at, (_, token) in enumerate(marked) if token[0] == "turn"]
    for start, end in zip(starts, [*starts[1:], len(marked)], strict=True):
        kind, (_, role) = marked[start]
        words = marked[start + 1 : end]
        runs = [Piece(of, "".join(token[1] for _, token in run)) for of, run in groupby(words, lambda pair: pair[0])]
        turns.append(Turn(role, kind, tuple(_shortened(runs))))
    return turns


def _shortened(runs: list[Piece]) -> list[Piece]:
    pieces: list[Piece] = []
    for at, run in enumerate(runs):
        if run.kind != "same":
            pieces += _cut(run, LONGEST * 3 // 4, LONGEST // 4)
        elif len(runs) == 1:
            pieces += _cut(run, 2 * AROUND, 0)
        else:
            pieces += _cut(run, AROUND if at else 0, AROUND if at < len(runs) - 1 else 0)
    return pieces


def _cut(run: Piece, head: int, tail: int) -> list[Piece]:
    """The beginning and the end of it; a gap in between where it is worth one."""
    if len(run.words) <= head + tail + 20:
        return [run]
    kept = [Piece(run.kind, run.words[:head]), Piece("gap", ""), Piece(run.kind, run.words[-tail:] if tail else "")]
    return [piece for piece in kept if piece.words or piece.kind == "gap"]


def _few(turns: list[Turn], touched: set[int]) -> Side:
    """Of several turns in a row that nothing happens to only the first and the last one; the rest is counted."""
    found: list[Turn] = []
    for same, run in groupby(range(len(turns)), lambda at: at not in touched):
        group = [turns[at] for at in run]
        if not same or len(group) <= 3:
            found += group
        else:
            found += [group[0], Turn("", "same", skipped=len(group) - 2), group[-1]]
    return tuple(found)


def _touched(turns: list[Turn]) -> set[int]:
    """Places of the turns in which something is marked."""
    marked = ("gone", "new")
    return {at for at, turn in enumerate(turns) if turn.kind in marked or any(p.kind in marked for p in turn.pieces)}
