"""What is worth knowing about rows before they are learned, each finding with its rows.

error: the rows are left out · warning: they are used, but look · info: good to know. Clean data gives nothing.
The rows pass by once and are not kept (some 150 bytes of each are, 1 kB of the first 100,000), so that a file of any
size can be checked while it is read.
"""

from collections.abc import Iterable
from typing import Any, Protocol

from core.data.check_answers import FEW as FEW
from core.data.check_answers import Answers
from core.data.check_answers import few as few
from core.data.check_order import Order
from core.data.check_words import PLACEHOLDER as PLACEHOLDER
from core.data.check_words import Words
from core.data.duplicates import Duplicates
from core.data.duplicates import leak as leak
from core.data.formats import merged
from core.data.languages import Languages
from core.data.measure import measure, token_findings
from core.data.private import Private
from core.data.seen import Row, Seen, seen
from core.data.seen import words_of as words_of
from core.findings import Finding, worst_first


class _Check(Protocol):
    def see(self, seen: Seen) -> None: ...

    def findings(self) -> list[Finding]: ...


class Checker:
    """Sees the usable rows of a file one after the other, then says what is worth knowing about them.

    task: "chat", "text" or "preference"; goal: what is to be learned of it ("facts", "style", "format"), when known
    """

    def __init__(self, task: str = "chat", goal: str | None = None) -> None:
        self._count = 0
        self._goal = goal
        self._checks: list[_Check] = [Duplicates(), Words(task), Order(), Answers(task), Private(), Languages()]

    def see(self, row: Row) -> None:
        """One row in the stored shape."""
        self._count += 1
        looked = seen(row)
        for check in self._checks:
            check.see(looked)

    def findings(self) -> list[Finding]:
        """What was found, worst first."""
        found = [finding for check in self._checks for finding in check.findings()]
        return worst_first(found + few(self._count, self._goal))


def check(rows: Iterable[Row], findings: list[Finding] | None = None) -> list[Finding]:
    """Findings about the usable rows of a file, joined with `findings` of reading and converting; worst first."""
    checker = Checker()
    for row in rows:
        checker.see(row)
    return worst_first(merged([*(findings or []), *checker.findings()]))


def check_tokens(
    tokenizer: Any, rows: Iterable[Row], max_length: int | None, *, model: str = ""
) -> tuple[int, list[Finding]]:
    """(rows usable with this model, findings that depend on it): cut rows, lost answers, refusals of the template.

    Raises UserError when the model has no template for rows that need one.
    """
    measured = measure(tokenizer, rows)
    return measured.usable(max_length), token_findings(measured, max_length, model=model)
