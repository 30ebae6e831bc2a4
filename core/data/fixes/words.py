"""The fixes that change words, each a function of a row; the row itself where it has nothing to do."""

from collections.abc import Callable
from typing import Any

from core.data.checks.check_space import trimmed
from core.data.checks.seen import seen, words_of
from core.data.fixes.garbled import about_letters, regained_exactly
from core.data.fixes.marks import about_control_words, without_control_words
from core.data.fixes.mask import masking
from core.data.fixes.pages import about_markup, without_html
from core.data.fixes.said import with_words
from core.data.formats.placeholders import PLACEHOLDER
from core.data.formats.placeholders import fill as filled_in
from core.data.raw import PARTS, Row


def encoding(row: Row) -> Row:
    """Garbled letters read again, where all of them can be; rows that talk of such letters stay as they are."""
    return row if about_letters(seen(row)) else _mended(row, regained_exactly)


def unescape_html(row: Row) -> Row:
    """Tags and entities replaced; rows that talk of markup, or have what may be none, stay as they are."""
    return row if about_markup(seen(row)) else _mended(row, without_html)


def control_words(row: Row) -> Row:
    """Without the control words of chat models; rows that talk of them stay as they are."""
    return row if about_control_words(_said(row)) else _mended(row, without_control_words)


def _said(row: Row) -> str:
    return "\n".join(words_of(row))


def _mended(row: Row, change: Callable[[str], str | None]) -> Row:
    """`change` made to what people and models say. The row itself where it is None for any of that: all of a row is
    mended or nothing, so that no half of it talks of what the other half has lost."""
    doubtful = False

    def changed(said: str) -> str:
        nonlocal doubtful
        found = change(said)
        doubtful = doubtful or found is None
        return said if found is None else found

    found = with_words(row, changed)
    return row if doubtful else found


def trim(row: Row) -> Row:
    """Without white space around the turns. Running text and results of tools stay as they are."""
    found = dict(row)
    for part in PARTS:
        if part in row:
            found[part] = [
                turn if turn["role"] == "tool" else {**turn, "content": trimmed(turn["content"])} for turn in row[part]
            ]
    return row if found == row else found


def mask(row: Row, code: str) -> Row:
    """What the finding with this code has found is covered, in the arguments of calls too."""
    return with_words(row, masking(code), arguments=True)


def fill(row: Row, given: dict[str, Any]) -> Row:
    """The placeholders that have a word are filled in; a word with a placeholder in it would never come to an end."""
    words = {name: word for name, word in dict(given.get("fill") or {}).items() if not PLACEHOLDER.search(word)}
    found = filled_in(row, words)
    return row if found == row else found
