"""Words that stand for others, {{name}}: found in rows, asked for once, and filled in everywhere."""

import re
from collections.abc import Iterator
from typing import Any

PLACEHOLDER = re.compile(r"\{\{\s*([^\W\d][\w -]{0,40}?)\s*\}\}")
"""`{{name}}`, `{{ 名字 }}`; code such as `{{ a.b }}` or `{{ f(x) }}` is none."""

TURNS = ("messages", "prompt", "chosen", "rejected", "answer")
"""The keys of a row in the stored shape that hold turns."""


def texts(row: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str, str]]:
    """(holder, key, text) of all that is said in a row in the stored shape."""
    if isinstance(text := row.get("text"), str):
        yield row, "text", text
    for key in TURNS:
        for message in row.get(key) or ():
            for part in ("content", "reasoning_content"):
                if isinstance(said := message.get(part), str):
                    yield message, part, said


def placeholders(row: dict[str, Any]) -> list[str]:
    """The names inside {{ }} in a row in the stored shape, each once, in their order."""
    found: dict[str, None] = {}
    for _, _, said in texts(row):
        if "{{" in said:
            found.update(dict.fromkeys(PLACEHOLDER.findall(said)))
    return list(found)


def fill(row: dict[str, Any], words: dict[str, str]) -> dict[str, Any]:
    """The row with the placeholders that `words` has a word for filled in; the row itself stays as it is."""
    if "text" in row:
        return {**row, "text": filled(row["text"], words)}
    changed = dict(row)
    for key in TURNS:
        if key in row:
            changed[key] = [dict(message) for message in row[key]]
    for message, part, said in texts(changed):
        message[part] = filled(said, words)
    return changed


def filled(said: str, words: dict[str, str]) -> str:
    """`said` with the placeholders filled in; a name without a word stays as it is, and words are not filled again."""
    if "{{" not in said:
        return said
    return PLACEHOLDER.sub(lambda found: words.get(found[1]) or found[0], said)
