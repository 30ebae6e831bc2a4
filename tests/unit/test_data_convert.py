"""A record becomes rows: other wordings, thinking, placeholders, nested values, and what is said about each."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.data import formats, literals
from core.data.choices import UNDECIDED, Choices
from core.data.formats import placeholders
from core.data.formats.convert import Converter, Mapping, convert
from core.data.rows import TURNS as LISTED
from core.data.rows import Record
from core.findings import Finding


def converted(rows: list[Any], choices: Choices = UNDECIDED) -> tuple[Mapping, list[dict[str, Any]], list[Finding]]:
    """(mapping, usable rows, findings) of rows written as JSON."""
    values = literals.parse(json.dumps(rows))
    values = [value if isinstance(value, dict) else {LISTED: value} for value in values]
    columns = list(dict.fromkeys(name for value in values for name in value))
    records = [Record(number, value) for number, value in enumerate(values, 1)]
    mapping = formats.recognise(columns, records, choices)
    converter = Converter(mapping, choices)
    found = [row for record in records for row in converter.rows(record)]
    return mapping, found, converter.findings(columns)


def said(messages: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(message["role"], message["content"]) for message in messages]


def codes(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(finding.level, finding.code) for finding in findings]


# -- other wordings of a question


@pytest.mark.parametrize(
    ("row", "questions"),
    [
        ({"标准问": "q", "相似问1": "q1", "相似问2": "", "相似问3": "q3; q", "答案": "a"}, ["q", "q1", "q3; q"]),
        ({"标准问": "q", "相似问": "q1;q2 ；q3| q4｜q5\nq6", "答案": "a"}, ["q", "q1", "q2", "q3", "q4", "q5", "q6"]),
        ({"问题": "q", "相似问法": "q；q1；q1", "答案": "a"}, ["q", "q1"]),
        ({"question": "q", "similar_questions": ["q1", "q2"], "answer": "a"}, ["q", "q1", "q2"]),
        ({"question": "q", "similar questions": '["q1", "q2"]', "answer": "a"}, ["q", "q1", "q2"]),
        ({"question": "q", "Similar Question 1": "q1", "Similar Question 2": None, "answer": "a"}, ["q", "q1"]),
        ({"question": " ", "alternatives": "q1", "answer": "a"}, ["q1"]),
    ],
)  # fmt: skip
def test_each_wording_of_a_question_is_a_row(row: dict[str, Any], questions: list[str]) -> None:
    mapping, rows, findings = converted([row])
    assert mapping.format == "question_answer" and mapping.sure
    assert [one["messages"][0]["content"] for one in rows] == questions
    assert {one["messages"][-1]["content"] for one in rows} == {"a"} and {one["row"] for one in rows} == {1}
    assert [one.get("variant") for one in rows] == [None, *range(2, len(questions) + 1)]
    more = [finding for finding in findings if finding.code == "question.wordings"]
    assert [finding.facts["more"] for finding in more] == ([len(questions) - 1] if len(questions) > 1 else [])


def test_wordings_share_no_message_that_a_reader_could_change_twice() -> None:
    _, rows, _ = converted([{"question": "q", "alternatives": "q1", "answer": "a {{x}}"}], Choices(fill={"x": "y"}))
    assert [row["messages"][1]["content"] for row in rows] == ["a y", "a y"]


# -- thinking


@pytest.mark.parametrize(
    "column", ["reasoning", "cot", "Complex_CoT", "thinking", "思考", "思考过程", "reasoning_content"]
)
def test_thinking_in_a_column_of_its_own(column: str) -> None:
    mapping, rows, findings = converted([{"Question": "q", column: "t", "Response": "a"}])
    assert mapping.columns["thinking"] == column and findings == []
    assert rows[0]["messages"][1] == {"role": "assistant", "content": "a", "reasoning_content": "t"}


def test_thinking_stays_where_it_is_when_the_answer_has_it() -> None:
    answer = "<think>t</think>a"
    for row in ({"prompt": "q", "response": answer}, {"prompt": "q", "response": answer, "reasoning": "t"}):
        _, rows, _ = converted([row])
        assert rows[0]["messages"][1] == {"role": "assistant", "content": answer}


def test_thinking_beside_turns_belongs_to_the_last_answer() -> None:
    turns = [{"role": role, "content": role[0]} for role in ("user", "assistant", "user", "assistant")]
    _, rows, _ = converted([{"messages": turns, "reasoning": "t"}])
    assert [message.get("reasoning_content") for message in rows[0]["messages"]] == [None, None, None, "t"]


# -- placeholders


def test_placeholders_are_named_and_filled_everywhere() -> None:
    row = {
        "instruction": "Who is {{ name }}?",
        "output": "I am {{name}} of {{作者}}, not {{name}}.",
        "system": "{{name}}",
    }
    _, rows, _ = converted([row])
    assert placeholders(rows[0]) == ["name", "作者"]
    _, rows, _ = converted([row], Choices(fill={"name": "Io {{作者}}", "作者": "us", "other": "x"}))
    assert said(rows[0]["messages"]) == [
        ("system", "Io {{作者}}"),
        ("user", "Who is Io {{作者}}?"),
        ("assistant", "I am Io {{作者}} of us, not Io {{作者}}."),
    ]
    _, rows, _ = converted([row], Choices(fill={"name": "Io"}))
    assert placeholders(rows[0]) == ["作者"]


def test_placeholders_of_texts_and_preferences() -> None:
    assert placeholders({"row": 1, "text": "{{a}} {{b c}} {{ a.b }} {{}} {{f(x)}} {{1}}"}) == ["a", "b c"]
    filled = Choices(fill={"a": "1"})
    _, rows, _ = converted([{"text": "{{a}}"}], filled)
    assert rows == [{"row": 1, "text": "1"}]
    _, rows, _ = converted([{"prompt": "{{a}}", "chosen": "{{a}}c", "rejected": "{{a}}r"}], filled)
    assert [rows[0][key][0]["content"] for key in ("prompt", "chosen", "rejected")] == ["1", "1c", "1r"]


# -- nested values


def test_lists_and_objects_become_text_only_when_a_person_agrees() -> None:
    row = {"question": "q", "answer": {"a": 1.50, "b": [None]}}
    _, rows, findings = converted([row])
    assert rows == [] and [(*one, findings[0].facts) for one in codes(findings)] == [
        ("error", "row.structured", {"column": "answer"})
    ]
    _, rows, findings = converted([row], Choices(structured=True))
    assert rows[0]["messages"][1]["content"] == '{"a": 1.5, "b": [null]}'
    assert codes(findings) == [("info", "row.as_json")] and findings[0].rows == (1,)


def test_nested_content_of_a_turn() -> None:
    turns = [{"role": "user", "content": {"city": "Ulm"}}, {"role": "assistant", "content": "a"}]
    _, rows, findings = converted([{"messages": turns}])
    assert rows == [] and codes(findings) == [("error", "row.structured")]
    _, rows, _ = converted([{"messages": turns}], Choices(structured=True))
    assert said(rows[0]["messages"]) == [("user", '{"city": "Ulm"}'), ("assistant", "a")]


def test_an_empty_list_is_nothing() -> None:
    _, rows, _ = converted([{"instruction": "q", "input": [], "output": "a", "history": [], "system": {}}])
    assert said(rows[0]["messages"]) == [("user", "q"), ("assistant", "a")]


# -- what stands before the question


@pytest.mark.parametrize(
    "history",
    [
        [["q0", "a0"]],
        '[["q0", "a0"]]',
        "[['q0', 'a0']]",
        [{"role": "user", "content": "q0"}, {"role": "assistant", "content": "a0"}],
        [{"human": "q0", "assistant": "a0"}],
        ["q0", "a0"],
        "Human: q0\nAssistant: a0",
    ],
)
def test_earlier_turns_of_every_shape(history: Any) -> None:
    _, rows, _ = converted([{"query": "q", "response": "a", "history": history, "system": "s"}])
    earlier = [("user", "q0"), ("assistant", "a0")]
    assert said(rows[0]["messages"]) == [("system", "s"), *earlier, ("user", "q"), ("assistant", "a")]


@pytest.mark.parametrize("history", [None, "", " ", [], "[]", "nan"])
def test_no_earlier_turns(history: Any) -> None:
    _, rows, findings = converted([{"query": "q", "response": "a", "history": history}])
    assert said(rows[0]["messages"]) == [("user", "q"), ("assistant", "a")] and findings == []


@pytest.mark.parametrize("history", ["we talked about tea", [7], ["q0"], {"x": 1}])
def test_earlier_turns_that_cannot_be_read_are_no_reason_to_learn_the_row_without_them(history: Any) -> None:
    _, rows, findings = converted([{"query": "q", "response": "a", "history": history}])
    assert rows == [] and findings[0].level == "error"


def test_two_system_prompts_are_not_merged() -> None:
    turns = [
        {"role": "system", "content": "s"},
        {"role": "user", "content": "q"},
        {"role": "assistant", "content": "a"},
    ]
    _, rows, findings = converted([{"messages": turns, "system": "other", "history": [["q0", "a0"]]}])
    assert codes(findings) == [("warning", "system.two")]
    assert [content for _, content in said(rows[0]["messages"])] == ["s", "q0", "a0", "q", "a"]
    assert converted([{"messages": turns, "system": "s"}])[2] == []


# -- one record, and what is not used


def test_one_record_alone() -> None:
    mapping = Mapping("question_answer", "chat", {"question": "a", "answer": "b"})
    assert convert(Record(4, {"a": "q", "b": "x"}), mapping) == [
        {"row": 4, "messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "x"}]}
    ]
    assert convert(Record(4, {"a": "q", "b": ""}), mapping) == Finding("error", "answer.empty", [4])
    assert isinstance(convert(Record(4, {"a": "q"}), Mapping("unknown", "chat", sure=False)), Finding)


def test_columns_that_are_not_used_are_named_but_for_those_that_people_keep_beside() -> None:
    _, _, findings = converted([{"id": 1, "question": "q", "answer": "a", "mood": "x", "来源": "y"}])
    assert findings == [Finding("info", "columns.unused", columns="mood")]


WORDS = st.text(st.characters(codec="utf-8"), min_size=1).filter(lambda word: word.strip())


@example([("[INST]", "It begins a question.")], "[/INST]")  # a mark without a word behind it was taken for a talk
@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=4), WORDS)
def test_every_text_is_kept_character_for_character(exchanges: list[tuple[str, str]], system: str) -> None:
    told = [("system", system), *(turn for q, a in exchanges for turn in (("user", q), ("assistant", a)))]
    chat = [{"role": role, "content": content} for role, content in told]
    names = {"system": "system", "user": "human", "assistant": "gpt"}
    spoken = [{"from": names[role], "value": content} for role, content in told]
    (*history, (question, answer)) = [list(exchange) for exchange in exchanges]
    pairs = {"system": system, "instruction": question, "input": "", "output": answer, "history": history}
    for row in ({"messages": chat}, {"messages": json.dumps(chat)}, {"conversations": spoken}, pairs):
        record = Record(1, row)
        found = convert(record, formats.recognise(list(row), [record]))
        assert not isinstance(found, Finding) and said(found[0]["messages"]) == told


KEYS = (
    "role content from value messages question answer text chosen rejected label tools history system type name prompt "
    "output instruction parts tool_calls"
).split()
LEAVES = st.none() | st.booleans() | st.text(max_size=9)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)
)


@given(VALUES)
def test_whatever_a_row_holds_it_is_a_row_or_a_finding(value: Any) -> None:
    record = Record(1, value if isinstance(value, dict) else {"messages": value})
    for choices in (Choices(), Choices(structured=True, speaker="x")):
        for form in (None, *formats.FORMATS):
            parts = {part: next(iter(record.values), "") for part, _ in formats.PARTS[form]} if form else {}
            choices = choices.model_copy(update={"format": form, "columns": parts})
            mapping = formats.recognise(list(record.values), [record], choices)
            found = convert(record, mapping, choices)
            assert isinstance(found, Finding) or all(row["row"] == 1 and json.dumps(row) for row in found)
            formats.speakers([record], mapping)


def test_rows_that_come_with_pictures_are_left_out() -> None:
    rows = [{"question": "q", "answer": "a", "images": images} for images in (["a.png"], [], None, "")]
    _, found, findings = converted(rows)
    assert [row["row"] for row in found] == [2, 3, 4]
    assert (findings[0].code, findings[0].rows) == ("row.media", (1,))


def test_the_columns_inside_rows_can_be_chosen() -> None:
    rows = [{"item": {"x": "q", "y": "a"}}]
    assert formats.inner_columns(["item"], [Record(1, rows[0])]) == ["x", "y"]
    chosen = Choices(format="question_answer", columns={"question": "x", "answer": "y"})
    _, found, findings = converted(rows, chosen)
    assert said(found[0]["messages"]) == [("user", "q"), ("assistant", "a")] and findings == []


def test_numbers_in_turns_that_were_saved_as_text_stay_as_written() -> None:
    _, rows, _ = converted([{"messages": '[{"role": "user", "content": "q"}, {"role": "assistant", "content": 1e5}]'}])
    assert said(rows[0]["messages"])[1] == ("assistant", "1e5")
