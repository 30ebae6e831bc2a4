"""data mend: what it offers, shows beforehand, changes and refuses; the file itself is never touched."""

import json
from pathlib import Path
from typing import Any

import pytest

from core.data.datasets import DatasetStore
from core.workspace import Workspace
from tests.unit.conftest import Run

ANSWERS = [f"It stands at place {number}, near the water." for number in range(1, 13)]


def chat(*turns: str) -> dict[str, Any]:
    """Turns of user and assistant by turns."""
    roles = ("user", "assistant")
    return {"messages": [{"role": roles[at % 2], "content": words} for at, words in enumerate(turns)]}


@pytest.fixture
def dirty(tmp_path: Path) -> Path:
    """Twelve conversations: 3 without an answer, 5 like 4, 7 ends with blanks, 8 with a placeholder, 9 with a question,
    12 very long."""
    rows = [chat(f"Where is number {at + 1}?", answer) for at, answer in enumerate(ANSWERS)]
    rows[2] = chat("Where is number 3?", "")
    rows[4] = rows[3]
    rows[6] = chat("Where is number 7?", ANSWERS[6] + "  \n")
    rows[7] = chat("Who are you?", "I am {{name}}, the harbour's guide.")
    rows[8] = chat("Where is number 9?", ANSWERS[8], "And then?")
    rows[11] = chat(*(f"{word} {at}" for at in range(6) for word in ("What about", "That is described as number")))
    path = tmp_path / "dirty.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def store(root: Path) -> DatasetStore:
    return DatasetStore(Workspace(root))


def mended(run: Run, *argv: str) -> dict[str, Any]:
    code, out, err = run("data", "mend", *argv, "--json")
    assert code == 0, err
    found: dict[str, Any] = json.loads(out)
    return found


def codes(found: dict[str, Any]) -> set[str]:
    return {each["code"] for each in found["findings"]}


def test_alone_it_says_what_can_be_mended_and_changes_nothing(run: Run, dirty: Path, store: DatasetStore) -> None:
    before = dirty.read_bytes()
    found = mended(run, str(dirty))
    says = {fix["say"] for each in found["findings"] for fix in each["fixes"]}
    assert {"--fix row.duplicate=drop_duplicates", "--fill NAME=TEXT", "--fix text.placeholder=drop"} <= says
    for language in ("en", "zh"):
        code, out, _ = run("data", "mend", found["dataset"], "--lang", language)
        assert code == 0 and "--safe" in out and "--fill NAME=TEXT" in out
    assert len(store.versions(found["dataset"])) == 1 and dirty.read_bytes() == before


def test_all_that_is_safe_is_a_new_version_and_again_changes_nothing(
    run: Run, dirty: Path, store: DatasetStore
) -> None:
    before = dirty.read_bytes()
    found = mended(run, str(dirty), "--safe")
    new = store.get(found["dataset"])
    assert new.parent and found["version"] == 2 and dirty.read_bytes() == before
    assert {"row.duplicate", "text.space", "order.ends_with_question"}.isdisjoint(codes(found))
    assert "text.placeholder" in codes(found)  # that takes a person
    assert found["dropped"] == 1 and found["changed"] >= 2 and found["mends"] == new.fixes[0]["mends"]
    assert all(row["messages"][-1]["content"] == row["messages"][-1]["content"].strip() for row in new.load_rows())
    again = mended(run, new.id, "--safe")
    assert again["dataset"] == new.id and (again["changed"], again["dropped"], again["mends"]) == (0, 0, [])
    for language in ("en", "zh"):
        code, out, err = run("data", "mend", new.id, "--safe", "--lang", language)
        assert code == 0 and err == "" and new.id not in out


def test_a_script_that_is_run_again_adds_no_version(run: Run, dirty: Path, store: DatasetStore) -> None:
    said = [str(dirty), "--fix", "text.placeholder=drop", "--safe"]
    first, again = mended(run, *said), mended(run, *said)
    assert again["dataset"] == first["dataset"] and again["versions"] == first["versions"] == 2
    assert mended(run, str(dirty), "--safe")["versions"] == 3  # other things were done to it


def test_a_preview_says_what_is_done_then(run: Run, dirty: Path) -> None:
    said = [str(dirty), "--safe", "--fix", "text.placeholder=accept"]
    shown, done = mended(run, *said, "--preview"), mended(run, *said)
    assert {key: shown[key] for key in ("dropped", "added", "mends")} == {
        key: done[key] for key in ("dropped", "added", "mends")
    }


def test_a_preview_counts_shows_and_writes_nothing(run: Run, dirty: Path, store: DatasetStore) -> None:
    found = mended(run, str(dirty), "--safe", "--fix", "text.placeholder=drop", "--preview")
    assert (found["dropped"], found["added"]) == (2, 0) and found["changed"] >= 2
    by_row = {each["row"]: each for each in found["changes"]}
    assert by_row[5]["after"] == [] and by_row[8]["after"] == []
    assert by_row[7]["before"]["messages"][1]["content"] == ANSWERS[6] + "  \n"
    assert by_row[7]["after"][0]["messages"][1]["content"] == ANSWERS[6]
    code, out, _ = run("data", "mend", found["dataset"], "--safe", "--preview")
    assert code == 0 and "+ Answer: It stands at place 7, near the water." in out and "- Question: And then?" in out
    assert len(store.versions(found["dataset"])) == 1


def test_one_finding_is_mended_in_the_way_that_is_said(run: Run, dirty: Path, store: DatasetStore) -> None:
    found = mended(run, str(dirty), "--fix", "text.placeholder=drop", "--fix", "row.duplicate=accept")
    assert {"text.placeholder", "row.duplicate"}.isdisjoint(codes(found)) and "text.space" in codes(found)
    new = store.get(found["dataset"])
    assert [row["row"] for row in new.load_rows()] == [1, 2, 4, 5, 6, 7, 9, 10, 11, 12]
    assert [each["fix"] for each in found["mends"]] == ["drop", "accept"] and found["dropped"] == 1
    assert json.loads(run("data", "show", new.id, "--json")[1])["accepted"] == new.accepted != []


def test_placeholders_are_filled_with_the_words_that_are_given(run: Run, dirty: Path, store: DatasetStore) -> None:
    found = mended(run, str(dirty), "--fill", "name=Aurora = 1")
    rows = store.get(found["dataset"]).load_rows()
    place = rows.place_of(8)
    assert place is not None and rows[place]["messages"][1]["content"] == "I am Aurora = 1, the harbour's guide."
    assert "text.placeholder" not in codes(found)
    code, out, _ = run("data", "mend", found["dataset"], "--fill", "name=Aurora", "--json")
    assert code == 2 and json.loads(out)["error"]["code"] == "cli.data.nothing_to_fill"


def test_what_the_model_cannot_hold_is_shortened_or_split(run: Run, dirty: Path, store: DatasetStore) -> None:
    by_model = ["--model", "starter", "--max-length", "64"]
    offered = mended(run, str(dirty), *by_model)
    long = next(each for each in offered["findings"] if each["code"] in ("tokens.cut", "tokens.answer_lost"))
    assert 12 in long["rows"] and long["fixes"][0]["say"].endswith("--max-length N --model M")
    for fix in ("shorten", "split"):
        found = mended(run, str(dirty), *by_model, "--fix", f"{long['code']}={fix}")
        assert found["changed"] >= 1 and (found["added"] > 0) == (fix == "split")
        assert store.get(found["dataset"]).fixes[0]["mends"][0]["given"] == {
            "max_length": 64,
            "model": "Starter (built in)",
        }
        assert "(for Starter (built in))" in run("data", "show", found["dataset"])[1]
        again = mended(run, found["dataset"], *by_model)
        assert long["code"] not in codes(again)
    code, out, _ = run("data", "mend", str(dirty), "--fix", f"{long['code']}=shorten", "--model", "starter", "--json")
    assert code == 2 and json.loads(out)["error"]["code"] == "cli.data.length_needed"


def test_changes_by_hand_are_kept_with_what_is_mended(run: Run, dirty: Path, store: DatasetStore) -> None:
    dataset = store.add(dirty, origin="file")
    edits = store.edits(dataset.id)
    edits.save((1, 0), {"row": 1, **chat("Where is number 1?", "At the harbour, by hand.")}, 0)
    code, out, err = run("data", "mend", dataset.id, "--safe", "--json")
    assert code == 0 and err.count("\n") == 1 and "changed by hand" in err
    found = json.loads(out)
    new = store.get(found["dataset"])
    assert new.load_rows()[0]["messages"][1]["content"] == "At the harbour, by hand."
    assert [step["step"] for step in new.fixes] == ["edit", "mend"]


def test_broken_json_is_read_anew_with_repair_and_previewed(run: Run, tmp_path: Path, store: DatasetStore) -> None:
    path = tmp_path / "broken.jsonl"
    lines = [json.dumps({"question": f"Where is {n}?", "answer": f"At place {n}."}) for n in range(8)]
    lines[3] = "{'question': 'Where is 3?', 'answer': 'At place 3.',}"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    offered = mended(run, str(path))
    (fault,) = [each for each in offered["findings"] if each["code"] == "row.broken_json"]
    assert fault["fixes"][0]["say"] == "--repair"
    code, out, _ = run("data", "mend", str(path), "--fix", "row.broken_json=repair", "--json")
    assert code == 2 and json.loads(out)["error"]["code"] == "cli.data.otherwise" and "--repair" in out
    shown = mended(run, offered["dataset"], "--repair", "--preview")
    assert shown["added"] == 1 and shown["changes"][0]["row"] == 4 and shown["changes"][0]["before"] is None
    assert len(store.versions(offered["dataset"])) == 1
    anew = mended(run, offered["dataset"], "--repair")
    assert anew["usable"] == 8 and anew["parent"] == offered["dataset"]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (["--fix", "row.duplicate"], "cli.data.fix"),
        (["--fix", "=drop"], "cli.data.fix"),
        (["--fix", "row.duplikate=drop"], "cli.data.no_finding"),
        (["--fix", "row.duplicate=trim"], "cli.data.no_fix"),
        (["--fix", "text.placeholder=fill"], "cli.data.fill_needed"),
        (["--fill", "name"], "cli.fill"),
        (["--max-length", "0"], "cli.data.max_length"),
        (["--max-length", "99999999999999999999"], "cli.data.max_length"),
        (["--max-length", "131073", "--model", "starter"], "cli.data.max_length"),
        (["--fix", "row.near=accept", "--fix", "row.near=drop"], "cli.data.two_fixes"),
        (["--safe", "--repair", "--preview"], "cli.data.one_preview"),
        (["--safe", "--model", "nothing-like-it"], "model.unknown"),
        (["--column", "question=x", "--safe"], "cli.no_column"),
    ],
)
def test_a_slip_is_one_sentence_and_changes_nothing(
    said: list[str], code: str, run: Run, dirty: Path, store: DatasetStore
) -> None:
    for language in ("en", "zh"):
        exit_code, out, err = run("data", "mend", str(dirty), *said, "--json", "--lang", language)
        assert exit_code == 2 and json.loads(out)["error"]["code"] == code and err.count("\n") == 1
    assert all(len(store.versions(each.id)) == 1 for each in store.list())
