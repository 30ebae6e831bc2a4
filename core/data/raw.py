"""A row in the stored shape, and as the bytes that are written."""

import json
from typing import Any

Row = dict[str, Any]

Raw = tuple[int, int, bytes]
"""A row as it lies in the file: its number, its variant, its JSON."""


def as_raw(row: Row) -> Raw:
    """A row in the stored shape as it is written."""
    try:
        text = json.dumps(row, ensure_ascii=False).encode()
    except UnicodeEncodeError:  # half an emoji is no Unicode, but can be written as \ud83d
        text = json.dumps(row).encode()
    return row["row"], int(row.get("variant", 0)), text


def taken_apart(text: bytes) -> Row:
    """The row that these bytes hold."""
    found: Row = json.loads(text)
    return found
