"""Rows pasted from a spreadsheet into the chosen data: read, shown, then added as one change (no Gradio here)."""

from typing import TYPE_CHECKING, Any

from core.errors import UserError
from webui.actions import Outcome
from webui.markup import Html, el
from webui.tabs.data_edit_blank import blank
from webui.text import Text

if TYPE_CHECKING:
    from core.data.datasets import Dataset
    from webui.context import Context
    from webui.snapshot import Page

SIZE = 5_000_000
"""Characters that are taken at once; more comes as a file."""
SHOWN = 3
"""Pairs that are shown of what was read."""

Memo = dict[str, Any]


def offered(dataset: "Dataset | None") -> bool:
    """Whether pairs fit into the data."""
    return dataset is not None and dataset.task == "chat"


def box(family: str, memo: Memo, text: Text) -> Html:
    """The box to paste into; made anew, and empty, when its rows were added."""
    area = el("textarea", rows=4, placeholder=text("edit.paste_hint"), aria_label=text("edit.paste"), maxlength=SIZE)
    note = el("p", text("edit.paste_note"), cls="lw-note")
    return el("div", note, area, cls="lw-paste", data_at=f"{family} {memo.get('data.pastes', 0)}")


def press(ctx: "Context", page: "Page", do: str, id: str) -> Outcome | None:
    """Read what was pasted, or add what was read. Raises UserError when the disk or the data stand in the way."""
    from core.data.edits import pasted

    memo = page.memo
    if do == "paste":
        memo.pop("data.pasted", None)
        if id.strip():
            try:
                memo["data.pasted"] = pasted.rows(id[:SIZE])
            except UserError as error:
                memo["data.pasted"] = error
    elif do == "paste_add":
        pairs = memo.pop("data.pasted", None)
        draft = ctx.drafts.load()
        if isinstance(pairs, list) and pairs and draft.dataset:
            _add(ctx, page, ctx.datasets.get(draft.dataset), pairs)
    return None


def _add(ctx: "Context", page: "Page", dataset: "Dataset", pairs: list[tuple[str, str]]) -> None:
    edits = ctx.datasets.edits(dataset.id)
    base = blank(dataset, edits)["messages"]
    rows = []
    for pair in pairs:
        said = dict(zip(("user", "assistant"), pair, strict=True))
        rows.append({"messages": [{**turn, "content": said.get(turn["role"], turn["content"])} for turn in base]})
    keys = edits.add(rows)
    page.memo["data.pastes"] = page.memo.get("data.pastes", 0) + 1
    page.memo["data.seek"] = keys[0]
    page.memo["edit.said"] = ("edit.pasted", {"n": f"{len(keys):,}"})


def seen(memo: Memo, text: Text) -> Html:
    """How many pairs were read, the first of them, and the button that adds them; or what is wrong."""
    found = memo.get("data.pasted")
    if found is None:
        return Html("")
    if isinstance(found, UserError):
        return el("p", text.error(found), cls="lw-warning", role="alert")
    lines = [
        el("tr", el("td", question[:200], cls="lw-asked"), el("td", answer[:400], cls="lw-answered"))
        for question, answer in found[:SHOWN]
    ]
    count = f"{len(found):,}"
    label = text("edit.paste_add", n=count)
    add = el("button", label, cls="lw-button", type="button", data_do="paste_add", data_once=True)
    return el(
        "div",
        el("p", text("edit.paste_read", n=count), cls="lw-note", role="status"),
        el("div", el("table", el("tbody", lines), cls="lw-table lw-paste-table"), cls="lw-scroll"),
        el("div", add, cls="lw-edit-ways"),
        cls="lw-paste-seen",
    )
