"""The row in the form, and what a press there works with (no Gradio here).

What is in the form is remembered under `edit`, not `data.edit`: the same form stays open when a new version of its
data is made meanwhile, by this window or another, and is there again when its data is chosen again.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.errors import UserError
from webui.tabs import data_edit_typed as typed
from webui.tabs.data_edit_blank import blank
from webui.tabs.data_rows import Key, Row, rows_of
from webui.tabs.data_walk import in_view
from webui.whole_number import whole_number

if TYPE_CHECKING:
    from core.data.datasets import Dataset
    from core.data.edits.edits import Edits
    from webui.context import Context
    from webui.snapshot import Page


@dataclass
class Editing:
    """The row in the form.

    form     the number of the form: what is sent from an older one counts no more
    after    the number of the form that was saved last, before this one came
    key      which row it is, None for a new one
    seen     the stamp of the row when the form was opened, in version `version`
    row      the row as it was then; the form is made of it
    there    whether there was a row then; one that the reading left out is completed
    trouble  why it could not be saved; `theirs` the row as another window saved it meanwhile, None when it deleted it
    tries    how often it was to be saved, so that each answer differs from the one before
    """

    form: int
    after: int
    family: str
    version: str
    key: Key | None
    seen: int
    row: Row
    there: bool
    trouble: UserError | None = None
    theirs: Row | None = None
    tries: int = 0

    @property
    def elsewhere(self) -> bool:
        return self.trouble is not None and self.trouble.code == "edit.elsewhere"


def editing(page: "Page", dataset: "Dataset | None") -> Editing | None:
    """What is in the form; one of other data is not shown, and waits until that is chosen again."""
    found: Editing | None = page.memo.get("edit")
    return found if found is not None and dataset is not None and dataset.family == found.family else None


def leave(page: "Page") -> None:
    """Another row comes into view. The page has asked before, where typed text would be lost (assets/edit.js)."""
    for name in ("edit", "data.done", "data.ask"):
        page.memo.pop(name, None)


def key_of(said: str) -> Key:
    """ "12.0" -> (12, 0). Raises UserError `edit.bad_form`."""
    number, _, variant = said.partition(".")
    key = whole_number(number), whole_number(variant)
    if key[0] is None or key[1] is None:
        raise UserError("edit.bad_form")
    return key[0], key[1]


@dataclass(frozen=True)
class Now:
    """What a press works with."""

    ctx: "Context"
    page: "Page"
    dataset: "Dataset"
    edits: "Edits"

    @property
    def memo(self) -> dict[str, Any]:
        return self.page.memo

    def said(self, key: str, **facts: Any) -> None:
        """A sentence to show beside the row, until other data or another version is chosen."""
        self.memo["data.done"] = (key, facts)

    def open(self, key: Key | None, row: Row) -> None:
        """Put a row into the form. Raises UserError `edit.too_long`."""
        if typed.too_long(row):
            raise UserError("edit.too_long", row=row.get("row", 0))
        number = self.memo.get("edit.forms", 0) + 1
        seen = self.edits.stamp_of(key) if key is not None else 0
        self.memo["edit.forms"] = number
        there = key is not None and self.edits.row(key) is not None
        after = self.memo.get("edit.saved", 0)
        self.memo["edit"] = Editing(number, after, self.dataset.family, self.dataset.id, key, seen, row, there)

    def open_blank(self) -> None:
        """A new row is typed."""
        self.open(None, blank(self.dataset, self.edits))

    def close(self) -> None:
        self.memo.pop("edit", None)

    def row(self, said: str) -> Key:
        """The row named by "12.0", else the one in view. Raises UserError `edit.gone`."""
        key = key_of(said) if said else in_view(self.memo, rows_of(self.dataset, self.edits))
        if key is None or self.edits.row(key) is None:
            raise UserError("edit.gone")
        return key
