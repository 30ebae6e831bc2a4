"""The row in view: which one it is, the way to others, and its two faces, conversation and tokens (no Gradio here)."""

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from webui.markup import Html, el
from webui.measuring import stamp
from webui.tabs import data_tokens, row_view
from webui.tabs.data_findings import mark, of_row
from webui.tabs.data_rows import Findings, Found
from webui.tabs.data_select import Selection
from webui.text import Text

if TYPE_CHECKING:
    from webui.context import Context
    from webui.snapshot import Snapshot

VIEWS = ("talk", "tokens")
REMEMBERED = 8
"""Rows whose tokens are kept, for a step back."""


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
