"""Rows as Parquet with plain columns: turns as a list of structures, tools as JSON text, label as a truth value.

Arguments of calls differ from tool to tool, so they are JSON text, as OpenAI writes them. Where some are no object,
all calls of a turn are one JSON text, which can hold anything.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO

from core.data.exporting.published import published
from core.data.literals import mended
from core.data.rows_file import Row

if TYPE_CHECKING:
    import pyarrow as pa

GROUP_ROWS = 10_000
GROUP_SIZE = 32_000_000
"""A group of rows is written when it has so many rows, or so many characters: what is held at once."""

_TURNS = ("messages", "prompt", "completion", "chosen", "rejected")
_TURN_PARTS = ("role", "content", "reasoning_content", "tool_calls", "name", "tool_call_id", "weight")


@dataclass
class _Shape:
    """What rows have: their columns, the parts of their turns, and whether all arguments of calls are objects."""

    columns: dict[str, None] = field(default_factory=dict)
    parts: set[str] = field(default_factory=set)
    objects: bool = True

    def see(self, row: dict[str, Any]) -> None:
        self.columns.update(dict.fromkeys(row))
        for turn in _turns_of(row):
            self.parts.update(turn)
            self.objects = self.objects and all(_is_plain(call) for call in turn.get("tool_calls") or ())

    def schema(self) -> "pa.Schema":
        import pyarrow as pa

        call = pa.struct(
            [
                ("id", pa.string()),
                ("type", pa.string()),
                ("function", pa.struct([("name", pa.string()), ("arguments", pa.string())])),
            ]
        )
        special = {"tool_calls": pa.list_(call) if self.objects else pa.string(), "weight": pa.int8()}
        turn = pa.struct([(part, special.get(part, pa.string())) for part in _TURN_PARTS if part in self.parts])
        kinds = {**dict.fromkeys(_TURNS, pa.list_(turn)), "label": pa.bool_()}
        return pa.schema([(name, kinds.get(name, pa.string())) for name in self.columns])


def write(rows: Callable[[], Iterator[Row]], file: BinaryIO) -> None:
    """Write the file; `rows` is gone through twice, as the schema must be known beforehand. Raises OSError."""
    import pyarrow as pa
    import pyarrow.parquet

    shape = _Shape()
    for row in rows():
        shape.see(published(row))
    schema = shape.schema()
    with pyarrow.parquet.ParquetWriter(file, schema) as written:
        for group in _groups(rows(), shape.objects):
            try:
                batch = pa.RecordBatch.from_pylist(group, schema)
            except UnicodeEncodeError:  # half a character
                batch = pa.RecordBatch.from_pylist(mended(group), schema)
            written.write_batch(batch, row_group_size=len(group))


def _groups(rows: Iterator[Row], objects: bool) -> Iterator[list[dict[str, Any]]]:
    group: list[dict[str, Any]] = []
    size = 0
    for row in rows:
        found = published(row)
        group.append({name: _value(name, value, objects) for name, value in found.items()})
        size += len(found.get("text", "")) + sum(len(turn["content"]) for turn in _turns_of(found))
        if len(group) >= GROUP_ROWS or size >= GROUP_SIZE:
            yield group
            group, size = [], 0
    if group:
        yield group


def _value(name: str, value: Any, objects: bool) -> Any:
    if name == "tools":
        return json.dumps(value, ensure_ascii=False)
    if name not in _TURNS:
        return value
    return [
        {**turn, "tool_calls": _calls(turn["tool_calls"], objects)} if "tool_calls" in turn else turn for turn in value
    ]


def _calls(calls: list[dict[str, Any]], objects: bool) -> Any:
    if not objects:
        return json.dumps(calls, ensure_ascii=False)
    return [
        {**call, "function": {**call["function"], "arguments": _as_json(call["function"]["arguments"])}}
        for call in calls
    ]


def _as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _is_plain(call: dict[str, Any]) -> bool:
    return isinstance(call["function"]["arguments"], dict)


def _turns_of(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name in _TURNS:
        yield from row.get(name) or ()
