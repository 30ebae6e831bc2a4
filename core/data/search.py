"""Rows by what is said in them, and by how much."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from core.data.edited import EditedRows


def search(rows: EditedRows, words: str, progress: Callable[[float], None] | None = None) -> NDArray[np.int64]:
    """The places of the rows in which all `words` are said, small or capital; all places for no words.

    progress: called with the share done; what it raises passes through, and leaves nothing behind.
    """
    raise NotImplementedError


def lengths(rows: EditedRows) -> NDArray[np.int64]:
    """Characters of what is said in each row."""
    raise NotImplementedError
