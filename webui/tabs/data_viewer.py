"""The row in view: which one it is, the way to others, and its two faces, conversation and tokens (no Gradio here)."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from webui.markup import Html, el
from webui.measuring import stamp
from webui.tabs import data_tokens, row_view
from webui.tabs.data_findings import mark, of_row
from webui.tabs.data_rows import Findings, Found, Key, Rows
from webui.tabs.data_select import PAGE, Selection
from webui.text import Text

if TYPE_CHECKING:
    from webui.context import Context
    from webui.snapshot import Snapshot

VIEWS = ("talk", "tokens")
REMEMBERED = 8
"""Rows whose tokens are kept, for a step back."""


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
    if out not in outs or (want == "out" and id.isdecimal()):
        out = int(id) if want == "out" and id.isdecimal() and int(id) in outs else None
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
    elif id == "start" or id.isdecimal():
        memo["data.tokens"] = (at, int(id) if id.isdecimal() else 0, data_tokens.STEP)


def _jump(memo: dict[str, Any], selection: Selection, typed: str, at: int | None) -> int | None:
    """To a row by its number, out of the selection if need be; a number that is not there is told."""
    number = int(typed) if typed.strip().isdecimal() and len(typed) < 12 else 0
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


def left_out(out: int, selection: Selection, found: Html, text: Text) -> Html:
    """The panel with a row that was left out; `found` is what the file says there."""
    at = int(np.searchsorted(selection.out, out))
    said = text("data.out_of", n=f"{at + 1:,}", total=f"{len(selection.out):,}")
    step = [_step("‹", "previous", text), el("span", said, cls="lw-count"), _step("›", "following", text)]
    complete = _do(text("edit.complete"), "complete", str(out), "lw-button")
    return el("div", el("div", step, cls="lw-pager"), found, el("div", complete, cls="lw-edit-ways"), cls="lw-viewer")


@lru_cache(maxsize=8)
def _talk(place: int, selection: Selection, text: Text) -> Html:
    return row_view.talk(selection.rows.row(place), text)


def viewer(
    row: row_view.Row,
    at: int,
    selection: Selection,
    findings: Findings,
    view: str,
    said: tuple[str, int, int] | None,
    tokens: Html | None,
    lost: int,
    came: str,
    text: Text,
) -> Html:
    """The whole panel.

    lost  learned tokens that this row loses at the maximum length
    came  where the row came from, "" where it always stood here
    """
    number = int(row["row"])
    told = [
        el("p", mark(found), el("span", _said(found, row, selection, lost, text)), cls="lw-row-finding")
        for found in findings.of(number)
    ]
    face = tokens if view == "tokens" and tokens is not None else _talk(at, selection, text)
    return el(
        "div",
        _head(row, at, selection, findings, said, text),
        el("div", _faces(view, text), _ways(row, text), cls="lw-view-bar"),
        el("p", came, cls="lw-note lw-came") if came else None,
        el("div", told, cls="lw-row-findings") if told else None,
        face,
        cls="lw-viewer",
    )


def _ways(row: row_view.Row, text: Text) -> Html:
    """What can be done with the row in view."""
    key = f"{row['row']}.{row.get('variant', 0)}"
    buttons = [_do(text("edit.edit"), "edit", key, "lw-button")]
    buttons += [_do(text(f"edit.{do}"), do, key, "lw-link") for do in ("duplicate", "delete")]
    return el("div", buttons, cls="lw-edit-ways")


def _do(label: str, do: str, id: str, cls: str) -> Html:
    return el("button", label, cls=cls, type="button", data_do=do, data_id=id, data_once=True)


def _said(found: Found, row: row_view.Row, selection: Selection, lost: int, text: Text) -> str:
    """What a finding says of the row in view. Of other wordings it counts those of this question, not of the file."""
    number = int(row["row"])
    if found.finding.code != "question.wordings":
        return of_row(found, number, text, lost=lost)
    if row.get("variant"):
        return text("data.wording_of", row=number)
    return text("data.wordings_here", n=f"{selection.rows.wordings(number):,}")


def _head(
    row: row_view.Row, at: int, selection: Selection, findings: Findings, said: tuple[str, int, int] | None, text: Text
) -> Html:
    index = selection.index(at) or 0
    step = [
        _step("‹", "previous", text),
        el("span", text("data.row_of", n=f"{index + 1:,}", total=f"{selection.shown:,}"), cls="lw-count"),
        _step("›", "following", text),
    ]
    jump = el(
        "label",
        el("span", text("data.row_label")),
        el(
            "input", type="text", inputmode="numeric", maxlength=9, value=str(row["row"]), data_enter="jump",
            aria_label=text("data.jump"), autocomplete="off",
        ),
        cls="lw-jump",
    )  # fmt: skip
    toggle = None
    if len(findings.any):
        toggle = el(
            "button", text("data.found_only"), cls="lw-toggle", type="button", data_do="found",
            aria_pressed="true" if selection.id else "false",
        )  # fmt: skip
    note = None
    if said is not None:
        key, asked, last = said
        note = el("p", text(key, row=asked, last=last), cls="lw-note", role="status")
    return el("div", el("div", step, jump, toggle, cls="lw-pager"), note)


def _step(sign: str, do: str, text: Text) -> Html:
    return el("button", sign, cls="lw-button lw-step", type="button", data_do=do, aria_label=text(f"data.{do}"))


def _faces(view: str, text: Text) -> Html:
    """Conversation, or what the model will see."""
    buttons = [
        el(
            "button", text(f"data.face.{each}"), type="button", data_do="view", data_id=each,
            aria_pressed="true" if each == view else "false",
        )
        for each in VIEWS
    ]  # fmt: skip
    return el("div", buttons, cls="lw-faces", role="group", aria_label=text("data.bubbles"))


# -- what the model will see


def tokens(
    ctx: "Context", snap: "Snapshot", row: row_view.Row, at: int, rows: str, max_length: int, model: str, text: Text
) -> Html:
    """The tokens of the row in view, from the CPU worker; else what stands in the way, and what to do.

    rows: which rows `at` counts, as they stand now
    """
    if snap.model is None or snap.dataset is None:
        return _hint(text("data.tokens_no_model"), text)
    if snap.model.folder is None:
        return _hint(text("data.tokens_not_here", model=model), text)
    folder, memo = snap.model.folder, snap.page.memo
    key = ("tokens", rows, at, str(folder), stamp(folder), max_length)
    asked = memo.setdefault("data.seen", [])
    if key not in asked:
        asked.append(key)
        for old in asked[:-REMEMBERED]:
            ctx.worker.forget(old)
        del asked[:-REMEMBERED]
    reader = ctx.measuring.tokenizers
    answer = ctx.worker.ask("tokens", key, lambda: data_tokens.see(reader.of(folder), row, max_length or None))
    if answer is None or not answer.fresh:
        return el("p", text("data.tokens_wait", model=model), cls="lw-note", role="status")
    if answer.error is not None:
        return _hint(text.error(answer.error), text, warning=True)
    _, start, count = memo.get("data.tokens", (at, 0, data_tokens.STEP))
    return _drawn(answer.value, start, count, max_length, model, text)


@lru_cache(maxsize=4)
def _drawn(
    seen: tuple[data_tokens.Sequence, ...], start: int, count: int, max_length: int, model: str, text: Text
) -> Html:
    return data_tokens.tokens(seen, start, count, max_length, model, text)


def _hint(said: str, text: Text, *, warning: bool = False) -> Html:
    go = el("button", text("data.get_model"), cls="lw-link", type="button", data_do="go", data_id="model")
    return el("div", el("p", said, cls="lw-warning" if warning else "lw-note"), go, cls="lw-hint")
