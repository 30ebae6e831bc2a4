"""The verbs about runs that there are: runs, compare, export."""

import time
from pathlib import Path
from typing import Any

from core.chat.requests import ChatRequest, Message, Sampling, question, sampling, usual
from core.cli.desk import Desk
from core.cli.train import refuse_busy_device, told
from core.data.literals import mended
from core.errors import UserError
from core.models import catalog
from core.runs.store import Run

CLOSE_S = 10.0


# -- runs


def runs(desk: Desk) -> int:
    """All runs, newest first, or one with its settings, plan and environment."""
    if desk.choices.run:
        return _one(desk, desk.run(desk.choices.run))
    found = [run.summary() for run in desk.store.list()]
    desk.give(found)
    if not found:
        desk.say(desk.text("cli.runs.none", folder=str(desk.workspace.runs)))
    for run in found:
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(run["created"]))
        status = desk.text(f"cli.status.{run['status']}")
        loss = "-" if run["train_loss"] is None else f"{run['train_loss']:.3f}"
        desk.say(
            desk.text(
                "cli.runs.row",
                run=run["run"][:8],
                when=when,
                status=status,
                steps=run["steps"],
                loss=loss,
                name=run["name"],
            )
        )
    return 0


def _one(desk: Desk, run: Run) -> int:
    summary, spec, plan, env = run.summary(), run.spec.model_dump(mode="json"), run.plan(), run.env
    desk.give({**summary, "spec": spec, "plan": plan, "env": env})
    desk.say(f"{summary['name']}  ({run.id})")
    shown = {**summary, "status": desk.text(f"cli.status.{summary['status']}")}
    shown["created"] = time.strftime("%Y-%m-%d %H:%M", time.localtime(summary["created"]))
    for name in ("status", "created", "steps", "train_loss", "eval_loss"):
        desk.say(f"  {name}: {'-' if shown[name] is None else shown[name]}")
    for title, values in (("spec", spec), ("plan", plan), ("env", env)):
        if values:
            desk.say(desk.text(f"cli.runs.{title}"))
        for name, value in values.items():
            desk.say(f"  {name}: {_plain(desk, value)}")
    return 0


def _plain(desk: Desk, value: Any) -> str:
    if value is None:
        return desk.text("cli.automatic")
    if isinstance(value, dict):
        return ", ".join(f"{name} {part}" for name, part in value.items() if part is not None)
    return str(value)


# -- compare


def compare(desk: Desk) -> int:
    """Base and tuned answers to each prompt."""
    from core.engine import LocalEngine

    choices = desk.choices
    drawn = _sampling(choices)  # slips in what was typed are told before anything is read
    run = desk.run(choices.run)
    drawn = _sampling(choices, run.spec.goal)
    if run.usable_adapter() is None:
        raise UserError("run.no_adapter", name=run.meta["name"])
    desk.model(run.spec.model)
    system = _system_prompt(desk, run) if choices.system is None else str(mended(choices.system))
    if choices.no_wait:
        refuse_busy_device()
    engine = LocalEngine(desk.workspace, desk.store, desk.datasets, wait=not choices.no_wait)
    answers = []
    try:
        for prompt in mended(choices.prompts):  # half a character can be typed, but no tokenizer takes it
            turns = [Message(role="system", content=system)] if system else []
            turns.append(question(prompt))
            request = ChatRequest(run=run.id, histories={"base": turns, "tuned": turns}, sampling=drawn)
            said = _ask(desk, engine, request)
            answers.append(
                {"prompt": prompt, "answers": {"base": said["base"], run.id: said["tuned"]}, "seed": drawn.seed}
            )
            desk.say(desk.text("cli.compare.prompt", prompt=prompt))
            desk.say(desk.text("cli.compare.base", answer=said["base"]))
            desk.say(desk.text("cli.compare.tuned", answer=said["tuned"]))
            desk.say()
    finally:
        engine.close(wait_s=CLOSE_S)
    desk.give(answers)
    return 0


def _sampling(choices: Any, goal: str = "facts") -> Sampling:
    """How answers are drawn; what was not said is as usual for what was taught.

    Errors name the option as it was typed.
    """
    options = {"temperature": choices.temperature, "max_new_tokens": choices.max_tokens, "seed": choices.seed}
    said = {name: value for name, value in options.items() if value is not None}
    try:
        return sampling(**usual(goal).model_dump() | said)
    except UserError as error:
        option = {"max_new_tokens": "--max-tokens"}.get(error.facts["field"], f"--{error.facts['field']}")
        raise UserError("sampling.value", **{**error.facts, "field": option}) from None


def _ask(desk: Desk, engine: Any, request: ChatRequest) -> dict[str, str]:
    """The last text of each side. Raises the UserError that the engine answers with."""
    said = {"base": "", "tuned": ""}
    for event in engine.chat(request):
        if event.kind == "error":
            raise told(event.facts)
        if event.kind in ("text", "done") and event.side:
            said[event.side] = event.text
        elif event.kind == "loading":
            desk.note("cli.compare.loading")
        elif event.kind == "waiting":
            desk.note_waiting(str(event.facts.get("holder") or ""))
    return {side: text.strip() for side, text in said.items()}


def _system_prompt(desk: Desk, run: Run) -> str:
    """The data's own system prompt; none when the data set is gone."""
    try:
        return desk.datasets.get(str(run.spec.dataset)).system_prompt()
    except UserError:
        return ""


# -- export


def export(desk: Desk) -> int:
    """What a run learned, as a folder that other programs read, or a zip."""
    from core.export.adapter import export_adapter

    run = desk.run(desk.choices.run)
    model = None
    try:
        model = catalog.resolve(run.spec.model, desk.workspace)
    except UserError:  # the model is gone; what was learned can be taken along all the same
        desk.note("cli.export.no_model", model=run.spec.model)
    made = export_adapter(
        run,
        Path(desk.choices.to),
        text=desk.text,
        kind=desk.choices.kind,
        tokenizer_folder=model.folder if model else None,
        base_title=model.title if model else "",
        base_id=model.hub if model else None,
        dataset_name=_dataset_name(desk, run),
    )
    desk.give(made)
    desk.say(desk.text("cli.export.done", path=made["path"], files=", ".join(made["files"])))
    return 0


def _dataset_name(desk: Desk, run: Run) -> str:
    try:
        return desk.datasets.get(str(run.spec.dataset)).name
    except UserError:
        return ""
