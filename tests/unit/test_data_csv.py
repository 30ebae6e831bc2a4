"""Quotation marks in tables: cells with line breaks stay whole, and a stray mark never changes a text unnoticed."""

import pytest

from core.data import files
from core.data.choices import Choices
from core.errors import UserError


@pytest.fixture
def read(tmp_path):
    def reading(text, **choices):
        path = tmp_path / "faq.csv"
        path.write_bytes(text.encode())
        return files.read(path, choices=Choices(**choices))

    return reading


def cells(found):
    return [tuple(record.values.values()) for record in found.rows]


def faults(found):
    return [(one.level, one.code, one.rows, one.facts.get("lines")) for one in found.findings]


@pytest.mark.parametrize("count", [2, 25, 2000])
@pytest.mark.parametrize(
    ("top", "more"),
    [("question,answer\n", ""), ("FAQ export 2026\nquestion,answer\n", ""), ("question,answer,,\n", ",,"),
     ('"FAQ export,\n2026, all"\nquestion,answer\n', ""), ("question,answer\n", ",,")],
)  # fmt: skip
def test_cells_with_line_breaks_stay_whole_below_a_title_and_beside_blank_cells(read, top, more, count):
    """The width of the first line was asked of all records: a title tore each of them apart, and 20 lost the file."""
    found = read(top + "".join(f'"one\nmore, {n}?","a\n\nb ""{n}"""{more}\n' for n in range(count)))
    assert found.columns == ["question", "answer"] and found.count == count
    assert cells(found) == [(f"one\nmore, {n}?", f'a\n\nb "{n}"') for n in range(count)]
    assert [record.number for record in found.rows] == list(range(1, count + 1))
    assert {code for _, code, *_ in faults(found)} <= {"table.title_rows"}


def test_a_whole_record_of_the_wrong_width_is_one_ragged_row(read):
    found = read('question,answer\nq1,a1\n"q\n2","a\n2","x\ny"\nq3,a3\n')
    assert cells(found) == [("q1", "a1"), ("q3", "a3")] and found.count == 3
    assert faults(found) == [("error", "row.ragged", (2,), "3")]


STRAY = [
    ('"What is "A"?","it is "B""', ('What is "A"?', 'it is "B"')),
    ('"say "yes" twice",yes yes', ('say "yes" twice', "yes yes")),
    ('"two\nlines of "A"",x', ('two\nlines of "A"', "x")),
    ('"""A"" and "B"",x', ('"A" and "B"', "x")),
]


@pytest.mark.parametrize(("line", "meant"), STRAY)
def test_stray_quotation_marks_are_named_and_mended_only_when_the_person_agrees(read, line, meant):
    """They used to vanish: What is A"? was learned, and nobody was told."""
    text = f"question,answer\nq1,a1\n{line}\nq3,a3\n"
    found = read(text)
    assert cells(found) == [("q1", "a1"), ("q3", "a3")] and found.count == 3
    assert faults(found) == [("error", "row.quotes", (2,), "3")] and found.findings[0].facts["repairable"]
    mended = read(text, repair=True)
    assert cells(mended) == [("q1", "a1"), meant, ("q3", "a3")] and [row.number for row in mended.rows] == [1, 2, 3]
    assert faults(mended) == [("info", "row.repaired", (2,), "3")]


def test_marks_that_can_be_read_in_two_ways_are_named_and_not_guessed(read):
    text = 'question,answer\nq1,a1\n"he said "a", then","b" "c\nq3,a3\n'
    for repair in (False, True):
        found = read(text, repair=repair)
        assert cells(found) == [("q1", "a1"), ("q3", "a3")] and found.count == 3
        assert faults(found) == [("error", "row.quotes", (2,), "3")] and "repairable" not in found.findings[0].facts


def test_a_mark_that_is_never_closed_costs_its_own_row_and_can_be_closed(read):
    rows = "".join(f"q{n},a{n}\n" for n in range(2, 30))
    text = f'question,answer\nq1,"a1\n{rows}"q30,"a30"\nq31,a31\n'
    found = read(text)
    assert [row.number for row in found.rows] == [*range(2, 30), 31] and found.count == 31
    assert faults(found) == [("error", "row.quotes", (1, 30), "2, 31")]
    mended = read(text, repair=True)
    assert cells(mended)[0] == ("q1", "a1") and mended.rows[0].number == 1


def test_files_in_which_no_row_is_clear_can_be_repaired(read):
    text = "question,answer\n" + "".join(f'"What is "{n}"?","it is "{n}""\n' for n in range(300))
    with pytest.raises(UserError) as caught:
        read(text)
    assert (caught.value.code, caught.value.facts["repairable"], caught.value.facts["line"]) == (
        "data.csv_quotes", True, 2,
    )  # fmt: skip
    assert cells(read(text, repair=True)) == [(f'What is "{n}"?', f'it is "{n}"') for n in range(300)]


@pytest.mark.parametrize("separator", [",", ";", "|", "\t"])
def test_blanks_around_quotation_marks_are_read_as_people_mean_them(read, separator):
    """A blank before the mark made it a letter of the cell, and the separator inside tore the cell apart."""
    s = f"{separator} "
    found = read(f'"question"{s}"answer"\n"a"{s}"b{s}c"\n"d"{s}"e\nf"\n"g" {s}"h" \n"i"{separator}j\n')
    assert cells(found) == [("a", f"b{s}c"), ("d", "e\nf"), ("g", "h"), ("i", "j")]
    assert not found.findings and found.columns == ["question", "answer"]
    later = "".join(f"q{n}{separator}a{n}\n" for n in range(100))
    found = read(f'question{separator}answer\n{later}"q"{s}"b{s}c"\n')
    assert cells(found)[-1] == ("q", f"b{s}c") and not found.findings


def test_marks_inside_cells_without_them_are_text(read):
    lines = ['5" pipe,cheap', 'pipe,5"', 'a "b" c,"d"', "it's,5' 6\"", 'a ""b"",c', 'q,say "yes"']
    found = read("question,answer\n" + "\n".join(lines) + "\n")
    assert not found.findings
    assert cells(found) == [
        ('5" pipe', "cheap"), ("pipe", '5"'),
        ('a "b" c', "d"), ("it's", "5' 6\""), ('a ""b""', "c"), ("q", 'say "yes"'),
    ]  # fmt: skip
    assert cells(read('question,answer\na,  two blanks\n"b, ""c"" d",  x\n'))[0] == ("a", "  two blanks")


def test_many_unclosed_marks_cost_their_rows_and_no_more(read):
    text = "question,answer\n" + "".join(f'q{n},"a{n}\nr{n},"b{n}"\n' for n in range(1, 41))
    found = read(text)
    assert cells(found) == [(f"r{n}", f"b{n}") for n in range(1, 41)]
    assert faults(found)[0][:3] == ("error", "row.quotes", tuple(range(1, 80, 2)))


def test_what_is_left_of_a_torn_record_is_no_row_by_itself(read):
    found = read('question,answer\nq1,a1\n"q "x" z","a\nmore, text\nend"\nq3,a3\n')
    assert cells(found) == [("q1", "a1"), ("q3", "a3")] and faults(found) == [("error", "row.quotes", (2,), "3")]
    found = read('question,answer\nq1,a1\n"q "x z","a\nmore, text"\nq3,a3\n')
    assert cells(found) == [("q1", "a1"), ("q3", "a3")]
    assert faults(found) == [("error", "row.quotes", (2, 3), "3, 4")]
