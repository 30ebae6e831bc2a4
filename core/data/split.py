"""Which rows are learned and which are kept aside to measure on."""

import random

import numpy as np
from numpy.typing import NDArray

from core.data.keys import NOTHING, Keys

AUTOMATIC = {"facts": (200, 0.05, 200), "style": (30, 0.1, 50), "format": (30, 0.1, 50)}
"""For each goal: rows from which some are kept aside, which share of them, at most how many.

A fact whose only row is kept aside is never learned. So of facts only rows are kept aside whose answer is learned from
another row, in other words. A style or a format is in every row, so that those kept aside are missed by nobody and
show early when the rows are only learned by heart.
"""


def held_out_count(rows: int, holdout: float | None, goal: str = "facts", reworded: int = 0) -> int:
    """How many of `rows` rows are kept aside. At least one row is always left to learn from.

    reworded: what `Keys.reworded()` counts; it bounds the automatic number for facts
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


def why(rows: int, holdout: float | None, goal: str, reworded: int) -> str:
    """What to say of the rows kept aside, `data.aside.<this>`.

    "some", "reworded" (their answers are learned from other rows), or none: "few" (too few rows to spare any), "off"
    (the person wants none), "single" (no answer stands in two rows).
    """
    if held_out_count(rows, holdout, goal, reworded):
        return "reworded" if holdout is None and goal == "facts" else "some"
    if holdout is not None:
        return "off"
    return "few" if rows < AUTOMATIC[goal][0] else "single"


def kept_aside(keys: Keys, holdout: float | None, seed: int, goal: str = "facts") -> NDArray[np.bool_]:
    """For each row whether it is kept aside; the same seed gives the same rows.

    holdout: share below 1, count from 1 on, None automatic, which the goal decides. Rows that are equal stay on one
    side, so the share may be missed by a few rows, and nothing is kept aside when all rows are equal.
    """
    aside = np.zeros(len(keys), np.bool_)
    spare = holdout is None and goal == "facts"  # only rows whose answer is learned all the same
    wanted = held_out_count(len(keys), holdout, goal, keys.reworded() if spare else 0)
    if wanted == 0:
        return aside
    _, firsts, group, sizes = np.unique(keys.content, return_index=True, return_inverse=True, return_counts=True)
    order = np.argsort(firsts).tolist()
    random.Random(seed).shuffle(order)  # no secret
    answers = keys.answer[firsts]
    _, same, left = np.unique(answers, return_inverse=True, return_counts=True)
    chosen = np.zeros(len(firsts), np.bool_)
    count = 0
    for each in order:
        if spare and (answers[each] == NOTHING or left[same[each]] < 2):
            continue
        if count + sizes[each] <= wanted:
            chosen[each] = True
            count += sizes[each]
            left[same[each]] -= 1
        if count == wanted:
            break
    return np.asarray(chosen[group])
