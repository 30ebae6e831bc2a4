"""Looking for words in the rows, and the order in which they are shown (no Gradio here).

Both walk through all rows, so they are done on a thread of their own and remembered for the rows as they stand.
"""

import time
from typing import TYPE_CHECKING, Any

import numpy as np

from webui.markup import Html, el
from webui.tabs.data_rows import Findings, Key, Rows
from webui.tabs.data_select import ALL, Asked, Selection, select
from webui.text import Text

if TYPE_CHECKING:
    from webui.context import Context

SORTS = ("file", "longest", "shortest")
LONGEST = 200
"""Characters of words that are looked for."""
PATIENCE_S = 0.8
"""How long a press waits for what it asked for; later it comes with a tick."""

Memo = dict[str, Any]


def box(family: str, memo: Memo, text: Text) -> Html:
    """The box for words and the menu of the order. It is made anew only when other data comes, or the words are dropped
    from here: whoever types in it is not disturbed.
    """
    words, sort = memo.get("data.words", "") if "data.find" in memo else "", memo.get("data.sort", "file")
    label = text("edit.search")
    field = el(
        "input", type="search", value=words, placeholder=label, aria_label=label, maxlength=LONGEST, data_search=True,
        autocomplete="off", enterkeyhint="search",
    )  # fmt: skip
    options = [el("option", text(f"edit.sort.{each}"), value=each, selected=each == sort) for each in SORTS]
    menu = el("label", el("span", text("edit.sort")), el("select", options, data_sort=True), cls="lw-find-sort")
    return el("div", field, menu, cls="lw-find", role="search", data_at=f"{family} {memo.get('data.find', 0)}")


def press(memo: Memo, do: str, id: str) -> None:
    """Remember what is looked for, or the order asked for."""
    memo.pop("data.done", None)
    if do == "search":
        memo["data.words"] = " ".join(id[:LONGEST].split())
    elif id in SORTS:
        memo["data.sort"] = id
    _to_the_start(memo)


def drop(memo: Memo) -> None:
    """Look for no words any more; the box is emptied."""
    if memo.pop("data.words", ""):
        memo["data.find"] = memo.get("data.find", 0) + 1


def _to_the_start(memo: Memo) -> None:
    memo["data.page"] = 0
    for name in ("data.at", "data.out", "data.seat"):
        memo.pop(name, None)


def selected(ctx: "Context", memo: Memo, rows: Rows, findings: Findings) -> Selection:
    """The rows that are looked at, remembered for the way on from one to the next.

    A row that is sought (`data.seek`) comes into view, if need be among all rows.
    """
    found = memo["data.selection"] = _selected(ctx, memo, rows, findings)
    return found


def _selected(ctx: "Context", memo: Memo, rows: Rows, findings: Findings) -> Selection:
    found = select(rows, findings, memo.get("data.only", ""), _asked(ctx, memo, rows))
    sought: Key | None = memo.pop("data.seek", None)
    place = rows.place_of(sought) if sought is not None else None
    if place is None:
        return found
    if found.index(place) is None:
        memo["data.only"] = ""
        drop(memo)
        found = select(rows, findings, "", _asked(ctx, memo, rows))
    memo.update({"data.at": place, "data.page": found.page_of(place) or 0, "data.out": None})
    memo.pop("data.seat", None)
    return found


def _asked(ctx: "Context", memo: Memo, rows: Rows) -> Asked:
    """What is looked for, as far as it is found; the same object as long as nothing changes."""
    words, sort = memo.get("data.words", ""), memo.get("data.sort", "file")
    if not words and sort == "file":
        return ALL
    wanted = (rows.id, words, sort)
    known, asked = memo.get("data.asked", (None, ALL))
    if known == wanted and not asked.looking:
        return asked
    ends = time.monotonic() + (PATIENCE_S if known != wanted else 0)
    while True:
        places, order = _places(ctx, rows, words), _order(ctx, rows, sort)
        looking = (bool(words) and places is None) or (sort != "file" and order is None)
        if not looking or time.monotonic() > ends:
            break
        time.sleep(0.01)
    fresh = Asked(words, sort, places, order, looking)
    if looking and known == wanted:
        return asked  # still the same as a second ago
    memo["data.asked"] = (wanted, fresh)
    return fresh


def _places(ctx: "Context", rows: Rows, words: str) -> "np.ndarray | None":
    from core.data.edits.search import search

    if not words:
        return None
    answer = ctx.finding.ask("search", ("search", rows.id, words), lambda: search(rows.all(), words))
    if answer is None or not answer.fresh:
        return None
    return np.asarray(answer.value if answer.error is None else (), np.int64)


def _order(ctx: "Context", rows: Rows, sort: str) -> "np.ndarray | None":
    from core.data.edits.search import lengths

    if sort == "file":
        return None

    def ordered() -> np.ndarray:
        found = lengths(rows.all())
        return np.argsort(-found if sort == "longest" else found, kind="stable")

    answer = ctx.finding.ask("order", ("order", rows.id, sort), ordered)
    if answer is None or not answer.fresh or answer.error is not None:
        return None
    return np.asarray(answer.value, np.int64)
