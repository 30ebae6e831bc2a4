"""What mending has changed, or would change, as a document and as lines."""

from collections.abc import Iterable
from typing import Any

from core.cli.desk import Desk
from core.cli.documents import clean, plain_findings, plain_version, row_lines, say_findings
from core.data.fixes.preview import Change, Preview
from core.data.in_words import steps_in_words
from core.data.versions.dataset import Dataset, Row

SAID = 10
"""Changes that a preview shows line by line; --json has more of them."""


def tell_mended(desk: Desk, old: Dataset, new: Dataset) -> int:
    """The new version, what was done to the old one, and what is left."""
    steps = new.fixes[len(old.fixes) :]
    mends = [each for step in steps for each in step.get("mends", [])]
    by_hand = [step for step in steps if step.get("step") == "edit"]
    plain = plain_version(desk, new, desk.datasets.versions(new.id), desk.store.list())
    desk.give(
        {
            **plain,
            "changed": sum(each.get("rows", 0) for each in mends) + sum(step.get("changed", 0) for step in by_hand),
            "dropped": sum(each.get("dropped", 0) for each in mends) + sum(step.get("removed", 0) for step in by_hand),
            "added": sum(each.get("added", 0) for each in mends) + sum(step.get("added", 0) for step in by_hand),
            "mends": mends,
            "findings": plain_findings(desk, new.findings, new.made),
        }
    )
    if new.id == old.id:
        desk.say(desk.text("cli.data.unchanged"))
    else:
        desk.say(desk.text("cli.data.mended", version=plain["version"], id=new.id))
        for done in steps_in_words(new, desk.text, since=old):
            desk.say(f"  {clean(done)}")
        desk.say(desk.text("cli.data.next", id=new.id, old=old.id))
    desk.say(desk.text("cli.data.left", usable=new.usable, n=len(new.findings)))
    say_findings(desk, new.findings, new.made)
    return 0


def say_preview(desk: Desk, dataset: Dataset, found: Preview) -> int:
    """How many rows would change, and the first of them before and after."""
    desk.give(
        {
            "dataset": dataset.id,
            "name": dataset.name,
            "changed": found.changed,
            "dropped": found.dropped,
            "added": found.added,
            "accepted": found.accepted,
            "mends": found.counts,
            "changes": [_plain(change) for change in found.changes],
        }
    )
    facts = {"changed": found.changed, "dropped": found.dropped, "added": found.added, "accepted": found.accepted}
    desk.say(desk.text("cli.data.preview", **{name: f"{count:,}" for name, count in facts.items()}))
    for change in found.changes[:SAID]:
        desk.say()
        for line in _lines(desk, change):
            desk.say(line)
    if (more := found.changed + found.dropped + found.added - SAID) > 0:
        desk.say()
        desk.say(desk.text("cli.data.more", n=f"{more:,}"))
    return 0


def _plain(change: Change) -> dict[str, Any]:
    number, variant = change.key
    return {"row": number, "variant": variant, "before": change.before, "after": list(change.after)}


def _lines(desk: Desk, change: Change) -> Iterable[str]:
    """The lines of a row that go with a minus, those that come with a plus, the others as they are."""
    from difflib import ndiff

    before = _all_lines(desk, [change.before] if change.before is not None else [])
    after = _all_lines(desk, change.after)
    yield desk.text("cli.data.row", row=change.key[0])
    for line in ndiff(before, after):
        if not line.startswith("? "):
            yield f"  {clean(line)}"


def _all_lines(desk: Desk, rows: Iterable[Row]) -> list[str]:
    return [line for row in rows for line in row_lines(desk, row)]
