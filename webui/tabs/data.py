"""Data: two doors in, then what was read, what was found, and how a row reads."""

from pathlib import Path
from typing import Any

import gradio as gr

from core.data.samples import find
from core.errors import UserError
from webui.actions import Outcome, choose_data
from webui.context import Context
from webui.parts import Bar, BarParts, TabParts, clickable
from webui.quick import quick
from webui.snapshot import Page, Snapshot
from webui.tabs import data_look
from webui.tabs import data_view as view
from webui.text import Text
from webui.titles import dataset_title


def bar(ctx: Context, snap: Snapshot, text: Text) -> Bar:
    """Choose a file -> Reading 42 % -> Next: choose a model."""
    if snap.reading is not None:
        return Bar(text("data.reading", pct=f"{snap.reading.share:.0%}"), "wait", text("bar.cancel"), "cancel_reading")
    if doors_open(snap):
        return Bar(text("data.choose"), "choose_file", *quick(snap, text))
    return Bar(text("data.next"), "go:model", *quick(snap, text))


def doors_open(snap: Snapshot) -> bool:
    """Whether the two doors stand open: no data that can be learned yet, or the person wants other data."""
    return snap.dataset is None or snap.dataset.task == "preference" or bool(snap.page.memo.get("data.changing"))


def build(ctx: Context, text: Text, parts: BarParts) -> TabParts:
    """The components of the tab; `_events` says what they do, `_refresh` what they show."""
    c: dict[str, Any] = {}
    c["reading"] = gr.HTML(elem_id="data-reading", visible=False)
    c["chosen"] = clickable(elem_id="data-chosen", visible=False)
    with gr.Column(elem_id="data-doors") as c["doors"]:
        c["intro"] = gr.HTML(view.intro(text), elem_id="data-intro")
        with gr.Row(elem_id="data-boxes"):
            with gr.Column(elem_classes="lw-panel"):
                gr.HTML(view.heading(text("data.example"), text("data.example_help")))
                c["samples"] = clickable(view.samples(ctx.datasets.samples(), text), elem_id="data-samples")
            with gr.Column(elem_classes="lw-panel"):
                gr.HTML(view.heading(text("data.own"), text("data.own_help")))
                c["upload"] = gr.File(
                    elem_id="data-upload", label=text("data.choose"), height=170, show_label=False, container=False
                )
                gr.HTML(view.el("p", text("app.local"), cls="lw-local"))
    with gr.Column(elem_id="data-loaded", visible=False) as c["loaded"]:
        with gr.Column(elem_classes="lw-panel", elem_id="data-result"):
            c["summary"] = gr.HTML(elem_id="data-summary")
        look = data_look.build(ctx, text, parts)
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
    _events(ctx, parts, c)
    shown = [name for name in c if name not in ("samples", "save", "keep_name", "delete_yes", "delete_no")]

    def refresh(snap: Snapshot) -> list[Any]:
        updates = _refresh(ctx, snap, text)
        return [updates[name] for name in shown] + look.refresh(snap)

    return TabParts([*(c[name] for name in shown), *look.outputs], refresh)


# -- what is done


def _events(ctx: Context, parts: BarParts, c: dict[str, Any]) -> None:
    parts.on_click(c["samples"], lambda page, do, id: _sample(ctx, page, id))
    parts.on(c["upload"].upload, lambda page, path: _brought(ctx, page, path), [c["upload"]])
    parts.on_click(c["chosen"], _change)
    parts.on_click(c["mine"], lambda page, do, id: _mine(ctx, page, do, id))
    for event in (c["save"].click, c["name"].submit):
        parts.on(event, lambda page, name: _rename(ctx, page, name), [c["name"]])
    parts.on(c["delete_yes"].click, lambda page: _delete(ctx, page))
    for name in ("keep_name", "delete_no"):
        parts.on(c[name].click, lambda page: page.memo.pop("data.asking", None) and None)


def _sample(ctx: Context, page: Page, name: str) -> None:
    sample = find(name)
    if sample is None:
        raise UserError("data.unknown", reference=name[:80], samples="")
    ctx.intake.cancel()
    choose_data(ctx, ctx.datasets.add(sample.file, origin="sample"))
    page.memo.pop("data.changing", None)


def _brought(ctx: Context, page: Page, path: str | None) -> None:
    """Begin to read a file; whichever page looks sees how far it is, and what came of it."""
    if path:
        page.memo["data.reset"] = True
        ctx.intake.start(ctx.datasets, Path(path), Path(path).name, lambda dataset: choose_data(ctx, dataset))


def _change(page: Page, do: str, id: str) -> None:
    """Open the two doors again, or close them."""
    if do == "change":
        page.memo["data.changing"] = not page.memo.get("data.changing")


def _mine(ctx: Context, page: Page, do: str, id: str) -> None:
    dataset = ctx.datasets.get(id)
    if do == "use":
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
    name = ctx.datasets.get(id).name
    ctx.datasets.delete(id)
    if ctx.drafts.load().dataset == id:
        ctx.drafts.update(dataset=None)
    return Outcome(note=("data.deleted", {"name": name}))


# -- what is shown


def _refresh(ctx: Context, snap: Snapshot, text: Text) -> dict[str, Any]:
    dataset, memo, doors = snap.dataset, snap.page.memo, doors_open(snap)
    reading = snap.reading is not None
    updates: dict[str, Any] = {
        "reading": gr.update(value=view.reading(snap, text), visible=reading),
        "doors": gr.update(visible=doors and not reading),
        "intro": gr.update(visible=dataset is None),
        "upload": gr.update(value=None) if memo.pop("data.reset", False) else gr.skip(),
        "loaded": gr.update(visible=dataset is not None and not reading and not memo.get("data.changing")),
        **_manage(ctx, snap, text),
    }
    if dataset is None:
        return {**updates, "chosen": gr.update(visible=False), "summary": gr.update(value="")}
    title = dataset_title(dataset, text)
    changing = bool(memo.get("data.changing"))
    return {
        **updates,
        "chosen": gr.update(value=view.chosen(dataset, title, text, changing=changing), visible=not reading),
        "summary": gr.update(value=view.summary(dataset, text)),
    }


def _manage(ctx: Context, snap: Snapshot, text: Text) -> dict[str, Any]:
    """Earlier data sets, and the question that is being asked about one of them."""
    found = ctx.datasets.list()
    do, id = snap.page.memo.get("data.asking", ("", ""))
    asked = next((dataset for dataset in found if dataset.id == id), None)
    rows = [(each.id, dataset_title(each, text), each.id == snap.draft.dataset) for each in found]
    question = ""
    if asked is not None and do == "delete":
        used = sum(run.spec.dataset == asked.id for run in ctx.store.list())
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
