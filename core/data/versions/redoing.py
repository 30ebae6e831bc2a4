"""What was done to a version, done once more to another reading of its source."""

from collections.abc import Iterator
from typing import Any

from core.data.fixes.mend import Mend
from core.data.raw import Raw, Row, taken_apart
from core.data.versions.chosen import by_model, said_by
from core.data.versions.derivation import Derivation
from core.findings import Finding

HandEdit = dict[str, Any]
"""`{"key", "before", "after"}` of a step "edit"."""

_KINDS = ("changed", "added", "removed")


def do_again(made: Derivation, steps: list[dict[str, Any]], records: int) -> None:
    """Mends where what they mend is found again; hand edits where the row still says what it said before.

    What needs a model's tokenizer, or meets another row than it was made for, is left; a finding says how much.
    records: the highest row number of the earlier reading; rows with higher ones were written by a person
    """
    left = 0
    for step in steps:
        left += _mend(made, step) if step.get("step") == "mend" else _edit(made, step, records)
    if left:
        made.say(Finding("info", "steps.not_again", count=left))


def _mend(made: Derivation, step: dict[str, Any]) -> int:
    """How many changes were left."""
    named: dict[str, set[int]] = {}
    for finding in made.findings:
        named.setdefault(finding.code, set()).update(finding.rows)
    mends, left = [], 0
    for said in step.get("mends", []):
        given, code, rows = dict(said.get("given") or {}), said["code"], None
        if by_model(code, given):
            left += int(said.get("rows") or 0) + int(said.get("dropped") or 0)
            continue
        if "chosen" in said:
            same = _same_rows(made, said)
            left += len(said["chosen"]) - len(same)
            rows = tuple(row for row in same if row in named.get(code, ()))
        if code in named and rows != ():
            mends.append(Mend(code, said["fix"], given, rows))
    if not mends or not made.mend(mends):
        made.note({"step": "mend", "mends": []})
    return left


def _same_rows(made: Derivation, said: dict[str, Any]) -> list[int]:
    """Those of the rows chosen for a mend that say what they said then: another reading may number rows otherwise."""
    chosen: list[int] = said["chosen"]
    says = said_by(made.rows, chosen)
    then = said.get("said") or [""] * len(chosen)
    return [row for row, digest in zip(chosen, then, strict=True) if digest and says.get(row) == digest]


def _edit(made: Derivation, step: dict[str, Any], records: int) -> int:
    """How many changes were left."""
    fitting = _Fitting(made, step.get("changes") or [], records)
    made.take(fitting.rows(), fitting.touched, needed=lambda: bool(fitting.done))
    said = {"step": "edit", "journal": step.get("journal"), "changes": fitting.done}
    made.note({**said, **{kind: sum(1 for change in fitting.done if _kind(change) == kind) for kind in _KINDS}})
    return sum(int(step.get(kind) or 0) for kind in _KINDS) - len(fitting.done)


def _kind(change: HandEdit) -> str:
    """What an edit does to a row, as its step counts it."""
    return "added" if change["before"] is None else "removed" if change["after"] is None else "changed"


class _Fitting:
    """Those of some changes that fit the rows of another reading.

    done     the changes that were made, with the numbers that rows have here
    touched  the numbers of rows that are gone or say something else
    """

    def __init__(self, made: Derivation, changes: list[HandEdit], records: int) -> None:
        self._made, self._records = made, records
        self._changes = {(int(change["key"][0]), int(change["key"][1])): change for change in changes}
        self.done: list[HandEdit] = []
        self.touched: set[int] = set()

    def rows(self) -> Iterator[tuple[Raw | None, Row]]:
        """All rows; left-out ones that were given in stand where their number says, new ones at the end."""
        numbers = set(self._made.rows.numbers().tolist())
        new = sorted(key for key, change in self._changes.items() if change["before"] is None and change["after"])
        given_in = [key for key in new if key[0] <= self._records and key[0] not in numbers]
        for raw in self._made.rows.raws():
            while given_in and given_in[0][0] < raw[0]:
                yield None, self._given(given_in.pop(0))
            change, row = self._changes.get(raw[:2]), taken_apart(raw[2])
            if change is None or change["before"] != row:
                yield raw, row
                continue
            self.done.append(change)
            self.touched.add(raw[0])
            if change["after"] is not None:
                yield None, change["after"]
        for key in [*given_in, *(key for key in new if key[0] > self._records)]:
            yield None, self._given(key)

    def _given(self, key: tuple[int, int]) -> Row:
        """A row that a person wrote, under a number that no record of this reading has."""
        change = self._changes[key]
        row: Row = change["after"]
        if self._records < key[0] <= self._made.base.last:
            self._made.highest += 1
            row = {**row, "row": self._made.highest}
        self.done.append({**change, "key": [row["row"], key[1]], "after": row})
        return row
