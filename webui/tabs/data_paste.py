"""Rows pasted from a spreadsheet into the chosen data: read, shown, then added as one change (no Gradio here).

What was read waits, for each data set by itself, until it is added or the person closes it: nothing that was pasted
goes without a word.
"""

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.data.edits import pasted
from core.errors import UserError
from webui.actions import Outcome
from webui.guard import TYPED_LIMIT
from webui.markup import Html, el
from webui.parts import Bar
from webui.tabs.data_edit_blank import blank
from webui.text import Text

if TYPE_CHECKING:
    from core.data.datasets import Dataset
    from webui.context import Context
    from webui.snapshot import Page

SIZE = TYPED_LIMIT
"""Characters that are taken at once; more comes as a file."""
SHOWN = 3
"""Pairs that are shown of what was read."""
DOES = ("paste", "paste_add", "paste_close")

_TURN = threading.Lock()
"""One press after the other: what is read takes its time."""

Memo = dict[str, Any]


@dataclass(frozen=True)
class Box:
    """The box of one data set.

    made   how often it was made anew; then it holds `words`, which stayed in it
    mark   names what was sent to be read, so that the page knows whether it still stands in the box; "" for `words`
    found  what was read of what stands in it, or why it could not be read
    """

    made: int = 0
    words: str = ""
    found: pasted.Pasted | UserError | None = None
    mark: str = ""


def box_of(memo: Memo, family: str) -> Box:
    found: Box = memo.get("pasted", {}).get(family, Box())
    return found


def _keep(memo: Memo, family: str, box: Box) -> None:
    memo["pasted"] = {**memo.get("pasted", {}), family: box}


def offered(dataset: "Dataset | None") -> bool:
    """Whether pairs fit into the data."""
    return dataset is not None and dataset.task == "chat"


def bar(memo: Memo, dataset: "Dataset", text: Text) -> Bar | None:
    """As long as rows wait to be added, the one button adds them."""
    found = box_of(memo, dataset.family).found
    if not isinstance(found, pasted.Pasted):
        return None
    return Bar(_add_label(found, text), "paste_add", text("edit.paste_close"), "paste_close")


def box(family: str, memo: Memo, text: Text) -> Html:
    """The box to paste into; made anew when its rows were added, or it was closed."""
    now = box_of(memo, family)
    area = el("textarea", "\n" + now.words, rows=4, placeholder=text("edit.paste_hint"), aria_label=text("edit.paste"))
    note = el("p", text("edit.paste_note"), cls="lw-note")
    large = el("p", text("edit.paste_large", limit=f"{SIZE:,}"), cls="lw-warning", role="alert", hidden=True)
    return el("div", note, area, large, cls="lw-paste", data_at=f"{family} {now.made}", data_limit=SIZE)


def press(ctx: "Context", page: "Page", do: str, id: str) -> Outcome | None:
    """Read what was pasted, add what was read, or let go of it. Raises UserError when the disk or the data refuse."""
    draft = ctx.drafts.load()
    if not draft.dataset:
        return None
    dataset = ctx.datasets.get(draft.dataset)
    with _TURN:
        _do(ctx, page, dataset, do, id)
    return None


def _do(ctx: "Context", page: "Page", dataset: "Dataset", do: str, id: str) -> None:
    do, _, mark = do.partition("#")
    now = box_of(page.memo, dataset.family)
    if do == "paste":
        if mark.isdecimal() and now.mark.isdecimal() and int(mark[:20]) < int(now.mark):
            return  # it was overtaken by what was pasted after it
        _keep(page.memo, dataset.family, Box(now.made, now.words, _read(id), mark[:20]))
    elif do == "paste_close":
        _keep(page.memo, dataset.family, Box(now.made + 1))
    elif isinstance(now.found, pasted.Pasted):
        _add(ctx, page, dataset, now.found.rows)
        rest = now.found.rest
        _keep(page.memo, dataset.family, Box(now.made + 1, rest, _read(rest)))


def _read(words: str) -> pasted.Pasted | UserError | None:
    if not words.strip():
        return None
    if len(words) > SIZE:
        return UserError("paste.too_long", count=len(words), limit=SIZE)
    try:
        return pasted.read(words, complete=True)
    except UserError as error:
        return error


def _add(ctx: "Context", page: "Page", dataset: "Dataset", pairs: list[tuple[str, str]]) -> None:
    edits = ctx.datasets.edits(dataset.id)
    base = blank(dataset, edits)["messages"]
    rows = []
    for pair in pairs:
        said = dict(zip(("user", "assistant"), pair, strict=True))
        rows.append({"messages": [{**turn, "content": said.get(turn["role"], turn["content"])} for turn in base]})
    keys = edits.add(rows)
    page.memo["data.seek"] = keys[0]
    page.memo["data.done"] = ("edit.pasted", {"n": f"{len(keys):,}"})


def _add_label(found: pasted.Pasted, text: Text) -> str:
    return text("edit.paste_add_complete" if found.lacking else "edit.paste_add", n=f"{len(found.rows):,}")


def seen(memo: Memo, family: str, text: Text) -> Html:
    """How many pairs were read, the first of them, and the button that adds them; or what is wrong."""
    now = box_of(memo, family)
    if (found := now.found) is None:
        return Html("")
    if isinstance(found, UserError):
        return el("p", text.error(found), cls="lw-warning", role="alert")
    lines = [
        el("tr", el("td", question[:200], cls="lw-asked"), el("td", answer[:400], cls="lw-answered"))
        for question, answer in found.rows[:SHOWN]
    ]
    label = _add_label(found, text)
    add = el("button", label, cls="lw-button", type="button", data_do="paste_add", data_once=True)
    close = el("button", text("edit.paste_close"), cls="lw-link", type="button", data_do="paste_close")
    left = None
    if found.lacking:
        named = pasted.line_list(found.lacking)
        left = el("p", text("edit.paste_left", n=f"{len(found.lacking):,}", line_list=named), cls="lw-warning")
    return el(
        "div",
        el("p", text("edit.paste_read", n=f"{len(found.rows):,}"), cls="lw-note", role="status"),
        el("div", el("table", el("tbody", lines), cls="lw-table lw-paste-table"), cls="lw-scroll"),
        left,
        el("div", add, close, cls="lw-edit-ways"),
        cls="lw-paste-seen",
        data_of=now.mark,
    )
