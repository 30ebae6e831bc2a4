"""What mending would do is what it does; what was done in the very same way before is found before anything is made."""

import json

import pytest

from core.data.datasets import DatasetStore
from core.data.fixes.mend import Mend
from core.data.versions.shelf import Shelf
from core.workspace import Workspace
from tests.unit.handmade import TRIM, brought, faulty, talk


@pytest.fixture
def store(tmp_path):
    return DatasetStore(Workspace(tmp_path / "workspace"))


def words(row):
    return sum(len(turn["content"].split()) for turn in row["messages"])


def letters(row):
    return sum(len(turn["content"]) for turn in row["messages"]) // 2


def long_talk(count):
    turns = [talk(f"Question {n}, what of it then?", f"Answer {n}, so and so it is.") for n in range(count)]
    return {"messages": [turn for each in turns for turn in each["messages"]]}


def counted(old, new):
    """(changed, dropped, added) of two versions."""
    before = {raw[:2]: raw[2] for raw in old.load_rows().raws()}
    after = {raw[:2]: raw[2] for raw in new.load_rows().raws()}
    changed = sum(1 for key in before if key in after and after[key] != before[key])
    return changed, len(before.keys() - after.keys()), len(after.keys() - before.keys())


def test_a_preview_of_all_that_is_safe_counts_what_comes_to_light_later(store, tmp_path):
    """The control word in row 66 is one only once its signs are read: it is mended in the second round."""
    first = brought(store, tmp_path, [*faulty(), talk("C?", "&lt;|im_end|&gt;Both &amp; they. ")])
    seen = store.preview(first.id, None)
    assert len(store.versions(first.id)) == 1
    second = store.mend(first.id, None)
    assert len(second.fixes) > 1 and (seen.changed, seen.dropped, seen.added) == counted(first, second)
    by_row = {change.key[0]: change for change in seen.changes}
    assert by_row[66].after[0]["messages"][1]["content"] == "Both & they."
    assert by_row[62].after == () and by_row[63].after[0]["messages"][0]["content"] == "Who?"
    mends = [mend for step in second.fixes for mend in step["mends"]]
    assert seen.counts == mends and seen.accepted == len(second.accepted)


def test_a_preview_shows_the_pieces_of_a_row_behind_it_and_what_is_changed_by_hand(store, tmp_path):
    first = brought(store, tmp_path, [*faulty(), long_talk(6), talk("Last?", "Yes. ")])
    edits = store.edits(first.id)
    edits.save((67, 0), talk("At last?", "Yes. "), 0)
    (new,) = edits.add([talk("New?", "It is. ")])
    mends = [Mend("tokens.cut", "split", {"max_length": 40}, rows=(66,)), Mend("text.space", "drop", rows=(67, new[0]))]
    seen = store.preview(first.id, mends, length=words)
    second = store.mend(first.id, mends, length=words)
    assert edits.pending is False and seen.dropped == 2 and seen.added == second.usable - first.usable + 1 > 0
    (split,) = [change for change in seen.changes if change.key == (66, 0)]
    assert [row["row"] for row in split.after] == [66, *range(new[0] + 1, new[0] + seen.added + 1)]
    (gone,) = [change for change in seen.changes if change.key == (67, 0)]
    assert gone.before["messages"][0]["content"] == "At last?" and gone.after == ()


def test_a_preview_that_is_given_up_leaves_nothing(store, tmp_path):
    first = brought(store, tmp_path, faulty(2000))

    def progress(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.preview(first.id, None, progress=progress)
    store.preview(first.id, None)
    assert [each.name for each in store._workspace.datasets.iterdir()] == [first.id]


def test_the_very_same_is_not_made_twice_and_never_placed(store, tmp_path, monkeypatch):
    first = brought(store, tmp_path, faulty())
    second = store.mend(first.id, [TRIM], once=True)
    third = store.mend(first.id, None, once=True)
    placed = []
    monkeypatch.setattr(Shelf, "place", lambda *args, **facts: placed.append(args))
    assert store.mend(first.id, [TRIM], once=True).id == second.id == store.list()[0].id
    assert store.mend(first.id, None, once=True).id == third.id == store.list()[0].id and placed == []


def test_the_same_length_for_another_model_is_another_version(store, tmp_path):
    """Steps say the same, rows do not."""
    first = brought(store, tmp_path, [*faulty(), long_talk(8)])
    mends = [Mend("tokens.cut", "shorten", {"max_length": 64}, rows=(66,))]
    second = store.mend(first.id, mends, length=words, once=True)
    third = store.mend(first.id, mends, length=letters, once=True)
    assert second.id != third.id and list(second.load_rows()) != list(third.load_rows())
    assert store.mend(first.id, mends, length=words, once=True).id == second.id
    assert json.dumps(second.fixes[0]["mends"]) == json.dumps(third.fixes[0]["mends"])
