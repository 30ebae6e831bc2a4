"""The row that is edited, as a form: a box for each turn, its role, the ways to move it (no Gradio here).

The form is made once for a row and not again while somebody types in it: what may change meanwhile (that another
window saved the row, what is wrong with what was typed) stands above it, in a part of its own.
"""

import hashlib
import json
from typing import Any

from core.data.edits.rewording import PARTS, ROLES
from webui.markup import Html, el
from webui.tabs import row_view
from webui.tabs.data_edit_typed import SIZE, fixed, said, thought
from webui.tabs.row_view import Row
from webui.text import Text


def form(number: int, row: Row, name: str, text: Text, *, new: bool) -> Html:
    """`number` is the form's own; `name` says which row of which data it is, for what the browser keeps for it."""
    title = text("edit.title_new") if new else text("edit.title", row=int(row["row"]))
    return el(
        "form",
        el("h3", title, cls="lw-edit-title"),
        row_view.tools(row, text),
        _inside(row, text),
        _ask(text),
        el("p", text("edit.large", limit=f"{SIZE:,}"), cls="lw-warning lw-edit-large", role="alert", hidden=True),
        _buttons(text, new=new),
        el("p", text("edit.keys"), cls="lw-note lw-edit-keys"),
        el("template", _turn(None, {"role": "user", "content": ""}, text)),
        cls="lw-edit",
        data_form=number,
        data_name=name,
        data_base=_digest(row),
        data_limit=SIZE,
        data_new=new,
        data_saving=text("edit.saving"),
        aria_label=title,
        autocomplete="off",
    )


def _digest(row: Row) -> str:
    """Tells whether what was typed before a reload was typed into this very row."""
    return hashlib.sha256(json.dumps(row, sort_keys=True).encode()).hexdigest()[:32]


def _inside(row: Row, text: Text) -> list[Html]:
    if "text" in row:
        box = _box(str(row["text"]), text("data.role.text"))
        return [el("div", box, cls="lw-edit-turn lw-edit-text")]
    parts = [part for part in PARTS if part in row]
    shown = [_part(part, row[part], text, alone=len(parts) == 1) for part in parts]
    if "label" in row:
        tick = el("input", type="checkbox", name="label", checked=bool(row["label"]))
        shown.append(el("label", tick, el("span", text("data.label.true")), cls="lw-tick"))
    return shown


def _part(part: str, turns: list[dict[str, Any]], text: Text, *, alone: bool) -> Html:
    """The turns of one part; of several parts each says what it is."""
    head = None if alone else el("p", text(f"edit.part.{part}"), cls="lw-edit-part-name")
    lines = [_turn(at, turn, text) for at, turn in enumerate(turns)]
    add = el("button", text("edit.add_turn"), cls="lw-link", type="button", data_edit="add")
    return el("div", head, el("div", lines, cls="lw-edit-turns"), add, cls="lw-edit-part", data_part=part)


def _turn(was: int | None, turn: dict[str, Any], text: Text) -> Html:
    role = str(turn.get("role", "user"))
    label = text(f"data.role.{role}") if role in ROLES else role
    menu: Html = el(
        "select",
        [el("option", text(f"data.role.{each}"), value=each, selected=each == role) for each in ROLES],
        aria_label=text("edit.role"),
    )
    if fixed(turn):
        menu = el("span", label, cls="lw-who")
    steps = [
        el("button", sign, type="button", data_edit=do, aria_label=text(f"edit.{do}"), title=text(f"edit.{do}"))
        for sign, do in (("↑", "up"), ("↓", "down"), ("✕", "remove"))
    ]  # fmt: skip
    thinking = thought(turn)
    kept = row_view.folded(text("data.thinking"), el("p", thinking)) if thinking else None
    return el(
        "div",
        el("div", menu, el("span", steps, cls="lw-edit-steps"), cls="lw-edit-bar"),
        kept,
        _box(said(turn), label),
        [row_view.call(each, text) for each in turn.get("tool_calls") or []],
        cls=f"lw-edit-turn lw-edit-{role if role in ROLES else 'other'}",
        data_was=was,
        data_role=role,
    )


def _box(content: str, label: str) -> Html:
    """A line break at its start would be swallowed by the browser, hence one more."""
    return el("textarea", "\n" + content, rows=1, aria_label=label)


def _ask(text: Text) -> Html:
    """What the page itself asks before typed text would be lost (assets/edit.js)."""
    buttons = [
        el("button", text("edit.save_it"), cls="lw-button", type="button", data_edit="save_it"),
        el("button", text("edit.keep_typing"), cls="lw-button", type="button", data_edit="stay"),
        el("button", text("edit.lose"), cls="lw-button lw-danger", type="button", data_edit="lose"),
    ]
    said = text("edit.unsaved")
    told = el("p", said, cls="lw-warning")
    return el("div", told, buttons, cls="lw-asking lw-edit-ask", role="alertdialog", aria_label=said, hidden=True)


def _buttons(text: Text, *, new: bool) -> Html:
    """Save is the bar's one button too; the others are quiet."""
    more = []
    if not new:
        more = [("duplicate", "edit.duplicate"), ("delete", "edit.delete")]
    return el(
        "div",
        el("button", text("edit.save"), cls="lw-button lw-edit-save", type="submit", data_edit="save"),
        el("button", text("edit.save_next"), cls="lw-button", type="button", data_edit="save_next"),
        el("button", text("bar.cancel"), cls="lw-link", type="button", data_edit="cancel"),
        [el("button", text(key), cls="lw-link", type="button", data_edit=do) for do, key in more],
        cls="lw-edit-buttons",
    )
