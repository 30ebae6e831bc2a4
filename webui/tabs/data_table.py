"""The rows as a table, a page at a time, each with what is wrong with it (no Gradio here)."""

from functools import lru_cache

from webui.markup import Html, el
from webui.tabs import row_view
from webui.tabs.data_findings import mark, of_row
from webui.tabs.data_rows import PAGE, Findings, Selection
from webui.text import Text

CELL = 160
"""Characters of a cell; the whole text stands in the bubbles."""


@lru_cache(maxsize=8)  # the same page of rows is asked for once a second
def table(selection: Selection, findings: Findings, page: int, at: int | None, out: int | None, text: Text) -> Html:
    """One page of the rows of `selection`. In view is the row at place `at`, or the left-out row with number `out`."""
    if not len(selection):
        return el("p", text("data.no_rows"), cls="lw-note")
    lines = selection.page(page)
    rows = iter(selection.rows.some([place for _, place in lines if place is not None]))
    shown = [
        _left_out(number, findings, number == out, text)
        if place is None
        else _row(number, place, next(rows), findings, place == at and out is None, text)
        for number, place in lines
    ]
    head = el(
        "tr",
        el("th", text("data.column.row"), scope="col"),
        el("th", text("data.column.words"), scope="col"),
        el("th", text("data.column.found"), scope="col"),
    )
    body = el("table", el("thead", head), el("tbody", shown), cls="lw-table")
    return el("div", _heading(selection, findings, text), el("div", body, cls="lw-scroll", tabindex=0),
              _pages(selection, page, text))  # fmt: skip


def _heading(selection: Selection, findings: Findings, text: Text) -> Html:
    """What is in the table, and the way back to all rows."""
    found = findings.by_id(selection.id)
    count = f"{len(selection):,}"
    if not selection.id:
        said = text("data.table_all", n=count)
    elif found is None:
        said = text("data.table_any", n=count)
    else:
        said = text("data.table_one", n=count, mark=found.mark)
    back = el("button", text("data.all_rows"), cls="lw-link", type="button", data_do="only", data_id="")
    return el("div", el("span", said, cls="lw-note"), back if selection.id else None, cls="lw-table-head")


def _row(number: int, place: int, row: row_view.Row, findings: Findings, chosen: bool, text: Text) -> Html:
    marks = [mark(found, text) for found in findings.of(number)]
    press = {"type": "button", "data_do": "row", "data_id": str(place), "data_to": "#data-view-panel"}
    asked, answered = _cell(row_view.question(row)), _cell(row_view.answer(row))
    words = [el("span", asked, cls="lw-asked"), el("span", answered, cls="lw-answered")]
    if (more := row_view.exchanges(row) - 1) > 0:
        words.append(el("span", text("data.turns_more", n=f"{more:,}"), cls="lw-tag"))
    current = "true" if chosen else None
    wording = f" · {text('data.wording', n=row['variant'])}" if row.get("variant") else ""
    button = el(
        "button", str(number), el("span", wording, cls="lw-wording"), cls="lw-link",
        aria_label=text("data.open_row", row=f"{number}{wording}"), aria_current=current, **press,
    )  # fmt: skip
    return el(
        "tr",
        el("td", button),
        el("td", words, cls="lw-words-cell"),
        el("td", marks),
        cls="lw-pressable lw-chosen-row" if chosen else "lw-pressable",
        data_do="row",
        data_id=str(place),
        data_to="#data-view-panel",
    )


def _left_out(number: int, findings: Findings, chosen: bool, text: Text) -> Html:
    """A row that is not learned: its number, and why; pressed, it opens as it stands in the file."""
    why = findings.of(number)
    press = {"data_do": "out", "data_id": str(number), "data_to": "#data-view-panel"}
    said = [el("span", of_row(found, number, text), cls="lw-answered") for found in why]
    current = "true" if chosen else None
    button = el("button", str(number), cls="lw-link", type="button", aria_label=text("data.open_row", row=number),
                aria_current=current, **press)  # fmt: skip
    return el(
        "tr",
        el("td", button),
        el("td", said, cls="lw-words-cell"),
        el("td", [mark(found, text) for found in why]),
        cls="lw-pressable lw-out lw-chosen-row" if chosen else "lw-pressable lw-out",
        **press,
    )


def _cell(said: str) -> str:
    """A text in one line, shortened."""
    line = " ".join(said[: 4 * CELL].split())
    return line if len(line) <= CELL else line[:CELL] + " …"


def _pages(selection: Selection, page: int, text: Text) -> Html | None:
    """First, back, on, last, and a number to go to; nothing for a single page."""
    if selection.pages == 1:
        return None

    def button(sign: str, id: str, off: bool) -> Html:
        return el(
            "button", sign, cls="lw-button lw-step", type="button", data_do="page", data_id=id,
            aria_label=text(f"data.page.{id}"), disabled=off,
        )  # fmt: skip

    first, last = page == 0, page == selection.pages - 1
    begin, end = page * PAGE + 1, min((page + 1) * PAGE, len(selection))
    said = text("data.page_of", a=f"{begin:,}", b=f"{end:,}", n=f"{len(selection):,}")
    return el(
        "nav",
        button("«", "first", first),
        button("‹", "back", first),
        el("span", said, cls="lw-count"),
        button("›", "on", last),
        button("»", "last", last),
        cls="lw-pager",
        aria_label=text("data.pages"),
    )
