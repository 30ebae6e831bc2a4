"""Versions of one data set: which is listed, what they are called, what goes with what, and how many are no burden."""

import json
import shutil
import time
from pathlib import Path

import pytest

from core.data.choices import Choices
from core.data.datasets import DatasetStore
from core.data.fixes.mend import Mend
from core.data.versions import derivation, removal, shelf
from core.errors import UserError
from core.workspace import Workspace, mint_id

TRIM = [Mend("text.space", "trim")]


@pytest.fixture
def store(tmp_path):
    return DatasetStore(Workspace(tmp_path / "workspace"))


@pytest.fixture
def path(tmp_path):
    found = tmp_path / "tea.jsonl"
    found.write_text("".join(json.dumps({"question": f" Tea {n}?", "answer": f"Cup {n}."}) + "\n" for n in range(60)))
    return found


def fresh(store):
    """The same workspace, as the program finds it when it is started again."""
    return DatasetStore(Workspace(store._workspace.root))


def shown(store):
    return [dataset.id for dataset in store.list()]


def test_a_mended_version_hides_what_it_came_from_until_that_is_used_again(store, path):
    first = store.add(path)
    second = store.mend(first.id, TRIM)
    assert (first.family, second.family, second.parent) == (first.id, first.id, first.id)
    assert store.versions(first.id) == store.versions(second.id) == (first, second)
    assert shown(store) == [second.id] and store.hidden_by(second.id) == (first,) and store.hidden_by(first.id) == ()
    assert store.use(first.id).id == first.id and shown(store) == [first.id] == shown(fresh(store))
    assert store.use(second.id).added > store.get(first.id).added and shown(store) == [second.id]
    assert store.families() == {first.id: store.versions(first.id)}
    with pytest.raises(UserError, match=r"dataset\.unknown"):
        store.use(mint_id())


def test_name_and_note_are_those_of_all_versions(store, path):
    first = store.add(path)
    second = store.mend(first.id, TRIM)
    store.rename(second.id, "Tea house")
    store.note(first.id, "  for the shop\n")
    for again in (store, fresh(store)):
        assert {(each.name, each.note) for each in again.versions(first.id)} == {("Tea house", "for the shop")}
    third = store.mend(first.id, [Mend("text.space", "accept")])
    assert (third.name, third.note) == ("Tea house", "for the shop")
    assert store.note(third.id, "").note == "" == fresh(store).get(first.id).note


def test_a_file_that_is_brought_again_is_what_was_made_of_it_last(store, path):
    """In the window; the command line's files are read as they are."""
    first = store.add(path)
    second = store.mend(first.id, TRIM)
    assert store.add(path).id == second.id
    assert store.add(path, origin="file").id == first.id == store.add(path).id
    assert store.add(path, choices=Choices(fill={"a": "b"})).fixes == []
    store.use(second.id)
    assert store.resolve(str(path)).id == first.id and store.resolve(second.id).id == second.id


def test_an_older_readers_version_that_a_person_has_changed_is_not_read_anew(store, path, monkeypatch):
    from core.data.versions import version

    second = store.mend(store.add(path).id, TRIM)
    monkeypatch.setattr(version, "READER", version.READER + 1)
    assert store.add(path).id == second.id and second.reader == version.READER - 1
    third = store.mend(second.id, [Mend("row.near", "drop", rows=(5,))])
    assert third.id != second.id and third.reader == second.reader  # it is still what the older one has read
    again = store.add(path, origin="file")
    assert (again.reader, again.fixes, again.family) == (version.READER, [], second.family)


def test_deleting_takes_all_versions(store, path, tmp_path):
    first = store.add(path)
    second = store.mend(first.id, TRIM)
    (tmp_path / "b.csv").write_text("question,answer\na,b\n")
    other = store.add(tmp_path / "b.csv")
    store.delete(first.id)
    assert shown(store) == [other.id] and [each.name for each in store._workspace.datasets.iterdir()] == [other.id]
    with pytest.raises(UserError, match=r"dataset\.unknown"):
        store.versions(second.id)


def test_deleting_a_version_does_not_hurt_those_that_come_from_it(store, path):
    first = store.add(path)
    second = store.mend(first.id, TRIM)
    third = store.mend(second.id, [Mend("row.near", "drop", rows=(5, 6))])
    rows = list(third.load_rows())
    for gone in (first, second):
        third.close()
        store.delete_version(gone.id)
        assert shown(store) == [third.id] == shown(fresh(store)) and not gone.folder.exists()
    (left,) = fresh(store).versions(third.id)
    assert list(left.load_rows()) == rows and left.source.read_bytes() == path.read_bytes()
    assert (left.family, left.parent, len(left.fixes)) == (first.id, second.id, 2)
    assert len(store.mend(left.id, [Mend("row.near", "drop", rows=(7,))]).load_rows()) == len(rows) - 1
    assert store.reread(left.id, Choices(fill={"a": "b"})).family == first.id
    only = store.create("Only")
    with pytest.raises(UserError, match=r"dataset\.only_version"):
        store.delete_version(only.id)
    assert store.get(only.id) == only


def test_versions_from_before_families_stay_together_when_the_one_between_goes(store, path):
    first = store.add(path)
    second = store.reread(first.id, Choices(fill={"a": "b"}))
    third = store.reread(second.id, Choices(fill={"a": "c"}))
    for each in (first, second, third):
        said = json.loads((each.folder / "version.json").read_bytes())
        for key in ("family", "last", "accepted", "parts", "read_findings"):
            said.pop(key, None)
        (each.folder / "version.json").write_text(json.dumps(said))
        (each.folder / "meta.json").write_text(json.dumps({"name": "Old", "added": each.added}))
    old = fresh(store)
    assert [each.id for each in old.versions(third.id)] == [first.id, second.id, third.id] and shown(old) == [third.id]
    old.delete_version(second.id)
    assert [each.id for each in fresh(old).versions(third.id)] == [first.id, third.id] and shown(fresh(old)) == [
        third.id
    ]
    mended = fresh(old).mend(third.id, TRIM)
    assert (mended.family, mended.last, mended.name) == (first.id, 60, "Old") and shown(fresh(old)) == [mended.id]


def test_many_versions_are_listed_at_once(store, path):
    """The page asks once a second: what has not changed is not read again."""
    first = store.add(path)
    said, meta = (first.folder / "version.json").read_bytes(), (first.folder / "meta.json").read_bytes()
    for _ in range(500):
        folder = store._workspace.datasets / mint_id()
        folder.mkdir()
        (folder / "version.json").write_bytes(said)
        (folder / "meta.json").write_bytes(meta)
    assert len(store.versions(first.id)) == 501
    took = []
    for _ in range(5):
        began = time.process_time()
        assert len(store.list()) == 1
        took.append(time.process_time() - began)
    assert min(took) < 0.05, took
    later = store.versions(first.id)[-1]
    (later.folder / "meta.json").write_text(json.dumps({"name": "Another program's", "added": time.time() + 9}))
    assert [each.name for each in store.list()] == ["Another program's"]


def test_a_number_stays_a_versions_own_when_older_ones_go(store, path):
    def numbers(found):
        return {each.id: each.number for each in found.versions(first.id if first.folder.exists() else third.id)}

    first = store.add(path)
    second = store.mend(first.id, TRIM)
    third = store.reread(first.id, Choices(fill={"a": "b"}))
    assert numbers(store) == {first.id: 1, second.id: 2, third.id: 3}
    for each in (first, second):  # as it was before numbers were kept
        meta = json.loads((each.folder / "meta.json").read_bytes())
        meta.pop("number")
        (each.folder / "meta.json").write_text(json.dumps(meta))
    old = fresh(store)
    assert numbers(old) == {first.id: 1, second.id: 2, third.id: 3}
    old.delete_version(first.id)
    assert numbers(fresh(old)) == {second.id: 2, third.id: 3}
    fourth = fresh(old).mend(third.id, TRIM)
    assert fourth.number == 4 and numbers(fresh(old))[fourth.id] == 4


def test_one_damaged_version_can_be_deleted_alone(store, path):
    first = store.add(path)
    second = store.mend(first.id, TRIM)
    (second.folder / "version.json").write_text("{")
    later = fresh(store)
    later.delete_version(second.id)
    assert not second.folder.exists() and shown(later) == [first.id]
    with pytest.raises(UserError, match=r"dataset\.unknown"):
        later.delete_version(second.id)


def test_a_family_is_deleted_whole_or_not_at_all(store, path, monkeypatch):
    """As on Windows, where a folder stays in use."""
    first = store.add(path)
    second, third = store.mend(first.id, TRIM), store.reread(first.id, Choices(fill={"a": "b"}))
    rename = Path.rename

    def held(self, to):
        if self.name == third.id:
            raise PermissionError(13, "in use", str(self))
        return rename(self, to)

    monkeypatch.setattr(removal, "PATIENCE_S", 0.1)
    monkeypatch.setattr(Path, "rename", held)
    with pytest.raises(UserError, match=r"disk\."):
        store.delete(first.id)
    assert [each.id for each in fresh(store).versions(first.id)] == [first.id, second.id, third.id]
    monkeypatch.undo()
    store.delete(first.id)
    assert list(store._workspace.datasets.iterdir()) == []


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="only Linux says what is mapped")
def test_what_is_cancelled_leaves_no_file_mapped_in_the_folder_that_goes(store, path, monkeypatch):
    """Windows deletes no mapped file: the rows of an earlier pass, that the next one reads."""
    first = store.add(path)
    edits = store.edits(first.id)
    edits.save((5, 0), {**edits.row((5, 0)), "messages": edits.row((7, 0))["messages"]}, 0)
    monkeypatch.setattr(derivation, "TOLD_EVERY", 10)
    gone, rmtree = [], shutil.rmtree

    def watched(folder, **how):
        gone.append([line for line in Path("/proc/self/maps").read_text().splitlines() if str(folder) in line])
        rmtree(folder, **how)

    def cancel(done, total):
        if done > 0.9 * total:
            raise KeyboardInterrupt

    monkeypatch.setattr(shelf.shutil, "rmtree", watched)
    with pytest.raises(KeyboardInterrupt):
        store.mend(first.id, None, progress=cancel)
    assert gone == [[]]
