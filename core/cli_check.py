"""The verb check: what is to be said of a file, keeping nothing of it."""

import contextlib
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from core.cli_desk import Desk
from core.data.choices import Choices
from core.data.rows_file import RowsFile, RowsWriter
from core.errors import UserError
from core.findings import Finding, worst_first
from core.models import catalog, safety
from core.training import limits
from core.workspace import is_id, person_path

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

Row = dict[str, Any]


def check(desk: Desk) -> int:
    """Read a file and report on it, keeping nothing."""
    from core.cli_choices import choices_of, guessed, require_columns
    from core.data.examine import examine, listed

    choices = choices_of(desk.choices)
    path, name, choices = _source(desk, desk.choices.data, choices)
    with TemporaryDirectory(prefix="lora-workbench-") as scratch:
        with RowsWriter(Path(scratch) / "rows.arrow") as rows:
            keep = rows.append if desk.choices.model else _let_go
            found = examine(path, name=name, choices=choices, progress=desk.reading, on_row=keep)
        require_columns(choices, found.column_names)
        if found.mapping.format == "unknown":
            raise UserError("data.no_answer", columns=listed(found.column_names))
        usable, findings = found.usable, worst_first([*found.findings, *guessed(found.mapping, choices)])
        if desk.choices.model and usable:
            with contextlib.closing(RowsFile(rows.path)) as kept:
                usable, more = _with_model(desk, kept, found.mapping.task)
            findings = worst_first([*findings, *more])
    desk.give(
        {
            "file": name,
            "encoding": found.encoding,
            "format": found.mapping.format,
            "task": found.mapping.task,
            "rows": found.count,
            "usable": usable,
            "findings": [plain_finding(desk, finding) for finding in findings],
            "container": found.container,
            "sheet": found.sheet,
        }
    )
    how = ", ".join(part for part in (found.container, found.packed, found.sheet, found.encoding) if part)
    desk.say(desk.text("cli.check.file", file=name, how=how))
    desk.say(
        desk.text("cli.check.format", format=found.mapping.format, task=desk.text(f"cli.task.{found.mapping.task}"))
    )
    desk.say(desk.text("cli.check.rows", rows=found.count, usable=usable))
    for finding in findings:
        desk.say(f"  {desk.text(f'cli.level.{finding.level}')}  {desk.text.finding(finding)}")
    if not usable:
        desk.say(desk.text("cli.check.nothing"))
    return 0 if usable else 2


def _let_go(row: Row) -> None:
    """Rows are not needed twice where no model reads them."""


def _with_model(desk: Desk, rows: RowsFile, task: str) -> tuple[int, list[Finding]]:
    """(rows that the chosen model can learn, what is to be said of them)."""
    from core.data.tokens.measure import measure, token_findings
    from core.data.tokens.measured import longest

    model, folder = desk.model(desk.choices.model, fetch=True)
    found = [Finding("error", finding.code) for finding in safety.findings(folder)]
    if found and task != "text":  # no row of it can be said to this model
        return 0, found
    known = catalog.facts_of_ref(model)
    measured = measure(tokenizer_in(folder), rows, lambda done, total: desk.pass_by("cli.counting", done=done, n=total))
    limit = longest(measured.lengths, known.context)
    found = token_findings(measured, limit, model=model.title)
    return measured.usable(limit), [*found, *limits.findings(known, len(rows), measured.lengths.tolist())]


def _source(desk: Desk, reference: str, choices: Choices) -> tuple[Path, str, Choices]:
    """(the file that is meant, its name, how it is read): a path, a sample's name, or the source of a kept data set.

    Raises UserError `file.missing`, or `sample.kept_back` for a sample whose method is not built yet.
    """
    if not reference.strip():  # an unset variable of the shell; a path without letters would be this folder
        raise UserError("file.missing", path='""')
    path = person_path(reference)
    try:
        if path.exists():
            return path, path.name, choices
    except (OSError, ValueError):
        pass
    if is_id(reference):
        dataset = desk.datasets.get(reference)
        return dataset.source, dataset.file_name, dataset.choices.with_(choices)
    from core.data.samples import find

    sample = find(reference)
    if sample is None:
        raise UserError("file.missing", path=reference[:300])
    return sample.file, sample.file.name, choices


def plain_finding(desk: Desk, finding: Finding) -> dict[str, Any]:
    """A finding as it stands in a document."""
    plain = finding.plain()
    return {
        "level": plain["level"],
        "code": plain["code"],
        "count": plain["count"],
        "rows": plain["rows"],
        "message": desk.text.finding(finding),
    }


def tokenizer_in(folder: Path) -> "PreTrainedTokenizerBase":
    """The tokenizer of the model in `folder`. Raises UserError."""
    from core.models.load import load_tokenizer

    return load_tokenizer(folder)
