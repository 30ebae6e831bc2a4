"""Versions made of other versions: what changes, what stays byte for byte, what is known of it."""

import json

import pytest

from core.data.datasets import DatasetStore
from core.data.fixes.mend import Mend
from core.data.fixes.offers import Offer, offers
from core.workspace import Workspace
from tests.unit.handmade import TRIM, brought, codes, faulty, fresh, said, talk


@pytest.fixture
def store(tmp_path):
    return DatasetStore(Workspace(tmp_path / "workspace"))


def test_a_mend_changes_the_rows_it_names_and_no_byte_of_others(store, tmp_path):
    first = brought(store, tmp_path, faulty())
    assert codes(first) == {"question.empty": (61,), "text.html": (65,), "text.space": (63, 64), "row.duplicate": (62,)}
    second = store.mend(first.id, [TRIM, Mend("row.duplicate", "drop_duplicates")])
    before, after = said(first), said(second)
    assert {key for key in before if after.get(key) != before[key]} == {(62, 0), (63, 0), (64, 0)}
    assert set(before) - set(after) == {(62, 0)} and json.loads(after[63, 0])["messages"][0]["content"] == "Who?"
    assert codes(second) == {"question.empty": (61,), "text.html": (65,)}
    (step,) = second.fixes
    assert (step["step"], step["mends"]) == (
        "mend",
        [
            {"code": "text.space", "fix": "trim", "rows": 2, "dropped": 0, "added": 0},
            {"code": "row.duplicate", "fix": "drop_duplicates", "rows": 0, "dropped": 1, "added": 0},
        ],
    )
    assert (second.rows, second.usable, second.last, second.sha256) == (64, 63, 65, first.sha256)
    assert second.source.read_bytes() == first.source.read_bytes() and second.look == first.look
    assert len(second.keys()) == 63 and second.answer_to("who") == (63, "We.") and fresh(store).get(second.id) == second
    third = store.mend(second.id, [Mend("row.near", "drop", rows=(1, 2))])
    assert [step["mends"][0]["fix"] for step in third.fixes] == ["trim", "drop"]
    assert third.fixes[1]["mends"][0]["chosen"] == [1, 2] and (third.rows, third.usable) == (62, 61)


def test_what_changes_nothing_makes_no_version(store, tmp_path):
    first = brought(store, tmp_path, faulty())
    for mends in ([], [Mend("order.two_users", "merge_turns")], [Mend("text.space", "trim", rows=(1,))]):
        assert store.mend(first.id, mends).id == first.id
    assert store.keep_edits(first.id).id == first.id and len(list(store._workspace.datasets.iterdir())) == 1
    second = store.mend(first.id, [TRIM])
    assert store.mend(second.id, [TRIM]).id == second.id


def test_all_that_is_safe_is_mended_until_nothing_safe_is_left(store, tmp_path):
    """Rows that only trimming makes the same stay, and dropping them is offered then; what is left out stays named."""
    rows = [*faulty(), talk("Where is house number 9? ", "It stands 9 doors down the road.")]
    first = brought(store, tmp_path, rows)
    second = store.mend(first.id, None)
    assert codes(second) == {"question.empty": (61,), "row.duplicate": (66,)} and len(second.fixes) == 1
    assert (second.rows, second.usable, second.accepted) == (65, 64, []) and 66 in second.load_rows().numbers()
    repeated = next(finding for finding in second.findings if finding.code == "row.duplicate")
    assert offers(repeated, made=False)[0] == Offer("drop_duplicates", safe=True)
    third = store.mend(second.id, None)
    assert codes(third) == {"question.empty": (61,)} and 66 not in third.load_rows().numbers()
    assert store.mend(third.id, None).id == third.id


def test_what_is_accepted_is_no_longer_among_the_findings(store, tmp_path):
    first = brought(store, tmp_path, faulty(4))
    assert "rows.few" in codes(first)
    second = store.mend(first.id, [Mend("rows.few", "accept"), Mend("text.html", "accept")])
    assert set(codes(first)) - set(codes(second)) == {"rows.few", "text.html"} and said(second) == said(first)
    third = store.mend(second.id, [TRIM])
    assert codes(third) == {"question.empty": (5,), "row.duplicate": (6,)}
    left_out = store.mend(third.id, [Mend("question.empty", "accept")])
    assert (left_out.rows, left_out.usable, codes(left_out)) == (8, 8, {"row.duplicate": (6,)})
    assert len(left_out.fixes) == 3 and fresh(store).get(left_out.id) == left_out


def test_pieces_of_a_row_get_numbers_that_were_never_used(store, tmp_path):
    long = {"messages": [turn for n in range(6) for turn in talk(f"Question {n}?", f"Answer {n}.")["messages"]]}
    first = brought(store, tmp_path, [*faulty(), long])
    other = store.mend(first.id, [TRIM])
    edits = store.edits(other.id)
    assert edits.add([talk("New?", "Yes, new.")]) == [(67, 0)] and edits.undo() == (67, 0)

    def length(row):
        return 10 * len(row["messages"])

    split = [Mend("tokens.cut", "split", {"max_length": 40}, rows=(66,))]
    second = store.mend(first.id, split, length=length)
    numbers = second.load_rows().numbers().tolist()
    assert numbers[-3:] == [66, 68, 69] and second.load_rows()[-1]["from"] == {"row": 66}
    assert (second.rows, second.usable, second.last) == (68, 67, 69)
    assert edits.add([talk("New?", "Yes, new.")]) == [(70, 0)]
    assert store.mend(other.id, split, length=length).load_rows().numbers().tolist()[-4:] == [66, 71, 72, 70]


def test_hand_edits_become_a_version_and_are_pending_no_more(store, tmp_path):
    first = brought(store, tmp_path, faulty())
    edits = store.edits(first.id)
    assert edits is store.edits(first.id)
    edits.save((5, 0), talk("Where?", "Five doors down."), 0)
    edits.save((6, 0), None, 0)
    edits.save((61, 0), talk("What is x?", "x"), 0)  # the reading has left it out
    (new,) = edits.add([talk("Since when?", "Since May.")])
    second = store.keep_edits(first.id)
    before, after = said(first), said(second)
    assert set(after) - set(before) == {(61, 0), new} and set(before) - set(after) == {(6, 0)} and new == (66, 0)
    assert [key for key in before if key in after and after[key] != before[key]] == [(5, 0)]
    assert "question.empty" not in codes(second) and (second.rows, second.usable, second.last) == (65, 65, 66)
    (step,) = second.fixes
    assert (step["changed"], step["added"], step["removed"], len(step["changes"])) == (1, 2, 1, 4)
    assert not edits.pending and not store.edits(second.id).pending and store.keep_edits(first.id).id == first.id
    assert not fresh(store).edits(first.id).pending and fresh(store).list() == [second]


def test_mending_takes_pending_edits_along(store, tmp_path):
    first = brought(store, tmp_path, faulty())
    store.edits(first.id).save((5, 0), talk(" Where? ", "Five doors down."), 0)
    second = store.mend(first.id, [TRIM])
    assert [step["step"] for step in second.fixes] == ["edit", "mend"] and second.fixes[1]["mends"][0]["rows"] == 3
    assert json.loads(said(second)[5, 0])["messages"][0]["content"] == "Where?"
    assert not store.edits(first.id).pending and len(store.versions(first.id)) == 2
    store.edits(second.id).save((5, 0), talk("Where now?", "Here."), 0)
    assert [step["step"] for step in store.mend(second.id, []).fixes] == ["edit", "mend", "edit"]


def test_old_versions_can_be_mended(store, tmp_path):
    first = brought(store, tmp_path, faulty())
    told = json.loads((first.folder / "version.json").read_bytes())
    for key in ("family", "last", "accepted", "parts", "read_findings"):
        told.pop(key, None)
    (first.folder / "version.json").write_text(json.dumps(told))
    again = fresh(store)
    old = again.get(first.id)
    assert [finding.code for finding in old.read_findings] == ["question.empty"] and old.findings == first.findings
    assert codes(again.mend(first.id, [TRIM])) == {"question.empty": (61,), "text.html": (65,), "row.duplicate": (62,)}
