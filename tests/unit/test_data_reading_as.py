"""Menus and reader go by one rule of what a format needs, and mean the same columns."""

import pytest

from core.data.choices import Choices
from core.data.formats import FORMATS, PARTS, recognise
from core.data.formats.convert import Mapping
from core.data.formats.reading_as import columns_for, mapping_as, missing, parts_of, parts_unused, with_part
from core.data.rows import Record


def test_another_format_keeps_the_columns_that_hold_the_same() -> None:
    records = [Record(1, {"a": "1", "b": "2", "c": "3"})]
    mapping = Mapping("question_answer", "chat", {"question": "b", "answer": "c"})
    assert columns_for("alpaca", ["a", "b", "c"], records, mapping) == {"instruction": "b", "output": "c"}
    assert with_part(mapping, "answer", "b") == {"answer": "b"}  # a column holds one part only
    assert with_part(mapping, "answer", "") == {"question": "b"}


def test_what_is_missing_is_named() -> None:
    assert missing(Mapping("unknown", "chat")) == ["format"]
    assert missing(Mapping("question_answer", "chat", {"answer": "a"})) == ["question"]
    assert missing(Mapping("preference", "preference", {"chosen": "a"})) == ["rejected"]
    assert missing(Mapping("preference", "preference", {"label": "a"})) == ["completion"]
    assert missing(Mapping("preference", "preference", {"label": "a", "messages": "b"})) == []


@pytest.mark.parametrize("format", FORMATS)
def test_the_menus_and_the_reader_mean_the_same_columns(format: str) -> None:
    """What the live example shows is what is read afterwards."""
    parts = [part for part, needed in PARTS[format] if needed] or ["prompt", "chosen", "rejected"]
    names = [f"column {n}" for n in range(len(parts))]
    records = [Record(n, dict.fromkeys(names, "words")) for n in range(1, 4)]
    wished = Choices(format=format, columns=dict(zip(parts, names, strict=True)), confirmed=True)
    shown, read_so = mapping_as(names, records, wished), recognise(names, records, wished)
    assert shown == read_so


def test_as_long_as_something_is_missing_the_menus_keep_what_was_chosen() -> None:
    records = [Record(1, {"a": "1", "b": "2"})]
    shown = mapping_as(["a", "b"], records, Choices(format="preference", columns={"chosen": "a", "label": "gone"}))
    assert shown.format == "preference" and shown.columns == {"chosen": "a"} and missing(shown) == ["rejected"]


def test_a_chat_and_its_worse_answer_need_no_better_one() -> None:
    """The conversation may end with the answer that is wanted."""
    assert missing(Mapping("preference", "preference", {"messages": "a", "rejected": "b"})) == []


def test_another_wording_of_the_question_can_always_be_added() -> None:
    mapping = Mapping("question_answer", "chat", {"question": "a", "answer": "b", "similar": "c", "similar2": "d"})
    assert [part for part, _ in parts_of(mapping)][:4] == ["question", "answer", "similar", "similar2"]
    assert parts_unused(mapping)[-1] == "similar3" and "question" not in parts_unused(mapping)
