"""How a file is read, and reading it in another way: the menus, their live example, and what findings offer."""

from typing import TYPE_CHECKING, Any

import gradio as gr

from core.data.formats import reading_as
from core.data.formats.parts import FORMATS
from webui import choosing, columns
from webui.context import Context
from webui.markup import Html, el
from webui.parts import BarParts, TabParts, clickable
from webui.snapshot import Page, Snapshot
from webui.tabs import data_columns_view as view
from webui.tabs import data_example
from webui.text import Text

if TYPE_CHECKING:
    from core.data.datasets import Dataset

CHANGES = """
const value = (target) => (target.type !== 'checkbox' ? target.value : target.checked ? 'yes' : '');
const tell = (target) => trigger('click', {do: 'set', id: `${target.dataset.id}=${value(target)}`});
const waiting = new Map();
element.addEventListener('change', (event) => {
  if (event.target.matches('select[data-do=set], input[type=checkbox][data-do=set]')) tell(event.target);
});
element.addEventListener('input', (event) => {
  if (!event.target.matches('input[type=text][data-do=set]')) return;
  clearTimeout(waiting.get(event.target));
  waiting.set(event.target, setTimeout(() => tell(event.target), 350));
});
element.addEventListener('click', (event) => {
  const pressed = event.target.closest('button[data-do]');
  if (pressed && element.contains(pressed)) trigger('click', {do: pressed.dataset.do, id: pressed.dataset.id || ''});
});"""
"""A menu tells its name and what was chosen; a box for words waits until the person pauses."""

LOOK_S = 0.6
"""Seconds that a change waits for the rows of another sheet or encoding, so that the example comes with it."""


def build(ctx: Context, text: Text, parts: BarParts) -> TabParts:
    """The folded panel; it is open by itself while the person is asked for something."""
    c: dict[str, Any] = {}
    with gr.Accordion(text("data.columns"), open=False, elem_id="data-columns-box") as c["box"]:
        with gr.Row(elem_id="data-columns"):
            with gr.Column(scale=5):
                c["fills"] = gr.HTML(elem_id="data-fills", js_on_load=CHANGES)
                c["menus"] = gr.HTML(elem_id="data-menus", js_on_load=CHANGES)
            with gr.Column(scale=6):
                gr.HTML(el("h3", text("data.example.title"), cls="lw-group"))
                c["example"] = clickable(elem_id="data-example")
    for name in ("menus", "fills"):
        parts.on_click(c[name], lambda page, do, id: _change(ctx, page, do, id), every=True)
    parts.on_click(c["example"], lambda page, do, id: _leaf(page, do))

    def refresh(snap: Snapshot) -> list[Any]:
        updates = _refresh(ctx, snap, text)
        if snap.page.memo.get("data.call") != snap.page.memo.get("data.called"):  # it may have been folded by hand
            snap.page.memo["data.called"] = snap.page.memo.get("data.call")
            snap.page.seen.pop(c["box"]._id, None)
        return [updates[name] for name in c]

    return TabParts(list(c.values()), refresh)


# -- what findings offer


def accept_offer(ctx: Context, page: Page, menu: str) -> None:
    """Press of a finding's button that leads to the menus: the person has to say something there."""
    if _chosen(ctx) is not None and menu in ("speaker", "columns"):
        page.memo["data.columns"], page.memo["data.call"] = True, page.memo.get("data.call", 0) + 1
        page.memo["data.to"] = menu


def _chosen(ctx: Context) -> "Dataset | None":
    draft = ctx.drafts.load()
    return ctx.datasets.get(draft.dataset) if draft.dataset else None


# -- what is done


def _leaf(page: Page, do: str) -> None:
    page.memo["data.example"] = page.memo.get("data.example", 0) + {"previous": -1, "following": 1}.get(do, 0)


def _change(ctx: Context, page: Page, do: str, id: str) -> None:
    """A menu was changed; nothing is read anew before the person says so."""
    dataset = _chosen(ctx)
    if dataset is None:
        return
    page.memo["data.columns"] = True  # the panel stays open while it is worked with
    if do == "as_it_was":
        page.memo.pop("data.fills", None)
        choosing.as_it_was(ctx, dataset)
    if do != "set":
        return
    name, _, value = id.partition("=")
    wished = ctx.wishes.of(dataset)
    if name.startswith("fill:"):
        fill = {**wished.fill, name.removeprefix("fill:"): value}
        ctx.wishes.update(dataset, fill={key: said for key, said in fill.items() if said})
    elif name in ("structured", "repair"):
        ctx.wishes.update(dataset, **{name: value == "yes"})
    elif name in ("sheet", "encoding", "separator"):
        page.memo.pop("data.later", None)
        ctx.wishes.update(dataset, **{name: value or None})
    elif name == "header":
        page.memo.pop("data.later", None)
        ctx.wishes.update(dataset, header={"yes": True, "no": False}.get(value))
    elif name == "speaker":
        ctx.wishes.update(dataset, speaker=value or None)
    elif name == "format" or name.startswith("part:"):
        if not _choose_columns(ctx, dataset, name, value):
            page.memo.setdefault("data.later", []).append((name, value))
    columns.beginning_of(ctx, dataset, ctx.wishes.of(dataset), wait_s=LOOK_S)


def _choose_columns(ctx: Context, dataset: "Dataset", name: str, value: str) -> bool:
    """Another format, or another column for a part. Values that the page did not offer change nothing.

    False while the first rows are still being read: what can be chosen is not known yet.
    """
    wished = ctx.wishes.of(dataset)
    beginning = columns.beginning_of(ctx, dataset, wished, wait_s=LOOK_S)
    if beginning is None:
        return False
    mapping = columns.mapping_of(dataset, beginning, wished)
    if name == "format":
        if value in FORMATS:
            found = reading_as.columns_for(value, beginning.columns, beginning.records, mapping)
            ctx.wishes.update(dataset, format=value, columns=found)
        return True
    part = name.removeprefix("part:")
    if reading_as.has_part(mapping, part) and (not value or value in beginning.columns):
        ctx.wishes.update(dataset, format=mapping.format, columns=reading_as.with_part(mapping, part, value))
    return True


def _do_later(ctx: Context, page: Page, dataset: "Dataset") -> None:
    """What was chosen while another sheet or encoding was being opened, once it is."""
    while (later := page.memo.get("data.later")) and columns.beginning_of(ctx, dataset, ctx.wishes.of(dataset)):
        _choose_columns(ctx, dataset, *later.pop(0))


# -- what is shown


def _refresh(ctx: Context, snap: Snapshot, text: Text) -> dict[str, Any]:
    if snap.dataset is not None:
        _do_later(ctx, snap.page, snap.dataset)
    how, memo = columns.how(ctx, snap), snap.page.memo
    if snap.dataset is None or how is None:
        return {"box": gr.update(visible=False), **dict.fromkeys(("menus", "fills", "example"), gr.update(value=""))}
    open_speaker = bool(how.speakers) and how.mapping.speaker is None
    asked = bool(how.missing) or how.changed or not snap.dataset.confirmed or open_speaker
    boxes = memo.get("data.fills")
    if boxes is None or boxes[0] != how.placeholders:
        boxes = memo["data.fills"] = (list(how.placeholders), _boxes(snap.dataset, how, text))
    return {
        "box": gr.update(
            visible=True,
            open=asked or bool(memo.get("data.columns")),
        ),
        "menus": gr.update(
            value=view.menus(snap.dataset, how, text, call=memo.get("data.call", 0), to=memo.get("data.to", ""))
        ),
        "fills": gr.update(value=boxes[1], visible=bool(boxes[1])),
        "example": gr.update(value=data_example.example(how, memo.get("data.example", 0), text)),
    }


def _boxes(dataset: "Dataset", how: columns.How, text: Text) -> Html:
    rows = [finding.rows for finding in dataset.findings if finding.code == "text.placeholder"]
    return view.fills(how, how.placeholders, text, rows[0] if rows else ())
