"""A row -> token ids and which of them are learned. The one path: preview, lengths, forecast and training use it.

    encode(tokenizer, {"row": 1, "messages": [...]}, 512)  -> [Encoded("conversation", ids=[...], trained=[...])]

The template is the model's own. What is learned is said in render.py. Cutting keeps the start.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

from core.data.render import Message, Template, template_of
from core.errors import UserError

Part = Literal["conversation", "text", "answer", "chosen", "rejected"]


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


def encode(tokenizer: Any, row: dict[str, Any], max_length: int | None = None) -> list[Encoded]:
    """A normalised row as token ids: one sequence for chat and text, several for preference rows.

    Raises UserError `tokens.template` with the row's number when the template refuses it, `tokens.no_template`,
    `tokens.runaway`, `tokens.slow` for tokenizers that cannot say which characters a token stands for.
    """
    if "text" in row:
        return [_text(tokenizer, row["text"], max_length)]
    if "messages" in row:
        return [_conversation(tokenizer, row, "conversation", row["messages"], 0, max_length)]
    prompt: list[Message] = row["prompt"]
    parts: tuple[Part, ...] = ("answer",) if "answer" in row else ("chosen", "rejected")
    return [_conversation(tokenizer, row, part, prompt + row[part], len(prompt), max_length) for part in parts]


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


def _conversation(
    tokenizer: Any, row: dict[str, Any], part: Part, messages: list[Message], first: int, limit: int | None
) -> Encoded:
    template: Template = template_of(tokenizer, row.get("tools"))
    try:
        text, spans = template.spans(messages, row.get("tools"), first)
    except UserError:
        raise
    except Exception as error:  # whatever a template does wrong: it is a program that came with the model
        raise UserError("tokens.template", row=row["row"], said=_said(error)) from error
    ids, offsets = _tokenize(tokenizer, text)
    trained = [False] * len(ids)
    at = 0
    for start, end in spans:
        while at < len(ids) and offsets[at][1] <= start:
            at += 1
        while at < len(ids) and offsets[at][1] <= end:
            trained[at] = offsets[at][1] > max(start, offsets[at][0])
            at += 1
    return _cut(part, text, ids, offsets, trained, limit)


def _text(tokenizer: Any, text: str, limit: int | None) -> Encoded:
    """Running text: all of it is learned, and where it ends. It begins as the tokenizer lets every text begin."""
    ids, offsets = _tokenize(tokenizer, text)
    begin = tokenizer.bos_token if _adds_bos(tokenizer) else ""
    end = tokenizer.eos_token or ""
    if begin:
        ids = [tokenizer.bos_token_id, *ids]
        offsets = [(0, len(begin)), *((start + len(begin), stop + len(begin)) for start, stop in offsets)]
    if end:
        ids = [*ids, tokenizer.eos_token_id]
        offsets = [*offsets, (len(begin) + len(text), len(begin) + len(text) + len(end))]
    return _cut("text", begin + text + end, ids, offsets, [True] * len(ids), limit)


def _adds_bos(tokenizer: Any) -> bool:
    if tokenizer.bos_token_id is None:
        return False
    alone: list[int] = tokenizer("", add_special_tokens=True)["input_ids"]
    return alone[:1] == [tokenizer.bos_token_id]


def _tokenize(tokenizer: Any, text: str) -> tuple[list[int], list[tuple[int, int]]]:
    if not getattr(tokenizer, "is_fast", False):
        raise UserError("tokens.slow", tokenizer=type(tokenizer).__name__)
    found = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, truncation=False, verbose=False)
    return found["input_ids"], found["offset_mapping"]


def _cut(
    part: Part, text: str, ids: list[int], offsets: list[tuple[int, int]], trained: list[bool], limit: int | None
) -> Encoded:
    """Keeps the first `limit` tokens. A piece ends where the characters of the next begin, also of one cut off."""
    ends = [0] * len(ids)
    following = len(text)
    for index in range(len(ids) - 1, -1, -1):
        ends[index] = following
        following = min(following, offsets[index][0])
    length = len(ids)
    if limit is not None and length > limit:
        lost = sum(trained[limit:])
        ids, trained, ends = ids[:limit], trained[:limit], ends[:limit]
        return Encoded(part, text[: ends[-1] if ends else 0], ids, trained, True, lost, length, ends)
    return Encoded(part, text, ids, trained, False, 0, length, ends)


def _said(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
