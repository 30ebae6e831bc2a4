"""Which version stands before and after another one, for Undo and back, and which is newest (no Gradio here)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.data.versions.dataset import Dataset


def before(dataset: "Dataset", versions: "Sequence[Dataset]") -> "Dataset | None":
    """The version that this one was made of, which Undo goes back to."""
    parent = next((each for each in versions if each.id == dataset.parent), None)
    return parent if parent is not None and _differs(parent, dataset) else None


def after(dataset: "Dataset", versions: "Sequence[Dataset]") -> "Dataset | None":
    """The newest version that was made of this one: it is there again after an Undo."""
    made = [each for each in versions if each.parent == dataset.id and _differs(dataset, each)]
    return max(made, key=lambda each: each.created, default=None)


def newest(versions: "Sequence[Dataset]") -> "Dataset | None":
    """The one that was made last; None without any."""
    return max(versions, key=lambda each: (each.number, each.created), default=None)


def _differs(old: "Dataset", new: "Dataset") -> bool:
    """Whether somebody wanted it otherwise: another reader of the same file is no step that could be undone."""
    return old.fixes != new.fixes or old.choices.key() != new.choices.key()
