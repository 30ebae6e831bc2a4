"""What the Model tab shows, as HTML from cards, plans and the download (no Gradio here)."""

from typing import TYPE_CHECKING, Any

from core.errors import UserError
from core.findings import Finding
from webui import frame
from webui.markup import Html, el
from webui.snapshot import Snapshot
from webui.text import Text
from webui.titles import model_title

if TYPE_CHECKING:
    from core.models.catalog import Card
    from webui.worker import Answer


def intro(text: Text) -> Html:
    """The question, and what leaves this computer."""
    return el("div", el("h2", text("model.choose"), cls="lw-lead"), el("p", text("model.line"), cls="lw-note"))


def cards(found: "list[tuple[Card, bool, dict[str, Any] | None]]", snap: Snapshot, text: Text) -> Html:
    """The catalogue as buttons: (card, whether it is here, its plan for the chosen data). Another model comes last."""
    shown = [_card(card, here, plan, snap, text) for card, here, plan in found]
    names = {card.name for card, _, _ in found}
    if snap.model is not None and snap.model.name not in names:
        place = str(snap.model.folder) if snap.model.kind == "folder" else (snap.model.hub or "")
        tags = _tags(here=snap.model_here, size=snap.download_bytes, plan=snap.plan, builtin=False, text=text)
        shown.append(_choice(snap.model.name, snap.model.title, place, "", tags, pressed=True))
    return el("div", shown, cls="lw-choices lw-five", role="group", aria_label=text("model.choose"))


def _card(card: "Card", here: bool, plan: dict[str, Any] | None, snap: Snapshot, text: Text) -> Html:
    builtin = card.hub is None
    title = text("model.builtin") if builtin else card.title
    tags = _tags(here=here, size=card.bytes, plan=plan, builtin=builtin, text=text)
    pressed = snap.model is not None and snap.model.name == card.name
    return _choice(card.name, title, card.purpose[text.language], card.why[text.language], tags, pressed=pressed)


def _choice(name: str, title: str, purpose: str, why: str, tags: list[Html], *, pressed: bool) -> Html:
    return el(
        "button",
        el("strong", title),
        el("span", purpose),
        el("span", why, cls="lw-note") if why else None,
        el("span", tags, cls="lw-tags"),
        cls="lw-choice",
        type="button",
        aria_pressed="true" if pressed else "false",
        data_do="choose",
        data_id=name,
    )


def _tags(*, here: bool, size: int, plan: dict[str, Any] | None, builtin: bool, text: Text) -> list[Html]:
    tags = []
    if builtin:
        tags.append(el("span", text("model.builtin_tag"), cls="lw-tag lw-yes"))
    elif here:
        tags.append(el("span", text("model.here"), cls="lw-tag lw-yes"))
    elif size:
        tags.append(el("span", text("model.size", size=text.size(size)), cls="lw-tag"))
    if plan is not None:
        tags.append(el("span", text("model.time", time=text.duration(plan["time_s"])), cls="lw-tag"))
        tags.append(el("span", text(f"model.fits.{plan['fits']}"), cls=f"lw-tag lw-{plan['fits']}"))
    return tags


def fetch(snap: Snapshot, text: Text) -> Html:
    """The download: bytes, speed, time left, Cancel; afterwards one sentence."""
    state = snap.fetch.state
    if state in ("sizing", "fetching"):
        line = frame.fetching(snap, text)
        share = snap.fetch.done / snap.fetch.total if snap.fetch.total else None
        bar = el("progress", value=None if share is None else f"{share:.3f}", max=1, aria_label=line)
        cancel = el("button", text("model.cancel"), cls="lw-button", type="button", data_do="cancel")
        return el("div", el("p", line, cls="lw-title lw-figures"), bar, cancel, cls="lw-panel lw-fetch")
    if state == "cancelled":
        return el("p", text("model.fetch_cancelled", name=snap.fetch.name), cls="lw-note")
    return Html("")


def source(answer: "Answer | None", text: Text) -> Html:
    """Whether the source answers; None while it is being tried."""
    if answer is None:
        return el("p", text("model.source_testing"), cls="lw-note")
    if answer.error is not None:
        return el("p", text.error(answer.error), cls="lw-warning")
    return el("p", text("model.source_ok", s=f"{answer.value:.1f}"), cls="lw-note")


def token(text: Text) -> Html:
    """That a token is held, and the way to be rid of it; never the token itself."""
    forget = el("button", text("model.token_forget"), cls="lw-link", type="button", data_do="forget")
    return el("p", text("model.token_there"), " ", forget, cls="lw-note")


def findings(found: list[Finding], text: Text) -> Html:
    """What is good to know about the chosen model."""
    return el("div", [el("p", text.finding(one), cls="lw-warning") for one in found]) if found else Html("")


def memory(snap: Snapshot, text: Text) -> Html:
    """One line and one bar: the model, the training, what is free."""
    head = el("h2", text("model.memory"), cls="lw-title")
    if snap.dataset is None:
        return el("div", head, el("p", text("model.memory_unknown"), cls="lw-note"))
    if snap.plan is None:
        return el("div", head, el("p", _why_not(snap.estimate_error, text), cls="lw-note"))
    told, fits = snap.plan["memory_gb"], snap.plan["fits"]
    free, weights, total = max(told["free"], 0.01), told["weights"], told["total"]
    whole = max(free, total)
    parts = [("weights", weights), ("training", max(0.0, total - weights))]
    bar = [el("span", cls=f"lw-{name}", style=f"width:{100 * size / whole:.1f}%") for name, size in parts]
    line = [
        text("model.memory_line", need=text.size(total * 1e9), free=text.size(told["free"] * 1e9)),
        text(f"model.memory_{fits}"),
    ]
    key = [
        el("span", el("i", cls=f"lw-{name}"), text(f"model.memory_{name}", size=text.size(size * 1e9)))
        for name, size in parts
    ]
    return el(
        "div",
        head,
        el("p", text("model.blank").join(line), cls="lw-note"),
        el("div", bar, cls=f"lw-memory lw-is-{fits}", aria_hidden="true"),
        el("p", key, cls="lw-key"),
    )


def _why_not(error: UserError | None, text: Text) -> str:
    return text.error(error) if error is not None else text("model.memory_working")


def other(snap: Snapshot, text: Text) -> str:
    """Heading of the accordion, naming the model when it is not one of the cards."""
    if snap.model is not None and snap.model.kind in ("folder", "hub"):
        return text("model.chosen", name=model_title(snap.model, text))
    return text("model.other")
