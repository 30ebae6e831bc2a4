"""Questions and answers out of the clipboard: as each spreadsheet writes them, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.edits import pasted
from core.errors import UserError


def refused(code, text, **facts):
    with pytest.raises(UserError) as caught:
        pasted.rows(text)
    assert caught.value.code == code
    assert facts.items() <= caught.value.facts.items()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_two_columns_as_spreadsheets_copy_them(end):
    lines = ["Where are you?\tHere.", 'When?\t"Now.\nOr ""later""."', "多少钱？\t=1+1", "", "\t", ""]
    assert pasted.rows(end.join(lines)) == [
        ("Where are you?", "Here."),
        ("When?", 'Now.\nOr "later".'),
        ("多少钱？", "=1+1"),
    ]


def test_breaks_inside_cells_become_plain_ones():
    assert pasted.rows('a\t"1\r\n2"\r\nb\t"1\r2"') == [("a", "1\n2"), ("b", "1\n2")]


def test_marks_that_a_spreadsheet_has_not_added_stay():
    text = 'What is "A"?\t"A" is a letter.\n"So" he said\t"Yes"\n5" disk\t3" disk'
    assert pasted.rows(text) == [
        ('What is "A"?', '"A" is a letter.'),
        ('"So" he said', '"Yes"'),
        ('5" disk', '3" disk'),
    ]


def test_marks_around_every_cell_go():
    assert pasted.rows('"question"\t"answer"\n"a"\t"b"\n') == [("a", "b")]


def test_a_mark_that_is_never_closed_takes_no_other_lines():
    text = '"open\tone\nsecond\tends with a mark"\nthird\tthree'
    assert pasted.rows(text) == [('"open', "one"), ("second", 'ends with a mark"'), ("third", "three")]


def test_a_cell_with_a_tab_in_it():
    assert pasted.rows('a\t"x\ty"\nb\tc') == [("a", "x\ty"), ("b", "c")]


@pytest.mark.parametrize(
    ("head", "taken"),
    [
        ("Question\tAnswer\tSource", (0, 1)),
        ("编号\t问题\t答案", (1, 2)),
        ("id\tcategory\tAnswer\tQuestion", (3, 2)),
        ("instruction\tsource\toutput", (0, 2)),
    ],
)
def test_a_header_says_which_columns_are_taken(head, taken):
    cells = [f"cell {at}" for at in range(head.count("\t") + 1)]
    found = pasted.read(head + "\n" + "\t".join(cells))
    assert found.taken == taken and found.columns == tuple(head.split("\t")) and found.width == len(cells)
    assert found.rows == [(cells[taken[0]], cells[taken[1]])]


def test_without_known_names_the_first_two_columns_are_taken_unless_one_says_otherwise():
    text = "\tWhere?\tHere.\tsource 1\n\tWhen?\tNow.\tsource 2"
    assert pasted.read(text).taken == (1, 2) and pasted.read(text).columns == ()
    assert pasted.rows(text) == [("Where?", "Here."), ("When?", "Now.")]
    assert pasted.rows(text, (3, 1)) == [("source 1", "Where?"), ("source 2", "When?")]


def test_a_question_that_names_a_column_is_no_header():
    assert pasted.rows("Question\tWhat is asked.\nAnswer\tWhat is said.") == [
        ("Question", "What is asked."),
        ("Answer", "What is said."),
    ]


def test_csv_is_taken_too():
    assert pasted.rows('question,answer\r\n"Hi, you","Ho\r\nho"\r\n') == [("Hi, you", "Ho\nho")]
    assert pasted.rows("a;b\nc;d, e") == [("a", "b"), ("c", "d, e")]
    assert pasted.rows('"a","b"\n"c","d, e"') == [("a", "b"), ("c", "d, e")]


def test_words_with_commas_are_no_table():
    refused("paste.one_column", "Hello, you\nFine, thanks")
    refused("paste.one_column", "one answer\nanother one\n\n")
    refused("paste.one_column", "\tone\n\ttwo\n")


def test_nothing_is_taken_of_what_is_incomplete():
    refused("paste.incomplete", "a\tb\nc\t\n\nd\te\n\tf", line_list="2, 5", count=2)
    refused("paste.incomplete", "".join(f"q{n}\t \n" for n in range(20)) + "q\ta", count=20)
    refused("paste.empty", " \n\t\n")
    refused("paste.empty", "question\tanswer\n")
    refused("paste.quotes", 'question,answer\na,b\nc,"d', line=3)


def as_excel(cell):
    return '"' + cell.replace('"', '""') + '"' if set(cell) & set("\n\t") else cell


WORDS = st.text(st.sampled_from('ab "\n中,;'), min_size=1, max_size=12).filter(lambda said: said.strip())


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=5))
def test_what_excel_copies_comes_back(pairs):
    # a cell that begins with a mark and has no break is copied as it is, and can look like a quoted one
    pairs = [tuple("x" + cell if cell.startswith('"') else cell for cell in pair) for pair in pairs]
    text = "".join("\t".join(map(as_excel, pair)) + "\r\n" for pair in pairs)
    assert pasted.rows(text) == pairs
