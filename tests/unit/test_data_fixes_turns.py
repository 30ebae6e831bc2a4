"""Turns put into order: calls keep their results, and what stands on a turn stays on it."""

from typing import Any

import pytest

from core.data.fixes import turns
from tests.unit.handmade import CALL, row, told

Row = dict[str, Any]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (["u a", "u b", "a c"], ["u a\nb", "a c"]),
        (["u a\nx", "u b", "u c", "a d"], ["u a\nx\n\nb\n\nc", "a d"]),
        (["u q", "a x", "a y", "a z"], ["u q", "a x\ny\nz"]),
        (["u q", "a x", "u ", "u r", "a y"], ["u q", "a x", "u r", "a y"]),
        (["u q", "a x"], None),
        (["s a", "s b", "u q", "a x"], None),
        (["u q", ("a x", CALL), ("a y", CALL), "t 1", "a z"], None),
        (["u q", "a look:", ("a ", CALL), "t 1", "t 2", "a z"], None),
        (["u q", "a x", ("a y", {"learned": False})], None),
    ],
)
def test_neighbouring_turns_of_one_speaker_are_joined(before: list[Any], after: list[str] | None) -> None:
    given = row(*before)
    found = turns.merge_turns(given)
    assert (found is given) if after is None else told(found) == after
    assert turns.merge_turns(found) is found


def test_thoughts_and_marks_survive_a_merge() -> None:
    given = row("u q", ("a x", {"reasoning_content": "one", "learned": False}), ("a y", {"learned": False}))
    assert turns.merge_turns(given)["messages"][1] == {
        "role": "assistant",
        "content": "x\ny",
        "reasoning_content": "one",
        "learned": False,
    }


def test_each_part_of_a_preference_row_is_merged_by_itself() -> None:
    given = {"row": 1, "prompt": row("u a", "u b")["messages"], "chosen": row("a x", "a y")["messages"]}
    given["rejected"] = row("a z")["messages"]
    found = turns.merge_turns(given)
    assert (told(found, "prompt"), told(found, "chosen"), told(found, "rejected")) == (["u a\nb"], ["a x\ny"], ["a z"])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (["u a", "s S", "a x"], ["s S", "u a", "a x"]),
        (["s R", "u a", "s S", "a x", "s T"], ["s R\nS", "u a", "a x", "s T"]),
        (["u a", "a x", "s S", "u b", "a y"], ["u a", "a x", "u S\n\nb", "a y"]),
        (["u a", "s R", "a x", "s S", "s T", "u b", "a y"], ["s R", "u a", "a x", "u S\n\nT\n\nb", "a y"]),
        (["u a", "a x", "s S", "a y", "u b", "a z"], None),
        (["s R", "u a", "a x"], None),
        (["u a", "a x"], None),
    ],
)
def test_no_system_prompt_moves_past_an_answer(before: list[str], after: list[str] | None) -> None:
    given = row(*before)
    found = turns.system_first(given)
    assert (found is given) if after is None else told(found) == after
    assert turns.system_first(found) is found


def test_a_system_prompt_becomes_the_beginning_of_the_first_question() -> None:
    found = turns.fold_system(row("s Be kind.", "u Hi", "a Hello", tools=[1]))
    assert told(found) == ["u Be kind.\n\nHi", "a Hello"] and found["tools"] == [1]
    assert turns.fold_system(found) is found
    assert told(turns.fold_system(row("s ", "u Hi", "a Hello"))) == ["u Hi", "a Hello"]
    alone = row("s Be kind.", "a Hello")
    assert turns.fold_system(alone) is alone
    judged = {"row": 1, "prompt": row("s S", "u q")["messages"], "answer": row("a x")["messages"], "label": True}
    assert told(turns.fold_system(judged), "prompt") == ["u S\n\nq"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (["u a", "a x", "u b"], ["u a", "a x"]),
        (["u a", "a x", "s S", "u b"], ["u a", "a x"]),
        (["u a", ("a x", CALL), "t 1", "u b"], ["u a", "a x", "t 1"]),
        (["u a", ("a x", CALL), "t 1"], None),
        (["u a", "a x"], None),
    ],
)
def test_what_nobody_answered_is_cut(before: list[Any], after: list[str] | None) -> None:
    given = row(*before)
    found = turns.cut_last_question(given)
    assert (found is given) if after is None else told(found) == after
    assert turns.cut_last_question(found) is found


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (["a hi", "u a", "a x"], ["u a", "a x"]),
        (["s S", ("a hi", CALL), "t 1", "a ho", "u a", "a x"], ["s S", "u a", "a x"]),
        (["a hi"], None),
        (["a hi", "u a"], None),  # nothing would be left to learn
        (["u a", "a x"], None),
    ],
)
def test_what_answers_nothing_is_cut(before: list[Any], after: list[str] | None) -> None:
    given = row(*before)
    found = turns.cut_first_answer(given)
    assert (found is given) if after is None else told(found) == after
    assert turns.cut_first_answer(found) is found


def test_running_text_has_no_turns() -> None:
    text = {"row": 1, "text": "Hello"}
    for change in (
        turns.merge_turns,
        turns.system_first,
        turns.fold_system,
        turns.cut_last_question,
        turns.cut_first_answer,
    ):
        assert change(text) is text
