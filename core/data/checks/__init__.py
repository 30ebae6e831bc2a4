"""What is worth knowing about rows before they are learned, each finding with its rows.

error: the rows are left out · warning: they are used, but look · info: good to know. Clean data gives nothing.
The rows pass by once and are not kept (some 150 bytes of each are, 1 kB of the first 100,000), so that a file of any
size can be checked while it is read.
"""

from typing import Protocol

from core.data.checks.check_answers import FEW as FEW
from core.data.checks.check_answers import Answers
from core.data.checks.check_answers import few as few
from core.data.checks.check_order import Order
from core.data.checks.check_space import Space
from core.data.checks.check_words import PLACEHOLDER as PLACEHOLDER
from core.data.checks.check_words import Words
from core.data.checks.duplicates import Duplicates
from core.data.checks.duplicates import leak as leak
from core.data.checks.languages import Languages
from core.data.checks.private import Private
from core.data.checks.seen import Seen, seen
from core.data.checks.seen import words_of as words_of
from core.data.raw import Row
from core.findings import Finding, worst_first


class _Check(Protocol):
    def see(self, seen: Seen) -> None: ...

    def findings(self) -> list[Finding]: ...


class Checker:
    """Sees the usable rows of a file one after the other, then says what is worth knowing about them.

    task: "chat", "text" or "preference". What depends on the goal is asked of `few` where the goal is known.
    """

    def __init__(self, task: str = "chat") -> None:
        self._count = 0
        self._checks: list[_Check] = [
            Duplicates(),
            Words(task),
            Order(),
            Answers(task),
            Private(),
            Languages(),
            Space(),
        ]

    def see(self, row: Row) -> None:
        """One row in the stored shape."""
        self._count += 1
        looked = seen(row)
        for check in self._checks:
            check.see(looked)

    def findings(self) -> list[Finding]:
        """What was found, worst first."""
        found = [finding for check in self._checks for finding in check.findings()]
        return worst_first(found + few(self._count))
