"""What is known of rows when they have been counted for one model: lengths, what of them is learned, what is cut.

measured.cut(512).tokens                     # trained tokens that are lost at 512; no rows needed
measured.suggested(context=2048)             # (384, "whole", {...})
"""

import json
import math
import os
import tempfile
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]

NEVER_CUT_BELOW = 2048
"""Up to this many tokens the longest row decides the maximum length; above it, 99 % of the rows do."""

COVERED = 0.99
_FORMAT = 1


def longest(lengths: list[int] | Numbers, context: int) -> int:
    """The automatic maximum length: nothing is cut up to 2,048 tokens, above that 99 % of the rows fit whole."""
    ordered = sorted(int(length) for length in lengths) or [context]
    covers = (
        ordered[-1]
        if ordered[-1] <= NEVER_CUT_BELOW
        else max(NEVER_CUT_BELOW, ordered[math.ceil(COVERED * len(ordered)) - 1])
    )
    return max(8, min(context, 8 * math.ceil(covers / 8)))


@dataclass(frozen=True)
class Cut:
    """What a maximum length costs. Row numbers in the order of the file.

    rows    keep some of what is learned, and lose some
    lost    lose all that is learned, so they are left out
    tokens  trained tokens lost in all, those of `lost` included; `partly` without them
    """

    rows: list[int]
    lost: list[int]
    tokens: int
    partly: int


@dataclass
class Measured:
    """Lengths in tokens, before any cutting. A preference row has two sequences, every other row one.

    rows     [sequences] row numbers, in the order of the file
    index    [sequences] which row of the data set it was, from 0
    lengths  [sequences] tokens; `trained`: those of them that are learned
    spans    [spans, 2] from and to which token something is learned; `first` [sequences + 1]: where a sequence's begin
    count    rows looked at
    refused  what the template said -> rows that it refuses
    dropped  "system", "tools", "reasoning" -> rows of which the template leaves that out without a word
    overdue  a row was refused because its time was up: on a quieter machine it may not be, so this is not kept
    """

    rows: Numbers
    index: Numbers
    lengths: Numbers
    trained: Numbers
    spans: Numbers
    first: Numbers
    count: int
    refused: dict[str, list[int]] = field(default_factory=dict)
    dropped: dict[str, list[int]] = field(default_factory=dict)
    overdue: bool = False

    @property
    def system_dropped(self) -> list[int]:
        """Rows whose system prompt the template leaves out without a word."""
        return self.dropped.get("system", [])

    @property
    def untrained(self) -> list[int]:
        """Rows in which nothing is learned however long they may be."""
        return _once(self.rows[self.trained == 0])

    @property
    def longest(self) -> int:
        """Tokens of the longest row; 0 when there is none."""
        return int(self.lengths.max(initial=0))

    def kept(self, max_length: int | None) -> Numbers:
        """[sequences] trained tokens that are left at `max_length`."""
        if max_length is None:
            return self.trained
        left = np.clip(np.minimum(self.spans[:, 1], max_length) - self.spans[:, 0], 0, None)
        total = np.concatenate([np.zeros(1, np.int64), np.cumsum(left)])
        return np.asarray(total[self.first[1:]] - total[self.first[:-1]])

    def cut(self, max_length: int | None) -> Cut:
        """What is lost at `max_length` tokens."""
        kept = self.kept(max_length)
        gone = (kept == 0) & (self.trained > 0)
        lost = _once(self.rows[gone])
        some = (kept < self.trained) & ~np.isin(self.index, self.index[gone])
        missing = self.trained - kept
        return Cut(_once(self.rows[some]), lost, int(missing.sum()), int(missing[some].sum()))

    def usable(self, max_length: int | None) -> int:
        """Rows that can be learned at `max_length`."""
        dead = np.unique(self.index[self.kept(max_length) == 0])
        return len(np.unique(self.index)) - len(dead)

    def total_trained(self, max_length: int | None = None) -> int:
        """Tokens that are learned in one pass over the data."""
        return int(self.kept(max_length).sum())

    def histogram(self, bins: int = 24) -> list[tuple[int, int, int]]:
        """[(from, to, rows)] of equal width, `from` included and `to` not; [] without rows."""
        if not len(self.lengths):
            return []
        low = int(self.lengths.min())
        width = max(1, math.ceil((self.longest + 1 - low) / bins))
        counts = np.bincount((self.lengths - low) // width)
        return [(low + at * width, low + (at + 1) * width, int(count)) for at, count in enumerate(counts)]

    def suggested(self, context: int) -> tuple[int, str, dict[str, Any]]:
        """(maximum length, why, facts), why: "whole" every row fits, "most" 99 % do, "context" it is the model's limit.

        facts: longest (tokens of the longest row), over (rows that are longer), rows, context
        """
        length = longest(self.lengths, context)
        over = len(np.unique(self.index[self.lengths > length]))
        why = "whole" if not over else "context" if length >= context else "most"
        return length, why, {"longest": self.longest, "over": over, "rows": self.count, "context": context}

    def save(self, path: Path) -> None:
        """Written aside and renamed, so that a reader never meets half a file. Raises OSError."""
        told = json.dumps({"format": _FORMAT, "count": self.count, "refused": self.refused, "dropped": self.dropped})
        handle, aside = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                np.savez_compressed(
                    file,
                    rows=self.rows,
                    index=self.index,
                    lengths=self.lengths,
                    trained=self.trained,
                    spans=self.spans,
                    first=self.first,
                    told=np.frombuffer(told.encode("ascii"), np.uint8),
                )
            os.replace(aside, path)
        except BaseException:
            Path(aside).unlink(missing_ok=True)
            raise

    @classmethod
    def load(cls, path: Path) -> "Measured":
        """What `save` wrote. Raises OSError or ValueError when it cannot be read."""
        try:
            with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
                told = json.loads(file["told"].tobytes())
                if told["format"] != _FORMAT:
                    raise ValueError("written by another version")
                arrays = {name: file[name] for name in ("rows", "index", "lengths", "trained", "spans", "first")}
        except (KeyError, zipfile.BadZipFile, EOFError) as error:
            raise ValueError(str(error)) from error
        return cls(**arrays, count=told["count"], refused=told["refused"], dropped=told["dropped"])


def _once(numbers: Numbers) -> list[int]:
    """Row numbers without repeats, in order."""
    return [int(number) for number in np.unique(numbers)]
