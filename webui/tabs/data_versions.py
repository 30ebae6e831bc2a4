"""The versions of one data set as HTML: what was done in each, what was trained with it, and the way back to it.

Two of them can be laid side by side: data_differences.py. (No Gradio here.)
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from core.data.in_words import steps_in_words
from core.errors import UserError
from webui.markup import Html, el
from webui.tabs import data_differences
from webui.tabs import data_mine_view as view
from webui.tabs.data_differences import Differences
from webui.tabs.data_mine_view import Known
from webui.text import Text
from webui.titles import version_number, version_title
from webui.versions import newest

if TYPE_CHECKING:
    from core.data.datasets import Dataset
    from webui.context import Context


@dataclass(frozen=True)
class Open:
    """What a page has open below a data set's versions.

    asking  the version that is to be deleted, "" for none
    pair    (old, new) that are compared, ("", "") for none; `page` of their differences
    """

    asking: str = ""
    pair: tuple[str, str] = ("", "")
    page: int = 0

    def compared(self, old: str, new: str) -> "Open":
        return Open(pair=(old, new))

    def leafed(self, step: int) -> "Open":
        return replace(self, page=max(0, self.page + step))


def before(version: "Dataset", versions: "Sequence[Dataset]") -> "Dataset | None":
    """The version it was made from; where that is gone, the nearest older one whose steps are a part of its own."""
    found = next((each for each in versions if each.id == version.parent), None)
    if found is not None:
        return found
    older = [each for each in versions if (each.created, each.id) < (version.created, version.id)]
    alike = [each for each in older if each.fixes == version.fixes[: len(each.fixes)]]
    return max(alike, key=lambda each: len(each.fixes), default=None)


def panel(
    ctx: "Context",
    differences: Differences,
    dataset: "Dataset",
    known: Known,
    chosen: str | None,
    now: Open,
    text: Text,
) -> Html:
    """All versions, the newest first."""
    versions = known.of(dataset)
    lines = []
    for version in reversed(versions):
        below: Html | None = None
        if version.id == now.asking:
            below = _sure(ctx, version, versions, known, text)
        elif version.id == now.pair[1]:
            below = data_differences.drawn(ctx, differences, versions, now.pair, now.page, text)
        lines.append(el("li", _line(version, versions, known, version.id == chosen, text), below))
    close = view.button(text("mine.close"), "keep")
    return el("div", el("ol", lines, cls="lw-versions", reversed=True), close, cls="lw-asking lw-wide")


def _line(version: "Dataset", versions: "Sequence[Dataset]", known: Known, chosen: bool, text: Text) -> list[Html]:
    number = version_number(version, versions)
    title = text("versions.title", n=number)
    name = [el("strong", title), el("span", text("data.mine_chosen"), cls="lw-tag lw-yes") if chosen else None]
    if len(versions) > 1 and version is newest(versions):
        name.append(el("span", text("versions.newest"), cls="lw-tag"))
    done = text("list.comma").join(steps_in_words(version, text, since=before(version, versions)))
    rows = text("data.sample_rows", rows=f"{version.usable:,}")
    facts = view.facts([_origin(version, versions, text), done, rows, view.when(version.created)])
    said = [el("span", name, cls="lw-name"), el("span", facts, cls="lw-note")]
    said += view.used(known.runs_of([version]), known.checks_of([version]), text)

    def link(do: str, there: bool) -> Html:
        if not there:
            return el("span", aria_hidden="true")
        words = text(f"versions.{do}")
        return view.button(words, f"version_{do}", version.id, "lw-link", aria_label=f"{words}: {title}")

    several = len(versions) > 1
    actions = [link("use", not chosen), link("compare", several), link("delete", several)]
    return [el("span", said, cls="lw-what"), el("span", actions, cls="lw-actions")]


def _origin(version: "Dataset", versions: "Sequence[Dataset]", text: Text) -> str:
    """ "from version 2" where that is not the one that stands before it."""
    old, place = before(version, versions), [each.id for each in versions].index(version.id)
    if old is None or old.id == versions[place - 1].id:
        return ""
    return text("versions.from", n=version_number(old, versions))


def _sure(ctx: "Context", version: "Dataset", versions: "Sequence[Dataset]", known: Known, text: Text) -> Html:
    """What would be lost with one version; those made from it keep their rows."""
    facts: dict[str, Any] = {"name": version_title(version, versions, text), "rows": f"{version.usable:,}"}
    lost = [el("p", text("versions.delete_ask", **facts))]
    lost += view.lost_with([version], known, pending(ctx, version), text)
    return view.sure(lost, "version_delete_yes", text)


def pending(ctx: "Context", dataset: "Dataset") -> int:
    """Rows that were changed by hand and are in no version yet; 0 for a version whose rows cannot be read any more."""
    try:
        edits = ctx.datasets.edits(dataset.id)
        return len(edits.changed) + len(edits.added) + len(edits.removed) if edits.pending else 0
    except UserError:
        return 0
