"""What is worth knowing about the rows as they stand with what was changed by hand.

A row is looked at for itself: who speaks after whom (order.*), what stands in its words (text.*, answer.boilerplate),
personal data and secrets (private.*), two answers that are the same (preference.same). What shows only beside other
rows waits for the next version: row.duplicate, row.near, question.differs, answer.repeated, answer.odd, language.other,
row.far_longer. Until then a changed row is in none of those.
"""

import threading
import weakref
from collections import Counter
from copy import copy

import numpy as np
from numpy.typing import NDArray

from core.data.checks import Checker, few
from core.data.edits.edits import EditedRows, Edits, Key
from core.data.versions.dataset import Dataset
from core.findings import Finding, worst_first

RECHECKED = 200
"""Rows up to which the words that a finding quotes are looked for again when one of its rows has changed."""

LOOKED_AT = 1000
"""Rows that are looked at after one change; of more that were changed at once the rest follows with later changes."""

_QUOTED = ("names", "examples")
_QUOTES = 5

Numbers = NDArray[np.int64]
NOBODY: Numbers = np.zeros(0, np.int64)

_LOCK = threading.Lock()
_KNOWN: "weakref.WeakKeyDictionary[Edits, _Looked]" = weakref.WeakKeyDictionary()


def edited_findings(dataset: Dataset, edits: Edits) -> list[Finding]:
    """The version's findings without the rows that were changed or deleted, and what is found in each changed row."""
    with _LOCK:
        looked = _KNOWN.get(edits)
        if looked is None:
            looked = _KNOWN[edits] = _Looked(dataset, edits)
    return looked.findings()


class _Looked:
    """What was found in rows that stand as they stood when they were looked at."""

    def __init__(self, dataset: Dataset, edits: Edits) -> None:
        self._dataset = dataset
        self._edits: weakref.ref[Edits] = weakref.ref(edits)
        self._lock = threading.Lock()
        self._of_rows: dict[Key, tuple[int, list[Finding]]] = {}
        self._numbers: dict[int, Numbers] = {}  # of a finding of the version, by its identity
        contacts = [one for one in dataset.findings if one.code in ("private.mail", "private.phone")]
        self._contacts = [(one, frozenset(one.rows)) for one in contacts]
        self._done: tuple[int, list[Finding]] | None = None
        self._accepted = {(one["code"], int(number)) for one in dataset.accepted for number in one["rows"]}

    def findings(self) -> list[Finding]:
        edits = self._edits()
        with self._lock:
            if edits is None or not edits.pending:
                return self._dataset.findings
            stamp = edits.stamp
            if self._done is None or self._done[0] != stamp:
                self._done = (stamp, self._found(edits))
            return self._done[1]

    def _found(self, edits: Edits) -> list[Finding]:
        rows = edits.rows()
        touched = np.unique([key[0] for key in edits.changed | edits.added | edits.removed])
        fresh = self._fresh(edits, rows, touched)
        found = few(len(rows))
        for finding in self._dataset.findings:
            if finding.code != "rows.few":
                found += self._carried(edits, rows, finding, touched, fresh.pop(finding.code, []))
        return worst_first(found + [_whole(same[0], NOBODY, same, _quotes(same)) for same in fresh.values()])

    def _fresh(self, edits: Edits, rows: EditedRows, touched: Numbers) -> dict[str, list[Finding]]:
        """What is found in the rows of these numbers, by its code; all wordings of a record are looked at."""
        fresh: dict[str, list[Finding]] = {}
        for finding in self._of_each(rows, np.flatnonzero(np.isin(rows.numbers(), touched)), edits.stamps()):
            number = finding.rows[0]
            if (finding.code, number) in self._accepted:
                continue
            before: list[Finding] = []
            if finding.code == "private.contact":  # whose contacts they are shows only beside the others: as before
                before = [one for one, named in self._contacts if number in named]
            for one in before or [finding]:
                fresh.setdefault(one.code, []).append(Finding(one.level, one.code, [number], **one.facts))
        return fresh

    def _of_each(self, rows: EditedRows, places: Numbers, stamps: dict[Key, int]) -> list[Finding]:
        """What is found in each of these rows for itself, the latest changed first."""
        keys = {key: int(place) for place in places if (key := rows.key(int(place)))}
        found, looked = [], 0
        for key in sorted(keys, key=lambda key: -stamps.get(key, 0)):
            stamp, known = stamps.get(key, 0), self._of_rows.get(key)
            if known is None or known[0] != stamp:
                if looked == LOOKED_AT:
                    continue
                looked += 1
                checker = Checker(self._dataset.task)
                checker.see(rows[keys[key]])
                known = (stamp, [one for one in checker.findings() if one.code != "rows.few"])
                self._of_rows[key] = known
            found += known[1]
        return found

    def _carried(
        self, edits: Edits, rows: EditedRows, finding: Finding, touched: Numbers, fresh: list[Finding]
    ) -> list[Finding]:
        """A finding of the version as it is now: [] when none of its rows is left."""
        if not finding.rows:
            return [finding]
        before = self._numbers.get(id(finding))
        if before is None:
            before = self._numbers[id(finding)] = np.array(finding.rows, np.int64)
        left = before[~np.isin(before, touched)]
        if len(left) == len(before) and not fresh:
            return [finding]
        if not len(left):
            return [_whole(fresh[0], left, fresh, _quotes(fresh))] if fresh else []
        quoted = _quotes([finding, *fresh])
        if quoted and len(left) <= RECHECKED:
            places = np.flatnonzero(np.isin(rows.numbers(), left))
            again = [one for one in self._of_each(rows, places, edits.stamps()) if one.code == finding.code]
            quoted = _quotes([*again, *fresh]) or quoted
        return [_whole(finding, left, fresh, quoted)]


def _whole(like: Finding, left: Numbers, fresh: list[Finding], quoted: dict[str, str]) -> Finding:
    """One finding of the rows that are left and of those in which it was found anew."""
    whole = copy(like)
    whole.facts = {**like.facts, **quoted}
    whole.rows = tuple(np.union1d(left, np.array([one.rows[0] for one in fresh], np.int64)).tolist())
    return whole


def _quotes(findings: list[Finding]) -> dict[str, str]:
    """The words that findings quote, most common first."""
    found = {}
    for name in _QUOTED:
        said = Counter(word for one in findings for word in str(one.facts.get(name, "")).split(", ") if word)
        if said:
            found[name] = ", ".join(word for word, _ in said.most_common(_QUOTES))
    return found
