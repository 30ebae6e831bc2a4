"""A text as a cell of the table: in one line, shortened, the words that were looked for marked (no Gradio here)."""

import re

from webui.markup import Html, el

CELL = 160
"""Characters of a cell; the whole text stands in the bubbles."""
BEFORE = 24
"""Characters before a word that was looked for and stands too far back to be in sight."""

Parts = list[Html | str]


def cell(said: str, words: str = "") -> Parts:
    """`said` from its beginning, or from shortly before the first of `words`."""
    found = _any(words)
    line, before = " ".join(said[: 4 * CELL].split()), ""
    first = found.search(said) if found is not None else None
    if found is not None and first is not None and first.start() > 2 * BEFORE:
        begin = first.start() - BEFORE
        line, before = " ".join(said[begin : begin + 4 * CELL].split()), "… "
    line = before + (line if len(line) <= CELL else line[:CELL] + " …")
    if found is None:
        return [line]
    pieces = found.split(line)  # the words themselves are every second piece
    return [el("mark", piece) if at % 2 else piece for at, piece in enumerate(pieces) if piece]


def _any(words: str) -> re.Pattern[str] | None:
    each = sorted(set(words.split()), key=len, reverse=True)[:50]
    return re.compile("(" + "|".join(map(re.escape, each)) + ")", re.IGNORECASE) if each else None
