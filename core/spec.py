"""RunSpec: every choice that a person can make about a run, each exactly once.

Sliders, recipes, `--set name=value`, the run folder, the README's table and the trainer all read this
file. `None` means automatic: the plan (core/training/plan.py) settles it from data, model and device and
writes what it settled into the run's `Started` event.

`table()` makes the README's table of options from the fields below; a test compares the two.
"""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from core.errors import UserError

SCHEMA_VERSION = 1


def _share_or_count(value: float) -> float:
    """Below 1 a share, from 1 on a whole number of rows or steps."""
    if value >= 1 and value != int(value):
        raise ValueError("share_or_count")
    return value


ShareOrCount = Annotated[float, AfterValidator(_share_or_count)]
Name = Annotated[str, Field(min_length=1, max_length=500)]
ModuleName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.]{1,80}$")]


def _option(default: Any, *, unit: str, source: str, **bounds: Any) -> Any:
    """A field with its unit and the reason for its default or bounds."""
    return Field(default, json_schema_extra={"unit": unit, "source": source}, **bounds)


class RunSpec(BaseModel):
    """One run as it was asked for. Frozen; unknown names are refused.

    Build it with `build()`, which turns every fault into a UserError that names the setting.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    schema_version: Literal[1] = _option(SCHEMA_VERSION, unit="", source="version of this table")
    model: Name = _option("starter", unit="name, folder or hub id", source="the built-in model works everywhere")
    dataset: Name | None = _option(
        None, unit="data set id", source="chosen on the Data tab; a run cannot start without"
    )
    recipe: Name | None = _option(None, unit="recipe name", source="a note of where the values came from")
    goal: Literal["facts", "style", "format"] = _option(
        "facts",
        unit="",
        source="what the rows teach; it decides what automatic means for rank, rate and rows kept aside",
    )
    method: Literal["lora"] = _option("lora", unit="", source="Hu et al. 2021, LoRA")
    quantization: Literal["none", "8bit", "4bit"] | None = _option(
        None, unit="", source="automatic: 4bit on an NVIDIA GPU when full precision does not fit, else none"
    )
    rank: int | None = _option(
        None,
        ge=1,
        le=256,
        unit="dimensions",
        source="automatic: 16 for facts, 8 for style and format; 16 for all below 100 million parameters",
    )
    alpha: float | None = _option(None, gt=0, le=1024, unit="", source="automatic: twice the rank")
    dropout: float = _option(0.0, ge=0, le=0.9, unit="share", source="small data sets are learned by heart on purpose")
    target_modules: (
        Literal["all-linear", "attention"] | Annotated[list[ModuleName], Field(min_length=1, max_length=64)]
    ) = _option("all-linear", unit="module names", source="Dettmers et al. 2023, QLoRA: all linear layers are needed")
    learning_rate: float | None = _option(
        None,
        gt=0,
        le=1,
        unit="per step",
        source="automatic: by the model's size, 2e-4 near half a billion parameters; style half, format 0.7 of it",
    )
    scheduler: Literal["constant", "linear", "cosine"] = _option("linear", unit="", source="the Trainer's default")
    warmup: ShareOrCount = _option(0.03, ge=0, le=100_000, unit="share below 1, else steps", source="QLoRA used 0.03")
    weight_decay: float = _option(0.0, ge=0, le=1, unit="per step", source="LoRA has few weights to hold back")
    epochs: float = _option(3.0, gt=0, le=1000, unit="passes over the data", source="the field's common default")
    min_steps: int = _option(
        0, ge=0, le=100_000, unit="optimizer steps", source="a floor, so that few rows are learned too"
    )
    batch_size: int | None = _option(None, ge=1, le=1024, unit="rows per forward pass", source="automatic: by memory")
    gradient_accumulation: int | None = _option(
        None, ge=1, le=1024, unit="forward passes per step", source="automatic: about 8 rows per step in all"
    )
    max_length: int | None = _option(
        None, ge=8, le=131_072, unit="tokens", source="automatic: covers 99 % of the rows, within the model's context"
    )
    holdout: ShareOrCount | None = _option(
        None,
        ge=0,
        le=100_000,
        unit="share below 1, else rows",
        source="automatic: of facts 5 % from 200 rows, at most 200, only rows whose answer another row teaches; "
        "of style and format 10 % from 30 rows, at most 50",
    )
    eval_dataset: Name | None = _option(
        None,
        unit="data set id",
        source="none: rows are kept aside as `holdout` says; with it `holdout` is 0, and rows learned too are left out",
    )
    replay: bool | None = _option(
        None, unit="", source="automatic: on below 100 million parameters, which forget what they knew; else off"
    )
    eval_every: int | None = _option(None, ge=1, le=100_000, unit="steps", source="automatic: about ten times a run")
    save_every: int | None = _option(
        None, ge=1, le=100_000, unit="steps", source="automatic: every pass or five minutes, whichever is first"
    )
    keep: int = _option(2, ge=1, le=100, unit="checkpoints", source="one to use, one in case the newest is damaged")
    seed: int = _option(42, ge=0, le=2**31 - 1, unit="", source="any number; the same one gives the same run on a CPU")

    @model_validator(mode="after")
    def _one_way_to_measure(self) -> "RunSpec":
        if self.eval_dataset is not None and self.holdout:
            raise PydanticCustomError("eval_and_holdout", "eval_dataset and holdout")
        return self


FIELDS = tuple(RunSpec.model_fields)

_PROBLEMS = {
    "greater_than_equal": "low",
    "greater_than": "low",
    "less_than_equal": "high",
    "less_than": "high",
    "literal_error": "choice",
    "string_pattern_mismatch": "choice",
    "bool_parsing": "choice",
    "bool_type": "choice",
}


def build(values: dict[str, Any]) -> RunSpec:
    """A RunSpec from `values`. Raises UserError naming the first setting that is wrong, its value and its limit."""
    try:
        return RunSpec.model_validate(values)
    except ValidationError as error:
        raise explain(error) from None


def explain(error: ValidationError) -> UserError:
    """The first fault of a pydantic error as a UserError that names the setting."""
    fault = error.errors()[0]
    if fault["type"] == "eval_and_holdout":
        return UserError("setting.eval_and_holdout", field="holdout")
    field = str(fault["loc"][0]) if fault["loc"] else "?"
    value = str(fault.get("input"))[:80]
    if fault["type"] == "extra_forbidden":
        return UserError("setting.unknown", field=field[:80], known=", ".join(FIELDS))
    context = fault.get("ctx", {})
    problem = _PROBLEMS.get(fault["type"], "type")
    if problem == "low" and "gt" in context:
        return UserError("setting.above", field=field, value=value, limit=_short(context["gt"]))
    if problem == "low":
        return UserError("setting.low", field=field, value=value, limit=_short(context.get("ge")))
    if problem == "high":
        return UserError("setting.high", field=field, value=value, limit=_short(context.get("le", context.get("lt"))))
    if problem == "choice":
        return UserError("setting.choice", field=field, value=value, choices=choices_text(field))
    if fault["type"] == "value_error":  # of _share_or_count
        return UserError("setting.share", field=field, value=value)
    low, high = bounds(field)
    if low is not None and high is not None:
        return UserError("setting.number", field=field, value=value, low=_short(low), high=_short(high))
    return UserError("setting.type", field=field, value=value)


def _short(limit: float | None) -> float | None:
    """0.0 as 0, for a sentence."""
    return int(limit) if isinstance(limit, float) and limit.is_integer() else limit


def bounds(field: str) -> tuple[float | None, float | None]:
    """Smallest and largest value of a numeric field, None where there is no bound (an open bound counts as one)."""
    low = high = None
    for mark in RunSpec.model_fields[field].metadata:
        low = getattr(mark, "ge", getattr(mark, "gt", low))
        high = getattr(mark, "le", getattr(mark, "lt", high))
    return low, high


def _open(field: str) -> bool:
    """Whether the smallest value itself is not allowed."""
    return any(hasattr(mark, "gt") for mark in RunSpec.model_fields[field].metadata)


def choices_text(field: str) -> str:
    """The allowed words of a field with choices, for a sentence or a table: "none, 8bit, 4bit"."""
    schema = RunSpec.model_json_schema()["properties"][field]
    found: list[str] = []
    for part in [schema, *schema.get("anyOf", [])]:
        found += [str(word) for word in part.get("enum", [])] + ([str(part["const"])] if "const" in part else [])
        if part.get("type") == "boolean":
            found += ["on", "off"]
        if part.get("type") == "array":
            found.append("a list of module names")
    return ", ".join(found)


def table() -> str:
    """The options as a Markdown table: name, default, allowed values, unit, reason."""
    lines = ["| setting | default | allowed | unit | where the default comes from |", "|---|---|---|---|---|"]
    for name, info in RunSpec.model_fields.items():
        low, high = bounds(name)
        numbers = f"{'above ' if _open(name) else ''}{low:g} to {high:.10g}" if None not in (low, high) else "text"
        allowed = choices_text(name) or numbers
        extra = info.json_schema_extra
        assert isinstance(extra, dict)
        default = "automatic" if info.default is None else str(info.default)
        lines.append(f"| `{name}` | {default} | {allowed} | {extra['unit']} | {extra['source']} |")
    return "\n".join(lines)


RunSpec.__doc__ = f"{RunSpec.__doc__}\n{table()}\n"
