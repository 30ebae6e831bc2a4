"""Every published shape of an example becomes the same conversation."""

import json

import pytest

from core.data import formats, literals
from core.data.formats import Mapping
from core.data.rows import TURNS as LISTED
from core.data.rows import Record


def conversions(rows):
    """(mapping, usable rows, findings) of rows written as JSON."""
    values = literals.parse(json.dumps(rows))
    values = [value if isinstance(value, dict) else {LISTED: value} for value in values]
    columns = list(dict.fromkeys(name for value in values for name in value))
    records = [Record(number, value) for number, value in enumerate(values, 1)]
    mapping = formats.recognise(columns, records)
    converter = formats.Converter(mapping)
    rows = [row for record in records for row in converter.rows(record)]
    return mapping, rows, formats.merged(converter.findings(columns))


def said(messages):
    return [(message["role"], message["content"]) for message in messages]


TURNS = [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]
SPOKEN = [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}]
HELLO = [("user", "q"), ("assistant", "a")]
SYSTEM = [("system", "s"), *HELLO]
EARLIER = [("user", "q0"), ("assistant", "a0"), *HELLO]


@pytest.mark.parametrize(
    ("row", "name", "turns"),
    [
        ({"messages": TURNS}, "messages", HELLO),
        ({"messages": [{"role": "developer", "content": "s"}, *TURNS]}, "messages", SYSTEM),
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": "q"}]}, TURNS[1]]}, "messages", HELLO),
        ({"messages": '[{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]'}, "messages", HELLO),
        ({"conversations": SPOKEN, "system": "s"}, "sharegpt", SYSTEM),
        ({"conversations": [{"from": "user", "value": "q"}, {"from": "bot", "value": "a"}]}, "sharegpt", HELLO),
        ({"conversations": SPOKEN, "system": "", "tools": ""}, "sharegpt", HELLO),
        ({"conversation": [{"human": "q", "assistant": "a"}]}, "sharegpt", HELLO),
        (SPOKEN, "sharegpt", HELLO),
        ({"instruction": "q", "input": "", "output": "a"}, "alpaca", HELLO),
        ({"instruction": "q", "input": None, "output": "a", "system": "s"}, "alpaca", SYSTEM),
        ({"instruction": "q", "input": "more", "output": "a"}, "alpaca", [("user", "q\nmore"), ("assistant", "a")]),
        ({"instruction": "", "input": "q", "output": "a"}, "alpaca", HELLO),
        ({"instruction": "q", "output": "a", "history": [["q0", "a0"]]}, "alpaca", EARLIER),
        ({"指令": "q", "输入": "", "输出": "a"}, "alpaca", HELLO),
        ({"prompt": "q", "completion": "a"}, "prompt_completion", HELLO),
        ({"prompt": [{"role": "user", "content": "q"}], "completion": [{"role": "assistant", "content": "a"}]},
         "prompt_completion", HELLO),
        ({"prompt": "q", "response": "a"}, "prompt_completion", HELLO),
        ({"question": "q", "answer": "a"}, "question_answer", HELLO),
        ({" Question ": "q", "ANSWER": "a", "Source": "x"}, "question_answer", HELLO),
        ({"问题": "q", "答案": "a"}, "question_answer", HELLO),
        ({"提问": "q", "回答": "a"}, "question_answer", HELLO),
        ({"标准问": "q", "分类": "x", "答案": "a"}, "question_answer", HELLO),
        ({"department": "d", "title": "t", "ask": "q", "answer": "a"}, "question_answer", HELLO),
        ({"department": "d", "title": "q", "ask": " ", "answer": "a"}, "question_answer", HELLO),
        ({"title": "q", "answer": "a"}, "question_answer", HELLO),
        ({"system": "s", "query": "q", "response": "a"}, "question_answer", SYSTEM),
        ({"query": "q", "response": "a", "history": [["q0", "a0"]]}, "question_answer", EARLIER),
        ({"input": "q", "output": "a"}, "question_answer", HELLO),
        ({"question": 7, "answer": True}, "question_answer", [("user", "7"), ("assistant", "true")]),
    ],
)  # fmt: skip
def test_a_conversation_of_every_shape(row, name, turns):
    mapping, rows, findings = conversions([row])
    assert (mapping.format, mapping.task) == (name, "chat")
    assert [finding for finding in findings if finding.level != "info"] == []
    assert rows[0]["row"] == 1 and said(rows[0]["messages"]) == turns


def test_running_text():
    mapping, rows, _ = conversions([{"text": " Once upon a time"}, {"text": "\n"}])
    assert mapping == Mapping("text", "text", {"text": "text"}) and rows == [{"row": 1, "text": " Once upon a time"}]


PROMPT = {"conversations": [{"from": "human", "value": "q"}]}


@pytest.mark.parametrize(
    "row",
    [
        {"prompt": "q", "chosen": "a", "rejected": "b"},
        {"instruction": "q", "input": "", "chosen": "a", "rejected": "b"},
        {"question": "q", "chosen": "a", "rejected": "b"},
        {**PROMPT, "chosen": {"from": "gpt", "value": "a"}, "rejected": {"from": "gpt", "value": "b"}},
        {**PROMPT, "chosen": "a", "rejected": "b"},
        {"prompt": [{"role": "user", "content": "q"}], "chosen": [{"role": "assistant", "content": "a"}],
         "rejected": [{"role": "assistant", "content": "b"}]},
        {"chosen": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}],
         "rejected": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "b"}]},
    ],
)  # fmt: skip
def test_preferences_of_every_shape(row):
    mapping, rows, findings = conversions([row])
    assert (mapping.format, mapping.task, findings) == ("preference", "preference", [])
    assert said(rows[0]["prompt"]) == [("user", "q")]
    assert said(rows[0]["chosen"]) == [("assistant", "a")] and said(rows[0]["rejected"]) == [("assistant", "b")]


@pytest.mark.parametrize("label", [True, False, "true", "False"])
def test_judged_answers(label):
    turns = [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]
    for row in ({"messages": turns, "label": label}, {"prompt": "q", "completion": "a", "label": label}):
        mapping, rows, _ = conversions([row])
        assert (mapping.format, mapping.task) == ("preference", "preference")
        assert said(rows[0]["answer"]) == [("assistant", "a")] and rows[0]["label"] is (str(label).lower() == "true")


def test_a_label_that_is_no_judgement_is_only_a_column():
    mapping, _, findings = conversions([{"question": "q", "answer": "a", "label": "delivery"}])
    assert mapping.format == "question_answer" and findings[0].code == "columns.unused"


def test_tools_keep_their_numbers_and_calls_their_arguments():
    tool = {"name": "f", "parameters": {"maximum": 5, "ratio": 0.5}}
    turns = [
        {"from": "human", "value": "q"},
        {"from": "function_call", "value": '{"name": "f", "arguments": {"n": 5}}'},
        {"from": "observation", "value": "5"},
        {"from": "gpt", "value": "five"},
    ]
    for tools in ([tool], json.dumps([tool])):
        _, rows, _ = conversions([{"conversations": turns, "tools": tools}])
        assert rows[0]["tools"] == [{"type": "function", "function": tool}]
        assert [message["role"] for message in rows[0]["messages"]] == ["user", "assistant", "tool", "assistant"]
        assert rows[0]["messages"][1]["tool_calls"][0]["function"] == {"name": "f", "arguments": {"n": 5}}
    as_openai = {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"function": {"name": "f", "arguments": '{"n": 5}'}}],
    }
    _, rows, _ = conversions([{"messages": [{"role": "user", "content": "q"}, as_openai]}])
    assert rows[0]["messages"][1]["tool_calls"][0]["function"]["arguments"] == {"n": 5}


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"question": "q", "answer": ""}, "answer.empty"),
        ({"question": "q", "answer": " \n"}, "answer.empty"),
        ({"question": "q"}, "answer.empty"),
        ({"question": "q", "answer": None}, "answer.empty"),
        ({"question": None, "answer": "a"}, "question.empty"),
    ],
)
def test_rows_that_are_left_out(row, code):
    mapping, rows, findings = conversions([{"question": "q", "answer": "a"}, row])
    assert [one["row"] for one in rows] == [1]
    assert [(finding.level, finding.code, finding.rows) for finding in findings] == [("error", code, (2,))]


@pytest.mark.parametrize(
    ("turns", "code"),
    [
        ([{"role": "user", "content": None}, {"role": "assistant", "content": "x"}], "row.null"),
        ([{"role": "user", "content": "q"}], "row.no_assistant"),
        ([{"role": "wizard", "content": "q"}, {"role": "assistant", "content": "x"}], "row.unknown_role"),
        (
            [
                {"role": "user", "content": [{"type": "image_url", "image_url": "x"}]},
                {"role": "assistant", "content": "x"},
            ],
            "row.media",
        ),
        ([], "row.no_turns"),
        ("hello", "row.no_turns"),
        ([["user", "q"]], "row.no_assistant"),
        ([7, "q"], "row.no_turns"),
        (
            [
                {"role": "user", "content": "q"},
                {"role": "assistant", "content": "x"},
                {"role": "assistant", "content": ""},
            ],
            "answer.empty",
        ),
    ],
)
def test_conversations_that_are_left_out(turns, code):
    good = {"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}
    _, rows, findings = conversions([good, {"messages": turns}])
    assert [row["row"] for row in rows] == [1]
    assert [(finding.level, finding.code, finding.rows) for finding in findings] == [("error", code, (2,))]


def test_columns_that_say_nothing_are_unknown():
    mapping, rows, findings = conversions([{"Pclass": "3", "Name": "x"}])
    assert (mapping.format, mapping.columns, rows, findings) == ("unknown", {}, [], [])
