"""How long rows are for one model's tokenizer, and what of them is learned: counted once, asked for any maximum length.

measured = measure(tokenizer, rows)          # one pass of tokens.encode, the slow part
measured.cut(512).tokens                     # trained tokens that are lost at 512; no rows needed
measured.suggested(context=2048)             # (384, "whole", {...})
"""

import hashlib
import json
import math
import os
import tempfile
import zipfile
from collections.abc import Iterable, Sized
from dataclasses import dataclass, field
from itertools import tee
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.data.rows import Progress
from core.errors import UserError
from core.findings import Finding, worst_first

if TYPE_CHECKING:
    from core.data.dataset import Dataset

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


def measure(tokenizer: Any, rows: Iterable[dict[str, Any]], progress: Progress | None = None) -> Measured:
    """One pass over `rows` with the very path that trains them.

    progress: called with (rows done, rows in all or 0) now and then; what it raises passes through (Cancel).
    Raises UserError `tokens.*` when the model cannot encode any row, e.g. `tokens.no_template`.
    """
    from core.data.tokens import encode_many

    numbers: list[int] = []
    index: list[int] = []
    lengths: list[int] = []
    trained: list[int] = []
    spans: list[tuple[int, int]] = []
    first = [0]
    refused: dict[str, list[int]] = {}
    dropped: dict[str, list[int]] = {}
    total = len(rows) if isinstance(rows, Sized) else 0
    count = 0
    looked, encoded = tee(rows)
    for at, (row, parts) in enumerate(zip(looked, encode_many(tokenizer, encoded), strict=True)):
        if progress is not None and at % 64 == 0:
            progress(at, total)
        count += 1
        if isinstance(parts, UserError):
            if parts.code != "tokens.template":  # not this row but the model: it has no template, or a broken one
                raise parts
            refused.setdefault(str(parts.facts["said"]), []).append(row["row"])
            continue
        for part in parts:
            numbers.append(row["row"])
            index.append(at)
            lengths.append(part.length)
            found = _spans(part.trained)
            trained.append(sum(end - start for start, end in found))
            spans += found
            first.append(len(spans))
        for what in _left_out(row, parts[0].text):
            dropped.setdefault(what, []).append(row["row"])
    if progress is not None:
        progress(count, count)
    return Measured(
        np.asarray(numbers, np.int64),
        np.asarray(index, np.int64),
        np.asarray(lengths, np.int64),
        np.asarray(trained, np.int64),
        np.asarray(spans, np.int64).reshape(-1, 2),
        np.asarray(first, np.int64),
        count,
        refused,
        dropped,
    )


def measured_of(dataset: "Dataset", tokenizer: Any, progress: Progress | None = None) -> Measured:
    """As `measure` for a data set's rows, kept in its folder for each tokenizer and template."""
    path = dataset.folder / f"measured-{fingerprint(tokenizer)}.npz"
    try:
        return Measured.load(path)
    except (OSError, ValueError):
        pass
    found = measure(tokenizer, dataset.load_rows(), progress)
    try:
        found.save(path)
    except OSError:
        pass  # a full disk only means that it is counted again next time
    return found


def fingerprint(tokenizer: Any) -> str:
    """16 hex digits: equal where the tokenizer, its template and this program's way to read them are equal."""
    known: str | None = tokenizer.__dict__.get("_lora_workbench_fingerprint")
    backend = getattr(tokenizer, "backend_tokenizer", None)
    template = json.dumps(tokenizer.chat_template, sort_keys=True)
    if known is None:
        digest = hashlib.sha256(backend.to_str().encode() if backend is not None else repr(tokenizer).encode())
        digest.update(json.dumps({key: str(value) for key, value in tokenizer.special_tokens_map.items()}).encode())
        for path in sorted(Path(__file__).parent.glob("*.py")):  # how rows become tokens may change with an update
            digest.update(path.read_bytes())
        known = tokenizer.__dict__["_lora_workbench_fingerprint"] = digest.hexdigest()
    return hashlib.sha256(f"{known}{template}".encode()).hexdigest()[:16]


def token_findings(measured: Measured, max_length: int | None, *, model: str) -> list[Finding]:
    """What depends on the model, worst first: rows refused, cut or lost, and what its template leaves out."""
    cut = measured.cut(max_length)
    limit, most = max_length or measured.longest, measured.longest
    found = [
        Finding("error", "tokens.refused", numbers, said=said, model=model)
        for said, numbers in measured.refused.items()
    ]
    if cut.lost:
        found.append(Finding("error", "tokens.answer_lost", cut.lost, max_length=limit, longest=most, model=model))
    if measured.untrained:
        found.append(Finding("error", "tokens.untrained", measured.untrained, model=model))
    if cut.rows:
        lost = cut.partly
        found.append(Finding("warning", "tokens.cut", cut.rows, max_length=limit, longest=most, lost=lost, model=model))
    if rows := measured.dropped.get("system"):
        found.append(Finding("warning", "tokens.system_dropped", rows, model=model))
    if rows := measured.dropped.get("tools"):
        found.append(Finding("warning", "tokens.tools_dropped", rows, model=model))
    if rows := measured.dropped.get("reasoning"):
        found.append(Finding("info", "tokens.reasoning_dropped", rows, model=model))
    return worst_first(found)


def _spans(trained: list[bool]) -> list[tuple[int, int]]:
    """Where True begins and ends."""
    found = []
    end = 0
    try:
        while True:
            start = trained.index(True, end)
            try:
                end = trained.index(False, start)
            except ValueError:
                end = len(trained)
            found.append((start, end))
    except ValueError:
        return found


def _left_out(row: dict[str, Any], text: str) -> list[str]:
    """What a template has left out of `text` without refusing the row."""
    turns: list[dict[str, Any]] = row.get("messages") or row.get("prompt") or []
    found = []
    if any(turn["role"] == "system" and not _stands(turn["content"], text) for turn in turns):
        found.append("system")
    names = [(tool.get("function") or tool).get("name") for tool in row.get("tools") or []]
    names += [call["function"]["name"] for turn in turns for call in turn.get("tool_calls") or []]
    if any(isinstance(name, str) and name not in text for name in names):
        found.append("tools")
    last = next((turn for turn in reversed(turns) if turn["role"] == "assistant"), None)
    if last and (thought := last.get("reasoning_content")) and not _stands(thought, text):
        found.append("reasoning")
    return found


def _stands(words: str, text: str) -> bool:
    """Whether a template shows `words`; it may change blanks and line breaks."""
    return words.strip() in text or "".join(words.split()) in "".join(text.split())


def _once(numbers: Numbers) -> list[int]:
    """Row numbers without repeats, in order."""
    return [int(number) for number in np.unique(numbers)]
