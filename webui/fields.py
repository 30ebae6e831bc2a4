"""RunSpec's fields on the screen: which component, which steps in its menu, and the way from typed text to a value.

Names, bounds and words are RunSpec's own; nothing here says what a value may be. A value that cannot be read is
kept as it was typed, so that RunSpec refuses it with a sentence that names the setting.
"""

import unicodedata
from dataclasses import dataclass
from typing import Any, Literal

from core.spec import RunSpec
from webui.text import Text

Kind = Literal["menu", "choice", "number"]
LONGEST = 200
"""Characters of a setting that is typed; what is longer is cut."""

AUTOMATIC = "auto"
"""What a menu holds for None."""


@dataclass(frozen=True)
class Field:
    """One setting on the Settings tab. `steps` are the entries of a menu; in a menu one may type as well."""

    name: str
    kind: Kind
    steps: tuple[str, ...] = ()

    @property
    def automatic(self) -> bool:
        """Whether None is allowed, and means that the plan decides."""
        return RunSpec.model_fields[self.name].default is None


GROUPS: dict[str, tuple[Field, ...]] = {
    "long": (
        Field("epochs", "number"),
        Field("min_steps", "number"),
        Field("batch_size", "number"),
        Field("gradient_accumulation", "number"),
        Field("max_length", "menu", (AUTOMATIC, "128", "256", "512", "1024", "2048", "4096", "8192")),
    ),
    "strong": (
        Field(
            "learning_rate", "menu", (AUTOMATIC, "1e-5", "2e-5", "5e-5", "1e-4", "2e-4", "5e-4", "1e-3", "2e-3", "5e-3")
        ),
        Field("scheduler", "choice", ("linear", "cosine", "constant")),
        Field("warmup", "number"),
        Field("weight_decay", "number"),
    ),
    "room": (
        Field("rank", "menu", (AUTOMATIC, "4", "8", "16", "32", "64", "128", "256")),
        Field("alpha", "number"),
        Field("dropout", "menu", ("0", "0.05", "0.1", "0.2")),
        Field("target_modules", "menu", ("all-linear", "attention")),
    ),
    "other": (
        Field("holdout", "number"),
        Field("replay", "choice", (AUTOMATIC, "on", "off")),
        Field("eval_every", "number"),
        Field("save_every", "number"),
        Field("keep", "number"),
        Field("seed", "number"),
    ),
}

FORM = tuple(field for group in GROUPS.values() for field in group)

ELSEWHERE = {
    "schema_version": "the program's own",
    "model": "the Model tab",
    "quantization": "the Model tab",
    "dataset": "the Data tab",
    "eval_dataset": "the Data tab",
    "recipe": "what should it learn, how thorough",
    "goal": "what should it learn",
    "method": "lora is the only one",
}
"""RunSpec fields that are not on the form, and where they are chosen instead."""

SWITCH = {"on": True, "off": False}
"""How a setting that is on or off is written."""

PLANNED = {"holdout": "holdout_rows"}
"""Where the plan calls a setting differently."""


def read(name: str, typed: object) -> Any:
    """The value that was typed or chosen: a number where it is one, None for automatic, else the text as it is.

    `read("learning_rate", "2e-4")` is 0.0002, `read("holdout", "5 %")` is 0.05, `read("rank", "many")` is "many".
    """
    if typed is None or isinstance(typed, bool):
        return None
    if isinstance(typed, int | float):
        return _whole(float(typed))
    said = unicodedata.normalize("NFKC", str(typed)).strip()
    if not said or said == AUTOMATIC:
        return None
    if said in SWITCH and RunSpec.model_fields[name].annotation == bool | None:
        return SWITCH[said]
    if name == "target_modules":
        names = [part for part in said.replace(",", " ").split() if part]
        return names[0] if len(names) == 1 and names[0] in ("all-linear", "attention") else names
    share = said.endswith("%")
    number = said.removesuffix("%").strip()
    if number.count(",") == 1 and "." not in number:
        number = number.replace(",", ".")
    try:
        found = float(number) / (100 if share else 1)
    except ValueError:
        return said
    return _whole(found) if found == found and abs(found) != float("inf") else said


def _whole(number: float) -> int | float:
    return int(number) if number.is_integer() and abs(number) < 1e15 else number


def show(value: Any) -> str:
    """A value as it is written in a box or after `--set name=`: 0.0002 is "2e-4", None is ""."""
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return number(value)
    return str(value)


def number(value: float) -> str:
    """As people write it: 3, 0.03, 2e-4."""
    if value.is_integer() and abs(value) < 1e9:
        return str(int(value))
    if abs(value) < 0.001:
        mantissa, _, power = f"{value:.3e}".partition("e")
        return f"{float(mantissa):g}e{int(power)}"
    return f"{value:.6g}"


def planned(name: str, plan: dict[str, Any] | None) -> str:
    """What the plan settles for an automatic field, "" while that is not known or left to the moment."""
    value = (plan or {}).get(PLANNED.get(name, name))
    return "" if value in (None, 0) and name != "holdout" else show(value)


def automatic(name: str, plan: dict[str, Any] | None, text: Text) -> str:
    """ "automatic: 8", or only "automatic"."""
    value = planned(name, plan)
    return text("settings.automatic", value=value) if value else text("settings.automatic_plain")


def choices(field: Field, plan: dict[str, Any] | None, text: Text) -> list[tuple[str, str]]:
    """The entries of a menu, (what is shown, what is meant)."""
    found = []
    for step in field.steps:
        if step == AUTOMATIC:
            value = planned(field.name, plan)
            shown = text("settings.automatic_value", value=value) if value else text("settings.automatic_choice")
        else:
            key = f"field.{field.name}.{step}"
            shown = text(key) if key in text else step
        found.append((shown, step))
    return found


def component(field: Field, text: Text) -> Any:
    """The Gradio component of a field; RunSpec alone checks what is put into it."""
    import gradio as gr

    label, info = text(f"field.{field.name}"), text(f"field.{field.name}.help")
    words: dict[str, Any] = {"label": label, "info": info, "elem_id": f"settings-{field.name}"}
    if field.kind == "menu":
        return gr.Dropdown(choices(field, None, text), value=field.steps[0], allow_custom_value=True, **words)
    if field.kind == "choice":
        return gr.Dropdown(choices(field, None, text), value=field.steps[0], filterable=False, **words)
    return gr.Textbox(max_length=LONGEST, **words)


def update(
    field: Field, value: Any, recommended: Any, plan: dict[str, Any] | None, text: Text, *, changed: bool
) -> dict[str, Any]:
    """What the component of a field shows: value, what automatic means now, and whether it was changed."""
    label = text(f"field.{field.name}")
    info = text(f"field.{field.name}.help")
    if changed:
        label = f"{label} ●"
        info = f"{info} {text('settings.changed', value=show(recommended) or automatic(field.name, plan, text))}"
    shown: dict[str, Any] = {"label": label, "info": info}
    if field.kind in ("menu", "choice"):
        return {**shown, "choices": choices(field, plan, text), "value": menu_value(field, value)}
    return {**shown, "value": show(value), "placeholder": automatic(field.name, plan, text) if field.automatic else ""}


def menu_value(field: Field, value: Any) -> str:
    """The entry of the menu that means `value`, else the value as it is written."""
    if value is None:
        return AUTOMATIC
    return next((step for step in field.steps if step != AUTOMATIC and read(field.name, step) == value), show(value))
