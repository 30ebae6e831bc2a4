"""Rows of a Parquet file, batch by batch: numbers as text, lists and structures as they are."""

import datetime
import decimal
import numbers
from collections.abc import Iterator
from typing import Any

from core.data.files.faults import Faults
from core.data.files.source import Source
from core.data.literals import Literal
from core.data.rows import Opened, Progress, Record
from core.errors import UserError
from core.findings import Finding

_BATCH = 500
_GROUP_LIMIT = 4_000_000_000
"""Bytes that a group of rows may unpack to: more is a mistake or a trap."""


_MEDIA = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*", b"ID3", b"OggS", b"fLaC", b"RIFF")
"""How pictures and sounds begin."""


class _NoText(Exception):
    """A picture or a sound stands in a cell."""


def read(source: Source, opened: Opened, faults: Faults, progress: Progress | None) -> Iterator[Record]:
    """The rows; bytes that are neither text nor a picture or a sound are left out of them, and said so.

    Raises UserError `data.parquet_broken`, `data.unpacked_large`, `data.media_rows` or `data.no_rows`.
    """
    import numpy
    import pyarrow
    import pyarrow.parquet

    with source.on_disk() as path:
        try:
            file = pyarrow.parquet.ParquetFile(path)
        except (pyarrow.ArrowException, OSError, ValueError):
            raise UserError("data.parquet_broken", name=source.name) from None
        with file:
            facts = file.metadata
            if any(facts.row_group(n).total_byte_size > _GROUP_LIMIT for n in range(facts.num_row_groups)):
                raise UserError("data.unpacked_large", name=source.name, limit_gb=_GROUP_LIMIT // 1_000_000_000)
            opened.columns[:] = file.schema_arrow.names
            short = [field.name for field in file.schema_arrow if pyarrow.types.is_float32(field.type)]
            total = facts.num_rows
            batches = file.iter_batches(_BATCH)
            passed: set[str] = set()
            blobs = [field.name for field in file.schema_arrow if _is_binary(field.type)]
            while True:
                try:
                    batch = next(batches, None)
                    rows = batch.to_pylist() if batch is not None else []
                except (pyarrow.ArrowException, OSError, ValueError, OverflowError):
                    raise UserError("data.parquet_broken", name=source.name) from None
                if batch is None:
                    break
                for row in rows:
                    opened.count += 1
                    row.update((name, numpy.float32(row[name])) for name in short if row[name] is not None)
                    try:
                        values = {str(key): _plain(value) for key, value in row.items()}
                    except _NoText:
                        faults.note(Finding("error", "row.media", [opened.count]))
                        continue
                    passed |= {key for key in blobs if values[key] is None and row[key] is not None}
                    yield Record(opened.count, values)
                if progress is not None:
                    progress(int(source.size * opened.count / max(total, 1)), source.size)
    if passed:
        faults.note(Finding("info", "columns.bytes", columns=", ".join(sorted(passed))))
    if opened.count and faults.count("row.media") == opened.count:
        raise UserError("data.media_rows", name=source.name, count=opened.count)
    if not opened.count:
        raise UserError("data.no_rows", name=source.name)


def _is_binary(kind: Any) -> bool:
    import pyarrow

    types = pyarrow.types
    return bool(types.is_binary(kind) or types.is_large_binary(kind) or types.is_fixed_size_binary(kind))


def _plain(value: Any) -> Any:
    """A value as JSON would hold it, numbers as text; None for bytes that are no text. Raises _NoText for media."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int | float | decimal.Decimal | numbers.Real):
        return Literal(value)
    if isinstance(value, dict):
        if isinstance(value.get("bytes"), bytes) and value.keys() <= {"bytes", "path"}:  # how datasets keep media
            raise _NoText
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        if value and all(isinstance(item, tuple) and len(item) == 2 for item in value):  # Arrow's maps
            return {str(key): _plain(item) for key, item in value}
        return [_plain(item) for item in value]
    if isinstance(value, bytes):
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError:
            if value.startswith(_MEDIA) or value[4:8] == b"ftyp":
                raise _NoText from None
            return None  # such as a digest
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    return str(value)
