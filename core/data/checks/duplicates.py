"""Rows that stand in a file twice, word for word or nearly, and rows that are both learned and measured on."""

import json
from array import array
from collections.abc import Iterable
from typing import Any

import numpy as np

from core.data.checks.seen import Seen, seen
from core.data.checks.sketch import Sketches
from core.data.raw import Row
from core.findings import Finding

COMPARED = 100_000
"""Rows of a file that are looked at for near repetitions, the first ones (about 60 MB); exact ones are found in all."""

PAIRS_NAMED = 5


def same_key(row: Row) -> int:
    """Equal for rows that are equal but for their number and where they come from; 64 bits, only in this process."""
    said = {key: row[key] for key in row if key not in ("row", "variant", "from")}
    return hash(json.dumps(said, ensure_ascii=False, sort_keys=True))


class Duplicates:
    """Repetitions within a file."""

    def __init__(self) -> None:
        self._rows, self._keys = array("q"), array("q")
        self._sketches = Sketches(COMPARED)

    def see(self, seen: Seen) -> None:
        """One row."""
        self._rows.append(seen.number)
        self._keys.append(same_key(seen.row))
        self._sketches.add(seen.asked, seen.answered if "chosen" not in seen.row else seen.said)

    def findings(self) -> list[Finding]:
        """The later one of each pair is named."""
        if len(self._rows) < 2:
            return []
        rows = np.frombuffer(self._rows, np.int64)
        keys = np.frombuffer(self._keys, np.int64)
        _, first, group = np.unique(keys, return_index=True, return_inverse=True)
        new = np.zeros(len(rows), bool)
        new[first] = True
        again = np.flatnonzero(~new & (rows != rows[first[group]]))  # variants of one row are made, not found
        found = []
        if len(again):
            found.append(Finding("info", "row.duplicate", _numbers(rows[again])))
        near = [
            (int(rows[one]), int(rows[other]))
            for one, other in self._sketches.alike(new[: len(self._sketches)])
            if rows[one] != rows[other]
        ]
        if near:
            pairs = ", ".join(f"{one} ≈ {other}" for one, other in near[:PAIRS_NAMED])
            numbers = sorted({one for one, _ in near})
            if len(rows) > COMPARED:
                found.append(Finding("info", "row.near_first", numbers, pairs=pairs, compared=COMPARED))
            else:
                found.append(Finding("info", "row.near", numbers, pairs=pairs))
        return found


def leak(learned: Iterable[Row], held_out: Iterable[Row]) -> Finding | None:
    """Rows of `held_out` that are learned too, word for word or nearly; None when there are none.

    Near ones are looked for among at most `COMPARED` rows of both together, the ones to measure on first.
    """
    sketches = Sketches(COMPARED)
    numbers: list[int] = []
    keys: dict[int, list[int]] = {}
    for row in held_out:
        keys.setdefault(same_key(row), []).append(len(numbers))
        numbers.append(row["row"])
        _sketch(sketches, row)
    measured = len(sketches)
    exact: set[int] = set()
    for row in learned:
        exact.update(keys.get(same_key(row), ()))
        if not sketches.full:
            _sketch(sketches, row)
    near = sketches.alike_across(measured) - exact
    if not exact and not near:
        return None
    rows = sorted({numbers[at] for at in exact | near})
    return Finding("warning", "split.leak", rows, exact=len(exact), near=len(near))


def _sketch(sketches: Sketches, row: Row) -> None:
    looked = seen(row)
    sketches.add(looked.asked, looked.answered if "chosen" not in row else looked.said)


def _numbers(found: Any) -> list[int]:
    return [int(number) for number in np.unique(found)]
