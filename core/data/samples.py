"""The samples that come with the program: presets/samples/<name>.yaml beside each file says what it is.

    find("singing-zh").questions  -> what to ask afterwards
    samples()                     -> those that can be trained; samples(kept_back=True): all

A sample whose method is not in `BUILT` shows nowhere until it is.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from core.errors import UserError
from core.workspace import PRESETS

FOLDER = PRESETS / "samples"
BUILT = ("sft",)
"""The methods that can be trained, compared and shared today."""


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
    goal: str = "faq"  # the recipe that it is made for
    method: str = "sft"
    order: int = 99  # its place in a list
    held_out: list[tuple[str, str]] = field(default_factory=list)
    """(question, answer): facts of the rows in wordings that no row has; the benchmark asks them."""

    @property
    def ready(self) -> bool:
        return self.method in BUILT


def samples(folder: Path = FOLDER, *, kept_back: bool = False) -> list[Sample]:
    """The samples as they are listed; a description whose file is missing, or that cannot be read, is passed over."""
    found: list[Sample] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            said = yaml.safe_load(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, yaml.YAMLError):
            continue
        file = folder / Path(str(said["file"])).name if isinstance(said, dict) and said.get("file") else None
        if file is not None and file.is_file():
            try:
                found.append(_sample(path.stem, file, said))
            except (TypeError, ValueError):
                continue
    found.sort(key=lambda sample: (sample.order, sample.name))
    return [sample for sample in found if kept_back or sample.ready]


def find(name: str, folder: Path = FOLDER) -> Sample | None:
    """The sample of that name, None when there is none. Raises UserError `sample.kept_back` for one that waits."""
    sample = next((sample for sample in samples(folder, kept_back=True) if sample.name == name), None)
    if sample is not None and not sample.ready:
        raise UserError("sample.kept_back", name=name)
    return sample


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
        goal=str(said.get("goal") or "faq"),
        method=str(said.get("method") or "sft"),
        order=int(said.get("order") or 99),
        held_out=[(str(question), str(answer)) for question, answer in said.get("held_out") or []],
    )


def _by_language(value: Any, default: str) -> dict[str, str]:
    known = value if isinstance(value, dict) else {}
    return {language: str(known.get(language, default)) for language in ("en", "zh")}
