"""The headers of safetensors files: which tensors a model holds, and whether its files are whole.

A safetensors file is: 8 bytes with the header's length, the header (JSON: name -> dtype, shape, offsets), the
bytes. Reading the header alone tells every shape, and the last offset tells how long the file has to be.
"""

import json
import re
import struct
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from core.errors import UserError

INDEX = "model.safetensors.index.json"
SINGLE = "model.safetensors"
HEADER_LIMIT = 100_000_000
"""Longest header that the format allows, bytes."""

FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
"""A plain file name: no folder, no "..", nothing hidden."""

BYTES_EACH = {
    "F64": 8, "I64": 8, "U64": 8, "F32": 4, "I32": 4, "U32": 4, "F16": 2, "BF16": 2, "I16": 2, "U16": 2,
    "F8_E4M3": 1, "F8_E5M2": 1, "F8_E8M0": 1, "I8": 1, "U8": 1, "BOOL": 1,
}  # fmt: skip


@dataclass(frozen=True)
class Tensor:
    shape: tuple[int, ...]
    bytes_each: int


def weight_files(folder: Path) -> list[Path]:
    """The safetensors files that a model is loaded from, in the order that transformers looks for them.

    Raises UserError: model.pickle_only, model.no_weights, model.weight_map (a name that is not a plain file name),
    model.incomplete (a file of the index is missing).
    """
    single = folder / SINGLE
    if single.is_file():
        return [single]
    index = folder / INDEX
    if not index.is_file():
        if any(folder.glob("*.bin")) or any(folder.glob("*.pt")) or any(folder.glob("*.pth")):
            raise UserError("model.pickle_only", path=str(folder))
        raise UserError("model.no_weights", path=str(folder))
    files = [folder / name for name in shard_names(index)]
    for file in files:
        if not file.is_file():  # also refuses a named pipe or a device, which would hang the reader
            raise UserError("model.incomplete", path=str(folder), file=file.name)
    return files


def shard_names(index: Path) -> list[str]:
    """The file names in an index. Raises UserError model.weights_broken, model.weight_map."""
    try:
        found = json.loads(index.read_bytes())["weight_map"].values()
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise UserError("model.weights_broken", file=index.name, path=str(index.parent)) from None
    names = sorted({str(name) for name in found})
    for name in names:
        if not (FILE_NAME.fullmatch(name) and name.endswith(".safetensors")):
            raise UserError("model.weight_map", file=index.name, name=name[:120])
    return names


def read_headers(folder: Path) -> dict[str, Tensor]:
    """Every tensor of the model in `folder`. Raises what `weight_files` raises, and UserError model.weights_broken."""
    tensors: dict[str, Tensor] = {}
    for file in weight_files(folder):
        stat = file.stat()
        tensors.update(_header(file, stat.st_size, stat.st_mtime_ns))
    if not tensors:
        raise UserError("model.no_weights", path=str(folder))
    return tensors


@lru_cache(maxsize=256)
def _header(file: Path, size: int, changed: int) -> dict[str, Tensor]:
    """The header of one file, remembered until the file changes: a page that is open asks each second."""
    broken = UserError("model.weights_broken", file=file.name, path=str(file.parent))
    with file.open("rb") as stream:
        start = stream.read(8)
        if len(start) < 8:
            raise broken
        (length,) = struct.unpack("<Q", start)
        if not 2 <= length <= min(HEADER_LIMIT, size - 8):
            raise broken
        raw = stream.read(length)
    try:
        entries: dict[str, Any] = json.loads(raw)
        entries.pop("__metadata__", None)
        tensors = {
            name: Tensor(tuple(map(int, one["shape"])), BYTES_EACH[one["dtype"]]) for name, one in entries.items()
        }
        end = max((int(one["data_offsets"][1]) for one in entries.values()), default=0)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
        raise broken from None
    if size != 8 + length + end:
        raise broken
    return tensors
