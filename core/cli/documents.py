"""Data sets as documents and as lines: what they are, what was done in them, how what was found can be mended."""

import json
import time
import unicodedata
from typing import Any

from core.cli.check import plain_finding
from core.cli.desk import Desk
from core.data.fixes.offers import Offer, offers
from core.data.in_words import steps_in_words
from core.data.versions.dataset import Dataset, Row
from core.findings import Finding
from core.runs.store import Run

ASKED = {
    "fill": "--fill NAME=TEXT",
    "read:repair": "--repair",
    "read:structured": "--nested-as-text",
    "menu:columns": "--column PART=NAME",
    "menu:speaker": "--speaker NAME",
}
"""Options that say what an offer asks for, where that is all that is needed."""


def plain_version(desk: Desk, dataset: Dataset, family: tuple[Dataset, ...], runs: list[Run]) -> dict[str, Any]:
    """One version as it stands in a document; `runs` are all that there are."""
    number = next((each.number for each in family if each.id == dataset.id), dataset.number or len(family))
    parent = next((each for each in family if each.id == dataset.parent), None)
    return {
        "dataset": dataset.id,
        "name": dataset.name,
        "family": dataset.family,
        "version": number,
        "versions": len(family),
        "parent": dataset.parent,
        "rows": dataset.rows,
        "usable": dataset.usable,
        "format": dataset.format,
        "task": dataset.task,
        "size": dataset.size,
        "created": dataset.created,
        "note": dataset.note,
        "done": steps_in_words(dataset, desk.text, since=parent),
        "runs": [{"run": run.id, "name": run.meta["name"]} for run in trained_with(runs, dataset.id)],
    }


def trained_with(runs: list[Run], *ids: str) -> list[Run]:
    """The runs that learned one of these versions, or were measured on it."""
    return [run for run in runs if {run.spec.dataset, run.spec.eval_dataset} & set(ids)]


def day(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))


def plain_findings(desk: Desk, findings: list[Finding], made: bool) -> list[dict[str, Any]]:
    """Findings with what can be done about each, as they stand in a document."""
    return [
        {
            **plain_finding(desk, finding),
            "fixes": [
                {"fix": offer.fix, "safe": offer.safe, "say": option(finding, offer)}
                for offer in offers(finding, made=made)
            ],
        }
        for finding in findings
    ]


def say_findings(desk: Desk, findings: list[Finding], made: bool) -> None:
    """Each finding as a line, and below it how it can be mended."""
    for finding in findings:
        sentence = clean(desk.text.finding(finding))
        desk.say(f"  {desk.text(f'cli.level.{finding.level}')}  {sentence}  [{finding.code}]")
        for offer in offers(finding, made=made):
            key = "cli.data.offer_safe" if offer.safe else "cli.data.offer"
            desk.say("      " + desk.text(key, option=option(finding, offer), what=desk.text(f"fix.{offer.fix}")))


def option(finding: Finding, offer: Offer) -> str:
    """What is written after `data mend DATA` to have it done."""
    if offer.asks == "max_length":
        return f"--fix {finding.code}={offer.fix} --max-length N --model M"
    return ASKED.get(offer.asks, f"--fix {finding.code}={offer.fix}")


def say_row(desk: Desk, row: Row) -> None:
    """A row as a conversation."""
    wording = row.get("variant")
    desk.say(desk.text("cli.data.row", row=f"{row['row']}.{wording}" if wording else row["row"]))
    for line in row_lines(desk, row):
        desk.say(f"  {line}")


def row_lines(desk: Desk, row: Row) -> list[str]:
    """Who says what in a row, a line for each line of a turn."""
    lines = _turn_lines(desk, "text", {"content": row["text"]}) if "text" in row else []
    for part in ("messages", "prompt"):
        for turn in row.get(part) or []:
            lines += _turn_lines(desk, turn["role"], turn)
    for part in ("chosen", "rejected", "answer"):
        for turn in row.get(part) or []:
            lines += _turn_lines(desk, part, turn)
    if "label" in row:
        lines.append(desk.text("data.label.true" if row["label"] else "data.label.false"))
    return lines


def _turn_lines(desk: Desk, role: str, turn: dict[str, Any]) -> list[str]:
    key = f"data.role.{role}"
    said = [str(turn[part]) for part in ("reasoning_content", "content") if turn.get(part)]
    said += [json.dumps(call, ensure_ascii=False) for call in turn.get("tool_calls") or []]
    first, *others = clean("\n".join(said)).splitlines() or [""]
    who = desk.text(key) if key in desk.text else clean(role)
    return [desk.text("cli.data.turn", who=who, said=first), *(f"  {line}" for line in others)]


def clean(said: str) -> str:
    """What a data set says, fit for a console, which would carry out control characters."""
    return "".join("\ufffd" if unicodedata.category(sign) == "Cc" and sign not in "\n\t" else sign for sign in said)
