"""Columns that come late, and rows of another shape in one file."""

import json

import pytest

from core.data.choices import Choices
from core.data.examine import examine


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
