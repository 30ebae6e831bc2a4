"""What a mending would change, as it is shown: what differs is marked, long texts are shortened around it."""

from typing import Any

import pytest

from webui.markup import Html
from webui.row_diff import compared
from webui.tabs import data_mend_view as view
from webui.text import LANGUAGES, load


def chat(*said: str) -> dict[str, Any]:
    roles = ("user", "assistant") * len(said)
    return {"messages": [{"role": role, "content": one} for role, one in zip(roles, said, strict=False)]}


def test_what_differs_is_marked() -> None:
    before, (after,) = compared(chat("你好，我们七天", "Fine &amp; good"), [chat("你好，他们七天", "Fine & good")])
    assert [(piece.kind, piece.words) for piece in after[0].pieces] == [
        ("same", "你好，"), ("new", "他"), ("same", "们七天")]  # fmt: skip
    assert ("gone", "amp;") in [(piece.kind, piece.words) for piece in before[1].pieces]
    _, (joined,) = compared(chat("{{店主}}几点在店里？", "x"), [chat("Lin几点在店里？", "x")])
    assert ("same", "几点在店里？") in [(piece.kind, piece.words) for piece in joined[0].pieces]


def test_long_texts_are_shortened_around_the_change() -> None:
    long = "word " * 20_000
    before, (after,) = compared(chat("Q", long + "old end"), [chat("Q", long + "new end")])
    assert sum(len(piece.words) for piece in before[1].pieces) < 200
    assert ("new", "new") in [(piece.kind, piece.words) for piece in after[1].pieces]
    turns, (mended,) = compared(chat(*map(str, range(40)), " x"), [chat(*map(str, range(40)), "x")])
    assert len(mended) == len(turns) == 4 and turns[1].skipped == 38


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_html_of_others_and_blanks_are_seen(language: str) -> None:
    evil = "<img src=x>"
    before, after = compared(chat(evil, f" {evil}"), [chat(evil, evil)])
    shown = view._change((1, 0), before, after, load(language))
    assert isinstance(shown, Html) and "<img" not in shown and '<del class="lw-blank">·</del>' in shown
