"""How a row of a data set reads: its turns as bubbles, and which rows are leafed through (no Gradio here)."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from core.errors import UserError
from webui.markup import Html, el
from webui.text import Text

if TYPE_CHECKING:
    from core.data.datasets import Dataset

LONG = 1200
"""Characters of a bubble; a longer text is shown up to here."""


@lru_cache(maxsize=4)
def rows_of(dataset: "_ById") -> tuple[dict[str, Any], ...]:
    """The usable rows, kept because a version of a data set never changes."""
    return tuple(dataset.dataset.load_rows())


class _ById:
    """A data set as a key: equal when the id is."""

    def __init__(self, dataset: "Dataset") -> None:
        self.dataset = dataset

    def __hash__(self) -> int:
        return hash(self.dataset.id)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ById) and other.dataset.id == self.dataset.id


def rows(dataset: "Dataset") -> tuple[dict[str, Any], ...]:
    """Usable rows, () when they cannot be read."""
    try:
        return rows_of(_ById(dataset))
    except UserError:
        return ()


def numbers(dataset: "Dataset") -> frozenset[int]:
    """The numbers of the rows that can be shown."""
    return frozenset(row["row"] for row in rows(dataset))


def visible_rows(dataset: "Dataset", only: str) -> list[dict[str, Any]]:
    """All rows; with `only` "all" those with any finding, with a finding's place those of that finding."""
    if not only:
        return list(rows(dataset))
    chosen = dataset.findings
    if only.isdigit():
        chosen = dataset.findings[int(only) : int(only) + 1]
    wanted = {row for finding in chosen for row in finding.rows}
    return [row for row in rows(dataset) if row["row"] in wanted]


def bubbles(dataset: "Dataset", only: str, place: int, text: Text) -> Html:
    """One row as a conversation, with a way to the next one and to those with a finding."""
    found = visible_rows(dataset, only)
    if not found:
        return el("p", text("data.no_rows"), cls="lw-note")
    place %= len(found)
    row = found[place]
    step = [
        el("button", "‹", cls="lw-button lw-step", type="button", data_do="previous", aria_label=text("data.previous")),
        el("span", text("data.row_of", n=place + 1, total=len(found)), cls="lw-count"),
        el(
            "button",
            "›",
            cls="lw-button lw-step",
            type="button",
            data_do="following",
            aria_label=text("data.following"),
        ),
    ]
    toggle = None
    if only or visible_rows(dataset, "all"):
        pressed = "true" if only else "false"
        toggle = el(
            "button", text("data.found_only"), cls="lw-toggle", type="button", data_do="found", aria_pressed=pressed
        )
    head = el("div", step, el("span", text("data.row_number", row=row["row"]), cls="lw-tag"), toggle, cls="lw-pager")
    return el("div", head, el("div", _turns(row, text), cls="lw-talk"))


def _turns(row: dict[str, Any], text: Text) -> list[Html]:
    if "text" in row:
        return [_bubble("text", str(row["text"]), text)]
    if "messages" in row:
        return [_bubble(turn["role"], _said(turn), text) for turn in row["messages"]]
    turns = [_bubble(turn["role"], _said(turn), text) for turn in row.get("prompt", [])]
    for part in ("chosen", "rejected", "answer"):
        turns += [_bubble(part, _said(turn), text) for turn in row.get(part, [])]
    if "label" in row:
        turns.append(el("p", text("data.label.true" if row["label"] else "data.label.false"), cls="lw-note"))
    return turns


_SIDES = {"assistant": "answer", "chosen": "answer", "answer": "answer", "rejected": "worse", "system": "system"}


def _said(turn: dict[str, Any]) -> str:
    calls = turn.get("tool_calls") or []
    return "\n".join([str(turn.get("content") or ""), *(str(call.get("function", call)) for call in calls)]).strip()


def _bubble(role: str, content: str, text: Text) -> Html:
    cut = content if len(content) <= LONG else content[:LONG] + " ..."
    label = text(f"data.role.{role}") if f"data.role.{role}" in text else role
    return el("div", el("span", label, cls="lw-who"), el("p", cut), cls=f"lw-bubble lw-{_SIDES.get(role, 'ask')}")
