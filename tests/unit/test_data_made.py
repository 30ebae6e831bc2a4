"""Data sets that come from no file: typed in, or put together from others."""

import json

import pytest

from core.data.choices import Choices
from core.data.datasets import DatasetStore
from core.data.fixes.mend import Mend
from core.data.versions import derivation
from core.data.versions.mixing import Mix, Part
from core.errors import UserError
from core.workspace import Workspace
from tests.unit.handmade import brought, codes, faulty, fresh, talk


@pytest.fixture
def store(tmp_path):
    return DatasetStore(Workspace(tmp_path / "workspace"))


def test_a_data_set_from_nothing(store):
    made = store.create("  Our\nwords ")
    assert (made.name, made.made, made.task, made.format, made.confirmed) == (
        "Our words",
        True,
        "chat",
        "messages",
        True,
    )
    assert (made.rows, made.usable, made.findings, made.look, len(made.load_rows())) == (0, 0, [], [], 0)
    assert store.create("Our words").id != made.id and len(store.list()) == 2
    with pytest.raises(UserError, match=r"dataset\.made"):
        store.reread(made.id, Choices(header=True))
    with pytest.raises(UserError, match=r"name\.empty"):
        store.create(" ")
    row = talk("Tea?", "Yes.")
    assert store.edits(made.id).save(None, row, 0) == (1, 0)
    kept = store.keep_edits(made.id)
    assert list(kept.load_rows()) == [{"row": 1, **row}] and (kept.rows, kept.usable, kept.last) == (1, 1, 1)
    assert kept.made and kept.sha256 != made.sha256 and fresh(store).list()[0] == kept
    assert list(codes(kept)) == ["rows.few"] and kept.size == (kept.folder / "rows.arrow").stat().st_size


def test_an_empty_file_is_not_the_data_set_that_was_made_of_nothing(store, tmp_path):
    store.create("Nothing")
    with pytest.raises(UserError, match=r"data\.empty"):
        brought(store, tmp_path, [])


def test_what_is_put_together_knows_where_each_row_came_from(store, tmp_path):
    house = brought(store, tmp_path, faulty())
    tea = brought(
        store, tmp_path, [talk(f"Tea number {n}, is it good?", f"Good, {n} times over.") for n in range(20)], "t.jsonl"
    )
    store.edits(tea.id).save((1, 0), talk("Which tea?", "Any."), 0)
    mix = Mix(name=" Both\n", parts=(Part(dataset=house.id, count=10), Part(dataset=tea.id)), seed=3, system="Be kind.")
    both = store.put_together(mix)
    kept = store.versions(tea.id)[-1]
    assert kept.id != tea.id and not store.edits(tea.id).pending
    assert both.parts == [
        {"id": house.id, "name": "house", "rows": 10},
        {"id": kept.id, "name": "t", "rows": 20},
    ]
    rows = list(both.load_rows())
    assert [row["row"] for row in rows] == list(range(1, 31)) and (both.rows, both.usable, both.last) == (30, 30, 30)
    assert rows[10] == {"row": 11, **talk("Which tea?", "Any."), "from": {"part": 1, "row": 1}} | {
        "messages": [{"role": "system", "content": "Be kind."}, *talk("Which tea?", "Any.")["messages"]]
    }
    assert both.made and both.name == "Both" and both.system_prompt() == "Be kind." and both.family == both.id
    told = json.loads(both.source.read_text())
    assert [part["dataset"] for part in told["parts"]] == [house.id, kept.id] and told["seed"] == 3
    assert store.put_together(Mix.model_validate(told)).sha256 == both.sha256  # the same rows once more
    mended = store.mend(both.id, [Mend("row.near", "drop", rows=(2,))])
    assert mended.parts == both.parts and mended.made and mended.load_rows()[1]["from"]["part"] == 0
    for gone in (house, tea):
        store.delete(gone.id)
    assert fresh(store).list()[0] == mended and len(fresh(store).list()) == 2
    assert list(fresh(store).get(both.id).load_rows()) == rows


def test_what_cannot_be_put_together_leaves_nothing(store, tmp_path, monkeypatch):
    house = brought(store, tmp_path, faulty())
    for parts in ((), (Part(dataset=house.id, count=1000),)):
        with pytest.raises(UserError, match=r"mix\."):
            store.put_together(Mix(name="x", parts=parts))
    monkeypatch.setattr(derivation, "TOLD_EVERY", 10)
    told = []

    def progress(done, total):
        told.append((done, total))
        if len(told) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.put_together(Mix(name="x", parts=(Part(dataset=house.id),)), progress)
    assert told == [(10, 64), (20, 64), (30, 64)]
    assert [each.name for each in store._workspace.datasets.iterdir()] == [house.id] and store.list() == [house]


def test_running_text_and_judged_answers_are_put_together_as_what_they_are(store, tmp_path):
    text = brought(store, tmp_path, [{"text": "One day."}, {"text": " Another day. "}], "text.jsonl")
    judged = brought(store, tmp_path, [{"prompt": "Tea?", "chosen": "Yes.", "rejected": "No."}], "judged.jsonl")
    for one in (text, judged):
        made = store.put_together(Mix(name="x", parts=(Part(dataset=one.id),)))
        assert (made.task, made.format, made.usable) == (one.task, one.format, one.usable)
        mended = store.mend(made.id, [Mend("row.near", "drop", rows=(1,))])
        assert (mended.usable, mended.task) == (one.usable - 1, one.task)
