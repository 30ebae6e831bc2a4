"""Model: five cards, a folder or a hub id, where to fetch from, and how exactly it is kept in memory."""

from typing import Any

import gradio as gr

from core.errors import UserError
from webui import estimate, frame
from webui.actions import act
from webui.context import Context
from webui.parts import Bar, BarParts, TabParts, clickable
from webui.quick import quick
from webui.snapshot import Page, Snapshot
from webui.tabs import model_view as view
from webui.text import Text
from webui.titles import model_title
from webui.worker import Answer

PRECISIONS = ("auto", "none", "8bit", "4bit")
FETCHING = ("sizing", "fetching")


def bar(ctx: Context, snap: Snapshot, text: Text) -> Bar:
    """Download -> Downloading 42 % -> Use 4-bit so that it fits -> Next: settings."""
    if snap.model is None:
        return Bar(text("model.use_builtin"), "use_builtin")
    if not snap.model_here:
        return _fetch_bar(snap, text)
    if helps_4bit(snap):
        return Bar(text("model.use_4bit"), "use_4bit", text("model.next"), "go:settings")
    return Bar(text("model.next"), "go:settings", *quick(snap, text))


def _fetch_bar(snap: Snapshot, text: Text) -> Bar:
    assert snap.model is not None
    if snap.fetch.state == "sizing":
        return Bar(text("model.looking"), "wait", text("model.meanwhile"), "go:settings")
    if snap.fetch.state == "fetching":
        pct = frame.percent(snap.fetch.done, snap.fetch.total)
        return Bar(text("model.fetching", pct=pct), "wait", text("model.meanwhile"), "go:settings")
    name = model_title(snap.model, text)
    if snap.model.bytes:
        return Bar(text("model.fetch", name=name, size=text.size(snap.model.bytes)), "download_model")
    return Bar(text("model.fetch_plain", name=name), "download_model")


def helps_4bit(snap: Snapshot) -> bool:
    """Whether the plan does not fit and would with 4-bit."""
    if snap.plan is None or snap.plan["fits"] != "no":
        return False
    return any(advice["code"] == "use_4bit" and advice["facts"]["fits"] != "no" for advice in snap.plan["advice"])


def build(ctx: Context, text: Text, parts: BarParts) -> TabParts:
    """The components of the tab; `_events` says what they do, `refresh` what they show."""
    c: dict[str, Any] = {}
    gr.HTML(view.intro(text))
    c["fetch"] = clickable(elem_id="model-fetch")
    c["cards"] = clickable(elem_id="model-cards")
    c["probe"] = gr.HTML(elem_id="model-probe", visible=False)
    with gr.Row(elem_id="model-below"):
        with gr.Column(elem_classes="lw-panel"):
            c["memory"] = gr.HTML(elem_id="model-memory")
        with gr.Column(elem_classes="lw-panel"):
            gr.HTML(view.el("h2", text("model.precision"), cls="lw-title"))
            c["precision"] = gr.Radio(
                [(_precision(name, text), name) for name in PRECISIONS],
                value="auto",
                label=text("model.precision"),
                elem_id="model-precision",
                elem_classes="lw-lines",
                container=False,
            )
    with gr.Accordion(text("model.other"), open=False, elem_id="model-other-box") as c["other_box"]:
        with gr.Row(elem_classes="lw-field-row"):
            c["other"] = gr.Textbox(
                label=text("model.other_label"), info=text("model.other_help"), elem_id="model-other", max_length=1000
            )
            c["use"] = gr.Button(text("model.other_use"), elem_id="model-other-use")
    with gr.Accordion(text("model.source"), open=False, elem_id="model-source-box") as c["source_box"]:
        choices = [(text("model.source_hub"), "hub"), (text("model.source_mirror"), "mirror")]
        c["source"] = gr.Radio(
            choices, value="hub", show_label=False, container=False, elem_id="model-source", elem_classes="lw-lines"
        )
        with gr.Row(elem_classes="lw-field-row"):
            c["mirror"] = gr.Textbox(
                label=text("model.source_label"), info=text("model.source_help"), elem_id="model-mirror", max_length=500
            )
            c["try"] = gr.Button(text("model.source_test"), elem_id="model-source-test")
    _events(ctx, parts, c)

    def refresh(snap: Snapshot) -> list[Any]:
        own = snap.model is not None and snap.model.kind in ("folder", "hub")
        answer, shown = _probe(ctx, snap)
        return [
            gr.update(value=view.fetch(snap, text)),
            gr.update(value=view.cards(_cards(ctx, snap), snap, text)),
            gr.update(value=view.memory(snap, text)),
            gr.update(value=snap.draft.quantization or "auto"),
            gr.update(label=view.other(snap, text)),
            gr.update(value=snap.draft.model if own else snap.page.memo.get("model.typed", "")),
            gr.update(value="mirror" if snap.draft.endpoint or snap.page.memo.get("model.mirror") else "hub"),
            gr.update(value=snap.draft.endpoint or ""),
            gr.update(value=view.source(answer, text) if shown else "", visible=shown),
            gr.update(open=True) if answer is not None and answer.error is not None else gr.update(),
        ]

    shown = ("fetch", "cards", "memory", "precision", "other_box", "other", "source", "mirror", "probe", "source_box")
    return TabParts([c[name] for name in shown], refresh)


def _precision(name: str, text: Text) -> str:
    return f"{text(f'model.precision.{name}')}\n{text(f'model.precision.{name}.help')}"


# -- what is done


def _events(ctx: Context, parts: BarParts, c: dict[str, Any]) -> None:
    parts.on_click(c["cards"], lambda page, do, id: _choose(ctx, page, id))
    parts.on_click(c["fetch"], lambda page, do, id: act(ctx, "cancel_download"))
    parts.on(c["precision"].input, lambda page, name: _keep_precision(ctx, name), [c["precision"]])
    for event in (c["use"].click, c["other"].submit):
        parts.on(event, lambda page, name: _choose(ctx, page, name), [c["other"]])
    parts.on(c["source"].input, lambda page, kind: _source(ctx, page, kind), [c["source"]])
    for event in (c["try"].click, c["mirror"].submit):
        parts.on(event, lambda page, kind, address: _try(ctx, page, kind, address), [c["source"], c["mirror"]])
    parts.on(
        c["mirror"].blur,
        lambda page, kind, address: _keep(ctx, kind, address),
        [c["source"], c["mirror"]],
        source=c["mirror"],
    )


def _choose(ctx: Context, page: Page, name: object) -> None:
    """Choose a model once it is known to be one; a name that is not stays in its box with the sentence why."""
    from core.models import catalog

    page.memo["model.typed"] = str(name or "")
    model = catalog.resolve(str(name or ""), ctx.workspace, ctx.drafts.load().endpoint)
    page.memo.pop("model.typed", None)
    ctx.drafts.update(model=model.name)


def _keep_precision(ctx: Context, name: object) -> None:
    if name not in PRECISIONS:
        raise UserError("setting.choice", field="quantization", value=str(name)[:40], choices=", ".join(PRECISIONS))
    ctx.drafts.update(quantization=None if name == "auto" else name)


def _source(ctx: Context, page: Page, kind: object) -> None:
    page.memo["model.mirror"] = kind == "mirror"
    if kind == "hub":
        ctx.drafts.update(endpoint=None)


def _keep(ctx: Context, kind: object, address: object) -> None:
    """Keep a mirror's address. Raises UserError `model.address` for what is none."""
    from core.models.address import check_endpoint

    if kind == "mirror" and str(address or "").strip():
        ctx.drafts.update(endpoint=check_endpoint(str(address).strip()))


def _try(ctx: Context, page: Page, kind: object, address: object) -> None:
    """Ask the source whether it is there; the answer stands under the address."""
    if kind == "mirror" and not str(address or "").strip():
        raise UserError("model.source_empty")
    _keep(ctx, kind, address)
    page.memo["model.probe"] = True
    ctx.worker.forget(_probe_key(ctx.drafts.load().endpoint))


# -- what is shown


def _cards(ctx: Context, snap: Snapshot) -> list[Any]:
    """Each card with whether it is here and what it would take for the chosen data, as far as that is known."""
    from core.models import catalog

    found = []
    for card in catalog.cards():
        model, _ = estimate.model_of(ctx, snap.draft.model_copy(update={"model": card.name}))
        spec = snap.spec.model_copy(update={"model": card.name}) if snap.spec is not None else None
        plan, _ = estimate.plan_of(ctx, spec, snap.dataset, model) if snap.page.room == "model" else (None, None)
        found.append((card, model is not None and model.folder is not None, plan))
    return found


def _probe(ctx: Context, snap: Snapshot) -> tuple[Answer | None, bool]:
    """The source's answer and whether to show it: it is tried when a model has to be fetched, or when asked for."""
    needed = snap.model is not None and not snap.model_here and snap.fetch.state not in FETCHING
    if not (needed or snap.page.memo.get("model.probe")) or snap.page.room != "model":
        return None, False
    from core.models.sources import probe

    endpoint = snap.draft.endpoint
    answer = ctx.worker.ask("probe", _probe_key(endpoint), lambda: probe(endpoint))
    return (answer if answer is not None and answer.fresh else None), True


def _probe_key(endpoint: str | None) -> tuple[str, str | None]:
    return ("probe", endpoint)
