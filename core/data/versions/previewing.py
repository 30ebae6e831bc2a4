"""What is made of a version, looked at before it is put into place: what mending does to the rows, and whether a
version that is the same is there already."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from core.data.fixes.preview import SHOWN, Change, Preview
from core.data.raw import Raw, Row, taken_apart
from core.data.versions.dataset import Dataset
from core.data.versions.derivation import Derivation


def looked_at(before: Iterable[Raw], numbers: set[int], made: Derivation) -> Preview:
    """The rows `before` beside those of `made`, which stand in the same order, with pieces of split rows behind them.

    numbers: all row numbers there were before; rows with others came of the row they stand behind
    """
    changed = dropped = added = 0
    changes: list[Change] = []
    for old, new in _beside(before, numbers, made.rows.raws()):
        if len(new) == 1 and new[0] == old:
            continue
        dropped += not new
        changed += bool(new)
        added += max(0, len(new) - 1)
        if len(changes) < SHOWN:
            changes.append(Change(old[:2], taken_apart(old[2]), tuple(_row(raw) for raw in new)))
    counts = [_count(mend) for step in made.steps for mend in step.get("mends", [])]
    return Preview(changed, dropped, added, made.accepted, changes, counts)


def _beside(before: Iterable[Raw], numbers: set[int], after: Iterable[Raw]) -> Iterator[tuple[Raw, list[Raw]]]:
    """Each row of before with what came of it."""
    coming = iter(after)
    new = next(coming, None)
    for old in before:
        came: list[Raw] = []
        if new is not None and new[:2] == old[:2]:
            came.append(new)
            new = next(coming, None)
        while new is not None and new[0] not in numbers:
            came.append(new)
            new = next(coming, None)
        yield old, came


def _row(raw: Raw) -> Row:
    return taken_apart(raw[2])


def _count(mend: dict[str, Any]) -> dict[str, Any]:
    """What a mend did, without what is kept to do it again."""
    return {key: value for key, value in mend.items() if key not in ("chosen", "said")}


def is_same(made: Derivation, other: Dataset) -> bool:
    """Whether `other` came of the same version in the same way, and its rows are the same byte for byte."""
    if not made.steps or other.parent != made.base.id or other.usable != made.usable:
        return False
    steps = [*made.base.fixes, *made.steps]
    if [_untimed(step) for step in other.fixes] != [_untimed(json.loads(json.dumps(step))) for step in steps]:
        return False
    return all(old == new for old, new in zip(other.load_rows().raws(), made.rows.raws(), strict=True))


def _untimed(step: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in step.items() if name != "time"}
