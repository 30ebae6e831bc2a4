"""Settings: what to learn, how thorough, one line of what that means; every other setting folded under Advanced."""

import os
import shlex
import subprocess
from pathlib import Path
from typing import Any

import gradio as gr

from core import recipes, workspace
from core.drafts import Draft
from core.findings import from_plain
from webui import estimate, fields, goals
from webui.context import Context
from webui.estimate import recommended
from webui.markup import Html, el
from webui.parts import Bar, BarParts, TabParts
from webui.quick import quick
from webui.snapshot import Snapshot
from webui.text import Text


def bar(ctx: Context, snap: Snapshot, text: Text) -> Bar:
    """Fix 1 value -> Next: training."""
    count = len(snap.spec_errors)
    if count:
        label = text("settings.mend_one") if count == 1 else text("settings.mend_some", n=count)
        return Bar(label, "mend", text("settings.back_short"), "reset_settings")
    return Bar(text("settings.next"), "go:training", *quick(snap, text))


def build(ctx: Context, text: Text, parts: BarParts) -> TabParts:
    """The components of the tab and their events; RunSpec decides what is a value."""
    c: dict[str, Any] = {}
    with gr.Row(elem_id="settings-questions"):
        for name, kind in (("recipe", "goal"), ("intensity", "intensity")):
            with gr.Column(elem_classes="lw-panel"):
                title = text("settings.what" if name == "recipe" else "settings.how")
                gr.HTML(el("h2", title, cls="lw-title"))
                if name == "recipe":
                    c["guess"] = gr.HTML(elem_id="settings-guess")
                c[name] = gr.Radio(
                    [(_recipe_label(each, text), each) for each in recipes.names(kind)],  # type: ignore[arg-type]
                    label=title,
                    elem_id=f"settings-{name}",
                    elem_classes="lw-lines",
                    container=False,
                )
                c[f"{name}_note"] = gr.HTML(elem_id=f"settings-{name}-note")
    c["line"] = gr.HTML(elem_id="settings-line")
    form: dict[str, Any] = {}
    with gr.Accordion(text("settings.advanced"), open=False, elem_id="settings-advanced") as c["advanced"]:
        back = c["back"] = gr.Button(text("settings.back", n=0), elem_id="settings-back", visible=False)
        for group, members in fields.GROUPS.items():
            gr.HTML(el("h3", text(f"settings.group.{group}"), cls="lw-group"))
            with gr.Row(elem_classes="lw-fields"):
                for field in members:
                    form[field.name] = fields.component(field, text)
    with gr.Accordion(text("settings.command"), open=False, elem_id="settings-command-box"):
        c["command"] = gr.HTML(elem_id="settings-command")
    for name in ("recipe", "intensity"):
        parts.on(c[name].input, _keeper(ctx, name), [c[name]], source=c[name])
    parts.on(back.click, lambda page: ctx.drafts.update(changes={}) and None)
    for field in fields.FORM:
        _wire(ctx, parts, field, form[field.name])

    def refresh(snap: Snapshot) -> list[Any]:
        return [*_shown(ctx, snap, text), *_form(snap, text)]

    shown = ("recipe", "intensity", "recipe_note", "guess", "intensity_note", "line", "advanced", "back", "command")
    return TabParts([*(c[name] for name in shown), *form.values()], refresh)


# -- what is done


def _wire(ctx: Context, parts: BarParts, field: fields.Field, component: Any) -> None:
    """A box is kept when it is left or Enter is pressed, a menu at each choice."""

    def keep(page: Any, typed: object) -> None:
        keep_field(ctx, field.name, typed)

    events = [component.blur, component.submit] if field.kind == "number" else [component.input]
    if field.kind == "menu":
        events.append(component.blur)
    for event in events:
        parts.on(event, keep, [component], source=component)


def keep_field(ctx: Context, name: str, typed: object) -> None:
    """Keep what was typed as a change; what the recipe recommends anyway, or nothing, is none.

    A wrong value is kept and told.
    """
    value = fields.read(name, typed[: fields.LONGEST] if isinstance(typed, str) else typed)
    emptied = value is None and str(typed or "").strip() != fields.AUTOMATIC

    def kept(draft: Draft) -> dict[str, Any]:
        changes = {field: kept for field, kept in draft.changes.items() if field != name}
        if not emptied and value != recommended(draft)[name]:
            changes[name] = value
        return {"changes": changes} if changes != draft.changes else {}

    ctx.drafts.change(kept)


def keep_recipe(ctx: Context, kind: str, name: object) -> None:
    """Keep the goal ("recipe") or how thorough ("intensity") that was chosen."""
    if kind == "recipe":
        ctx.drafts.change(lambda draft: {**goals.choose(draft, str(name)), "recipe_chosen": True})
    else:
        ctx.drafts.update(intensity=recipes.load(str(name), "intensity").name)


def _keeper(ctx: Context, kind: str) -> Any:
    return lambda page, name: keep_recipe(ctx, kind, name)


# -- what is shown


def _recipe_label(name: str, text: Text) -> str:
    recipe = recipes.load(name)
    return f"{recipe.title[text.language]}\n{recipe.purpose[text.language]}"


def _shown(ctx: Context, snap: Snapshot, text: Text) -> list[Any]:
    changed = len(snap.draft.changes)
    goal, intensity = recipes.known(snap.draft.recipe, "goal"), recipes.known(snap.draft.intensity, "intensity")
    return [
        gr.update(value=goal),
        gr.update(value=intensity),
        gr.update(value=_note(goal, text)),
        gr.update(value=goals.line(ctx, snap, text)),
        gr.update(value=_note(intensity, text)),
        gr.update(value=line(snap, text)),
        _advanced(snap, text),
        gr.update(value=text("settings.back", n=changed), visible=changed > 0),
        gr.update(value=command(snap, text, ctx.workspace.root)),
    ]


def _advanced(snap: Snapshot, text: Text) -> Any:
    """The heading counts what was changed; with something to mend the box opens."""
    changed = len(snap.draft.changes)
    label = text("settings.advanced_n", n=changed) if changed else text("settings.advanced")
    return gr.update(label=label, open=True) if snap.spec_errors else gr.update(label=label)


def _form(snap: Snapshot, text: Text) -> list[Any]:
    usual = recommended(snap.draft)
    updates = []
    for field in fields.FORM:
        changed = field.name in snap.draft.changes
        value = snap.draft.changes.get(field.name, usual[field.name])
        shown = fields.update(field, value, usual[field.name], snap.plan, text, changed=changed)
        if field.name == "epochs" and snap.plan is not None and estimate.floored(snap.spec, snap.plan):
            made = estimate.work(snap.plan)["passes"]
            shown["info"] = text("model.blank").join((shown["info"], text("field.epochs.floor", n=made)))
        updates.append(gr.update(**shown))
    return updates


def _note(name: str, text: Text) -> Html:
    recipe = recipes.load(name)
    when = el("p", text("settings.when", text=recipe.when[text.language]), cls="lw-note")
    return el("div", when, el("p", text("settings.when_not", text=recipe.when_not[text.language]), cls="lw-note"))


def line(snap: Snapshot, text: Text) -> Html:
    """Rows, passes, steps and minutes; and whether anything is cut."""
    plan = snap.plan
    if plan is None:
        return el("div", el("p", _no_plan(snap, text), cls="lw-note"), cls="lw-plan-line")
    facts = {**estimate.work(plan), "time": text.duration(plan["time_s"])}
    floor = text("settings.floor", n=plan["steps"]) if estimate.floored(snap.spec, plan) else None
    mixed, cut = estimate.mix(plan), plan["rows_cut"]
    note = text("settings.cut" if cut else "settings.whole", n=cut, length=plan["max_length"])
    return el(
        "div",
        el("p", text("settings.line", **facts), cls="lw-title"),
        el("p", text("train.plan.mixed", **mixed), cls="lw-note") if mixed else None,
        el("p", floor, cls="lw-note") if floor else None,
        el("p", note, cls="lw-warning" if cut else "lw-note"),
        [el("p", text.finding(from_plain(each)), cls="lw-warning") for each in plan.get("findings", [])],
        cls="lw-plan-line",
    )


def _no_plan(snap: Snapshot, text: Text) -> str:
    if snap.dataset is None:
        return text("settings.need_data")
    if snap.model is None:
        return text("settings.need_model")
    return text.error(snap.estimate_error) if snap.estimate_error is not None else text("settings.working")


def command(snap: Snapshot, text: Text, root: Path, *, windows: bool = os.name == "nt") -> Html:
    """The same run from a terminal, with a button that copies it. `root` is the workspace's folder."""
    said = arguments(snap, root)
    line = f"py {subprocess.list2cmdline(said)}" if windows else f"python3 {shlex.join(said)}"
    code = el("pre", el("code", line), id="settings-command-text", cls="lw-code")
    copy = el("button", text("settings.copy"), cls="lw-button", type="button", data_copy="#settings-command-text")
    return el("div", el("p", text("settings.command_help"), cls="lw-note"), code, copy)


def arguments(snap: Snapshot, root: Path) -> list[str]:
    """launch.py and its arguments: the recipe, and only what differs from it; wrong values are left out."""
    draft, usual = snap.draft, recommended(snap.draft)
    words = ["launch.py", "train", "--data", draft.dataset or "DATA", "--model", draft.model]
    goal, intensity = recipes.known(draft.recipe, "goal"), recipes.known(draft.intensity, "intensity")
    words += ["--recipe", f"{goal}/{intensity}"]
    chosen = {name: value for name, value in draft.changes.items() if name not in snap.spec_errors}
    chosen = {name: value for name, value in chosen.items() if value != usual[name]}
    if draft.quantization:
        chosen["quantization"] = draft.quantization
    for name, value in chosen.items():
        words += ["--set", f"{name}={_argument(value)}"]
    if root != workspace.DEFAULT_ROOT.resolve():
        words += ["--workspace", str(root)]
    return words


def _argument(value: Any) -> str:
    """A value after `--set name=`: whole, where the form shows it rounded."""
    if value is None:
        return fields.AUTOMATIC
    if isinstance(value, bool):
        return fields.show(value)
    return ",".join(value) if isinstance(value, list) else str(value)
