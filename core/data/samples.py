"""The samples that come with the program: presets/samples/<name>.yaml beside each file says what it is."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from core.workspace import PRESETS


@dataclass(frozen=True)
class Sample:
    """One sample. `title` and `purpose` are texts by language; `questions` are worth asking after training."""

    name: str
    title: dict[str, str]
    file: Path
    rows: int
    language: str
    purpose: dict[str, str]
    licence: str = ""
    questions: list[str] = field(default_factory=list)
    goal: str = ""  # the recipe that it is made for


def samples(folder: Path = PRESETS / "samples") -> list[Sample]:
    """All samples by name; a description whose file is missing, or that cannot be read, is passed over."""
    found: list[Sample] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            said = yaml.safe_load(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, yaml.YAMLError):
            continue
        file = folder / Path(str(said["file"])).name if isinstance(said, dict) and said.get("file") else None
        if file is not None and file.is_file():
            found.append(_sample(path.stem, file, said))
    return found


def _sample(name: str, file: Path, said: dict[str, Any]) -> Sample:
    return Sample(
        name=name,
        title=_by_language(said.get("title"), name),
        file=file,
        rows=int(said.get("rows") or 0),
        language=str(said.get("language", "")),
        purpose=_by_language(said.get("purpose"), ""),
        licence=str(said.get("licence", "")),
        questions=[str(question) for question in said.get("questions") or []],
        goal=str(said.get("goal") or ""),
    )


def _by_language(value: Any, default: str) -> dict[str, str]:
    known = value if isinstance(value, dict) else {}
    return {language: str(known.get(language, default)) for language in ("en", "zh")}
