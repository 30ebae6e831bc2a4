"""Turns of every published shape, and who speaks in them."""

from typing import Any

import pytest

from core.data import formats
from core.data.choices import Choices
from core.data.rows import Record
from tests.unit.test_data_convert import codes, converted, said

HELLO = [("user", "q"), ("assistant", "a")]


@pytest.mark.parametrize(
    "turns",
    [
        [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}],
        [{"from": "Human", "value": "q"}, {"from": "ChatGPT", "value": "a"}],
        [{"from": "user", "value": "q"}, {"from": "bing", "value": "a"}],
        [{"from": "user", "value": "q"}, {"from": "bard", "value": "a"}],
        [{"speaker": "customer", "text": "q"}, {"speaker": "agent", "text": "a"}],
        [{"role": "user", "text": "q"}, {"role": "ai", "text": "a"}],
        [{"role": "user", "parts": [{"text": "q"}]}, {"role": "model", "parts": [{"text": "a"}]}],
        [{"author": {"role": "user"}, "content": {"content_type": "text", "parts": ["q"]}},
         {"author": {"role": "assistant"}, "content": {"content_type": "text", "parts": ["a"]}}],
        [{"role": "user", "content": {"type": "text", "text": "q"}}, {"role": "assistant", "content": "a"}],
        [{"role": "user", "content": [{"type": "text", "text": "q"}]}, {"role": "assistant", "content": "a"}],
        [{"role": "user", "name": "Ann", "content": "q"}, {"role": "assistant", "content": "a", "weight": 1}],
        [{"角色": "用户", "内容": "q"}, {"角色": "助手", "内容": "a"}],
        [{"human": "q", "assistant": "a"}],
        [{"human": "q", "gpt": "a"}],
        [{"user": "q", "bot": "a"}],
        [{"input": "q", "output": "a"}],
        [{"system": "", "input": "q", "output": "a"}],
        [{"question": "q", "answer": "a"}],
        [["q", "a"]],
        [["user", "q"], ["assistant", "a"]],
        ["q", "a"],
        ["问：q", "答：a"],
        "[{'from': 'human', 'value': 'q'}, {'from': 'gpt', 'value': 'a'}]",
        '{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}',
        {"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]},
        {"turn_1": {"Human": "<|Human|>: q<eoh>\n", "Inner Thoughts": "None", "MOSS": "<|MOSS|>: a<eom>\n"}},
    ],
)  # fmt: skip
def test_every_shape_of_turns(turns: Any) -> None:
    mapping, rows, findings = converted([{"conversation": turns, "id": "x"}])
    assert mapping.task == "chat" and mapping.sure and findings == []
    assert said(rows[0]["messages"]) == HELLO


@pytest.mark.parametrize(
    "rows",
    [
        [[{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}]],
        [["q", "a"]],
        [[["q", "a"]]],
        [{"conversation": {"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}}],
        [{"data": {"item": {"question": "q", "answer": "a"}}}],
        [{"conversation": {"human": "q", "assistant": "a"}}],
        [{"data": ["q", "a"]}],
        [{"my_talk": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}],
    ],
)
def test_rows_inside_rows(rows: list[Any]) -> None:
    _, found, findings = converted(rows)
    assert said(found[0]["messages"]) == HELLO and findings == []


@pytest.mark.parametrize("role", ["function_call", "tool_call"])
@pytest.mark.parametrize("answer", ["observation", "tool", "function_response", "tool_response", "ipython", "function"])
def test_roles_of_tools(role: str, answer: str) -> None:
    turns = [
        {"from": "human", "value": "q"},
        {"from": role, "value": '{"name": "f", "arguments": {"n": 5}}'},
        {"from": answer, "value": "5"},
        {"from": "gpt", "value": "a"},
    ]
    _, rows, _ = converted([{"conversations": turns}])
    assert [message["role"] for message in rows[0]["messages"]] == ["user", "assistant", "tool", "assistant"]
    assert rows[0]["messages"][1]["tool_calls"][0]["function"] == {"name": "f", "arguments": {"n": 5}}


def test_calls_of_tools_keep_their_ids_and_names() -> None:
    turns = [
        {"role": "user", "content": "q"},
        {"role": "assistant", "content": None,
         "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"n": 5}'}}]},
        {"role": "tool", "tool_call_id": "c1", "name": "f", "content": "5"},
        {"role": "assistant", "content": "a"},
    ]  # fmt: skip
    _, rows, _ = converted([{"messages": turns, "tools": '[{"name": "f"}]'}])
    asked, call, result, _ = rows[0]["messages"]
    assert call["tool_calls"] == [{"type": "function", "id": "c1", "function": {"name": "f", "arguments": {"n": 5}}}]
    assert result == {"role": "tool", "content": "5", "name": "f", "tool_call_id": "c1"} and asked["role"] == "user"
    old = [turns[0], {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": '{"n": 5}'}}]
    _, rows, _ = converted([{"messages": old}])
    assert rows[0]["messages"][1]["tool_calls"][0]["function"] == {"name": "f", "arguments": {"n": 5}}


def test_content_in_typed_parts() -> None:
    turns = [
        {"role": "user", "content": "q"},
        {"role": "assistant", "content": [{"type": "thinking", "thinking": "t"}, {"type": "text", "text": "a"},
                                          {"type": "tool_use", "id": "c", "name": "f", "input": {"n": "5"}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c", "content": "5"}]},
        {"role": "assistant", "content": "b"},
    ]  # fmt: skip
    _, rows, findings = converted([{"messages": turns}])
    assert said(rows[0]["messages"]) == [*HELLO, ("tool", "5"), ("assistant", "b")] and findings == []
    assert rows[0]["messages"][1]["reasoning_content"] == "t"
    assert rows[0]["messages"][1]["tool_calls"][0]["function"] == {"name": "f", "arguments": {"n": "5"}}


@pytest.mark.parametrize("key", ["reasoning_content", "reasoning", "thinking"])
def test_thinking_of_a_turn(key: str) -> None:
    _, rows, _ = converted([{"messages": [{"role": "user", "content": "q"},
                                          {"role": "assistant", key: "t", "content": "a"}]}])  # fmt: skip
    assert rows[0]["messages"][1] == {"role": "assistant", "content": "a", "reasoning_content": "t"}


@pytest.mark.parametrize(
    ("mark", "warned"),
    [({"weight": 0}, True), ({"loss": False}, True), ({"train": False}, True), ({"loss": "False"}, True),
     ({"weight": 1}, False), ({"loss": True}, False), ({"train": None}, False)],
)  # fmt: skip
def test_a_turn_that_is_not_to_be_learned_is_told(mark: dict[str, Any], warned: bool) -> None:
    _, rows, findings = converted(
        [{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a", **mark}]}]
    )
    assert said(rows[0]["messages"]) == HELLO
    assert rows[0]["messages"][1].get("learned", True) is not warned
    assert codes(findings) == ([("info", "turn.not_learned")] if warned else [])


# -- tools


@pytest.mark.parametrize("as_text", [True, False])
def test_an_answer_that_is_a_call(as_text: bool) -> None:
    calls: Any = [{"name": "f", "arguments": {"n": 5}}]
    tools: Any = [{"name": "f", "description": "d", "parameters": {"n": {"type": "int"}}}]
    if as_text:
        calls, tools = '[{"name": "f", "arguments": {"n": 5}}]', '[{"name": "f", "description": "d"}]'
    _, rows, findings = converted([{"id": 1, "query": "q", "answers": calls, "tools": tools}])
    assert rows[0]["messages"][1]["content"] == "" and codes(findings) == [("info", "row.calls_taken")]
    assert rows[0]["messages"][1]["tool_calls"][0]["function"] == {"name": "f", "arguments": {"n": 5}}
    assert rows[0]["tools"][0]["function"]["name"] == "f"


def test_json_as_an_answer_is_words_where_no_tools_are() -> None:
    _, rows, _ = converted([{"query": "q", "answers": '[{"name": "f", "arguments": {}}]'}])
    assert rows[0]["messages"][1] == {"role": "assistant", "content": '[{"name": "f", "arguments": {}}]'}


@pytest.mark.parametrize("tools", ["[{", "soon", 7, [7]])
def test_tools_that_cannot_be_read(tools: Any) -> None:
    _, rows, findings = converted([{"query": "q", "response": "a", "tools": tools}])
    assert rows == [] and codes(findings) == [("error", "row.tools")]


# -- names


def named(*talks: str) -> list[dict[str, Any]]:
    """ "G q|B a" are two turns, of G and of B."""
    return [
        {"messages": [dict(zip(("from", "value"), turn.split(" "), strict=True)) for turn in talk.split("|")]}
        for talk in talks
    ]


@pytest.mark.parametrize(
    ("talks", "speaker"),
    [
        (("Bob q|Geralt a", "Bob q|Geralt a"), "Geralt"),
        (("Bob q|Geralt a", "Ann q|Geralt a", "Geralt q|Bob a"), "Geralt"),
        (("Geralt q|Bob a", "Bob q|Geralt a", "Ann q|Geralt a", "Tim q|Geralt a|Ann x"), "Geralt"),
        (("human q|Geralt a", "human q|Geralt a"), "Geralt"),
        (("Bob q|assistant a", "Ann q|assistant a"), "assistant"),
        (("system s|Bob q|Geralt a",), "Geralt"),
        (("Ann q|Bob a", "Cid q|Dan a"), "Bob"),
    ],
)
def test_who_the_model_is_among_names(talks: tuple[str, ...], speaker: str) -> None:
    mapping, rows, findings = converted(named(*talks))
    assert (mapping.speaker, mapping.sure) == (speaker, False)
    if speaker != "Bob":
        assert len(rows) == len(talks) and findings == []


def test_a_person_says_who_the_model_is() -> None:
    rows = named("Geralt q|Bob a", "Geralt q|Bob a")
    mapping, found, _ = converted(rows, Choices(speaker="Geralt"))
    assert (mapping.speaker, mapping.sure) == ("Geralt", True)
    assert said(found[0]["messages"]) == [("assistant", "q"), ("user", "a")]
    mapping, found, _ = converted(named("human q|gpt a"), Choices(speaker="human"))
    assert said(found[0]["messages"]) == [("assistant", "q"), ("user", "a")]


def test_speakers_are_counted() -> None:
    rows = named("Bob q|Geralt a|Geralt b", "human q|Geralt a")
    records = [Record(number, row) for number, row in enumerate(rows, 1)]
    assert formats.speakers(records, formats.recognise(["messages"], records)) == {"Geralt": 3, "Bob": 1}
    text = formats.Mapping("text", "text", {"text": "messages"})
    assert formats.speakers(records, text) == {}


def test_one_odd_name_among_many_conversations_is_that_row_only() -> None:
    mapping, rows, findings = converted(named("user q|assistant a", "user q|assistant a", "user q|wizard a"))
    assert mapping.speaker is None and mapping.sure and len(rows) == 2
    assert codes(findings) == [("error", "row.unknown_role")] and findings[0].facts == {"role": "wizard"}
