"""data merge and data export: several data sets as one, and a data set as a file."""

import json
import sys
from pathlib import Path

import pytest

from core.cli.data_merge import part_of
from core.data.datasets import DatasetStore
from core.errors import UserError
from core.workspace import Workspace
from tests.unit.conftest import Run


def table(folder: Path, word: str, count: int) -> Path:
    path = folder / f"{word}.csv"
    lines = [f"Where is {word} {n}?,{word} {n} is at place {n}." for n in range(1, count + 1)]
    path.write_text("question,answer\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def both(tmp_path: Path) -> tuple[str, str]:
    return str(table(tmp_path, "lamp", 10)), str(table(tmp_path, "ship", 20))


@pytest.fixture
def store(root: Path) -> DatasetStore:
    return DatasetStore(Workspace(root))


# -- merge


def test_how_much_of_a_data_set_stands_after_the_last_colon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("odd:0.5").write_text("x", encoding="utf-8") if _colons() else None
    assert part_of("faq.csv") == ("faq.csv", None, None)
    assert part_of("faq.csv:0.5") == ("faq.csv", 0.5, None)
    assert part_of("faq.csv:1.0") == ("faq.csv", 1.0, None)
    assert part_of("faq.csv:200") == ("faq.csv", None, 200)
    assert part_of(r"C:\data\faq.csv") == (r"C:\data\faq.csv", None, None)
    assert part_of(r"C:\data\faq.csv:0.25") == (r"C:\data\faq.csv", 0.25, None)
    assert part_of("C:/data/faq.csv:3") == ("C:/data/faq.csv", None, 3)
    assert part_of("faq.csv:half") == ("faq.csv:half", None, None)
    if _colons():
        assert part_of("odd:0.5") == ("odd:0.5", None, None)
    for wrong in ("faq.csv:0", "faq.csv:1.5", "faq.csv:0.0", "faq.csv:1.2.3"):
        with pytest.raises(UserError) as caught:
            part_of(wrong)
        assert caught.value.code == "cli.data.part"


def _colons() -> bool:
    """Whether a file's name may have colons here."""
    return sys.platform != "win32"


def test_data_sets_are_put_together_whole_by_share_and_by_count(
    run: Run, both: tuple[str, str], store: DatasetStore
) -> None:
    lamp, ship = both
    code, out, err = run("data", "merge", f"{lamp}:0.5", f"{ship}:4", "--name", "Both of them", "--json")
    found = json.loads(out)
    assert code == 0 and err == "" and (found["name"], found["usable"], found["version"]) == ("Both of them", 9, 1)
    assert [(part["name"], part["rows"]) for part in found["parts"]] == [("lamp", 5), ("ship", 4)]
    rows = list(store.get(found["dataset"]).load_rows())
    assert [row["from"]["part"] for row in rows] == [0] * 5 + [1] * 4
    assert all("lamp" in json.dumps(row) for row in rows[:5])
    again = json.loads(run("data", "merge", f"{lamp}:0.5", f"{ship}:4", "--name", "Again", "--json")[1])
    assert [row["from"] for row in store.get(again["dataset"]).load_rows()] == [row["from"] for row in rows]
    other = ["--seed", "7", "--shuffle"]
    mixed = json.loads(run("data", "merge", lamp, ship, "--name", "Mixed", *other, "--json")[1])
    parts = [row["from"]["part"] for row in store.get(mixed["dataset"]).load_rows()]
    assert sorted(parts) == [0] * 10 + [1] * 20 != parts and mixed["seed"] == 7


def test_a_system_prompt_can_be_given_to_all_rows(run: Run, both: tuple[str, str], store: DatasetStore) -> None:
    found = json.loads(run("data", "merge", *both, "--name", "x", "--system", "You are brief.", "--json")[1])
    for row in store.get(found["dataset"]).load_rows():
        assert row["messages"][0] == {"role": "system", "content": "You are brief."}
    out = run("data", "show", found["dataset"])[1]
    assert "lamp" in out and "ship" in out and "Traceback" not in out
    code, out, err = run("preview", found["dataset"], "--model", "starter", "--rows", "1")
    assert code == 0 and "You are brief." in out, err


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (["{lamp}:0", "--name", "x"], "cli.data.part"),
        (["{lamp}:11", "--name", "x"], "mix.count"),
        (["{lamp}", "{lamp}", "--name", "x"], "mix.twice"),
        (["{lamp}", "bicycle", "--name", "x"], "data.unknown"),
        (["{lamp}:half", "--name", "x"], "data.unknown"),
        (["{lamp}", "--name", " "], "name.empty"),
        (["{lamp}", "--name", "x", "--replace-system"], "cli.data.replace_system"),
    ],
)
def test_a_slip_is_one_sentence(said: list[str], code: str, run: Run, both: tuple[str, str]) -> None:
    argv = [word.replace("{lamp}", both[0]) for word in said]
    for language in ("en", "zh"):
        exit_code, out, err = run("data", "merge", *argv, "--json", "--lang", language)
        assert exit_code == 2 and json.loads(out)["error"]["code"] == code and err.count("\n") == 1


# -- export


@pytest.mark.parametrize("kind", ["jsonl", "csv", "parquet"])
def test_a_data_set_leaves_as_a_file_that_reads_the_same(
    kind: str, run: Run, both: tuple[str, str], tmp_path: Path
) -> None:
    path = tmp_path / f"out.{kind}"
    code, out, err = run("data", "export", both[0], "--as", kind, "--to", str(path), "--json")
    found = json.loads(out)
    assert code == 0 and err == "" and (found["path"], found["rows"]) == (str(path), 10)
    assert found["size"] == path.stat().st_size
    first, again = (
        json.loads(run("data", "show", file, "--rows", "all", "--json")[1])["shown"] for file in (both[0], str(path))
    )
    assert [row["messages"] for row in first] == [row["messages"] for row in again]


def test_a_file_that_is_there_is_written_over_only_when_that_is_said(
    run: Run, both: tuple[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text("my own", encoding="utf-8")
    argv = ["data", "export", both[0], "--as", "jsonl", "--to", str(path)]
    for language in ("en", "zh"):
        code, out, err = run(*argv, "--json", "--lang", language)
        assert code == 2 and json.loads(out)["error"]["code"] == "cli.data.exists" and "--force" in err
    assert path.read_text(encoding="utf-8") == "my own"
    assert run(*argv, "--force")[0] == 0 and path.read_text(encoding="utf-8").count("\n") == 10


def test_into_a_folder_the_file_gets_the_data_sets_name(run: Run, both: tuple[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    argv = ["data", "export", both[0], "--as", "csv", "--to", str(folder), "--json"]
    path = Path(json.loads(run(*argv)[1])["path"])
    assert path.parent == folder and path.name.startswith("lamp") and path.suffix == ".csv"
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert json.loads(run(*argv)[1])["error"]["code"] == "cli.data.exists"
    argv[6] = str(tmp_path / "nowhere" / "x.csv")
    assert json.loads(run(*argv)[1])["error"]["code"] == "out.folder"


def test_changes_by_hand_leave_with_the_file(
    run: Run, both: tuple[str, str], store: DatasetStore, tmp_path: Path
) -> None:
    dataset = store.add(Path(both[0]), origin="file")
    store.edits(dataset.id).save((3, 0), None, 0)
    path = tmp_path / "out.jsonl"
    code, _, err = run("data", "export", dataset.id, "--as", "jsonl", "--to", str(path))
    assert code == 0 and "changed by hand" in err
    said = path.read_text(encoding="utf-8")
    assert said.count("\n") == 9 and "lamp 3 " not in said
