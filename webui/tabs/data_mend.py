"""Mending what was found: pressed at a finding, looked at in a panel below the list, applied by the bar's button."""

import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from core.data.fixes.mend import Mend
from core.data.fixes.offers import Offer, offers, safe_mends
from webui.context import Context
from webui.markup import Html
from webui.mending import ALL_SAFE, Asked, Wanted
from webui.parts import Bar, BarParts, TabParts
from webui.snapshot import Page, Snapshot
from webui.tabs import data_mend_view as view
from webui.tabs import data_seen
from webui.tabs.data_rows import Findings, Found
from webui.text import Text
from webui.worker import Answer

if TYPE_CHECKING:
    from core.data.dataset import Dataset
    from webui.tabs.data_seen import Known

SCRIPT = Path(__file__).parents[1] / "assets" / "mend.js"

SOON_S = 0.5
"""Seconds that a press waits for what would change, so that it comes with the answer."""

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
    """A finding's button: `<finding>|<fix>`, or all that is safe. It opens the panel, and changes nothing yet."""
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


# -- what is asked for now


@dataclass(frozen=True)
class Now:
    """What stands in the panel. `missing`: "fill", "max_length" or "model" has to come first; `answer` as of Worker."""

    asked: Asked
    found: Found | None  # None: all that is safe
    offer: Offer
    missing: str = ""
    wanted: Wanted | None = None
    answer: Answer | None = None


def now(ctx: Context, snap: Snapshot, seen: "Known") -> Now | None:
    """What is asked for; None when nothing is, or when it is not among what was found (any more)."""
    dataset = snap.dataset
    asked = ctx.mending.of(dataset) if dataset is not None else None
    if dataset is None or asked is None:
        return None
    edited = ctx.datasets.edits(dataset.id).stamp
    if asked.found == ALL_SAFE:
        mends = safe(seen.findings, dataset.usable)[1]
        if not mends:
            return None
        wanted = Wanted(dataset, _fixed(seen.findings), mends, edited=edited)
        return Now(asked, None, Offer("safe", safe=True), "", wanted, _look(ctx, snap.page, wanted))
    found = seen.findings.by_id(asked.found)
    offer = found and next((each for each in offers(found.finding, made=dataset.made) if each.fix == asked.fix), None)
    if found is None or offer is None or offer.asks.startswith("menu:"):
        return None
    given, missing = _given(asked, offer, seen)
    folder = snap.model.folder if snap.model is not None and offer.asks == "max_length" else None
    if offer.asks == "max_length" and folder is None:
        missing = "model"
    if missing:
        return Now(asked, found, offer, missing)
    mend = Mend(found.finding.code, offer.fix, given, _rows(found, seen.findings))
    wanted = Wanted(dataset, (found.finding,), (mend,), (mend,), _choices(ctx, dataset, offer), folder, edited)
    return Now(asked, found, offer, "", wanted, _look(ctx, snap.page, wanted))


def _look(ctx: Context, page: Page, wanted: Wanted) -> Answer | None:
    """What it would change. Right after a press it may take a moment, so that the page does not change twice."""
    ends = time.monotonic() + (SOON_S if page.memo.pop("data.mend_wait", False) else 0)
    while True:
        answer = ctx.mending.look(ctx, wanted)
        if (answer is not None and answer.fresh) or time.monotonic() >= ends:
            return answer
        time.sleep(0.02)


def _given(asked: Asked, offer: Offer, seen: "Known") -> tuple[dict[str, Any], str]:
    """(what the fix is told, what is missing for it)."""
    if offer.asks == "fill":
        fill = {name.removeprefix("fill:"): said for name, said in asked.given.items() if name.startswith("fill:")}
        fill = {name: said for name, said in fill.items() if said}
        return {"fill": fill}, "" if fill else "fill"
    if offer.asks == "max_length":
        said = asked.given.get("max_length", str(seen.max_length or ""))
        return ({"max_length": int(said)}, "") if said.isdecimal() and int(said) > 0 else ({}, "max_length")
    return {}, ""


def _rows(found: Found, findings: Findings) -> tuple[int, ...] | None:
    """The rows of this finding, where its code alone does not say which: what depends on the model is not kept."""
    alike = sum(each.finding.code == found.finding.code for each in findings.all)
    return found.finding.rows if found.measured or alike > 1 else None


def _choices(ctx: Context, dataset: "Dataset", offer: Offer) -> Any:
    """How the file is read anew, None where rows are changed instead."""
    kind, _, name = offer.asks.partition(":")
    if kind != "read":
        return None
    return ctx.wishes.of(dataset).model_copy(update={name: True})


def _fixed(findings: Findings) -> tuple[Any, ...]:
    """What was found without the model."""
    return tuple(found.finding for found in findings.all if not found.measured)


@lru_cache(maxsize=4)
def safe(findings: Findings, usable: int) -> tuple[int, tuple[Mend, ...]]:
    """How many rows can be mended without a question, and how."""
    fixed = _fixed(findings)
    mends = tuple(safe_mends(fixed, usable=usable))
    rows: set[int] = set()
    for mend in [mend for mend in mends if mend.fix != "accept"] or mends:
        named = [finding.rows for finding in fixed if finding.code == mend.code]
        rows.update(mend.rows if mend.rows is not None else (row for each in named for row in each))
    return len(rows), mends


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
    label = text("mend.apply", n=f"{found.rows:,}") if found.rows else text("mend.apply_accept")
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
        "head": gr.update(value=view.head(_title(here, text), _said(here, text), memo.get("data.mend_call", 0), text)),
        "ask": gr.update(value=_boxes(here, seen, memo, text)),
        "shown": gr.update(value=_shown(here, snap.dataset, memo.get("data.mend_page", 0), text)),
    }


def _news(ctx: Context, snap: Snapshot) -> None:
    """Whoever looks at a version that just came of a mending is told so, with a way back."""
    if snap.dataset is None or (told := ctx.mending.news.get(snap.dataset.id)) is None:
        return
    key, n, when = told
    if time.monotonic() - when < NEWS_S and not snap.page.memo.get("data.mend_told"):
        snap.page.note = (key, {"n": f"{n:,}"})
    snap.page.memo["data.mend_told"] = True


def _title(here: Now, text: Text) -> str:
    return text("mend.all_title") if here.found is None else text(f"fix.{here.offer.fix}")


def _said(here: Now, text: Text) -> list[str]:
    if here.found is None:
        return [text("mend.all_what")]
    return [text("mend.of", mark=here.found.mark, said=text.finding(here.found.finding)),
            text(f"fix.{here.offer.fix}.what")]  # fmt: skip


def _boxes(here: Now, seen: "Known", memo: dict[str, Any], text: Text) -> Html:
    """Drawn once for what is asked: while somebody types nothing may come between."""
    key = (here.asked.found, here.asked.fix, memo.get("data.mend_call", 0))
    kept = memo.get("data.mend_boxes")
    if kept is None or kept[0] != key:
        kept = memo["data.mend_boxes"] = (key, _drawn(here, seen, text))
    drawn: Html = kept[1]
    return drawn


def _drawn(here: Now, seen: "Known", text: Text) -> Html:
    if here.found is not None and here.offer.asks == "fill":
        return view.boxes(names_of(here.found), here.asked.given, text)
    if here.offer.asks == "max_length" and here.missing != "model":
        return view.number(here.asked.given.get("max_length", str(seen.max_length or "")), seen.model, text)
    return Html("")


def names_of(found: Found) -> list[str]:
    """The names in double braces that a finding tells of."""
    said = found.finding.facts.get("names", [])
    names = said.split(",") if isinstance(said, str) else said
    return [str(name).strip().strip("{}").strip() for name in names]


def _shown(here: Now, dataset: "Dataset", page: int, text: Text) -> Html:
    if here.missing:
        return view.hint(text(f"mend.missing.{here.missing}.why"))
    if here.answer is None or (here.answer.value is None and here.answer.error is None) or not here.answer.fresh:
        return view.waiting(text)
    if here.answer.error is not None:
        return view.hint(text.error(here.answer.error), warning=True)
    found = here.answer.value
    return view.shown(found, page, max(0, dataset.usable - found.changed - found.dropped), text)
