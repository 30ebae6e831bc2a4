"""What is different between versions, and between any two data sets."""

import json
from dataclasses import replace

import pytest

from core.data.datasets import DatasetStore
from core.data.rows_file import RowsFile, RowsWriter
from core.data.versions import keeping
from core.data.versions.comparing import Change, compare
from core.workspace import Workspace, mint_id
from tests.shapes import bot, user


def talk(question, answer="x"):
    return {"messages": [user(question), bot(answer)]}


@pytest.fixture
def first(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps(talk(f"q{n}")) + "\n" for n in range(1, 6)))
    return DatasetStore(Workspace(tmp_path / "workspace")).add(path, name="a.jsonl")


@pytest.fixture
def version(first, tmp_path):
    """A further version with these rows; `family` of its own when they are of another set."""

    def version(rows, family=None):
        folder = tmp_path / mint_id()
        folder.mkdir()
        with RowsWriter(folder / keeping.ROWS) as file:
            for row in rows:
                file.append(row)
        return replace(
            first,
            id=mint_id(),
            folder=folder,
            usable=len(rows),
            family=family or first.family,
            mark=file.mark,
            _kept={},
        )

    return version


def counts(found):
    return found.changed, found.removed, found.added, found.same


def test_versions_are_compared_row_by_row(first, version):
    one, two, three, four, five = first.load_rows()
    changed = {**two, **talk("q2", "other")}
    piece = {"row": 6, **talk("new"), "from": {"row": 1}}
    new = version([one, changed, four, five, piece])
    found = compare(first, new)
    assert counts(found) == (1, 1, 1, 3) and len(found) == 3
    assert found.changes(0, 10) == [
        Change((2, 0), two, (changed,)),
        Change((3, 0), three, ()),
        Change((6, 0), None, (piece,)),
    ]
    assert found.changes(1, 1) == [Change((3, 0), three, ())] and found.changes(3, 5) == [] == found.changes(0, 0)
    back = compare(new, first)
    assert counts(back) == (1, 1, 1, 3)
    assert [change.key for change in back.changes(0, 3)] == [(2, 0), (6, 0), (3, 0)]


def test_where_a_row_came_from_and_the_order_of_its_keys_are_no_change(first, version):
    rows = list(first.load_rows())
    other = {"messages": rows[0]["messages"], "row": 1, "from": {"row": 9}}
    turned = {**rows[1], "messages": [dict(reversed(turn.items())) for turn in rows[1]["messages"]]}
    found = compare(first, version([other, turned, *rows[2:]]))
    assert counts(found) == (0, 0, 0, 5) and found.changes(0, 10) == []


def test_rows_that_differ_are_compared_as_they_are_read(first, version, monkeypatch):
    """Each was taken out of the mapped file: of a million rows all of it stayed in memory, close to a gigabyte."""
    rows = list(first.load_rows())
    monkeypatch.delattr(RowsFile, "raw")
    as_long = [{**row, **talk(row["messages"][0]["content"], "y")} for row in rows[:3]]
    turned = {name: rows[4][name] for name in ("messages", "row")}
    found = compare(first, version([*as_long[::-1], turned, {**rows[3], **talk("q4", "longer")}]))
    assert counts(found) == (4, 0, 0, 1) and [change.key[0] for change in found.changes(0, 9)] == [3, 2, 1, 4]


def test_wordings_of_a_question_are_told_apart(version):
    def rows(*said):
        return [{"row": 7, **talk(one), **({"variant": at} if at > 1 else {})} for at, one in enumerate(said, 1)]

    found = compare(version(rows("a", "b", "c")), version(rows("a", "B!")))
    assert counts(found) == (1, 1, 0, 1)
    assert [change.key for change in found.changes(0, 9)] == [(7, 2), (7, 3)]


def test_the_order_of_rows_does_not_matter(first, version):
    rows = list(first.load_rows())
    assert counts(compare(first, version(rows[::-1]))) == (0, 0, 0, 5)


def test_other_sets_are_compared_by_what_they_say(first, version):
    said = [talk("q5"), talk("Q1 "), talk("q1"), talk("new"), talk("q2", "other")]
    other = version([{"row": at, **row} for at, row in enumerate(said, 1)], family=mint_id())
    found = compare(first, other)
    # q5 and q1 are there, a second q1 is one more; what is said to q2 is another row
    assert counts(found) == (0, 3, 3, 2)
    assert [change.before["row"] for change in found.changes(0, 3)] == [2, 3, 4]
    assert [change.after[0]["row"] for change in found.changes(3, 3)] == [3, 4, 5]


def test_nothing_against_something(first, version):
    empty = version([])
    assert counts(compare(empty, first)) == (0, 0, 5, 0) and counts(compare(first, empty)) == (0, 5, 0, 0)
    apart = version([], family=mint_id())
    assert counts(compare(apart, first)) == (0, 0, 5, 0) and counts(compare(apart, apart)) == (0, 0, 0, 0)
