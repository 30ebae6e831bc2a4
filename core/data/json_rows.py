"""Rows of JSON text: one object per line, or a list, or a list inside an object, whatever the file is called."""

import json
from typing import Any

from core.data import columns, literals
from core.data.rows import TURNS, FileRows, Progress, Record
from core.errors import UserError
from core.findings import Finding

_LIST_KEYS = ("data", "rows", "train", "items", "examples", "records", "questions")


def read(text: str, name: str, encoding: str, progress: Progress | None) -> FileRows:
    """The rows of `text`, which starts with `{` or `[` but for blanks. Raises UserError `data.*` naming the line."""
    if _is_lines(text):
        return _lines(text, name, encoding, progress)
    try:
        whole = literals.parse(text)
    except RecursionError:
        raise UserError("data.too_deep", name=name) from None
    except json.JSONDecodeError as error:
        values = _one_after_another(text) if text.lstrip()[0] == "{" and error.msg == "Extra data" else None
        if values is None:
            raise _explain(text, error, name) from None
        return _collect("jsonl", encoding, list(enumerate(values, 1)), [], name)
    if isinstance(whole, dict):
        found = _list_inside(whole, name)
        if found is None:
            return _collect("json", encoding, [(1, whole)], [], name)
        whole = found
    if not whole:
        raise UserError("data.no_rows", name=name)
    if (
        isinstance(whole[0], dict)
        and _is_turn(whole[0])
        and all(isinstance(item, dict) and _is_turn(item) for item in whole)
    ):
        whole = [whole]  # one conversation, saved without the list around it
    return _collect("json", encoding, list(enumerate(whole, 1)), [], name)


def _is_lines(text: str) -> bool:
    """Whether the first or second line is a JSON value by itself; a single line is JSONL when it is an object."""
    lines = _nonblank(text, 2)
    if not all(line[0] in "{[" for line in lines) or (len(lines) == 1 and lines[0][0] == "["):
        return False
    for line in lines:
        try:
            value = literals.parse(line)
        except (ValueError, RecursionError):
            continue
        # a list per line is a conversation per line; an empty one is the start of a list that goes on
        return (
            isinstance(value, dict)
            and not (len(lines) == 1 and _has_rows_inside(value))
            or (isinstance(value, list) and bool(value))
        )
    return False


def _nonblank(text: str, count: int) -> list[str]:
    found: list[str] = []
    start = 0
    while len(found) < count and start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        if line := text[start:end].strip():
            found.append(line)
        start = end + 1
    return found


def _has_rows_inside(value: dict[str, Any]) -> bool:
    return not _is_row(value) and any(_is_rows(item) for item in value.values())


def _lines(text: str, name: str, encoding: str, progress: Progress | None) -> FileRows:
    values: list[tuple[int, Any]] = []
    broken: list[int] = []
    lines: list[int] = []
    deep: list[int] = []
    number = done = 0
    said = ""
    for at, line in enumerate(text.split("\n"), 1):
        done += len(line) + 1
        stripped = line.strip()
        if not stripped:
            continue
        number += 1
        if progress is not None and number % 2000 == 0:
            progress(done, len(text))
        try:
            values.append((number, literals.parse(stripped)))
        except RecursionError:
            deep.append(number)
        except json.JSONDecodeError as error:
            broken.append(number)
            lines.append(at)
            said = said or error.msg
    findings = []
    if broken:
        findings.append(Finding("error", "row.broken_json", broken, lines=_list(lines), said=said))
    if deep:
        findings.append(Finding("error", "row.too_deep", deep))
    return _collect("jsonl", encoding, values, findings, name, number)


def _list(numbers: list[int]) -> str:
    return ", ".join(str(number) for number in numbers[:8]) + (" ..." if len(numbers) > 8 else "")


def _one_after_another(text: str) -> list[Any] | None:
    """Objects written over several lines each, with nothing but blanks or commas between; None when it is not so."""
    found: list[Any] = []
    at = len(text) - len(text.lstrip())
    try:
        while at < len(text):
            value, at = literals.parse_first(text, at)
            found.append(value)
            while at < len(text) and text[at] in " \t\r\n,":
                at += 1
    except (ValueError, RecursionError):
        return None
    return found if all(isinstance(value, dict) for value in found) else None


def _list_inside(whole: dict[str, Any], name: str) -> list[Any] | None:
    """The rows that an object holds under one of its keys; None when the object is itself a row."""
    if _is_row(whole):
        return None
    found = {key: value for key, value in whole.items() if _is_rows(value)}
    if not found:
        raise UserError("data.json_object", name=name, keys=", ".join(map(str, list(whole)[:8])))
    named = next((key for key in _LIST_KEYS if key in found), None)
    rows: list[Any] = found[named] if named else max(found.values(), key=len)
    return rows


def _is_row(value: dict[str, Any]) -> bool:
    """Whether an object is one example: it has a column that we know, with turns in it or with text."""
    for key, item in value.items():
        known = columns.plain(str(key)) in columns.KNOWN
        if known and (
            not isinstance(item, list) or columns.plain(str(key)) in columns.MESSAGES and item and _is_turn(item[0])
        ):
            return True
    return False


def _is_turn(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and ("role" in value or "from" in value)
        and len({"content", "value", "text", "tool_calls"} & set(value)) > 0
    )


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict | list)


def _collect(
    container: str,
    encoding: str,
    values: list[tuple[int, Any]],
    findings: list[Finding],
    name: str,
    count: int | None = None,
) -> FileRows:
    names: dict[str, None] = {}
    rows: list[Record] = []
    odd: list[int] = []
    for number, value in values:
        if isinstance(value, list) and value:
            value = {TURNS: value}
        elif not isinstance(value, dict):
            odd.append(number)
            continue
        names.update(dict.fromkeys(value))
        rows.append(Record(number, value))
    if odd:
        findings.append(Finding("error", "row.no_object", odd))
    total = count if count is not None else len(values)
    if not rows:
        raise UserError("data.no_rows", name=name)
    return FileRows(encoding, container, list(names), rows, findings, total)


def _explain(text: str, error: json.JSONDecodeError, name: str) -> UserError:
    """Where the JSON breaks and why, for the two faults that hands make most, and in general."""
    rest = text[error.pos :].lstrip()
    before = text[: error.pos].rstrip()
    if not rest or (
        error.msg.startswith("Unterminated string") and error.pos > len(text) - 100_000 and not _closes(text)
    ):
        return UserError("data.json_cut", name=name, line=text.count("\n") + 1)
    # the decoder stands before or behind the comma, by version
    if before.endswith(",") and rest[0] in "]}" or (rest[0] == "," and rest[1:].lstrip()[:1] in ("]", "}")):
        comma = len(before) - 1 if before.endswith(",") else error.pos
        return UserError("data.json_comma", name=name, line=text.count("\n", 0, comma) + 1)
    return UserError("data.json_broken", name=name, line=error.lineno, column=error.colno, said=error.msg)


def _closes(text: str) -> bool:
    return text.rstrip()[-1:] in ("]", "}")
