"""Which column is what: by names in many languages, by content where names say nothing, and as a person chooses."""

from typing import Any

import pytest

from core.data import formats
from core.data.choices import Choices
from core.data.formats import FORMATS, PARTS
from core.data.rows import Record
from tests.unit.test_data_convert import codes, converted, said

HELLO = [("user", "q"), ("assistant", "a")]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Frage", "Antwort"), ("pregunta", "respuesta"), ("Question", "Réponse"), ("domanda", "risposta"),
        ("pergunta", "resposta"), ("вопрос", "ответ"), ("質問", "回答"), ("질문", "답변"), ("问题", "答案"),
        ("提问", "回答"), ("标准问", "标准答案"), ("用户问题", "客服回复"), ("输入", "输出"), ("指令", "输出"),
        ("query", "response"), ("input", "target"), ("source", "target"), ("human", "assistant"), ("user", "bot"),
        ("prompt", "response"), ("instruction", "answer"), ("Q", "A"), ("title", "answer"), ("problem", "solution"),
        ("user_input", "model_output"),
    ],
)  # fmt: skip
def test_names_of_questions_and_answers(question: str, answer: str) -> None:
    mapping, rows, findings = converted([{"id": 7, question: "q", answer: "a"}])
    assert mapping.sure and mapping.task == "chat" and findings == []
    assert said(rows[0]["messages"]) == HELLO


def test_suggested_prompts_are_no_question() -> None:
    mapping, _, _ = converted([{"Question": "q", "Answer": "a", "Prompts": "[]", "SuggestedQuestions": "[]"}])
    assert mapping.columns == {"question": "Question", "answer": "Answer"}


@pytest.mark.parametrize(
    ("rows", "question", "answer"),
    [
        ([{"x": "Why so?", "y": "Because."}, {"x": "Who?", "y": "Me."}], "x", "y"),
        ([{"x": "Because it is.", "y": "Why?"}, {"x": "Me.", "y": "Who?"}], "y", "x"),
        ([{"column 1": "hello", "column 2": "a long and friendly word of welcome"}] * 2, "column 1", "column 2"),
        ([{"column 1": "a long and friendly word of welcome", "column 2": "hello"}] * 2, "column 2", "column 1"),
        ([{"body": "The page is white since this morning", "answer": "fixed"}] * 2, "body", "answer"),
        ([{"question": "Why is it so?", "wording": "Because."}] * 2, "question", "wording"),
        ([{"k": "17", "x": "Why so?", "y": "Because."}] * 2, "x", "y"),
    ],
)
def test_a_guess_at_two_columns_is_not_sure(rows: list[dict[str, str]], question: str, answer: str) -> None:
    mapping, found, _ = converted(rows)
    assert (mapping.format, mapping.sure) == ("question_answer", False)
    assert (mapping.columns["question"], mapping.columns["answer"]) == (question, answer) and len(found) == len(rows)


def test_a_guess_at_one_column() -> None:
    mapping, rows, _ = converted([{"story": "Once upon a time"}])
    assert (mapping.format, mapping.columns, mapping.sure) == ("text", {"text": "story"}, False) and len(rows) == 1
    mapping, _, _ = converted([{"column 1": "Human: q\nAssistant: a"}])
    assert (mapping.format, mapping.sure) == ("messages", False)


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"Pclass": "3", "Name": "x"},
        {"x": "1", "y": "2"},
        {"Name": "Ann Lee", "Sex": "female", "Age": "3", "Ticket": "A/5", "Port": "S"},
        {"answer": "a"},
        {"x": None, "y": ""},
        {"x": ["a"], "y": {"b": "c"}},
    ],
)
def test_where_nothing_can_be_guessed_nothing_is(row: dict[str, Any]) -> None:
    mapping, rows, findings = converted([row])
    assert (mapping.format, mapping.columns, mapping.sure, rows, findings) == ("unknown", {}, False, [], [])


# -- what a person chooses


def test_the_choice_of_a_person_wins() -> None:
    rows = [{"question": "a", "answer": "q"}]
    chosen = Choices(format="question_answer", columns={"question": "answer", "answer": "question", "title": "gone"})
    mapping, found, _ = converted(rows, chosen)
    assert mapping.sure and mapping.columns == {"question": "answer", "answer": "question"}
    assert said(found[0]["messages"]) == HELLO


def test_several_columns_of_other_wordings_can_be_chosen() -> None:
    columns = {"question": "a", "answer": "b", "similar": "c", "similar2": "d"}
    _, found, _ = converted(
        [{"a": "q", "b": "a", "c": "q1", "d": "q2"}], Choices(format="question_answer", columns=columns)
    )
    assert [row["messages"][0]["content"] for row in found] == ["q", "q1", "q2"]


@pytest.mark.parametrize(
    ("form", "columns"),
    [
        ("question_answer", {"question": "x"}),
        ("question_answer", {"question": "x", "answer": "gone"}),
        ("poem", {"text": "x"}),
        ("preference", {"prompt": "x", "chosen": "y"}),
        ("preference", {"prompt": "x", "label": "y"}),
        ("text", {}),
    ],
)
def test_a_choice_without_a_part_that_must_be_is_unknown(form: str, columns: dict[str, str]) -> None:
    mapping, rows, _ = converted([{"x": "q", "y": "a"}], Choices(format=form, columns=columns))
    assert (mapping.format, mapping.columns, rows) == ("unknown", {}, [])


def test_every_format_has_its_parts_and_every_mapping_only_those() -> None:
    assert FORMATS == tuple(PARTS) and all(parts for parts in PARTS.values())
    turns = [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]
    rows: list[dict[str, Any]] = [
        {"messages": turns, "tools": "[]", "system": "s", "reasoning": "t"},
        {"instruction": "q", "input": "", "output": "a", "history": [], "cot": "t"},
        {"prompt": "q", "completion": "a"},
        {"question": "q", "similar": "x", "title": "t", "answer": "a", "system": "s"},
        {"text": "t"},
        {"prompt": "q", "chosen": "a", "rejected": "b", "system": "s"},
        {"prompt": "q", "completion": "a", "label": True},
    ]
    for row in rows:
        mapping = formats.recognise(list(row), [Record(1, row)])
        known = {part for part, _ in PARTS[mapping.format]}
        assert set(mapping.columns) <= known, mapping
        assert {part for part, required in PARTS[mapping.format] if required} <= set(mapping.columns)


# -- preferences


A, B = [{"role": "assistant", "content": "a"}], [{"role": "assistant", "content": "b"}]
Q = [{"role": "user", "content": "q"}]


@pytest.mark.parametrize(
    "row",
    [
        {"prompt": "q", "prompt_id": "x", "chosen": Q + A, "rejected": Q + B, "messages": Q + A},
        {"prompt": "q", "chosen": Q + A, "rejected": B},
        {"chosen": "\n\nHuman: q\n\nAssistant: a", "rejected": "\n\nHuman: q\n\nAssistant: b"},
        {"prompt": "\n\nHuman: q\n\nAssistant:", "chosen": "a", "rejected": "b"},
        {"messages": Q + A, "rejected_response": "b"},
        {"query": "q", "response": "a", "rejected_response": "b"},
        {"question": "q", "response_chosen": "a", "response_rejected": "b"},
        {"input": {"messages": Q}, "preferred_output": A, "non_preferred_output": B},
        {"prompt": '[{"role": "user", "content": "q"}]', "chosen": "a", "rejected": "b"},
        {"问题": "q", "好回答": "a", "差回答": "b"},
    ],
)
def test_preferences(row: dict[str, Any]) -> None:
    mapping, rows, findings = converted([row])
    assert (mapping.format, mapping.sure) == ("preference", True)
    assert not [finding for finding in findings if finding.level != "info"]
    assert [said(rows[0][part]) for part in ("prompt", "chosen", "rejected")] == [
        [("user", "q")], [("assistant", "a")], [("assistant", "b")],
    ]  # fmt: skip


def test_talks_that_part_in_the_middle() -> None:
    more = [{"role": "user", "content": "q2"}]
    _, rows, _ = converted([{"chosen": Q + A + more + A, "rejected": Q + A + more + B}])
    assert [turn["content"] for turn in rows[0]["prompt"]] == ["q", "a", "q2"]
    _, rows, _ = converted([{"chosen": Q + A + more + A, "rejected": Q + B}])
    assert [turn["content"] for turn in rows[0]["prompt"]] == ["q"] and len(rows[0]["chosen"]) == 3


def test_a_prompt_that_differs_from_the_talks_is_told() -> None:
    _, rows, findings = converted([{"prompt": "something else", "chosen": Q + A, "rejected": Q + B}])
    assert codes(findings) == [("warning", "preference.prompt_unused")] and rows[0]["prompt"] == Q


@pytest.mark.parametrize(
    ("good", "bad", "sure"),
    [(True, False, True), ("True", "false", True), (1, 0, False), ("1.0", "-1", False), ("good", "bad", False),
     ("好", "差", False), ("👍", "👎", False), ("thumbs_up", "thumbs_down", False),
     ("desirable", "undesirable", False)],
)  # fmt: skip
def test_labels_of_every_form(good: Any, bad: Any, sure: bool) -> None:
    for columns in ({"prompt": "q", "completion": "a"}, {"instruction": "q", "output": "a"}, {"messages": Q + A}):
        mapping, rows, findings = converted([{**columns, "label": good}, {**columns, "label": bad}])
        assert (mapping.format, mapping.sure, findings) == ("preference", sure, [])
        assert [row["label"] for row in rows] == [True, False] and said(rows[0]["answer"]) == [("assistant", "a")]


@pytest.mark.parametrize("labels", [(1, 1), ("delivery", "billing"), (0, 3), ("", None)])
def test_labels_that_judge_nothing(labels: tuple[Any, Any]) -> None:
    mapping, rows, _ = converted([{"question": "q", "answer": "a", "label": label} for label in labels])
    assert mapping.format == "question_answer" and len(rows) == 2


def test_a_label_that_cannot_be_read_is_that_row_only() -> None:
    rows = [{"prompt": "q", "completion": "a", "kto_tag": label} for label in (True, False)]
    chosen = Choices(format="preference", columns={"prompt": "prompt", "completion": "completion", "label": "kto_tag"})
    _, found, findings = converted([*rows, {"prompt": "q", "completion": "a", "kto_tag": "so so"}], chosen)
    assert len(found) == 2 and codes(findings) == [("error", "row.label")]
