"""What version.json and meta.json may say. Whatever is read of them is held against this before anything is made of it:
one folder that was damaged must not be in the way of the others.
"""

import json
import math
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from core.data.choices import Choices
from core.data.formats.parts import FORMATS

LATEST = 32_503_680_000.0
"""The year 3000, in seconds since 1970: what comes later is no date on every system."""

Count = Annotated[int, Field(ge=0, le=2**53)]
Seconds = Annotated[float, Field(ge=0, le=LATEST, allow_inf_nan=False)]
Format = Annotated[str, Field(pattern=rf"^({'|'.join((*FORMATS, 'unknown'))})$")]


class _Said(BaseModel):
    """Types as they are written, and no others; keys that are not named here may hold anything."""

    model_config = ConfigDict(strict=True, extra="ignore")


class _About(_Said):
    """Facts of a finding: of those only one is counted with."""

    count: Count | None = None


class _Found(_Said):
    level: Literal["error", "warning", "info"]
    code: str
    rows: list[Count]
    facts: _About = _About()


class _Mapping(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    format: Format
    task: Literal["chat", "text", "preference"]
    columns: dict[str, str] = {}
    speaker: str | None = None
    sure: bool = True
    markup: str | None = None


class _Did(_Said):
    """What one mend did."""

    code: str = ""
    fix: str = ""
    given: dict[str, Any] | None = None
    rows: Count | None = None
    dropped: Count | None = None
    added: Count | None = None


class _Step(_Said):
    step: str = ""
    time: Seconds | None = None
    mends: list[_Did] = []
    changed: Count | None = None
    added: Count | None = None
    removed: Count | None = None
    changes: list[dict[str, Any]] | None = None
    kept: str | None = None


class _Accepted(_Said):
    code: str
    rows: list[Count]


class _Part(_Said):
    id: str
    name: str
    rows: Count


class _Version(_Said):
    """version.json of today; what older ones lack has a default."""

    file_name: str
    encoding: str
    container: str
    rows: Count
    usable: Count
    created: Seconds
    origin: str
    sha256: str
    size: Count
    parent: str | None
    fixes: list[_Step]
    mapping: _Mapping
    findings: list[_Found]
    read_findings: list[_Found] = []
    column_names: list[str] = []
    sheets: list[str] = []
    sheet: str | None = None
    packed: str = ""
    choices: Choices = Choices()
    reader: Count = 0
    family: str = ""
    accepted: list[_Accepted] = []
    parts: list[_Part] = []
    last: Count = 0
    reworded: Count = 0


class _Meta(_Said):
    """meta.json; nothing but the name was there from the beginning."""

    name: str
    added: Seconds | None = None
    agreed: bool | None = None
    note: str | None = None
    family: str | None = None
    number: Count | None = None


def version_facts(path: Path) -> dict[str, Any]:
    """version.json at `path`, of the first kind as if it were one of today.

    Raises OSError, KeyError, TypeError; ValueError for what no version says.
    """
    said = plain_object(path)
    if said["schema_version"] == 1:
        columns = said["columns"]
        said["mapping"] = {"format": said["format"], "task": said["task"], "columns": columns}
        said["column_names"] = list(columns.values())
    else:
        for key in ("column_names", "sheets", "sheet", "packed", "choices"):
            said[key]  # each of today's has them
    _Version.model_validate(said)
    return said


def meta_facts(path: Path) -> dict[str, Any]:
    """meta.json at `path`. Raises OSError, ValueError."""
    said = plain_object(path)
    _Meta.model_validate(said)
    return said


def plain_object(path: Path) -> dict[str, Any]:
    """A JSON object that can be written again. Raises OSError, ValueError."""
    content = path.read_bytes()
    try:
        found = json.loads(content, parse_float=_finite, parse_constant=_finite)
        if b"\\ud" in content.lower():
            json.dumps(found, ensure_ascii=False).encode()  # half a character cannot be shown, nor written
    except RecursionError as error:
        raise ValueError(path.name) from error
    if not isinstance(found, dict):
        raise ValueError(path.name)
    return found


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number
