"""The verbs that look ahead: preview and forecast."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from core.cli.check import plain_finding, tokenizer_in
from core.cli.data_given import measured_on, rows_of, tell_pending, usable
from core.cli.desk import Desk
from core.data.checks.check_answers import few
from core.data.keys import keys_of
from core.data.tokens.measured import longest
from core.data.versions.dataset import Dataset
from core.errors import UserError
from core.findings import Finding
from core.models import catalog, device
from core.spec import RunSpec
from core.training import limits, replay
from core.training.aside import Measure
from core.training.plan import Plan, make_plan
from core.training.rows import estimated_lengths, lengths
from core.training.settle import Settled, forecast_of, sampled, settle

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

ASSUMED_ROWS, ASSUMED_LENGTH = 1000, 512
"""Rows, and tokens of each, that a forecast without data is made for."""

Row = dict[str, Any]


# -- preview


def preview(desk: Desk) -> int:
    """What the model sees of some rows, through the very path that trains them."""
    from core.data import tokens

    spec = desk.spec()
    dataset = usable(desk, desk.choices.data, look=True)
    rows = rows_of(desk, dataset)
    chosen = rows_asked(desk, dataset, desk.choices.rows)
    model, folder = desk.model(desk.choices.model, fetch=True)
    tokenizer = tokenizer_in(folder)
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


def choose_rows(rows: Sequence[Row], wanted: str, read: int, changed: bool = False) -> Sequence[Row]:
    """`--rows`: "all", a number of rows from the first on, or row numbers "1,3". `read` is the highest there can be.

    changed: rows may be missing because somebody wanted that
    Raises UserError `cli.rows`, `cli.no_row` for one that is not there, `cli.row_left_out` for one that cannot be used,
    `cli.row_gone` for one that may be either.
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
            raise UserError("cli.row_gone", row=number) if changed else UserError("cli.row_left_out", row=number)
    return [row for number in numbers for row in by_number[number]]


def rows_asked(desk: Desk, dataset: Dataset, wanted: str) -> Sequence[Row]:
    """As `choose_rows`, of the rows of a version with what is changed by hand in it."""
    edits = desk.datasets.edits(dataset.id)
    highest = max(dataset.rows, dataset.last, *(number for number, _ in edits.added))
    return choose_rows(rows_of(desk, dataset), wanted, highest, changed=bool(dataset.fixes or edits.pending))


def max_length(spec: RunSpec, context: int, tokenizer: "PreTrainedTokenizerBase", rows: Sequence[Row]) -> int:
    """The length at which rows are cut, tokens: as the plan would settle it for `rows`."""
    if spec.max_length:
        return min(spec.max_length, context)
    return longest(lengths(tokenizer, sampled(rows)), context)


# -- forecast


def forecast(desk: Desk) -> int:
    """Memory and time of a run, and whether it fits."""
    spec = desk.spec(model=desk.choices.model, **measured_on(desk, partial(usable, look=True)))
    model = desk.known_model(spec.model)
    found: list[Finding] = []
    aside: list[str] = []
    if desk.choices.data:
        dataset = usable(desk, desk.choices.data, look=True)
        tell_pending(desk, dataset, "cli.data.not_counted")
        settled = settle(spec, dataset, desk.workspace, desk.datasets)
        found = [
            *few(dataset.usable, spec.goal),
            *limits.findings(settled.facts, dataset.usable, settled.lengths),
        ]
        aside = [told_aside(desk, spec, dataset, settled.measure)]
        found += settled.measure.findings() if settled.measure else []
    else:
        settled = _assumed(spec, model)
        desk.note("cli.forecast.assumed", rows=ASSUMED_ROWS, length=settled.lengths[0])
    told = forecast_of(settled, spec)
    advice = [desk.text(f"advice.{each['code']}", **each["facts"]) for each in told["advice"]]
    desk.give({**told, "advice": advice, "findings": [plain_finding(desk, each) for each in found]})
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
