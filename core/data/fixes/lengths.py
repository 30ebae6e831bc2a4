"""Rows that are too long for a model, made shorter where one turn, or one paragraph, ends and the next begins."""

import re
from collections.abc import Callable

from core.data.fixes.mend import Length
from core.data.fixes.turns import answered_well
from core.data.raw import Row, Turn
from core.errors import UserError

_PARAGRAPH = re.compile(r"\n\s*\n")
_SENTENCE = re.compile(r"\n|(?<=[。！？])|(?<=[.!?])\s")


def shorten(row: Row, length: Length, limit: int) -> Row:
    """As many exchanges from the beginning as fit; where not even the first does, as many up to the end. A text up to
    the paragraph that fits. The row itself where it fits, or where no exchange does."""
    try:
        if length(row) <= limit:
            return row
        if "text" in row:
            first = next(iter(_texts(row, length, limit)), row)
            return first if length(first) <= limit else row
        head, blocks = exchanges(row)
        last = len(blocks)
        most = _most(lambda count: length(_with(row, head, blocks[:count])) <= limit, last - 1)
        if most:
            return _with(row, head, blocks[:most])
        most = _most(lambda count: length(_with(row, head, blocks[last - count :])) <= limit, last - 1)
        return _with(row, head, blocks[last - most :]) if most else row
    except UserError:  # the model refuses it as it is
        return row


def split(row: Row, length: Length, limit: int) -> list[Row]:
    """The row in pieces that fit, each with the system prompt, together with all that is said in it. The first keeps
    what the row says of itself, the others say where they come from. [row] where it fits or cannot be split."""
    try:
        if length(row) <= limit:
            return [row]
        if "text" in row:
            found = _texts(row, length, limit)
            return found if len(found) > 1 else [row]
        head, blocks = exchanges(row)
        pieces: list[Row] = []
        while blocks:
            rest, base = blocks, row if not pieces else piece_of(row)
            most = _most(lambda count: length(_with(base, head, rest[:count])) <= limit, len(rest)) or 1  # noqa: B023
            pieces.append(_with(base, head, blocks[:most]))
            blocks = blocks[most:]
        return pieces if len(pieces) > 1 else [row]
    except UserError:
        return [row]


def piece_of(row: Row) -> Row:
    """What a piece of a row says of itself; its number is given by whoever puts it among the others."""
    kept = {key: value for key, value in row.items() if key != "variant"}
    return {**kept, "from": row.get("from") or {"row": row["row"]}}


def exchanges(row: Row) -> tuple[list[Turn], list[list[Turn]]]:
    """(the system prompt, the exchanges) of a conversation; a call is with its result, and in each exchange an answer
    is learned. A preference row is one exchange: its answers need all that was said before."""
    if "messages" not in row:
        return [], [[]]
    turns: list[Turn] = row["messages"]
    start = next((at for at, turn in enumerate(turns) if turn["role"] != "system"), len(turns))
    borders = [start]
    for at in range(start + 1, len(turns)):
        if turns[at]["role"] != "user" or turns[at - 1]["role"] == "user":
            continue
        if answered_well(turns[borders[-1] : at]) and answered_well(turns[at:]) and not _tied(turns, at):
            borders.append(at)
    ends = [*borders[1:], len(turns)]
    return turns[:start], [turns[begin:end] for begin, end in zip(borders, ends, strict=True)]


def _tied(turns: list[Turn], at: int) -> bool:
    """Whether a result behind a place belongs to a call before it."""
    for turn in turns[at:]:
        if turn["role"] == "assistant":
            break
        if turn["role"] == "tool":
            return True
    named = {call.get("id") for turn in turns[:at] for call in turn.get("tool_calls") or ()} - {None}
    return any(turn["role"] == "tool" and turn.get("tool_call_id") in named for turn in turns[at:])


def _with(row: Row, head: list[Turn], blocks: list[list[Turn]]) -> Row:
    if "messages" not in row:
        return row
    return {**row, "messages": [*head, *(turn for block in blocks for turn in block)]}


def _texts(row: Row, length: Length, limit: int) -> list[Row]:
    """A text in pieces that fit, as far as paragraphs and sentences allow."""
    found: list[Row] = []

    def fits(said: str) -> bool:
        return length({**row, "text": said}) <= limit

    rest: str = row["text"]
    while rest.strip():
        end = len(rest) if fits(rest) else _end(rest, _PARAGRAPH, fits) or _end(rest, _SENTENCE, fits)
        if not end:  # one sentence that is too long
            ends = (border.end() for border in _SENTENCE.finditer(rest))
            end = next((place for place in ends if rest[:place].strip()), len(rest))
        found.append({**(row if not found else piece_of(row)), "text": rest[:end].strip("\n")})
        rest = rest[end:]
    return found


def _end(said: str, border: re.Pattern[str], fits: Callable[[str], bool]) -> int:
    """Where the last border is up to which the text fits; 0 when there is none."""
    ends = [found.end() for found in border.finditer(said) if said[: found.end()].strip()]
    most = _most(lambda count: fits(said[: ends[count - 1]].strip("\n")), len(ends))
    return ends[most - 1] if most else 0


def _most(fits: Callable[[int], bool], count: int) -> int:
    """The largest number up to `count` that fits, 0 when not even 1 does; what is longer never fits better."""
    low, high = 0, max(count, 0)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low
