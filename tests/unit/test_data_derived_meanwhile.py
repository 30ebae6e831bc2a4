"""What happens while a version is made of another: changes, cancelling, a full disk, a kill. No edit is ever lost."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.data.datasets import DatasetStore
from core.data.edits.edited_findings import edited_findings
from core.data.edits.edits import Edits
from core.data.versions import derivation
from core.errors import MachineError, UserError
from core.workspace import Workspace
from tests.unit.handmade import TRIM, brought, faulty, fresh, talk


@pytest.fixture
def store(tmp_path):
    return DatasetStore(Workspace(tmp_path / "workspace"))


def test_a_journal_that_was_taken_is_not_taken_again(store, tmp_path, monkeypatch):
    """As a kill leaves it between the new version and the emptied journal."""
    first = brought(store, tmp_path, faulty())
    store.edits(first.id).save((5, 0), talk("Where?", "Five doors down."), 0)
    with monkeypatch.context() as killed:
        killed.setattr(Edits, "discard", lambda self: None)
        second = store.keep_edits(first.id)
    assert store.edits(first.id).pending
    again = fresh(store)
    assert not again.edits(first.id).pending and again.list() == [second]
    assert again.keep_edits(first.id).id == first.id and len(again.versions(first.id)) == 2
    again.edits(first.id).save((5, 0), talk("Where?", "Five doors down."), again.edits(first.id).stamp_of((5, 0)))
    assert fresh(store).edits(first.id).pending  # the same words once more are another change


def test_a_journal_that_was_taken_is_let_go_before_the_version_that_took_it(store, tmp_path, monkeypatch):
    first = brought(store, tmp_path, faulty())
    store.edits(first.id).save((5, 0), talk("Where?", "Five doors down."), 0)
    with monkeypatch.context() as killed:
        killed.setattr(Edits, "discard", lambda self: None)
        second = store.keep_edits(first.id)
    again = fresh(store)
    again.delete_version(second.id)
    assert not fresh(store).edits(first.id).pending and fresh(store).list() == [first]


def test_what_is_changed_while_a_version_is_made_is_in_it(store, tmp_path, monkeypatch):
    monkeypatch.setattr(derivation, "TOLD_EVERY", 10)
    first = brought(store, tmp_path, faulty())
    edits, told = store.edits(first.id), []

    def progress(done, total):
        told.append((done, total))
        if len(told) == 3:
            edits.save((6, 0), talk("Where?", "Six doors down."), 0)

    edits.save((5, 0), talk("Where?", "Five doors down."), 0)
    second = store.keep_edits(first.id, progress)
    assert {tuple(change["key"]) for change in second.fixes[0]["changes"]} == {(5, 0), (6, 0)} and not edits.pending
    assert len(store.versions(first.id)) == 2 and max(done for done, _ in told) <= told[0][1]


def test_two_who_keep_the_same_edits_at_once_get_one_version(store, tmp_path, monkeypatch):
    monkeypatch.setattr(derivation, "TOLD_EVERY", 10)
    first = brought(store, tmp_path, faulty())
    store.edits(first.id).save((5, 0), talk("Where?", "Five doors down."), 0)
    together, met = threading.Barrier(2, timeout=20), threading.local()

    def progress(done, total):
        if not getattr(met, "other", False):  # both are at it before either is done
            met.other = True
            together.wait()

    with ThreadPoolExecutor(2) as pool:
        kept = list(pool.map(lambda _: store.keep_edits(first.id, progress).id, range(2)))
    assert kept[0] == kept[1] != first.id and len(store.versions(first.id)) == 2 and store.list()[0].id == kept[0]


def test_changes_that_never_stop_do_not_keep_a_version_from_being_made(store, tmp_path):
    first = brought(store, tmp_path, faulty(900))
    edits, stop, saved = store.edits(first.id), threading.Event(), []

    def typing():
        while not stop.is_set():
            number = 1 + len(saved) % 900
            edits.save((number, 0), talk("Where?", f"At {len(saved)}."), edits.stamp_of((number, 0)))
            saved.append(number)
            time.sleep(0.002)

    thread = threading.Thread(target=typing)
    thread.start()
    try:
        second = store.mend(first.id, [TRIM])
    finally:
        stop.set()
        thread.join()
    kept = {(change["key"][0]) for change in second.fixes[0]["changes"]}
    later = {number for here in (edits, store.edits(second.id)) for number, _ in here.changed}
    assert kept and kept | later == set(saved) and len(store.versions(first.id)) == 2
    assert fresh(store).edits(second.id).changed == store.edits(second.id).changed


def test_giving_up_leaves_everything_as_it_was(store, tmp_path, monkeypatch):
    monkeypatch.setattr(derivation, "TOLD_EVERY", 10)
    first = brought(store, tmp_path, faulty())
    store.edits(first.id).save((5, 0), talk("Where?", "Five doors down."), 0)
    for most in range(0, 12, 3):
        calls = []

        def progress(done, total, calls=calls, most=most):
            calls.append(done)
            if len(calls) > most:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            store.mend(first.id, None, progress=progress)
        assert [each.name for each in store._workspace.datasets.iterdir()] == [first.id]
    assert store.edits(first.id).changed == {(5, 0)}


def test_a_full_disk_loses_no_edit(store, tmp_path, monkeypatch):
    first = brought(store, tmp_path, faulty())
    store.edits(first.id).save((5, 0), talk("Where?", "Five doors down."), 0)
    with monkeypatch.context() as full:
        full.setattr(derivation.RowsWriter, "close", lambda self: (_ for _ in ()).throw(OSError(28, "No space left")))
        with pytest.raises(MachineError, match=r"disk\.full"):
            store.keep_edits(first.id)
    assert store.edits(first.id).pending and fresh(store).edits(first.id).pending
    assert len(list(store._workspace.datasets.iterdir())) == 1


def test_a_version_that_goes_meanwhile_is_told(store, tmp_path, monkeypatch):
    monkeypatch.setattr(derivation, "TOLD_EVERY", 10)
    first = brought(store, tmp_path, faulty())
    with pytest.raises(UserError, match=r"dataset\.unknown"):
        store.mend(first.id, [TRIM], progress=lambda done, total: first.folder.exists() and store.delete(first.id))
    assert list(store._workspace.datasets.iterdir()) == []


def slow(store, first, monkeypatch, type_):
    """Mend while `type_(edits, number)` changes a row in each try; the longest that a reader has waited meanwhile."""
    monkeypatch.setattr(derivation, "TOLD_EVERY", 10)
    edits, waits, over, tries = store.edits(first.id), [], threading.Event(), []

    def progress(done, total):
        if done == 20:
            tries.append(done)
            type_(edits, len(tries))
        time.sleep(0.1)

    def read():
        while not over.is_set():
            began = time.monotonic()
            assert edits.stamp >= 0 and len(edits.rows()) and edits.row((1, 0)) and store.edits(first.id) is edits
            edited_findings(first, edits)
            waits.append(time.monotonic() - began)
            time.sleep(0.005)

    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(read)
        began = time.monotonic()
        try:
            second = store.mend(first.id, [TRIM], progress=progress)
        finally:
            over.set()
        reading.result()
    assert time.monotonic() - began > 1 and len(tries) == 3
    return second, max(waits)


def test_nobody_who_reads_or_types_waits_for_a_version(store, tmp_path, monkeypatch):
    """The third try held everybody off until the version was made."""
    first, saves = brought(store, tmp_path, faulty()), []

    def typing(edits, tried):
        began = time.monotonic()
        edits.save((tried, 0), talk("Where?", f"At {tried}."), 0)
        saves.append(time.monotonic() - began)

    with ThreadPoolExecutor(1) as pool:  # another thread than the one that makes the version
        second, waited = slow(store, first, monkeypatch, lambda *said: pool.submit(typing, *said).result(5))
    assert waited < 0.5 and max(saves) < 0.5
    assert [step["step"] for step in second.fixes] == ["edit", "mend"] and second.fixes[0]["changed"] == 2
    assert not store.edits(first.id).pending and store.edits(second.id).changed == {(3, 0)}
    assert store.edits(second.id).undo() == (3, 0) and store.edits(second.id).undo() is None


def test_what_is_taken_back_or_typed_late_is_pending_on_what_was_made(store, tmp_path, monkeypatch):
    first = brought(store, tmp_path, faulty())
    edits = store.edits(first.id)
    edits.save((63, 0), talk(" Who? ", "Us. "), 0)
    edits.save((5, 0), talk("Where?", "Five."), 0)

    def typing(edits, tried):
        if tried < 3:
            edits.save((tried, 0), talk("Where?", f"At {tried}."), 0)
        else:
            assert [edits.undo(), edits.undo()] == [(2, 0), (1, 0)]
            edits.add([talk("New?", "Yes.")])
            edits.save((6, 0), None, 0)

    second, _ = slow(store, first, monkeypatch, typing)
    later = store.edits(second.id)
    assert second.fixes[0]["changed"] == 4 and (later.changed, later.removed) == ({(1, 0), (2, 0)}, {(6, 0)})
    assert later.row((1, 0)) == first.load_rows()[0] and later.row((5, 0))["messages"][1]["content"] == "Five."
    assert [later.row(key)["messages"][0]["content"] for key in later.added] == ["New?"]
    third = fresh(store).keep_edits(second.id)
    assert [row["row"] for row in third.load_rows()][-1] == 66 and len(store.versions(first.id)) == 3


def test_a_kill_after_a_version_with_later_changes_repeats_none_of_them(store, tmp_path, monkeypatch):
    first = brought(store, tmp_path, faulty())
    with monkeypatch.context() as killed:
        killed.setattr(Edits, "discard", lambda self: None)
        second, _ = slow(store, first, killed, lambda edits, n: edits.save((n, 0), talk("Where?", f"{n}."), 0))
    assert store.edits(first.id).pending
    again = fresh(store)
    assert not again.edits(first.id).pending and again.edits(second.id).changed == {(3, 0)}
