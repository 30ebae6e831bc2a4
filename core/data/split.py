"""Which rows are learned and which are kept aside to measure on."""

import json
import random
from collections import Counter
from typing import Any

Row = dict[str, Any]

AUTOMATIC = {"facts": (200, 0.05, 200), "style": (30, 0.1, 50), "format": (30, 0.1, 50)}
"""For each goal: rows from which some are kept aside, which share of them, at most how many.

A fact whose only row is kept aside is never learned. So of facts only rows are kept aside whose answer is learned from
another row, in other words. A style or a format is in every row, so that those kept aside are missed by nobody and
show early when the rows are only learned by heart.
"""


def held_out_count(rows: int, holdout: float | None, goal: str = "facts", reworded: int = 0) -> int:
    """How many of `rows` rows are kept aside. At least one row is always left to learn from.

    reworded: what `reworded()` counts; it bounds the automatic number for facts
    """
    if holdout is None:
        least, share, most = AUTOMATIC[goal]
        wanted = 0 if rows < least else min(most, round(rows * share))
        if goal == "facts":
            wanted = min(wanted, reworded)
    elif holdout < 1:
        wanted = max(1, round(rows * holdout)) if holdout > 0 else 0
    else:
        wanted = int(holdout)
    return max(0, min(wanted, rows - 1))


def reworded(rows: list[Row]) -> int:
    """How many rows can be kept aside while the answer of each is still learned from a row that asks otherwise."""
    answers = {content_key(row): _answer(row) for row in rows}
    return sum(count - 1 for answer, count in Counter(answers.values()).items() if answer)


def why(rows: int, holdout: float | None, goal: str, reworded: int) -> str:
    """What to say of the rows kept aside, `data.aside.<this>`.

    "some", "reworded" (their answers are learned from other rows), or none: "few" (too few rows to spare any), "off"
    (the person wants none), "single" (no answer stands in two rows).
    """
    if held_out_count(rows, holdout, goal, reworded):
        return "reworded" if holdout is None and goal == "facts" else "some"
    if rows < AUTOMATIC[goal][0]:
        return "few"
    return "single" if holdout is None else "off"


def split(rows: list[Row], holdout: float | None, seed: int, goal: str = "facts") -> tuple[list[Row], list[Row]]:
    """(rows to learn, rows kept aside), both in the order of the file; the same seed gives the same split.

    holdout: share below 1, count from 1 on, None automatic, which the goal decides. Rows that are equal stay on one
    side, so the share may be missed by a few rows, and nothing is kept aside when all rows are equal.
    """
    spare = holdout is None and goal == "facts"  # only rows whose answer is learned all the same
    wanted = held_out_count(len(rows), holdout, goal, reworded(rows) if spare else 0)
    if wanted == 0:
        return list(rows), []
    groups: dict[str, list[int]] = {}
    for index, row in enumerate(rows):
        groups.setdefault(content_key(row), []).append(index)
    order = list(groups.values())
    random.Random(seed).shuffle(order)  # no secret
    left = Counter(_answer(rows[group[0]]) for group in order)
    aside: set[int] = set()
    for group in order:
        answer = _answer(rows[group[0]])
        if spare and (not answer or left[answer] < 2):
            continue
        if len(aside) + len(group) <= wanted:
            aside.update(group)
            left[answer] -= 1
        if len(aside) == wanted:
            break
    return [row for index, row in enumerate(rows) if index not in aside], [
        row for index, row in enumerate(rows) if index in aside
    ]


def content_key(row: Row) -> str:
    """What makes two rows the same: everything but the row's number."""
    return json.dumps({key: value for key, value in row.items() if key != "row"}, ensure_ascii=False, sort_keys=True)


def _answer(row: Row) -> str:
    """All that the assistant says in a row; "" for running text."""
    said = [turn.get("content") for turn in row.get("messages") or [] if turn.get("role") == "assistant"]
    return "\n".join(str(part).strip() for part in said if part)
