"""A version that is being made of another, in a folder aside: pass after pass over its rows, each one checked anew.

    made = Derivation(base, aside, highest=30)
    made.edit(rows, step, touched);  made.mend(mends, length)       -> whether it made any difference
    made.finish(parent=base.id, family=base.family)                 version.json and all that lies beside it

Rows that no pass touches are copied byte for byte.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from core.data.checks import Checker
from core.data.fixes.mend import Length, Mend
from core.data.fixes.mender import Mender
from core.data.keys import Keys, KeysMaker
from core.data.raw import Raw, Row, taken_apart
from core.data.rows import Progress, share
from core.data.rows_file import RowsFile, RowsWriter
from core.data.versions import by_hand, found, intake, keeping, version
from core.data.versions.chosen import chosen_of
from core.data.versions.dataset import Dataset
from core.findings import Finding

TOLD_EVERY = 500
"""Rows between two reports of progress."""

Given = Iterable[tuple[Raw | None, Row]]
"""Rows of a pass: as they lie in a file and taken apart, or None and what is to be written instead."""


class Written:
    """Rows that were written, and what was found in them."""

    def __init__(self, path: Path, rows: Given, task: str, progress: Progress | None = None, total: int = 0) -> None:
        """Raises OSError; what `progress` raises passes through."""
        keys, checker = KeysMaker(), Checker(task)
        self.path, self.count, self.mark = path, 0, ""
        with RowsWriter(path) as file:
            for raw, row in rows:
                if raw is None:
                    file.append(row)
                else:
                    file.append_raw(*raw)
                keys.see(row)
                checker.see(row)
                self.count += 1
                if progress is not None and self.count % TOLD_EVERY == 0:
                    progress(min(self.count, total), total)
        self.mark = file.mark
        self.keys: Keys = keys.done()
        self.findings: list[Finding] = checker.findings()


class Derivation:
    """Rows, findings and steps as they stand after the passes so far.

    base      whose rows they are at first; its source and its reading are those of what is made
    highest   the highest row number used in the family: rows that are new get higher ones
    passes    how many passes over the rows are expected, for `progress`
    """

    def __init__(
        self, base: Dataset, aside: Path, *, highest: int, passes: int = 1, progress: Progress | None = None
    ) -> None:
        self.base, self.aside, self.highest = base, aside, highest
        self.rows = base.load_rows()
        self.findings = list(base.findings)
        self.steps: list[dict[str, Any]] = []
        self._read, self._accepted = list(base.read_findings), list(base.accepted)
        self._written: Written | None = None
        self._progress, self._passes, self._pass = progress, passes, 0

    @property
    def usable(self) -> int:
        """How many rows there are now."""
        return len(self.rows)

    def edit(self, rows: Iterable[Raw], step: dict[str, Any], touched: set[int]) -> None:
        """Take the rows as a person has changed them; `touched`: numbers of those that are gone or say otherwise."""
        self.take(((raw, taken_apart(raw[2])) for raw in rows), touched)
        self.note(step)

    @property
    def accepted(self) -> int:
        """How many findings were accepted in what is made."""
        return len(self._accepted) - len(self.base.accepted)

    def mend(self, mends: Sequence[Mend], length: Length | None = None) -> bool:
        """Apply them to all rows; False when that makes no difference."""
        mender, touched = Mender(mends, self.findings, length), set[int]()
        chosen = chosen_of(mends, self.rows)
        if self._meets_rows(mends):
            self.take(self._mended(mender, touched), touched, needed=lambda: bool(touched))
        left = found.listed([], self.findings, mender.accepted)
        if not touched and left == self.findings:
            return False
        self.findings = left
        self._accepted += mender.accepted
        mended = [{**count, **rows} for count, rows in zip(mender.counts, chosen, strict=True)]
        self.note({"step": "mend", "mends": mended})
        return True

    def _meets_rows(self, mends: Sequence[Mend]) -> bool:
        """Whether they are for any row that is there: to accept a finding, no row has to be looked at."""
        named: dict[str, set[int]] = {}
        for finding in self.findings:
            named.setdefault(finding.code, set()).update(finding.rows)
        meant: set[int] = set()
        for mend in mends:
            if mend.fix != "accept":
                meant.update(named.get(mend.code, ()) if mend.rows is None else mend.rows)
        return bool(meant) and not meant.isdisjoint(self.rows.numbers().tolist())

    def note(self, step: dict[str, Any]) -> None:
        """Keep that this was done; `step["changes"]` may be more than version.json should hold. Raises OSError."""
        said = by_hand.kept(self.aside, len(self.base.fixes) + len(self.steps), step)
        self.steps.append({**said, "time": time.time()})

    def say(self, finding: Finding) -> None:
        """Something that is to be known about how this version came about."""
        self._read.append(finding)
        self.findings = found.listed([finding], self.findings, [])

    def _mended(self, mender: Mender, touched: set[int]) -> Iterator[tuple[Raw | None, Row]]:
        """The rows after the mends; pieces of a split row are numbered here."""
        for raw in self.rows.raws():
            row = taken_apart(raw[2])
            instead = mender.rows(row)
            if instead is None:
                yield raw, row
                continue
            touched.add(raw[0])
            for piece, changed in enumerate(instead):
                if piece:
                    self.highest += 1
                    changed = {**changed, "row": self.highest}
                    changed.pop("variant", None)
                yield None, changed

    def take(self, rows: Given, touched: set[int], needed: Callable[[], bool] = lambda: True) -> None:
        """One pass: these are the rows now. What turns out not to be `needed` when they are written is let go.

        touched: numbers of rows that are gone or that say something else, known when all are written
        """
        start = min(self._pass / self._passes, 0.95)
        self._pass += 1
        progress = share(self._progress, start, max(start, min(self._pass / self._passes, 1)))
        new = Written(self.aside / f"rows.{self._pass}.arrow", rows, self.base.task, progress, len(self.rows))
        if not needed():
            new.path.unlink()
            return
        self._let_go()
        self.rows, self._written = RowsFile(new.path), new
        numbers = self.rows.numbers()
        self.highest = max(self.highest, int(numbers.max()) if len(numbers) else 0)
        there = set(numbers.tolist()) if any(finding.level == "error" for finding in self._read) else set()
        self._read = found.carried(self._read, there=there, touched=touched)
        self.findings = found.listed(self._read, new.findings, self._accepted)

    def _let_go(self) -> None:
        """The rows of an earlier pass are no longer needed."""
        if self._written is not None:
            self.rows.close()
            self._written.path.unlink()

    def _stay_out(self) -> set[int]:
        """Rows that were accepted as left out, so that they are no longer rows of what is made."""
        new = self._accepted[len(self.base.accepted) :]
        still = {row for finding in self.findings if finding.level == "error" for row in finding.rows}
        return {row for each in new for row in each["rows"]} - still

    def finish(self, **facts: Any) -> None:
        """Write all that a version's folder holds but meta.json; `facts`: parent and family. Raises OSError."""
        self.seal(self.gathered(), **facts)

    def seal(self, told: dict[str, Any], **facts: Any) -> None:
        """Write what was `gathered`, and the steps as they are told now. Raises OSError."""
        version.write(self.aside, {**told, "fixes": [*self.base.fixes, *self.steps], **facts})

    def gathered(self) -> dict[str, Any]:
        """Put all that takes long beside the rows; what is to be told in version.json. Raises OSError."""
        base, before = self.base, self.base.load_rows().numbers()
        numbers = self.rows.numbers()
        there, once = set(numbers.tolist()), set(before.tolist())
        given_in = sum(1 for number in there - once if number <= base.last)  # rows that the reading had left out
        left_out = max(0, base.rows - len(once) - given_in - len(self._stay_out() - there - once))
        if self._written is None:
            intake.again(base.folder / keeping.ROWS, self.aside / keeping.ROWS)
            keys, mark = base.keys(), base.mark
        else:
            self.rows.close()
            self._written.path.rename(self.aside / keeping.ROWS)
            keys, mark = self._written.keys, self._written.mark
        keys.save(self.aside / keeping.KEYS)
        intake.again(base.source, self.aside / keeping.SOURCE)
        by_hand.carry(base.fixes, base.folder, self.aside)
        keeping.write_look(self.aside, base.look)
        told = {
            key: getattr(base, key)
            for key in (
                "file_name", "encoding", "container", "origin", "column_names", "sheets", "sheet", "packed", "reader",
                "parts", "sha256", "size",
            )
        }  # fmt: skip
        if base.made:
            told |= intake.facts(self.aside / keeping.ROWS)
        told |= {
            "mapping": asdict(base.mapping),
            "choices": base.choices.plain(),
            "rows": len(there) + left_out,
            "usable": len(numbers),
            "mark": mark,
            "reworded": keys.reworded(),
            "last": max(self.highest, base.last),
            "accepted": self._accepted,
            "findings": [finding.plain() for finding in self.findings],
            "read_findings": [finding.plain() for finding in self._read],
            "created": time.time(),
        }
        return told
