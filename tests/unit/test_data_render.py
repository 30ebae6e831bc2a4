"""What is kept of a template between two rows, and when it no longer holds."""

from typing import Any

import pytest

from core.data.tokens import encode, render, rendering
from core.errors import UserError
from core.models.load import load_tokenizer
from core.workspace import PRESETS

DATED = (
    "{% for m in messages %}{% if loop.first %}Today: {{ strftime_now('%d %b %Y') }}\n{% endif %}"
    "<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
)


def talk(number: int) -> dict[str, Any]:
    turns = [("user", f"Question {number}?"), ("assistant", f"Answer {number}.")]
    return {"row": number, "messages": [{"role": role, "content": content} for role, content in turns]}


def test_a_template_with_a_date_stays_fast_after_midnight(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was kept from yesterday fitted no row, so that each was worked out anew, tens of times slower."""
    tokenizer = load_tokenizer(PRESETS / "starter")
    tokenizer.chat_template = DATED
    said, count = ["31 Dec 2026"], [0]
    for tracked in (False, True):
        monkeypatch.setitem(rendering._environment(tracked).globals, "strftime_now", lambda form: said[0])
    real = render.render

    def counted(*rest: Any, **more: Any) -> str:
        count[0] += 1
        return real(*rest, **more)

    monkeypatch.setattr(render, "render", counted)

    def renders(number: int) -> int:
        count[0] = 0
        (found,) = encode(tokenizer, talk(number))
        assert found.text.startswith(f"Today: {said[0]}")
        learned = [token for token, trained in zip(found.ids, found.trained, strict=True) if trained]
        assert tokenizer.decode(learned) == f"Answer {number}.<|im_end|>"
        return count[0]

    first, second = renders(1), renders(2)
    assert second == 1 < first
    said[0] = "01 Jan 2027"
    renders(3)
    assert renders(4) == 1


def test_words_that_a_template_changes_do_not_drop_what_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    tokenizer = load_tokenizer(PRESETS / "starter")
    tokenizer.chat_template = DATED.replace("m.content", "m.content | replace('Answer 2', 'Reply 2')")
    made: list[int] = []
    real = render.Finder

    def counted(*rest: Any) -> Any:
        made.append(1)
        return real(*rest)

    monkeypatch.setattr(render, "Finder", counted)
    encode(tokenizer, talk(1))
    before = len(made)
    encode(tokenizer, talk(3))
    assert len(made) == before
    with pytest.raises(UserError, match=r"changes the words"):
        encode(tokenizer, talk(2))
    once = len(made)
    encode(tokenizer, talk(3))
    assert len(made) == once
