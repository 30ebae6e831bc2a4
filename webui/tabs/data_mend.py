"""Mending what was found: pressed at a finding, looked at in a panel below the list, applied by the bar's button."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from webui.actions import Outcome, act
from webui.context import Context
from webui.markup import Html
from webui.mending import ALL_SAFE, REST, Asked
from webui.parts import Bar, BarParts, TabParts, clickable
from webui.snapshot import Page, Snapshot
from webui.tabs import data_mend_view as view
from webui.tabs import data_seen
from webui.tabs.data_mend_asked import Now, now
from webui.tabs.data_ways import fix_name, fix_what
from webui.text import Text
from webui.whole_number import whole_number

if TYPE_CHECKING:
    from core.data.versions.dataset import Dataset
    from webui.tabs.data_seen import Known

SCRIPT = Path(__file__).parents[1] / "assets" / "mend.js"

ONE = {
    "mend.done": "mend.done_one",
    "mend.kept": "mend.kept_one",
    "mend.apply": "mend.apply_one",
    "mend.apply_out": "mend.apply_out_one",
}
"""Sentences for a single row."""

NEWS_S = 8.0
"""Seconds in which an open page still says that a mending was done."""

BACK_S = 600.0
"""Seconds in which what was done stands where it was asked for, with a way back."""


def build(ctx: Context, text: Text, parts: BarParts) -> TabParts:
    """The panel, hidden until something is asked for. What is typed into stands apart from what follows from it."""
    c: dict[str, Any] = {"done": clickable(elem_id="data-mend-done", visible=False)}
    script = SCRIPT.read_text(encoding="utf-8")
    with gr.Column(elem_classes="lw-panel", elem_id="data-mend", visible=False) as c["panel"]:
        for name in ("head", "ask", "shown"):
            c[name] = gr.HTML(elem_id=f"data-mend-{name}", js_on_load=script)
            parts.on_click(c[name], lambda page, do, id: press(ctx, page, do, id), every=True)
    parts.on_click(c["done"], lambda page, do, id: press(ctx, page, do, id))

    def refresh(snap: Snapshot) -> list[Any]:
        found = _refresh(ctx, snap, text)
        return [found[name] for name in c]

    return TabParts(list(c.values()), refresh)


# -- what is done


def press(ctx: Context, page: Page, do: str, id: str) -> Outcome | None:
    """A press in the panel, or what was typed there."""
    dataset = chosen(ctx)
    if dataset is None:
        return None
    if do == "set":
        name, _, value = id.partition("=")
        ctx.mending.say(dataset, name, value.strip())
    elif do == "mend_page" and (at := whole_number(id)) is not None:
        page.memo["data.mend_page"] = at
    elif do == "mend_close":
        ctx.mending.close(dataset)
    elif do == "mend_seen":
        page.memo["data.mend_seen"] = True
    elif do == "undo_version":
        return act(ctx, do)
    return None


def ask(ctx: Context, page: Page, id: str) -> None:
    """A finding's button: `<finding>|<fix>`, or one for several. It opens the panel, and changes nothing yet."""
    dataset = chosen(ctx)
    if dataset is None:
        return
    found, _, fix = id.partition("|")
    ctx.mending.ask(dataset, Asked(found, fix))
    page.memo["data.mend_call"] = time.time_ns() // 1_000_000  # never one of an earlier version: what was asked is new
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
        name = "{{" + now.empty + "}}"
        return Bar(text(f"mend.missing.{now.missing}", name=name), action, *back)
    if now.answer is None or not now.answer.fresh:
        return Bar(text("mend.looking"), "wait", *back)
    found = now.answer.value
    if found is None or found.nothing or now.wanted is None:
        return Bar(text("mend.close"), "mend_close")
    label, n = text("mend.apply_accept"), found.settled
    if n:
        key = "mend.apply" if found.rows else "mend.apply_out"
        label = text(ONE[key] if n == 1 else key, n=f"{n:,}")
    return Bar(label, f"mend_apply:{now.wanted.stamp}", *back)


def _refresh(ctx: Context, snap: Snapshot, text: Text) -> dict[str, Any]:
    _news(ctx, snap)
    seen = data_seen.known(ctx, snap, text) if snap.dataset is not None else None
    here = now(ctx, snap, seen) if seen is not None else None
    told = fresh(ctx, snap) if here is None else None
    done = {"done": gr.update(visible=told is not None, value=_done(*told, text) if told is not None else "")}
    if here is None or seen is None or snap.dataset is None:
        nothing = dict.fromkeys(("head", "ask", "shown"), gr.update(value=""))
        return {**done, "panel": gr.update(visible=False), **nothing}
    memo = snap.page.memo
    return {
        **done,
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


def fresh(ctx: Context, snap: Snapshot) -> tuple[str, int] | None:
    """What was just done to make the chosen version, (key of the sentence, how many rows), as long as that is news."""
    told = ctx.mending.news.get(snap.dataset.id) if snap.dataset is not None else None
    if told is None or snap.page.memo.get("data.mend_seen") or time.monotonic() - told[2] > BACK_S:
        return None
    return told[:2]


def _done(key: str, n: int, text: Text) -> Html:
    return view.done(text(ONE.get(key, key) if n == 1 else key, n=f"{n:,}"), text)


TITLES = {ALL_SAFE: ("mend.all_title", "mend.all_what"), REST: ("mend.rest_title", "mend.rest_what")}
"""What the panel is called, and what it does, where it is about several findings."""


def _head(snap: Snapshot, here: Now, text: Text) -> Html:
    """What it is about; and why it could not be applied, which the status line says far above."""
    refused = text.error(snap.refused.error) if snap.refused is not None and snap.refused.again else ""
    call = snap.page.memo.get("data.mend_call", 0)
    return view.head(_title(here, text), _said(here, text), refused, call, text, asks=_asks(here))


def _asks(here: Now) -> bool:
    """Whether something is to be filled in, or ticked."""
    return bool(here.names or len(here.reading) > 1 or _length_asked(here))


def _length_asked(here: Now) -> bool:
    """Whether a person has to say how long a row may be: where rows are cut, they are cut at the length in force."""
    asked = here.offer is not None and here.offer.asks == "max_length" and here.missing != "model"
    return asked and (here.missing == "max_length" or here.found is None or not here.found.measured)


def _title(here: Now, text: Text) -> str:
    if here.offer is None or here.found is None:
        return text(TITLES[here.asked.found][0])
    return text("mend.read_title") if len(here.reading) > 1 else fix_name(here.found.finding, here.offer, text)


def _said(here: Now, text: Text) -> list[str]:
    if here.found is None or here.offer is None:
        return [text(TITLES[here.asked.found][1])]
    said = text("mend.of", mark=here.found.mark, said=text.finding(here.found.finding))
    return [said, fix_what(here.found.finding, here.offer, text)]


def _boxes(here: Now, seen: "Known", memo: dict[str, Any], text: Text) -> Html:
    """Drawn once for what is asked: while somebody types nothing may come between."""
    key = (here.asked.found, here.asked.fix, here.names, here.reading, _asks(here), memo.get("data.mend_call", 0))
    kept = memo.get("data.mend_boxes")
    if kept is None or kept[0] != key:
        kept = memo["data.mend_boxes"] = (key, view.asked(_drawn(here, seen, text), key[-1]))
    drawn: Html = kept[1]  # never nothing: what is not sent would leave the boxes that stood there before
    return drawn


def _drawn(here: Now, seen: "Known", text: Text) -> Html:
    if here.names:
        skip = here.asked.found == REST or len(here.names) > 1
        return view.boxes(here.names, here.asked.given, text, skip=skip)
    if len(here.reading) > 1:
        return view.ticks(here.reading, here.asked.given, text)
    if _length_asked(here):
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
