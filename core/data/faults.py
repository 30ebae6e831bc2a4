"""What a reader finds wrong on its way through a file: one finding for each kind, with all its rows and lines."""

from core.findings import Finding

_LINES_NAMED = 8
"""How many line numbers a sentence names before it says "..."."""


class Faults:
    """Collects faults row by row; `findings()` gives each kind once, in the order in which they came up."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[Finding, list[int], list[int]]] = {}

    def note(self, finding: Finding, line: int | None = None) -> None:
        """One fault: its rows are added to those of the same code, whose first facts stay; `line` of the file."""
        if finding.code not in self._kept:
            self._kept[finding.code] = (finding, [], [])
        _, rows, lines = self._kept[finding.code]
        rows.extend(finding.rows)
        if line is not None:
            lines.append(line)

    def __contains__(self, code: str) -> bool:
        return code in self._kept

    def facts(self, code: str, **facts: object) -> None:
        """Facts of a fault that are known only at the end."""
        if code in self._kept:
            self._kept[code][0].facts.update(facts)

    def count(self, code: str) -> int:
        """How many rows were noted under `code`."""
        return len(self._kept[code][1]) if code in self._kept else 0

    def findings(self) -> list[Finding]:
        """The fact `lines` names the first lines of the file that are concerned; `count` is set where no row is."""
        found = []
        for finding, rows, lines in self._kept.values():
            facts = dict(finding.facts)
            if lines:
                facts["lines"] = listed(lines)
                if not rows:
                    facts["count"] = len(lines)
            found.append(Finding(finding.level, finding.code, rows, **facts))
        return found


def listed(numbers: list[int]) -> str:
    """Line numbers as a sentence names them: "3, 17, 40 ..."."""
    return ", ".join(map(str, numbers[:_LINES_NAMED])) + (" ..." if len(numbers) > _LINES_NAMED else "")
