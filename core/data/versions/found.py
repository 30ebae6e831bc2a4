"""What becomes of findings in a version that was made of another: of the reader's, and of those that are accepted."""

from collections.abc import Iterable, Sequence, Set
from copy import copy
from typing import Any

from core.data.formats import merged
from core.findings import Finding, worst_first

_OF_ROWS = frozenset({
    "answer.always_same", "answer.boilerplate", "answer.odd", "answer.repeated", "language.other",
    "order.call_without_result", "order.ends_with_question", "order.result_without_call", "order.starts_with_answer",
    "order.system_inside", "order.system_later", "order.two_answers", "order.two_users", "preference.same",
    "private.bank", "private.contact", "private.key", "private.mail", "private.phone", "private.resident",
    "question.differs", "row.duplicate", "row.far_longer", "row.near", "row.near_first", "rows.few", "text.excel",
    "text.html", "text.html_escaped", "text.mojibake", "text.mojibake_left", "text.placeholder", "text.replaced",
    "text.space", "text.special_meant", "text.special_token",
})  # fmt: skip
"""What the checks of the rows say, for versions that do not keep it apart from what the reader said."""


def of_reading(findings: Iterable[Finding]) -> list[Finding]:
    """Those of an old version's findings that the reader made."""
    return [finding for finding in findings if finding.code not in _OF_ROWS]


def carried(read: Iterable[Finding], *, there: Set[int], touched: Set[int]) -> list[Finding]:
    """What the reader said that still holds, as far as it names rows.

    there    the numbers of the rows that there are now
    touched  numbers of rows that are gone or that say something else now: what was said of them is past
    """
    found = []
    for finding in read:
        if not finding.rows:
            found.append(finding)
            continue
        past = there if finding.level == "error" else touched  # an error names rows that are not there
        if left := tuple(row for row in finding.rows if row not in past):
            found.append(_of(finding, left))
    return found


def listed(read: Iterable[Finding], checked: Iterable[Finding], accepted: Sequence[dict[str, Any]]) -> list[Finding]:
    """All findings of a version, worst first, without what a person said is meant so."""
    rows: dict[str, set[int]] = {}
    whole = set()
    for each in accepted:
        rows.setdefault(each["code"], set()).update(each["rows"])
        if not each["rows"]:
            whole.add(each["code"])
    found = []
    for finding in merged([*read, *checked]):
        if not finding.rows and finding.code in whole:
            continue
        left = tuple(row for row in finding.rows if row not in rows.get(finding.code, ()))
        if left or not finding.rows:
            found.append(finding if len(left) == len(finding.rows) else _of(finding, left))
    return worst_first(found)


def _of(finding: Finding, rows: tuple[int, ...]) -> Finding:
    """The finding of these rows only."""
    fewer = copy(finding)
    fewer.rows = rows
    return fewer
