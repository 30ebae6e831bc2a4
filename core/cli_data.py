"""The verbs that train nothing: check, preview, forecast."""

import contextlib
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from core.cli_desk import Desk
from core.data.choices import Choices
from core.data.dataset import Dataset
from core.data.keys import keys_of
from core.data.rows_file import RowsFile, RowsWriter
from core.errors import UserError
from core.findings import Finding, worst_first
from core.models import catalog, device, safety
from core.spec import RunSpec
from core.training import limits, replay
from core.training.aside import Measure
from core.training.plan import Plan, longest, make_plan
from core.training.rows import estimated_lengths, lengths
from core.training.settle import Settled, forecast_of, sampled, settle
from core.workspace import is_id, person_path

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

ASSUMED_ROWS, ASSUMED_LENGTH = 1000, 512
"""Rows, and tokens of each, that a forecast without data is made for."""

Row = dict[str, Any]


# -- check


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
            "findings": [_finding(desk, finding) for finding in findings],
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
    from core.data.measure import longest, measure, token_findings

    model, folder = desk.model(desk.choices.model, fetch=True)
    found = [Finding("error", finding.code) for finding in safety.findings(folder)]
    if found and task != "text":  # no row of it can be said to this model
        return 0, found
    known = catalog.facts_of_ref(model)
    measured = measure(_tokenizer(folder), rows, lambda done, total: desk.pass_by("cli.counting", done=done, n=total))
    limit = longest(measured.lengths, known.context)
    found = token_findings(measured, limit, model=model.title)
    return measured.usable(limit), [*found, *limits.findings(known, len(rows), measured.lengths.tolist())]


def _source(desk: Desk, reference: str, choices: Choices) -> tuple[Path, str, Choices]:
    """(the file that is meant, its name, how it is read): a path, a sample's name, or the source of a kept data set.

    Raises UserError `file.missing`, or `sample.kept_back` for a sample whose method is not built yet.
    """
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


def _finding(desk: Desk, finding: Finding) -> dict[str, Any]:
    plain = finding.plain()
    return {
        "level": plain["level"],
        "code": plain["code"],
        "count": plain["count"],
        "rows": plain["rows"],
        "message": desk.text.finding(finding),
    }


# -- preview


def preview(desk: Desk) -> int:
    """What the model sees of some rows, through the very path that trains them."""
    from core.data import tokens

    spec = desk.spec()
    dataset = desk.dataset(desk.choices.data)
    rows = dataset.load_rows()
    chosen = choose_rows(rows, desk.choices.rows, dataset.rows)
    model, folder = desk.model(desk.choices.model, fetch=True)
    tokenizer = _tokenizer(folder)
    limit = max_length(spec, catalog.facts_of_ref(model).context, tokenizer, rows)
    shown = []
    for row in chosen:
        for encoded in tokens.encode(tokenizer, row, limit):
            pieces = tokens.pieces(tokenizer, encoded)
            shown.append(
                {
                    "row": row["row"],
                    "part": encoded.part,
                    "text": encoded.text,
                    "truncated": encoded.truncated,
                    "tokens": pieces,
                }
            )
    desk.give(shown)
    desk.say(desk.text("cli.preview.legend", limit=limit))
    for entry in shown:
        learned = sum(piece["trained"] for piece in entry["tokens"])
        desk.say()
        part, count = desk.text(f"cli.part.{entry['part']}"), len(entry["tokens"])
        desk.say(desk.text("cli.preview.row", row=entry["row"], part=part, count=count, learned=learned))
        desk.say(marked(entry["tokens"]))
        if entry["truncated"]:
            desk.say(desk.text("cli.preview.cut", limit=limit))
    return 0


def marked(pieces: list[dict[str, Any]]) -> str:
    """The text of the tokens, what is learned between ⟦ and ⟧."""
    said, inside = [], False
    for piece in pieces:
        if piece["trained"] != inside:
            said.append("⟦" if piece["trained"] else "⟧")
            inside = piece["trained"]
        said.append(piece["text"])
    return "".join(said) + ("⟧" if inside else "")


def choose_rows(rows: Sequence[Row], wanted: str, read: int) -> Sequence[Row]:
    """`--rows`: "all", a number of rows from the first on, or row numbers "1,3". `read` rows were in the file.

    Raises UserError `cli.rows`, `cli.no_row` for one that is not there, `cli.row_left_out` for one that cannot be used.
    """
    wanted = wanted.strip().lower()
    if wanted == "all":
        return rows
    listed = "," in wanted
    try:
        numbers = [int(part) for part in wanted.split(",") if part.strip()]
    except ValueError:
        numbers = []
    if not numbers or min(numbers) < 1:
        raise UserError("cli.rows", said=wanted[:80])
    if not listed:
        return rows[: numbers[0]]
    by_number: dict[int, list[Row]] = {number: [] for number in numbers}
    for row in rows:
        if row["row"] in by_number:
            by_number[row["row"]].append(row)
    for number in numbers:
        if not by_number[number]:
            if number > read:
                raise UserError("cli.no_row", row=number, rows=read)
            raise UserError("cli.row_left_out", row=number)
    return [row for number in numbers for row in by_number[number]]


def max_length(spec: RunSpec, context: int, tokenizer: "PreTrainedTokenizerBase", rows: Sequence[Row]) -> int:
    """The length at which rows are cut, tokens: as the plan would settle it for `rows`."""
    if spec.max_length:
        return min(spec.max_length, context)
    return longest(lengths(tokenizer, sampled(rows)), context)


def _tokenizer(folder: Path) -> "PreTrainedTokenizerBase":
    from core.models.load import load_tokenizer

    return load_tokenizer(folder)


# -- forecast


def forecast(desk: Desk) -> int:
    """Memory and time of a run, and whether it fits."""
    spec = desk.spec(model=desk.choices.model, **desk.eval_data())
    model = desk.known_model(spec.model)
    found: list[Finding] = []
    aside: list[str] = []
    if desk.choices.data:
        dataset = desk.dataset(desk.choices.data)
        settled = settle(spec, dataset, desk.workspace, desk.datasets)
        found = limits.findings(settled.facts, dataset.usable, settled.lengths)
        aside = [told_aside(desk, spec, dataset, settled.measure)]
        found += settled.measure.findings() if settled.measure else []
    else:
        settled = _assumed(spec, model)
        desk.note("cli.forecast.assumed", rows=ASSUMED_ROWS, length=settled.lengths[0])
    told = forecast_of(settled, spec)
    advice = [desk.text(f"advice.{each['code']}", **each["facts"]) for each in told["advice"]]
    desk.give({**told, "advice": advice, "findings": [_finding(desk, each) for each in found]})
    _show_forecast(desk, settled.plan, dict(told), [*aside, *map(desk.text.finding, found), *advice])
    return 0


def told_aside(desk: Desk, spec: RunSpec, dataset: Dataset, measure: Measure | None) -> str:
    """Which rows a run is measured on, as a sentence."""
    if measure is not None:
        return desk.text("cli.train.eval", n=measure.rows, name=measure.dataset.name)
    held, why = dataset.aside(spec.holdout, spec.goal)
    return desk.text(f"data.aside.{why}", n=held)


def _assumed(spec: RunSpec, model: catalog.ModelRef) -> Settled:
    """As `settle`, for data that is not there yet."""
    facts, machine = catalog.facts_of_ref(model), dict(device.describe())
    found = [min(ASSUMED_LENGTH, facts.context)]
    precision = device.best_precision(device.choose_device(), facts.parameters)
    general = estimated_lengths(replay.general_rows(keys_of([])))
    plan = make_plan(spec, facts, found, ASSUMED_ROWS, machine, precision, exact=False, general=general)
    return Settled(model=model, facts=facts, plan=plan, lengths=found, general=general, reworded=0, device=machine)


def _show_forecast(desk: Desk, plan: Plan, told: dict[str, Any], advice: list[str]) -> None:
    memory = told["memory_gb"]
    desk.say(
        desk.text(
            "cli.forecast.learned",
            count=f"{told['trainable_parameters']:,}",
            percent=f"{told['trainable_percent']:.2f}",
        )
    )
    batch, accumulation = plan.batch_size, plan.gradient_accumulation
    time = desk.text.duration(told["time_s"])
    rows = plan.train_rows + plan.general_rows
    desk.say(desk.text("cli.forecast.steps", steps=plan.steps, rows=rows, batch=batch * accumulation, time=time))
    if plan.general_rows:
        desk.say(desk.text("train.plan.mixed", own=plan.train_rows, general=plan.general_rows))
    desk.say(desk.text("cli.forecast.memory", **{name: f"{value:.2f}" for name, value in memory.items()}))
    desk.say(desk.text(f"cli.fits.{told['fits']}"))
    for sentence in advice:
        desk.say(f"  {sentence}")
