"""Changing rows by hand: the row in the form, saving it, deleting, doubling, undoing (no Gradio here).

What is in the form is remembered under `edit`, not `data.edit`: the same form stays open when a new version of its
data is made meanwhile, by this window or another, so that nothing typed is lost.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.errors import UserError
from webui.actions import Outcome
from webui.tabs import data_edit_typed as typed
from webui.tabs import data_raw
from webui.tabs.data_edit_blank import blank, filled
from webui.tabs.data_rows import Key, Row, rows_of
from webui.tabs.data_viewer import in_view

if TYPE_CHECKING:
    from core.data.datasets import Dataset
    from core.data.edits.edits import Edits
    from webui.context import Context
    from webui.snapshot import Page


@dataclass
class Editing:
    """The row in the form.

    form     the number of the form: what is sent from an older one counts no more
    key      which row it is, None for a new one
    seen     the stamp of the row when the form was opened, in version `version`
    row      the row as it was then; the form is made of it
    trouble  why it could not be saved; `theirs` the row as another window saved it meanwhile, None when it deleted it
    """

    form: int
    family: str
    version: str
    key: Key | None
    seen: int
    row: Row
    trouble: UserError | None = None
    theirs: Row | None = None

    @property
    def elsewhere(self) -> bool:
        return self.trouble is not None and self.trouble.code == "edit.elsewhere"


def editing(page: "Page", dataset: "Dataset | None") -> Editing | None:
    """What is in the form; a form of other data is closed."""
    found: Editing | None = page.memo.get("edit")
    if found is not None and (dataset is None or dataset.family != found.family):
        del page.memo["edit"]
        return None
    return found


def leave(page: "Page") -> None:
    """Another row comes into view. The page has asked before, where typed text would be lost (assets/edit.js)."""
    for name in ("edit", "edit.said", "edit.ask"):
        page.memo.pop(name, None)


def key_of(said: str) -> Key:
    """ "12.0" -> (12, 0). Raises UserError `edit.bad_form`."""
    number, _, variant = said.partition(".")
    if not (number.isdecimal() and variant.isdecimal() and len(said) < 24):
        raise UserError("edit.bad_form")
    return int(number), int(variant)


def press(ctx: "Context", page: "Page", do: str, id: str) -> Outcome | None:
    """One of `ACTIONS`. Raises UserError for what is told in the status line."""
    draft = ctx.drafts.load()
    if not draft.dataset:
        return None
    dataset = ctx.datasets.get(draft.dataset)
    page.memo.pop("edit.said", None)
    if do not in ("delete_yes",):
        page.memo.pop("edit.ask", None)
    return ACTIONS[do](_Now(ctx, page, dataset, ctx.datasets.edits(dataset.id)), id)


@dataclass(frozen=True)
class _Now:
    """What a press works with."""

    ctx: "Context"
    page: "Page"
    dataset: "Dataset"
    edits: "Edits"

    @property
    def memo(self) -> dict[str, Any]:
        return self.page.memo

    def said(self, key: str, **facts: Any) -> None:
        """A sentence to show beside the row."""
        self.memo["edit.said"] = (key, facts)

    def open(self, key: Key | None, row: Row) -> None:
        """Put a row into the form. Raises UserError `edit.too_long`."""
        if typed.too_long(row):
            raise UserError("edit.too_long", row=row.get("row", 0))
        number = self.memo.get("edit.forms", 0) + 1
        seen = self.edits.stamp_of(key) if key is not None else 0
        self.memo["edit.forms"] = number
        self.memo["edit"] = Editing(number, self.dataset.family, self.dataset.id, key, seen, row)

    def close(self) -> None:
        self.memo.pop("edit", None)

    def row(self, said: str) -> Key:
        """The row named by "12.0", else the one in view. Raises UserError `edit.gone`."""
        key = key_of(said) if said else in_view(self.memo, rows_of(self.dataset, self.edits))
        if key is None or self.edits.row(key) is None:
            raise UserError("edit.gone")
        return key


# -- opening and closing the form


def _edit(now: _Now, id: str) -> None:
    key = now.row(id)
    row = now.edits.row(key)
    assert row is not None
    now.open(key, row)


def _new(now: _Now, id: str) -> None:
    now.open(None, blank(now.dataset, now.edits))


def _complete(now: _Now, id: str) -> None:
    """A row that the reading left out: with what the file says there, where that can be told."""
    if not id.isdecimal() or len(id) > 15:
        raise UserError("edit.bad_form")
    key, row = (int(id), 0), blank(now.dataset, now.edits)
    found = data_raw.known(now.ctx, now.dataset, key[0])
    now.open(key, {"row": key[0], **filled(row, found, now.dataset.columns)})


def _close(now: _Now, id: str) -> None:
    now.close()


# -- saving


def _save(now: _Now, id: str, *, over: bool = False, another: bool = False) -> None:
    """Save what was typed. What stands in the way is told above the form, which stays as it is."""
    form, state = typed.opened(id), editing(now.page, now.dataset)
    if state is None or form["form"] != state.form:
        return  # pressed twice, or answered by another form
    try:
        row = typed.row_of(form, state.row)
        key = now.edits.save(state.key, row, _seen(now, state, over=over))
    except UserError as error:
        state.trouble = error
        if state.elsewhere and state.key is not None:
            state.theirs = now.edits.row(state.key)
        return
    now.close()
    now.memo["data.seek"] = key
    now.said("edit.saved", row=key[0])
    if another:
        now.open(None, blank(now.dataset, now.edits))


def _seen(now: _Now, state: Editing, *, over: bool) -> int:
    """The stamp up to which the person has seen the row. Raises UserError `edit.elsewhere`.

    A version that was made since begins with a journal of its own: there the row is compared itself.
    """
    if state.key is None:
        return 0
    if over:
        return now.edits.stamp_of(state.key)
    if now.dataset.id == state.version:
        return state.seen
    if now.edits.row(state.key) not in (state.row, None):
        raise UserError("edit.elsewhere", row=state.key[0])
    return now.edits.stamp_of(state.key)


def _save_next(now: _Now, id: str) -> None:
    _save(now, id, another=True)


def _mine(now: _Now, id: str) -> None:
    """What was typed takes the place of what another window saved."""
    _save(now, id, over=True)


def _theirs(now: _Now, id: str) -> None:
    """What another window saved stays."""
    state = editing(now.page, now.dataset)
    now.close()
    if state is not None and state.key is not None:
        now.memo["data.seek"] = state.key


# -- the row as a whole


def _delete(now: _Now, id: str) -> None:
    """Ask first; what another window changes until the answer is not deleted unseen."""
    key = now.row(id)
    now.memo["edit.ask"] = (key, now.edits.stamp_of(key))


def _delete_yes(now: _Now, id: str) -> None:
    asked = now.memo.pop("edit.ask", None)
    if asked is None:
        return
    key, seen = asked
    now.edits.save(key, None, seen)
    state = editing(now.page, now.dataset)
    if state is not None and state.key == key:
        now.close()
    now.said("edit.deleted", row=key[0])


def _duplicate(now: _Now, id: str) -> None:
    key = now.edits.duplicate(now.row(id))
    now.close()
    now.memo["data.seek"] = key
    now.said("edit.duplicated", row=key[0])


def _undo(now: _Now, id: str) -> None:
    key = now.edits.undo()
    if key is not None:
        now.memo["data.seek"] = key
        now.said("edit.undone", row=key[0])


def _bring(now: _Now, id: str) -> None:
    """A row that was deleted by hand comes back as it was in this version."""
    key = key_of(id)
    if now.edits.row(key) is not None:
        return
    now.edits.save(key, now.edits.before(key), now.edits.stamp_of(key))
    now.memo["data.seek"] = key
    now.said("edit.brought_back", row=key[0])


def _nothing(now: _Now, id: str) -> None:
    """Closes the question."""


ACTIONS: dict[str, Callable[[_Now, str], None]] = {
    "edit": _edit, "new": _new, "complete": _complete, "close": _close,
    "save": _save, "save_next": _save_next, "mine": _mine, "theirs": _theirs,
    "delete": _delete, "delete_yes": _delete_yes, "delete_no": _nothing,
    "duplicate": _duplicate, "undo": _undo, "bring": _bring,
}  # fmt: skip
