"""The last change by hand, as a button names it, and taking back that one and no other (no Gradio here).

A page is a moment old: another page may have changed a row since, or chosen other data.
"""

from typing import TYPE_CHECKING

from core.errors import UserError

if TYPE_CHECKING:
    from core.data.edits.edits import Edits, Key


def named(edits: "Edits") -> str:
    """What a button sends that takes back the last change; "" when there is none."""
    return f"{edits.dataset.id}:{number}" if (number := edits.last_change) else ""


def undo(edits: "Edits", said: str) -> "Key | None":
    """Take back what a button named, anything when it named nothing. Raises UserError `edit.undo_other`."""
    if said and said != named(edits):
        raise UserError("edit.undo_other")
    return edits.undo(int(said.rpartition(":")[2]) if said else None)
