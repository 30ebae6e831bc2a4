"""JSON as hands and programs break it: one bad row costs one row, and is mended only when the person agrees."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data import files
from core.data.choices import Choices
from core.data.files import json_broken
from core.data.fixes.offers import offers
from core.data.literals import Literal
from core.errors import UserError

ROWS = [{"question": f"q{n}", "answer": f"a{n}"} for n in range(4)]
LINES = [json.dumps(row) for row in ROWS]


@pytest.fixture
def read(tmp_path):
    def reading(text, *, repair=False):
        path = tmp_path / "faq.json"
        path.write_text(text, encoding="utf-8", newline="")
        return files.read(path, choices=Choices(repair=repair))

    return reading


def values(found):
    return [record.values for record in found.rows]


def faults(found):
    return [(one.code, list(one.rows), one.facts.get("lines")) for one in found.findings]


BAD = [
    ("a comma missing", '{"question": "q1" "answer": "a1"}'),
    ("a trailing comma", '{"question": "q1", "answer": "a1",}'),
    ("single quotes", "{'question': 'q1', 'answer': 'a1'}"),
    ("no quotes", '{question: "q1", answer: "a1"}'),
    ("a comment", '{"question": "q1", /* why */ "answer": "a1"}'),
    ("curly quotes", "{“question”: “q1”, “answer”: “a1”}"),
    ("a bracket missing", '{"question": "q1", "answer": "a1"'),
]


@pytest.mark.parametrize(("fault", "line"), BAD, ids=[fault for fault, _ in BAD])
@pytest.mark.parametrize("shape", ["{0}\n{bad}\n{2}\n{3}\n", "[\n{0},\n{bad},\n{2},\n{3}\n]", "[{0}, {bad}, {2}, {3}]"])
def test_one_bad_row_costs_one_row_and_can_be_mended(read, fault, line, shape):
    text = shape.replace("{0}", LINES[0]).replace("{2}", LINES[2]).replace("{3}", LINES[3]).replace("{bad}", line)
    if fault == "a bracket missing" and not shape.startswith("{0}"):
        return  # in a list it swallows the row behind it, which is no single fault any more
    found = read(text)
    assert values(found) == [ROWS[0], ROWS[2], ROWS[3]] and [record.number for record in found.rows] == [1, 3, 4]
    assert found.count == 4
    at = str(text[: text.index(line)].count("\n") + 1)
    (bad,) = found.findings
    assert (bad.code, bad.level, bad.rows, bad.facts["repairable"]) == ("row.broken_json", "error", (2,), True)
    assert bad.facts["lines"] in (at, str(int(at) + 1))  # an unclosed one is noticed on the next line
    mended = read(text, repair=True)
    assert values(mended) == ROWS and faults(mended) == [("row.repaired", [2], at)]


def test_one_bad_line_of_a_thousand_loses_one_row(read):
    lines = [json.dumps({"question": str(n), "answer": "x" * 400}) for n in range(1000)]
    lines[499] = lines[499][:-1]
    found = read("\n".join(lines))
    assert len(found.rows) == 999 and found.count == 1000 and faults(found)[0][:2] == ("row.broken_json", [500])
    lines[499] = '{"question": "line\nbreak", "answer": "x"}'
    for text in ("\n".join(lines), "[" + ",\n".join(lines) + "]"):
        found = read(text)
        assert len(found.rows) == 999 and faults(found) == [("row.broken_json", [500], "500")]
        assert values(read(text, repair=True))[499] == {"question": "line\nbreak", "answer": "x"}


def test_a_bad_row_of_a_pretty_printed_list(read):
    rows = [
        {"messages": [{"role": "user", "content": f"q{n}"}, {"role": "assistant", "content": "a"}]} for n in range(4)
    ]
    for broken in (0, 1, 3):
        text = json.dumps(rows, indent=2).replace(f'"q{broken}"\n', f'"q{broken}",\n')
        found = read(text)
        assert values(found) == rows[:broken] + rows[broken + 1 :]
        assert [code for code, *_ in faults(found)] == ["row.broken_json"]
        assert values(read(text, repair=True)) == rows


def test_every_row_bad_refuses_the_file_and_says_that_it_can_be_repaired(read):
    for text in ("\n".join(map(str, ROWS)), str(ROWS), "data = " + str(ROWS)):
        with pytest.raises(UserError) as caught:
            read(text)
        assert (caught.value.code, caught.value.facts["repairable"]) == ("data.json_broken", True)
        assert values(read(text, repair=True)) == ROWS


def test_numbers_survive_a_mended_comma(read):
    text = '{"question": "q", "answer": 1.10,}\n{"question": "q", "answer": 12345678901234567890,}'
    assert [row["answer"] for row in values(read(text, repair=True))] == [Literal("1.10"), "12345678901234567890"]


def test_what_cannot_be_mended_stays_out(read):
    text = f"{LINES[0]}\n{{]]]\n{LINES[1]}"
    assert values(read(text, repair=True)) == ROWS[:2]


def test_commas_and_comments_between_rows_cost_nothing_and_are_named(read):
    found = read("[" + ", ".join(LINES) + ",]")
    assert values(found) == ROWS and faults(found) == [("lines.comma", [], "1")]
    found = read("[\n" + "\n".join(LINES) + "\n]")
    assert values(found) == ROWS and faults(found) == [("lines.comma", [], "3, 4, 5")]
    found = read(f"// mine\n{LINES[0]}\n# old\n{LINES[1]} // tail\n/* two\nlines */\n{LINES[2]}\n{LINES[3]}")
    assert values(found) == ROWS and faults(found) == [("lines.comment", [], "1, 3, 4, 5")]
    assert read(f"{LINES[0]},\n{LINES[1]},\n").findings == []


def test_marks_of_a_conflict(read):
    between = f"{LINES[0]}\n<<<<<<< HEAD\n{LINES[1]}\n=======\n{LINES[2]}\n>>>>>>> other\n{LINES[3]}\n"
    found = read(between)
    assert values(found) == ROWS and faults(found) == [("lines.conflict", [], "2, 4, 6")]
    inside = '{"question": "q",\n<<<<<<< HEAD\n"answer": "ours"\n=======\n"answer": "theirs"\n>>>>>>> other\n}\n'
    found = read(inside + LINES[3])
    assert values(found) == [ROWS[3]] and faults(found)[0][:2] == ("row.broken_json", [1])
    both = read(inside + LINES[3], repair=True)
    assert [row["answer"] for row in values(both)] == ["ours", "theirs", "a3"]
    assert [record.number for record in both.rows] == [1, 2, 3]
    assert [code for code, *_ in faults(both)] == ["lines.conflict", "row.repaired"]
    table = "question,answer\nq,a\n<<<<<<< HEAD\nq,b\n=======\nq,c\n>>>>>>> other\nq,d\n"
    found = read(table)
    assert [row["answer"] for row in values(found)] == list("abcd") and found.findings[0].code == "lines.conflict"


def test_a_cut_file_keeps_what_is_whole(read):
    lines = "\n".join(LINES)
    assert faults(read(lines[:-5])) == [("row.cut", [4], "4")]
    assert values(read(lines[:-5], repair=True)) == ROWS[:3]  # half an answer is not learned
    listed = json.dumps(ROWS, indent=1)
    assert faults(read(listed[:-20])) == [("row.cut", [4], "14")] and len(read(listed[:-20]).rows) == 3
    assert faults(read(listed[:-2])) == [("rows.cut", [], "17")] and len(read(listed[:-2]).rows) == 4
    with pytest.raises(UserError, match=r"data\.json_cut"):
        read(LINES[0][:-4])


def test_zero_characters_cost_their_row(read):
    text = f'{LINES[0]}\n{{"question": "a\x00b", "answer": "c"}}\n{LINES[1]}'
    found = read(text)
    assert values(found) == ROWS[:2] and faults(found) == [("row.nul", [2], "2")]
    assert values(read(text, repair=True))[1] == {"question": "ab", "answer": "c"}
    assert values(read('{"question": "a\\u0000b", "answer": "c"}'))[0]["question"] == "ab"
    table = "question,answer\n" + "a\x00b,c\n" + "q,a\n" * 50
    found = read(table)
    assert len(found.rows) == 50 and faults(found) == [("row.nul", [1], "2")]
    assert values(read(table, repair=True))[0] == {"question": "ab", "answer": "c"}


def test_half_an_emoji_is_replaced_and_named(read):
    broken, whole = '{"question": "\\ud83d", "answer": "b"}', '{"question": "\\ud83e\\udd17", "answer": "b"}'
    for text in (f"{whole}\n{broken}", f"[{whole}, {broken}]"):
        found = read(text)
        assert [row["question"] for row in values(found)] == ["🤗", "\ufffd"]
        assert faults(found) == [("row.half_character", [2], None)]


def test_what_stands_around_the_rows(read):
    for text in (f"const data = {json.dumps(ROWS)};\n", f"```json\n{json.dumps(ROWS, indent=1)}\n```\n"):
        found = read(text)
        assert values(found) == ROWS and [code for code, *_ in faults(found)] == ["lines.left_out"]
    found = read(f"{LINES[0]}\nhello there\n{LINES[1]}\n")
    assert values(found) == ROWS[:2] and found.findings[0].facts["said"] == "hello there"


def test_rows_inside_an_object(read):
    splits = {"version": "1", "train": ROWS, "test": ROWS[:1]}
    found = read(json.dumps(splits))
    assert values(found) == ROWS
    assert found.findings[0].facts == {"used": "train", "others": "test (1)", "count": 1}
    assert values(read(json.dumps({"data": {"rows": ROWS}}))) == ROWS
    assert values(read(json.dumps({"a1": ROWS[0], "a2": ROWS[1]}))) == ROWS[:2]
    by_column = {key: [row[key] for row in ROWS] for key in ROWS[0]}
    assert values(read(json.dumps(by_column))) == ROWS
    by_index = {key: {str(n): cell for n, cell in enumerate(cells)} for key, cells in by_column.items()}
    assert values(read(json.dumps(by_index, indent=1))) == ROWS
    assert values(read(json.dumps(["one", "two"]))) == [{"text": "one"}, {"text": "two"}]
    assert values(read('"one"\n"two"\n')) == [{"text": "one"}, {"text": "two"}]


def test_rows_inside_a_large_or_broken_object(read, monkeypatch):
    splits = json.dumps({"version": {"x": [1, {"a": 2}]}, "train": ROWS * 50, "test": ROWS[:1]}, indent=1)
    monkeypatch.setattr("core.data.files.json_rows._WHOLE_LIMIT", 100)
    monkeypatch.setattr("core.data.files.source.BLOCK", 64)
    found = read(splits)
    assert values(found) == ROWS * 50 and found.findings[0].facts["others"] == "test (1)"
    broken = read(splits.replace('"q1",', '"q1"', 1))
    assert len(broken.rows) == 199 and broken.findings[-1].rows == (2,) and broken.container == "json"


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_any_letter_lost_costs_few_rows_and_never_breaks(data, tmp_path_factory):
    rows = [{"question": f"q{n}", "answer": f"a{n}"} for n in range(12)]
    text = data.draw(st.sampled_from([json.dumps(rows), json.dumps(rows, indent=1), "\n".join(map(json.dumps, rows))]))
    at = data.draw(st.integers(20, len(text) - 2))
    path = tmp_path_factory.mktemp("lost") / "x"
    path.write_text(text[:at] + data.draw(st.sampled_from(["", '"', "\n", "}", ",", "\\"])) + text[at + 1 :])
    found = files.read(path)
    whole = {str(row) for row in rows}
    assert sum(str(record.values) in whole for record in found.rows) >= 8


def test_a_key_that_stands_twice_in_a_row_is_named(read):
    """The first of its values is lost, as JSON has it; it used to go unsaid."""
    twice = '{"question": "lost", "answer": "a", "question": "kept"}'
    turns = '{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "x", "content": "a"}]}'
    fine = '{"question": "\\"question\\": \\"question\\":", "answer": "question"}'
    nested = '{"question": "q", "answer": "a", "note": {"question": "x"}}'
    for shape in ("{}\n{}\n{}\n{}", "[{}, {},\n{},\n{}]", '{{"data": [{}, {}, {}, {}]}}', "{},\n{}\n\n{}\n{}"):
        found = read(shape.format(fine, twice, nested, twice.replace('":', '" :')))
        assert faults(found) == [("row.key_twice", [2, 4], None)], shape
        (one,) = found.findings
        assert (one.level, one.facts["key"]) == ("warning", "question")
        assert [row["question"] for row in values(found)][1:] == ["kept", "q", "kept"] and found.count == 4
    many = "\n".join([LINES[0]] * 3000)
    assert faults(read(f"{many}\n{twice}\n{many}")) == [("row.key_twice", [3001], None)]
    pretty = '{\n "question": "x",\n "answer": "a",\n "question": "q"\n}\n' * 2
    assert faults(read(pretty)) == [("row.key_twice", [1, 2], None)]
    found = read(f"{turns}\n{turns}")
    assert faults(found) == [("row.key_twice", [1, 2], None)] and found.findings[0].facts["key"] == "content"
    half = '{"question": "lost", "answer": "a", "question": "\\ud83d"}'
    assert [code for code, *_ in faults(read(f"{half}\n{LINES[1]}"))] == ["row.half_character", "row.key_twice"]


@pytest.mark.parametrize("broken", [0, 1, 3])
def test_a_line_without_its_opening_brace_counts_as_a_row(read, broken):
    """It was passed over uncounted, so that the numbers of all rows behind it were wrong by one."""
    lines = [line[1:] if number == broken else line for number, line in enumerate(LINES)]
    for end in ("", ","):
        text = "\n".join(line + end for line in lines)
        found = read(text)
        assert values(found) == ROWS[:broken] + ROWS[broken + 1 :] and found.count == 4
        assert [row.number for row in found.rows] == [number for number in range(1, 5) if number != broken + 1]
        assert faults(found) == [("row.broken_json", [broken + 1], str(broken + 1))]
        assert found.findings[0].facts["repairable"]
        assert values(read(text, repair=True)) == ROWS


def test_repair_is_offered_where_it_brings_in_a_row(read):
    """It was offered for lines that nothing can mend, and then changed nothing."""
    for lines, mendable in (
        (["{hello world"], False),
        (["{hello world", LINES[2], "{]"], False),
        (["{hello \x00 world"], False),
        (["{hello world", LINES[0][:-1] + ",}"], True),
        (["{hello world", LINES[2]] * (json_broken.TRIED + 1), True),  # nobody knows
    ):
        found = read("\n".join([LINES[0], *lines, LINES[1]]))
        assert {bool(one.facts["repairable"]) for one in found.findings} == {mendable}, lines
        (offer, *_) = offers(found.findings[0], made=False)
        assert (offer.fix == "repair") == mendable
