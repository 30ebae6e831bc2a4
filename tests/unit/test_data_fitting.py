"""Columns that come late, and rows of another shape in one file."""

import json

import pytest

from core.data.choices import Choices
from core.data.examine import examine
from core.errors import UserError


def examined(tmp_path, rows, choices=Choices()):  # noqa: B008
    path = tmp_path / "x.jsonl"
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    got = []
    return examine(path, name="x.jsonl", choices=choices, on_row=got.append), got


def asked(count, **more):
    return [{"question": f"What is {n}?", "answer": f"It is thing {n}.", **more} for n in range(count)]


def talks(count):
    return [
        {"messages": [{"role": "user", "content": f"Ask {n}"}, {"role": "assistant", "content": f"Tell {n}"}]}
        for n in range(count)
    ]


@pytest.mark.parametrize(
    ("part", "more"),
    [
        ("system", {"system": "Be kind."}),
        ("history", {"history": [["a", "b"]]}),
        ("thinking", {"thinking": "Well."}),
        ("tools", {"tools": [{"name": "f", "parameters": {}}]}),
        ("similar", {"similar question": "What else?"}),
        ("input", {"context": "About it."}),
    ],
)
def test_a_part_that_comes_after_the_rows_looked_at_is_used(tmp_path, part, more):
    found, rows = examined(tmp_path, [*asked(300), {"question": "Last?", "answer": "Yes.", **more}])
    (column,) = more
    assert found.mapping.columns == {"question": "question", "answer": "answer", part: column}
    assert not any(each.code == "columns.unused" for each in found.findings)
    plain = [{"role": "user", "content": "Last?"}, {"role": "assistant", "content": "Yes."}]
    assert len(rows) > 301 or rows[-1] != {"row": 301, "messages": plain}


def test_a_late_input_of_an_instruction(tmp_path):
    rows = [{"instruction": f"Do {n}", "output": f"done {n}"} for n in range(250)]
    found, got = examined(tmp_path, [*rows, {"instruction": "Add", "input": "1 and 2", "output": "3"}])
    assert got[-1]["messages"][0]["content"] == "Add\n1 and 2" and found.mapping.columns["input"] == "input"


@pytest.mark.parametrize("form", [None, "question_answer"])
def test_a_column_that_a_person_names_is_obeyed_however_late_it_comes(tmp_path, form):
    columns = {"question": "question", "answer": "answer", "system": "mood"}
    choices = Choices(format=form, columns=columns if form else {"system": "mood"})
    found, rows = examined(tmp_path, [*asked(300), *asked(1, mood="Be kind.")], choices)
    assert rows[-1]["messages"][0] == {"role": "system", "content": "Be kind."}
    assert found.mapping.columns == columns


def test_a_needed_column_that_a_person_names_may_come_late(tmp_path):
    late = [{"said": f"Say {n}", "answer": f"Tell {n}"} for n in range(50)]
    choices = Choices(format="question_answer", columns={"question": "said", "answer": "answer"})
    found, rows = examined(tmp_path, [*asked(300), *late], choices)
    assert rows[-1]["messages"][0]["content"] == "Say 49" and found.mapping.format == "question_answer"


def test_a_named_column_that_never_comes_is_passed_over(tmp_path):
    found, rows = examined(tmp_path, asked(3), Choices(columns={"system": "nowhere"}))
    assert (len(rows), found.mapping.columns) == (3, {"question": "question", "answer": "answer"})
    found, rows = examined(tmp_path, asked(3), Choices(columns={"question": "nowhere"}))
    assert found.mapping.format == "unknown"


def test_parts_that_a_person_left_out_do_not_come_back(tmp_path):
    choices = Choices(format="question_answer", columns={"question": "question", "answer": "answer"})
    found, _ = examined(tmp_path, [*asked(300), *asked(1, system="Be kind.")], choices)
    assert "system" not in found.mapping.columns


@pytest.mark.parametrize("first", [talks(300), talks(30)])
def test_rows_of_another_shape_are_read_by_their_own_columns(tmp_path, first):
    for rows in ([*first, *asked(300)], [*asked(300), *first]):
        found, got = examined(tmp_path, rows)
        assert len(got) == found.usable == len(rows)
        told = [each for each in found.findings if each.code == "columns.other_rows"]
        assert len(told) == 1 and told[0].count in (len(first), 300) and told[0].level == "info"
        assert not any(each.code == "columns.unused" for each in found.findings)


def test_empty_columns_of_the_other_shape_do_not_hide_it(tmp_path):
    none = {"question": None, "answer": None}
    rows = [*asked(250, messages=None), *[{**none, **row} for row in talks(5)]]
    found, got = examined(tmp_path, rows)
    assert len(got) == 255 and got[-1]["messages"][0]["content"] == "Ask 4"


def test_another_task_is_left_out_and_said(tmp_path):
    found, got = examined(tmp_path, [*asked(300), *({"text": f"Some words {n}."} for n in range(4))])
    (told,) = [each for each in found.findings if each.level == "error"]
    assert (told.code, told.count, len(got)) == ("row.other_kind", 4, 300)


def test_a_row_that_lacks_its_answer_is_still_called_that(tmp_path):
    found, got = examined(tmp_path, [*asked(300), {"question": "a"}, {"question": "b", "answer": ""}])
    assert [each.code for each in found.findings] == ["answer.empty"] and len(got) == 300


def codes(found):
    return [(each.level, each.code) for each in found.findings]


def test_words_for_a_name_that_is_nowhere_are_told(tmp_path):
    rows = [*asked(3), {"question": "Who is {{name}}?", "answer": "It is me."}]
    found, _ = examined(tmp_path, rows, Choices(fill={"name": "Ann", "firm": "X"}))
    (told,) = [each for each in found.findings if each.code == "fill.nowhere"]
    assert told.level == "info" and told.facts == {"names": "{{firm}}"}


def test_a_speaker_who_is_not_met_is_told(tmp_path):
    rows = [{"conversations": [{"from": "Anna", "value": "q"}, {"from": "Ben", "value": f"a {n}"}]} for n in range(3)]
    found, got = examined(tmp_path, rows, Choices(speaker="Carl"))
    assert ("info", "speaker.nowhere") in codes(found) and not got
    found, got = examined(tmp_path, rows, Choices(speaker="Ben"))
    assert ("info", "speaker.nowhere") not in codes(found) and len(got) == 3
    found, got = examined(tmp_path, asked(3), Choices(speaker="Ben"))
    assert ("info", "speaker.nowhere") in codes(found) and len(got) == 3


@pytest.mark.parametrize(
    "choices",
    [
        Choices(format="question_answer", columns={"question": "answer", "answer": "answer"}),
        Choices(columns={"question": "answer"}),
    ],
)
def test_one_column_is_not_both_question_and_answer(tmp_path, choices):
    with pytest.raises(UserError, match=r"data\.column_twice"):
        examined(tmp_path, asked(3), choices)


def test_a_column_that_was_found_for_one_part_can_be_named_for_another(tmp_path):
    found, got = examined(tmp_path, asked(3, context="About."), Choices(columns={"system": "context"}))
    assert got[0]["messages"][0] == {"role": "system", "content": "About."} and "input" not in found.mapping.columns


def test_uneven_rows_below_a_known_header_are_no_guess(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("question,answer\nq1,a1\nq2,yes, of course, sir\nq3\nq4,a4,\nq5,a5,,,\n", encoding="utf-8")
    assert examine(path, name="x.csv").mapping.sure


def test_a_guess_at_who_the_model_is_has_its_own_words():
    from core.cli.choices import guessed
    from core.data.formats.mapping import Mapping

    mapping = Mapping("sharegpt", "chat", {"messages": "conversations"}, speaker="Anna", sure=False)
    (told,) = guessed(mapping, Choices())
    assert (told.code, told.facts) == ("speaker.guessed", {"speaker": "Anna"})
    assert guessed(mapping, Choices(confirmed=True)) == []
