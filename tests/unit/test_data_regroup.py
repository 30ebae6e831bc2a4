"""Records that are not rows yet: a turn per line, rows saved as text, one object of questions and answers."""

import json

import pytest

from core.data.choices import Choices
from core.data.examine import examine
from core.data.formats.regroup import is_faq_object


def examined(tmp_path, rows, choices=Choices(), name="x.jsonl"):  # noqa: B008
    path = tmp_path / name
    text = rows if isinstance(rows, str) else "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_text(text, encoding="utf-8")
    got = []
    return examine(path, name=name, choices=choices, on_row=got.append), got


def said(row):
    return [(message["role"], message["content"]) for message in row["messages"]]


def turn(role, words, **more):
    return {"role": role, "content": words, **more}


def codes(found):
    return [(each.level, each.code) for each in found.findings]


def test_a_system_turn_begins_a_conversation(tmp_path):
    talk = [turn("system", "s"), turn("user", "q"), turn("assistant", "a"), turn("user", "r"), turn("assistant", "b")]
    found, rows = examined(tmp_path, talk * 150)
    assert (found.mapping.format, found.count, found.usable) == ("messages", 150, 150)
    assert said(rows[1]) == [("system", "s"), ("user", "q"), ("assistant", "a"), ("user", "r"), ("assistant", "b")]
    assert [row["row"] for row in rows[:2]] == [1, 6] and ("info", "turns.joined") in codes(found)


def test_without_a_mark_each_exchange_is_one_and_that_is_said(tmp_path):
    found, rows = examined(tmp_path, [turn("user", "q"), turn("assistant", "a")] * 20)
    assert len(rows) == 20 and said(rows[0]) == [("user", "q"), ("assistant", "a")]
    (told,) = [each for each in found.findings if each.code == "turns.exchanges"]
    assert told.level == "warning" and told.facts == {"count": 20, "turns": 40}


@pytest.mark.parametrize("column", ["conversation_id", "session_id", "会话编号"])
def test_an_id_says_what_belongs_together(tmp_path, column):
    rows = [{column: n % 7, **turn("user" if n < 7 else "assistant", f"{n}")} for n in range(14)]
    found, got = examined(tmp_path, rows)
    assert [said(row) for row in got] == [[("user", f"{n}"), ("assistant", f"{n + 7}")] for n in range(7)]
    assert ("info", "turns.joined") in codes(found)


def test_an_id_in_a_table_with_people_by_name(tmp_path):
    text = "conversation_id,speaker,text\n" + "".join(
        f"{n},Anna,Hello {n}\n{n},Ben,Good day {n}\n" for n in range(1, 6)
    )
    found, got = examined(tmp_path, text, Choices(speaker="Ben"), "x.csv")
    assert len(got) == 5 and said(got[0]) == [("user", "Hello 1"), ("assistant", "Good day 1")]


def test_a_tree_of_answers_goes_along_the_best(tmp_path):
    def node(own, parent, role, words, rank=None):
        return {"message_id": own, "parent_id": parent, "role": role, "text": words, "rank": rank, "lang": "en"}

    rows = [
        node("a", None, "prompter", "q"), node("c", "a", "assistant", "worse", 1),
        node("b", "a", "assistant", "best", 0),
        node("d", "b", "prompter", "more"), node("e", "d", "assistant", "end"), node("f", None, "prompter", "r"),
        node("g", "f", "assistant", "s"), node("x", "lost", "assistant", "?"),
    ]  # fmt: skip
    found, got = examined(tmp_path, rows)
    assert [said(row) for row in got] == [
        [("user", "q"), ("assistant", "best"), ("user", "more"), ("assistant", "end")],
        [("user", "r"), ("assistant", "s")],
    ]
    assert ("info", "turns.paths") in codes(found)
    assert [each.rows for each in found.findings if each.code == "turns.no_parent"] == [(8,)]


def test_who_names_the_columns_gets_the_rows_as_they_stand(tmp_path):
    choices = Choices(format="text", columns={"text": "content"})
    found, got = examined(tmp_path, [turn("user", "q"), turn("assistant", "a")] * 3, choices)
    assert found.mapping.format == "text" and len(got) == 6


@pytest.mark.parametrize(
    "rows",
    [
        [{"author": "Goethe", "text": "Words."}, {"author": "Schiller", "text": "More words."}],
        [{"from": "en", "text": "Good"}, {"from": "de", "text": "Gut"}],
    ],
)
def test_texts_with_an_author_are_no_turns(tmp_path, rows):
    found, _ = examined(tmp_path, rows * 3)
    assert not any(each.code.startswith("turns.") for each in found.findings)


def test_rows_that_were_saved_as_text(tmp_path):
    lines = [json.dumps({"question": f"q {n}", "answer": f"a {n}"}) for n in range(250)]
    found, got = examined(tmp_path, lines)
    assert (found.mapping.format, found.count, len(got), found.column_names) == (
        "question_answer", 250, 250, ["question", "answer"],
    )  # fmt: skip
    assert ("info", "rows.unpacked") in codes(found)
    turns = json.dumps([turn("user", "q"), turn("assistant", "a")])
    found, got = examined(tmp_path, [turns] * 3)
    assert found.mapping.format == "messages" and len(got) == 3


def test_text_that_happens_to_be_json_stays_text(tmp_path):
    found, got = examined(tmp_path, [json.dumps({"width": 3, "height": n}) for n in range(5)])
    assert found.mapping.format == "text" and got[0]["text"].startswith('{"width"')


def test_an_object_of_questions_and_answers(tmp_path):
    faq = {f"What is number {n}?": f"It is {n}." for n in range(6)}
    found, got = examined(tmp_path, [faq], name="x.json")
    assert len(got) == 6 and said(got[5]) == [("user", "What is number 5?"), ("assistant", "It is 5.")]
    assert not found.mapping.sure and found.mapping.format == "question_answer"


def test_what_is_no_object_of_questions():
    assert not is_faq_object({"question": "q", "answer": "a", "system": "s"})
    assert not is_faq_object({"width": "3", "height": "4", "depth": "5", "colour": "red", "weight": "6"})
    assert not is_faq_object({"Is it?": "Yes."}) and not is_faq_object([1, 2, 3])
    assert is_faq_object(
        {
            "营业时间是几点": "九点",
            "你们在哪里呀": "北京",
            "可以退货吗吗": "可以",
            "怎么联系你们": "电话",
            "有没有优惠呢": "有",
        }
    )


def test_turns_that_nothing_joins_are_told(tmp_path):
    for rows in (
        [turn("user", f"only {n}") for n in range(8)],
        [{"speaker": name, "text": f"words {n}"} for n in range(4) for name in ("Anna", "Ben")],
    ):
        found, got = examined(tmp_path, rows)
        (told,) = [each for each in found.findings if each.code == "turns.apart"]
        assert told.level == "warning" and len(got) == 8


@pytest.mark.parametrize("order", [1, -1])
def test_lists_of_cells_below_a_list_of_names(tmp_path, order):
    rows = [row[::order] for row in (["question", "answer"], ["q1", "a1"], ["q2", "a2"])]
    for name, text in (("x.json", json.dumps(rows)), ("x.jsonl", "\n".join(map(json.dumps, rows)))):
        found, got = examined(tmp_path, text, name=name)
        assert [said(row) for row in got] == [[("user", f"q{n}"), ("assistant", f"a{n}")] for n in (1, 2)]
        assert found.mapping.format == "question_answer" and found.count == 2


def test_pairs_without_names_stay_pairs(tmp_path):
    found, got = examined(tmp_path, [["What is it?", "It is this."], ["And that?", "That."]])
    assert found.mapping.format == "sharegpt" and len(got) == 2


def test_the_first_of_several_answers_that_stand_in_a_text(tmp_path):
    row = {"context": "c", "question": "q?", "answers": {"text": ["a", "b"], "answer_start": [1, 2]}}
    _, got = examined(tmp_path, [row] * 2)
    assert said(got[0]) == [("user", "c\nq?"), ("assistant", "a")]


def test_text_beside_marked_pieces(tmp_path):
    talk = [turn("user", ["see ", {"type": "link", "text": "x"}]), turn("assistant", "a")]
    _, got = examined(tmp_path, [{"messages": talk}] * 2)
    assert said(got[0]) == [("user", "see x"), ("assistant", "a")]


@pytest.mark.parametrize("more", [{}, {"session_id": "1"}])
def test_a_row_of_another_shape_among_turns_is_read_by_itself(tmp_path, more):
    talk = [turn("user", "q", **more), turn("assistant", "a", **more)]
    found, got = examined(tmp_path, [*talk * 10, {"question": "r", "answer": "b"}])
    assert said(got[-1]) == [("user", "r"), ("assistant", "b")] and got[-1]["row"] == 21
    assert said(got[0])[:2] == [("user", "q"), ("assistant", "a")]


def test_a_turn_among_conversations_is_no_file_of_turns(tmp_path):
    talk = {"messages": [turn("user", "q"), turn("assistant", "a")]}
    found, got = examined(tmp_path, [talk] * 3 + [turn("user", "x")])
    assert len(got) == 3 and not any(each.code == "turns.apart" for each in found.findings)
