"""What was done to a version is done again to another reading of its source."""

import json

import pytest

from core.data.choices import Choices
from core.data.datasets import DatasetStore
from core.data.fixes.mend import Mend
from core.workspace import Workspace
from tests.unit.handmade import TRIM, brought, codes, faulty, fresh, said, talk

AURORA = Choices(fill={"name": "Aurora"})


@pytest.fixture
def store(tmp_path):
    return DatasetStore(Workspace(tmp_path / "workspace"))


def left(dataset):
    """How many changes could not be made again."""
    return [(finding.level, finding.count) for finding in dataset.findings if finding.code == "steps.not_again"]


def test_reading_otherwise_does_again_what_was_done(store, tmp_path):
    first = brought(store, tmp_path, [*faulty(), talk("Who is {{name}}?", "Me.")])
    second = store.mend(first.id, [TRIM, Mend("row.duplicate", "accept")])
    edits = store.edits(second.id)
    edits.save((5, 0), talk("Where?", "Five doors down."), 0)
    edits.save((66, 0), talk("Who is he?", "Me."), 0)
    edits.save((61, 0), talk("What is x?", "x"), 0)
    edits.save((6, 0), None, 0)
    (new,) = edits.add([talk("Since when?", "Since May.")])
    again = store.reread(second.id, Choices(fill={"name": "Aurora"}))  # row 66 says something else now
    assert (again.choices.fill, again.family, again.name) == ({"name": "Aurora"}, first.id, first.name)
    after = {key: json.loads(text) for key, text in said(again).items()}
    assert (
        after[66, 0]["messages"][0]["content"] == "Who is Aurora?" and after[63, 0]["messages"][0]["content"] == "Who?"
    )
    assert after[5, 0]["messages"][0]["content"] == "Where?" and (6, 0) not in after and (61, 0) in after
    assert after[new]["messages"][0]["content"] == "Since when?" and "row.duplicate" not in codes(again)
    (left,) = [finding for finding in again.findings if finding.code == "steps.not_again"]
    assert (left.level, left.count) == ("info", 1) and "question.empty" not in codes(again)
    assert [step["step"] for step in again.fixes] == ["mend", "edit"] and len(again.fixes[1]["changes"]) == 4
    assert store.reread(again.id, again.choices).id == again.id
    assert fresh(store).get(again.id) == store.get(again.id) and list(again.load_rows()) == [*after.values()]
    before = store.versions(first.id)
    assert [len(each.fixes) for each in before] == [0, 1, 2, 2] and before[-1].id == again.id


def test_what_needs_a_model_is_counted(store, tmp_path):
    long = {"messages": [turn for n in range(6) for turn in talk(f"Question {n}?", f"Answer {n}.")["messages"]]}
    first = brought(store, tmp_path, [*faulty(), long])
    split = [Mend("tokens.cut", "split", {"max_length": 40}, rows=(66,))]
    second = store.mend(first.id, split, length=lambda row: 10 * len(row["messages"]))
    again = store.reread(second.id, AURORA)
    assert left(again) == [("info", 1)] and said(again) == said(first) and len(again.fixes) == 1
    assert store.list()[0].id == again.id
    accepted = store.mend(again.id, [Mend("steps.not_again", "accept")])
    assert left(accepted) == [] and left(store.mend(accepted.id, [TRIM])) == []


def test_a_row_that_is_new_keeps_clear_of_records_that_another_reading_finds(store, tmp_path):
    """A file of which one reading leaves out what the other takes for rows."""
    path = tmp_path / "x.csv"
    path.write_text("Tea?,Yes.\nCoffee?,No.\nMilk?,Please.\n")
    first = store.add(
        path, choices=Choices(header=True, format="question_answer", columns={"question": "Tea?", "answer": "Yes."})
    )
    assert first.last == 2
    (new,) = store.edits(first.id).add([talk("Sugar?", "Two.")])
    assert new == (3, 0)
    second = store.keep_edits(first.id)
    without = store.add(path, origin="file", choices=Choices(header=False))
    columns = dict(zip(("question", "answer"), without.column_names, strict=True))
    again = store.reread(second.id, Choices(header=False, format="question_answer", columns=columns))
    found = {key: json.loads(text)["messages"][0]["content"] for key, text in said(again).items()}
    assert found == {(1, 0): "Tea?", (2, 0): "Coffee?", (3, 0): "Milk?", (4, 0): "Sugar?"} and left(again) == []
    assert again.fixes[-1]["changes"][0]["key"] == [4, 0] and again.last == 4


def test_rows_that_were_chosen_are_mended_again_only_where_they_say_the_same(store, tmp_path):
    """A header line more or less shifts every number: then another row would be dropped."""
    path = tmp_path / "mail.csv"
    lines = ['"question","answer"', *(f'"Item {n}?","Write to me{n}@corp-mail.ch please."' for n in range(1, 9))]
    path.write_text("\n".join(lines) + "\n")
    first = store.add(path)
    (code,) = [finding.code for finding in first.findings if finding.code.startswith("private.")]
    second = store.mend(first.id, [Mend(code, "drop", rows=(3, 4))])
    mark = second.fixes[0]["mends"][0]
    assert mark["chosen"] == [3, 4] and len(set(mark["said"])) == 2
    shifted = store.reread(
        second.id,
        Choices(header=False, format="question_answer", columns={"question": "column 1", "answer": "column 2"}),
    )
    assert left(shifted) == [("info", 2)] and shifted.usable == 9
    same = store.reread(second.id, AURORA)
    assert left(same) == [] and [row["row"] for row in same.load_rows()] == [1, 2, 5, 6, 7, 8]
    del mark["said"]  # as steps were kept before
    assert left(store.reread(second.id, Choices(fill={"a": "b"}))) == [("info", 2)]
