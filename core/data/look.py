"""The first records of a file as they were read, small enough to be kept and shown."""

import json
from typing import Any

from core.data.rows import Record

RECORDS = 20
CHARACTERS = 200_000
"""How many records are kept, and how long they may be together, as JSON."""


def plain_look(records: list[Record]) -> list[dict[str, Any]]:
    """`[{"number", "values"}]` as plain data, numbers as they were written; of a huge first record its start."""
    left = CHARACTERS
    found: list[dict[str, Any]] = []
    for record in records[:RECORDS]:
        values = json.dumps(record.values, default=str)
        left -= len(values)
        if left < 0 and found:
            break
        whole = json.loads(values)
        found.append({"number": record.number, "values": whole if left >= 0 else _clipped(whole)})
    return found


def _clipped(value: Any) -> Any:
    """Long texts cut and long lists shortened."""
    if isinstance(value, str):
        return value[:2000]
    if isinstance(value, dict):
        return {key[:2000]: _clipped(item) for key, item in list(value.items())[:20]}
    if isinstance(value, list):
        return [_clipped(item) for item in value[:20]]
    return value
