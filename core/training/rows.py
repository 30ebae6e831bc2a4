"""From a data set's rows to the rows that the collator gets: the very arrays that the preview shows."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from core.data import tokens
from core.errors import UserError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

Row = dict[str, list[int]]
"""`{"input_ids": [...], "labels": [...]}`, labels -100 where nothing is learned."""


@dataclass
class ReadyRows:
    """Encoded rows, and what was left out on the way."""

    rows: list[Row] = field(default_factory=list)
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
        if not any(encoded.trained):
            ready.dropped.append(row["row"])
            continue
        if encoded.lost:
            ready.cut.append(row["row"])
        ready.rows.append({"input_ids": encoded.ids, "labels": encoded.labels})
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
