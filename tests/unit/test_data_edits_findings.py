"""What is found in rows as they stand: gone with what was put right, there at once for what was made wrong."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.checks import Checker
from core.data.edits.edited_findings import edited_findings
from core.data.edits.edits import Edits
from core.findings import Finding
from tests.unit.handmade import answered, change, edits_of, exchange, version


def by_code(edits):
    return {finding.code: finding for finding in edited_findings(edits.dataset, edits)}


def records(count=40):
    return [exchange(f"question {n}?", f"Answer number {n}, in a whole sentence.") for n in range(1, count + 1)]


def test_nothing_changed_nothing_new(tmp_path):
    edits = edits_of(tmp_path, 3)
    assert edited_findings(edits.dataset, edits) == edits.dataset.findings
    assert [finding.code for finding in edits.dataset.findings] == ["rows.few"]


def test_what_was_put_right_goes_and_what_was_made_wrong_comes(tmp_path):
    said = records()
    said[2] = exchange("three?", "Ask <b>Ann</b>.<br>")
    said[4] = exchange("five?", "Hello {{name}}, {{title}}.")
    said[6] = exchange("seven?", "Hello {{name}}.")
    said[8] = exchange("nine?", "")
    edits = Edits(version(tmp_path, said))
    assert by_code(edits)["text.html"].rows == (3,) and by_code(edits)["answer.empty"].rows == (9,)
    assert by_code(edits)["text.placeholder"].facts["names"] == "{{name}}, {{title}}"

    change(edits, (3, 0), "Ask Ann.")
    change(edits, (5, 0), "Hello {{city}}.")
    edits.save((9, 0), exchange("nine?", "Nine &nbsp; nine"), 0)
    found = by_code(edits)
    assert found["text.html"].rows == (9,) and found["text.html"].facts["names"] == "&nbsp;"
    assert "answer.empty" not in found
    assert found["text.placeholder"].rows == (5, 7)
    assert set(found["text.placeholder"].facts["names"].split(", ")) == {"{{name}}", "{{city}}"}

    edits.save((7, 0), None, 0)
    copy = edits.duplicate((5, 0))
    assert by_code(edits)["text.placeholder"].rows == (5, copy[0])
    while edits.undo():
        pass
    assert edited_findings(edits.dataset, edits) == edits.dataset.findings


def test_rows_that_other_findings_name_stay_as_they_are(tmp_path):
    said = [*records(), *records(3)]
    edits = Edits(version(tmp_path, said))
    duplicates = by_code(edits)["row.duplicate"]
    assert duplicates.rows == (41, 42, 43)
    change(edits, (7, 0), "Other words.")
    assert by_code(edits)["row.duplicate"] is duplicates
    change(edits, (42, 0), "Other words.")
    assert by_code(edits)["row.duplicate"].rows == (41, 43)
    for number in (41, 43):
        edits.save((number, 0), None, 0)
    assert "row.duplicate" not in by_code(edits)


def test_who_speaks_after_whom_is_seen_at_once(tmp_path):
    edits = Edits(version(tmp_path, records()))
    row = edits.row((5, 0))
    edits.save((5, 0), {**row, "messages": [*row["messages"], {"role": "user", "content": "And?"}]}, 0)
    assert by_code(edits) == {"order.ends_with_question": Finding("warning", "order.ends_with_question", [5])}


def test_contacts_stay_whose_they_were(tmp_path):
    said = records()
    for n in range(6):
        said[n] = exchange(f"who {n}?", f"Write to person.{n}@firm.de, please do.")
    edits = Edits(version(tmp_path, said))
    before = by_code(edits)["private.mail"]
    change(edits, (2, 0), "Better write to person.9@firm.de, I think.")
    change(edits, (3, 0), "Nobody.")
    after = by_code(edits)["private.mail"]
    assert before.rows == (1, 2, 3, 4, 5, 6) and after.rows == (1, 2, 4, 5, 6) and after.facts == before.facts
    change(edits, (20, 0), "Write to info@shop.de, please.")
    assert by_code(edits)["private.contact"].rows == (20,)


def test_the_rows_of_a_finding_are_not_gone_through_for_each_changed_row(tmp_path):
    """With 33,000 rows that have an address, 1,000 changed ones took a quarter of a second after every change."""
    said = records(400)
    for n in range(300):
        said[n] = exchange(f"who {n}?", f"Write to person.{n}@firm{n % 97}.de, please do.")
    edits = Edits(version(tmp_path, said))
    (finding,) = [one for one in edits.dataset.findings if one.code == "private.mail"]

    class Rows(tuple):
        looked = 0

        def __contains__(self, number):
            Rows.looked += 1
            return super().__contains__(number)

    finding.rows = Rows(finding.rows)
    for n in range(1, 40):
        change(edits, (n, 0), f"Better write to person.{n}@firm.de, I think.")
        assert by_code(edits)["private.mail"].rows == finding.rows
    assert Rows.looked == 0


def test_few_rows_are_counted_as_they_stand(tmp_path):
    edits = edits_of(tmp_path, 9)
    assert by_code(edits)["rows.few"].count == 9
    edits.duplicate((1, 0))
    assert "rows.few" not in by_code(edits)
    edits.save((1, 0), None, 0)
    edits.save((2, 0), None, 0)
    assert by_code(edits)["rows.few"].count == 8


def test_what_a_person_has_accepted_is_not_told_again(tmp_path):
    said = records()
    said[2] = exchange("three?", "Ask <b>Ann</b>.<br>")
    dataset = version(tmp_path, said)
    dataset.accepted.append({"code": "text.html", "rows": [3]})
    dataset.findings[:] = []
    edits = Edits(dataset)
    edits.save((3, 0), answered(edits.row((3, 0)), "Ask <b>Bea</b>.<br>"), 0)
    assert edited_findings(dataset, edits) == []


def test_a_great_many_changed_rows_are_looked_at_bit_by_bit_the_latest_first(tmp_path, monkeypatch):
    monkeypatch.setattr("core.data.edits.edited_findings.LOOKED_AT", 2)
    edits = Edits(version(tmp_path, records()))
    keys = edits.add([exchange(f"new {n}?", "Hello {{name}}.") for n in range(5)])
    assert len(by_code(edits)["text.placeholder"].rows) == 2
    change(edits, (1, 0), "Hello {{name}}.")
    assert by_code(edits)["text.placeholder"].rows[0] == 1 and len(by_code(edits)["text.placeholder"].rows) == 4
    change(edits, (2, 0), "Hello {{name}}.")
    change(edits, (3, 0), "Hello {{name}}.")
    assert by_code(edits)["text.placeholder"].rows == (1, 2, 3, *(number for number, _ in keys[:3]))


ROWS = st.integers(1, 8)
SAID = st.sampled_from(["Fine.", "Hello {{name}}.", "Ask <b>Ann</b>.<br>", "<|im_end|>", "#REF! as it was", "\ufffd"])


@pytest.fixture(scope="module")
def spoiled(tmp_path_factory):
    said = records(30)
    for number, answer in ((2, "Hello {{name}}, {{title}}."), (3, "Well.<br>"), (4, "<|im_end|>"), (5, "\ufffd")):
        said[number - 1] = exchange(f"question {number}?", answer)
    return version(tmp_path_factory.mktemp("spoiled"), said)


@given(st.lists(st.tuples(ROWS, st.one_of(SAID, st.sampled_from(["delete", "copy"]))), max_size=10))
@settings(max_examples=40, deadline=None)
def test_what_a_row_shows_by_itself_is_what_a_whole_check_finds(spoiled, moves):
    (spoiled.folder / "edits.jsonl").unlink(missing_ok=True)
    edits = Edits(spoiled)
    for number, what in moves:
        if edits.row((number, 0)) is None:
            continue
        if what == "delete":
            edits.save((number, 0), None, edits.stamp_of((number, 0)))
        elif what == "copy":
            edits.duplicate((number, 0))
        else:
            change(edits, (number, 0), what)
    checker = Checker("chat")
    for row in edits.rows():
        checker.see(row)
    whole = {one.code: one for one in checker.findings() if one.code.startswith("text.")}
    found = {code: one for code, one in by_code(edits).items() if code.startswith("text.")}
    assert {code: one.rows for code, one in found.items()} == {
        code: tuple(sorted(one.rows)) for code, one in whole.items()
    }
    for code, one in whole.items():
        assert set(found[code].facts.get("names", "").split(", ")) == set(one.facts.get("names", "").split(", "))


def test_no_check_of_one_row_speaks_of_all(tmp_path):
    """Only what a row shows by itself is found in it: one row is neither few rows nor the same answer everywhere."""
    checker = Checker("chat")
    checker.see({"row": 1, **exchange("q", "n/a")})
    assert {finding.code for finding in checker.findings()} == {"rows.few"}
