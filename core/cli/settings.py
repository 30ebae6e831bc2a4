"""What a person says with --set, as settings of a run."""

import difflib
from typing import Any

from core.errors import UserError
from core.spec import FIELDS, RunSpec

HAVE_OPTIONS = {"model": "--model", "dataset": "--data", "recipe": "--recipe"}
"""Settings that have an option of their own."""


def changes(assignments: list[str]) -> dict[str, Any]:
    """`["rank=16", "alpha=auto"]` as settings; `auto` is automatic. RunSpec judges the values, this the names.

    Raises UserError `cli.set`, `cli.set_unknown`, `cli.set_option`.
    """
    found: dict[str, Any] = {}
    for assignment in assignments:
        name, equals, value = (part.strip() for part in assignment.partition("="))
        if not equals or not name:
            raise UserError("cli.set", said=assignment[:80])
        if name in HAVE_OPTIONS:
            raise UserError("cli.set_option", field=name, option=HAVE_OPTIONS[name])
        if name not in FIELDS:
            near = difflib.get_close_matches(name, FIELDS, n=1)
            if near:
                raise UserError("cli.set_near", name=name[:80], near=near[0])
            raise UserError("cli.set_unknown", name=name[:80], known=", ".join(FIELDS))
        found[name] = _value(name, value)
    return found


def _value(name: str, text: str) -> Any:
    """A setting's value as RunSpec takes it; numbers stay text, which RunSpec reads itself."""
    if text.lower() in ("auto", "automatic"):
        return RunSpec.model_fields[name].default  # None where there is something to be worked out
    if name == "target_modules" and text not in ("all-linear", "attention"):
        return [part.strip() for part in text.strip("[]").split(",") if part.strip()]
    return text
