"""Counting tokens: how long rows are for one model's tokenizer, and what of them is learned.

measured = measure(tokenizer, rows)          # one pass of tokens.encode, the slow part
measured_of(dataset, tokenizer)              # the same, kept beside the data set
token_findings(measured, 512, model="Qwen")  # what is to be said of it
"""

import contextlib
import hashlib
import json
from array import array
from collections.abc import Callable, Iterable, Sized
from importlib.metadata import version
from itertools import chain, tee
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.data.rows import Progress
from core.data.tokens.deadline import Runaway
from core.data.tokens.measured import Cut as Cut
from core.data.tokens.measured import Measured, Numbers
from core.errors import UserError
from core.findings import Finding, worst_first

if TYPE_CHECKING:
    from core.data.versions.dataset import Dataset

KEPT = 4
"""Counts that are kept beside a data set, each for one model."""

READ_WITH = ("jinja2", "tokenizers", "transformers", "trl")
"""Libraries on whose version it depends how rows become tokens, and what of them is learned."""


def measure(tokenizer: Any, rows: Iterable[dict[str, Any]], progress: Progress | None = None) -> Measured:
    """One pass over `rows` with the very path that trains them.

    progress: called with (rows done, rows in all or 0) now and then; what it raises passes through (Cancel).
    Raises UserError `tokens.*` when the model cannot encode any row, e.g. `tokens.no_template`.
    """
    from core.data.tokens import encode_many

    numbers, index, lengths, trained, spans, first = (array("q") for _ in range(6))
    first.append(0)
    refused: dict[str, list[int]] = {}
    dropped: dict[str, list[int]] = {}
    total = len(rows) if isinstance(rows, Sized) else 0
    count, overdue = 0, False
    looked, encoded = tee(rows)
    for at, (row, parts) in enumerate(zip(looked, encode_many(tokenizer, encoded), strict=True)):
        if progress is not None and at % 64 == 0:
            progress(at, total)
        count += 1
        if isinstance(parts, UserError):
            if parts.code != "tokens.template":  # not this row but the model: it has no template, or a broken one
                raise parts
            overdue = overdue or isinstance(parts.__cause__, Runaway)
            refused.setdefault(str(parts.facts["said"]), []).append(row["row"])
            continue
        for part in parts:
            numbers.append(row["row"])
            index.append(at)
            lengths.append(part.length)
            found = _spans(part.trained)
            trained.append(sum(end - start for start, end in found))
            spans.extend(chain.from_iterable(found))
            first.append(len(spans) // 2)
        for what in _left_out(row, parts[0].text):
            dropped.setdefault(what, []).append(row["row"])
    if progress is not None:
        progress(count, count)
    return Measured(
        rows=_numbers(numbers),
        index=_numbers(index),
        lengths=_numbers(lengths),
        trained=_numbers(trained),
        spans=_numbers(spans).reshape(-1, 2),
        first=_numbers(first),
        count=count,
        refused=refused,
        dropped=dropped,
        overdue=overdue,
    )


def _numbers(found: "array[int]") -> Numbers:
    """The same memory for numpy, which takes no empty one."""
    return np.frombuffer(found, np.int64) if found else np.zeros(0, np.int64)


def measured_of(dataset: "Dataset", tokenizer: Any, progress: Progress | None = None) -> Measured:
    """As `measure` for a data set's rows, kept in its folder for each tokenizer and template."""
    path = dataset.folder / f"measured-{fingerprint(tokenizer)}.npz"
    try:
        return Measured.load(path)
    except (OSError, ValueError):
        pass
    found = measure(tokenizer, dataset.load_rows(), progress)
    if not found.overdue:
        with contextlib.suppress(OSError):  # a full disk only means that it is counted again next time
            found.save(path)
            _prune(dataset.folder)
    return found


def _prune(folder: Path) -> None:
    """Leave the newest counts only: each change of a model or of a library makes a new one. Raises OSError."""
    written = sorted(folder.glob("measured-*.npz"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    for path in written[KEPT:]:
        path.unlink(missing_ok=True)


def fingerprint(tokenizer: Any) -> str:
    """16 hex digits: equal where the tokenizer, its template and this program's way to read them are equal."""
    known: str | None = tokenizer.__dict__.get("_lora_workbench_fingerprint")
    backend = getattr(tokenizer, "backend_tokenizer", None)
    template = json.dumps(tokenizer.chat_template, sort_keys=True)
    if known is None:
        digest = hashlib.sha256(backend.to_str().encode() if backend is not None else repr(tokenizer).encode())
        digest.update(json.dumps({key: str(value) for key, value in tokenizer.special_tokens_map.items()}).encode())
        for path in sorted(Path(__file__).parent.parent.rglob("*.py")):  # an update may change it
            digest.update(path.read_bytes())
        digest.update(json.dumps({name: version(name) for name in READ_WITH}).encode())
        known = tokenizer.__dict__["_lora_workbench_fingerprint"] = digest.hexdigest()
    return hashlib.sha256(f"{known}{template}".encode()).hexdigest()[:16]


def length_of(tokenizer: Any) -> Callable[[dict[str, Any]], int]:
    """Tokens of a row, 0 for one that the model's template refuses: it cannot be made shorter either."""
    from core.data.tokens import encode

    def length(row: dict[str, Any]) -> int:
        try:
            return max((each.length for each in encode(tokenizer, row)), default=0)
        except UserError:
            return 0

    return length


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
