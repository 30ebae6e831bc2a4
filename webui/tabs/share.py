"""Share: go on using what was learned, download it, hand it to a developer; all runs, renamed and deleted."""

from typing import Any

import gradio as gr

from core.errors import UserError
from webui import run_list, trained
from webui.actions import Outcome
from webui.context import Context
from webui.parts import Bar, BarParts, TabParts, clickable, quiet
from webui.run_list import RunRow
from webui.snapshot import Page, Snapshot
from webui.tabs import share_view as view
from webui.text import Text

DOWNLOAD = """() => {
  const action = document.querySelector('#bar-plan [data-action]')?.dataset.action || '';
  if (!action.startsWith('download:')) return;
  const link = document.createElement('a');
  link.href = `../download/${action.slice(9)}`;
  link.download = '';
  link.click();
}"""
"""Files come from the program's own route; only the browser can ask for one."""


def bar(ctx: Context, snap: Snapshot, text: Text) -> Bar:
    """Download what was learned, or the way to a first run."""
    row = shared(snap)
    if row:
        return Bar(text("share.file_bar", size=text.size(row.learned)), f"download:{row.id}")
    room = "data" if snap.dataset is None else "training" if snap.model_here else "model"
    return Bar(text("share.need_run"), f"go:{room}")


def shared(snap: Snapshot) -> RunRow | None:
    """The run that is shared: the one chosen when it learned something, else the newest that did."""
    return run_list.chosen([row for row in snap.runs if row.usable], snap.draft.run)


def build(ctx: Context, text: Text, parts: BarParts) -> TabParts:
    """The tab's components. What is asked back before deleting stands in the page's memo."""
    run = gr.Dropdown(label=text("share.run"), elem_id="share-run", filterable=False, visible=False)
    cards = gr.HTML(elem_id="share-cards")
    with gr.Column(elem_id="share-all", elem_classes="lw-card", visible=False) as everything:
        table = clickable(elem_id="share-runs")
        with gr.Row(elem_id="share-manage", visible=False) as manage:
            name = gr.Textbox(label=text("share.name"), elem_id="share-name", max_lines=1, max_length=120)
            rename = gr.Button(text("share.rename"), elem_id="share-rename")
            delete = gr.Button(text("share.delete"), elem_id="share-delete")
        ask = clickable(elem_id="share-ask")

    def refresh(snap: Snapshot) -> list[Any]:
        rows = snap.runs
        usable, row = [one for one in rows if one.usable], shared(snap)
        managed = _managed(rows, snap.page)
        asking = managed if managed and snap.page.memo.get("share.delete") == managed.id else None
        return [
            gr.update(choices=run_list.menu(usable, text), value=row.id if row else None, visible=bool(usable)),
            _cards(ctx, row, text),
            gr.update(visible=bool(rows)),
            view.table(rows, managed.id if managed else None, ctx, text),
            gr.update(visible=managed is not None and asking is None),
            gr.update(value=managed.name if managed else ""),
            view.question(asking, text) if asking else "",
        ]

    parts.on(run.input, lambda _page, run_id: _choose(ctx, run_id), [run])
    parts.on_click(table, lambda page, do, run_id: _pressed(ctx, page, do, run_id))
    parts.on(rename.click, lambda page, said: _rename(ctx, page, said), [name])
    parts.on(name.submit, lambda page, said: _rename(ctx, page, said), [name])
    parts.on(delete.click, lambda page: _ask(ctx, page))
    parts.on_click(ask, lambda page, do, run_id: _answered(ctx, page, do, run_id))
    quiet(parts.primary.click, None, js=DOWNLOAD)
    return TabParts([run, cards, everything, table, manage, name, ask], refresh)


def _cards(ctx: Context, row: RunRow | None, text: Text) -> str:
    if row is None:
        return view.empty(text)
    names = run_list.model_title(ctx.workspace, row.model, text), run_list.model_place(ctx.workspace, row.model)
    return view.cards(row, *names, text)


def _managed(rows: list[RunRow], page: Page) -> RunRow | None:
    wanted = page.memo.get("share.run")
    return next((row for row in rows if row.id == wanted), None)


def _pressed(ctx: Context, page: Page, do: str, run_id: str) -> Outcome | None:
    """A run in the table is to be renamed or deleted, or the data is looked at that it was trained on."""
    if do == "data":
        return trained.open_data(ctx, run_id)
    page.memo.update({"share.run": run_id, "share.delete": ""})
    return None


def _choose(ctx: Context, run_id: str) -> None:
    ctx.drafts.update(run=ctx.store.get(run_id).id)


def _rename(ctx: Context, page: Page, said: str) -> Outcome | None:
    row = _managed(ctx.runs.rows(ctx.store), page)
    if row is None:
        return None
    ctx.store.get(row.id).rename(said)
    return Outcome(note=("share.renamed", {"name": " ".join(said.split())}))


def _ask(ctx: Context, page: Page) -> None:
    """Ask back before a run is deleted. Raises UserError `run.busy` while it is trained."""
    row = _managed(ctx.runs.rows(ctx.store), page)
    if row and row.status in ("running", "stopping"):
        raise UserError("run.busy", name=row.name)
    page.memo["share.delete"] = row.id if row else ""


def _answered(ctx: Context, page: Page, do: str, run_id: str) -> Outcome | None:
    row = _managed(ctx.runs.rows(ctx.store), page)
    page.memo["share.delete"] = ""
    if do != "delete" or row is None or row.id != run_id:
        return None
    if row.status == "queued":
        ctx.engine.stop(row.id)  # it leaves the line first
    ctx.store.delete(row.id)
    page.memo["share.run"] = ""
    return Outcome(note=("share.deleted", {"name": row.name}))
