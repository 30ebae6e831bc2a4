"""The way from row to row: which one is in view after a step, a jump, another page (no Gradio here)."""

from typing import Any

import numpy as np

from webui.tabs import data_tokens
from webui.tabs.data_rows import Key, Rows
from webui.tabs.data_select import PAGE, Selection
from webui.whole_number import whole_number


def settle(memo: dict[str, Any], selection: Selection) -> tuple[int | None, int | None]:
    """(place of the row in view, number of the left-out row that is in view instead, if one is).

    Does what was asked for since the last look; (None, None) when there is nothing to show.
    """
    want, id = memo.pop("data.want", ("", ""))
    at, out = _seated(memo, selection.rows), memo.get("data.out")
    index = selection.index(at) if at is not None else None
    if index is None:
        index, at = 0, (selection.place(0) if selection.shown else None)
    outs = selection.out
    asked = whole_number(id) if want == "out" else None
    if out not in outs or asked is not None:
        out = asked if asked is not None and asked in outs else None
    if want:
        memo.pop("data.said", None)
    if want in ("previous", "following") and (selection.shown or len(outs)):
        step = 1 if want == "following" else -1
        if out is not None or at is None:
            now = int(np.searchsorted(outs, out if out is not None else outs[0]))
            out = int(outs[(now + step) % len(outs)])
        else:
            at = selection.place((index + step) % selection.shown)
            memo["data.page"] = selection.page_of(at)
    elif want == "step":
        at, out = _stepped(memo, selection, id, at, out)
    elif want == "page":
        page = memo.get("data.page", 0)
        memo["data.page"] = {"first": 0, "back": page - 1, "on": page + 1, "last": selection.pages - 1}.get(id, page)
    elif want == "jump":
        at, out = _jump(memo, selection, id, at), None
    elif want == "tokens":
        _tokens(memo, id, at)
    if at is None and out is None and len(outs):
        out = int(outs[0])
    if memo.get("data.tokens", (at,))[0] != at:
        memo.pop("data.tokens", None)
    memo["data.at"], memo["data.out"] = at, out
    memo["data.seat"] = (selection.rows.id, selection.rows.key(at) if at is not None else None)
    return at, out


def _seated(memo: dict[str, Any], rows: Rows) -> int | None:
    """The place of the row in view, which is another one where rows before it came or went since the last look."""
    at, (id, key) = memo.get("data.at"), memo.get("data.seat", ("", None))
    if at is None or key is None or id == rows.id:
        return at if at is None or at < len(rows) else None
    place = rows.place_of(key)
    return place if place is not None else min(at, len(rows) - 1) if len(rows) else None


def in_view(memo: dict[str, Any], rows: Rows) -> Key | None:
    """What the row in view goes by."""
    at = _seated(memo, rows)
    return rows.key(at) if at is not None and memo.get("data.out") is None else None


def _stepped(
    memo: dict[str, Any], selection: Selection, id: str, at: int | None, out: int | None
) -> tuple[int | None, int | None]:
    """A line up or down in the table, a page, to its begin or end, not round it. Deleted rows are passed over."""
    lines = len(selection)
    outs, gone = len(selection.out), len(selection.gone)
    if not lines - gone:
        return at, out
    index = selection.index(at) if at is not None else None
    now = int(np.searchsorted(selection.out, out)) if out is not None else outs + gone + (index or 0)
    by = {"up": -1, "down": 1, "page_up": -PAGE, "page_down": PAGE, "first": -lines, "last": lines}.get(id, 0)
    line = max(0, min(lines - 1, now + by))
    if outs <= line < outs + gone:
        line = outs + gone if by > 0 and selection.shown else outs - 1
        line = line if line >= 0 else outs + gone
    memo["data.page"] = line // PAGE
    if line < outs:
        return at, int(selection.out[line])
    return selection.place(line - outs - gone), None


def _tokens(memo: dict[str, Any], id: str, at: int | None) -> None:
    """More tokens, or those from another place on."""
    _, start, count = memo.get("data.tokens", (at, 0, data_tokens.STEP))
    if id == "more":
        memo["data.tokens"] = (at, start, count + data_tokens.STEP)
    elif id == "start" or whole_number(id) is not None:
        memo["data.tokens"] = (at, whole_number(id) or 0, data_tokens.STEP)


def _jump(memo: dict[str, Any], selection: Selection, typed: str, at: int | None) -> int | None:
    """To a row by its number, out of the selection if need be; a number that is not there is told."""
    number = whole_number(typed.strip()) or 0
    place = selection.rows.place(number)
    if place is None:
        last = int(selection.rows.numbers.max()) if len(selection.rows) else 0
        memo["data.said"] = ("data.jump_none" if number > last or number < 1 else "data.jump_out", number, last)
        return at
    if selection.index(place) is None:
        memo["data.only"] = ""
        memo["data.page"] = Selection("", selection.rows, None, selection.out[:0]).page_of(place)
    else:
        memo["data.page"] = selection.page_of(place)
    return place
