"""What stands above the form or the row: what was done, what is asked, why something was not saved (no Gradio here)."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from webui.markup import Html, el
from webui.tabs import row_view
from webui.tabs.data_edit_form import form
from webui.text import Text

if TYPE_CHECKING:
    from webui.tabs.data_edit import Editing


def shown(state: "Editing | None", text: Text) -> Html:
    """The form, the same as long as the same row is in it."""
    if state is None:
        return Html("")
    new = state.key is None
    name = f"{state.family} {'new' if state.key is None else '.'.join(map(str, state.key))}"
    return _form(_Once(state), name, text, new=new)


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
    return el("section" if number % 2 else "div", drawn)  # or the page would make it out of the form before


def note(memo: dict[str, Any], state: "Editing | None", text: Text) -> Html:
    """One part for each thing there is to say; empty when there is none."""
    parts = []
    if said := memo.get("edit.said"):
        key, facts = said
        parts.append(el("p", text(key, **facts), cls="lw-note lw-edit-said", role="status"))
    if asked := memo.get("edit.ask"):
        parts.append(_sure(asked[0][0], text))
    if state is not None and state.elsewhere:
        parts.append(_elsewhere(state, text))
    elif state is not None and state.trouble is not None:
        parts.append(el("p", text.error(state.trouble), cls="lw-warning", role="alert"))
    return el("div", parts, cls="lw-edit-note") if parts else Html("")


def _button(label: str, cls: str = "lw-button", **more: str | int | bool | None) -> Html:
    return el("button", label, cls=cls, type="button", **more)


def _sure(number: int, text: Text) -> Html:
    return el(
        "div",
        el("p", text("edit.delete_ask", row=number), cls="lw-warning"),
        _button(text("edit.delete_yes"), "lw-button lw-danger", data_do="delete_yes", data_focus=True),
        _button(text("edit.delete_no"), data_do="delete_no"),
        cls="lw-asking",
        role="alertdialog",
        aria_label=text("edit.delete_ask", row=number),
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
