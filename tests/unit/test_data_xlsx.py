"""Workbooks: the right sheet, each cell as it is shown, and what Excel has destroyed is named with its cell."""

import io
import zipfile

import pytest

from core.data import files
from core.data.choices import Choices
from core.errors import UserError
from tests.unit.workbook import DATE, MOMENT, OWN, PADDED, SPAN, Raw, fault, number, workbook

FAQ = [["question", "answer"], ["q1", "a1"], ["q2", "a2"]]


@pytest.fixture
def read(tmp_path):
    def reading(content, **choices):
        path = tmp_path / "faq.csv"
        path.write_bytes(content if isinstance(content, bytes) else workbook(content))
        opened = files.open_file(path, name="faq.csv", choices=Choices(**choices))
        return opened, list(opened.records)

    return reading


def cells(rows):
    return [list(row.values.values()) for row in rows]


def test_each_cell_is_the_text_that_is_shown(read):
    written = [
        ("007", "007"), (number(7), "7"), (number(7.0), "7"), (number(0.1), "0.1"),
        (number("0.10000000000000001"), "0.1"),
        (number("1E5"), "100000"), (number(-3), "-3"), (True, "TRUE"), (False, "FALSE"), ("NA", "NA"), ("1e5", "1e5"),
        ("12345678901234567890", "12345678901234567890"), ("  blanks  ", "  blanks  "), ("two\nlines", "two\nlines"),
        ("问题 🤗 & <b>", "问题 🤗 & <b>"), (number(7, PADDED), "007"), (number(1234, PADDED), "1234"),
        (number(45000, DATE), "2023-03-15"), (number(45000.5, MOMENT), "2023-03-15 12:00:00"),
        (number(1.5, SPAN), "36:00:00"), (Raw('t="str"><f>A1</f><v>made</v>'), "made"),
    ]  # fmt: skip
    opened, rows = read({"Sheet1": [["question", "answer"], *([cell, "x"] for cell, _ in written)]})
    assert cells(rows) == [[text, "x"] for _, text in written]
    assert (opened.container, opened.encoding, opened.count) == ("xlsx", "", len(written))
    (own,) = opened.findings  # Excel shows these two as the computer's settings say
    assert (own.level, own.code, own.rows, own.facts["cells"]) == ("info", "cells.formatted", (18, 19), "A19, A20")


def test_the_sheet_with_the_questions_is_taken_and_another_can_be_chosen(read):
    sheets = {"Notes": [["made by", "Ann"], *[["x", "y"]] * 20], "Empty": [], "FAQ": FAQ, "Old": FAQ[:2]}
    opened, rows = read(workbook(sheets, hidden=("Old",)))
    assert opened.sheet == "FAQ" and opened.sheets == ["Notes", "Empty", "FAQ"]
    assert cells(rows) == FAQ[1:] and [row.number for row in rows] == [1, 2]
    opened, rows = read(workbook(sheets, hidden=("Old",)), sheet="Old")
    assert opened.sheet == "Old" and cells(rows) == FAQ[1:2]
    with pytest.raises(UserError, match=r"data\.sheet_unknown"):
        read(sheets, sheet="None")


def test_a_title_above_and_blank_rows_and_columns_are_no_data(read):
    opened, rows = read({"A": [[], [None, "FAQ of Aurora"], [], [None, *FAQ[0]], [], [None, *FAQ[1]], [None, *FAQ[2]]]})
    assert opened.columns == FAQ[0] and cells(rows) == FAQ[1:]
    assert [(one.code, one.facts["title"]) for one in opened.findings] == [("table.title_rows", "FAQ of Aurora")]


def test_a_merged_cell_counts_for_all_its_rows(read):
    table = [["topic", *FAQ[0]], ["hours", "q1", "a1"], [None, "q2", "a2"], [None, "q3", "a3"], ["pay", "q4", "a4"]]
    _, rows = read(workbook({"A": table}, merged={"A": ["A2:A4"]}))
    assert [row.values["topic"] for row in rows] == ["hours", "hours", "hours", "pay"]
    title = [["FAQ of Aurora", None], *FAQ]
    opened, rows = read(workbook({"A": title}, merged={"A": ["A1:B1"]}))
    assert opened.columns == FAQ[0] and cells(rows) == FAQ[1:]


def test_what_excel_has_destroyed_is_named_with_its_cell(read):
    table = [FAQ[0], ["order", number("1.2345678901234567E+19")], ["q", fault("#REF!")], ["q", fault("#N/A")], FAQ[1]]
    opened, rows = read({"A": table})
    found = {one.code: one for one in opened.findings}
    assert (found["cells.excel_number"].rows, found["cells.excel_number"].facts["cells"]) == ((1,), "B2")
    assert (found["cells.excel_error"].rows, found["cells.excel_error"].facts["cells"]) == ((2, 3), "B3, B4")
    assert [row.values["answer"] for row in rows] == ["12345678901234567168", "#REF!", "#N/A", "a1"]


def test_signs_of_faulty_formulas_are_named_however_they_are_written(read):
    """Some writers use single quotation marks, and signs are pasted as text: only "no answer" was said of them."""
    table = [FAQ[0], ["q", Raw('t="str"><f>B9</f><v>#N/A</v>')], ["q", "#REF!"], ["q", "# 1"], FAQ[1]]
    opened, rows = read(workbook({"A": [[], *table]}))
    (found,) = opened.findings
    assert (found.code, found.rows, found.facts["cells"]) == ("cells.excel_error", (1, 2), "B3, B4")
    assert [row.number for row in rows] == [1, 2, 3, 4]


def test_sheets_that_are_not_read_are_named_with_their_rows(read):
    more = [["question", "answer"], ["q3", "a3"]]
    sheets = {"Notes": [["only words"], ["more"]], "FAQ": FAQ, "Second": more, "Hidden": FAQ}
    opened, _ = read(workbook(sheets, hidden=("Hidden",)))
    (found,) = opened.findings
    assert (found.level, found.code, found.facts) == (
        "info", "sheets.others", {"used": "FAQ", "others": "Second (1)", "count": 1},
    )  # fmt: skip
    assert read(sheets, sheet="Second")[0].findings == []


def test_zero_characters_are_dropped_and_named(read):
    opened, rows = read({"A": [*FAQ, ["q", Raw('t="inlineStr"><is><t>ab_x0000_c</t></is>')]]})
    (found,) = opened.findings
    assert (found.code, found.rows, found.facts["cells"]) == ("cells.nul_dropped", (3,), "B4")
    assert rows[-1].values["answer"] == "abc"


def test_without_names_the_columns_are_numbered_and_that_is_a_guess(read):
    opened, rows = read({"A": [["When do you open?", "At eight."], ["Where are you?", "In town."]]})
    assert opened.columns == ["column 1", "column 2"] and not opened.sure and len(rows) == 2
    opened, rows = read({"A": [["When do you open?", "At eight."], ["Where are you?", "In town."]]}, header=True)
    assert opened.columns == ["When do you open?", "At eight."] and len(rows) == 1


def test_workbooks_that_hold_nothing(read):
    for content, code in (
        (workbook({"A": []}), "data.empty"),
        (workbook({"A": FAQ[:1]}), "data.header_only"),
        (workbook({"A": [[]] * 3})[:-200], "data.archive_broken"),
    ):
        with pytest.raises(UserError) as caught:
            read(content)
        assert caught.value.code == code


def test_cells_that_lie_too_far_apart_are_refused_before_memory_is_taken(read, tmp_path):
    small = workbook({"A": FAQ})
    made = tmp_path / "far.xlsx"
    with zipfile.ZipFile(io.BytesIO(small)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.endswith("sheet1.xml"):
                far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
                content = content.replace(b"</sheetData>", far)
            new.writestr(name, content)
    with pytest.raises(UserError) as caught:
        read(made.read_bytes())
    assert caught.value.code == "data.sheet_large"


SHOWN = [
    ("0%", 0.125, "13%"), ("0.00%", 0.125, "12.50%"),
    (9, 0.2, "20%"), (10, 1.0055, "100.55%"), ("0.0%", -0.001, "-0.1%"),
    ("0.00", 3.14159, "3.14"), ("0.00", 2.675, "2.68"), (3, 1234567.5, "1,234,568"), ("#,##0.00", -1234.5, "-1,234.50"),
    ("#,##0", 999, "999"), ("0", -0.4, "0"), ("0000", 42, "0042"), ("$#,##0.00", 1234.5, "$1,234.50"),
    ('"¥"#,##0.00', 12, "¥12.00"), ("[$€-407]#,##0.00", 5, "€5.00"), ('#,##0.00\\ "€"', 5, "5.00 €"),
    ("#,##0.00;[Red](#,##0.00)", -5.5, "(5.50)"), ('_-* #,##0.00_-;-* #,##0.00_-;_-* "-"??_-', 0, "-"),
    ('0"元"', 12, "12元"), (1, 1e14, "100000000000000"), ("yyyy-mm-dd", 45000, "2023-03-15"),
    ("m/d/yyyy", 45000.5, "3/15/2023"), ("[$-804]yyyy/m/d;@", 45000, "2023/3/15"), ("dd.mm.yy", 45000, "15.03.23"),
    ('yyyy"年"m"月"d"日"', 45000, "2023年3月15日"), (20, 0.51, "12:14"), ("hh:mm:ss", 45000.0, "00:00:00"),
    ("h:mm AM/PM", 0.75, "6:00 PM"), ("yyyy-mm-dd hh:mm", 45000.5123, "2023-03-15 12:17"), ("[h]:mm", 1.5, "36:00"),
]  # fmt: skip
IN_FULL = [
    (14, 45000, "2023-03-15"), ("d-mmm-yy", 45000, "2023-03-15"), ("# ?/?", 0.5, "0.5"), ("0.00E+00", 1234, "1234"),
    ("#,##0,", 1234567, "1234567"), ("[>100]0.0;0", 1.25, "1.25"), ("yyyy", 0.5, "12:00:00"),
]  # fmt: skip


def test_simple_formats_give_the_text_that_excel_shows_and_the_others_are_named(read):
    """20% was read as 0.2, $1,234.50 as 1234.5, and every date in one way of writing."""
    both = [*SHOWN, *IN_FULL]
    table = [["question", "answer"], *([number(value, OWN + at), "x"] for at, (_, value, _) in enumerate(both))]
    opened, rows = read(workbook({"A": table}, formats=[code for code, _, _ in both]))
    assert [row.values["question"] for row in rows] == [text for _, _, text in both]
    (finding,) = opened.findings
    assert (finding.code, list(finding.rows)) == ("cells.formatted", list(range(len(SHOWN) + 1, len(both) + 1)))


class Cancelled(Exception):
    pass


@pytest.mark.parametrize("error", [Cancelled, OSError])
def test_progress_and_cancel(tmp_path, error):
    """A large workbook could not be cancelled while its sheets were scanned."""
    path = tmp_path / "faq.xlsx"
    path.write_bytes(workbook({"A": [FAQ[0], *[["q", "a"]] * 2500], "B": [["x"]] * 10}))
    told = []
    with files.open_file(path, name="faq", progress=lambda done, total: told.append((done, total))) as opened:
        assert len(told) >= 4 and told[-1][0] <= 0.5 * told[-1][1]
        assert len(list(opened.records)) == 2500
    assert told == sorted(told) and all(0 < done <= total == path.stat().st_size for done, total in told)

    def cancel(done, total):
        raise error("stop")

    with pytest.raises(error, match="stop"):
        files.open_file(path, name="faq", progress=cancel)
