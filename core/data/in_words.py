"""What was done to a data set, in words: how a version came about, and where a row of it came from. For the window and
the command line.

steps_in_words(version, text) -> ["rows trimmed: 12", "by hand: 4 changed, 1 added"]
"""

from typing import Any

from core.data.versions.dataset import Dataset
from core.says import Knows

DROPS = ("drop", "drop_duplicates")
"""Fixes that count what they leave out."""

HAND = ("changed", "added", "removed")
"""What an edit by hand does to rows, as its step counts it."""

PARTS_NAMED = 6
"""Sets that are named one by one where several were put together."""


def steps_in_words(dataset: Dataset, text: Knows, *, since: Dataset | None = None) -> list[str]:
    """What was done to the rows, each in a few words; of a reading how it came about.

    since: the version it was made from; what had been done up to there is left out
    """
    if since is not None and since.choices.key() != dataset.choices.key():  # what was done before is done again
        return [text("mend.did.read_again")]
    done = dataset.fixes
    if since is not None and done[: len(since.fixes)] == since.fixes:
        done = done[len(since.fixes) :]
    said: list[str] = []
    counts: dict[tuple[str, str], int] = {}  # by fix and model, "" for what needs none
    for step in done:
        if step.get("step") == "mend":
            for mend in step.get("mends", []):
                name = str(mend.get("fix", "")), str((mend.get("given") or {}).get("model") or "")
                counts[name] = counts.get(name, 0) + _count(mend)
        elif step.get("step") == "edit":
            hand = [text(f"mend.did.hand.{what}", n=f"{step[what]:,}") for what in HAND if step.get(what)]
            said.append(text("mend.did.hand", what=text("list.comma").join(hand)))
    mended = [_mended(name, model, n, text) for (name, model), n in counts.items() if n]
    return [*mended, *said] or ([_begun(dataset, text)] if not dataset.fixes else [])


def _count(mend: dict[str, Any]) -> int:
    """Rows that a fix was about."""
    dropped, changed = int(mend.get("dropped") or 0), int(mend.get("rows") or 0)
    if mend.get("fix") in DROPS:
        return dropped or changed
    return changed or dropped or int(mend.get("added") or 0)


def _mended(name: str, model: str, n: int, text: Knows) -> str:
    key = f"mend.did.{name}"
    said = text(key if key in text else "mend.did.other", n=f"{n:,}")
    return text("mend.did.for_model", what=said, model=model) if model else said


def _begun(dataset: Dataset, text: Knows) -> str:
    """How a version without steps came about: from other sets, from nothing, from its file."""
    if dataset.parts:
        named = [
            text("mend.did.part", name=str(part["name"]), rows=f"{part['rows']:,}")
            for part in dataset.parts[:PARTS_NAMED]
        ]
        if len(dataset.parts) > PARTS_NAMED:
            named.append(text("mend.did.more_parts", n=len(dataset.parts) - PARTS_NAMED))
        return text("mend.did.parts", parts=text("list.comma").join(named))
    if dataset.container == "made":
        return text("mend.did.empty")
    return text("mend.did.read_again" if dataset.parent else "mend.did.read")


def origin_words(row: dict[str, Any], dataset: Dataset, text: Knows) -> str:
    """Where a row came from, when it is a piece of another or came out of another set; "" for all others."""
    came = row.get("from")
    if not isinstance(came, dict) or "row" not in came:
        return ""
    part = came.get("part")
    if part is None:
        return text("mend.from.row", row=came["row"])
    if isinstance(part, int) and 0 <= part < len(dataset.parts):
        return text("mend.from.part", name=str(dataset.parts[part]["name"]), row=came["row"])
    return ""
