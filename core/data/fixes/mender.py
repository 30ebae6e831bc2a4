"""Mends applied to rows, one row after the other."""

from collections.abc import Callable, Iterable
from typing import Any

from core.data.checks.duplicates import same_key
from core.data.fixes import lengths, turns, words
from core.data.fixes.mend import Length, Mend
from core.data.fixes.offers import is_left_out
from core.data.raw import Row
from core.findings import Finding

ROWS: dict[str, Callable[[Row, Mend], Row]] = {
    "encoding": lambda row, mend: words.encoding(row),
    "unescape_html": lambda row, mend: words.unescape_html(row),
    "control_words": lambda row, mend: words.control_words(row),
    "fill": lambda row, mend: words.fill(row, mend.given),
    "mask": lambda row, mend: words.mask(row, mend.code),
    "trim": lambda row, mend: words.trim(row),
    "system_first": lambda row, mend: turns.system_first(row),
    "merge_turns": lambda row, mend: turns.merge_turns(row),
    "cut_first_answer": lambda row, mend: turns.cut_first_answer(row),
    "cut_last_question": lambda row, mend: turns.cut_last_question(row),
    "fold_system": lambda row, mend: turns.fold_system(row),
}
"""Fixes that change one row, in the order in which a row gets them: letters first, then turns."""

ORDER = ("drop", "drop_duplicates", *ROWS, "shorten", "split", "accept")
"""Every fix that a Mender knows; "repair", "structured", "columns" and "speaker" are for whoever reads the file."""


class _Job:
    """One mend, the rows it is for, and what it has done."""

    def __init__(self, mend: Mend, findings: list[Finding]) -> None:
        named = [finding for finding in findings if finding.code == mend.code]
        self.mend = mend
        self.numbers = frozenset(
            mend.rows if mend.rows is not None else (row for finding in named for row in finding.rows)
        )
        self.rows = self.dropped = self.added = 0
        self.meant_so = bool(named) and (mend.fix == "accept" or mend.fix == "drop" and all(map(is_left_out, named)))

    def told(self) -> dict[str, Any]:
        plain = self.mend.plain()
        plain.pop("rows", None)
        return {**plain, "rows": self.rows, "dropped": self.dropped, "added": self.added}


class Mender:
    """Sees every row of a version in its order.

    length: tokens of a row for the chosen model; without it nothing is shortened or split.
    """

    def __init__(self, mends: Iterable[Mend], findings: Iterable[Finding], length: Length | None = None) -> None:
        found = list(findings)
        self._said = [_Job(mend, found) for mend in mends]
        self._jobs = sorted(
            (job for job in self._said if job.mend.fix in ORDER and job.mend.fix != "accept" and job.numbers),
            key=lambda job: ORDER.index(job.mend.fix),
        )
        self._numbers = frozenset(row for job in self._jobs for row in job.numbers)
        self._length = length
        self._kept: set[int] | None = set() if any(job.mend.fix == "drop_duplicates" for job in self._jobs) else None

    def rows(self, row: Row) -> list[Row] | None:
        """None: as it was; []: dropped; [row]: changed; several: split. Of those the first keeps its number, the others
        say `"from"` where they come from and are numbered by the caller. `row` itself stays as it is."""
        number = row["row"]
        if number not in self._numbers and self._kept is None:
            return None
        jobs = [job for job in self._jobs if number in job.numbers]
        key = same_key(row) if self._kept is not None else 0
        pieces = [row]
        for job in jobs:
            before = len(pieces)
            changed = [self._done(piece, job, key) for piece in pieces]
            job.rows += any(many != [piece] for many, piece in zip(changed, pieces, strict=True) if many)
            pieces = [piece for many in changed for piece in many]
            job.added += max(0, len(pieces) - before)
            if not pieces:
                job.dropped += 1
                return []
        if self._kept is not None:
            self._kept.add(key)
        return None if pieces == [row] else pieces

    def _done(self, row: Row, job: _Job, key: int) -> list[Row]:
        fix, limit = job.mend.fix, int(job.mend.given.get("max_length") or 0)
        if fix == "drop":
            return []
        if fix == "drop_duplicates":
            return [] if self._kept is not None and key in self._kept else [row]
        if change := ROWS.get(fix):
            return [change(row, job.mend)]
        if self._length is None or not limit:
            return [row]
        return (
            [lengths.shorten(row, self._length, limit)] if fix == "shorten" else lengths.split(row, self._length, limit)
        )

    @property
    def counts(self) -> list[dict[str, Any]]:
        """For each mend what it did so far: `{"code", "fix", ["given"], "rows", "dropped", "added"}`."""
        return [job.told() for job in self._said]

    @property
    def accepted(self) -> list[dict[str, Any]]:
        """`[{"code", "rows"}]` of what is meant so; rows [] for what is said of the whole file."""
        return [{"code": job.mend.code, "rows": sorted(job.numbers)} for job in self._said if job.meant_so]
