"""Rows by what is said in them: words as people type them, whatever JSON makes of what is around them."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.checks.seen import words_of
from core.data.edits.edited import EditedRows, KeyPlaces
from core.data.edits.edits import Edits
from core.data.edits.journal import as_bytes
from core.data.edits.search import lengths, search
from core.data.rows_file import RowsFile, RowsWriter
from tests.unit.handmade import change, edits_of, exchange, version


def found(edits, words):
    return [edits.rows().key(place)[0] for place in search(edits.rows(), words).tolist()]


def test_all_words_must_be_said_small_or_capital_in_whatever_turn(tmp_path):
    records = [
        exchange("How do I clean the FILTER?", "Rinse it.\nnice and slowly"),
        exchange("滤芯多久更换？", '每月一次，写在 "说明书" 里。'),
        exchange("Filter price?", "C:\\tmp costs ½ €, the straße does not."),
    ]
    edits = Edits(version(tmp_path, records))
    assert found(edits, "filter") == [1, 3] and found(edits, " Filter  PRICE? ") == [3]
    assert found(edits, "更换 一次") == [2] and found(edits, '"说明书"') == [2] and found(edits, "滤 换") == [2]
    assert found(edits, "nice") == [1] and found(edits, "NNICE") == found(edits, "\\nnice") == []
    assert found(edits, "c:\\TMP") == [3] and found(edits, "STRASSE") == [] and found(edits, "STRAßE") == [3]
    assert found(edits, "user") == found(edits, "content") == found(edits, ".*") == found(edits, "row") == []
    assert found(edits, "") == found(edits, "  ") == [1, 2, 3]
    assert found(edits, "\ud83d") == [] and found(edits, "filter " * 1000 + "x" * 100_000) == []


def test_what_was_changed_is_searched_as_it_stands_and_the_rest_only_once(tmp_path, monkeypatch):
    edits = edits_of(tmp_path, 2000)
    looked = []
    scanned = RowsFile.texts
    monkeypatch.setattr(RowsFile, "texts", lambda rows: looked.append(rows) or scanned(rows))
    assert len(found(edits, "number")) == 2000 and found(edits, "1999") == [1999]
    change(edits, (7, 0), "Seven, half an emoji \ud83d and 你好.")
    edits.save((9, 0), None, 0)
    assert found(edits, "seven") == [7] == found(edits, "你好") and len(found(edits, "Number")) == 1998
    assert found(edits, "question number 1999.") == [1999] and len(looked) == 6
    assert lengths(edits.rows())[6] == len("question 7?") + len("Seven, half an emoji \ud83d and 你好.")
    edits.undo()
    assert len(lengths(edits.rows())) == 2000 and len(looked) == 7


def test_a_search_can_be_given_up(tmp_path):
    edits = edits_of(tmp_path, 3000)
    shares = []

    def give_up(share):
        shares.append(share)
        raise InterruptedError

    with pytest.raises(InterruptedError):
        search(edits.rows(), "number", give_up)
    assert 0 < shares[0] < 1
    shares.clear()
    assert len(search(edits.rows(), "number answer", shares.append)) == 3000
    assert shares == sorted(shares) and shares[-1] == 1


LETTERS = st.text(st.sampled_from('abnuU"\\/\n\t\x00é 换ĞКк😀\ud83d{}[]:,'), max_size=8)


@given(st.lists(st.tuples(LETTERS, LETTERS), min_size=1, max_size=6), LETTERS.filter(lambda one: "\ud83d" not in one))
@settings(max_examples=150, deadline=None)
def test_it_finds_what_a_plain_look_finds(tmp_path_factory, said, words):
    rows = [{"row": n, **exchange(one, other)} for n, (one, other) in enumerate(said, 1)]
    path = tmp_path_factory.mktemp("search") / "rows.arrow"
    with RowsWriter(path) as file:
        for row in rows:
            file.append(row)
    base = RowsFile(path)
    own = {(len(rows) + row["row"], 0): as_bytes({**row, "row": len(rows) + row["row"]}) for row in rows}
    edited = EditedRows(base, KeyPlaces(base), own, {}, len(rows))
    plain = [
        place
        for place, row in enumerate(rows * 2)
        if all(any(word in one.lower() for one in words_of(row)) for word in words.lower().split())
    ]
    assert search(edited, words).tolist() == plain
    assert lengths(edited).tolist() == [sum(map(len, words_of(row))) for row in rows * 2]


def test_text_and_preferences_are_searched_too(tmp_path):
    edits = Edits(version(tmp_path / "text", [{"text": "A long story."}, {"text": "Another one."}]))
    assert edits.dataset.task == "text" and found(edits, "STORY") == [1] and found(edits, "text") == []
    assert lengths(edits.rows()).tolist() == [13, 12]
    records = [{"prompt": f"q{n}", "chosen": f"good {n}", "rejected": f"bad {n}"} for n in range(3)]
    edits = Edits(version(tmp_path / "preference", records))
    assert found(edits, "bad 1") == [2] and found(edits, "q2") == [3] and found(edits, "chosen") == []


@pytest.mark.slow
def test_100_000_rows_are_searched_within_a_second(tmp_path):
    with RowsWriter(tmp_path / "rows.arrow") as file:
        for number in range(100_000):
            file.append({"row": number, **exchange(f"question {number}?", "words of an answer " * 50)})
    base = RowsFile(tmp_path / "rows.arrow")
    rows = EditedRows(base, KeyPlaces(base), {}, {}, 100_000)
    start = time.process_time()
    assert search(rows, "99873 ANSWER").tolist() == [99_873]
    assert time.process_time() - start < 1
