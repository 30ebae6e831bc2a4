"""What was brought earlier: use it, rename it, delete it. A question about one stands at its own row."""

import time
from typing import TYPE_CHECKING, Any

import gradio as gr

from webui import choosing
from webui.actions import Outcome
from webui.choosing import choose_data
from webui.context import Context
from webui.markup import Html, el
from webui.parts import BarParts, TabParts
from webui.snapshot import Page, Snapshot
from webui.text import Text
from webui.titles import dataset_title

if TYPE_CHECKING:
    from core.data.datasets import Dataset

SCRIPT = """
const asked = () => {
  const question = element.querySelector('.lw-asking');
  question?.scrollIntoView({behavior: 'smooth', block: 'center'});
  const box = question?.querySelector('input');
  (box || question?.querySelector('[data-do=keep]'))?.focus({preventScroll: true});
  box?.select();
};
const press = (pressed) => {
  const box = pressed.dataset.do === 'save' && pressed.closest('li').querySelector('input');
  trigger('click', {do: pressed.dataset.do, id: box ? box.value : pressed.dataset.id || ''});
  if (pressed.dataset.do === 'use') setTimeout(() => scrollTo({top: 0, behavior: 'smooth'}), 250);
  if (['rename', 'delete'].includes(pressed.dataset.do)) waiting = Date.now();
};
let waiting = 0;
new MutationObserver(() => {
  if (Date.now() - waiting > 5000 || !element.querySelector('.lw-asking')) return;
  waiting = 0;
  asked();
}).observe(element, {childList: true, subtree: true});
element.addEventListener('click', (event) => {
  const pressed = event.target.closest('button[data-do]');
  if (pressed && element.contains(pressed)) press(pressed);
});
element.addEventListener('keydown', (event) => {
  const question = event.target.closest('.lw-asking');
  if (!question || event.isComposing) return;
  if (event.key === 'Enter' && event.target.tagName === 'INPUT') press(question.querySelector('[data-do=save]'));
  if (event.key === 'Escape') press(question.querySelector('[data-do=keep]'));
});"""
"""A question comes into sight, and whoever answers it by keyboard is in it already; data that is used is shown."""


def build(ctx: Context, text: Text, parts: BarParts) -> TabParts:
    """The folded list."""
    with gr.Accordion(text("data.mine", n=0), open=False, elem_id="data-mine-box") as box:
        mine = gr.HTML(elem_id="data-mine", js_on_load=SCRIPT)
    parts.on_click(mine, lambda page, do, id: press(ctx, page, do, id))

    def refresh(snap: Snapshot) -> list[Any]:
        found = ctx.datasets.list()
        asking = snap.page.memo.get("data.asking", ("", ""))
        label = text("data.mine", n=len(found))
        shown = listed(ctx, found, snap.draft.dataset, asking, text)
        return [gr.update(label=label, visible=bool(found)), gr.update(value=shown)]

    return TabParts([box, mine], refresh)


# -- what is done


def press(ctx: Context, page: Page, do: str, id: str) -> Outcome | None:
    """A press in the list; `id` is a data set's, and the new name when one is saved."""
    if do == "keep":
        page.memo.pop("data.asking", None)
    elif do == "save":
        rename(ctx, page, id)
    elif do == "delete_yes":
        return delete(ctx, page)
    elif do == "use":
        ctx.intake.cancel()
        choose_data(ctx, ctx.datasets.get(id))
        page.memo.pop("data.changing", None)
    elif do in ("rename", "delete"):
        page.memo["data.asking"] = (do, ctx.datasets.get(id).id)
    return None


def rename(ctx: Context, page: Page, name: str) -> None:
    """Give the data set that was asked about another name. Raises UserError for one that is none."""
    do, id = page.memo.get("data.asking", ("", ""))
    if do == "rename":
        ctx.datasets.rename(id, name)
        del page.memo["data.asking"]


def delete(ctx: Context, page: Page) -> Outcome | None:
    """Delete the data set that was asked about."""
    do, id = page.memo.pop("data.asking", ("", ""))
    if do != "delete":
        return None
    dataset = ctx.datasets.get(id)
    choosing.delete(ctx, dataset)
    return Outcome(note=("data.deleted", {"name": dataset.name}))


# -- what is shown


def listed(ctx: Context, found: "list[Dataset]", chosen: str | None, asking: tuple[str, str], text: Text) -> Html:
    """Every data set with what tells it from another of the same name; under one, the question that is asked."""
    if not found:
        return el("p", text("data.mine_none"), cls="lw-note")
    lines = []
    for dataset in found:
        question = None
        if asking[1] == dataset.id:
            question = _name(dataset, text) if asking[0] == "rename" else _sure(ctx, dataset, text)
        lines.append(el("li", _line(dataset, dataset.id == chosen, text), question))
    return el("ul", lines, cls="lw-rows lw-mine")


def _line(dataset: "Dataset", chosen: bool, text: Text) -> list[Html]:
    facts = [
        text("data.sample_rows", rows=f"{dataset.rows:,}"),
        text(f"data.container.{dataset.container}"),
        time.strftime("%Y-%m-%d %H:%M", time.localtime(dataset.added)),
    ]
    title = dataset_title(dataset, text)
    name = [el("strong", title), el("span", text("data.mine_chosen"), cls="lw-tag lw-yes") if chosen else None]

    def button(do: str) -> Html:
        return el("button", text(f"data.{do}"), cls="lw-link", type="button", data_do=do, data_id=dataset.id,
                  aria_label=f"{text(f'data.{do}')}: {title}")  # fmt: skip

    use = el("span", aria_hidden="true") if chosen else button("use")  # the buttons of all rows stand under one another
    return [
        el("span", el("span", name, cls="lw-name"), el("span", " · ".join(facts), cls="lw-note"), cls="lw-what"),
        el("span", use, button("rename"), button("delete"), cls="lw-actions"),
    ]


def _button(label: str, do: str, id: str, cls: str = "lw-button") -> Html:
    return el("button", label, cls=cls, type="button", data_do=do, id=id)


def _name(dataset: "Dataset", text: Text) -> Html:
    label = text("data.name")
    box = el("input", type="text", id="data-name", maxlength=120, value=dataset.name, aria_label=label)
    buttons = [_button(text("data.save"), "save", "data-save"), _button(text("bar.cancel"), "keep", "data-keep-name")]
    return el("div", box, buttons, cls="lw-asking")


def _sure(ctx: Context, dataset: "Dataset", text: Text) -> Html:
    gone = {dataset.id, *(each.id for each in ctx.datasets.hidden_by(dataset.id))}
    used = sum(not gone.isdisjoint((run.spec.dataset, run.spec.eval_dataset)) for run in ctx.store.list())
    said = text("data.delete_used" if used else "data.delete_ask", name=dataset_title(dataset, text), n=used)
    buttons = [
        _button(text("data.delete_yes"), "delete_yes", "data-delete-yes", "lw-button lw-danger"),
        _button(text("data.keep"), "keep", "data-delete-no"),
    ]
    return el("div", el("p", said, cls="lw-warning", id="data-delete-ask"), buttons, cls="lw-asking")
