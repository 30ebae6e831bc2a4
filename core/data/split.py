"""Which rows are learned and which are kept aside to measure on."""

import json
import random
from typing import Any

AUTOMATIC = {"facts": (200, 0.05, 200), "style": (30, 0.1, 50), "format": (30, 0.1, 50)}
"""For each goal: rows from which some are kept aside, which share of them, at most how many.

Of fifty facts, five never taught would be a wrong default. A style or a format is in every row, so that those kept
aside are missed by nobody and show early when the rows are only learned by heart.
"""


def held_out_count(rows: int, holdout: float | None, goal: str = "facts") -> int:
    """How many of `rows` rows are kept aside. At least one row is always left to learn from."""
    if holdout is None:
        least, share, most = AUTOMATIC[goal]
        wanted = 0 if rows < least else min(most, round(rows * share))
    elif holdout < 1:
        wanted = max(1, round(rows * holdout)) if holdout > 0 else 0
    else:
        wanted = int(holdout)
    return max(0, min(wanted, rows - 1))


def split(
    rows: list[dict[str, Any]], holdout: float | None, seed: int, goal: str = "facts"
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """(rows to learn, rows kept aside), both in the order of the file; the same seed gives the same split.

    holdout: share below 1, count from 1 on, None automatic, which the goal decides. Rows that are equal stay on one
    side, so the share may be missed by a few rows, and nothing is kept aside when all rows are equal.
    """
    wanted = held_out_count(len(rows), holdout, goal)
    if wanted == 0:
        return list(rows), []
    groups: dict[str, list[int]] = {}
    for index, row in enumerate(rows):
        groups.setdefault(content_key(row), []).append(index)
    order = list(groups.values())
    random.Random(seed).shuffle(order)  # no secret
    aside: set[int] = set()
    for group in order:
        if len(aside) + len(group) <= wanted:
            aside.update(group)
        if len(aside) == wanted:
            break
    return [row for index, row in enumerate(rows) if index not in aside], [
        row for index, row in enumerate(rows) if index in aside
    ]


def content_key(row: dict[str, Any]) -> str:
    """What makes two rows the same: everything but the row's number."""
    return json.dumps({key: value for key, value in row.items() if key != "row"}, ensure_ascii=False, sort_keys=True)
