"""The parts of each format, which of them must have a column, and what is still missing."""

from collections.abc import Iterable

_CHAT = (("history", False), ("system", False), ("thinking", False), ("tools", False))
PARTS: dict[str, tuple[tuple[str, bool], ...]] = {
    "messages": (("messages", True), *_CHAT),
    "sharegpt": (("messages", True), *_CHAT),
    "alpaca": (("instruction", True), ("output", True), ("input", False), *_CHAT),
    "prompt_completion": (("prompt", True), ("completion", True), ("input", False), *_CHAT),
    "question_answer": (
        ("question", True), ("answer", True), ("similar", False), ("title", False), ("input", False), *_CHAT,
    ),
    "text": (("text", True),),
    "preference": (
        ("prompt", False), ("messages", False), ("chosen", False), ("rejected", False), ("completion", False),
        ("label", False), ("input", False), ("history", False), ("system", False), ("tools", False),
    ),
}  # fmt: skip
"""Format -> its parts in the order of the menus, and whether a part must have a column.

More columns of the part "similar" are numbered: "similar", "similar2", "similar3". Of a preference, `rejected` has a
column with `chosen` or `messages`, or `label` with `completion` or `messages`.
"""

FORMATS = tuple(PARTS)

REPEATED = "similar"
"""The part that may have several columns."""

TASKS = {"text": "text", "preference": "preference"}
"""Format -> its task, where that is not "chat"."""


def kind_of(part: str) -> str:
    """What a part is, without its number: "similar3" is another "similar"."""
    bare = part.rstrip("0123456789")
    return bare if bare == REPEATED else part


def known(form: str, part: str) -> bool:
    """Whether a format has this part."""
    return kind_of(part) in (name for name, _ in PARTS.get(form, ()))


def missing(form: str, columns: Iterable[str]) -> list[str]:
    """The parts that a format cannot do without and that are not among `columns`; "format" for one that is not known.

    `columns` are the parts that have a column.
    """
    if form not in PARTS:
        return ["format"]
    there = set(columns)
    found = [part for part, needed in PARTS[form] if needed and part not in there]
    if form == "preference":  # either two answers, or one with a label
        if "label" in there:
            return [] if there & {"completion", "messages"} else ["completion"]
        found = [] if there & {"chosen", "messages"} else ["chosen"]
        found += [] if "rejected" in there else ["rejected"]
    return found
