"""What the model will see of one row: its exact tokens, and which of them are learned (no Gradio here).

The tokens come from core/data/tokens/, the very path that training takes. `see` is slow (it may load a tokenizer)
and runs on the CPU worker; the rest makes HTML of what it found.
"""

import re
from dataclasses import dataclass
from typing import Any

from webui.markup import Html, el
from webui.text import Text

STEP = 300
"""Tokens that are shown at first, and how many more each time."""

BEFORE = 20
"""Tokens shown before the place that one jumps to."""


@dataclass(frozen=True, slots=True)
class Token:
    """One token: its text (empty when its characters end in a later one), what it is and what becomes of it."""

    id: int
    text: str
    learned: bool
    special: bool


@dataclass(frozen=True, eq=False)
class Sequence:
    """One sequence of a row, whole: the first `kept` tokens are what training gets."""

    part: str
    tokens: tuple[Token, ...]
    kept: int
    lost: int  # learned tokens that are cut off

    @property
    def learned(self) -> int:
        """Tokens that are learned after cutting."""
        return sum(token.learned for token in self.tokens[: self.kept])

    @property
    def begins(self) -> int | None:
        """Where learning begins, None where nothing is learned."""
        return next((at for at, token in enumerate(self.tokens) if token.learned), None)


def see(tokenizer: Any, row: dict[str, Any], max_length: int | None) -> tuple[Sequence, ...]:
    """The row as the model gets it. Raises UserError `tokens.*` when the template cannot train it."""
    from core.data.tokens import encode, pieces

    special = {id for id, token in tokenizer.added_tokens_decoder.items()} | set(tokenizer.all_special_ids)
    found = []
    for whole, cut in zip(encode(tokenizer, row), encode(tokenizer, row, max_length), strict=True):
        tokens = tuple(
            Token(piece["id"], piece["text"], piece["trained"], piece["id"] in special)
            for piece in pieces(tokenizer, whole)
        )
        found.append(Sequence(whole.part, tokens, len(cut.ids), cut.lost))
    return tuple(found)


def tokens(seen: tuple[Sequence, ...], start: int, count: int, max_length: int, model: str, text: Text) -> Html:
    """Counts, legend, and the tokens from `start` on."""
    several = len(seen) > 1
    parts = []
    for sequence in seen:
        title = el("h3", text(f"data.role.{sequence.part}"), cls="lw-group") if several else None
        parts.append(
            el("div", title, _counts(sequence, max_length, text), _run(sequence, start, count, max_length, text))
        )
    detail = el("p", text("data.token_hint"), cls="lw-token-detail", aria_live="polite")
    named = el("p", text("data.tokens_of", model=model), cls="lw-note")
    return el("div", named, _legend(seen, text), parts, detail, cls="lw-tokens-view")


def _counts(sequence: Sequence, max_length: int, text: Text) -> Html:
    """Tokens in all, learned, lost."""
    total, learned = len(sequence.tokens), sequence.learned
    said = [el("span", text("data.tokens_counts", n=f"{total:,}", learned=f"{learned:,}"), cls="lw-figures")]
    if not learned:
        key = "data.tokens_none_left" if sequence.lost else "data.tokens_none"
        said.append(el("p", text(key, n=f"{max_length:,}"), cls="lw-warning"))
    elif sequence.lost:
        facts = {"lost": f"{sequence.lost:,}", "n": f"{max_length:,}"}
        said.append(el("p", text("data.tokens_lost", **facts), cls="lw-warning"))
    return el("div", said, cls="lw-token-counts")


def _legend(seen: tuple[Sequence, ...], text: Text) -> Html:
    """What the colours and lines mean; only what occurs."""
    tokens_ = [token for sequence in seen for token in sequence.tokens]
    there = {
        "learned": any(token.learned for token in tokens_),
        "masked": any(not token.learned for token in tokens_),
        "special": any(token.special for token in tokens_),
        "gone": any(sequence.kept < len(sequence.tokens) for sequence in seen),
    }
    names = [name for name, occurs in there.items() if occurs]
    keys = [el("span", el("i", "Aa", cls=f"lw-tk lw-tk-{name}", aria_hidden="true"), text(f"data.token.{name}"))
            for name in names]  # fmt: skip
    return el("p", keys, cls="lw-key lw-token-key")


def _run(sequence: Sequence, start: int, count: int, max_length: int, text: Text) -> Html:
    total = len(sequence.tokens)
    start = max(0, min(start, total - 1))
    end = min(total, start + count)
    spans: list[Html] = []
    for at in range(start, end):
        if at == sequence.kept:
            spans.append(_cut(sequence, max_length, text))
        spans.append(_token(sequence.tokens[at], at >= sequence.kept, text, first=at == start))
    around = []
    if start:
        around.append(_button("data.tokens_start", "start", text, n=start))
    begins = sequence.begins
    if begins is not None and not start <= begins < end:
        around.append(_button("data.tokens_to_learned", str(max(0, begins - BEFORE)), text))
    if sequence.kept < total and not start <= sequence.kept < end:
        around.append(_button("data.tokens_to_cut", str(max(0, sequence.kept - BEFORE)), text))
    more = None
    if end < total:
        more = _button("data.tokens_more", "more", text, n=min(STEP, total - end), rest=f"{total - end:,}")
    return el(
        "div",
        el("p", around, cls="lw-token-ways") if around else None,
        el("div", spans, cls="lw-tokens", role="group", aria_label=text("data.tokens_group")),
        el("p", more, cls="lw-token-ways") if more else None,
    )


def _button(key: str, id: str, text: Text, **facts: object) -> Html:
    return el("button", text(key, **facts), cls="lw-link", type="button", data_do="tokens", data_id=id)


def _cut(sequence: Sequence, max_length: int, text: Text) -> Html:
    gone = len(sequence.tokens) - sequence.kept
    return el("span", text("data.tokens_cut", n=f"{max_length:,}", gone=f"{gone:,}", lost=f"{sequence.lost:,}"),
              cls="lw-token-cut", role="separator")  # fmt: skip


_BLANKS = re.compile(r"(\n|\t| )")
_CLASSES = {"\n": "lw-nl", "\t": "lw-tab", " ": "lw-sp"}


def _token(token: Token, gone: bool, text: Text, *, first: bool) -> Html:
    """Its text stands in it exactly; what is invisible is drawn by the style sheet."""
    kind = "gone" if gone else "learned" if token.learned else "masked"
    said = text("data.token_said", id=token.id, kind=text(f"data.token.{kind}"))
    if token.special:
        said = text("data.token_said_special", said=said, name=token.text)
    parts = [
        el("i", part, cls=_CLASSES[part]) if part in _CLASSES else part for part in _BLANKS.split(token.text) if part
    ]
    classes = ["lw-tk", f"lw-tk-{kind}", *(["lw-tk-special"] if token.special else [])]
    if gone and token.learned:
        classes.append("lw-tk-lost")
    return el("span", parts, cls=" ".join(classes), title=said, tabindex=0 if first else -1)
