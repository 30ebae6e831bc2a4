"""Rows as they stand: in order, where a person would look for them, and byte for byte where nothing was changed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.edits.edited import EditedRows, KeyPlaces
from core.data.edits.edits import Edits
from core.data.edits.journal import as_bytes
from core.data.rows_file import RowsFile, RowsWriter
from tests.unit.handmade import answers, change, edits_of, exchange, version


def test_a_copy_stands_right_after_its_original(tmp_path):
    edits = edits_of(tmp_path, 3)
    first = edits.duplicate((2, 0))
    change(edits, first, "copy")
    second = edits.duplicate((2, 0))
    of_copy = edits.duplicate(first)
    edits.save(None, exchange("?", "last"), 0)
    assert edits.rows().numbers().tolist() == [1, 2, second[0], first[0], of_copy[0], 3, 7]
    edits.save(first, None, edits.stamp_of(first))
    edits.save((2, 0), None, 0)
    assert edits.rows().numbers().tolist() == [1, of_copy[0], second[0], 3, 7]
    assert edits.add([exchange("a", "b"), exchange("c", "d")], after=(3, 0)) == [(8, 0), (9, 0)]
    assert edits.rows().numbers().tolist()[-4:] == [3, 8, 9, 7]


def test_one_of_several_wordings_can_be_changed(tmp_path):
    records = [{"question": f"q{n}", "answer": f"Answer {n}.", "similar_questions": [f"r{n}", f"s{n}"]} for n in (1, 2)]
    edits = Edits(version(tmp_path, records))
    keys = [edits.rows().key(place) for place in range(len(edits.rows()))]
    assert keys == [(1, 0), (1, 2), (1, 3), (2, 0), (2, 2), (2, 3)]
    change(edits, (1, 3), "Other.")
    edits.save((2, 2), None, 0)
    assert edits.changed == {(1, 3)} and edits.removed == {(2, 2)}
    assert answers(edits.rows()) == ["Answer 1.", "Answer 1.", "Other.", "Answer 2.", "Answer 2."]
    assert edits.row((1, 3))["variant"] == 3 and edits.rows().place_of((2, 3)) == 4
    assert edits.rows().place_of((2, 2)) is None and edits.rows().place_of((1, 9)) is None
    assert edits.duplicate((1, 2)) == (3, 0) and "variant" not in edits.row((3, 0))


def test_a_snapshot_stays_as_it_is(tmp_path):
    edits = edits_of(tmp_path)
    rows = edits.rows()
    row = rows[0]
    row["messages"].clear()
    change(edits, (2, 0), "later")
    assert answers(rows)[1] == "Answer number 2." and answers(edits.rows())[1] == "later" and rows[0]["messages"]
    assert edits.rows() is edits.rows() and edits.rows()[-1]["row"] == 6 and len(edits.rows()[1:4]) == 3
    with pytest.raises(IndexError):
        edits.rows()[6]


BASE = (5, 1, 2, 9, 3, 4)  # a copy that was made in an earlier version stands in the middle


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    path = tmp_path_factory.mktemp("rows") / "rows.arrow"
    with RowsWriter(path) as file:
        for number in BASE:
            file.append({"row": number, "text": f"base {number}"})
    return RowsFile(path)


@given(
    st.dictionaries(st.sampled_from([*BASE, 6, 7, 8, 10, 11, 12, 13, 14]), st.one_of(st.none(), st.text(max_size=5))),
    st.dictionaries(st.integers(10, 14), st.integers(1, 14)),
)
@settings(max_examples=200, deadline=None)
def test_order_and_look_up_agree(base, own, after):
    """Every row once; what is the version's in its order; a given-in row behind the next lower one; raw as it was."""
    changes = {(n, 0): None if text is None else as_bytes({"row": n, "text": text}) for n, text in own.items()}
    behind = {(n, 0): (before, 0) for n, before in after.items() if before < n}
    rows = EditedRows(base, KeyPlaces(base), changes, behind, 9)
    numbers = rows.numbers().tolist()
    assert sorted(numbers) == sorted(
        {*BASE} - {n for n in own if own[n] is None} | {n for n in own if own[n] is not None}
    )
    assert [n for n in numbers if n in BASE] == [n for n in BASE if n in numbers]
    assert [rows.key(at) for at in range(len(rows))] == [(n, 0) for n in numbers]
    assert [rows.place_of((n, 0)) for n in numbers] == list(range(len(numbers)))
    for place, (raw, row) in enumerate(zip(rows.raws(), rows, strict=True)):
        number = numbers[place]
        assert raw[:2] == (number, 0) and raw[2] == rows.raw(place) and row == rows[place]
        if number in own:
            assert row["text"] == own[number]
        else:
            assert raw[2] == base.raw(BASE.index(number))
    for number in (6, 7, 8):
        if number in numbers and 5 in numbers:
            assert numbers.index(number) > numbers.index(5)
            between = numbers[numbers.index(5) + 1 : numbers.index(number)]
            assert not {*between} & {*BASE}
    for (number, _), (before, _) in behind.items():
        if number in numbers and before in numbers:
            between = numbers[numbers.index(before) + 1 : numbers.index(number)]
            assert numbers.index(before) < numbers.index(number) and all(n >= 6 for n in between)
