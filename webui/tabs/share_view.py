"""Share, as markup: the ways to go on with what was learned, and the table of all runs (no Gradio here)."""

from core.export.card import asking_code, loading_code
from webui import run_list, trained
from webui.context import Context
from webui.markup import Html, el
from webui.run_list import RunRow
from webui.text import Text

COLUMNS = ("name", "status", "model", "data", "created", "size")


def empty(text: Text) -> Html:
    return el("section", el("p", text("share.empty"), cls="lw-lead"), cls="lw-card")


def cards(row: RunRow, base: str, place: str, text: Text) -> Html:
    """The ways to go on, for one run."""
    here = el(
        "section",
        el("h2", text("share.here"), cls="lw-title"),
        el("p", text("share.here_help"), cls="lw-note"),
        el("a", text("share.here"), href=f"?room=compare&run={row.id}", cls="lw-button", id="share-here"),
        cls="lw-card",
    )
    inside = [el("li", text(f"share.inside_{part}")) for part in ("adapter", "tokenizer", "card")]
    size = text.size(row.learned)
    link = el(
        "a",
        text("share.file_bar", size=size),
        href=f"../download/{row.id}",
        download=True,
        cls="lw-button",
        id="share-download",
    )
    file = el(
        "section",
        el("h2", text("share.file", size=size), cls="lw-title"),
        el("p", text("share.note", base=base), cls="lw-note"),
        el("p", text("share.inside"), cls="lw-note"),
        el("ul", inside, cls="inside"),
        link,
        cls="lw-card",
    )
    copy = el(
        "button",
        text("share.copy"),
        type="button",
        cls="lw-button",
        data_copy="#share-code",
        data_copied=text("share.copied"),
    )
    developer = el(
        "section",
        el("h2", text("share.developer"), cls="lw-title"),
        el("p", text("share.developer_help"), cls="lw-note"),
        el("pre", f"{loading_code(place, 'FOLDER')}\n{asking_code()}", id="share-code", cls="code", tabindex=0),
        copy,
        cls="lw-card wide",
    )
    before = [el("p", text("share.privacy")), el("p", text("share.licence", base=base))]
    return el("div", here, file, developer, el("div", before, cls="before lw-note"), cls="share-cards")


def table(rows: list[RunRow], chosen: str | None, ctx: Context, text: Text) -> Html:
    """All runs; pressing a name offers to rename or delete it."""
    data = trained.names(ctx, text)
    head = [el("th", text(f"share.col.{column}"), scope="col") for column in COLUMNS]
    body = [
        el("tr", _cells(row, row.id == chosen, data, ctx, text), cls="chosen" if row.id == chosen else None)
        for row in rows
    ]
    heading = el("h2", text("share.runs"), cls="lw-title")
    hint = el("p", text("share.runs_hint"), cls="lw-note")
    return el("div", heading, hint, el("table", el("thead", el("tr", head)), el("tbody", body), cls="run-table"))


def _cells(row: RunRow, chosen: bool, names: dict[str, str], ctx: Context, text: Text) -> list[Html]:
    data: str | Html = names.get(row.dataset or "", "")
    if data:  # it leads to that very version
        data = el("button", data, type="button", cls="lw-link", data_do="data", data_id=row.id)
    pressed = "true" if chosen else "false"
    name = el("button", row.name, type="button", cls="lw-link", data_do="choose", data_id=row.id, aria_pressed=pressed)
    status = el("span", run_list.state(row, text), cls=f"lw-tag is-{row.status}")
    values = [
        name,
        status,
        run_list.model_title(ctx.workspace, row.model, text),
        data or text("share.data_gone"),
        run_list.when(row.created, text),
        text.size(row.size),
    ]
    return [
        el("td", value, data_label=text(f"share.col.{column}")) for column, value in zip(COLUMNS, values, strict=True)
    ]


def question(row: RunRow, text: Text) -> Html:
    """Asks back before a run is deleted, with what would be lost."""
    yes = el(
        "button", text("share.delete_yes"), type="button", cls="lw-button lw-danger", data_do="delete", data_id=row.id
    )
    no = el(
        "button",
        text("share.delete_no"),
        type="button",
        cls="lw-button",
        data_do="keep",
        data_id=row.id,
        autofocus=True,
    )
    said = el("p", text("share.delete_ask", name=row.name, size=text.size(row.size)))
    return el(
        "div", said, el("div", yes, no, cls="answers"), cls="ask", role="alertdialog", aria_label=text("share.delete")
    )
