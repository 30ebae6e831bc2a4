"""One version of a data set: facts, rows, and the questions it can answer. How it lies on disk: datasets.py."""

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.data.split import held_out_count, reworded, why
from core.errors import UserError
from core.findings import Finding

Row = dict[str, Any]


@dataclass(frozen=True)
class Dataset:
    """One version of a data set.

    rows: records read; usable: those that can be learned; size in bytes; created in seconds since 1970.
    """

    id: str
    name: str
    file_name: str
    encoding: str
    container: str
    format: str
    task: str
    rows: int
    usable: int
    findings: list[Finding]
    created: float
    origin: str
    sha256: str
    size: int
    columns: dict[str, str]
    parent: str | None
    fixes: list[dict[str, Any]]
    folder: Path
    _kept: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def load_rows(self) -> list[Row]:
        """The usable rows. Raises UserError `dataset.damaged` when they cannot be read."""
        try:
            with (self.folder / "rows.jsonl").open(encoding="utf-8") as file:
                rows = [json.loads(line) for line in file]
        except FileNotFoundError as error:
            if self.folder.is_dir():
                raise UserError("dataset.damaged", dataset=self.name) from error
            raise UserError("dataset.unknown", dataset=self.name) from error
        except (OSError, ValueError) as error:
            raise UserError("dataset.damaged", dataset=self.name) from error
        if len(rows) != self.usable:
            raise UserError("dataset.damaged", dataset=self.name)
        return rows

    def reworded(self) -> int:
        """How many rows can be kept aside without an answer being lost. Raises UserError `dataset.damaged`."""
        if "reworded" not in self._kept:
            self._kept["reworded"] = reworded(self.load_rows())
        return int(self._kept["reworded"])

    def aside(self, holdout: float | None, goal: str) -> tuple[int, str]:
        """How many rows are kept aside, and what to say of it (`split.why`). Raises UserError `dataset.damaged`."""
        spare = self.reworded() if holdout is None and goal == "facts" else 0
        return held_out_count(self.usable, holdout, goal, spare), why(self.usable, holdout, goal, spare)

    def system_prompt(self) -> str:
        """The system prompt that at least half of the rows have; "" when there is none."""
        if "system" not in self._kept:
            rows = self.load_rows()
            counted = Counter(
                turns[0]["content"] for row in rows if (turns := _turns(row)) and turns[0]["role"] == "system"
            )
            best, count = counted.most_common(1)[0] if counted else ("", 0)
            self._kept["system"] = best if count * 2 >= len(rows) else ""
        return str(self._kept["system"])

    def questions(self, count: int) -> list[tuple[str, str]]:
        """Up to `count` different first questions with their answers, spread over the data; [] for running text."""
        pairs = list(self._index().values())
        if not pairs or count <= 0:
            return []
        step = max(1.0, len(pairs) / count)
        chosen = [pairs[min(len(pairs) - 1, int(step * (index + 0.5)))] for index in range(min(count, len(pairs)))]
        return [(question, answer) for _, question, answer in chosen]

    def answer_to(self, question: str) -> tuple[int, str] | None:
        """(row, answer) when the data holds this question, but for case, blanks and the punctuation at its end."""
        found = self._index().get(normalised(question))
        return (found[0], found[2]) if found else None

    def _index(self) -> dict[str, tuple[int, str, str]]:
        """Normalised first question -> (row, question, answer); the first row wins."""
        if "index" not in self._kept:
            index: dict[str, tuple[int, str, str]] = {}
            for row in self.load_rows():
                if exchange := _first_exchange(row):
                    index.setdefault(normalised(exchange[0]), (row["row"], *exchange))
            index.pop("", None)
            self._kept["index"] = index
        found: dict[str, tuple[int, str, str]] = self._kept["index"]
        return found


def normalised(question: str) -> str:
    """A question as it is compared: lower case, single blanks, without punctuation at the end."""
    return re.sub(r"[\s?!.,;:…~？！。，；：、]+$", "", re.sub(r"\s+", " ", question).strip().lower())


def _turns(row: Row) -> list[dict[str, Any]]:
    turns: list[dict[str, Any]] = row.get("messages") or [
        *row.get("prompt", []),
        *(row.get("chosen") or row.get("answer") or []),
    ]
    return turns


def _first_exchange(row: Row) -> tuple[str, str] | None:
    spoken = [turn for turn in _turns(row) if turn["role"] != "system"]
    if (
        len(spoken) < 2
        or spoken[0]["role"] != "user"
        or spoken[1]["role"] != "assistant"
        or not spoken[1]["content"].strip()
    ):
        return None
    if row.get("label") is False:
        return None
    return spoken[0]["content"], spoken[1]["content"]
