"""The data that a word on the command line means: a file, a sample or a data set, read as the options say, with what
was changed by hand in it.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from core.cli.choices import choices_of, guessed, require_columns, without_columns
from core.cli.desk import Desk
from core.data.choices import UNDECIDED, Choices
from core.data.versions.dataset import Dataset, Row
from core.errors import UserError
from core.findings import Finding, worst_first
from core.workspace import is_id

if TYPE_CHECKING:
    from core.data.edits.edits import Edits

TOLD_ROWS = 20_000
"""Rows of a data set from which it is told how far they are gone through."""


def kept(desk: Desk, reference: str, *, beside: bool = False, look: bool = False) -> Dataset:
    """The data set that is meant, with rows that can be used or not; a file is kept as one first.

    beside: it goes beside other data, which the options are about: an id means the data set as it was read, and
    a file that lacks a column that was named is read as if none had been
    look: it is only looked at: of its versions the same one stays listed

    Raises UserError `data.*`, `dataset.*`, `cli.*`.
    """

    def read(choices: Choices) -> Dataset:
        return desk.datasets.resolve(reference, choices, desk.reading, partial(require_columns, choices), look)

    choices = UNDECIDED if beside and is_id(reference) else choices_of(desk.choices)
    if is_id(reference) and (desk.workspace.datasets / reference).is_dir():
        there = desk.datasets.get(reference)
        if there.choices.with_(choices).key() != there.choices.key():
            tell_pending(desk, there)  # who reads it anew has them kept
    try:
        return read(choices)
    except UserError as error:
        if not (beside and error.code == "cli.no_column"):
            raise
        return read(without_columns(choices))


def usable(desk: Desk, reference: str, *, beside: bool = False, look: bool = False) -> Dataset:
    """As `kept`, for what needs rows that can be learned; a guess about the columns is told.

    Raises UserError as `kept`, `data.no_answer`, `data.nothing_usable`.
    """
    return _checked(desk, kept(desk, reference, beside=beside, look=look))


def settled(desk: Desk, reference: str, *, beside: bool = False) -> Dataset:
    """As `usable`; changes by hand that are pending become a version first, and that is told."""
    dataset = kept(desk, reference, beside=beside)
    if tell_pending(desk, dataset):
        dataset = desk.datasets.keep_edits(dataset.id, row_progress(desk))
    return _checked(desk, dataset)


def _checked(desk: Desk, dataset: Dataset) -> Dataset:
    from core.data.examine import listed

    if dataset.format == "unknown":
        raise UserError("data.no_answer", columns=listed(dataset.column_names))
    if dataset.usable or desk.datasets.edits(dataset.id).added:
        for finding in guessed(dataset.mapping, dataset.choices):
            desk.note_line(desk.text.finding(finding))
        return dataset
    if dataset.made or dataset.fixes:
        raise UserError("cli.data.empty", name=dataset.name)
    row = min((min(finding.rows) for finding in dataset.findings if finding.rows), default=1)
    found = [finding.plain() for finding in dataset.findings]
    raise UserError("data.nothing_usable", name=dataset.name, rows=dataset.rows, row=row, findings=found)


def rows_of(desk: Desk, dataset: Dataset) -> Sequence[Row]:
    """The rows as they stand, with what is changed by hand."""
    edits = desk.datasets.edits(dataset.id)
    return edits.rows() if edits.pending else dataset.load_rows()


def findings_of(desk: Desk, dataset: Dataset) -> list[Finding]:
    """What is to be said of the rows as they stand, with what is changed by hand."""
    from core.data.edits.edited_findings import edited_findings

    edits = desk.datasets.edits(dataset.id)
    found = edited_findings(dataset, edits) if edits.pending else dataset.findings
    return worst_first([*found, *guessed(dataset.mapping, dataset.choices)])


def how_read(desk: Desk, container: str, packed: str, sheet: str | None, encoding: str) -> str:
    """How a file was read, in a few words; of data that came from no file, that it was made here."""
    kind = desk.text("cli.data.made") if container == "made" else container
    return desk.text("list.comma").join(part for part in (kind, packed, sheet, encoding) if part)


def measured_on(desk: Desk, read: Callable[..., Dataset]) -> dict[str, str]:
    """The data of its own to measure on, as a setting; {} without --eval-data. Raises as `read`."""
    reference = getattr(desk.choices, "eval_data", None)
    return {"eval_dataset": read(desk, reference, beside=True).id} if reference else {}


def tell_pending(desk: Desk, dataset: Dataset, key: str = "cli.data.kept_first") -> int:
    """How many rows were changed by hand since this version was made; where there are some, it is told."""
    count = pending(desk.datasets.edits(dataset.id))
    if count:
        desk.note(key, n=count, name=dataset.name)
    return count


def pending(edits: "Edits") -> int:
    """Rows that differ from the version's."""
    return len(edits.changed) + len(edits.added) + len(edits.removed) if edits.pending else 0


def row_progress(desk: Desk) -> Callable[[int, int], None]:
    """How far the rows of a large data set are gone through."""

    def tell(done: int, total: int) -> None:
        if total > TOLD_ROWS:
            desk.pass_by("cli.data.rows_done", done=f"{done:,}", n=f"{total:,}")

    return tell
