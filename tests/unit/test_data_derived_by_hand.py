"""However much was changed by hand, it is kept row by row, and done again to another reading."""

import pytest

from core.data.choices import Choices
from core.data.datasets import DatasetStore
from core.data.fixes.mend import Mend
from core.data.versions import by_hand
from core.workspace import Workspace
from tests.unit.handmade import TRIM, brought, faulty, fresh, said, talk

AURORA = Choices(fill={"name": "Aurora"})


@pytest.fixture
def store(tmp_path):
    return DatasetStore(Workspace(tmp_path / "workspace"))


def left(dataset):
    return [finding.count for finding in dataset.findings if finding.code == "steps.not_again"]


def test_more_changes_than_a_step_holds_are_done_again(store, tmp_path):
    count = by_hand.NAMED + 100
    first = brought(store, tmp_path, faulty(count))
    edits = store.edits(first.id)
    edits.add([talk(f"New {n}?", f"It is {n}.") for n in range(count)])
    edits.save((5, 0), talk("Where?", "Five doors \ud83d down."), 0)
    edits.save((6, 0), None, 0)
    second = store.keep_edits(first.id)
    (step,) = second.fixes
    assert "changes" not in step and (step["added"], step["changed"], step["removed"]) == (count, 1, 1)
    assert (second.folder / "version.json").stat().st_size < 20_000
    assert len([*by_hand.changes_of(second.folder, step)]) == count + 2
    again = store.reread(second.id, AURORA)
    assert left(again) == [] and said(again) == said(second)
    assert "changes" not in again.fixes[0] and again.choices.fill == AURORA.fill
    once_more = fresh(store).reread(again.id, Choices(fill={"name": "Nova"}))
    assert said(once_more) == said(second)


def test_they_go_along_from_version_to_version(store, tmp_path, monkeypatch):
    monkeypatch.setattr(by_hand, "NAMED", 1)
    first = brought(store, tmp_path, faulty())
    edits = store.edits(first.id)
    edits.save((5, 0), talk("Where?", "Five doors down."), 0)
    edits.save((6, 0), None, 0)
    second = store.keep_edits(first.id)
    third = store.mend(second.id, [TRIM])
    edits = store.edits(third.id)
    edits.add([talk("One?", "1."), talk("Two?", "2.")])
    edits.save((7, 0), None, 0)
    fourth = store.keep_edits(third.id)
    fifth = store.mend(fourth.id, [Mend("text.html", "unescape_html")])
    for gone in (second, third, fourth):
        store.delete_version(gone.id)
    assert [step["step"] for step in fifth.fixes] == ["edit", "mend", "edit", "mend"]
    again = fresh(store).reread(fifth.id, AURORA)
    assert left(again) == [] and said(again) == said(fifth)
    fifth.close()
    for file in fifth.folder.glob("by-hand.*"):
        file.unlink()
    assert left(fresh(store).reread(fifth.id, Choices(fill={"name": "Nova"}))) == [5]  # told, where it is lost


def test_the_rows_of_a_finding_stand_in_order_where_copies_stand_between_others(store, tmp_path):
    first = brought(store, tmp_path, [talk(f"Question {n}?", f"Answer {n} <br>.") for n in range(30)])
    edits = store.edits(first.id)
    edits.duplicate((3, 0))
    kept = store.keep_edits(first.id)
    assert kept.load_rows().numbers().tolist()[:5] == [1, 2, 3, 31, 4]
    named = [finding.rows for finding in kept.findings if len(finding.rows) > 1]
    assert named and all(list(rows) == sorted(rows) for rows in named) and any(31 in rows for rows in named)
