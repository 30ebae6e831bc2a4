"""What fixes do to words: exactly what they say, and nothing in code, calls and tool results."""

import pytest

from core.data.checks.check_space import trimmed
from core.data.fixes import words
from core.data.fixes.garbled import regained
from core.data.fixes.marks import without_control_words
from core.data.fixes.mask import masking
from core.data.fixes.pages import without_html

Row = dict


def chat(*said: str) -> Row:
    roles = ("user", "assistant") * len(said)
    return {"row": 1, "messages": [{"role": role, "content": one} for role, one in zip(roles, said, strict=False)]}


def windows(said: str) -> str:
    """UTF-8 as a program shows it that takes it for Windows-1252; five bytes have no letter there."""
    return "".join(
        bytes([byte]).decode("cp1252" if byte not in b"\x81\x8d\x8f\x90\x9d" else "latin-1") for byte in said.encode()
    )


SAID = [
    "café – “naïve” … it’s 5 € à la carte",
    "你好，世界。订单“A-12”已发货",
    "Grüße 😀 Ünïcödé",
    "日本語のテキスト、です",
]


@pytest.mark.parametrize("said", SAID)
def test_letters_read_in_the_wrong_encoding_come_back(said: str) -> None:
    latin = said.encode().decode("latin-1")
    assert regained(windows(said)) == regained(latin) == said
    assert regained(latin.encode().decode("latin-1")) == said  # twice
    assert regained(f"{windows(said)} 好") == f"{said} 好"  # beside sound letters
    assert regained(said) == said


@pytest.mark.parametrize("said", ["锟斤拷", "caf\ufffd", "Ã‰ternel Ã", "鍙戣揣銆�傝", "voilà \xa0» São Paulo"])
def test_letters_that_are_lost_or_sound_stay(said: str) -> None:
    again = regained(said)
    assert again in (said, "Éternel Ã")


def test_utf_8_read_as_gbk_comes_back_where_no_byte_was_lost() -> None:
    said = "大家，早上好，一起出发吧"
    assert regained(said.encode().decode("gb18030")) == said


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("a<br>b<br/>\nc", "a\nb\nc"),
        ("<p>One</p>\n<p>Two &amp; three</p>", "One\n\nTwo & three"),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
        ("<table><tr><td>1</td><td>2</td></tr></table>", "1 2"),
        ('see <a href="https://x.org/a">here</a>', "see here (https://x.org/a)"),
        ('<img src="a.png" alt="a cat">', "a cat"),
        ("x &lt; 3&nbsp;y &#39;z&#39;", "x < 3 y 'z'"),
        ("&amp;nbsp;", None),
        ("<p>see `<br>` there</p>", "see `<br>` there"),
        ("```\n<p>x</p> &amp;\n```\n<br>", "```\n<p>x</p> &amp;\n```"),
        ("Use &lt;b&gt;x&lt;/b&gt;", None),
        ("if a <b and c> d", None),
        ("R&D; 3 < 4 &undefined;", "R&D; 3 < 4 &undefined;"),
    ],
)
def test_leftovers_of_web_pages(said: str, left: str | None) -> None:
    assert without_html(said) == left
    assert left is None or without_html(left) == left


def test_rows_about_html_keep_their_tags() -> None:
    row = chat("How do I write bold in HTML?", "Like <b>this</b>, and a blank is &nbsp;.")
    assert words.unescape_html(row) is row


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("Hello<|im_end|>\n", "Hello"),
        ("<|im_start|>assistant\nHello<|im_end|>", "Hello"),
        ("<|start_header_id|>assistant<|end_header_id|>\n\nHello<|eot_id|>", "Hello"),
        ("one<|endoftext|>two", None),
        ("<|im_end<|im_end|>|>x", None),
        ("[INST] <<SYS>>\nBe kind.\n<</SYS>>\n\nHi [/INST]", "Be kind.\n\nHi"),
        ("<|im_start|>userfriends", "userfriends"),
        ("<|im_start|>user\nQ<|im_end|>\n<|im_start|>assistant\nA", None),
        ("[INST] Q [/INST] A", None),
        ("a < b and [x]", "a < b and [x]"),
    ],
)
def test_control_words_go_unless_they_hold_a_talk(said: str, left: str | None) -> None:
    assert without_control_words(said) == left


def test_a_turn_is_never_left_without_a_word() -> None:
    row = chat("Q", "<|im_end|>")
    assert words.control_words(row) is row


@pytest.mark.parametrize(
    ("said", "left"),
    [
        (" a \n", "a"),
        ("\ufeff\u3000你好\u200b", "你好"),
        ("    if x:\n        y", "    if x:\n        y"),
        ("\n\n    if x:\n        y\n", "    if x:\n        y"),
        ("　　第一段。\n　　第二段。\n", "　　第一段。\n　　第二段。"),
        ("  a\nb", "a\nb"),
        (" \n", " \n"),
        ("👍\ufe0f", "👍\ufe0f"),
    ],
)
def test_white_space_around_turns(said: str, left: str) -> None:
    assert trimmed(said) == left == trimmed(left)
    assert words.trim({"row": 1, "text": said}) == {"row": 1, "text": said}


def test_what_tools_say_is_not_trimmed() -> None:
    row = {"row": 1, "messages": [*chat("q ", "a")["messages"], {"role": "tool", "content": " 1 "}]}
    assert [turn["content"] for turn in words.trim(row)["messages"]] == ["q", "a", " 1 "]


def test_finds_are_covered_in_calls_and_thoughts_too() -> None:
    call = {"type": "function", "function": {"name": "dial", "arguments": {"to": "13912846375", "name": "Bao", "n": 3}}}
    row = chat("请打13912846375", "好")
    row["messages"][1] |= {"tool_calls": [call], "reasoning_content": "Call +49 30 7739 2816 now"}
    after = words.mask(row, "private.phone")["messages"]
    assert after[0]["content"] == "请打[电话]" and after[1]["reasoning_content"] == "Call [phone number] now"
    assert after[1]["tool_calls"][0]["function"] == {
        "name": "dial",
        "arguments": {"to": "[phone number]", "name": "Bao", "n": 3},
    }


@pytest.mark.parametrize(
    ("code", "said", "left"),
    [
        ("private.mail", "write to j.doe@firm.org!", "write to [e-mail]!"),
        ("private.resident", "11010519491231002X 110105199001011232", None),
        ("private.bank", "IBAN DE75512108001245126199 it is", "IBAN [account number] it is"),
        ("private.key", "k: hf_QwErTyUiOpAsDfGhJkLzXcVbNm90817263 ok", "k: [secret key] ok"),
        ("private.key", "-----BEGIN PRIVATE KEY-----\nMIIEv\nab==\n-----END PRIVATE KEY----- ok", "[secret key] ok"),
        ("private.contact", "13912846375, a.b@firm.org", "[phone number], [e-mail]"),
        ("private.mail", "see git@github.com:x", "see git@github.com:x"),
    ],
)
def test_each_kind_of_find_is_covered(code: str, said: str, left: str | None) -> None:
    covered = masking(code)(said)
    assert covered == masking(code)(covered)
    assert left is None or covered == left


def test_placeholders_are_filled_and_never_again() -> None:
    row = chat("Who is {{name}}?", "{{ name }} is {{other}}.")
    after = words.fill(row, {"fill": {"name": "Li", "other": ""}})
    assert [turn["content"] for turn in after["messages"]] == ["Who is Li?", "Li is {{other}}."]
    assert words.fill(row, {"fill": {"name": "{{other}}", "nobody": "x"}}) is row
    assert row["messages"][0]["content"] == "Who is {{name}}?"
