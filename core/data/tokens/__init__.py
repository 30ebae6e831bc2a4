"""A row -> token ids and which of them are learned. The one path: preview, lengths, forecast and training use it.

    encode(tokenizer, {"row": 1, "messages": [...]}, 512)  -> [Encoded("conversation", ids=[...], trained=[...])]

The template is the model's own. What is learned is said in render.py. Cutting keeps the start.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from operator import le, lt
from typing import Any, Literal

from core.data.tokens.places import Span
from core.data.tokens.render import Message, Template, template_of
from core.errors import UserError

Part = Literal["conversation", "text", "answer", "chosen", "rejected"]
Tokenized = tuple[list[int], list[tuple[int, int]]]
"""Ids, and for each where its characters begin and end."""


@dataclass(slots=True)
class Encoded:
    """One sequence as the model sees it.

    text       what `ids` stand for, after cutting
    trained    for each token whether it is learned
    truncated  whether something was cut off; `lost` learned tokens were, of `length` tokens in all before cutting
    ends       for each token where its piece of `text` ends
    """

    part: Part
    text: str
    ids: list[int]
    trained: list[bool]
    truncated: bool
    lost: int
    length: int
    ends: list[int] = field(repr=False)

    @property
    def labels(self) -> list[int]:
        """The ids, with -100 where nothing is learned."""
        return [token if learned else -100 for token, learned in zip(self.ids, self.trained, strict=True)]

    @property
    def learns(self) -> bool:
        """Whether any token is learned."""
        return any(self.trained)


@dataclass(slots=True)
class _Sequence:
    """A text before it is tokenized, and where its learned characters stand; None for running text, learned whole."""

    part: Part
    text: str
    spans: list[Span] | None


def encode(tokenizer: Any, row: dict[str, Any], max_length: int | None = None) -> list[Encoded]:
    """A normalised row as token ids: one sequence for chat and text, several for preference rows.

    Raises UserError `tokens.template` with the row's number when the template refuses it, `tokens.no_template`,
    `tokens.runaway`, `tokens.slow` for tokenizers that cannot say which characters a token stands for.
    """
    sequences = _sequences(tokenizer, row)
    tokenized = _tokenize(tokenizer, [sequence.text for sequence in sequences])
    return [_encoded(tokenizer, *each, max_length) for each in zip(sequences, tokenized, strict=True)]


def encode_many(
    tokenizer: Any, rows: Iterable[dict[str, Any]], max_length: int | None = None, *, together: int = 64
) -> Iterator[list[Encoded] | UserError]:
    """For each row what `encode` gives, or the UserError that it raises; `together` rows are tokenized in one call."""
    waiting = iter(rows)
    while batch := list(islice(waiting, together)):
        prepared: list[list[_Sequence] | UserError] = []
        for row in batch:
            try:
                prepared.append(_sequences(tokenizer, row))
            except UserError as error:
                prepared.append(error)
        texts = [each.text for sequences in prepared if not isinstance(sequences, UserError) for each in sequences]
        try:
            tokenized = iter(_tokenize(tokenizer, texts))
        except UserError as error:
            yield from (each if isinstance(each, UserError) else error for each in prepared)
            continue
        for sequences in prepared:
            if isinstance(sequences, UserError):
                yield sequences
            else:
                yield [_encoded(tokenizer, each, next(tokenized), max_length) for each in sequences]


def pieces(tokenizer: Any, encoded: Encoded) -> list[dict[str, Any]]:
    """`[{"id", "text", "trained"}]`; the texts joined are the text, a split character belongs to its last token."""
    starts = [0, *encoded.ends][: len(encoded.ends)]
    return [
        {"id": token, "text": encoded.text[start:end], "trained": learned}
        for token, start, end, learned in zip(encoded.ids, starts, encoded.ends, encoded.trained, strict=True)
    ]


def chat_prompt(tokenizer: Any, messages: list[Message], tools: Any = None) -> list[int]:
    """Ids of a prompt ready for the assistant's turn, thinking off. Raises UserError `tokens.prompt`."""
    template = template_of(tokenizer, tools)
    try:
        text = template.text(messages, tools, prompt=True)
    except UserError:
        raise
    except Exception as error:
        raise UserError("tokens.prompt", said=_said(error)) from error
    ids: list[int] = tokenizer(text, add_special_tokens=False)["input_ids"]
    return ids


def _sequences(tokenizer: Any, row: dict[str, Any]) -> list[_Sequence]:
    if "text" in row:
        return [_Sequence("text", row["text"], None)]
    if "messages" in row:
        return [_conversation(tokenizer, row, "conversation", row["messages"], 0)]
    prompt: list[Message] = row["prompt"]
    parts: tuple[Part, ...] = ("answer",) if "answer" in row else ("chosen", "rejected")
    return [_conversation(tokenizer, row, part, prompt + row[part], len(prompt)) for part in parts]


def _conversation(tokenizer: Any, row: dict[str, Any], part: Part, messages: list[Message], first: int) -> _Sequence:
    template: Template = template_of(tokenizer, row.get("tools"))
    quiet = {number for number, message in enumerate(messages) if message.get("learned") is False}
    if quiet:  # read, but by the file's own word not learned; templates know nothing of that
        messages = [{key: value for key, value in message.items() if key != "learned"} for message in messages]
    try:
        text, spans = template.spans(messages, row.get("tools"), first)
        if quiet:
            answers = [n for n, message in enumerate(messages) if n >= first and message["role"] == "assistant"]
            spans = [span for number, span in zip(answers, spans, strict=True) if number not in quiet]
    except UserError:
        raise
    except Exception as error:  # whatever a template does wrong: it is a program that came with the model
        raise UserError("tokens.template", row=row["row"], said=_said(error)) from error
    return _Sequence(part, text, spans)


def _encoded(tokenizer: Any, sequence: _Sequence, tokenized: Tokenized, limit: int | None) -> Encoded:
    text, (ids, offsets) = sequence.text, tokenized
    if sequence.spans is None:
        return _running(tokenizer, text, ids, offsets, limit)
    starts, ends = [start for start, _ in offsets], [end for _, end in offsets]
    trained = [False] * len(ids)
    for start, end in sequence.spans:
        first, last = bisect_right(ends, start), bisect_right(ends, end)
        if last < len(ids) and starts[last] < end and not text[end : ends[last]].strip():
            last += 1  # the answer's last character shares a token with the blanks behind it
        trained[first:last] = map(lt, starts[first:last], ends[first:last])
    return _cut(sequence.part, text, ids, starts, trained, limit)


def _running(tokenizer: Any, text: str, ids: list[int], offsets: list[tuple[int, int]], limit: int | None) -> Encoded:
    """Running text: all of it is learned, and where it ends. It begins as the tokenizer lets every text begin."""
    starts = [start for start, _ in offsets]
    begin = tokenizer.bos_token if _adds_bos(tokenizer) else ""
    end = tokenizer.eos_token or ""
    if begin:
        ids = [tokenizer.bos_token_id, *ids]
        starts = [0, *(start + len(begin) for start in starts)]
    if end:
        ids = [*ids, tokenizer.eos_token_id]
        starts = [*starts, len(begin) + len(text)]
    return _cut("text", begin + text + end, ids, starts, [True] * len(ids), limit)


def _adds_bos(tokenizer: Any) -> bool:
    if tokenizer.bos_token_id is None:
        return False
    alone: list[int] = tokenizer("", add_special_tokens=True)["input_ids"]
    return alone[:1] == [tokenizer.bos_token_id]


def _tokenize(tokenizer: Any, texts: list[str]) -> list[Tokenized]:
    """Ids, and for each the characters it stands for. The inner tokenizer is asked where it is known to be the same."""
    if not getattr(tokenizer, "is_fast", False):
        raise UserError("tokens.slow", tokenizer=type(tokenizer).__name__)
    if not texts:
        return []
    if (inner := _inner(tokenizer)) is not None:
        encodings = inner.encode_batch(texts, add_special_tokens=False)
        return [(encoding.ids, encoding.offsets) for encoding in encodings]
    found = tokenizer(texts, add_special_tokens=False, return_offsets_mapping=True, truncation=False, verbose=False)
    return list(zip(found["input_ids"], found["offset_mapping"], strict=True))


def _inner(tokenizer: Any) -> Any:
    """The tokenizer of the tokenizers library, when what transformers lays around it adds nothing; else None."""
    from transformers import PreTrainedTokenizerBase, PreTrainedTokenizerFast

    kind = type(tokenizer)
    inner = getattr(tokenizer, "backend_tokenizer", None)
    if (
        inner is None
        or kind.__call__ is not PreTrainedTokenizerBase.__call__
        or kind._encode_plus is not PreTrainedTokenizerFast._encode_plus
        or inner.truncation is not None
        or inner.padding is not None
        or inner.encode_special_tokens != bool(tokenizer.split_special_tokens)
    ):
        return None
    return inner


def _cut(part: Part, text: str, ids: list[int], starts: list[int], trained: list[bool], limit: int | None) -> Encoded:
    """Keeps the first `limit` tokens. A piece ends where the characters of the next begin, also of one cut off."""
    ends = [*starts[1:], len(text)] if starts else []
    if not all(map(le, starts, ends)):  # some tokenizers put a token before one that stands earlier
        following = len(text)
        for index in range(len(ids) - 1, -1, -1):
            ends[index] = following
            following = min(following, starts[index])
    length = len(ids)
    if limit is not None and length > limit:
        lost = sum(trained[limit:])
        ids, trained, ends = ids[:limit], trained[:limit], ends[:limit]
        return Encoded(part, text[: ends[-1] if ends else 0], ids, trained, True, lost, length, ends)
    return Encoded(part, text, ids, trained, False, 0, length, ends)


def _said(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
