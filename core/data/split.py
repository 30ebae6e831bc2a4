"""Which rows are learned and which are kept aside to measure on."""

import json
import random
from typing import Any

AUTOMATIC_FROM = 200
"""Rows below which nothing is kept aside: of fifty facts, five never taught would be a wrong default."""
AUTOMATIC_SHARE = 0.05
AUTOMATIC_MOST = 200


def held_out_count(rows: int, holdout: float | None) -> int:
    """How many of `rows` rows are kept aside. At least one row is always left to learn from."""
    if holdout is None:
        wanted = 0 if rows < AUTOMATIC_FROM else min(AUTOMATIC_MOST, round(rows * AUTOMATIC_SHARE))
    elif holdout < 1:
        wanted = max(1, round(rows * holdout)) if holdout > 0 else 0
    else:
        wanted = int(holdout)
    return max(0, min(wanted, rows - 1))


def split(
    rows: list[dict[str, Any]], holdout: float | None, seed: int
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """(rows to learn, rows kept aside), both in the order of the file; the same seed gives the same split.

    holdout: share below 1, count from 1 on, None automatic. Rows that are equal stay on one side, so the share
    may be missed by a few rows, and nothing is kept aside when all rows are equal.
    """
    wanted = held_out_count(len(rows), holdout)
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
