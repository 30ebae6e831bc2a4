"""The ways in: an example, a file, pasted text, an empty table to fill in."""

from pathlib import Path
from typing import Any

import gradio as gr

from core.data.samples import find
from core.errors import UserError
from webui.choosing import choose_data
from webui.context import Context
from webui.parts import BarParts, TabParts, clickable
from webui.snapshot import Page, Snapshot
from webui.tabs import data_edit
from webui.tabs import data_view as view
from webui.text import Text

LOOK = Path(__file__).parents[1] / "assets" / "look.js"
STILL = ("samples", "empty")
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
                c["empty"] = gr.HTML(
                    view.empty(text), elem_id="data-empty", js_on_load=LOOK.read_text(encoding="utf-8")
                )
    parts.on_click(c["samples"], lambda page, do, id: sample(ctx, page, id))
    parts.on_click(c["empty"], lambda page, do, id: create(ctx, page, do, id))
    parts.on(c["upload"].upload, lambda page, path: brought(ctx, page, path), [c["upload"]])
    return _parts(c, lambda snap: _refresh(snap, text))


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


def create(ctx: Context, page: Page, do: str, name: str) -> None:
    """An empty data set is chosen, and its first row stands open to be typed. Raises UserError `name.empty`."""
    if do == "create":
        ctx.intake.cancel()
        choose_data(ctx, ctx.datasets.create(name))
        page.memo.pop("data.changing", None)
        data_edit.press(ctx, page, "new", "")


def brought(ctx: Context, page: Page, path: str | None) -> None:
    """Begin to read a file; whichever page looks sees how far it is, and what came of it."""
    if path:
        page.memo["data.reset"] = True
        ctx.intake.start(ctx.datasets, Path(path), Path(path).name, lambda dataset: choose_data(ctx, dataset))
        ctx.intake.wait()


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
