"""What a step "edit" says row by row: in the step itself, or in a file of the version's folder where it is too much."""

import contextlib
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from core.data.raw import as_bytes
from core.data.versions import intake

NAMED = 2000
"""Changes up to which a step holds them itself; version.json is read whole wherever a version is met."""


def kept(aside: Path, at: int, step: dict[str, Any]) -> dict[str, Any]:
    """The step as it stands in version.json; `at`: the how manyth it is. Raises OSError when the disk refuses.

    `step["changes"]` may be any collection of `{"key", "before", "after"}`; of more than NAMED the step says only
    `"kept"`, the name of the file in which they are, a line each.
    """
    changes = step.get("changes")
    if changes is None:
        return step
    if len(changes) <= NAMED:
        return {**step, "changes": list(changes)}
    name = f"by-hand.{at}.jsonl"
    with (aside / name).open("wb") as file:
        for change in changes:
            file.write(as_bytes(change) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return {**{key: value for key, value in step.items() if key != "changes"}, "kept": name}


def changes_of(folder: Path, step: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """All changes of a step of the version in `folder`; none where they were not kept. Raises OSError or ValueError."""
    if not step.get("kept"):
        yield from step.get("changes") or ()
        return
    with contextlib.suppress(FileNotFoundError), (folder / Path(step["kept"]).name).open("rb") as file:
        for line in file:
            yield json.loads(line)


def whole(folder: Path, step: dict[str, Any]) -> dict[str, Any]:
    """The step with all of its changes in it."""
    if not step.get("kept"):
        return step
    said = {key: value for key, value in step.items() if key != "kept"}
    return {**said, "changes": list(changes_of(folder, step))}


def carry(fixes: Iterable[dict[str, Any]], folder: Path, aside: Path) -> None:
    """Bring the files of these steps along into a version that comes of the one in `folder`. Raises OSError."""
    for step in fixes:
        if name := step.get("kept"):
            with contextlib.suppress(FileNotFoundError):
                intake.again(folder / Path(name).name, aside / Path(name).name)
