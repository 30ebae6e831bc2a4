"""The rows as a table, a page at a time, each with what is wrong with it (no Gradio here)."""

from functools import lru_cache

from webui.markup import Html, el
from webui.tabs import row_view
from webui.tabs.data_cell import cell
from webui.tabs.data_findings import mark, of_row
from webui.tabs.data_rows import Findings, Hand, Key
from webui.tabs.data_select import PAGE, Line, Selection
from webui.text import Text

Told = tuple[tuple[int, str], ...]
"""(number, what the file says) of rows that were left out."""


@lru_cache(maxsize=8)  # the same page of rows is asked for once a second
def table(
    selection: Selection,
    findings: Findings,
    page: int,
    at: int | None,
    out: int | None,
    text: Text,
    told: Told = (),
    ticked: frozenset[Key] = frozenset(),
) -> Html:
    """One page of the rows of `selection`. In view is the row at place `at`, or the left-out row with number `out`."""
    heading = _heading(selection, findings, ticked, text)
    if not len(selection):
        return el("div", heading, none(selection, text))
    lines = selection.page(page)
    rows = iter(selection.rows.some([line.place for line in lines if line.place is not None]))
    shown = []
    for line in lines:
        if line.gone:
            shown.append(_gone(line.key, text))
        elif line.place is None:
            shown.append(_left_out(line.key[0], findings, dict(told).get(line.key[0], ""), line.key[0] == out, text))
        else:
            chosen = line.place == at and out is None
            shown.append(_row(line, next(rows), findings, selection, chosen, ticked, text))
    head = el(
        "tr",
        el("th", text("data.column.row"), scope="col"),
        el("th", text("data.column.words"), scope="col"),
        el("th", text("data.column.found"), scope="col"),
    )
    body = el("table", el("thead", head), el("tbody", shown), cls="lw-table")
    scroll = el("div", body, cls="lw-scroll", tabindex=0, role="region", aria_label=text("edit.table_keys"))
    keys = el("p", text("edit.keys_short"), cls="lw-note lw-keys", aria_hidden="true")
    return el("div", heading, scroll, _pages(selection, page, text), keys)


def none(selection: Selection, text: Text) -> Html:
    """Why no row is shown, and what to do."""
    if selection.asked.words:
        return el("p", text("edit.found_nothing", words=selection.asked.words), cls="lw-note", role="status")
    key = "edit.no_rows_yet" if selection.rows.empty else "data.no_rows"
    if selection.rows.hand.gone:
        key = "edit.only_gone" if selection.gone else "edit.all_gone"
    return el("p", text(key), cls="lw-note")


def _heading(selection: Selection, findings: Findings, ticked: frozenset[Key], text: Text) -> Html:
    """What is in the table, the way back to all rows, and what was done by hand."""
    found = findings.by_id(selection.id)
    count, asked, hand = f"{len(selection):,}", selection.asked, selection.rows.hand
    if not len(selection) and not asked.words:
        said = ""  # what is the matter is said below
    elif asked.looking:
        said = text("edit.looking")
    elif asked.words and selection.id:
        said = text("edit.found_words_among", n=count, words=asked.words)
    elif asked.words:
        said = text("edit.found_words", n=count, words=asked.words)
    elif selection.id == "hand":
        said = text("edit.table_hand", n=count)
    elif not selection.id:
        said = text("data.table_all", n=count)
    elif found is None:
        said = text("data.table_any", n=count)
    else:
        said = text("data.table_one" if len(selection) != 1 else "data.table_one_row", n=count, mark=found.mark)

    def button(label: str, do: str, id: str = "") -> Html:
        once = do == "undo"  # a double click takes back one change
        return el("button", label, cls="lw-link", type="button", data_do=do, data_id=id, data_once=once)

    buttons = [button(text("edit.new"), "new")]
    if ticked:
        buttons.append(button(text("edit.delete_ticked", n=f"{len(ticked):,}"), "delete_ticked"))
    if hand.count and selection.id != "hand":
        buttons.append(button(text("edit.hand", n=f"{hand.count:,}"), "only", "hand"))
    if hand.last:
        buttons.append(button(text("edit.undo", what=done(hand, text)), "undo", hand.change))
    if selection.id or asked.words:
        buttons.append(button(text("data.all_rows"), "only"))
    means = el("p", text("edit.keep_means"), cls="lw-note") if hand.count else None
    return el("div", el("span", said, cls="lw-note", role="status"), buttons, means, cls="lw-table-head")


def done(hand: Hand, text: Text) -> str:
    """The last change by hand in words: "row 12 edited"."""
    row = hand.last[0][0]
    if len(hand.last) > 1:
        key = "edit.did.removed_many" if hand.last[0] in hand.gone else "edit.did.added_many"
        return text(key, n=f"{len(hand.last):,}")
    kind = "added" if hand.last[0] in hand.added else "removed" if hand.last[0] in hand.gone else "changed"
    return text(f"edit.did.{kind}", row=row)


def _row(
    line: Line,
    row: row_view.Row,
    findings: Findings,
    selection: Selection,
    chosen: bool,
    ticked: frozenset[Key],
    text: Text,
) -> Html:
    number, place = line.key[0], str(line.place)
    key = (number, int(row.get("variant", 0)))
    marks = [mark(found, text) for found in findings.of(number)]
    asked, answered = (cell(said, selection.asked.words) for said in (row_view.question(row), row_view.answer(row)))
    words = [el("span", asked, cls="lw-asked"), el("span", answered, cls="lw-answered")]
    if (more := row_view.exchanges(row) - 1) > 0:
        words.append(el("span", text("data.turns_more", n=f"{more:,}"), cls="lw-tag"))
    said = _by_hand(key, selection.rows.hand, text)
    by_hand = el("span", said, cls="lw-tag lw-by-hand") if said else None
    current = "true" if chosen else None
    wording = f" · {text('data.wording', n=row['variant'])}" if row.get("variant") else ""
    press = {"data_do": "row", "data_id": place, "data_to": "#data-view-panel"}
    button = el(
        "button", str(number), el("span", wording, cls="lw-wording"), cls="lw-link", type="button",
        aria_label=text("data.open_row", row=f"{number}{wording}"), aria_current=current, tabindex=_stop(chosen),
        **press,
    )  # fmt: skip
    return el(
        "tr",
        el("td", el("span", _tick(key, key in ticked, chosen, text), button, cls="lw-row-name"), by_hand),
        el("td", words, cls="lw-words-cell"),
        el("td", marks),
        cls="lw-pressable lw-chosen-row" if chosen else "lw-pressable",
        **press,
    )


def _by_hand(key: Key, hand: Hand, text: Text) -> str:
    """What was done to a row by hand."""
    if key in hand.copies:
        return text("edit.mark_copy", row=hand.copies[key][0])
    if key in hand.added:
        return text("edit.mark_new")
    return text("edit.mark_changed") if key in hand.changed else ""


def _stop(chosen: bool) -> int | None:
    """Only the chosen row stops the Tab key, for arrows walk through the others: twenty rows are no forty stops."""
    return None if chosen else -1


def _tick(key: Key, ticked: bool, chosen: bool, text: Text) -> Html:
    """The box that takes a row along for what is done to several."""
    return el(
        "button", "✓" if ticked else "", cls="lw-row-tick", type="button", role="checkbox", data_do="tick",
        data_id=f"{key[0]}.{key[1]}", aria_checked="true" if ticked else "false",
        aria_label=text("edit.tick", row=key[0]), tabindex=_stop(chosen),
    )  # fmt: skip


def _gone(key: Key, text: Text) -> Html:
    """A row that was deleted by hand, and the way to have it back."""
    bring = el(
        "button", text("edit.bring_back"), cls="lw-link", type="button", data_do="bring", data_id=f"{key[0]}.{key[1]}",
        aria_label=text("edit.bring_back_row", row=key[0]),
    )  # fmt: skip
    said = el("s", text("edit.deleted_row"), cls="lw-answered")
    return el("tr", el("td", el("s", str(key[0]))), el("td", said, bring, cls="lw-words-cell"), el("td"), cls="lw-gone")


def _left_out(number: int, findings: Findings, asked: str, chosen: bool, text: Text) -> Html:
    """A row that is not learned: its number, what it asks, else why; pressed, it opens as it stands in the file."""
    why = findings.of(number)
    press = {"data_do": "out", "data_id": str(number), "data_to": "#data-view-panel"}
    said = [el("span", cell(asked), cls="lw-asked")]
    if not asked.strip():
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
