"""What was brought earlier: use it, name it, take it along, go back to an earlier version, put several together,
delete it. A question about one stands at its own row."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from webui import choosing, run_list
from webui.actions import Outcome
from webui.choosing import choose_data
from webui.context import Context
from webui.markup import Html, el
from webui.parts import BarParts, TabParts
from webui.run_list import RunRow
from webui.snapshot import Page, Snapshot
from webui.tabs import data_mine_view as view
from webui.tabs import data_mix, data_versions
from webui.tabs.data_differences import Differences
from webui.tabs.data_mine_view import Known
from webui.tabs.data_versions import Open
from webui.text import Text
from webui.titles import version_number
from webui.versions import newest

if TYPE_CHECKING:
    from core.data.datasets import Dataset

SCRIPT = Path(__file__).parents[1] / "assets" / "mine.js"
ASKING, OPEN = "data.asking", "data.versions"
"""What a page remembers: (what was asked for, of which data set), and what is open below its versions."""


def build(ctx: Context, text: Text, parts: BarParts) -> TabParts:
    """The folded list, and the folded panel to put sets together."""
    differences = Differences()
    with gr.Accordion(text("data.mine", n=0), open=False, elem_id="data-mine-box") as box:
        mine = gr.HTML(elem_id="data-mine", js_on_load=SCRIPT.read_text(encoding="utf-8"))
    mix = data_mix.build(ctx, text, parts)
    parts.on_click(mine, lambda page, do, id: press(ctx, page, do, id))

    def refresh(snap: Snapshot) -> list[Any]:
        found = ctx.datasets.list()
        memo = snap.page.memo
        label = text("data.mine", n=len(found))
        now = memo.get(OPEN, Open())
        around, asking = known(ctx, snap.runs), memo.get(ASKING, ("", ""))
        shown = listed(ctx, found, snap.draft.dataset, asking, text, now, differences, around)
        return [gr.update(label=label, visible=bool(found)), gr.update(value=shown), *mix.refresh(snap)]

    return TabParts([box, mine, *mix.outputs], refresh)


def known(ctx: Context, runs: list[RunRow]) -> Known:
    """The versions and runs of all data sets."""
    return Known(ctx.datasets.families(), *run_list.by_data(runs))


# -- what is done


def press(ctx: Context, page: Page, do: str, id: str) -> Outcome | None:
    """A press in the list; `id` is a data set's, a version's, or what was typed where something is saved."""
    work = _DOES.get(do)
    if work is not None:
        return work(ctx, page, id)
    if do in ("rename", "note", "delete", "download", "versions"):
        asked = (do, ctx.datasets.get(id).id)
        opened = page.memo.get(ASKING) == asked
        _keep(ctx, page, "")
        if not opened:  # a second press closes it
            page.memo[ASKING] = asked
    return None


def _keep(ctx: Context, page: Page, id: str) -> None:
    """Nothing is asked for any more; a question about a version leaves the versions open."""
    now = page.memo.pop(OPEN, Open())
    if not now.asking:
        page.memo.pop(ASKING, None)


def _use(ctx: Context, page: Page, id: str) -> Outcome | None:
    """The version that was used last; where a newer one is there, it is said."""
    ctx.intake.cancel()
    dataset = ctx.datasets.get(id)
    choose_data(ctx, dataset)
    page.memo.pop("data.changing", None)
    versions = ctx.datasets.versions(id)
    last = newest(versions)
    if last is None or last.id == id:
        return None
    facts = {"n": version_number(dataset, versions), "newest": last.number, "name": dataset.name}
    return Outcome(note=("mine.used_older", facts))


def rename(ctx: Context, page: Page, name: str) -> None:
    """Give the data set that was asked about another name. Raises UserError for one that is none."""
    do, id = page.memo.get(ASKING, ("", ""))
    if do == "rename":
        ctx.datasets.rename(id, name)
        del page.memo[ASKING]


def _note(ctx: Context, page: Page, note: str) -> None:
    do, id = page.memo.get(ASKING, ("", ""))
    if do == "note":
        ctx.datasets.note(id, note.strip()[: view.NOTE_LIMIT])
        del page.memo[ASKING]


def delete(ctx: Context, page: Page, _: str = "") -> Outcome | None:
    """Delete the data set that was asked about."""
    do, id = page.memo.pop(ASKING, ("", ""))
    if do != "delete":
        return None
    dataset = ctx.datasets.get(id)
    choosing.delete(ctx, dataset)
    return Outcome(note=("data.deleted", {"name": dataset.name}))


# -- its versions


def _use_version(ctx: Context, page: Page, id: str) -> None:
    ctx.intake.cancel()
    choosing.use_version(ctx, id)
    page.memo.pop("data.changing", None)


def _compare(ctx: Context, page: Page, id: str) -> None:
    """Open the differences below a version, with the one it was made from; a second press closes them."""
    new, now = ctx.datasets.get(id), page.memo.get(OPEN, Open())
    versions = ctx.datasets.versions(id)
    others = [each for each in versions if each.id != new.id]
    old = data_versions.before(new, versions) or (others[0] if others else None)
    if old is not None:
        page.memo[OPEN] = Open() if now.pair[1] == new.id else Open(pair=(old.id, new.id))


def _against(ctx: Context, page: Page, id: str) -> None:
    now = page.memo.get(OPEN, Open())
    page.memo[OPEN] = Open(pair=(ctx.datasets.get(id).id, now.pair[1]))


def _leaf(ctx: Context, page: Page, id: str) -> None:
    now = page.memo.get(OPEN, Open())
    page.memo[OPEN] = now.leafed(1 if id == "on" else -1)


def _close(ctx: Context, page: Page, id: str) -> None:
    page.memo.pop(OPEN, None)


def _ask_version(ctx: Context, page: Page, id: str) -> None:
    page.memo[OPEN] = Open(asking=ctx.datasets.get(id).id)


def _delete_version(ctx: Context, page: Page, id: str) -> Outcome | None:
    """Delete the version that was asked about."""
    now = page.memo.pop(OPEN, Open())
    if not now.asking:
        return None
    version = ctx.datasets.get(now.asking)
    number = version_number(version, ctx.datasets.versions(version.id))
    choosing.delete_version(ctx, version)
    return Outcome(note=("versions.deleted", {"name": version.name, "n": number}))


_DOES: dict[str, Callable[[Context, Page, str], Outcome | None]] = {
    "keep": _keep,
    "use": _use,
    "save": rename,
    "save_note": _note,
    "delete_yes": delete,
    "version_use": _use_version,
    "version_compare": _compare,
    "version_close": _close,
    "version_delete": _ask_version,
    "version_delete_yes": _delete_version,
    "against": _against,
    "leaf": _leaf,
}


# -- what is shown


def listed(
    ctx: Context,
    found: "list[Dataset]",
    chosen: str | None,
    asking: tuple[str, str],
    text: Text,
    now: Open | None = None,
    differences: Differences | None = None,
    around: Known | None = None,
) -> Html:
    """Every data set with what tells it from another of the same name; under one, what is asked for."""
    if not found:
        return el("p", text("data.mine_none"), cls="lw-note")
    around, lines = around or known(ctx, ctx.runs.rows(ctx.store)), []
    now, differences = now or Open(), differences or Differences()
    for dataset in found:
        do = asking[0] if any(asking[1] == each.id for each in around.of(dataset)) else ""
        below = _below(ctx, dataset, do, around, chosen, text, now, differences)
        lines.append(el("li", view.line(dataset, around, dataset.id == chosen, do, text), below))
    return el("ul", lines, cls="lw-rows lw-mine")


def _below(
    ctx: Context,
    dataset: "Dataset",
    do: str,
    around: Known,
    chosen: str | None,
    text: Text,
    now: Open,
    differences: Differences,
) -> Html | None:
    if do == "rename":
        return view.rename(dataset, text)
    if do == "note":
        return view.note(dataset, text)
    if do == "download":
        return view.download(dataset, bool(data_versions.pending(ctx, dataset)), text)
    if do == "versions":
        return data_versions.panel(ctx, differences, dataset, around, chosen, now, text)
    if do == "delete":
        its = {each.id for each in around.of(dataset)}
        made = [each for each in ctx.datasets.list() if any(part["id"] in its for part in each.parts)]
        return view.delete(dataset, around, data_versions.pending(ctx, dataset), made, text)
    return None
