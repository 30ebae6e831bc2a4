"""Two versions of a data set side by side: how many rows came, went and changed, and each before and after.

Comparing reads every row, so a thread of its own does it; a tick only shows what is known (no Gradio here).
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from webui.markup import Html, el
from webui.row_diff import compared
from webui.tabs import data_mine_view as view
from webui.tabs.data_mend_view import side
from webui.text import Text
from webui.titles import version_number

if TYPE_CHECKING:
    from core.data.datasets import Dataset
    from core.data.versions.comparing import Change, Difference
    from webui.context import Context

PAGE = 5
"""Differences on a page."""

COUNTS = ("changed", "removed", "added")


@dataclass(frozen=True)
class Leaf:
    """One page of the differences between two versions, and how many there are of each kind."""

    counts: dict[str, int]
    total: int
    page: int
    changes: "list[Change]"

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


class Differences:
    """The last comparison, so that leafing through it does not compare anew."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: tuple[tuple[str, str], Difference] | None = None

    def leaf(self, old: "Dataset", new: "Dataset", page: int) -> Leaf:
        """Raises UserError `dataset.damaged`."""
        from core.data.versions.comparing import compare

        with self._lock:
            if self._last is None or self._last[0] != (old.id, new.id):
                self._last = ((old.id, new.id), compare(old, new))
            found = self._last[1]
            page = min(page, max(0, (len(found) - 1) // PAGE))
            counts = {name: int(getattr(found, name)) for name in COUNTS}
            return Leaf(counts, len(found), page, found.changes(page * PAGE, PAGE))


def drawn(
    ctx: "Context",
    differences: Differences,
    versions: "Sequence[Dataset]",
    pair: tuple[str, str],
    page: int,
    text: Text,
) -> Html:
    """The panel below a version: which other one it is compared with, the counts, a page of rows before and after."""
    by_id = {version.id: version for version in versions}
    old, new = (by_id.get(id) for id in pair)
    if old is None or new is None:
        return el("div")
    key = ("differences", *pair, page)
    answer = ctx.looking.ask("differences", key, lambda: differences.leaf(old, new, page))
    inside: object = el("p", text("versions.comparing"), cls="lw-note", role="status")
    if answer is not None and answer.fresh:
        inside = el("p", text.error(answer.error), cls="lw-warning") if answer.error else _leaf(answer.value, text)
    close = view.button(text("versions.close"), "version_close")
    return el("div", _against(old, new, versions, text), inside, close, cls="lw-differences", id="data-differences")


def _against(old: "Dataset", new: "Dataset", versions: "Sequence[Dataset]", text: Text) -> Html:
    options = [
        el("option", text("versions.title", n=version_number(each, versions)), value=each.id, selected=each is old)
        for each in versions
        if each is not new
    ]
    menu = el("select", options, data_do="against", aria_label=text("versions.against"))
    return el("label", el("span", text("versions.against")), menu, cls="lw-against")


def _leaf(leaf: Leaf, text: Text) -> list[Html]:
    if not leaf.total:
        return [el("p", text("versions.same"), cls="lw-note")]
    counts = [text(f"versions.{name}", n=f"{n:,}") for name, n in leaf.counts.items() if n]
    said = [el("p", el("strong", text("list.comma").join(counts)))]
    said += [_change(change, text) for change in leaf.changes]
    if leaf.pages > 1:
        said.append(_pager(leaf, text))
    return said


def _change(change: "Change", text: Text) -> Html:
    """One row: what it was and what it is; only one of both where it came or went."""
    kind = "added" if change.before is None else "changed" if change.after else "removed"
    head = el("p", text("versions.row", row=change.key[0]), " ", el("span", text(f"versions.is_{kind}"), cls="lw-tag"))
    before, after = compared(change.before, change.after)
    sides = [side(text("versions.before"), [before], text)] if before else []
    sides += [side(text("versions.after"), after, text)] if after else []
    return el("article", head, el("div", sides, cls="lw-sides"), cls=f"lw-change lw-is-{_LOOKS[kind]}")


_LOOKS = {"added": "comes", "changed": "change", "removed": "dropped"}


def _pager(leaf: Leaf, text: Text) -> Html:
    def step(sign: str, to: str, off: bool) -> Html:
        label = text(f"versions.{to}")
        return view.button(sign, "leaf", to, "lw-button lw-step", aria_label=label, disabled=off)

    said = el("span", text("versions.page", n=f"{leaf.page + 1:,}", total=f"{leaf.pages:,}"), cls="lw-count")
    last = leaf.page + 1 >= leaf.pages
    return el("div", step("‹", "back", leaf.page == 0), said, step("›", "on", last), cls="lw-pager")
