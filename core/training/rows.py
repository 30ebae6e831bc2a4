"""From a data set's rows to the rows that the collator gets: the very arrays that the preview shows."""

from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, overload

from core.data import tokens
from core.errors import UserError

if TYPE_CHECKING:
    from datasets import Dataset
    from transformers import PreTrainedTokenizerBase

Row = dict[str, list[int]]
"""`{"input_ids": [...], "labels": [...]}`, labels -100 where nothing is learned."""


class EncodedRows(Sequence[Row]):
    """Encoded rows end to end in two arrays of 32 bits: 8 bytes for a token, where lists would take 16 and more."""

    def __init__(self) -> None:
        self._ids = array("i")
        self._labels = array("i")
        self._ends = array("q", [0])

    def append(self, ids: Iterable[int], labels: Iterable[int]) -> None:
        self._ids.extend(ids)
        self._labels.extend(labels)
        self._ends.append(len(self._ids))

    def extend(self, other: "EncodedRows") -> None:
        """Add the rows of another one."""
        before = len(self._ids)
        self._ids.extend(other._ids)
        self._labels.extend(other._labels)
        self._ends.extend(end + before for end in other._ends[1:])

    def __len__(self) -> int:
        return len(self._ends) - 1

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> list[Row]: ...
    def __getitem__(self, place: int | slice) -> Row | list[Row]:
        if isinstance(place, slice):
            return [self[at] for at in range(*place.indices(len(self)))]
        at = range(len(self))[place]  # IndexError outside
        part = slice(self._ends[at], self._ends[at + 1])
        return {"input_ids": self._ids[part].tolist(), "labels": self._labels[part].tolist()}

    def dataset(self) -> "Dataset":
        """The same memory as a `datasets.Dataset` of the columns input_ids and labels."""
        import pyarrow as pa
        from datasets import Dataset

        def column(values: "array[int]") -> pa.Array:
            flat = pa.Array.from_buffers(pa.int32(), len(values), [None, pa.py_buffer(values)])
            ends = pa.Array.from_buffers(pa.int64(), len(self._ends), [None, pa.py_buffer(self._ends)])
            return pa.LargeListArray.from_arrays(ends, flat)

        return Dataset(pa.table({"input_ids": column(self._ids), "labels": column(self._labels)}))


@dataclass
class ReadyRows:
    """Encoded rows, and what was left out on the way."""

    rows: EncodedRows = field(default_factory=EncodedRows)
    lengths: "array[int]" = field(default_factory=lambda: array("q"))  # of each row that is not refused, before cutting
    cut: list[int] = field(default_factory=list)  # rows that lost trained tokens at the maximum length
    dropped: list[int] = field(default_factory=list)  # rows left without a single trained token
    refused: list[int] = field(default_factory=list)  # rows that the model's chat template refuses


def encode_rows(
    tokenizer: "PreTrainedTokenizerBase",
    rows: Iterable[dict[str, Any]],
    max_length: int,
    on_row: Callable[[int], None] = lambda done: None,
) -> ReadyRows:
    """Encode chat or text rows, cut at `max_length`.

    A row without a trained token, or refused by the template, is left out and named in the result.
    Raises UserError `train.preference` for preference rows, which are not trained yet.
    """
    ready = ReadyRows()
    for done, row in enumerate(rows):
        on_row(done)
        if "chosen" in row or "label" in row:
            raise UserError("train.preference")
        try:
            encoded = tokens.encode(tokenizer, row, max_length)[0]
        except UserError as error:
            if error.code != "tokens.template":  # not this row but the model: it has no template, or a broken one
                raise
            ready.refused.append(row["row"])
            continue
        ready.lengths.append(encoded.length)
        if not any(encoded.trained):
            ready.dropped.append(row["row"])
            continue
        if encoded.lost:
            ready.cut.append(row["row"])
        ready.rows.append(encoded.ids, encoded.labels)
    return ready


def lengths(tokenizer: "PreTrainedTokenizerBase", rows: Iterable[dict[str, Any]]) -> list[int]:
    """Tokens of each row before any cutting; a row that the template refuses is left out.

    Raises UserError `tokens.*` where the model cannot encode any row.
    """
    found = []
    for row in rows:
        try:
            found.append(max(encoded.length for encoded in tokens.encode(tokenizer, row, None)))
        except UserError as error:
            if error.code != "tokens.template":
                raise
    return found


def estimated_lengths(rows: Iterable[dict[str, Any]]) -> list[int]:
    """Tokens of each row guessed from its characters, for a model whose tokenizer is not on this disk yet.

    About 4 characters of English and 1.5 Chinese characters make a token in today's large vocabularies;
    a turn adds about 5 tokens of markup.
    """
    found = []
    for row in rows:
        parts = [str(turn.get("content") or "") for turn in row.get("messages", [])] or [str(row.get("text", ""))]
        for side in ("prompt", "chosen", "answer"):
            parts += [str(turn.get("content") or "") for turn in row.get(side, [])]
        text = "".join(parts)
        wide = sum(ord(character) > 0x2E7F for character in text)
        found.append(max(1, round(wide / 1.5 + (len(text) - wide) / 4 + 5 * len(parts))))
    return found
