"""What can be done with a row by hand: editing, deleting, doubling, undoing; saving stands in a file of its own."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from core.errors import UserError
from webui.actions import Outcome
from webui.snapshot import forget_other_data
from webui.tabs import data_edit_saving as saving
from webui.tabs.data_edit_now import Editing, Now, editing, key_of, leave
from webui.tabs.data_rows import Key
from webui.undoing import undo
from webui.whole_number import whole_number

if TYPE_CHECKING:
    from webui.context import Context
    from webui.snapshot import Page

OF_A_ROW = ("delete", "delete_ticked", "delete_yes", "duplicate", "bring")
"""Presses that mean a row of the data that the page shows."""

__all__ = ["ACTIONS", "Editing", "editing", "key_of", "leave", "press"]


def press(ctx: "Context", page: "Page", do: str, id: str) -> Outcome | None:
    """One of `ACTIONS`. Raises UserError for what is told in the status line."""
    draft = ctx.drafts.load()
    if not draft.dataset:
        return None
    dataset = ctx.datasets.get(draft.dataset)
    if forget_other_data(ctx, page, dataset) and do in OF_A_ROW:
        return None  # meant for a row of what the page showed
    page.memo.pop("data.done", None)
    if do not in ("delete_yes",):
        page.memo.pop("data.ask", None)
    return ACTIONS[do](Now(ctx, page, dataset, ctx.datasets.edits(dataset.id)), id)


# -- opening and closing the form


def _edit(now: Now, id: str) -> None:
    key = now.row(id)
    row = now.edits.row(key)
    assert row is not None
    now.open(key, row)


def _new(now: Now, id: str) -> None:
    now.open_blank()


def _complete(now: Now, id: str) -> None:
    """A row that the reading left out: with what the file says there, where that can be told."""
    if (number := whole_number(id)) is None:
        raise UserError("edit.bad_form")
    saving.complete(now, number)


def _close(now: Now, id: str) -> None:
    now.close()


# -- the row as a whole


def _delete(now: Now, id: str) -> None:
    """Ask first; what another window changes until the answer is not deleted unseen."""
    _ask(now, [now.row(id)])


def _tick(now: Now, id: str) -> None:
    """A row is ticked, or no longer."""
    now.memo["data.ticked"] = now.memo.get("data.ticked", frozenset()) ^ {key_of(id)}


def _delete_ticked(now: Now, id: str) -> None:
    _ask(now, sorted(key for key in now.memo.get("data.ticked", ()) if now.edits.row(key) is not None))


def _ask(now: Now, keys: list[Key]) -> None:
    now.memo["data.ask"] = [(key, now.edits.stamp_of(key)) for key in keys]


def _delete_yes(now: Now, id: str) -> None:
    asked = now.memo.pop("data.ask", [])
    gone = now.edits.remove(asked)
    now.memo["data.ticked"] = now.memo.get("data.ticked", frozenset()) - set(gone)
    state = editing(now.page, now.dataset)
    if state is not None and state.key in gone:
        now.close()
    if len(gone) == 1:
        now.said("edit.deleted", row=gone[0][0])
    elif gone:
        now.said("edit.deleted_many", n=f"{len(gone):,}")


def _duplicate(now: Now, id: str) -> None:
    key = now.edits.duplicate(now.row(id))
    now.close()
    now.memo["data.seek"] = key
    now.said("edit.duplicated", row=key[0])


def _undo(now: Now, id: str) -> None:
    key = undo(now.edits, id)
    if key is not None:
        now.memo["data.seek"] = key
        now.said("edit.undone", row=key[0])


def _bring(now: Now, id: str) -> None:
    """A row that was deleted by hand comes back as it was in this version."""
    key = key_of(id)
    if now.edits.row(key) is not None:
        return
    now.edits.save(key, now.edits.before(key), now.edits.stamp_of(key))
    now.memo["data.seek"] = key
    now.said("edit.brought_back", row=key[0])


def _nothing(now: Now, id: str) -> None:
    """Closes the question."""


ACTIONS: dict[str, Callable[[Now, str], None]] = {
    "edit": _edit, "new": _new, "complete": _complete, "close": _close,
    "save": saving.save, "save_next": saving.save_next, "mine": saving.mine, "theirs": saving.theirs,
    "stale": saving.stale,
    "tick": _tick, "delete_ticked": _delete_ticked, "delete": _delete, "delete_yes": _delete_yes, "delete_no": _nothing,
    "duplicate": _duplicate, "undo": _undo, "bring": _bring,
}  # fmt: skip
