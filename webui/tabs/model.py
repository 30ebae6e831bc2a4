"""Model: five cards, a folder or a hub id, where to fetch from, and how exactly it is kept in memory."""

from typing import Any

import gradio as gr

from core.errors import UserError
from core.findings import Finding, from_plain
from webui import estimate, views
from webui.actions import act
from webui.context import Context
from webui.parts import Bar, BarParts, TabParts, clickable
from webui.quick import quick
from webui.snapshot import Page, Snapshot
from webui.tabs import model_source as source
from webui.tabs import model_view as view
from webui.text import Text
from webui.titles import model_title

PRECISIONS = ("auto", "none", "8bit", "4bit")


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
        pct = views.percent(snap.fetch.done / snap.fetch.total if snap.fetch.total else 0.0)
        return Bar(text("model.fetching", pct=pct), "wait", text("model.meanwhile"), "go:settings")
    name = model_title(snap.model, text)
    if snap.download_bytes:
        return Bar(text("model.fetch", name=name, size=text.size(snap.download_bytes)), "download_model")
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
    c["findings"] = gr.HTML(elem_id="model-findings")
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
    source.build(ctx, text, parts, c)
    _events(ctx, parts, c)

    def refresh(snap: Snapshot) -> list[Any]:
        own = snap.model is not None and snap.model.kind in ("folder", "hub")
        return [
            gr.update(value=view.fetch(snap, text)),
            gr.update(value=view.cards(_cards(ctx, snap), snap, text)),
            gr.update(value=view.memory(snap, text)),
            gr.update(value=snap.draft.quantization or "auto"),
            gr.update(label=view.other(snap, text)),
            gr.update(value=snap.draft.model if own else snap.page.memo.get("model.typed", "")),
            gr.update(value=view.findings(_findings(ctx, snap), text)),
            *source.shown(ctx, snap, text),
        ]

    shown = ("fetch", "cards", "memory", "precision", "other_box", "other", "findings")
    return TabParts([c[name] for name in (*shown, *source.SHOWN)], refresh)


def _precision(name: str, text: Text) -> str:
    return f"{text(f'model.precision.{name}')}\n{text(f'model.precision.{name}.help')}"


# -- what is done


def _events(ctx: Context, parts: BarParts, c: dict[str, Any]) -> None:
    parts.on_click(c["cards"], lambda page, do, id: _choose(ctx, page, id))
    parts.on_click(c["fetch"], lambda page, do, id: act(ctx, "cancel_download"))
    parts.on(c["precision"].input, lambda page, name: _keep_precision(ctx, name), [c["precision"]])
    for event in (c["use"].click, c["other"].submit):
        parts.on(event, lambda page, name: _choose(ctx, page, name), [c["other"]])


def _choose(ctx: Context, page: Page, name: object) -> None:
    """Choose a model once it is known to be one; a name that is not stays in its box with the sentence why."""
    from core.models import catalog

    page.memo["model.typed"] = str(name or "")
    model = catalog.resolve(str(name or ""), ctx.workspace, ctx.drafts.load().endpoint)
    page.memo.pop("model.typed", None)
    draft = ctx.drafts.update(model=model.name)
    ctx.network.forget(estimate.size_key(draft, model, ctx.fetcher.progress()))


def _keep_precision(ctx: Context, name: object) -> None:
    if name not in PRECISIONS:
        raise UserError("setting.choice", field="quantization", value=str(name)[:40], choices=", ".join(PRECISIONS))
    ctx.drafts.update(quantization=None if name == "auto" else name)


# -- what is shown


def _cards(ctx: Context, snap: Snapshot) -> list[Any]:
    """Each card with whether it is here and what it would take for the chosen data, as far as that is known."""
    from core.models import catalog

    found = []
    for card in catalog.cards():
        model, _ = estimate.model_of(ctx, snap.draft.model_copy(update={"model": card.name}))
        spec = snap.spec.model_copy(update={"model": card.name}) if snap.spec is not None else None
        plan = None
        if snap.page.room == "model":
            plan, _ = estimate.plan_of(ctx, spec, snap.dataset, model, snap.engine)
        found.append((card, model is not None and model.folder is not None, plan))
    return found


def _findings(ctx: Context, snap: Snapshot) -> list[Finding]:
    """What is good to know about the chosen model's files, and whether the data is too much for it."""
    if snap.model is None or snap.model.folder is None or snap.page.room != "model":
        return []
    small = [from_plain(each) for each in (snap.plan or {}).get("findings", [])]
    from core.models import safety

    folder = snap.model.folder
    answer = ctx.worker.ask("findings", ("findings", str(folder)), lambda: safety.findings(folder))
    return [*(answer.value if answer is not None and answer.fresh and answer.value else []), *small]
