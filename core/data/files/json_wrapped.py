"""JSON behind marks that are none of it: events of a server, numbered lines, a block of code behind a sentence.

data: {"question": ...}      one event for each row, with `event:`, `id:` and blank lines between them
0: {"question": ...}         a number before each row
Here you are:                a sentence or two, then the rows in a block of Markdown
```json
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Literal

from core.findings import Finding

Wrap = Literal["event", "number", "block"]

_LOOKED_AT = 60
"""Lines of the start that are looked at."""
_CERTAIN = 0.9
"""Share of these that must be JSON behind the mark."""
_OUTSIDE = 6
"""Lines of talk around blocks; with more of them it is a text about JSON."""
_EVENT = re.compile(r"data:[ \t]*(?=[{\[])")
_FIELD = re.compile(r"((event|id|retry)\b|:|data:[ \t]*(\[DONE\][ \t]*)?\r?$)")
_NUMBER = re.compile(r"[ \t]*\d+[ \t]*(?:[:.)\t]|[ ](?=\{))[ \t]*(?=\{)")
_FENCE = re.compile(r"[ \t]*```[ \t]*(jsonl?|ndjson|json5|)[ \t]*\r?$", re.IGNORECASE)


def wrap_of(start: str) -> Wrap | None:
    """In what the JSON of a text that starts so is wrapped; None when it is not, or is no JSON for certain."""
    begin = start.lstrip()[:60]
    if begin[:1] in ("", "{", "[", "`"):
        return None
    lines = start.split("\n")
    if len(lines) > 1 and len(start) > 1000:
        lines = lines[:-1]  # the last may be cut
    said = [line for line in lines if line.strip()][:_LOOKED_AT]
    rows = [line for line in said if not _FIELD.match(line)]
    if begin.startswith(("data:", "event:", "id:", ":", "retry:")) and _are_rows(rows, _EVENT):
        return "event"
    if _NUMBER.match(begin) and _are_rows(said, _NUMBER):
        return "number"
    return "block" if "```" in start and _is_block(start.split("\n")) else None


def _are_rows(lines: list[str], mark: re.Pattern[str]) -> bool:
    """Whether nearly all lines are an object behind `mark`."""
    good = 0
    for line in lines:
        found = mark.match(line)
        good += found is not None and isinstance(_value(line[found.end() :]), dict)
    return good >= 2 and good >= _CERTAIN * len(lines)


def _is_block(lines: list[str]) -> bool:
    """Whether blocks of JSON objects are nearly all that a text holds."""
    inside: list[str] | None = None
    outside = 0
    size = 0
    blocks: list[str] = []
    for line in lines:
        if _FENCE.match(line) or inside is not None and line.strip() == "```":
            if inside is not None:
                blocks.append("\n".join(inside))
            inside = [] if inside is None else None
        elif inside is not None:
            inside.append(line)
        elif line.strip():
            outside += 1
            size += len(line)
    if inside:
        blocks.append("\n".join(inside))
    held = sum(map(len, blocks))
    return bool(blocks) and outside <= _OUTSIDE and size <= held and all(map(_holds_objects, blocks))


def _holds_objects(block: str) -> bool:
    """Whether a block, whose end may be missing, begins with an object, or with a list of them."""
    text = block.lstrip()
    value = _value(text)
    if value is None:
        start = text.find("{") if re.match(r"(\[\s*)?\{", text) else -1
        value = _first(text[start:]) if start >= 0 else None
    return isinstance(value, dict) or isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _first(text: str) -> Any:
    try:
        return json.JSONDecoder().raw_decode(text)[0]
    except (ValueError, RecursionError):
        return None


def unwrapped(lines: Iterator[str], wrap: Wrap) -> Iterator[tuple[str, Finding | None]]:
    """Each line without the mark, blank where it holds none of the JSON; with what is to be said of it."""
    inside = False
    for number, line in enumerate(lines, 1):
        if wrap == "block":
            if _FENCE.match(line) or inside and line.strip() == "```":
                inside = not inside
                yield "\n", None
            elif inside or not line.strip():
                yield line, None
            else:
                yield "\n", Finding("info", "lines.left_out", said=line.strip()[:80], lines=number)
            continue
        if wrap == "event" and _FIELD.match(line):
            yield "\n", None
        elif (found := (_EVENT if wrap == "event" else _NUMBER).match(line)) is not None:
            yield line[found.end() :], Finding("info", "lines.behind_mark", said=found.group().strip()[:20])
        else:
            yield line, None
