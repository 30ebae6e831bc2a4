"""Columns that are known as pairs, questions with what they are about, answers to choose from."""

import pytest

from tests.unit.test_data_convert import codes, converted, said


@pytest.mark.parametrize(
    ("row", "turns", "sure"),
    [
        ({"article": "A long story. " * 30, "highlights": "short"}, ("A long story. " * 30, "short"), True),
        ({"document": "A long story. " * 30, "summary": "short"}, ("A long story. " * 30, "short"), True),
        ({"dialogue": "Ann: Hi!\r\nBen: Ho!", "summary": "They meet."}, ("Ann: Hi!\r\nBen: Ho!", "They meet."), True),
        ({"summary": "short", "text": "A long story."}, ("A long story.", "short"), True),
        ({"cmd": "ls -la /tmp/some/where", "nl": "list"}, ("list", "ls -la /tmp/some/where"), True),
        ({"sql": "SELECT 1", "natural_language": "one"}, ("one", "SELECT 1"), True),
        ({"question": "How many?", "query": "SELECT 1", "db_id": "x"}, ("How many?", "SELECT 1"), True),
        ({"question": "How many?", "sql": "SELECT 1"}, ("How many?", "SELECT 1"), True),
        ({"prompt": "def f():", "canonical_solution": "return"}, ("def f():", "return"), True),
        ({"source": "one", "target": "two"}, ("one", "two"), True),
        ({"english": "Good morning", "french": "Bonjour"}, ("Good morning", "Bonjour"), False),
        ({"en": "Good morning to you", "zh": "早上好"}, ("Good morning to you", "早上好"), False),
        ({"question": "q?", "context": "c", "answer": "a"}, ("c\nq?", "a"), True),
        ({"passage": "c", "question": "q?", "answer": "a"}, ("c\nq?", "a"), True),
        ({"问题": "q?", "背景": "c", "答案": "a"}, ("c\nq?", "a"), True),
        ({"prompt": "q?", "background": "c", "response": "a"}, ("c\nq?", "a"), True),
        ({"instruction": "do", "context": "c", "response": "a"}, ("do\nc", "a"), True),
        ({"question": "q?", "context": "", "answer": "a"}, ("q?", "a"), True),
        ({"problem": "2+2?", "solution": "First we add them both. So it is 4", "answer": "4"},
         ("2+2?", "First we add them both. So it is 4"), True),
    ],
)  # fmt: skip
def test_what_is_asked_and_what_is_answered(row, turns, sure):
    mapping, rows, findings = converted([row])
    assert (mapping.task, mapping.sure) == ("chat", sure)
    assert said(rows[0]["messages"]) == [("user", turns[0]), ("assistant", turns[1])]
    assert all(level == "info" for level, _ in codes(findings))


def test_a_context_that_is_no_text_is_left_aside():
    mapping, rows, findings = converted([{"question": "q", "context": {"title": ["a"]}, "answer": "a"}])
    assert said(rows[0]["messages"])[0] == ("user", "q") and codes(findings) == [("info", "columns.unused")]


@pytest.mark.parametrize(
    "row",
    [
        {"question": "Which?", "choices": ["x", "y"], "answer": 1},
        {"question": "Which?", "options": {"A": "x", "B": "y"}, "answer": "A"},
        {"question": "Which?", "A": "x", "B": "y", "C": "z", "answer": "B"},
    ],
)
def test_answers_to_choose_from_are_told_to_be_unused(row):
    mapping, rows, findings = converted([row])
    assert not mapping.sure and ("warning", "columns.choices_unused") in codes(findings)


def test_a_better_and_a_worse_answer_by_letters():
    mapping, rows, _ = converted([{"question": "q", "response_j": "good", "response_k": "bad"}])
    assert mapping.format == "preference" and said(rows[0]["chosen"]) == [("assistant", "good")]


def test_answers_whose_order_only_a_number_tells_are_not_guessed():
    mapping, _, _ = converted([{"history": "post", "human_ref_A": "a b c", "human_ref_B": "b c d", "labels": 1}])
    assert mapping.format == "unknown"
    talk = [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]
    mapping, _, _ = converted([{"conversation_a": talk, "conversation_b": talk, "winner": "model_a"}])
    assert mapping.format == "unknown"


@pytest.mark.parametrize(
    ("user", "assistant"),
    [
        ("usuario", "asistente"), ("пользователь", "ассистент"), ("ユーザー", "アシスタント"),
        ("Benutzer", "Assistent"),
        ("utilisateur", "assistant"), ("Kunde", "Berater"), ("cliente", "agente"), ("사용자", "어시스턴트"),
        ("问题1", "答案1"), ("Q1", "A1"), ("Question 2", "Answer 2"), ("问2", "答2"),
    ],
)  # fmt: skip
def test_roles_in_other_languages(user, assistant):
    english = {"conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}]}
    row = {"conversations": [{"from": user, "value": "q"}, {"from": assistant, "value": "a"}]}
    for given in ([row], [english, row, english]):
        mapping, rows, _ = converted(given)
        assert mapping.sure and mapping.speaker is None and len(rows) == len(given)
        assert all(said(one["messages"]) == [("user", "q"), ("assistant", "a")] for one in rows)


def test_people_with_numbers_are_no_roles():
    from core.data.formats.speakers import role_of

    assert role_of("user2") is None and role_of("agent 47") is None and role_of("A12") == "assistant"


def test_gemini_contents_with_their_system_instruction():
    contents = [{"role": "user", "parts": [{"text": "q"}]}, {"role": "model", "parts": [{"text": "a"}]}]
    mapping, rows, _ = converted([{"contents": contents, "systemInstruction": {"parts": [{"text": "s"}]}}])
    assert mapping.sure and said(rows[0]["messages"]) == [("system", "s"), ("user", "q"), ("assistant", "a")]


def test_the_wrapping_of_a_tools_answer_goes():
    turns = [("system", "Use <tools>[]</tools>"), ("human", "q"), ("gpt", "a"),
             ("tool", "<tool_response>\n{\"a\": 1}\n</tool_response>"), ("gpt", "b")]  # fmt: skip
    _, rows, _ = converted([{"conversations": [{"from": who, "value": words} for who, words in turns]}])
    assert rows[0]["messages"][0]["content"] == "Use <tools>[]</tools>"
    assert rows[0]["messages"][3] == {"role": "tool", "content": '{"a": 1}'}


@pytest.mark.parametrize(
    ("text", "turns"),
    [
        ("[Round 0]\n\n问：q\n\n答：a\n\n[Round 1]\n\n问：r\n\n答：b",
         [("user", "q"), ("assistant", "a"), ("user", "r"), ("assistant", "b")]),
        ("<|start|>system<|message|>s<|end|><|start|>user<|message|>q<|end|><|start|>assistant<|channel|>analysis"
         "<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>a<|return|>",
         [("system", "s"), ("user", "q"), ("assistant", "a")]),
        ("Q: q\nA: a", [("user", "q"), ("assistant", "a")]),
    ],
)  # fmt: skip
def test_more_ways_of_marking(text, turns):
    mapping, rows, _ = converted([{"text": text}] * 3)
    assert mapping.format == "messages" and said(rows[0]["messages"]) == turns
    assert "harmony" != mapping.markup or rows[0]["messages"][-1]["reasoning_content"] == "hm"
