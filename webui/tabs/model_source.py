"""Where models are fetched from: Hugging Face or a mirror, whether it answers, and a token for what is not for all."""

from typing import Any

import gradio as gr

from core.errors import UserError
from webui import estimate
from webui.context import Context
from webui.parts import BarParts, clickable
from webui.snapshot import Page, Snapshot
from webui.tabs import model_view as view
from webui.text import Text
from webui.worker import Answer

SHOWN = ("source", "mirror", "token", "token_there", "probe", "source_box")
NEED_TOKEN = ("model.gated", "model.not_found", "model.token_refused")
"""Errors whose sentence speaks of a token: its field is opened with them."""


def build(ctx: Context, text: Text, parts: BarParts, c: dict[str, Any]) -> None:
    """The folded box and its events; the components are left in `c`."""
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
        with gr.Row(elem_classes="lw-field-row"):
            c["token"] = gr.Textbox(
                type="password",
                label=text("model.token"),
                info=text("model.token_help"),
                elem_id="model-token",
                max_length=500,
                html_attributes=gr.InputHTMLAttributes(autocomplete="off", autocorrect="off", spellcheck=False),
            )
            c["token_use"] = gr.Button(text("model.token_use"), elem_id="model-token-use")
        c["token_there"] = clickable(elem_id="model-token-there")
    _events(ctx, parts, c)


def _events(ctx: Context, parts: BarParts, c: dict[str, Any]) -> None:
    parts.on(c["source"].input, lambda page, kind: _source(ctx, page, kind), [c["source"]])
    for event in (c["try"].click, c["mirror"].submit):
        parts.on(event, lambda page, kind, address: _try(ctx, page, kind, address), [c["source"], c["mirror"]])
    parts.on(
        c["mirror"].blur,
        lambda page, kind, address: _keep(ctx, kind, address),
        [c["source"], c["mirror"]],
        source=c["mirror"],
    )
    for event in (c["token_use"].click, c["token"].submit):
        parts.on(event, lambda page, typed: _keep_token(ctx, page, c["token"], typed), [c["token"]])
    parts.on_click(c["token_there"], lambda page, do, id: ctx.token.forget())


# -- what is done


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
    page.memo["model.probe"], page.memo["model.probed"] = True, ctx.drafts.load().model
    ctx.network.forget(_probe_key(ctx.drafts.load().endpoint))
    _ask_size_again(ctx)


def _keep_token(ctx: Context, page: Page, field: Any, typed: object) -> None:
    """Hold the token for the chosen source, and empty its field whatever comes of it."""
    page.seen.pop(field._id, None)
    ctx.token.keep(ctx.drafts.load().endpoint, typed)
    _ask_size_again(ctx)


def _ask_size_again(ctx: Context) -> None:
    draft = ctx.drafts.load()
    model, _ = estimate.model_of(ctx, draft)
    if model is not None:
        ctx.network.forget(estimate.size_key(draft, model, ctx.fetcher.progress()))


# -- what is shown


def shown(ctx: Context, snap: Snapshot, text: Text) -> list[Any]:
    """One update for each of SHOWN. The token's own field is always sent empty."""
    answer, asked = _answer(ctx, snap)
    there = ctx.token.of(snap.draft.endpoint) is not None
    failed = (snap.fetch.error or {}).get("code") in NEED_TOKEN
    wrong = answer is not None and answer.error is not None
    return [
        gr.update(value="mirror" if snap.draft.endpoint or snap.page.memo.get("model.mirror") else "hub"),
        gr.update(value=snap.draft.endpoint or ""),
        gr.update(value=""),
        gr.update(value=view.token(text) if there else ""),
        gr.update(value=view.source(answer, text) if asked else "", visible=asked),
        gr.update(open=True) if wrong or failed else gr.update(),
    ]


def _answer(ctx: Context, snap: Snapshot) -> tuple[Answer | None, bool]:
    """What the source said (None while it is asked) and whether to show it.

    A person may have it tried; and a model that is not here is asked for at it, which is told when it fails.
    """
    if snap.page.room != "model":
        return None, False
    if snap.size is not None and (not snap.size.fresh or snap.size.error is not None):
        return (snap.size if snap.size.fresh else None), True
    if not snap.page.memo.get("model.probe"):
        return None, False
    if snap.page.memo.get("model.probed") != snap.draft.model and snap.model_here:
        return None, False  # it was tried for another model; the one chosen since needs no source
    from core.models.sources import probe

    endpoint = snap.draft.endpoint
    answer = ctx.network.ask("probe", _probe_key(endpoint), lambda: probe(endpoint))
    return (answer if answer is not None and answer.fresh else None), True


def _probe_key(endpoint: str | None) -> tuple[str, str | None]:
    return ("probe", endpoint)
