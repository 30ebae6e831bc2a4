"""A person's file becomes a version: brought in, read, checked and kept, unless its like is there already."""

import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from core.data.choices import Choices
from core.data.rows import Progress
from core.data.versions import intake, keeping, readings, version
from core.data.versions.dataset import Dataset
from core.data.versions.intake import Accept
from core.data.versions.shelf import Shelf


class Bringing:
    """Readings that come onto a shelf."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def add(
        self,
        path: Path,
        name: str,
        origin: str,
        choices: Choices,
        progress: Progress | None,
        accept: Accept,
        look: bool = False,
    ) -> Dataset:
        """As `DatasetStore.add`; `name` of the file."""

        def bring(to: Path) -> tuple[str, int]:
            return intake.bring(path, to, name=name, progress=progress)

        facts = {"file_name": name, "origin": origin, "parent": None}
        return self._take(bring, Path(name).stem or name, facts, choices, progress, accept, look=look)

    def reread(
        self, old: Dataset, choices: Choices, progress: Progress | None, accept: Accept, look: bool = False
    ) -> Dataset:
        """Another reading of the source of `old`; it gets the name even where a person has named it otherwise."""

        def bring(to: Path) -> tuple[str, int]:
            intake.again(old.source, to)
            return old.sha256, old.size

        facts = {"file_name": old.file_name, "origin": old.origin, "parent": old.id}
        return self._take(bring, old.name, facts, choices, progress, accept, of=old, look=look)

    def _take(
        self,
        bring: Callable[[Path], tuple[str, int]],
        name: str,
        facts: dict[str, Any],
        choices: Choices,
        progress: Progress | None,
        accept: Accept,
        *,
        of: Dataset | None = None,
        look: bool = False,
    ) -> Dataset:
        """Build a version aside and rename it into place, unless its like is there.

        of: the version whose source is read otherwise
        look: who only looks changes nothing of what is listed, and of what it is called
        """
        shelf = self._shelf
        with shelf.building(name) as aside:
            sha256, size = bring(aside / keeping.SOURCE)
            known = self._like(sha256, choices, facts)
            found: dict[str, Any] | None = None
            if known is None or _outdated(known):
                decided = choices if known is None else known.choices
                found = version.read(aside, facts["file_name"], decided, progress)
                before = of or known
                about = {**facts, "parent": before.id if before else None, "sha256": sha256, "size": size}
                about["family"] = before.family if before else aside.name[1:]
                version.write(aside, {**about, **found, "choices": decided.plain(), "created": time.time()})
            accept(known.column_names if known and found is None else (found or {})["column_names"])
            with shelf.lock:
                known = self._like(sha256, choices, facts) or known  # another thread may have been faster
                if known is not None and of is None and known.name != (Path(known.file_name).stem or known.file_name):
                    name = known.name
                there = known is not None and (found is None or not _outdated(known))
                if look and known is not None and there:
                    return known
                if known is not None and there:
                    return shelf.named(replace(known, name=name, added=time.time()))
                agreed = known is not None and known.agreed and asdict(known.mapping) == (found or {})["mapping"]
                before = of or known
                note = before.note if before else ""
                return shelf.place(
                    aside, name, agreed=agreed, note=note, family=before.family if before else "", listed=not look
                )

    def _like(self, sha256: str, choices: Choices, facts: dict[str, Any]) -> Dataset | None:
        """The version of these bytes that was read with these choices, by this reader or an older one."""
        anew = facts["origin"] == "upload" and facts["parent"] is None
        return readings.like(self._shelf.all(), sha256, choices, anew=anew)


def _outdated(known: Dataset) -> bool:
    """Whether an older reader has read it; what a person has changed since counts more than that."""
    return known.reader < version.READER and not known.fixes
