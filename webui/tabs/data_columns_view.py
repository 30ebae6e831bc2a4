"""The menus that say how a file is read, as HTML (no Gradio here)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.data.formats import reading_as
from core.data.formats.parts import FORMATS, kind_of
from webui.columns import How
from webui.markup import Html, el
from webui.text import Text

if TYPE_CHECKING:
    from core.data.datasets import Dataset

ENCODINGS = ("utf-8", "gb18030", "big5hkscs", "utf-16", "cp932", "cp949", "cp1252")
SAME_ENCODING = {
    "utf-8-sig": "utf-8", "ascii": "utf-8", "gbk": "gb18030", "gb2312": "gb18030", "big5": "big5hkscs",
    "shift_jis": "cp932", "euc_kr": "cp949", "utf-16-le": "utf-16", "utf-16-be": "utf-16",
}  # fmt: skip
"""Names that the same menu entry stands for."""
SEPARATORS = (",", ";", "\t", "|")


def encoding_words(name: str, text: Text) -> str:
    """ "Chinese (GB18030)"; one that has no words here goes by its technical name."""
    key = f"data.encoding.{SAME_ENCODING.get(name, name)}"
    return text(key) if key in text else name.upper()


def format_words(name: str, text: Text, *, talk: bool = False) -> str:
    """What rows of a format are called; `talk`: they are lines in which people speak by name."""
    return text("data.format.talk" if talk and name in ("messages", "sharegpt") else f"data.format.{name}")


def part_words(part: str, text: Text) -> str:
    """What a part is called; "similar3" is another "similar"."""
    return text(f"data.part.{kind_of(part)}")


# -- the menus


def intro(dataset: "Dataset", how: How, text: Text) -> Html:
    """Why the menus are shown: something is missing, the columns are a guess, or only changed."""
    if how.beginning is not None and how.beginning.error is not None:
        return el("p", text.error(how.beginning.error), cls="lw-warning")
    if how.beginning is None:
        return el("p", text("data.columns.looking"), cls="lw-note")
    if how.missing == ["format"] or (how.missing and not how.changed):
        return el("p", text("data.columns.unknown"), cls="lw-warning")
    if how.changed:
        return el("p", text("data.columns.changed"), cls="lw-note")
    if not dataset.confirmed:
        return el("p", text("data.columns.unsure"), cls="lw-warning")
    return el("p", text("data.columns.talk" if how.talk else "data.columns.sure"), cls="lw-note")


def menus(dataset: "Dataset", how: How, text: Text, *, call: int = 0, to: str = "") -> Html:
    """What the rows are, what each column holds, who the model is; how the file itself is read is folded.

    With a higher `call` the page brings them into sight, and leads into the box or menu for what `to` says.
    """
    shown = [_format(how, text), *_parts(how, text), _speaker(how, text)]
    switches = [_switch("structured", dataset, how, text), _switch("repair", dataset, how, text)]
    back = None
    if how.other and not how.changed:  # a change that is not applied yet is taken back in the bar
        back = el("button", text("data.as_it_was"), cls="lw-link", type="button", data_do="as_it_was")
    return el(
        "div",
        intro(dataset, how, text),
        _sheet(how, text),
        el("div", shown, cls="lw-menus"),
        _folded("data.columns.more", _further(how, text), text),
        switches,
        _folded("data.columns.file", _file(dataset, how, text), text),
        back,
        cls="lw-reading",
        data_call=call,
        data_to=to,
    )


def _menu(name: str, label: str, options: list[tuple[str, str]], value: str, *, wanted: bool = False) -> Html:
    """One labelled menu of (value, words); `wanted`: nothing goes on without it."""
    return el(
        "label",
        el("span", label, cls="lw-menu-name"),
        el(
            "select",
            [el("option", words, value=said, selected=said == value) for said, words in options],
            data_do="set",
            data_id=name,
            aria_invalid="true" if wanted and not value else None,
        ),
        cls="lw-menu" + (" lw-wanted" if wanted and not value else ""),
    )


def _format(how: How, text: Text) -> Html:
    known = how.mapping.format in FORMATS
    options = [] if known else [("", text("data.menu.choose"))]
    options += [(name, format_words(name, text, talk=how.talk)) for name in FORMATS]
    return _menu("format", text("data.menu.format"), options, how.mapping.format if known else "", wanted=True)


def _columns(how: How, text: Text, *, wanted: bool) -> list[tuple[str, str]]:
    nothing = text("data.menu.choose") if wanted else text("data.menu.none")
    return [("", nothing), *((name, name) for name in how.columns)]


def _parts(how: How, text: Text) -> list[Html]:
    """A menu for each part that is needed or used; where there is one column, there is nothing to choose."""
    if len(how.columns) == 1 and not how.missing:
        return []
    return [
        _menu(
            f"part:{part}",
            part_words(part, text),
            _columns(how, text, wanted=needed),
            how.mapping.columns.get(part, ""),
            wanted=needed,
        )
        for part, needed in reading_as.parts_of(how.mapping)
        if needed or part in how.mapping.columns
    ]


def _further(how: How, text: Text) -> list[Html]:
    """A menu for each part that is neither needed nor used."""
    if len(how.columns) == 1:
        return []
    options = _columns(how, text, wanted=False)
    return [_menu(f"part:{part}", part_words(part, text), options, "") for part in reading_as.parts_unused(how.mapping)]


def _speaker(how: How, text: Text) -> Html | None:
    """ "Who is the model?" over the names found, each with how often it speaks in the rows that were looked at."""
    chosen = how.mapping.speaker or how.choices.speaker or ""
    if not how.speakers and not chosen:
        return None
    names = {**how.speakers, **({chosen: 0} if chosen and chosen not in how.speakers else {})}
    key = "data.menu.turns" if how.beginning is not None and how.beginning.whole else "data.menu.turns_first"
    options = [("", text("data.menu.choose"))]
    options += [(name, text(key, name=name, n=f"{count:,}") if count else name) for name, count in names.items()]
    return _menu("speaker", text("data.menu.speaker"), options, chosen, wanted=True)


def _switch(name: str, dataset: "Dataset", how: How, text: Text) -> Html | None:
    """A tick for values that are lists, or lines that can be mended; only where the file has such."""
    codes = {"structured": ("row.structured",), "repair": ("row.broken_json", "row.broken_off", "row.quotes")}[name]
    found = [finding for finding in dataset.findings if finding.code in codes]
    if name == "repair":
        found = [finding for finding in found if finding.facts.get("repairable")]
    on = bool(getattr(how.choices, name))
    if not on and not found:
        return None
    box = el("input", type="checkbox", checked=on, data_do="set", data_id=name)
    return el("label", box, el("span", text(f"data.menu.{name}")), cls="lw-tick")


# -- the file itself


def _sheet(how: How, text: Text) -> Html | None:
    if how.beginning is None or len(how.beginning.sheets) < 2:
        return None
    options = [(name, name) for name in how.beginning.sheets]
    return el("div", _menu("sheet", text("data.menu.sheet"), options, how.beginning.sheet or ""), cls="lw-menus")


def _file(dataset: "Dataset", how: How, text: Text) -> list[Html]:
    """Encoding, separator and header; the encoding that was found is marked."""
    if not dataset.encoding:
        return []
    found = dataset.encoding if how.choices.encoding is None else ""
    first = text("data.menu.found", what=encoding_words(found, text)) if found else text("data.menu.by_itself")
    options = [("", first), *((name, encoding_words(name, text)) for name in ENCODINGS)]
    menus = [_menu("encoding", text("data.menu.encoding"), options, how.choices.encoding or "")]
    if dataset.container == "csv":
        options = [("", text("data.menu.by_itself"))]
        options += [(sign, text(f"data.separator.{place}")) for place, sign in enumerate(SEPARATORS, 1)]
        menus.append(_menu("separator", text("data.menu.separator"), options, how.choices.separator or ""))
    if dataset.container in ("csv", "xlsx"):
        options = [("", text("data.menu.by_itself"))]
        options += [(said, text(f"data.header.{said}")) for said in ("yes", "no")]
        header = {None: "", True: "yes", False: "no"}[how.choices.header]
        menus.append(_menu("header", text("data.menu.header"), options, header))
    return menus


def _folded(key: str, inside: list[Html], text: Text) -> Html | None:
    if not inside:
        return None
    return el("details", el("summary", text(key)), el("div", inside, cls="lw-menus"), cls="lw-more", id=f"fold-{key}")


def fills(how: How, names: list[str], text: Text, rows: Sequence[int] = ()) -> Html:
    """A box for each placeholder. What is typed is kept elsewhere: sent again, the boxes would lose the cursor.

    rows: where they stand; told when the example cannot show it
    """
    if not names:
        return Html("")
    note = [text("data.columns.fill")]
    if rows and not how.to_fill:
        note.append(text("data.columns.fill_in", row_list=text.rows(list(rows))))
    boxes = [
        el(
            "label",
            el("span", f"{{{{{name}}}}}", cls="lw-menu-name"),
            el("input", type="text", value=how.choices.fill.get(name, ""), data_do="set", data_id=f"fill:{name}"),
            cls="lw-menu",
        )
        for name in names
    ]
    return el("div", el("p", " ".join(note), cls="lw-note"), el("div", boxes, cls="lw-menus"))
