"""The ways in: an example, a file, pasted text, an empty table to fill in, and what was brought earlier."""

from pathlib import Path
from typing import Any

import gradio as gr

from core.data.samples import find
from core.errors import UserError
from webui import choosing
from webui.actions import Outcome
from webui.choosing import choose_data
from webui.context import Context
from webui.parts import BarParts, TabParts, clickable
from webui.snapshot import Page, Snapshot
from webui.tabs import data_view as view
from webui.text import Text
from webui.titles import dataset_title

STILL = ("samples", "save", "keep_name", "delete_yes", "delete_no")
"""Components that never change."""


def open_(snap: Snapshot) -> bool:
    """Whether the doors stand open: no data that can be learned yet, or the person wants other data."""
    return snap.dataset is None or snap.dataset.task == "preference" or bool(snap.page.memo.get("data.changing"))


def build(ctx: Context, text: Text, parts: BarParts) -> TabParts:
    """Samples, upload, pasting; what is being read instead while it is read."""
    c: dict[str, Any] = {}
    c["reading"] = gr.HTML(elem_id="data-reading", visible=False)
    with gr.Column(elem_id="data-doors") as c["doors"]:
        c["intro"] = gr.HTML(view.intro(text), elem_id="data-intro")
        with gr.Row(elem_id="data-boxes"):
            with gr.Column(elem_classes="lw-panel"):
                gr.HTML(view.heading(text("data.example"), text("data.example_help")))
                c["samples"] = clickable(view.samples(ctx.datasets.samples(), text), elem_id="data-samples")
            with gr.Column(elem_classes="lw-panel"):
                gr.HTML(view.heading(text("data.own"), text("data.own_help")))
                c["upload"] = gr.File(
                    elem_id="data-upload", label=text("data.choose"), height=150, show_label=False, container=False
                )
                gr.HTML(view.el("p", text("app.local"), cls="lw-local"))
                with gr.Accordion(text("data.paste"), open=False, elem_id="data-paste"):
                    c["paste"] = gr.Textbox(
                        lines=6, max_lines=14, show_label=False, container=False, placeholder=text("data.paste_hint"),
                        elem_id="data-paste-text", interactive=True,
                    )  # fmt: skip
                    gr.HTML(view.paste_button(text), elem_id="data-paste-button")
                gr.HTML(view.templates(text), elem_id="data-templates")
    parts.on_click(c["samples"], lambda page, do, id: sample(ctx, page, id))
    parts.on(c["upload"].upload, lambda page, path: brought(ctx, page, path), [c["upload"]])
    return _parts(c, lambda snap: _refresh(snap, text))


def build_mine(ctx: Context, text: Text, parts: BarParts) -> TabParts:
    """Earlier data sets: use, rename, delete."""
    c: dict[str, Any] = {}
    with gr.Accordion(text("data.mine", n=0), open=False, elem_id="data-mine-box") as c["mine_box"]:
        c["mine"] = clickable(elem_id="data-mine")
        with gr.Row(elem_id="data-rename-row", visible=False) as c["rename_row"]:
            c["name"] = gr.Textbox(label=text("data.name"), elem_id="data-name", max_length=120)
            c["save"] = gr.Button(text("data.save"), elem_id="data-save")
            c["keep_name"] = gr.Button(text("bar.cancel"), elem_id="data-keep-name")
        with gr.Row(elem_id="data-delete-row", visible=False) as c["delete_row"]:
            c["delete_ask"] = gr.HTML(elem_id="data-delete-ask")
            c["delete_yes"] = gr.Button(text("data.delete_yes"), elem_id="data-delete-yes", variant="stop")
            c["delete_no"] = gr.Button(text("data.keep"), elem_id="data-delete-no")
    parts.on_click(c["mine"], lambda page, do, id: _mine(ctx, page, do, id))
    for event in (c["save"].click, c["name"].submit):
        parts.on(event, lambda page, name: _rename(ctx, page, name), [c["name"]])
    parts.on(c["delete_yes"].click, lambda page: _delete(ctx, page))
    for name in ("keep_name", "delete_no"):
        parts.on(c[name].click, lambda page: page.memo.pop("data.asking", None) and None)
    return _parts(c, lambda snap: _refresh_mine(ctx, snap, text))


def _parts(c: dict[str, Any], refresh: Any) -> TabParts:
    shown = [name for name in c if name not in STILL]

    def updates(snap: Snapshot) -> list[Any]:
        found = refresh(snap)
        return [found[name] for name in shown]

    return TabParts([c[name] for name in shown], updates)


# -- what is done


def sample(ctx: Context, page: Page, name: str) -> None:
    """Choose an example. Raises UserError `data.unknown`."""
    found = find(name)
    if found is None:
        raise UserError("data.unknown", reference=name[:80], samples="")
    ctx.intake.cancel()
    choose_data(ctx, ctx.datasets.add(found.file, origin="sample"))
    page.memo.pop("data.changing", None)


def brought(ctx: Context, page: Page, path: str | None) -> None:
    """Begin to read a file; whichever page looks sees how far it is, and what came of it."""
    if path:
        page.memo["data.reset"] = True
        ctx.intake.start(ctx.datasets, Path(path), Path(path).name, lambda dataset: choose_data(ctx, dataset))
        ctx.intake.wait()


def _mine(ctx: Context, page: Page, do: str, id: str) -> None:
    dataset = ctx.datasets.get(id)
    if do == "use":
        ctx.intake.cancel()
        choose_data(ctx, dataset)
        page.memo.pop("data.changing", None)
    elif do in ("rename", "delete"):
        page.memo["data.asking"] = (do, dataset.id)


def _rename(ctx: Context, page: Page, name: object) -> None:
    do, id = page.memo.get("data.asking", ("", ""))
    if do == "rename":
        ctx.datasets.rename(id, str(name))
        del page.memo["data.asking"]


def _delete(ctx: Context, page: Page) -> Outcome | None:
    do, id = page.memo.pop("data.asking", ("", ""))
    if do != "delete":
        return None
    dataset = ctx.datasets.get(id)
    choosing.delete(ctx, dataset)
    return Outcome(note=("data.deleted", {"name": dataset.name}))


# -- what is shown


def _refresh(snap: Snapshot, text: Text) -> dict[str, Any]:
    memo = snap.page.memo
    fresh = memo.pop("data.fresh", False)  # other data came: what was chosen or typed for it has done its work
    reset = memo.pop("data.reset", False) or fresh
    return {
        "reading": gr.update(value=view.reading(snap, text), visible=snap.reading is not None),
        "doors": gr.update(visible=open_(snap)),
        "intro": gr.update(visible=snap.dataset is None and snap.reading is None),
        "upload": gr.update(value=None) if reset else gr.skip(),
        "paste": gr.update(value="") if fresh and snap.dataset is not None else gr.skip(),
    }


def _refresh_mine(ctx: Context, snap: Snapshot, text: Text) -> dict[str, Any]:
    """Earlier data sets, and the question that is being asked about one of them."""
    found = ctx.datasets.list()
    do, id = snap.page.memo.get("data.asking", ("", ""))
    asked = next((dataset for dataset in found if dataset.id == id), None)
    rows = [(each.id, dataset_title(each, text), each.id == snap.draft.dataset) for each in found]
    question = ""
    if asked is not None and do == "delete":
        gone = {asked.id, *(each.id for each in ctx.datasets.hidden_by(asked.id))}
        used = sum(not gone.isdisjoint((run.spec.dataset, run.spec.eval_dataset)) for run in ctx.store.list())
        key = "data.delete_used" if used else "data.delete_ask"
        question = view.el("p", text(key, name=dataset_title(asked, text), n=used), cls="lw-warning")
    return {
        "mine_box": gr.update(label=text("data.mine", n=len(found)), visible=bool(found)),
        "mine": gr.update(value=view.mine(rows, text)),
        "rename_row": gr.update(visible=asked is not None and do == "rename"),
        "name": gr.update(value=asked.name if asked is not None and do == "rename" else ""),
        "delete_row": gr.update(visible=bool(question)),
        "delete_ask": gr.update(value=question),
    }
