"""Files as people have them: read right, or refused by one sentence; every cell as it was written."""

import csv
import gzip
import io
import json
import pickle
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.data import files
from core.data.literals import as_text
from core.errors import UserError

CHINESE = "问题,答案\n你们几点开门？,每天早上八点到晚上十点。\n可以退货吗？,收货七天内可以退货，请保留包装。\n"
TRADITIONAL = "問題,答案\n你們幾點開門？,每天早上八點到晚上十點。\n可以退貨嗎？,收貨七天內可以退貨，請保留包裝。\n"
WESTERN = "question,answer\nWo ist das Café?,Über die Straße, gleich links.\n".replace("e, g", "e – g")


def read(content, name="faq.txt"):
    data = content if isinstance(content, bytes) else content.encode("utf-8")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(data)
        return files.read(path, name=name)


def cells(found):
    return [[as_text(value) for value in record.values.values()] for record in found.rows]


def refused(content) -> UserError:
    with pytest.raises(UserError) as caught:
        read(content)
    return caught.value


@pytest.mark.parametrize(
    ("text", "encoding", "called"),
    [
        (CHINESE, "utf-8", "utf-8"),
        (CHINESE, "utf-8-sig", "utf-8-sig"),
        (CHINESE, "utf-16", "utf-16"),
        (CHINESE, "utf-16-le", "utf-16-le"),
        (CHINESE, "utf-16-be", "utf-16-be"),
        (CHINESE, "utf-32", "utf-32"),
        (CHINESE, "gbk", "gb18030"),
        (CHINESE, "gb18030", "gb18030"),
        (TRADITIONAL, "big5", "big5"),
        (TRADITIONAL, "gb18030", "gb18030"),
        (WESTERN, "cp1252", "cp1252"),
        ("question,answer\n" + "когда вы открыты?,каждый день с восьми утра\n" * 5, "cp1251", "cp1251"),
        ("question,answer\n営業時間を教えてください,毎日朝八時からです\n", "cp932", "cp932"),
        ("question,answer\n언제 문을 여나요?,매일 아침 여덟 시에 문을 엽니다. 언제든지 오세요\n", "euc-kr", "cp949"),
    ],
)
def test_the_encoding_is_found(text, encoding, called):
    found = read(text.encode(encoding))
    assert cells(found) == list(csv.reader(io.StringIO(text)))[1:]
    assert found.encoding == called


def test_a_few_chinese_letters_are_enough():
    assert read("[{'问': '你好', '答': '好'}]".replace("'", '"').encode("gbk")).encoding == "gb18030"


def test_a_broken_byte_does_not_change_the_encoding():
    data = CHINESE.encode("utf-8").replace("八".encode(), b"\xe5\x85")
    found = read(data)
    assert found.encoding == "utf-8" and "\ufffd" in found.rows[0].values["答案"]
    assert read(CHINESE.encode("utf-8")[:-3]).encoding == "utf-8"  # cut off in the middle of a character


KEPT = [
    "007",
    "NA",
    "1e5",
    "True",
    "12345678901234567890",
    "0.10",
    "null",
    "-0",
    "1.000",
    "  two blanks",
    "a\tb",
    "=1+1",
]


def test_cells_of_a_table_stay_as_they_were_written():
    table = "question,answer\n" + "".join(f'"{cell}",{cell}\n' for cell in KEPT)
    assert cells(read(table)) == [[cell, cell] for cell in KEPT]


def test_numbers_in_json_stay_as_they_were_written():
    numbers = ["1e5", "1.10", "12345678901234567890", "-0", "0.1000000000000000055", "9" * 5000, "NaN"]
    lines = "\n".join(f'{{"question": {number}, "answer": true}}' for number in numbers)
    assert cells(read(lines)) == [[number, "true"] for number in numbers]
    assert cells(read('[{"question": "7", "answer": [1.0, {"a": null}]}]')) == [["7", '[1.0, {"a": null}]']]


CELL = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\x00\r"), max_size=20)


@settings(max_examples=150, deadline=None)
@given(rows=st.lists(st.tuples(CELL, CELL), min_size=1, max_size=6), separator=st.sampled_from(",;\t|"))
def test_any_table_comes_back_as_it_was(rows, separator):
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    made = io.StringIO()
    writer = csv.writer(made, delimiter=separator, quoting=csv.QUOTE_ALL)
    writer.writerows([("question", "answer"), *rows])
    if not rows:
        assert refused(made.getvalue()).code == "data.header_only"
        return
    assert cells(read(made.getvalue())) == [list(row) for row in rows]


@settings(max_examples=100, deadline=None)
@given(
    rows=st.lists(
        st.dictionaries(st.sampled_from(["question", "answer", "x"]), CELL, min_size=1), min_size=1, max_size=6
    )
)
def test_any_rows_of_json_come_back_as_they_were(rows):
    lines = "\n".join(json.dumps(row) for row in rows)
    for text in (lines, json.dumps(rows), json.dumps(rows, indent=1), json.dumps({"version": 1, "data": rows})):
        assert [record.values for record in read(text).rows] == rows


@settings(max_examples=300, deadline=None)
@given(data=st.binary(max_size=200) | st.text(st.sampled_from('{}[]",:;\n\r\t ab1\\u'), max_size=80).map(str.encode))
@example(data=b"\n\x80")  # no letter at all
def test_nonsense_is_read_or_refused_but_never_breaks(data):
    try:
        found = read(data)
    except UserError as error:
        assert error.code.startswith("data.")
    else:
        assert found.rows and found.count >= len(found.rows)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separators(separator):
    found = read(f'question{separator}answer\n"What, why; or how?"{separator}So\n')
    assert found.columns == ["question", "answer"] and cells(found) == [["What, why; or how?", "So"]]


def test_quoted_line_breaks_stay_in_their_cell():
    found = read('question,answer\r\n"one\r\ntwo","say ""yes"""\r\nq2,a2\r\n')
    assert cells(found) == [["one\r\ntwo", 'say "yes"'], ["q2", "a2"]]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r\r\n", "\r"])
def test_line_ends(end):
    found = read(end.join(["  question , answer", "q1,a1", "", "q2,a2", ""]))
    assert found.columns == ["question", "answer"]
    assert cells(found) == [["q1", "a1"], ["q2", "a2"]] and [record.number for record in found.rows] == [1, 2]


def test_a_ragged_row_is_named_and_left_out_and_the_others_do_not_shift():
    found = read("question,answer\nq1,a1\nq2,a2, and more\nq3\nq4,a4\nq5,a5,\n")
    assert cells(found) == [["q1", "a1"], ["q4", "a4"], ["q5", "a5"]]
    assert [record.number for record in found.rows] == [1, 4, 5] and found.count == 5
    (finding,) = found.findings
    assert (finding.code, finding.rows, finding.facts["lines"]) == ("row.ragged", (2, 3), "3, 4")


def test_an_unclosed_quotation_mark_costs_its_own_row_only():
    rows = "".join(f"q{n},a{n}\n" for n in range(2, 40))
    found = read(f'question,answer\nq1,"a1\n{rows}')
    assert [record.number for record in found.rows] == list(range(2, 40))
    assert found.findings[0].rows == (1,)
    two = read(f'question,answer\nq1,"a1\n{rows}q40,"a40\nq41,a41\n')
    assert [record.number for record in two.rows] == [*range(2, 40), 41] and two.findings[0].rows == (1, 40)


def test_many_unclosed_quotation_marks_end_soon():
    assert refused("question,answer\n" + 'q,"a\n"b,c,d\n' * 20000).code in ("data.csv_quotes", "data.csv_ragged")


def test_column_names():
    found = read("question,answer,answer,,\nq,a1,a2,,\n")
    assert found.columns == ["question", "answer", "answer (2)"] and cells(found) == [["q", "a1", "a2"]]
    assert found.findings[0].code == "columns.twice"
    assert read("sep=;\nquestion;answer\nq;a\n").columns == ["question", "answer"]


def test_one_bad_line_loses_one_row():
    found = read('\n{"q": "1", "a": "x"}\n\n{"q": "2", "a": x}\n{"q": "3", "a": "x"}\n{"q": "4"')
    assert [record.number for record in found.rows] == [1, 3] and found.count == 4
    assert [(one.code, one.rows, one.facts["lines"]) for one in found.findings] == [
        ("row.broken_json", (2,), "4"),
        ("row.cut", (4,), "6"),
    ]
    first_bad = read('{"q": "1", "a": }\n{"q": "2", "a": "x"}\n')
    assert [record.number for record in first_bad.rows] == [2]


def test_the_name_decides_nothing():
    rows = [{"question": "a", "answer": "b"}, {"question": "c", "answer": "d"}]
    array, lines = json.dumps(rows), "\n".join(map(json.dumps, rows))
    assert read(array, "x.jsonl").container == "json" and read(lines, "x.json").container == "jsonl"
    assert read("question,answer\na,b\nc,d", "x.json").container == "csv"
    assert len({str(cells(read(text))) for text in (array, lines, "question,answer\na,b\nc,d")}) == 1


def test_shapes_of_json():
    turns = [{"from": "human", "value": "foo"}, {"from": "gpt", "value": "bar"}]
    for text in (json.dumps([turns, turns]), json.dumps(turns) + "\n" + json.dumps(turns)):
        assert [record.values for record in read(text).rows] == [{"messages": turns}] * 2
    assert [record.values for record in read(json.dumps(turns)).rows] == [{"messages": turns}]
    one = {"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}
    assert read(json.dumps(one)).rows[0].values == one and read(json.dumps(one, indent=2)).rows[0].values == one
    pretty = "\n".join(json.dumps({"question": str(n), "answer": "x"}, indent=2) for n in range(3))
    assert [record.values["question"] for record in read(pretty).rows] == ["0", "1", "2"]
    assert read('[{"question": "a", "answer": "b"}, 7]').findings[0].code == "row.no_object"


def test_half_an_emoji_does_not_reach_the_store():
    found = read('{"question": "\\ud83d", "answer": "\\ud83e\\udd17"}')
    assert found.rows[0].values == {"question": "\ufffd", "answer": "🤗"}


def zipped(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return made.getvalue()


OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600 + "Workbook".encode("utf-16-le") + b"\x00" * 400
LOCKED_EXCEL = OLD_EXCEL.replace("Workbook".encode("utf-16-le"), "EncryptedPackage".encode("utf-16-le"))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "data.empty"),
        (b"\xef\xbb\xbf \r\n\n", "data.empty"),
        (" \n".encode("utf-16"), "data.empty"),
        ("question,answer\n", "data.header_only"),
        ("question,answer\n\n , \n", "data.header_only"),
        ("\n\n<!DOCTYPE html>\n<html><body>[{}]</body></html>", "data.web_page"),
        ("<html>x</html>".encode("utf-16"), "data.web_page"),
        ("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "data.lfs_pointer"),
        (zipped("[Content_Types].xml", "xl/workbook.xml"), "data.workbook_broken"),
        (OLD_EXCEL, "data.workbook_broken"),
        (LOCKED_EXCEL, "data.excel_locked"),
        (OLD_EXCEL.replace("Workbook".encode("utf-16-le"), "WordDocument".encode("utf-16-le")), "data.word_file"),
        (zipped("[Content_Types].xml", "word/document.xml"), "data.word_file"),
        (zipped("[Content_Types].xml", "ppt/presentation.xml"), "data.slides_file"),
        (zipped("a.csv", "b.csv"), "data.archive_many"),
        (zipped(), "data.archive_empty"),
        (zipped("archive/data.pkl", "archive/version"), "data.model_file"),
        (zipped("a.csv")[:30], "data.archive_broken"),
        (b"\x1f\x8b\x08\x00aaaaaa", "data.archive_broken"),
        (gzip.compress(b"")[:-4], "data.archive_broken"),
        (b"7z\xbc\xaf\x27\x1c....", "data.archive"),
        (b"%PDF-1.7\n...", "data.pdf_file"),
        (b"\x89PNG\r\n\x1a\n...", "data.image_file"),
        (b"\xff\xd8\xff\xe0 JFIF", "data.image_file"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "data.media_file"),
        (b"\x00\x00\x00\x18ftypmp42....", "data.media_file"),
        (b"SQLite format 3\x00....", "data.database_file"),
        (b"GGUF\x03\x00\x00\x00....", "data.model_file"),
        ((8).to_bytes(8, "little") + b'{"a":{}}' + bytes(40), "data.model_file"),
        (b"PAR1....PAR1", "data.parquet_broken"),
        (b"ARROW1\x00\x00....", "data.binary_table"),
        (pickle.dumps([{"question": "a"}]), "data.pickle"),
        (bytes(range(256)) * 4, "data.binary"),
        ("[" * 100_000 + "]" * 100_000, "data.too_deep"),
        ('{"x": 1, "y": 2,\n "z": {"d": 3}}', "data.json_object"),
        ("[]", "data.no_rows"),
        ("[1, 2, 3]", "data.no_rows"),
        ('{"question": "a", "answer": "b', "data.json_cut"),
        ('[{"question": "a", "answer": "b', "data.json_cut"),
        ('{"cells": [{"cell_type": "code"}], "nbformat": 4}', "data.notebook"),
        ("#!/usr/bin/env python3\nprint(1)\n", "data.code_file"),
        ("import json\n\nfrom pathlib import Path\n\ndef main():\n    print(1)\n", "data.code_file"),
        ("model: qwen\ntraining:\n  rate: 0.1\n  steps: 20\nseed: 1\n", "data.settings_file"),
        ('[project]\nname = "x"\nversion = "1"\n', "data.settings_file"),
        ('{"question": "a",\n<<<<<<< HEAD\n"answer": "b"}\n=======\n"answer": "c"}\n>>>>>>> x', "data.json_conflict"),
    ],
)  # fmt: skip
def test_what_is_no_data_is_refused_by_one_sentence(content, code):
    assert refused(content).code == code


def test_a_fault_in_the_only_row_refuses_the_file_and_can_be_repaired():
    inside = refused('\n[\n {"question": "a", "answer": "b",}\n]\n')
    assert (inside.code, inside.facts["line"], inside.facts["repairable"]) == ("data.json_comma", 3, True)
    broken = refused('[\n {"question": a}\n]')
    assert (broken.code, broken.facts["line"], broken.facts["repairable"]) == ("data.json_broken", 2, True)


def test_a_line_nested_too_deeply_loses_one_row():
    found = read('{"question": "a", "answer": "b"}\n{"question": ' + "[" * 50_000 + "]" * 50_000 + "}\n")
    assert len(found.rows) == 1 and found.findings[0].code == "row.too_deep"


def test_places_that_are_no_file(tmp_path):
    for path, code in (
        (tmp_path, "data.folder"),
        (tmp_path / "none.csv", "file.missing"),
        (tmp_path / "a\x00b", "file.missing"),
    ):
        with pytest.raises(UserError) as caught:
            files.read(path)
        assert caught.value.code == code
