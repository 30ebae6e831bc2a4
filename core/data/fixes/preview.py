"""What mends would do, before they are done."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from core.data.choices import Choices
from core.data.fixes.mend import Length, Mend, Row
from core.data.rows import Progress
from core.findings import Finding

if TYPE_CHECKING:
    from core.data.dataset import Dataset

Key = tuple[int, int]

SHOWN = 200
"""Changes that are kept to be looked at."""


@dataclass(frozen=True)
class Change:
    """One row before and after; `before` None: it comes in, `after` (): it goes, several: it is split."""

    key: Key
    before: Row | None
    after: tuple[Row, ...]


@dataclass(frozen=True)
class Preview:
    """changed, dropped, added: rows; accepted: findings that go from the list; counts: for each mend, as in Mender."""

    changed: int = 0
    dropped: int = 0
    added: int = 0
    accepted: int = 0
    changes: list[Change] = field(default_factory=list)
    counts: list[dict[str, Any]] = field(default_factory=list)


def preview(
    rows: Iterable[Row],
    findings: Iterable[Finding],
    mends: Iterable[Mend],
    length: Length | None = None,
    progress: Progress | None = None,
) -> Preview:
    """What `mends` would do to `rows`; what `progress` raises passes through."""
    raise NotImplementedError


def preview_reading(dataset: "Dataset", choices: Choices, progress: Progress | None = None) -> Preview:
    """What reading the file anew with `choices` would change. Raises UserError `data.*`."""
    raise NotImplementedError
