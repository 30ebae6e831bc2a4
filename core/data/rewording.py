"""A row as a person has typed it: whether it can be learned, and what a turn keeps when its words are changed."""

from collections.abc import Iterable

from core.data.rows_file import Row


def reworded(row: Row, part: str, turns: Iterable[tuple[int | None, str, str]]) -> Row:
    """The row with other turns in `part` ("messages", "prompt", "chosen", "rejected" or "answer").

    turns: (which turn of the part it was, None for a new one; role; content). A turn that stays of the same role keeps
    its tool calls, its reasoning and whether it is learned.
    """
    raise NotImplementedError


def refuse_unlearnable(row: Row) -> None:
    """Raises UserError `edit.*` for a row that cannot be learned."""
    raise NotImplementedError
