"""Other wordings of a question in columns of their own: each becomes a row with the same answer."""

import re
from typing import Any

from core.data.columns import plain
from core.data.formats.cells import Cells, parsed, text

_NAME = re.compile(
    r"(?:相似|扩展|拓展|同义|近义|其他|其它)(?:问题|问法|问句|说法|问)|(?:similar|alternat(?:e|ive)|alt|related_wording)"
    r"(?:_?questions?|_phrasings?|_wordings?)|(?:similar|alternatives?|paraphrases?|rephrasings?|variants?|variations?)"
)
_NUMBER = re.compile(r"[\s_\-（(]*\d{1,3}[)）]?$")
_JOINED = re.compile(r"[;；|｜\n]")


def is_similar(column: str) -> bool:
    """Whether a column is for other wordings: 相似问, 相似问2, similar question 1."""
    return _NAME.fullmatch(plain(_NUMBER.sub("", column.strip()))) is not None


def wordings(cells: Cells) -> list[str]:
    """The other wordings of one row, blanks around them cut off, in their order; they may repeat each other.

    In a numbered column a cell is one wording; else it may hold several, joined by ; or | or line breaks. Raises
    BadRow as `text` does.
    """
    found: list[str] = []
    for part in cells.parts("similar"):
        column = cells.column(part)
        value: Any = cells.get(part)
        if isinstance(value, str) and value.lstrip().startswith("["):
            value = read if isinstance(read := parsed(value), list) else value
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            found += map(str, value)
            continue
        said = text(value, cells.notes, column)
        found += [said] if _NUMBER.search(column.strip()) else _JOINED.split(said)
    return [word.strip() for word in found if word.strip()]
