"""One version of a data set: facts, rows, and the questions it can answer. How it lies on disk: datasets.py."""

from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

from core.data.choices import UNDECIDED, Choices
from core.data.formats.mapping import Mapping
from core.data.keys import Keys, first_exchange, normalised, turns
from core.data.rows_file import Row, RowsFile
from core.data.split import held_out_count, why
from core.data.versions import keeping
from core.errors import UserError, translate
from core.findings import Finding

__all__ = ["Dataset", "Row", "normalised"]


@dataclass(frozen=True)
class Dataset:
    """One version of a data set.

    rows          records read; usable: rows that can be learned, of which one record may give several
    size          bytes of the file; `created` and `added` (when it was last brought in) in seconds since 1970
    container     "jsonl", "json", "csv", "xlsx", "parquet", "text", or "made": typed in here or put together, no file;
                  encoding: "" for what is no text
    mapping       which column holds what, as found or as the choices say; format "unknown" when nothing could be found
    choices       what a person decided about how it is read
    column_names  the columns of the file; `sheets` of a workbook, of which `sheet` is read; `packed`: "gz", "zip" or ""
    parent        the version that this one is another reading of, or that it was derived from
    family        the first version of all that come from one source; its versions are told apart from others by it
    number        of this version in its family, from 1; it stays when others go. 0 where none is kept (shelf.numbered)
    fixes         the steps that made these rows of a reading's, oldest first (derivation.py); [] for a reading
    accepted      `[{"code", "rows"}]`: what a person said is meant so; it is no longer among the findings
    read_findings what reading the source found, of the rows that are still as they were read
    parts         `[{"id", "name", "rows"}]`: what a "made" one was put together from
    last          the highest row number that was used when this version was made; new rows get higher ones
    mark          tells the rows from all others (rows_whole.mark), "" where it was not kept
    note          a person's words about the data set, changeable
    agreed        the person has looked at how it was read and agreed, later on
    reader        which reader read it (version.READER), 0 before there were numbers
    """

    id: str
    name: str
    file_name: str
    encoding: str
    container: str
    rows: int
    usable: int
    findings: list[Finding]
    created: float
    added: float
    origin: str
    sha256: str
    size: int
    parent: str | None
    fixes: list[dict[str, Any]]
    folder: Path
    mapping: Mapping
    choices: Choices = UNDECIDED
    column_names: list[str] = field(default_factory=list)
    sheets: list[str] = field(default_factory=list)
    sheet: str | None = None
    packed: str = ""
    agreed: bool = False
    reader: int = 0
    family: str = ""
    number: int = 0
    accepted: list[dict[str, Any]] = field(default_factory=list)
    read_findings: list[Finding] = field(default_factory=list)
    parts: list[dict[str, Any]] = field(default_factory=list)
    last: int = 0
    mark: str = ""
    note: str = ""
    _kept: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def format(self) -> str:
        return self.mapping.format

    @property
    def task(self) -> str:
        """ "chat", "text" or "preference"."""
        return self.mapping.task

    @property
    def columns(self) -> dict[str, str]:
        """Part of a row -> the column that holds it."""
        return self.mapping.columns

    @property
    def made(self) -> bool:
        """Whether it was typed in or put together here: there is no file that could be read anew."""
        return self.container == "made"

    @property
    def source(self) -> Path:
        """The file's bytes as they came."""
        return self.folder / keeping.SOURCE

    @property
    def confirmed(self) -> bool:
        """Whether how it is read is certain: by what is in it, or because the person agreed."""
        return self.mapping.sure or self.choices.confirmed or self.agreed

    def need_a_look(self) -> int:
        """How many rows an error or a warning names."""
        if "troubled" not in self._kept:
            named = (finding.rows for finding in self.findings if finding.level != "info")
            self._kept["troubled"] = len(set(chain.from_iterable(named)))
        return int(self._kept["troubled"])

    def agrees_with(self, choices: Choices) -> bool:
        """Whether `choices` say of the columns only what was found anyway, and of all else what they said before."""
        nothing: dict[str, Any] = {"format": None, "columns": {}, "speaker": None, "confirmed": False}
        return (
            self.format != "unknown"
            and choices.model_copy(update=nothing).key() == self.choices.model_copy(update=nothing).key()
            and choices.format in (None, self.format)
            and (choices.columns or self.columns) == self.columns
            and choices.speaker in (None, self.mapping.speaker)
        )

    @property
    def look(self) -> list[dict[str, Any]]:
        """The first records as they were read: `[{"number", "values"}]`; [] when they cannot be read any more."""
        if "look" not in self._kept:
            self._kept["look"] = keeping.look(self.folder, self.file_name, self.choices)
        found: list[dict[str, Any]] = self._kept["look"]
        return found

    def load_rows(self) -> RowsFile:
        """The usable rows, mapped into memory. Raises UserError `dataset.damaged` when they cannot be read."""
        if "rows" not in self._kept:
            try:
                rows = keeping.rows(self.folder)
                count, mark = len(rows), rows.mark()
            except FileNotFoundError as error:
                if self.folder.is_dir():
                    raise UserError("dataset.damaged", dataset=self.name) from error
                raise UserError("dataset.unknown", dataset=self.name) from error
            except (OSError, ValueError, KeyError) as error:
                trouble = translate(error, where=str(self.folder))
                if trouble.code in ("disk.full", "disk.denied"):  # rows of the first kind are written anew to be read
                    raise trouble from error
                raise UserError("dataset.damaged", dataset=self.name) from error
            if count != self.usable or self.mark and mark != self.mark:
                rows.close()
                raise UserError("dataset.damaged", dataset=self.name)
            rows.dataset = self.name
            self._kept["rows"] = rows
        found: RowsFile = self._kept["rows"]
        return found

    def with_figures(self, **figures: int) -> "Dataset":
        """The same, knowing what would have to be counted otherwise."""
        self._kept.update(figures)
        return self

    def close(self) -> None:
        """Let go of its files, so that they can be deleted on every system."""
        if rows := self._kept.pop("rows", None):
            rows.close()

    def keys(self) -> Keys:
        """What its rows say, as numbers. Raises UserError `dataset.damaged`."""
        if "keys" not in self._kept:
            self._kept["keys"] = keeping.keys(self.folder, self.load_rows())
        found: Keys = self._kept["keys"]
        return found

    def reworded(self) -> int:
        """How many rows can be kept aside without an answer being lost. Raises UserError `dataset.damaged`."""
        if "reworded" not in self._kept:
            self._kept["reworded"] = self.keys().reworded()
        return int(self._kept["reworded"])

    def aside(self, holdout: float | None, goal: str) -> tuple[int, str]:
        """How many rows are kept aside, and what to say of it (`split.why`). Raises UserError `dataset.damaged`."""
        spare = self.reworded() if holdout is None and goal == "facts" else 0
        return held_out_count(self.usable, holdout, goal, spare), why(self.usable, holdout, goal, spare)

    def system_prompt(self) -> str:
        """The system prompt that at least half of the rows have; "" when there is none."""
        if "system" not in self._kept:
            place = self.keys().common_system()
            self._kept["system"] = "" if place is None else turns(self.load_rows()[place])[0]["content"]
        return str(self._kept["system"])

    def questions(self, count: int) -> list[tuple[str, str]]:
        """Up to `count` different first questions with their answers, spread over the data; [] for running text."""
        if "firsts" not in self._kept:
            self._kept["firsts"] = self.keys().firsts()
        places = self._kept["firsts"]
        if not len(places) or count <= 0:
            return []
        step, rows = max(1.0, len(places) / count), self.load_rows()
        chosen = [places[min(len(places) - 1, int(step * (at + 0.5)))] for at in range(min(count, len(places)))]
        return [exchange for place in chosen if (exchange := first_exchange(rows[int(place)]))]

    def answer_to(self, question: str) -> tuple[int, str] | None:
        """(row, answer) when the data holds this question, but for case, blanks and the punctuation at its end."""
        place = self.keys().place_of(question)
        if place is None:
            return None
        row = self.load_rows()[place]
        exchange = first_exchange(row)
        return (row["row"], exchange[1]) if exchange and normalised(exchange[0]) == normalised(question) else None
