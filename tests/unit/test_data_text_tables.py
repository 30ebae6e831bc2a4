"""Tables drawn in Markdown, and sentences whose commas make no table."""

import pytest

from core.data import files
from core.data.choices import Choices
from core.errors import UserError

DRAWN = "# FAQ\n\nOurs:\n\n| Question | Answer |\n|:---|---:|\n| q1 | a1 |\n| q2 | a \\| b, c |\n| q3 |\n\nThe end.\n"


@pytest.fixture
def read(tmp_path):
    def reading(text, name="x.md", **choices):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8", newline="")
        return files.read(path, choices=Choices(**choices))

    return reading


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_drawn_table_is_a_table(read, end):
    """The line of dashes was a row, and the blanks around the bars were read."""
    found = read(DRAWN.replace("\n", end))
    assert (found.container, found.columns, found.count) == ("csv", ["Question", "Answer"], 3)
    assert [tuple(row.values.values()) for row in found.rows] == [("q1", "a1"), ("q2", "a | b, c"), ("q3", "")]
    (left,) = found.findings
    assert (left.level, left.code, left.facts["count"], left.facts["lines"]) == (
        "info",
        "lines.left_out",
        3,
        "1, 3, 11",
    )


def test_tables_without_bars_at_the_ends_and_of_several_parts(read):
    one = "question | answer\n--- | ---\nq | a\n"
    assert [row.values for row in read(one, "x.txt").rows] == [{"question": "q", "answer": "a"}]
    found = read(one + "\n## More\n\n" + one + "\nx | y | z\n-|-|-\n1 | 2 | 3\n")
    assert found.count == 2 and found.findings[0].facts["count"] == 4
    found = read(one + "q|a|b\n" + "q | a\n" * 20)
    assert found.count == 22 and [(each.code, each.rows) for each in found.findings] == [("row.ragged", (2,))]


def test_a_small_table_in_an_article_is_part_of_the_text(read):
    article = (
        "A long paragraph about it.\n\n" * 20
        + "| Size | Price |\n|---|---|\n| 1 | 2 |\n\n"
        + "And more of it.\n\n" * 20
    )
    found = read(article)
    assert (found.container, found.columns, found.count) == ("text", ["text"], 41)


def test_headings_with_answers_stay_text(read):
    found = read("## What are your hours?\n\n9 to 5.\n\n## Where are you?\n\nIn **Berlin**.\n")
    assert found.columns == ["text"] and found.count == 4


@pytest.mark.parametrize(
    "text",
    [
        "Early to bed, early to rise.\nOut of sight, out of mind.\nEasy come, easy go.\nNo pain, no gain.\n",
        "".join(f"Sentence {n}, with commas, and more.\n" for n in range(9)),
        "It rained; we stayed.\nIt shone; we went!\nWas it cold; was it wet?\n",
    ],
)
def test_lines_of_prose_with_a_comma_each_are_no_table(read, text):
    found = read(text, "x.txt")
    assert (found.container, found.columns) == ("text", ["text"]) and found.rows[0].values["text"] in text


@pytest.mark.parametrize(
    "text",
    [
        "How do I open it?,Turn the key.\nWhere is it?,In the hall.\n",
        "How do I open it?, Turn the key.\nWhere is it?, In the hall.\n",
        '"Open it, how?","Turn the key."\n"Where, is it?","In the hall."\n',
        "apple, a fruit\npear, a fruit too\nleek, a vegetable\n",
        "question,answer\nEarly to bed, early to rise.\nEasy come, easy go.\n",
        "Was ist das?\tEin Haus.\nWer ist das?\tEin Mann.\n",
    ],
)
def test_cells_that_are_sentences_are_still_a_table(read, text):
    found = read(text, "x.txt")
    assert found.container == "csv" and len(found.columns) == 2


def test_a_table_drawn_inside_a_cell_stays_there(read):
    drawn = "\n".join(["", "| a | b |", "|---|---|", "| 1 | 2 |"])
    for head in ("question,answer\n", "", '"My question","My answer"\n'):
        found = read(head + "".join(f'"Draw {n}","{drawn}"\n' for n in range(9)), "x.csv")
        assert found.rows[-1].values[found.columns[1]] == drawn


@pytest.mark.parametrize(
    "text", ["<!-- a -->" * 3000 + "x", "|" + " " * 50_000 + "\n" + " " * 50_000 + "|x\n", "<?xml " * 5000]
)
def test_hostile_text_is_looked_at_quickly(read, text):
    try:
        read(text, "x.txt")
    except UserError as error:
        assert error.code == "data.xml_file"
