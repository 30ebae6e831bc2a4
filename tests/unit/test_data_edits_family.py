"""Changes by hand beside other versions of the family: numbers, wordings, deletion, and another program's lock."""

import json
import threading
import time

import pytest
from filelock import FileLock

from core.data.datasets import DatasetStore
from core.data.edits import journal
from core.data.edits.edited_findings import edited_findings
from core.data.edits.search import search
from core.data.fixes.mend import Mend
from core.errors import MachineError, UserError
from core.workspace import Workspace
from tests.unit.handmade import change, exchange


@pytest.fixture
def store(tmp_path):
    return DatasetStore(Workspace(tmp_path / "workspace"))


def fresh(store):
    return DatasetStore(Workspace(store._workspace.root))


def brought(store, tmp_path, rows):
    path = tmp_path / "set.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return store.add(path)


def plain(count=12):
    return [exchange(f" question {n}?", f"Answer number {n}.") for n in range(1, count + 1)]


def test_two_rows_of_a_family_never_get_the_same_number(store, tmp_path):
    first = brought(store, tmp_path, plain())
    second = store.mend(first.id, None)
    assert second.id != first.id
    one, two, elsewhere = store.edits(first.id), store.edits(second.id), fresh(store).edits(first.id)
    keys = [edits.save(None, exchange("new?", f"{n}"), 0) for n, edits in enumerate([one, two, elsewhere, two, one])]
    assert keys == [(number, 0) for number in range(13, 18)]
    two.discard()
    assert one.duplicate((1, 0)) == (18, 0) and two.duplicate((1, 0)) == (19, 0)


def test_rows_that_were_typed_while_a_row_was_split_have_numbers_of_their_own(store, tmp_path):
    long = {"messages": [turn for n in range(6) for turn in exchange(f"Question {n}?", f"Answer {n}.")["messages"]]}
    first = brought(store, tmp_path, [*plain(), long])
    split, typed = Mend("tokens.cut", "split", {"max_length": 40}, rows=(13,)), []

    def length(row):
        typed.append(store.edits(first.id).add([exchange("typed?", f"{len(typed)}")]))
        return 10 * len(row["messages"])

    second = store.mend(first.id, [split], length=length)
    rows, edits = second.load_rows().numbers().tolist(), store.edits(second.id)
    assert len(set(rows)) == len(rows) and edits.added and not {number for number, _ in edits.added} & set(rows)
    said = [row["messages"][1]["content"] for row in edits.rows() if row["messages"][0]["content"] == "typed?"]
    assert sorted(map(int, said)) == list(range(len(typed))) and not store.edits(first.id).pending


def test_a_wording_that_was_deleted_and_kept_is_given_back(store, tmp_path):
    asked = {"paraphrases": ["And what is it?", "Then?"]}
    records = [{"question": f"What is {n}?", **asked, "answer": f"It is {n}."} for n in range(1, 5)]
    first = brought(store, tmp_path, records)
    keys = [raw[:2] for raw in first.load_rows().raws()]
    row = store.edits(first.id).row((2, 2))
    for key in ((2, 2), (2, 3)):
        store.edits(first.id).save(key, None, 0)
    second = store.keep_edits(first.id)
    edits = store.edits(second.id)
    for never in ((2, 4), (9, 2)):
        with pytest.raises(UserError, match=r"edit\.no_row"):
            edits.save(never, row, 0)
    edits.save((2, 2), row, 0)
    assert [raw[:2] for raw in edits.rows().raws()] == [key for key in keys if key != (2, 3)]
    store.delete_version(first.id)  # the version's own step says it too
    edits.save((2, 3), row, 0)
    third = store.keep_edits(second.id)
    assert [raw[:2] for raw in third.load_rows().raws()] == keys and third.rows == first.rows


def test_what_is_read_of_a_deleted_version_is_told(store, tmp_path):
    first = brought(store, tmp_path, [*plain(), exchange("a <br> b?", "Both.")])
    edits = store.edits(first.id)
    change(edits, (2, 0), "Other words.")
    rows, base = edits.rows(), first.load_rows()
    store.delete(first.id)
    asked = [
        lambda: rows[3],
        lambda: list(rows),
        lambda: base[3],
        lambda: list(base.raws()),
        lambda: edits.row((3, 0)),
        lambda: edits.save((3, 0), exchange("a", "b"), 0),
        lambda: search(rows, "question"),
        lambda: store.keep_edits(first.id),
        lambda: store.mend(first.id, None),
    ]
    for ask in asked:
        with pytest.raises(UserError, match=r"dataset\.unknown"):
            ask()
    edited_findings(first, edits)  # no row has to be read for it
    assert not first.folder.exists()


def test_a_version_whose_rows_are_gone_is_damaged(store, tmp_path):
    first = brought(store, tmp_path, plain())
    rows = first.load_rows()
    rows.close()
    rows.path.write_bytes(b"no rows")
    for ask in (lambda: rows[3], lambda: list(rows)):
        with pytest.raises(UserError, match=r"dataset\.damaged") as told:
            ask()
        assert told.value.facts == {"dataset": first.name}


def test_who_waits_for_a_version_that_is_deleted_meanwhile_does_not_bring_its_folder_back(store, tmp_path):
    first = brought(store, tmp_path, plain())
    one, other, told = store.edits(first.id), fresh(store).edits(first.id), []

    def save():
        try:
            change(one, (5, 0), "x")
        except UserError as error:
            told.append(error.code)

    with other.alone():
        waiting = [threading.Thread(target=save) for _ in range(3)]
        for thread in waiting:
            thread.start()
        time.sleep(0.3)
        store.delete(first.id)
        time.sleep(0.3)
    for thread in waiting:
        thread.join()
    assert told == ["dataset.unknown"] * 3 and list(store._workspace.datasets.iterdir()) == []


def test_another_program_that_holds_the_journal_is_told_as_such(store, tmp_path, monkeypatch):
    first = brought(store, tmp_path, plain())
    monkeypatch.setattr(journal, "PATIENCE_S", 0.2)
    edits = store.edits(first.id)
    with FileLock(first.folder / journal.LOCK):
        with pytest.raises(MachineError, match=r"edit\.busy") as told:
            change(edits, (5, 0), "x")
        assert told.value.facts == {"name": first.name} and edits.row((5, 0)) is not None
    change(edits, (5, 0), "x")
    assert edits.changed == {(5, 0)}


def test_a_version_in_hand_is_the_same_object_for_all(store, tmp_path, monkeypatch):
    """More versions are open than are kept at hand, while the first is being changed."""
    monkeypatch.setattr("core.data.versions.deriving.OPEN", 1)
    first = brought(store, tmp_path, plain())
    edits = store.edits(first.id)
    other = store.mend(first.id, None)
    change(store.edits(other.id), (3, 0), "x")
    assert store.edits(first.id) is edits
