"""Half a character, as a browser or a console may give: it can neither be encoded nor kept, and is replaced."""

import json
from pathlib import Path

import pytest

from core.data.choices import Choices
from core.data.datasets import DatasetStore
from core.errors import MachineError, UserError, translate
from core.workspace import Workspace
from tests.unit.conftest import Run

HALF = "\ud83d"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "lamp.csv"
    path.write_text("question,answer\n" + "".join(f"Where is {n}?,At {{{{name}}}} {n}.\n" for n in range(9)))
    return path


def test_names_and_notes(table: Path, root: Path) -> None:
    store = DatasetStore(Workspace(root))
    dataset = store.add(table, name=f"my {HALF}.csv")
    assert (dataset.name, dataset.file_name) == ("my \ufffd", "my \ufffd.csv")
    assert store.note(dataset.id, f"a note {HALF}").note == "a note \ufffd"
    assert store.rename(dataset.id, f"{HALF} new").name == "new"
    with pytest.raises(UserError, match=r"name\.empty"):
        store.create(HALF)
    assert DatasetStore(Workspace(root)).get(dataset.id).note == "a note \ufffd"
    said = Choices(fill={f"n{HALF}": HALF}, speaker=HALF)
    assert said.plain() == {
        "fill": {"n\ufffd": "\ufffd"},
        "speaker": "\ufffd",
    }


def test_words_on_the_command_line(run: Run, table: Path, tmp_path: Path, root: Path) -> None:
    merge = ["data", "merge", str(table), "--name", f"both {HALF}", "--system", f"Be brief {HALF}.", "--json"]
    code, out, err = run(*merge)
    found = json.loads(out)
    assert code == 0 and found["name"] == "both", err
    (row,) = json.loads(run("data", "show", found["dataset"], "--rows", "1", "--json")[1])["shown"]
    assert row["messages"][0]["content"] == "Be brief \ufffd."
    assert run("data", "mend", str(table), "--fill", f"name=Li {HALF}", "--json")[0] == 0
    for option in ("--speaker", "--sheet", "--encoding", "--separator"):
        code, out, err = run("data", "show", str(table), option, HALF, "--json")
        assert json.loads(out) and "unexpected" not in out
    for said in (["show", HALF], ["export", str(table), "--as", "csv", "--to", str(tmp_path / HALF)]):
        code, out, err = run("data", *said, "--json")
        assert code in (0, 2) and "unexpected" not in out, err
    assert "unexpected" not in run("train", "--data", str(table), "--model", HALF, "--json")[1]
    assert "unexpected" not in run("forecast", "--model", "starter", "--set", f"rank={HALF}", "--json")[1]


def test_every_path_has_a_name(run: Run) -> None:
    """The top folder was said to be " is a folder"."""
    code, out, _ = run("data", "show", "/", "--json")
    assert code == 2 and json.loads(out)["error"]["message"].startswith("/ is a folder")
    assert json.loads(run("check", "/", "--json")[1])["error"]["message"].startswith("/ is a folder")


def test_a_file_that_may_not_grow_is_the_machines_trouble() -> None:
    import errno

    found = translate(OSError(errno.EFBIG, "File too large"), where="/data")
    assert isinstance(found, MachineError) and found.code == "disk.file_size" and found.facts == {"folder": "/data"}
