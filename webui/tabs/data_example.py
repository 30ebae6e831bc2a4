"""One of the first rows as it would read with the menus as they stand, as HTML (no Gradio here)."""

import json

from core.data.formats.reading_as import Example
from webui.columns import How
from webui.markup import Html, el
from webui.tabs import row_view
from webui.tabs.data_columns_view import part_words
from webui.text import Text


def example(how: How, place: int, text: Text) -> Html:
    """How one of the first rows reads as the menus stand: its cells, and the conversation they become."""
    if how.beginning is None or how.beginning.error is not None or not how.examples:
        return Html("")
    place %= len(how.examples)
    one, record = how.examples[place], how.beginning.records[place]

    def step(do: str, sign: str) -> Html:
        words = text(f"data.{do}")
        return el("button", sign, cls="lw-button lw-step", type="button", data_do=do, aria_label=words)

    of = "data.row_of" if how.beginning.whole else "data.example.of"
    where = el("span", text(of, n=place + 1, total=len(how.examples)), cls="lw-count")
    pager = el("div", step("previous", "‹"), where, step("following", "›"), cls="lw-pager")
    return el("div", pager, _becomes(how, one, text), _cells(how, record.values, text))


def _becomes(how: How, one: Example, text: Text) -> Html:
    if one.refused is not None:
        return el("p", text.finding(one.refused), cls="lw-warning")
    if not one.rows:
        return el("p", text("data.example.nothing"), cls="lw-note")
    more = el("p", text("data.example.more", n=f"{len(one.rows) - 1:,}"), cls="lw-note") if len(one.rows) > 1 else None
    return el("div", row_view.talk(one.rows[0], text), more)


def _cells(how: How, values: "dict[str, object]", text: Text) -> Html:
    """The row as it stands in the file, so that a column can be told by what is in it."""
    parts = {column: part for part, column in how.mapping.columns.items()}
    lines = [
        el(
            "tr",
            el("th", name, scope="row"),
            el("td", _short(values.get(name))),
            el("td", el("span", part_words(parts[name], text), cls="lw-tag") if name in parts else None),
        )
        for name in how.columns
    ]
    table = el("table", el("tbody", lines), cls="lw-cells")
    return el(
        "details",
        el("summary", text("data.example.cells")),
        el("div", table, cls="lw-cells-box"),
        cls="lw-more",
        id="fold-cells",
        open=not how.examples or bool(how.missing),
    )


def _short(value: object) -> str:
    said = value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)
    return said if len(said) <= 160 else said[:160] + " ..."
