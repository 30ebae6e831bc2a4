"""The verb check: what is to be said of a file, keeping nothing of it, or of a data set as it stands."""

import contextlib
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from core.cli.data_given import findings_of, how_read, rows_of
from core.cli.desk import Desk
from core.data.choices import UNDECIDED, Choices
from core.data.rows_file import RowsFile, RowsWriter
from core.data.versions.dataset import Dataset, Row
from core.errors import UserError
from core.findings import Finding, worst_first
from core.models import catalog, safety
from core.training import limits
from core.workspace import is_id, person_path

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

SAID = ("file", "encoding", "format", "task", "rows", "usable", "container", "sheet")
"""Facts of the document, the findings standing before the last two."""


def check(desk: Desk) -> int:
    """Read a file and report on it, keeping nothing; of a data set that is not as its file was, what stands in it."""
    from core.cli.choices import choices_of, guessed, require_columns
    from core.data.examine import examine, listed

    choices = choices_of(desk.choices)
    if (version := _version(desk, choices)) is not None:
        return _check_version(desk, version)
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
    facts: dict[str, Any] = {
        "file": name,
        "encoding": found.encoding,
        "format": found.mapping.format,
        "task": found.mapping.task,
    }
    facts |= {"rows": found.count, "usable": usable, "container": found.container, "sheet": found.sheet}
    return _report(desk, facts, findings, found.packed)


def _version(desk: Desk, choices: Choices) -> Dataset | None:
    """The data set that is meant by an id, where its rows are not what reading its file gives; None for all else."""
    if not is_id(desk.choices.data) or person_path(desk.choices.data).exists():
        return None
    dataset = desk.datasets.get(desk.choices.data)
    if choices != UNDECIDED:  # how its file is read, then
        if dataset.made:
            raise UserError("dataset.made", name=dataset.name)
        return None
    changed = dataset.made or dataset.fixes or desk.datasets.edits(dataset.id).pending
    return dataset if changed else None


def _check_version(desk: Desk, dataset: Dataset) -> int:
    """What is to be said of the rows of a version, with what is changed by hand in it."""
    rows, findings = rows_of(desk, dataset), findings_of(desk, dataset)
    usable = len(rows)
    if desk.choices.model and usable:
        usable, more = _with_model(desk, rows, dataset.task)
        findings = worst_first([*findings, *more])
    facts: dict[str, Any] = {
        "file": dataset.name,
        "encoding": dataset.encoding,
        "format": dataset.format,
        "task": dataset.task,
    }
    facts |= {"rows": dataset.rows, "usable": usable, "container": dataset.container, "sheet": dataset.sheet}
    return _report(desk, facts, findings, dataset.packed)


def _report(desk: Desk, facts: dict[str, Any], findings: list[Finding], packed: str) -> int:
    plain = [plain_finding(desk, finding) for finding in findings]
    desk.give({name: facts[name] for name in SAID[:6]} | {"findings": plain} | {name: facts[name] for name in SAID[6:]})
    how = how_read(desk, facts["container"], packed, facts["sheet"], facts["encoding"])
    task = desk.text(f"cli.task.{facts['task']}")
    desk.say(desk.text("cli.check.file", file=facts["file"], how=how))
    desk.say(desk.text("cli.check.format", format=facts["format"], task=task))
    desk.say(desk.text("cli.check.rows", rows=facts["rows"], usable=facts["usable"]))
    for finding in findings:
        desk.say(f"  {desk.text(f'cli.level.{finding.level}')}  {desk.text.finding(finding)}")
    if not facts["usable"]:
        desk.say(desk.text("cli.check.nothing"))
    return 0 if facts["usable"] else 2


def _let_go(row: Row) -> None:
    """Rows are not needed twice where no model reads them."""


def _with_model(desk: Desk, rows: Sequence[Row], task: str) -> tuple[int, list[Finding]]:
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
            return path, path.name or str(path), choices
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
