"""A row in the stored shape: what it goes by, where its turns are, and the bytes that are written."""

import json
from typing import Any

Row = dict[str, Any]
Turn = dict[str, Any]

Key = tuple[int, int]
"""(row number, variant or 0): what a row goes by in all versions of a family."""

Raw = tuple[int, int, bytes]
"""A row as it lies in the file: its number, its variant, its JSON."""

PARTS = ("messages", "prompt", "chosen", "rejected", "answer")
"""The keys of a row that hold turns."""


def key_of(row: Row) -> Key:
    """What the row goes by."""
    return int(row["row"]), int(row.get("variant", 0))


def as_bytes(plain: dict[str, Any]) -> bytes:
    """JSON in one line."""
    try:
        return json.dumps(plain, ensure_ascii=False).encode()
    except UnicodeEncodeError:  # half an emoji is no Unicode, but can be written as \ud83d
        return json.dumps(plain).encode()


def as_raw(row: Row) -> Raw:
    """A row in the stored shape as it is written."""
    return *key_of(row), as_bytes(row)


def taken_apart(text: bytes) -> Row:
    """The row that these bytes hold."""
    found: Row = json.loads(text)
    return found
