"""What would be mended, as HTML: counts, and rows before and after with what is different marked (no Gradio here)."""

from typing import TYPE_CHECKING

from webui.markup import Html, el
from webui.mending import Shown
from webui.row_diff import Piece, Side, Turn
from webui.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

PAGE = 10
"""Changed rows on a page of the preview."""

SIGNS = {" ": "·", "\n": "↵\n", "\r": "", "\t": "→", "\u00a0": "·", "\u3000": "□"}
"""How white space is shown where nothing else is different."""

MARKS = {"gone": "del", "new": "ins"}


def head(title: str, said: "Sequence[str]", refused: str, call: int, text: Text, *, asks: bool = False) -> Html:
    """What it is about, and why it could not be done ("" where nothing went wrong).

    call: grows when a person has just asked for it; it then comes into sight
    asks: there is something to fill in, where the person goes on
    """
    lines = [el("p", each, cls="lw-note") for each in said]
    lines.append(el("p", text("mend.undoable"), cls="lw-note"))
    if refused:
        lines.append(el("p", refused, cls="lw-warning", role="alert"))
    return el(
        "div", el("h2", title, cls="lw-title", tabindex=-1), lines, data_call=call, data_asks="yes" if asks else None
    )


def done(said: str, text: Text) -> Html:
    """What was just done, where it was asked for, with a way back."""
    undo = el("button", text("mend.undo"), cls="lw-button", type="button", data_do="undo_version", data_once=True)
    close = el("button", text("mend.close"), cls="lw-link", type="button", data_do="mend_seen")
    return el("div", el("span", "✓", cls="lw-fine", aria_hidden="true"), el("strong", said), undo, close,
              cls="lw-mend-done", role="status")  # fmt: skip


def asked(inside: Html, call: int) -> Html:
    """What is to be filled in, as of the press that asked for it."""
    return el("div", inside, data_call=call)


def boxes(names: "Sequence[str]", given: dict[str, str], text: Text, *, skip: bool = False) -> Html:
    """One box for each name that stands in double braces; `skip`: some may stay as they are."""
    fields = [_box(text("mend.fill", name=name), f"fill:{name}", given.get(f"fill:{name}", "")) for name in names]
    tick = el("input", type="checkbox", data_set="skip", checked=given.get("skip") == "yes")
    leave = el("label", tick, el("span", text("mend.skip")), cls="lw-tick") if skip else None
    return el("div", el("div", fields, cls="lw-menus"), leave, cls="lw-mend-ask")


def ticks(ways: "Sequence[str]", given: dict[str, str], text: Text) -> Html:
    """In which ways the file is to be read anew."""
    lines = [
        el(
            "label",
            el("input", type="checkbox", data_set=f"read:{way}", checked=given.get(f"read:{way}") != "no"),
            el("span", text(f"data.menu.{way}")),
            cls="lw-tick",
        )
        for way in ways
    ]
    return el("div", lines, cls="lw-mend-ask")


def number(value: str, model: str, text: Text) -> Html:
    """The longest row that is wanted."""
    return el(
        "div",
        _box(text("mend.max_length", model=model), "max_length", value, kind="number"),
        cls="lw-menus lw-mend-ask",
    )


def _box(label: str, name: str, value: str, kind: str = "text") -> Html:
    least = 1 if kind == "number" else None
    box = el("input", type=kind, min=least, value=value, data_set=name, maxlength=2000, autocomplete="off")
    return el("label", el("span", label, cls="lw-menu-name"), box, cls="lw-menu")


def hint(said: str, *, warning: bool = False) -> Html:
    return el("p", said, cls="lw-warning" if warning else "lw-note", role="status")


def waiting(share: float, text: Text) -> Html:
    """How far the look at all rows is."""
    line = text("mend.looking")
    bar = el("progress", value=round(100 * share), max=100, aria_label=line)
    return el("div", el("p", line, cls="lw-note", role="status"), bar)


def shown(found: Shown, page: int, rest: int, text: Text) -> Html:
    """Counts, then a page of rows.

    rest: rows that stay as they are
    """
    if found.nothing:
        return el("p", text("mend.nothing"), cls="lw-note", role="status")
    counts = [
        el("div", el("dt", text(f"mend.count.{name}")), el("dd", f"{n:,}"))
        for name, n in (
            ("changed", found.changed),
            ("dropped", found.dropped),
            ("added", found.added),
            ("rest", rest),
        )
        if n
    ]
    if not found.rows and not found.out:
        counts = []
    parts = [el("dl", counts, cls="lw-mend-counts")] if counts else []
    for key, one, rows in (
        ("mend.stay_out", "mend.stay_out_one", found.out),
        ("mend.meant", "mend.meant_one", found.meant),
    ):
        if rows:
            key = key if len(rows) > 1 else one
            parts.append(el("p", text(key, n=f"{len(rows):,}", row_list=text.rows(rows)), cls="lw-settled"))
    if found.accepted and not found.out and not found.meant:
        parts.append(el("p", text("mend.meant_file"), cls="lw-settled"))
    if found.changes:
        pages = -(-len(found.changes) // PAGE)
        page = max(0, min(page, pages - 1))
        lines = [_change(*each, text) for each in found.changes[page * PAGE : (page + 1) * PAGE]]
        parts += [el("ol", lines, cls="lw-changes"), _pager(found, page, pages, text)]
    return el("div", parts)


def _pager(found: Shown, page: int, pages: int, text: Text) -> Html | None:
    if pages < 2:
        return None
    first, last = page * PAGE + 1, min(len(found.changes), (page + 1) * PAGE)
    total = found.changed + found.dropped + found.added
    steps = [
        el("button", sign, cls="lw-button lw-step", type="button", data_do="mend_page", data_id=str(to),
           aria_label=text(key), aria_disabled=None if 0 <= to < pages else "true")
        for sign, key, to in (("‹", "data.page.back", page - 1), ("›", "data.page.on", page + 1))
    ]  # fmt: skip
    count = el("span", text("data.page_of", a=f"{first:,}", b=f"{last:,}", n=f"{len(found.changes):,}"), cls="lw-count")
    more = None
    if total > len(found.changes):
        more = el("span", text("mend.first", shown=f"{len(found.changes):,}", n=f"{total:,}"), cls="lw-note")
    return el("nav", steps[0], count, steps[1], more, cls="lw-pager", aria_label=text("mend.pages"))


# -- one row


def _change(key: tuple[int, int], before: Side, after: tuple[Side, ...], text: Text) -> Html:
    kind = "change" if before and after else "dropped" if before else "comes"
    title = el("p", text(f"mend.row.{kind}", row=key[0]), cls="lw-change-title")
    sides = []
    if before:
        sides.append(side(text("mend.before") if after else "", [before], text))
    if after:
        sides.append(side(text("mend.after") if before else "", after, text))
    return el("li", title, el("div", sides, cls="lw-sides"), cls=f"lw-change lw-is-{kind}")


def side(label: str, rows: "Sequence[Side]", text: Text) -> Html:
    """One side of a comparison, several rows below each other; without a label where there is no other side."""
    parts: list[Html] = []
    for number, turns in enumerate(rows, 1):
        if len(rows) > 1:
            parts.append(el("p", text("mend.piece", n=number, total=len(rows)), cls="lw-piece"))
        parts += [_turn(turn, text) for turn in turns]
    return el("div", el("p", label, cls="lw-side-name") if label else None, parts, cls="lw-side")


def _turn(turn: Turn, text: Text) -> Html:
    if turn.skipped:
        key = "mend.skipped" if turn.kind == "same" else "mend.skipped_more"
        return el("p", text(key, n=turn.skipped), cls="lw-note")
    label = text(f"data.role.{turn.role}") if f"data.role.{turn.role}" in text else turn.role[:80]
    name = el(MARKS.get(turn.kind, "span"), label, cls="lw-who")
    said = [_piece(piece) for piece in turn.pieces] or [el("span", text("data.empty_turn"), cls="lw-note")]
    return el("div", name, el("p", said, cls="lw-said"), cls="lw-turn")


def _piece(piece: Piece) -> Html:
    if piece.kind == "gap":
        return el("span", " … ", cls="lw-gap")
    if piece.kind == "same":
        return el("span", piece.words)
    if _seen(piece.words):
        return el(MARKS[piece.kind], piece.words)
    return el(MARKS[piece.kind], _visible(piece.words), cls="lw-blank")


def _seen(words: str) -> bool:
    """Whether anything of it can be seen."""
    return any(sign.isprintable() and not sign.isspace() for sign in words)


def _visible(words: str) -> str:
    return "".join(SIGNS.get(sign, "▯") for sign in words)
