"""What a check reports about data: a level, a code, the rows, and facts for the sentence."""

from typing import Any, Literal

Level = Literal["error", "warning", "info"]

ORDER: dict[str, int] = {"error": 0, "warning": 1, "info": 2}
"""Worst first, the order in which findings are shown."""


class Finding:
    """One thing that was found, e.g. `Finding("error", "answer.empty", [3, 17])`.

    level: "error" (these rows are left out), "warning" (they are used, but look), "info" (good to know)
    code:  has a sentence `finding.<code>` in both languages; always written as a literal
    rows:  numbers of the records concerned, from 1; empty when the whole file is meant
    facts: plain values for the sentence; `count` and `rows` are given to it as well
    """

    __slots__ = ("code", "facts", "level", "rows")

    def __init__(self, level: Level, code: str, /, rows: list[int] | tuple[int, ...] = (), **facts: Any) -> None:
        self.level: Level = level
        self.code = code
        self.rows = tuple(rows)
        self.facts = facts

    @property
    def count(self) -> int:
        """How many rows; for a finding on the whole file the fact `count`, else 0."""
        return len(self.rows) or int(self.facts.get("count", 0))

    def plain(self) -> dict[str, Any]:
        """As plain data, without a sentence: `{"level", "code", "count", "rows", "facts"}`."""
        return {
            "level": self.level,
            "code": self.code,
            "count": self.count,
            "rows": list(self.rows),
            "facts": self.facts,
        }

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Finding) and self.plain() == other.plain()

    def __repr__(self) -> str:
        return f"Finding({self.level!r}, {self.code!r}, {list(self.rows)[:10]}, {self.facts})"


def from_plain(plain: dict[str, Any]) -> Finding:
    """The finding that `plain()` described."""
    return Finding(plain["level"], plain["code"], plain["rows"], **plain.get("facts", {}))


def worst_first(findings: list[Finding]) -> list[Finding]:
    """Errors, then warnings, then infos; within a level the one with most rows first."""
    return sorted(findings, key=lambda finding: (ORDER[finding.level], -finding.count))
