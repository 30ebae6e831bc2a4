"""Mends applied to rows, one row after the other."""

from collections.abc import Iterable
from typing import Any

from core.data.fixes.mend import Length, Mend, Row
from core.findings import Finding


class Mender:
    """Sees every row of a version in its order.

    length: tokens of a row for the chosen model; without it nothing is shortened or split.
    """

    def __init__(self, mends: Iterable[Mend], findings: Iterable[Finding], length: Length | None = None) -> None:
        raise NotImplementedError

    def rows(self, row: Row) -> list[Row] | None:
        """None: as it was; []: dropped; [row]: changed; several: split. Of those the first keeps its number, the others
        say `"from"` where they come from and are numbered by the caller. `row` itself stays as it is."""
        raise NotImplementedError

    @property
    def counts(self) -> list[dict[str, Any]]:
        """For each mend what it did so far: `{"code", "fix", ["given"], ["chosen"], "rows", "dropped", "added"}`."""
        raise NotImplementedError

    @property
    def accepted(self) -> list[dict[str, Any]]:
        """`[{"code", "rows"}]` of the findings that are meant so; rows [] for those of the whole file."""
        raise NotImplementedError
