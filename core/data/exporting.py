"""Rows as a file for elsewhere, in shapes that every program for training reads, ours too."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from core.data.dataset import Dataset
from core.data.rows import Progress
from core.data.rows_file import Row

Kind = Literal["jsonl", "csv", "parquet"]
KINDS: tuple[Kind, ...] = ("jsonl", "csv", "parquet")


def write(rows: Dataset | Sequence[Row], kind: Kind, path: Path, progress: Progress | None = None) -> None:
    """Write the rows to `path`, aside first; a file that is there is replaced."""
    raise NotImplementedError


def file_name(dataset: Dataset, kind: Kind) -> str:
    """What the file is called when it is downloaded."""
    raise NotImplementedError
