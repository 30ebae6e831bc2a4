"""What stands above the form or the row: what was done, what is asked, why something was not saved (no Gradio here)."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from webui.markup import Html, el
from webui.tabs import row_view
from webui.tabs.data_edit_form import form
from webui.text import Text

if TYPE_CHECKING:
    from webui.tabs.data_edit_now import Editing


def shown(state: "Editing | None", family: str, saved: int, text: Text) -> Html:
    """The form, the same as long as the same row is in it; else a line, should the browser keep what was typed.

    Either names the form that was `saved` last: of another one that is gone the browser keeps what was typed.
    """
    if state is None:
        return _kept(family, saved, text)
    new = state.key is None
    name = f"{state.family} {'new' if state.key is None else '.'.join(map(str, state.key))}"
    if not new and not state.there:
        name += " complete"
    return _form(_Once(state), name, text, new=new)


@lru_cache(maxsize=8)
def _kept(family: str, saved: int, text: Text) -> Html:
    """What was typed into a row of this data and not saved; assets/kept.js knows which, and shows it."""
    return el(
        "div",
        el("p", cls="lw-note", role="status"),
        _button(text("edit.go_on"), data_on=True),
        _button(text("edit.discard"), "lw-link", data_drop=True),
        cls="lw-edit-ways",
        hidden=True,
        data_family=family,
        data_saved=saved,
        data_kept=text("edit.kept", row="#"),
        data_kept_new=text("edit.kept_new"),
    )


class _Once:
    """A form as a key: equal when its number and its data are."""

    def __init__(self, state: "Editing") -> None:
        self.state = state

    def __hash__(self) -> int:
        return hash((self.state.form, id(self.state)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Once) and other.state is self.state


@lru_cache(maxsize=8)
def _form(known: _Once, name: str, text: Text, *, new: bool) -> Html:
    number = known.state.form
    drawn = form(number, known.state.row, name, text, new=new)
    tag = "section" if number % 2 else "div"  # or the page would make it out of the form before
    return el(tag, drawn, data_saved=known.state.after)


def note(memo: dict[str, Any], state: "Editing | None", text: Text) -> Html:
    """One part for each thing there is to say; empty when there is none."""
    parts = []
    if said := memo.get("data.done"):
        key, facts = said
        parts.append(el("p", text(key, **facts), cls="lw-note lw-edit-said", role="status"))
    if asked := memo.get("data.ask"):
        parts.append(_sure([key[0] for key, _ in asked], text))
    if state is not None and state.elsewhere:
        parts.append(_elsewhere(state, text))
    elif state is not None and state.trouble is not None:
        parts.append(el("p", text.error(state.trouble), cls="lw-warning", role="alert"))
    tries = state.tries if state is not None else None
    return el("div", parts, cls="lw-edit-note", data_tries=tries) if parts else Html("")


def _button(label: str, cls: str = "lw-button", **more: str | int | bool | None) -> Html:
    return el("button", label, cls=cls, type="button", **more)


def _sure(numbers: list[int], text: Text) -> Html:
    several = len(numbers) > 1
    said = text("edit.delete_many", n=f"{len(numbers):,}") if several else text("edit.delete_ask", row=numbers[0])
    return el(
        "div",
        el("p", said, cls="lw-warning"),
        _button(
            text("edit.delete_yes_many" if several else "edit.delete_yes"),
            "lw-button lw-danger",
            data_do="delete_yes",
            data_focus=True,
        ),
        _button(text("edit.delete_no_many" if several else "edit.delete_no"), data_do="delete_no"),
        cls="lw-asking",
        role="alertdialog",
        aria_label=said,
    )


def _elsewhere(state: "Editing", text: Text) -> Html:
    """Another window saved the row meanwhile: what it says there, and what to do; what was typed stands below."""
    theirs = row_view.talk(state.theirs, text) if state.theirs is not None else None
    key = "edit.elsewhere_said" if theirs is not None else "edit.elsewhere_gone"
    return el(
        "div",
        el("p", text(key), cls="lw-warning", role="alert"),
        theirs,
        el(
            "div",
            _button(
                text("edit.theirs" if theirs is not None else "edit.theirs_gone"), data_do="theirs", data_focus=True
            ),
            _button(text("edit.mine"), data_edit="mine"),
            cls="lw-edit-ways",
        ),
        cls="lw-elsewhere",
    )
