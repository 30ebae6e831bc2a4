"""Putting data sets together: which ones, how much of each, in which order, with which system prompt, under what name.

What stands in the boxes is kept by the page; it is told here as JSON when the person pauses, and once more with the
press, so that nothing typed last is lost.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from core.errors import UserError
from webui.choosing import choose_data
from webui.context import Context
from webui.markup import Html, el
from webui.mixing import Form, form_of, mix_of, sizes_of
from webui.parts import BarParts, TabParts
from webui.snapshot import Page, Snapshot
from webui.tabs import data_mine_view as view
from webui.text import Text
from webui.titles import dataset_title

if TYPE_CHECKING:
    from core.data.datasets import Dataset

SCRIPT = Path(__file__).parents[1] / "assets" / "mix.js"
FORM, MADE, NEWS = "mix.form", "mix.made", "mix.news"
"""What a page remembers: what was last said in the boxes, which outlives the choice of other data; what was made of
such last, as (form, how many so far); and what was just made, until it is told."""


def build(ctx: Context, text: Text, parts: BarParts) -> TabParts:
    """The folded panel: the boxes, the line that says what comes of it, the button."""
    script = SCRIPT.read_text(encoding="utf-8")
    with gr.Accordion(text("mix.title"), open=False, elem_id="data-mix-box", visible=False) as box:
        gr.HTML(el("p", text("mix.help"), cls="lw-note"))
        form = gr.HTML(elem_id="data-mix", js_on_load=script)
        line = gr.HTML(elem_id="data-mix-line", js_on_load=script)
    parts.on_click(form, lambda page, do, id: _said(page, id), every=True)
    parts.on_click(line, lambda page, do, id: put_together(ctx, page, id, text))

    def refresh(snap: Snapshot) -> list[Any]:
        _told(snap.page)
        found = [dataset for dataset in ctx.datasets.list() if dataset.usable]
        said = snap.page.memo.get(FORM, Form())
        return [
            gr.update(visible=bool(found)),
            gr.update(value=boxes(found, text, _count(snap.page))),
            _line(ctx, said, text),
        ]

    return TabParts([box, form, line], refresh)


# -- what is done


def put_together(ctx: Context, page: Page, said: str, text: Text) -> None:
    """Build the set in the background; when it is there it is chosen, and the boxes are empty again.

    A press that still says what was just made does nothing. Raises UserError `mix.*`.
    """
    form, count = form_of(said), _count(page)
    if count and page.memo[MADE][0] == form:
        return
    page.memo[FORM] = form
    mix = mix_of(form, ctx.datasets, text)

    def done(found: "Dataset") -> None:
        choose_data(ctx, found)
        page.memo.update({FORM: Form(), MADE: (form, count + 1), NEWS: (found.name, found.usable)})

    ctx.intake.work(mix.name, "mixing", mix, lambda progress: ctx.datasets.put_together(mix, progress), done)
    ctx.intake.wait()


def _said(page: Page, said: str) -> None:
    """What stands in the boxes now; whoever says it anew may have the same made once more."""
    page.memo[FORM] = form_of(said)
    if count := _count(page):
        page.memo[MADE] = (None, count)


def _count(page: Page) -> int:
    """How many sets this page has had made."""
    count: int = page.memo.get(MADE, (None, 0))[1]
    return count


def _told(page: Page) -> None:
    """Tell what was just made, once."""
    if news := page.memo.pop(NEWS, None):
        name, rows = news
        page.note = ("mix.made_one" if rows == 1 else "mix.made", {"name": name, "rows": f"{rows:,}"})


# -- what is shown


def boxes(found: "list[Dataset]", text: Text, made: int = 0) -> Html:
    """The boxes, empty: the page puts back into them what was typed, until one more set is made of that.

    They change only with the list of sets.
    """
    seed = el("input", type="text", inputmode="numeric", data_field="seed", value="1", maxlength=9)
    more = el(
        "div",
        _box("name", text("mix.name"), el("input", type="text", data_field="name", maxlength=120)),
        _tick("shuffle", text("mix.shuffle")),
        _box("seed", text("mix.seed"), seed),
        _box("system", text("mix.system"), el("textarea", rows=2, data_field="system", maxlength=20_000)),
        _tick("replace", text("mix.replace")),
        cls="lw-mix-more",
    )  # fmt: skip
    return el("div", el("ul", [_set(dataset, text) for dataset in found], cls="lw-mix"), more, data_made=made)


def _set(dataset: "Dataset", text: Text) -> Html:
    title = dataset_title(dataset, text)
    rows = text("data.sample_rows", rows=f"{dataset.usable:,}")
    facts = view.facts([rows, text(f"data.container.{dataset.container}"), view.when(dataset.added)])
    label = el("span", el("strong", title), el("span", facts, cls="lw-note"), cls="lw-what")
    tick = el("label", el("input", type="checkbox", data_part=dataset.id), label, cls="lw-tick")
    amount = el(
        "input", type="text", data_amount=dataset.id, maxlength=12, placeholder=text("mix.all"),
        aria_label=text("mix.amount", name=title),
    )  # fmt: skip
    return el("li", tick, amount)


def _box(name: str, label: str, box: Html) -> Html:
    return el("label", el("span", label), box, cls=f"lw-field lw-field-{name}")


def _tick(name: str, label: str) -> Html:
    return el("label", el("input", type="checkbox", data_field=name), el("span", label), cls="lw-tick")


def _line(ctx: Context, form: Form, text: Text) -> Html:
    """What would come of it, and the button."""
    said, wrong = "", False
    try:
        sizes = sizes_of(mix_of(form, ctx.datasets, text), ctx.datasets)
        said = text("mix.gives", rows=f"{sum(taken for taken, _ in sizes):,}")
        if len(sizes) > 1 or any(taken < there for taken, there in sizes):
            each = [text("mix.of", n=f"{taken:,}", all=f"{there:,}") for taken, there in sizes]
            said = text("model.blank").join((said, text("mix.from", parts=" + ".join(each))))
    except UserError as error:
        wrong = error.code != "mix.tick"
        said = text.error(error)
    button = view.button(text("mix.do"), "make", id_="data-mix-do", data_once=True)
    return el("div", el("p", said, role="status", cls="lw-warning" if wrong else "lw-note"), button, cls="lw-mix-end")
