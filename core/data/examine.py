"""One look at a file from its bytes to findings; the store, the command line and the window all take this one."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from core.data import checks, files, formats
from core.data.rows import Progress
from core.errors import UserError
from core.findings import Finding


@dataclass(frozen=True)
class Examined:
    """What a file holds. `count` records were read; `rows` are the usable ones in the stored shape, possibly none."""

    encoding: str
    container: str
    mapping: formats.Mapping
    count: int
    rows: list[dict[str, Any]]
    findings: list[Finding]

    def require_rows(self, name: str) -> None:
        """Raises UserError `data.nothing_usable` when no row can be learned; its facts hold the findings."""
        if self.rows:
            return
        numbers: Counter[int] = Counter(row for finding in self.findings for row in finding.rows)
        found = [finding.plain() for finding in self.findings]
        raise UserError("data.nothing_usable", name=name, rows=self.count, row=min(numbers, default=1), findings=found)


def examine(data: bytes, *, name: str, progress: Progress | None = None) -> Examined:
    """Read, recognise, convert and check. Raises UserError `data.*` when the whole file cannot be used."""
    found = files.read_bytes(data, name=name, progress=progress)
    mapping = formats.recognise(found.columns, found.rows)
    if mapping.format == "unknown":
        names = found.columns
        raise UserError("data.no_answer", columns=", ".join(names[:12]) + (" ..." if len(names) > 12 else ""))
    rows, findings = formats.convert_all(found, mapping)
    return Examined(found.encoding, found.container, mapping, found.count, rows, checks.check(rows, findings))
