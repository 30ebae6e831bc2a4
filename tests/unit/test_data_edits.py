"""What is changed by hand: saved, told apart, taken back one by one, and there again after a restart."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.edits.edits import Edits
from core.errors import UserError
from tests.unit.handmade import answered, answers, change, edits_of, exchange, version


def test_a_row_is_changed_added_and_deleted_and_the_version_stays_as_it_is(tmp_path):
    edits = edits_of(tmp_path)
    before = (edits.dataset.folder / "rows.arrow").read_bytes()
    change(edits, (2, 0), "Two.")
    new = edits.save(None, exchange("new?", "New."), 0)
    edits.save((5, 0), None, 0)
    assert (edits.changed, edits.added, edits.removed) == ({(2, 0)}, {new}, {(5, 0)}) and edits.pending
    assert new == (7, 0) and edits.row(new)["row"] == 7 and edits.row((5, 0)) is None
    assert answers(edits.rows()) == ["Answer number 1.", "Two.", "Answer number 3.", "Answer number 4.",
                                     "Answer number 6.", "New."]  # fmt: skip
    assert (edits.dataset.folder / "rows.arrow").read_bytes() == before
    again = Edits(edits.dataset)
    assert list(again.rows()) == list(edits.rows()) and again.stamp == edits.stamp == 3
    assert (again.changed, again.added, again.removed) == (edits.changed, edits.added, edits.removed)


def test_undo_walks_back_change_by_change_also_after_a_restart(tmp_path):
    edits = edits_of(tmp_path)
    change(edits, (1, 0), "first")
    change(edits, (1, 0), "second")
    edits.save((2, 0), None, 0)
    copy = edits.duplicate((3, 0))
    assert edits.undo() == copy and copy not in edits.added
    assert Edits(edits.dataset).undo() == (2, 0)  # another program, or this one after a restart
    assert edits.undo() == (1, 0) and edits.row((1, 0))["messages"][1]["content"] == "first"
    change(edits, (4, 0), "after an undo")
    assert [edits.undo(), edits.undo(), edits.undo()] == [(4, 0), (1, 0), None]
    assert not edits.pending and not edits.undoable and list(edits.rows()) == list(edits.dataset.load_rows())


def test_what_changes_nothing_is_not_written(tmp_path):
    edits = edits_of(tmp_path)
    edits.save((1, 0), edits.row((1, 0)), 0)
    edits.save((1, 0), edits.row((1, 0)), 77)
    assert edits.stamp == 0 and not (edits.dataset.folder / "edits.jsonl").exists()
    change(edits, (1, 0), "other")
    change(edits, (1, 0), "Answer number 1.")
    assert not edits.pending and edits.undoable and edits.stamp == 2  # as it was, by two changes
    assert edits.undo() == (1, 0) and edits.changed == {(1, 0)}


def test_another_window_that_was_faster_is_told(tmp_path):
    edits, row = edits_of(tmp_path), None
    row, seen = edits.row((2, 0)), edits.stamp_of((2, 0))
    change(edits, (1, 0), "another row is nobody's business")
    change(edits, (2, 0), "faster")
    with pytest.raises(UserError) as told:
        edits.save((2, 0), answered(row, "slower"), seen)
    assert told.value.code == "edit.elsewhere" and told.value.facts == {"row": 2}
    edits.save((2, 0), answered(row, "faster"), seen)  # both typed the same
    edits.save((2, 0), answered(row, "slower"), edits.stamp_of((2, 0)))
    assert answers(edits.rows())[1] == "slower"
    for taken_back in (edits.undo, edits.discard):
        seen = edits.stamp_of((2, 0))
        taken_back()
        with pytest.raises(UserError, match=r"edit\.elsewhere"):
            Edits(edits.dataset).save((2, 0), answered(row, "slowest"), seen)


def test_new_rows_never_get_a_number_that_was_used(tmp_path):
    edits = edits_of(tmp_path, 20)
    first = edits.save(None, exchange("a", "b"), 0)
    assert first == (21, 0)
    edits.undo()
    assert edits.save(None, exchange("a", "c"), 0) == (22, 0)
    edits.discard()
    again = Edits(edits.dataset)
    assert again.save(None, exchange("a", "d"), 0) == (23, 0) and again.stamp == 5
    assert again.add([exchange("e", "f"), exchange("g", "h")]) == [(24, 0), (25, 0)]
    assert again.undo() == (24, 0) and again.added == {(23, 0)}  # both at once


def test_a_row_that_the_reading_left_out_is_given_in_where_it_belongs(tmp_path):
    records = [exchange("one?", "One."), exchange("two?", ""), exchange("three?", "Three."), exchange("four?", " ")]
    edits = Edits(version(tmp_path, records))
    assert edits.rows().numbers().tolist() == [1, 3] and edits.row((2, 0)) is None
    edits.save((2, 0), exchange("two?", "Two."), 0)
    edits.save(None, exchange("new?", "New."), 0)
    edits.save((4, 0), exchange("four?", "Four."), 0)
    assert edits.rows().numbers().tolist() == [1, 2, 3, 4, 5] and edits.added == {(2, 0), (4, 0), (5, 0)}
    for key in ((9, 0), (0, 0), (2, 2)):
        with pytest.raises(UserError, match=r"edit\.no_row"):
            edits.save(key, exchange("a", "b"), 0)
    with pytest.raises(UserError, match=r"edit\.no_row"):
        edits.duplicate((9, 0))


def test_it_begins_from_nothing(tmp_path):
    edits = Edits(version(tmp_path, [exchange("?", "")]))
    assert len(edits.rows()) == 0 and list(edits.rows()) == [] and edits.undo() is None
    edits.add([exchange(f"q{n}", f"a{n}") for n in range(3)])
    assert answers(edits.rows()) == ["a0", "a1", "a2"] and edits.rows().key(2) == (4, 0)
    edits.discard()
    assert len(edits.rows()) == 0


def test_where_a_row_came_from_is_not_forgotten(tmp_path):
    edits = edits_of(tmp_path)
    key = edits.save(None, exchange("a", "b", **{"from": {"part": 0, "row": 3}}), 0)
    edits.save(key, exchange("a", "c"), edits.stamp_of(key))
    assert edits.row(key)["from"] == {"part": 0, "row": 3}


def test_the_step_of_a_version_says_what_was_done(tmp_path):
    edits = edits_of(tmp_path)
    change(edits, (2, 0), "Two.")
    edits.save((5, 0), None, 0)
    new = edits.duplicate((1, 0))
    said, then = edits.step(), edits.digest()
    edits.save((6, 0), None, 0)  # what is said stays as it was then
    step = json.loads(json.dumps({**said, "changes": list(said["changes"])}))
    assert {name: step[name] for name in ("step", "changed", "added", "removed")} == {
        "step": "edit", "changed": 1, "added": 1, "removed": 1,
    }  # fmt: skip
    assert step["journal"] == then != edits.digest() == Edits(edits.dataset).digest()
    assert [one["key"] for one in step["changes"]] == [[2, 0], [5, 0], [*new]]
    two, five, copy = step["changes"]
    assert two["before"] == edits.before((2, 0)) and two["after"] == edits.row((2, 0))
    assert five["after"] is None and copy["before"] is None and copy["after"]["row"] == 7
    edits.discard()
    assert edits.digest() != step["journal"]


KEYS = st.tuples(st.integers(1, 9), st.just(0))
WORDS = st.text(st.characters(exclude_categories=()), min_size=1, max_size=6).filter(str.strip)
MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("save"), KEYS, WORDS),
        st.tuples(st.just("delete"), KEYS),
        st.tuples(st.just("copy"), KEYS),
        st.tuples(st.just("new"), WORDS),
        st.tuples(st.just("undo")),
        st.tuples(st.just("reopen")),
    ),
    max_size=25,
)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return edits_of(tmp_path_factory.mktemp("edits"), 4).dataset


@given(MOVES)
@settings(max_examples=60, deadline=None)
def test_it_is_a_plain_dict_with_a_history(small, moves):
    """Whatever is saved, copied, deleted, undone and opened again, the rows are those of a dict and its past."""
    (small.folder / "edits.jsonl").unlink(missing_ok=True)
    edits = Edits(small)
    model = {(row["row"], 0): row["messages"][1]["content"] for row in small.load_rows()}
    base, past, used = dict(model), [], 4
    for kind, *said in moves:
        key = said[0] if said and isinstance(said[0], tuple) else None
        now = dict(model)
        if kind == "save" and key in model:
            change(edits, key, said[1])
            now[key] = said[1]
        elif kind == "delete" and key in model:
            edits.save(key, None, edits.stamp_of(key))
            del now[key]
        elif kind in ("copy", "new") and (kind == "new" or key in model):
            used += 1
            made = edits.duplicate(key) if kind == "copy" else edits.save(None, exchange("q", said[0]), 0)
            assert made == (used, 0)
            now[made] = model[key] if kind == "copy" else said[0]
        elif kind == "undo":
            assert (edits.undo() is None) == (not past)
            model = now = past.pop() if past else model
        elif kind == "reopen":
            edits = Edits(small)
        if now != model:
            past, model = [*past, model], now
        rows = edits.rows()
        found = {rows.key(place): row["messages"][1]["content"] for place, row in enumerate(rows)}
        assert found == model and len(rows) == len(model)
        assert edits.changed == {key for key in model if key in base and model[key] != base[key]}
        assert edits.added == model.keys() - base.keys() and edits.removed == base.keys() - model.keys()
