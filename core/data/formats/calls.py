"""Tools that are offered and calls of them, in the one shape that chat templates read."""

import json
from typing import Any

from core.data.formats.cells import BadRow, parsed
from core.data.literals import Literal, restored
from core.findings import Finding

Call = dict[str, Any]

FUNCTION_CALL = "<functioncall>"
"""What stands before a call in the words of the Glaive data."""


def calls(value: Any) -> list[Call]:
    """`{"type": "function", "function": {"name", "arguments"}}` of calls as objects or as text; [] for none.

    Arguments that are JSON text become an object. A call's id is kept.
    """
    if isinstance(value, str):
        value = parsed(value)
    found: list[Call] = []
    for call in value if isinstance(value, list) else [value]:
        function = call.get("function", call) if isinstance(call, dict) else None
        if not isinstance(function, dict) or not isinstance(function.get("name"), str):
            continue
        arguments: Any = next((function[key] for key in ("arguments", "parameters", "input") if key in function), {})
        if isinstance(arguments, str) and not isinstance(arguments, Literal):
            read = parsed(arguments)
            arguments = read if isinstance(read, dict) else arguments
        kept: Call = {"type": "function"}
        if isinstance(call.get("id"), str) and call["id"]:
            kept["id"] = call["id"]
        kept["function"] = {"name": function["name"], "arguments": restored(arguments or {})}
        found.append(kept)
    return found


def only_calls(value: Any) -> list[Call]:
    """The calls that an answer consists of, `[{"name", "arguments"}]` as a list or as text; [] when it is none."""
    if isinstance(value, str):
        value = parsed(value)
    items = value if isinstance(value, list) else [value]
    if not all(isinstance(item, dict) and isinstance(item.get("name"), str) and "arguments" in item for item in items):
        return []
    return calls(items)


def call_in_words(said: str) -> tuple[str, list[Call]]:
    """(words before it, the call) of `... <functioncall> {"name": "f", "arguments": '{"n": 5}'}`; no call, no change.

    The arguments stand in single quotes, which is neither JSON nor Python when the text has an apostrophe.
    """
    before, mark, after = said.partition(FUNCTION_CALL)
    if not mark:
        return said, []
    after = after.strip().removesuffix("</functioncall>").strip()
    found = only_calls(after)
    if not found and (at := after.find("'")) > 0 and (end := after.rfind("'")) > at:
        try:
            arguments = json.dumps(json.loads(after[at + 1 : end]))
        except (ValueError, RecursionError):
            return said, []
        found = only_calls(after[:at] + arguments + after[end + 1 :])
    return (before.strip(), found) if found else (said, [])


def tools(value: Any) -> list[dict[str, Any]]:
    """A `tools` cell, JSON text or a list, as `{"type": "function", "function": {...}}`. Raises BadRow `row.tools`."""
    if value is None or isinstance(value, str) and not value.strip():
        return []
    if isinstance(value, str):
        value = parsed(value)
    if isinstance(value, dict):
        value = [value]
    if not isinstance(value, list):
        raise BadRow(Finding("error", "row.tools"))
    # each tool may be JSON text by itself
    value = [parsed(tool) if isinstance(tool, str) else tool for tool in value]
    if not all(isinstance(tool, dict) for tool in value):
        raise BadRow(Finding("error", "row.tools"))
    value = restored(value)
    return [tool if "function" in tool else {"type": "function", "function": tool} for tool in value]


def tools_in_words(said: str) -> tuple[str, list[dict[str, Any]]]:
    """(words before them, tools) of a system prompt that ends with the tools' descriptions as JSON objects.

    Without tools at its end it comes back as it is.
    """
    at = said.find("{")
    if at < 0:
        return said, []
    decoder = json.JSONDecoder()
    found: list[dict[str, Any]] = []
    place = at
    try:
        while place < len(said):
            tool, place = decoder.raw_decode(said, place)
            if not isinstance(tool, dict) or not isinstance(tool.get("name"), str):
                return said, []
            found.append(tool)
            while place < len(said) and said[place] in " \t\r\n,":
                place += 1
    except (ValueError, RecursionError):
        return said, []
    return said[:at].strip(), [{"type": "function", "function": tool} for tool in found]
