"""What a person may have meant is kept: rows that talk of marks, formulas that look like tags, words in attributes."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.data.checks import Checker
from core.data.checks.check_space import trimmed
from core.data.fixes import words
from core.data.fixes.mender import Mender
from core.data.fixes.offers import safe_mends
from tests.unit.test_data_fixes_words import chat, windows

Row = dict[str, Any]


def said(row: Row) -> list[str]:
    return [turn["content"] for turn in row["messages"]]


KEPT: list[tuple[Callable[[Row], Row], tuple[str, ...]]] = [
    (words.control_words, ("What is <|im_end|>?", "A sign that a turn is over.<|im_end|>")),
    (words.control_words, ("Explain <|im_end|>", "It ends a turn.")),
    (words.control_words, ("What ends a turn?", "<|im_end|> ends it.")),
    (words.control_words, ("What begins one?", "<|im_start|> does.")),
    (words.control_words, ("怎么结束一轮？", "<|im_end|>表示结束。")),
    (words.control_words, ("什么表示结束？", "结束用<|im_end|>")),
    (words.control_words, ("Which one ends a turn?", "This one:\n<|im_end|>")),
    (words.control_words, ("Show me a turn", "`<|im_end|>`")),
    (words.control_words, ("Show me a turn", "```\n<|im_start|>user\nHi<|im_end|>\n```")),
    (words.control_words, ("What are special tokens?", "Signs between turns.<|im_end|>")),
    (words.control_words, ("Q", "one<|endoftext|>two")),
    (words.control_words, ("Q", "Hi\n<|im_start|>user\nBye")),
    (words.control_words, ("List the signs", "They are these\n<|im_end|>\n<|endoftext|>\nand no more")),
    (words.control_words, ("Q", "[INST] tag begins")),
    (words.control_words, ("Q", "See [/INST]")),
    (words.unescape_html, ("Q", "<b>Theorem.</b> If a <b and b> c then a > c.")),
    (words.unescape_html, ("Q", "<p>if i<p && j>q</p>")),
    (words.unescape_html, ("Q", "<p>List<String> is empty</p>")),
    (words.unescape_html, ("Q", "a<b<br>c")),
    (words.unescape_html, ("Q", "<p>a <b> c</p>")),
    (words.unescape_html, ("Q", "n <i> m</i>")),
    (words.unescape_html, ("Q", "<b><i>x</b></i>")),
    (words.unescape_html, ("Q", "x<sup>2</sup><br>y")),
    (words.unescape_html, ("Q", "<!-- keep me --><p>x</p>")),
    (words.unescape_html, ("Q", "<p data-price='20'>Gloves</p>")),
    (words.unescape_html, ("Q", "<ol><li value='3'>oil it</li></ol>")),
    (words.unescape_html, ("Q", "<ol start=4><li>oil it</li></ol>")),
    (words.unescape_html, ("Q", "<p title='by Li'>x</p>")),
    (words.unescape_html, ("Q", "<img src='https://x.org/plan.png'>")),
    (words.unescape_html, ("Q", "<span style='text-decoration: line-through'>20</span> 15")),
    (words.unescape_html, ("How do I make it bold?", "Like <b>this</b>.")),
    (words.unescape_html, ("How do I write a less-than sign?", "As &lt; in the page")),
    (words.unescape_html, ("What does &amp; do?", "It joins, as in Tom &amp; Jerry")),
    (words.unescape_html, ("Which one is a blank?", "It is &nbsp;.")),
    (words.unescape_html, ("And an ampersand?", "You escape it to &amp; in there")),
    (words.unescape_html, ("怎么写小于？", "用 &lt; 就行")),
    (words.unescape_html, ("小于的转义是什么？", "小于是 &lt; 哦")),
    (words.unescape_html, ("Q", "all of &amp;lt; of it")),
    (words.unescape_html, ("Q", "so a&lt;b it is")),
    (words.unescape_html, ("Q", "so &lt;b&gt;x&lt;/b&gt; it is")),
    (words.encoding, ("Why do I see â€™ instead of '?", "Because of bytes.")),
    (words.encoding, ("How do I fix â€™ in my file?", "Read it again.")),
    (words.encoding, ("What is Ã©?", "A letter.")),
    (words.encoding, ("What does â€™ mean?", "A quote.")),
    (words.encoding, ("Is it cafÃ© or café?", "The second.")),
    (words.encoding, ("It reads cafÃ©", "Then it is café")),
    (words.encoding, ("为什么会显示成 Ã©？", "不知道")),
    (words.encoding, ("What encoding is this?", "cafÃ© crÃ¨me")),
    (words.encoding, ("See this", "`cafÃ©` there")),
    (words.encoding, ("Q", "cafÃ© and CAFÉ“")),  # É“ would become one letter
    (words.encoding, ("Q", "cafÃ© voilÃ")),  # its second byte is lost
    (words.encoding, ("Q", "cafÃ© 锟斤拷")),
]


@pytest.mark.parametrize(("fix", "turns"), KEPT)
def test_what_may_be_meant_stays(fix: Callable[[Row], Row], turns: tuple[str, ...]) -> None:
    """And nothing safe is offered for it, for there is nothing that it would do."""
    row = chat(*turns)
    assert fix(row) is row
    checker = Checker()
    checker.see(row)
    safe = {"text.special_token", "text.html", "text.mojibake"}
    assert not safe & {finding.code for finding in checker.findings()}


@pytest.mark.parametrize(
    ("fix", "before", "after"),
    [
        (words.control_words, "Yes.<|im_end|>", "Yes."),
        (words.control_words, "Yes. <|im_end|>\n", "Yes."),
        (words.control_words, "Yes\n<|im_end|>\n<|im_start|>assistant\n", "Yes"),
        (words.control_words, "<|im_start|>assistant\nYes<|im_end|>", "Yes"),
        (words.control_words, "[INST] Yes [/INST]", "Yes"),
        (words.control_words, "One.\n<|im_end|>\nTwo.", "One.\nTwo."),
        (words.control_words, "好的。<|endoftext|>", "好的。"),
        (words.unescape_html, "<a href='mailto:a@b.org'>Write us</a>", "Write us (a@b.org)"),
        (words.unescape_html, "<a href='tel:+49301'>Call</a>", "Call (+49301)"),
        (words.unescape_html, "<a href='http://x.org/?a=1&amp;b=2'>See</a>", "See (http://x.org/?a=1&b=2)"),
        (words.unescape_html, "<a href='#top'>Up</a>", "Up"),
        (words.unescape_html, "<abbr title='World Health Organization'>WHO</abbr>", "WHO (World Health Organization)"),
        (words.unescape_html, "<span title='a bell'>It</span> rings", "It (a bell) rings"),
        (words.unescape_html, "Tom &amp; Jerry&nbsp;say &quot;it&#39;s&quot; so", 'Tom & Jerry say "it\'s" so'),
        (words.unescape_html, "1 &lt; 2", "1 < 2"),
        (words.encoding, windows("Ja, das geht – für 5 €"), "Ja, das geht – für 5 €"),
    ],
)
def test_what_can_be_nothing_else_is_mended(fix: Callable[[Row], Row], before: str, after: str) -> None:
    assert said(fix(chat("Q", before)))[1] == after
    assert said(fix(fix(chat("Q", before))))[1] == after


@pytest.mark.parametrize(
    "end", ["\u0d9a\u0dca\u200d", "\u0915\u094d\u200d", "\u0645\u06cc\u200c", "👩\u200d", "a\u2060", "❤\ufe0f"]
)
def test_signs_that_belong_to_a_letter_are_no_white_space(end: str) -> None:
    assert trimmed(f" {end} ") == end
    assert trimmed(f"\ufeff\u200b\u3000{end[::-1]}\xa0\n") == end[::-1]


@pytest.mark.parametrize("fix", [words.control_words, words.unescape_html, words.encoding, words.trim])
def test_what_tools_are_given_and_answer_is_never_rewritten(fix: Callable[[Row], Row]) -> None:
    marks = " <p>A &amp; B</p> cafÃ©<|im_end|>"
    call = {"type": "function", "function": {"name": "find", "arguments": {"of": marks}}}
    row = chat("Find it", "So")
    row["messages"][1:1] = [
        {"role": "assistant", "content": "", "tool_calls": [call]},
        {"role": "tool", "content": marks},
    ]
    assert fix(row) is row


# -- mixtures

WORD = st.integers(100, 999).map(lambda number: f"w{number}")
PROSE = WORD.map(lambda word: (word, word))
FORMULA = st.sampled_from(
    [
        "a <b and b> c",
        "i<p && j>q",
        "x<y",
        "n <i> m",
        "List<String>",
        "p</b",
        "`<b>k</b>`",
        "```\nt<|im_end|>\n```",
        "a<3",
    ]
).map(lambda said: (said, said))
KNOWN = ["<b>", "</b>", "<p>", "</p>", "<i>", "</i>", "<br>", "&nbsp;", "&amp;", "&lt;", "&gt;", "&quot;", "&amp;lt;"]
KNOWN += ["<|im_end|>", "<|im_start|>", "[INST]", "[/INST]", "\n", "\u3000", "{{"]
MARK = st.sampled_from(KNOWN).map(lambda said: (said, ""))
TOLD = WORD.flatmap(
    lambda word: st.sampled_from(
        [
            (f"<a href='mailto:{word}@x.org'>to</a>", word),
            (f"<abbr title='{word}'>ab</abbr>", word),
            (f"<li value='{word}'>k</li>", word),
            (f"<p data-x='{word}'>k</p>", word),
            (f"<img alt='{word}'>", word),
            (f"<b>{word}</b>", word),
            (f"<p class='z'>{word}</p>", word),
            (f"{word}<|im_end|>", word),
            (f"{word} &lt; {word}", word),
        ]
    )
)
PIECE = st.one_of(PROSE, PROSE, FORMULA, MARK, MARK, TOLD)
TURN = st.tuples(WORD, st.lists(st.tuples(PIECE, st.sampled_from(["", " ", " "])), max_size=8))


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=200)
@given(st.lists(TURN, min_size=2, max_size=4))
def test_no_word_is_lost_in_all_that_is_safe(turns: list[Any]) -> None:
    texts = [word + " " + "".join(piece + gap for (piece, _), gap in pieces) for word, pieces in turns]
    kept = [word + " ".join(words for (_, words), _ in pieces) for word, pieces in turns]
    rows = [chat(*texts), *({**chat(f"q{n}", f"a{n}"), "row": n} for n in range(2, 30))]
    for _ in range(3):
        checker = Checker()
        for row in rows:
            checker.see(row)
        found = checker.findings()
        mender = Mender(safe_mends(found, usable=len(rows), made=False), found)
        rows = [after for row in rows for after in (mender.rows(row) or [row])]
    left = iter("".join(said(rows[0])))
    lost = [letter for letter in re.findall(r"\w", "".join(kept[: len(said(rows[0]))])) if letter not in left]
    assert not lost, (texts, said(rows[0]))
