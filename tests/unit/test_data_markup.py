"""Text in which turns are marked is taken apart, and text that only holds a mark is left whole."""

from typing import Any

import pytest

from core.data.choices import Choices
from core.data.formats.markup import markup_of, split
from tests.unit.test_data_convert import codes, converted, said

TALK = [("user", "q1\n\nmore"), ("assistant", "a1"), ("user", "q2"), ("assistant", "a2\nb")]
WITH_SYSTEM = [("system", "s"), *TALK]


@pytest.mark.parametrize(
    ("text", "turns"),
    [
        ("### Instruction:\nq1\n\nmore\n\n### Response:\na1\n\n### Instruction:\nq2\n\n### Response:\na2\nb", TALK),
        ("s\n\n### Instruction:\nq\n\n### Input:\nmore\n\n### Response:\na</s>",
         [("system", "s"), ("user", "q\nmore"), ("assistant", "a")]),
        ("### Human: q1\n\nmore### Assistant: a1### Human: q2### Assistant: a2\nb", TALK),
        ("### 问题：q1\n\nmore\n### 回答：a1\n### 问题：q2\n### 回答：a2\nb", TALK),
        ("<s>[INST] <<SYS>>\ns\n<</SYS>>\n\nq1\n\nmore [/INST] a1 </s><s>[INST] q2 [/INST] a2\nb </s>", WITH_SYSTEM),
        ("[INST] q1\n\nmore [/INST] a1</s>[INST] q2 [/INST] a2\nb</s>", TALK),
        ("<|im_start|>system\ns<|im_end|>\n<|im_start|>user\nq1\n\nmore<|im_end|>\n<|im_start|>assistant\na1<|im_end|>\n"
         "<|im_start|>user\nq2<|im_end|>\n<|im_start|>assistant\na2\nb<|im_end|>\n", WITH_SYSTEM),
        ("<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\ns<|eot_id|><|start_header_id|>user"
         "<|end_header_id|>\n\nq1\n\nmore<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\na1<|eot_id|>"
         "<|start_header_id|>user<|end_header_id|>\n\nq2<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n"
         "a2\nb<|eot_id|>", WITH_SYSTEM),
        ("<bos><start_of_turn>user\nq1\n\nmore<end_of_turn>\n<start_of_turn>model\na1<end_of_turn>\n<start_of_turn>user\n"
         "q2<end_of_turn>\n<start_of_turn>model\na2\nb<end_of_turn>", TALK),
        ("<|system|>\ns</s>\n<|user|>\nq1\n\nmore</s>\n<|assistant|>\na1</s>\n<|user|>\nq2</s>\n<|assistant|>\na2\nb</s>",
         WITH_SYSTEM),
        ("<|user|>q1\n\nmore<|end|><|assistant|>a1<|end|><|user|>q2<|end|><|assistant|>a2\nb<|end|>", TALK),
        ("<｜begin▁of▁sentence｜>s<｜User｜>q1\n\nmore<｜Assistant｜>a1<｜end▁of▁sentence｜><｜User｜>q2<｜Assistant｜>a2\nb"
         "<｜end▁of▁sentence｜>", WITH_SYSTEM),
        ("\n\nHuman: q1\n\nmore\n\nAssistant: a1\n\nHuman: q2\n\nAssistant: a2\nb", TALK),
        ("Human:q1\n\nmore\nAssistant:a1\nHuman:q2\nAssistant:a2\nb", TALK),
        ("User: q1\n\nmore\nBot: a1\nUser: q2\nBot: a2\nb", TALK),
        ("Q: q1\n\nmore\nA: a1\nQ: q2\nA: a2\nb", TALK),
        ("**User:** q1\n\nmore\n**Assistant:** a1\n**User:** q2\n**Assistant:** a2\nb", TALK),
        ("<human>: q1\n\nmore\n<bot>: a1\n<human>: q2\n<bot>: a2\nb", TALK),
        ("用户：q1\n\nmore\n助手：a1\n用户：q2\n助手：a2\nb", TALK),
        ("问：q1\n\nmore\n答：a1\n问：q2\n答：a2\nb", TALK),
        ("s USER: q1\n\nmore ASSISTANT: a1</s>USER: q2 ASSISTANT: a2\nb</s>", WITH_SYSTEM),
        ("<|Human|>: q1\n\nmore<eoh>\n<|MOSS|>: a1<eom>\n<|Human|>: q2<eoh>\n<|MOSS|>: a2\nb<eom>", TALK),
    ],
)  # fmt: skip
def test_every_way_of_marking(text: str, turns: list[tuple[str, str]]) -> None:
    mapping, rows, findings = converted([{"text": text}])
    assert (mapping.format, mapping.task, mapping.sure) == ("messages", "chat", True) and mapping.markup
    assert said(rows[0]["messages"]) == turns and codes(findings) == [("info", "markup.taken")]


@pytest.mark.parametrize(
    "text",
    [
        "Once upon a time a human: it was said.",
        "### Introduction\nThis is prose.\n### Summary\nIt ends.",
        "The sign said [INST] and nothing else.",
        "Human: only a question",
        "<|im_start|>narrator\nq<|im_end|>\n<|im_start|>assistant\na<|im_end|>",
        "My question: why?\nThe answer: because.",
        "",
    ],
)
def test_prose_is_left_whole(text: str) -> None:
    assert split(text) is None and markup_of([text]) is None


def test_nearly_all_rows_must_be_marked() -> None:
    marked, prose = {"text": "Human: q\nAssistant: a"}, {"text": "prose"}
    mapping, rows, findings = converted([marked] * 5 + [prose] * 5)
    assert mapping.task == "text" and len(rows) == 10 and findings == []
    mapping, rows, findings = converted([marked] * 19 + [prose])
    assert mapping.format == "messages" and len(rows) == 19
    assert [(*code, finding.rows) for code, finding in zip(codes(findings), findings, strict=True)][0] == (
        "error", "row.no_turns", (20,),
    )  # fmt: skip


def test_a_person_can_keep_marked_text_whole_or_have_it_taken_apart() -> None:
    row = {"text": "Human: q\nAssistant: a"}
    _, rows, _ = converted([row], Choices(format="text", columns={"text": "text"}))
    assert rows == [{"row": 1, **row}]
    chosen = Choices(format="messages", columns={"messages": "text"})
    mapping, rows, _ = converted([{"text": "prose"}] * 3 + [row], chosen)
    assert mapping.sure and [one["row"] for one in rows] == [4]


def test_a_question_that_holds_earlier_turns() -> None:
    row = {"instruction": " <user>: q0 <bot>: a0 <user>: q", "input": "", "output": "a"}
    mapping, rows, findings = converted([row, {"instruction": "<user>: q", "input": "", "output": "a"}])
    assert mapping.format == "prompt_completion" and codes(findings) == [("info", "markup.taken")]
    assert said(rows[0]["messages"]) == [("user", "q0"), ("assistant", "a0"), ("user", "q"), ("assistant", "a")]
    assert said(rows[1]["messages"]) == [("user", "q"), ("assistant", "a")]
    _, rows, _ = converted([{"prompt": "\n\nHuman: q\n\nAssistant:", "completion": " a"}])
    assert said(rows[0]["messages"]) == [("user", "q"), ("assistant", " a")]


@pytest.mark.parametrize("prompt", ["Question: q\nAnswer:", "问题：q", "### Instruction: q\n### Response:", "Q: q"])
def test_a_word_before_a_question_stays(prompt: str) -> None:
    for row in ({"prompt": prompt, "completion": "a"}, {"question": prompt, "answer": "a"}):
        mapping, rows, findings = converted([row])
        assert said(rows[0]["messages"]) == [("user", prompt), ("assistant", "a")] and findings == []


CHAT = (
    "USER: Weather in Ulm, isn't it?\n\n\nASSISTANT: <functioncall> "
    '{"name": "weather", "arguments": \'{"city": "Ulm"}\'} <|endoftext|>\n\n\n'
    'FUNCTION RESPONSE: {"t": 20}\n\n\nASSISTANT: 20 degrees. <|endoftext|>'
)
OFFER = 'You have these tools. Use them -\n{\n "name": "weather",\n "parameters": {"n": 1}\n}'


@pytest.mark.parametrize(
    "row", [{"system": "SYSTEM: " + OFFER, "chat": CHAT}, {"sample": "SYSTEM: " + OFFER + "\n" + CHAT}]
)
def test_tools_and_calls_in_words(row: dict[str, Any]) -> None:
    _, rows, findings = converted([row])
    system, asked, call, result, answer = rows[0]["messages"]
    assert system["content"] == "You have these tools. Use them -" and asked["content"] == "Weather in Ulm, isn't it?"
    assert rows[0]["tools"] == [{"type": "function", "function": {"name": "weather", "parameters": {"n": 1}}}]
    assert call["tool_calls"] == [{"type": "function", "function": {"name": "weather", "arguments": {"city": "Ulm"}}}]
    assert (result["role"], result["content"], answer["content"]) == ("tool", '{"t": 20}', "20 degrees.")
    assert codes(findings) == [("info", "row.tools_taken"), ("info", "markup.taken")]


def test_a_call_that_cannot_be_read_stays_words() -> None:
    _, rows, _ = converted([{"chat": "USER: q\nASSISTANT: <functioncall> {name: f <|endoftext|>"}])
    assert rows[0]["messages"][1] == {"role": "assistant", "content": "<functioncall> {name: f"}
