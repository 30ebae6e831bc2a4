"""What a person asked to have mended, as plain data: it is kept with the version that came of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from core.data.raw import Row

Length = Callable[[Row], int]
"""Tokens of a row in the stored shape, for the model that will learn it."""


@dataclass(frozen=True)
class Mend:
    """One fix for the rows of one finding.

    code   of the finding; `fix` the name of what is done, `fix.<name>` in the texts
    given  what the person had to say first, e.g. {"fill": {"name": "Aurora"}} or {"max_length": 512}
    rows   row numbers; None for all that the finding names when the fix is applied
    """

    code: str
    fix: str
    given: dict[str, Any] = field(default_factory=dict)
    rows: tuple[int, ...] | None = None

    def plain(self) -> dict[str, Any]:
        """As it is kept: `{"code", "fix", ["given"], ["rows"]}`."""
        said: dict[str, Any] = {"code": self.code, "fix": self.fix}
        if self.given:
            said["given"] = self.given
        if self.rows is not None:
            said["rows"] = list(self.rows)
        return said
