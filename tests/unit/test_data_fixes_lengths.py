"""Long rows made shorter at the borders between exchanges and paragraphs; here a token is a character."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.fixes.lengths import exchanges, shorten, split
from core.errors import UserError
from tests.unit.handmade import CALL, row, told

Row = dict[str, Any]


def length(one: Row) -> int:
    return len(one["text"]) if "text" in one else sum(len(turn["content"]) for turn in one["messages"])


def test_whole_exchanges_are_cut_off_at_the_end() -> None:
    given = row("s SS", "u aaa", "a bbb", "u ccc", "a ddd", "u eee", "a fff")
    assert told(shorten(given, length, 14)) == told(given)[:5]
    assert told(shorten(given, length, 13)) == told(given)[:3]
    assert shorten(given, length, 7) is given and shorten(given, length, 20) is given


def test_where_the_first_exchange_is_too_long_the_last_ones_are_kept() -> None:
    given = row("s S", f"u {'a' * 50}", "a b", "u c", "a d", "u e", "a f")
    assert told(shorten(given, length, 10)) == ["s S", "u c", "a d", "u e", "a f"]


def test_pieces_hold_all_that_was_said_each_with_the_system_prompt() -> None:
    given = row("s SS", "u aaa", "a bbb", "u ccc", "a ddd", "u eee", "a fff", tools=[{"x": 1}], variant=2)
    first, second, third = split(given, length, 10)
    assert told(second) == ["s SS", "u ccc", "a ddd"] and second["tools"] == [{"x": 1}]
    assert first["variant"] == 2 and "from" not in first
    assert "variant" not in third and third["from"] == {"row": 1}
    assert [len(split(given, length, limit)) for limit in (1, 14, 20)] == [3, 2, 1]


def test_where_a_row_comes_from_is_kept_by_its_pieces() -> None:
    origin = {"part": 0, "row": 12}
    assert split({**row("u a", "a b", "u c", "a d"), "from": origin}, length, 2)[1]["from"] == origin


def test_a_call_is_never_parted_from_its_result() -> None:
    given = row("u a", ("a b", CALL), "t c", "a d", "u e", "a f")
    assert [len(block) for block in exchanges(given)[1]] == [4, 2]
    late = row("u a", ("a b", CALL), "u wait", "a well", ("t c", {"tool_call_id": "c1"}), "a d")
    assert len(exchanges(late)[1]) == 1
    asked = row("u a", ("a b", CALL), "u wait", "t c", "a d")
    assert len(exchanges(asked)[1]) == 1


def test_every_piece_has_an_answer_that_is_learned() -> None:
    quiet = {"learned": False}
    given = row("u a", ("a b", quiet), "u c", "a d", "u e", ("a f", quiet), "u g")
    assert len(exchanges(given)[1]) == 1
    assert split(given, length, 1) == [given]


def test_texts_are_cut_between_paragraphs_else_between_sentences() -> None:
    given = {"row": 3, "text": "One. Two.\n\nThree is longer. Four.\n\nFive."}
    assert [piece["text"] for piece in split(given, length, 24)] == ["One. Two.", "Three is longer. Four.", "Five."]
    shorter = [piece["text"].strip() for piece in split(given, length, 17)]
    assert shorter == ["One. Two.", "Three is longer.", "Four.\n\nFive."]
    assert shorten(given, length, 24)["text"] == "One. Two."
    assert shorten(given, length, 3) is given


def test_preference_rows_stay_whole() -> None:
    judged = {"row": 1, "prompt": row("u q")["messages"], "answer": row("a x")["messages"], "label": True}
    assert split(judged, lambda one: 100, 10) == [judged] and shorten(judged, lambda one: 100, 10) is judged


def test_a_row_that_the_model_refuses_stays() -> None:
    def refused(one: Row) -> int:
        raise UserError("tokens.template", row=1, said="no")

    given = row("u a", "a b", "u c", "a d")
    assert shorten(given, refused, 1) is given and split(given, refused, 1) == [given]


ONE = st.builds(lambda who, said: f"{who} {said}", st.sampled_from("uuuaaat"), st.text("abc", min_size=1, max_size=9))
TALKS = st.lists(ONE, min_size=1, max_size=12).map(lambda said: row("s S", *said))


@given(TALKS, st.integers(1, 60))
def test_split_and_shorten_lose_nothing_that_they_should_keep(one: Row, limit: int) -> None:
    pieces = split(one, length, limit)
    assert [turn for piece in pieces for turn in told(piece)[1:]] == told(one)[1:]
    if len(pieces) > 1:
        assert all(any(turn["role"] == "assistant" for turn in piece["messages"]) for piece in pieces)
        assert all(piece["messages"][1]["role"] == "user" for piece in pieces[1:])
    for piece in pieces:
        assert split(piece, length, limit) == [piece]
    short = shorten(one, length, limit)
    assert shorten(short, length, limit) == short and (short is one or length(short) <= limit)


@given(st.text("ab. \n。!", max_size=80), st.integers(1, 40))
def test_texts_keep_every_word(said: str, limit: int) -> None:
    one = {"row": 1, "text": said}
    pieces = split(one, length, limit)
    assert "".join("".join(piece["text"].split()) for piece in pieces) == "".join(said.split())
    for piece in pieces:
        assert split(piece, length, limit) == [piece]


@pytest.mark.parametrize("limit", [12, 40])
def test_the_length_is_the_models(tmp_path: Any, limit: int) -> None:
    from transformers import AutoTokenizer

    from core.data.tokens import encode
    from tests.tiny import make_model

    tokenizer = AutoTokenizer.from_pretrained(make_model(tmp_path))

    def tokens(one: Row) -> int:
        return max(part.length for part in encode(tokenizer, one))

    given = row("u ab", "a cd", "u ef", "a gh", "u ij", "a kl")
    whole = tokens(given)
    pieces = split(given, tokens, whole - 1)
    assert len(pieces) == 2 and all(tokens(piece) < whole for piece in pieces)
    assert split(given, tokens, limit) != [given] or tokens(given) <= limit
