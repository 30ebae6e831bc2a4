"""Mending what was found: pressed at a finding, looked at in a panel below the list, applied by the bar's button."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from webui.context import Context
from webui.markup import Html
from webui.mending import ALL_SAFE, REST, Asked
from webui.parts import Bar, BarParts, TabParts
from webui.snapshot import Page, Snapshot
from webui.tabs import data_mend_view as view
from webui.tabs import data_seen
from webui.tabs.data_mend_asked import Now, now
from webui.text import Text

if TYPE_CHECKING:
    from core.data.versions.dataset import Dataset
    from webui.tabs.data_seen import Known

SCRIPT = Path(__file__).parents[1] / "assets" / "mend.js"

ONE = {"mend.done": "mend.done_one", "mend.kept": "mend.kept_one"}
"""Sentences for a single row."""

NEWS_S = 8.0
"""Seconds in which an open page still says that a mending was done."""


def build(ctx: Context, text: Text, parts: BarParts) -> TabParts:
    """The panel, hidden until something is asked for. What is typed into stands apart from what follows from it."""
    c: dict[str, Any] = {}
    script = SCRIPT.read_text(encoding="utf-8")
    with gr.Column(elem_classes="lw-panel", elem_id="data-mend", visible=False) as c["panel"]:
        for name in ("head", "ask", "shown"):
            c[name] = gr.HTML(elem_id=f"data-mend-{name}", js_on_load=script)
            parts.on_click(c[name], lambda page, do, id: press(ctx, page, do, id), every=True)

    def refresh(snap: Snapshot) -> list[Any]:
        found = _refresh(ctx, snap, text)
        return [found[name] for name in c]

    return TabParts(list(c.values()), refresh)


# -- what is done


def press(ctx: Context, page: Page, do: str, id: str) -> None:
    """A press in the panel, or what was typed there."""
    dataset = chosen(ctx)
    if dataset is None:
        return
    if do == "set":
        name, _, value = id.partition("=")
        ctx.mending.say(dataset, name, value.strip())
    elif do == "mend_page" and id.isdecimal():
        page.memo["data.mend_page"] = int(id)
    elif do == "mend_close":
        ctx.mending.close(dataset)


def ask(ctx: Context, page: Page, id: str) -> None:
    """A finding's button: `<finding>|<fix>`, or one for several. It opens the panel, and changes nothing yet."""
    dataset = chosen(ctx)
    if dataset is None:
        return
    found, _, fix = id.partition("|")
    ctx.mending.ask(dataset, Asked(found, fix))
    page.memo["data.mend_call"] = page.memo.get("data.mend_call", 0) + 1
    page.memo["data.mend_page"], page.memo["data.mend_wait"] = 0, True


def chosen(ctx: Context) -> "Dataset | None":
    draft = ctx.drafts.load()
    return ctx.datasets.get(draft.dataset) if draft.dataset else None


# -- what is shown


def bar(now: Now, text: Text) -> Bar:
    """Say what stands there -> Apply to 12 rows; always with a way back."""
    back = (text("mend.not_now"), "mend_close")
    if now.missing:
        action = "go:model" if now.missing == "model" else "mend_say"
        return Bar(text(f"mend.missing.{now.missing}"), action, *back)
    if now.answer is None or not now.answer.fresh:
        return Bar(text("mend.looking"), "wait", *back)
    found = now.answer.value
    if found is None or found.nothing or now.wanted is None:
        return Bar(text("mend.close"), "mend_close")
    label = text("mend.apply_accept")
    if found.rows:
        label = text("mend.apply" if found.rows > 1 else "mend.apply_one", n=f"{found.rows:,}")
    return Bar(label, f"mend_apply:{now.wanted.stamp}", *back)


def _refresh(ctx: Context, snap: Snapshot, text: Text) -> dict[str, Any]:
    _news(ctx, snap)
    seen = data_seen.known(ctx, snap, text) if snap.dataset is not None else None
    here = now(ctx, snap, seen) if seen is not None else None
    if here is None or seen is None or snap.dataset is None:
        return {"panel": gr.update(visible=False), **dict.fromkeys(("head", "ask", "shown"), gr.update(value=""))}
    memo = snap.page.memo
    return {
        "panel": gr.update(visible=True),
        "head": gr.update(value=_head(snap, here, text)),
        "ask": gr.update(value=_boxes(here, seen, memo, text)),
        "shown": gr.update(value=_shown(ctx, here, snap.dataset, memo.get("data.mend_page", 0), text)),
    }


def _news(ctx: Context, snap: Snapshot) -> None:
    """Whoever looks at a version that just came of a mending is told so, with a way back."""
    if snap.dataset is None or (told := ctx.mending.news.get(snap.dataset.id)) is None:
        return
    key, n, when = told
    if time.monotonic() - when < NEWS_S and not snap.page.memo.get("data.mend_told"):
        snap.page.note = (ONE.get(key, key) if n == 1 else key, {"n": f"{n:,}"})
    snap.page.memo["data.mend_told"] = True


TITLES = {ALL_SAFE: ("mend.all_title", "mend.all_what"), REST: ("mend.rest_title", "mend.rest_what")}
"""What the panel is called, and what it does, where it is about several findings."""


def _head(snap: Snapshot, here: Now, text: Text) -> Html:
    """What it is about; and why it could not be applied, which the status line says far above."""
    refused = text.error(snap.refused.error) if snap.refused is not None and snap.refused.again else ""
    return view.head(_title(here, text), _said(here, text), refused, snap.page.memo.get("data.mend_call", 0), text)


def _title(here: Now, text: Text) -> str:
    if here.offer is None:
        return text(TITLES[here.asked.found][0])
    return text("mend.read_title") if len(here.reading) > 1 else text(f"fix.{here.offer.fix}")


def _said(here: Now, text: Text) -> list[str]:
    if here.found is None or here.offer is None:
        return [text(TITLES[here.asked.found][1])]
    said = text("mend.of", mark=here.found.mark, said=text.finding(here.found.finding))
    return [said, text(f"fix.{here.offer.fix}.what")]


def _boxes(here: Now, seen: "Known", memo: dict[str, Any], text: Text) -> Html:
    """Drawn once for what is asked: while somebody types nothing may come between."""
    key = (here.asked.found, here.asked.fix, here.names, here.reading, memo.get("data.mend_call", 0))
    kept = memo.get("data.mend_boxes")
    if kept is None or kept[0] != key:
        kept = memo["data.mend_boxes"] = (key, _drawn(here, seen, text))
    drawn: Html = kept[1]
    return drawn


def _drawn(here: Now, seen: "Known", text: Text) -> Html:
    if here.names:
        return view.boxes(here.names, here.asked.given, text)
    if len(here.reading) > 1:
        return view.ticks(here.reading, here.asked.given, text)
    if here.offer is not None and here.offer.asks == "max_length" and here.missing != "model":
        return view.number(here.asked.given.get("max_length", str(seen.max_length or "")), seen.model, text)
    return Html("")


def _shown(ctx: Context, here: Now, dataset: "Dataset", page: int, text: Text) -> Html:
    if here.missing:
        return view.hint(text(f"mend.missing.{here.missing}.why"))
    if here.answer is None or (here.answer.value is None and here.answer.error is None) or not here.answer.fresh:
        return view.waiting(ctx.mending.share(here.wanted) if here.wanted is not None else 0.0, text)
    if here.answer.error is not None:
        return view.hint(text.error(here.answer.error), warning=True)
    found = here.answer.value
    return view.shown(found, page, max(0, dataset.usable - found.changed - found.dropped), text)
