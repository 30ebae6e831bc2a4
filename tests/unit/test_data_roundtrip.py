"""Zero silent changes: what is read is compared, cell by cell, with what another reader makes of the same file."""

import csv
import io
import json
import zipfile
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data import files
from core.data.literals import Literal
from core.workspace import REPOSITORY

SAMPLES = sorted(
    path
    for path in (REPOSITORY / "presets" / "samples").iterdir()
    if path.suffix in (".csv", ".json", ".jsonl", ".xlsx")
)


def cells_by_hand(text, separator=","):
    """The records of a table by RFC 4180, letter by letter: no line of this is shared with what is tested."""
    rows, row, cell, at = [], [], [], 0
    quoted = False
    while at < len(text):
        letter = text[at]
        at += 1
        if quoted:
            if letter != '"':
                cell.append(letter)
            elif text[at : at + 1] == '"':
                cell.append('"')
                at += 1
            else:
                quoted = False
                assert text[at : at + 1] in (separator, "\r", "\n", "")
        elif letter == '"' and not cell:
            quoted = True
        elif letter == separator:
            row.append("".join(cell))
            cell = []
        elif letter == "\n" or letter == "\r" and text[at : at + 1] == "\n":
            at += letter == "\r"
            rows.append([*row, "".join(cell)])
            row, cell = [], []
        else:
            cell.append(letter)
    assert not quoted
    return [*rows, [*row, "".join(cell)]] if row or cell else rows


def sheet_by_hand(path):
    """The text cells of a workbook's first sheet, out of its XML."""
    main = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"

    def text_of(node):
        return "".join(part.text or "" for part in node.iter(f"{main}t"))

    with zipfile.ZipFile(path) as archive:
        shared = []
        if "xl/sharedStrings.xml" in archive.namelist():
            shared = [text_of(one) for one in ElementTree.fromstring(archive.read("xl/sharedStrings.xml"))]
        sheet = ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml"))
    rows = []
    for row in sheet.iter(f"{main}row"):
        cells = {}
        for cell in row.iter(f"{main}c"):
            value = cell.find(f"{main}v")
            said = (
                shared[int(value.text)] if cell.get("t") == "s" else text_of(cell) or (value is not None and value.text)
            )
            cells[cell.get("r").rstrip("0123456789")] = said or ""
        rows.append(cells)
    return rows


def by_another_reader(text):
    """The rows by the reader above and the json module, numbers as written."""
    if text.lstrip()[0] not in "[{":
        header, *rows = cells_by_hand(text)
        return [dict(zip(header, row, strict=True)) for row in rows if len(row) == len(header)]
    if text.lstrip()[0] == "[":
        return json.loads(text, parse_int=str, parse_float=str)
    return [json.loads(line, parse_int=str, parse_float=str) for line in text.split("\n") if line.strip()]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_the_examples_come_back_cell_by_cell(path):
    found = files.read(path)
    if path.suffix == ".xlsx":
        header, *rows = sheet_by_hand(path)
        assert found.columns == list(header.values()) and found.rows
        assert [record.values for record in found.rows] == [
            {name: row.get(place, "") for place, name in header.items()} for row in rows if any(row.values())
        ]
        return
    text = path.read_bytes().decode(found.encoding).removeprefix("\ufeff")
    assert [record.values for record in found.rows] == by_another_reader(text)


LETTER = st.characters(exclude_categories=("Cs",), exclude_characters="\x00\r") | st.sampled_from(
    '",;|\t\n\u2028\ufeff\x85🤗'
)
CELL = st.text(LETTER, max_size=30) | st.sampled_from(
    ["007", "NA", "1e5", "True", "null", "12345678901234567890", "'", '""']
)
NUMBER = st.from_regex(r"-?(0|[1-9][0-9]{0,24})(\.[0-9]{1,9})?([eE][+-]?[0-9]{1,3})?", fullmatch=True)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("round") / "x"


@settings(max_examples=120, deadline=None)
@given(
    rows=st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=8),
    separator=st.sampled_from(",;\t|"),
    end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_any_table(place, rows, separator, end, quoting, encoding):
    rows = [row for row in rows if any(cell.strip() for cell in row)] or [("q", "a", "b")]
    made = io.StringIO(newline="")
    whole = [("question", "answer", "id"), *rows]
    csv.writer(made, delimiter=separator, lineterminator=end, quoting=quoting).writerows(whole)
    assert [tuple(row) for row in cells_by_hand(made.getvalue(), separator)] == whole
    place.write_bytes(made.getvalue().encode(encoding))
    found = files.read(place)
    assert [tuple(record.values.values()) for record in found.rows] == rows and not found.findings


VALUE = st.recursive(
    CELL | st.booleans() | st.none() | NUMBER.map(Literal),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(CELL, inner, max_size=3),
    max_leaves=6,
)


def written(value, ascii_only):
    """JSON with the numbers as they are."""
    if isinstance(value, Literal):
        return str(value)
    if isinstance(value, dict):
        inside = (
            f"{json.dumps(key, ensure_ascii=ascii_only)}: {written(item, ascii_only)}" for key, item in value.items()
        )
        return "{" + ", ".join(inside) + "}"
    if isinstance(value, list):
        return "[" + ",".join(written(item, ascii_only) for item in value) + "]"
    return json.dumps(value, ensure_ascii=ascii_only)


@settings(max_examples=80, deadline=None)
@given(
    rows=st.lists(st.fixed_dictionaries({"question": CELL, "answer": VALUE}), min_size=1, max_size=6),
    ascii_only=st.booleans(),
    block=st.sampled_from([1 << 18, 100, 7]),
)
def test_any_rows_of_json_in_any_shape(place, rows, ascii_only, block):
    lines = [written(row, ascii_only) for row in rows]
    pretty = [line.replace('{"question":', '{\n "question" :', 1) for line in lines]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.data.files.source.BLOCK", block)
        for text in (
            "\n".join(lines), "\r\n\r\n".join(lines), "[" + ",".join(lines) + "]", "\n".join(pretty),
            "[\n" + ",\n".join(pretty) + "\n]", '{"version": 1, "data": [' + ", ".join(lines) + "]}",
        ):  # fmt: skip
            place.write_bytes(text.encode())
            found = files.read(place)
            assert [record.values for record in found.rows] == rows and not found.findings, text
            assert [record.number for record in found.rows] == list(range(1, len(rows) + 1))
