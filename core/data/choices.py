"""What a person has decided about how a file is read; whatever is not decided here is found by itself."""

import json
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

from core.data.literals import mended


class Choices(BaseModel):
    """The decisions, all optional. They are kept with the data set, and with the same bytes they give the same rows.

    encoding    a Python name, e.g. "gb18030"
    sheet       the sheet of a workbook, by name
    separator   of the cells of a text table, one character
    header      whether the first row of a table names its columns
    format      with `columns`: which format the rows have, and which column holds which of its parts
    speaker     whose turns are the model's, where speakers go by names of their own
    structured  values that are lists or objects may become JSON text
    repair      what is no valid JSON may be mended
    fill        words for the placeholders, e.g. {"name": "Aurora"} for {{name}}
    confirmed   the person has looked at a guess and agreed
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    encoding: str | None = None
    sheet: str | None = None
    separator: str | None = None
    header: bool | None = None
    format: str | None = None
    columns: dict[str, str] = {}
    speaker: str | None = None
    structured: bool = False
    repair: bool = False
    fill: dict[str, str] = {}
    confirmed: bool = False

    @model_validator(mode="before")
    @classmethod
    def _whole(cls, said: Any) -> Any:
        """Half a character can be typed, but not kept."""
        return mended(said)

    def plain(self) -> dict[str, Any]:
        """Only what was decided, as plain data."""
        return self.model_dump(exclude_defaults=True)

    def key(self) -> str:
        """Equal for equal decisions."""
        return json.dumps(self.plain(), ensure_ascii=False, sort_keys=True)

    def with_(self, more: "Choices") -> "Choices":
        """These decisions and `more`, which wins where both say something."""
        said = more.plain()
        for name in ("columns", "fill"):
            if name in said:
                said[name] = {**getattr(self, name), **said[name]}
        return Choices(**{**self.plain(), **said})


UNDECIDED = Choices()
"""Nothing is decided by a person; all is found by itself."""
