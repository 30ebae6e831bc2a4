"""Lines in a journal that `Edits` has never written make no set unusable, and no half characters come into one."""

import json
import threading

import pytest

from core.data.datasets import DatasetStore
from core.data.edits.edits import Edits
from core.data.edits.journal import used_in
from core.errors import UserError
from core.workspace import Workspace
from tests.unit.handmade import answers, change, edits_of, exchange
from webui.text import load

GOOD = exchange("q", "a")
OTHER = [
    {"n": 5, "set": [{"key": key, "row": GOOD}]}
    for key in ([2**63, 0], [2**40, 0], [3, 2**70], [3, 2**31], [-3, 0], [0, 0], [3], [3, 0, 0], 3, ["3", 0], [3.0, 0])
] + [
    {"n": 5, "set": [{"key": [3, 0], "row": row}]}
    for row in (
        {}, {"foo": 1}, {"messages": [5]}, {"text": "some text"}, {**GOOD, "text": 5}, 5, "x", [GOOD],
        exchange("q", 5), exchange("q", None), exchange("q", ""), {**GOOD, "tools": "x"},
    )
] + [
    {"n": "x", "set": []}, {"n": None}, {"n": -1, "set": [{"key": [3, 0], "row": GOOD}]}, {"n": 5, "set": 5},
    {"n": 5, "undo": [1]}, {"n": 5, "undo": {}}, {"n": 5, "discard": 5, "highest": 1},
    {"n": 5, "discard": [], "highest": 2**70}, {"n": 5, "discard": [[2**63, 0]], "highest": 9},
]  # fmt: skip
LINES = [json.dumps(line) for line in OTHER] + [
    '{"n": 1e999, "set": [{"key": [3, 0], "row": null}]}',
    '{"n": 5, "set": [{"key": [3, 0], "row": {"messages": ' + "[" * 200_000 + "]" * 200_000 + "}}]}",
    "[" * 200_000,
]


def again(edits, *lines):
    """What these lines behind the others come to."""
    with (edits.dataset.folder / "edits.jsonl").open("a", encoding="utf-8") as file:
        file.write("".join(line + "\n" for line in lines))
    return Edits(edits.dataset)


@pytest.mark.parametrize("line", LINES, ids=[line[:60] for line in LINES])
def test_a_line_that_is_none_of_ours_is_passed_over(tmp_path, line):
    edits = edits_of(tmp_path)
    change(edits, (1, 0), "kept")
    found = again(edits, line)
    assert found.changed == {(1, 0)} and not found.added and not found.removed and found.stamp == 1
    assert answers(found.rows())[:2] == ["kept", "Answer number 2."]
    assert found.save(None, GOOD, 0) == (7, 0) and used_in(found.dataset.folder / "edits.jsonl") < 10
    store = DatasetStore(Workspace(tmp_path / "work"))
    kept = store.keep_edits(edits.dataset.id)
    assert answers(kept.load_rows())[0] == "kept" and kept.usable == 7 and not kept.load_rows()[6].get("from")


@pytest.mark.parametrize(
    "after", [{7: [7, 0]}, {7: [8, 0], 8: [7, 0]}, {7: [9, 0], 8: [7, 0], 9: [8, 0]}, {7: [2**70, 0]}]
)
def test_a_row_that_stands_behind_itself_stands_at_the_end(tmp_path, after):
    edits = edits_of(tmp_path)
    lines = [json.dumps({"n": n, "set": [{"key": [n, 0], "row": GOOD, "after": place}]}) for n, place in after.items()]
    found, done = again(edits, *lines), threading.Event()

    def look():
        if [found.rows().key(at)[0] for at in range(6)] == [1, 2, 3, 4, 5, 6]:
            done.set()

    threading.Thread(target=look, daemon=True).start()
    assert done.wait(20)


def test_a_folder_in_place_of_the_journal_is_told(tmp_path):
    edits = edits_of(tmp_path)
    (edits.dataset.folder / "edits.jsonl").mkdir()
    store = DatasetStore(Workspace(tmp_path / "work"))
    for work in (edits.rows, lambda: store.keep_edits(edits.dataset.id), lambda: edits.save(None, GOOD, 0)):
        with pytest.raises(UserError) as told:
            work()
        assert told.value.code == "dataset.damaged"
    store.delete(edits.dataset.id)
    assert not store.list()


def test_half_a_character_is_replaced_when_it_is_saved(tmp_path):
    store = DatasetStore(Workspace(tmp_path / "work"))
    edits = store.edits(edits_of(tmp_path).dataset.id)
    change(edits, (1, 0), "half \ud83d, whole \ud83d\ude00 and 😀")
    edits.save(None, exchange("Who?\udc00", "We.", tools=[{"\ud83d": "x"}]), 0)
    said = "half \ufffd, whole 😀 and 😀"
    assert answers(edits.rows())[0] == said and Edits(edits.dataset).row((7, 0))["tools"] == [{"\ufffd": "x"}]
    assert edits.save((1, 0), edits.row((1, 0)), 1) == (1, 0) and edits.stamp == 2
    kept = store.keep_edits(edits.dataset.id)
    assert answers(kept.load_rows())[0] == said and kept.usable == 7


def test_half_a_character_in_a_journal_is_replaced_too(tmp_path):
    edits = edits_of(tmp_path)
    line = json.dumps({"n": 1, "set": [{"key": [1, 0], "row": exchange("q", "\ud83d!")}]})
    assert "\\ud83d" in line and answers(again(edits, line).rows())[0] == "\ufffd!"
    store = DatasetStore(Workspace(tmp_path / "work"))
    assert answers(store.keep_edits(edits.dataset.id).load_rows())[0] == "\ufffd!"


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (exchange("q", 5), "edit.odd_turn"),
        (exchange(None, "a"), "edit.odd_turn"),
        ({"messages": [*GOOD["messages"], 1]}, "edit.odd_turn"),
        ({"messages": [GOOD["messages"][0], {**GOOD["messages"][1], "tool_calls": "x"}]}, "edit.odd_turn"),
        ({"messages": [GOOD["messages"][0], {**GOOD["messages"][1], "tool_calls": [{"name": "f"}]}]}, "edit.odd_turn"),
        ({**GOOD, "tools": "x"}, "edit.odd_tools"),
        ({**GOOD, "tools": [1]}, "edit.odd_tools"),
        ({**GOOD, "text": "x"}, "edit.other_kind"),
        (5, "edit.other_kind"),
        (["x"], "edit.other_kind"),
    ],
)
def test_a_row_of_another_shape_is_refused_with_a_sentence(tmp_path, row, code):
    edits = edits_of(tmp_path)
    for key in (None, (1, 0)):
        with pytest.raises(UserError) as told:
            edits.save(key, row, 0)
        assert told.value.code == code and not edits.pending
        for language in ("en", "zh"):
            assert "{" not in load(language).error(told.value)
