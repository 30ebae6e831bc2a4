"""Looking at data sets on the command line: list, show, versions, delete; and what other verbs make of versions."""

import json
from pathlib import Path

import pytest

from core.cli.documents import clean
from core.data.datasets import DatasetStore
from core.runs.store import RunStore
from core.spec import build
from core.workspace import Workspace, mint_id
from tests.unit.conftest import Run

VERSION = [
    "dataset", "name", "family", "version", "versions", "parent", "rows", "usable", "format", "task", "size", "created",
    "note", "done", "runs",
]  # fmt: skip


@pytest.fixture
def dirty(tmp_path: Path) -> Path:
    """Ten questions: row 4 has no answer, row 6 says row 5 again, row 8 ends with blanks."""
    path = tmp_path / "dirty.csv"
    lines = [f"Where is number {number}?,It stands at place {number}." for number in range(1, 11)]
    lines[3] = "Where is number 4?,"
    lines[5] = lines[4]
    lines[7] += "   "
    path.write_text("question,answer\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def store(root: Path) -> DatasetStore:
    return DatasetStore(Workspace(root))


def edited(store: DatasetStore, dataset_id: str, row: int = 1, words: str = "At the harbour, by hand.") -> None:
    """Another answer in a row, by hand."""
    edits = store.edits(dataset_id)
    found = edits.row((row, 0))
    assert found is not None
    *before, last = found["messages"]
    edits.save((row, 0), {**found, "messages": [*before, {**last, "content": words}]}, edits.stamp_of((row, 0)))


# -- list


def test_data_sets_are_listed_with_versions_and_runs(run: Run, dirty: Path, store: DatasetStore, root: Path) -> None:
    assert json.loads(run("data", "list", "--json")[1]) == []
    assert str(Workspace(root).datasets) in run("data", "list")[1]
    first = store.add(dirty)
    second = store.mend(first.id, None)
    made = RunStore(Workspace(root)).create(build({"dataset": first.id}), "my run")
    (listed,) = json.loads(run("data", "list", "--json")[1])
    assert list(listed) == [*VERSION, "added", "trained"]
    assert (listed["dataset"], listed["version"], listed["versions"]) == (second.id, 2, 2)
    assert (listed["parent"], listed["trained"], listed["runs"]) == (first.id, 1, [])
    code, out, err = run("data", "list")
    assert code == 0 and err == "" and out.count("\n") == 1 and second.id in out and "dirty" in out
    (one, two) = json.loads(run("data", "versions", second.id, "--json")[1])
    assert one["runs"] == [{"run": made.id, "name": "my run"}] and two["runs"] == []


# -- show


def test_a_data_set_is_shown_with_what_was_found_and_how_it_is_mended(run: Run, dirty: Path) -> None:
    code, out, err = run("data", "show", str(dirty), "--json")
    shown = json.loads(out)
    assert code == 0 and err == ""
    more = ["file", "container", "encoding", "sha256", "parts", "pending", "accepted", "findings"]
    assert list(shown) == [*VERSION, *more]
    assert (shown["rows"], shown["usable"], shown["version"], shown["file"]) == (10, 9, 1, "dirty.csv")
    empty = next(each for each in shown["findings"] if each["code"] == "answer.empty")
    assert list(empty) == ["level", "code", "count", "rows", "message", "fixes"] and empty["rows"] == [4]
    twice = next(each for each in shown["findings"] if each["code"] == "row.duplicate")
    assert twice["fixes"][0] == {
        "fix": "drop_duplicates",
        "safe": True,
        "say": "--fix row.duplicate=drop_duplicates",
    }
    for language in ("en", "zh"):
        code, said, _ = run("data", "show", shown["dataset"], "--lang", language)
        assert code == 0 and "--fix row.duplicate=drop_duplicates" in said and shown["dataset"] in said


def test_rows_are_shown_as_conversations_and_given_as_they_are_stored(
    run: Run, dirty: Path, store: DatasetStore
) -> None:
    dataset = store.add(dirty)
    shown = json.loads(run("data", "show", dataset.id, "--rows", "5,1", "--json")[1])["shown"]
    assert shown == [dataset.load_rows()[place] for place in (3, 4, 0) if place != 4]
    code, out, _ = run("data", "show", dataset.id, "--rows", "1")
    assert code == 0 and out.endswith("row 1\n  Question: Where is number 1?\n  Answer: It stands at place 1.\n")
    assert run("data", "show", dataset.id, "--rows", "1", "--lang", "zh")[1].count("number 1") == 1
    code, out, _ = run("data", "show", dataset.id, "--rows", "4,", "--json")
    assert code == 2 and json.loads(out)["error"]["code"] == "cli.row_left_out"
    assert len(json.loads(run("data", "show", dataset.id, "--rows", "all", "--json")[1])["shown"]) == 9


def test_what_is_changed_by_hand_is_shown_before_it_is_a_version(run: Run, dirty: Path, store: DatasetStore) -> None:
    dataset = store.add(dirty)
    edited(store, dataset.id)
    shown = json.loads(run("data", "show", dataset.id, "--rows", "1,", "--json")[1])
    assert shown["pending"] == {"changed": 1, "added": 0, "removed": 0}
    assert shown["shown"][0]["messages"][-1]["content"] == "At the harbour, by hand."
    assert "changed by hand: 1." in run("data", "show", dataset.id)[1]
    assert "by hand." in run("preview", dataset.id, "--model", "starter", "--rows", "1,")[1]
    assert len(store.versions(dataset.id)) == 1


def test_control_characters_of_a_file_do_not_reach_the_console(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    said = {"question": "Where?\u001b[2J\u001b]0;title\u0007", "answer": "Here,\n\tand there. 👩‍👧 中文　空格"}
    path.write_text("".join(json.dumps(said | {"n": n}) + "\n" for n in range(2)), encoding="utf-8")
    code, out, _ = run("data", "show", str(path), "--rows", "all")
    assert code == 0 and "\u001b" not in out and "\u0007" not in out and "👩‍👧 中文　空格" in out
    assert clean("a\x9bb\rc") == "a\ufffdb\ufffdc"


# -- versions, delete


def test_versions_are_listed_with_what_was_done(run: Run, dirty: Path, store: DatasetStore) -> None:
    first = store.add(dirty)
    second = store.mend(first.id, None)
    for reference in (first.id, second.id):
        found = json.loads(run("data", "versions", reference, "--json")[1])
        assert [each["dataset"] for each in found] == [first.id, second.id]
        assert [each["used"] for each in found] == [False, True]
        assert [list(each) for each in found] == [[*VERSION, "used"]] * 2
    assert any("repeated" in done for done in found[1]["done"])
    out = run("data", "versions", first.id)[1]
    assert out.count("\n") == 2 and out.splitlines()[1].startswith("*")


def test_deleting_one_of_several_versions_or_all_is_said(
    run: Run, dirty: Path, store: DatasetStore, root: Path
) -> None:
    first = store.add(dirty)
    second = store.mend(first.id, None)
    made = RunStore(Workspace(root)).create(build({"dataset": first.id}), "my run")
    edited(store, first.id)
    for language in ("en", "zh"):
        code, out, err = run("data", "delete", second.id, "--json", "--lang", language)
        assert code == 2 and json.loads(out)["error"]["code"] == "cli.data.which" and "--this-version" in err
    code, out, _ = run("data", "delete", first.id, "--this-version", "--json")
    runs = [{"run": made.id, "name": "my run"}]
    assert code == 0 and json.loads(out) == {"deleted": [first.id], "name": "dirty", "edits": 1, "runs": runs}
    assert [each["dataset"] for each in json.loads(run("data", "versions", second.id, "--json")[1])] == [second.id]
    code, out, _ = run("data", "delete", second.id)
    assert code == 0 and "dirty" in out and json.loads(run("data", "list", "--json")[1]) == []


def test_what_is_damaged_can_be_deleted_too(run: Run, dirty: Path, store: DatasetStore) -> None:
    dataset = store.add(dirty)
    (dataset.folder / "version.json").write_text("{", encoding="utf-8")
    assert json.loads(run("data", "show", dataset.id, "--json")[1])["error"]["code"] == "dataset.damaged"
    code, out, err = run("data", "delete", dataset.id, "--json")
    assert code == 0 and json.loads(out)["deleted"] == [dataset.id] and not dataset.folder.exists(), err


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (["delete", "dirty"], "cli.data.id"),
        (["delete", mint_id()], "dataset.unknown"),
        (["show", "nothing-like-it"], "data.unknown"),
        (["show", mint_id()], "data.unknown"),
        (["versions", "nothing-like-it"], "data.unknown"),
    ],
)
def test_what_is_not_there_is_one_sentence(argv: list[str], code: str, run: Run) -> None:
    for language in ("en", "zh"):
        exit_code, out, err = run("data", *argv, "--json", "--lang", language)
        assert exit_code == 2 and json.loads(out)["error"]["code"] == code and err.count("\n") == 1


# -- other verbs


def test_check_of_a_version_says_what_stands_in_it(run: Run, dirty: Path, store: DatasetStore) -> None:
    """It used to read the file again, and found what had been mended long ago."""
    first = store.add(dirty)
    second = store.mend(first.id, None)
    before, after = (json.loads(run("check", each.id, "--json")[1]) for each in (first, second))
    assert list(before) == list(after) and after["usable"] == 8
    codes = [{each["code"] for each in found["findings"]} for found in (before, after)]
    assert "row.duplicate" in codes[0] and "row.duplicate" not in codes[1]
    code, out, err = run("check", second.id, "--model", "starter", "--json")
    assert code == 0 and json.loads(out)["usable"] == 8, err


def test_what_is_made_here_has_no_file_that_could_be_read_otherwise(run: Run, store: DatasetStore) -> None:
    made = store.create("mine")
    for verb in (["check"], ["data", "show"], ["data", "mend"]):
        code, out, _ = run(*verb, made.id, "--encoding", "utf-8", "--json")
        assert code == 2 and json.loads(out)["error"]["code"] == "dataset.made"
    assert run("check", made.id)[0] == 2 and run("data", "show", made.id)[0] == 0
    for verb in (["preview", made.id], ["train", "--data", made.id]):
        code, out, _ = run(*verb, "--model", "starter", "--json")
        assert code == 2 and json.loads(out)["error"]["code"] == "cli.data.empty"
    turns = [{"role": "user", "content": "Who are you?"}, {"role": "assistant", "content": "The keeper."}]
    store.edits(made.id).save(None, {"row": 0, "messages": turns}, 0)
    for verb in (["data", "show", made.id], ["preview", made.id, "--model", "starter"]):
        code, out, err = run(*verb, "--rows", "1,")
        assert code == 0 and "The keeper." in out, err


def test_a_row_that_was_removed_is_told_from_one_that_was_left_out(run: Run, dirty: Path, store: DatasetStore) -> None:
    first = store.add(dirty)
    second = store.mend(first.id, None)
    for version, row, code in (
        (first, "4,", "cli.row_left_out"),
        (second, "6,", "cli.row_gone"),
        (second, "11,", "cli.no_row"),
    ):
        exit_code, out, _ = run("data", "show", version.id, "--rows", row, "--json")
        assert exit_code == 2 and json.loads(out)["error"]["code"] == code


def test_an_id_trains_that_very_version_and_changes_by_hand_are_kept_first(
    run: Run, dirty: Path, store: DatasetStore, root: Path
) -> None:
    first = store.add(dirty)
    second = store.mend(first.id, None)
    edited(store, first.id)
    quick = ["--model", "starter", "--set", "epochs=1", "--set", "replay=off", "--set", "batch_size=8", "--json"]
    for version, told in ((second, False), (first, True)):
        code, out, err = run("train", "--data", version.id, *quick)
        assert code == 0 and ("changed by hand" in err) == told, err
        trained = RunStore(Workspace(root)).get(json.loads(out)["run"]).spec.dataset
        assert trained is not None and (trained == version.id) != told
    kept = store.get(trained)
    assert kept.parent == first.id and kept.load_rows()[0]["messages"][-1]["content"] == "At the harbour, by hand."
    assert not store.edits(first.id).pending or len(store.versions(first.id)) == 3


def test_looking_at_a_file_leaves_the_version_listed_that_was(run: Run, dirty: Path, store: DatasetStore) -> None:
    """The file is the version as it was read; the one in use is the mended one."""
    assert run("data", "mend", str(dirty), "--safe")[0] == 0
    (used,) = store.list()
    for argv in (
        ["data", "versions", str(dirty)],
        ["data", "show", str(dirty)],
        ["data", "mend", str(dirty)],
        ["data", "mend", str(dirty), "--safe", "--preview"],
        ["preview", str(dirty), "--model", "starter", "--rows", "1"],
        ["forecast", "--data", str(dirty), "--model", "starter"],
        ["data", "show", str(used.parent), "--fill", "x=y"],
        ["data", "show", used.id, "--fill", "x=z"],
    ):
        assert run(*argv)[0] == 0
        assert DatasetStore(store._workspace).list() == [used], argv
    numbers = [each.number for each in store.versions(used.id)]
    assert numbers == sorted(numbers) and len(set(numbers)) == 4
