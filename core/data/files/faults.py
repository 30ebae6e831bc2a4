"""What a reader finds wrong on its way through a file: one finding for each kind, with all its rows and places."""

from core.findings import Finding, from_plain

_NAMED = 8
"""How many places a sentence names before it says "..."."""
_PLACES = ("lines", "cells")
"""Facts that are gathered from fault to fault: lines of the file, cells of a sheet."""


class Faults:
    """Collects faults row by row; `findings()` gives each kind once, in the order in which they came up."""

    def __init__(self) -> None:
        self._once: set[tuple[object, ...]] = set()
        self._kept: dict[str, tuple[Finding, list[int], list[object]]] = {}

    def note(self, finding: Finding) -> None:
        """One fault: its rows and its place (the fact `lines` or `cells`) are added to those of the same code."""
        if finding.code not in self._kept:
            self._kept[finding.code] = (finding, [], [])
        first, rows, places = self._kept[finding.code]
        if finding.facts.get("repairable"):
            first.facts["repairable"] = True
        rows.extend(finding.rows)
        places += [finding.facts[name] for name in _PLACES if name in finding.facts]

    def once(self, finding: Finding) -> None:
        """As `note`, but a fault at a place that came up here before is passed over: some files are read twice."""
        known = (finding.code, *(finding.facts[name] for name in _PLACES if name in finding.facts))
        if known not in self._once:
            self._once.add(known)
            self.note(finding)

    def __contains__(self, code: str) -> bool:
        return code in self._kept

    def count(self, code: str) -> int:
        """How many rows were noted under `code`."""
        return len(self._kept[code][1]) if code in self._kept else 0

    def repairable(self, code: str) -> bool:
        """Whether some of those noted under `code` can be repaired."""
        return code in self._kept and bool(self._kept[code][0].facts.get("repairable"))

    def findings(self) -> list[Finding]:
        """The places become text, "3, 17, 40 ..."; other facts are the first fault's; `count` where no row is named."""
        found = []
        for finding, rows, places in self._kept.values():
            facts = dict(finding.facts)
            for name in set(_PLACES) & facts.keys():
                facts[name] = _listed(places)
                if not rows:
                    facts["count"] = len(places)
            found.append(from_plain({**finding.plain(), "rows": list(dict.fromkeys(rows)), "facts": facts}))
        return found


def _listed(places: list[object]) -> str:
    return ", ".join(map(str, places[:_NAMED])) + (" ..." if len(places) > _NAMED else "")
