"""Tables run nothing in a spreadsheet and can be read back; a file is whole or not there."""

import csv
import hashlib
import io
import shutil
import subprocess
import sys
import tracemalloc
from functools import partial
from pathlib import Path

import pytest

from core.data.datasets import DatasetStore
from core.data.exporting import aside, exporting, parquet_file
from core.errors import MachineError, UserError
from core.workspace import Workspace
from tests.shapes import SHAPES, back, bot, numbered, user
from tests.unit.workbook import workbook

FULL = Path("/dev/full")


def table(path):
    """The cells by Python's own reader, and the bytes before them."""
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content[3:].decode(), newline=""), strict=True))


CELLS = ["=1+1", "+49 170", "-", "-5 or so", "@x", "\tx", "\rx", "\nx", "＝1", "＋1", "－1", "＠x"]
CELLS += ["=cmd|' /C calc'!A0", "-2+3", "-1,2,3", "+8613912345678", "-%", "--1", "-1e5"]


def test_no_cell_is_a_formula_and_what_protects_it_goes_when_it_is_read(tmp_path):
    path = tmp_path / "data.csv"
    rows = [{"messages": [user(cell), bot(cell)]} for cell in CELLS] + [{"messages": [user("a"), bot("=b")]}]
    exporting.write(numbered(rows), "csv", path)
    header, *cells = table(path)
    assert header == ["question", "answer", "apostrophe_added"]
    assert cells == [["'" + cell] * 2 + ["question answer"] for cell in CELLS] + [["a", "'=b", "answer"]]
    assert back(path) == rows


NUMBERS = ["-2", "+3.5", "-1,200", "-1,234,567.89", "-0.5%", "-.5", "+100", "-12345678901"]


def test_numbers_stay_numbers(tmp_path):
    path = tmp_path / "data.csv"
    rows = [{"messages": [user(f"How much is {n}?"), bot(cell)]} for n, cell in enumerate(NUMBERS)]
    exporting.write(numbered(rows), "csv", path)
    assert [row[1:] for row in table(path)] == [["answer"], *([cell] for cell in NUMBERS)]
    assert back(path) == rows


def test_an_apostrophe_that_somebody_wrote_stays(tmp_path):
    said = ["'@Li' is my name.", "''=1", "'=1+1", "'-2"]
    for other in ("x", "=x"):  # in a table with and without the column that tells
        rows = [{"messages": [user(f"{n}?"), bot(cell)]} for n, cell in enumerate([*said, other])]
        exporting.write(numbered(rows), "csv", tmp_path / "data.csv")
        assert back(tmp_path / "data.csv") == rows
    (tmp_path / "theirs.csv").write_text("question,answer\nWho?,'@Li' is my name.\nWhat?,'=1\n")
    assert [row["messages"][1]["content"] for row in back(tmp_path / "theirs.csv")] == ["'@Li' is my name.", "'=1"]


def test_a_table_that_a_spreadsheet_has_saved_anew(tmp_path):
    path = tmp_path / "data.csv"
    exporting.write(numbered([{"messages": [user("a"), bot("=b")]}, {"messages": [user("c"), bot("d")]}]), "csv", path)
    header, one, other = table(path)
    with path.open("w", newline="") as file:  # sorted anew, semicolons, a cell mended and another one made
        csv.writer(file, delimiter=";").writerows([header, other, one, ["e", "=f", "answer"], ["g", "'=h", ""]])
    assert [row["messages"][1]["content"] for row in back(path)] == ["d", "=b", "=f", "'=h"]
    book = tmp_path / "data.xlsx"
    book.write_bytes(workbook({"data": [header, one, other]}))
    assert [row["messages"][1]["content"] for row in back(book)] == ["=b", "d"]
    dataset = DatasetStore(Workspace(tmp_path / "work")).add(book)
    assert dataset.column_names == ["question", "answer"] and {one.code for one in dataset.findings} == {"rows.few"}


def test_all_other_cells_are_what_was_said(tmp_path):
    said = [
        '"quoted", with comma; and |',
        "two\nlines\r\nand\rmore",
        "中文，引号“”",
        " 1-1=0 ",
        "'",
        "007",
        "NA",
        "sep=,",
    ]
    path = tmp_path / "data.csv"
    exporting.write(numbered([{"messages": [user(cell), bot(cell)]} for cell in said]), "csv", path)
    assert table(path)[1:] == [[cell, cell] for cell in said]
    assert back(path) == [{"messages": [user(cell), bot(cell)]} for cell in said]


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("exchange", ["question", "answer"]),
        ("system", ["question", "answer", "system"]),
        ("turns", ["messages"]),
        ("not learned", ["messages"]),
        ("calls", ["messages", "tools"]),
        ("text", ["text"]),
        ("better in words", ["prompt", "chosen", "rejected"]),
        ("labelled in words", ["prompt", "completion", "label", "system"]),
    ],
)
def test_the_columns_of_a_table(tmp_path, name, columns):
    exporting.write(numbered(SHAPES[name]), "csv", tmp_path / "data.csv")
    header, *rows = table(tmp_path / "data.csv")
    assert header == columns and len(rows) == len(SHAPES[name])


# -- whole or not there


def test_what_cannot_be_written_is_said(tmp_path):
    rows = numbered(SHAPES["exchange"])
    for code, wanted, kind, path in (
        ("out.kind", rows, "xlsx", tmp_path / "a.xlsx"),
        ("out.empty", [], "jsonl", tmp_path / "a.jsonl"),
        ("out.folder", rows, "jsonl", tmp_path / "none" / "a.jsonl"),
        ("out.is_folder", rows, "jsonl", tmp_path),
    ):
        with pytest.raises(UserError) as caught:
            exporting.write(wanted, kind, path)
        assert caught.value.code == code
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not FULL.exists(), reason="no device that is always full")
@pytest.mark.parametrize("kind", exporting.KINDS)
def test_a_full_disk_leaves_the_old_file(tmp_path, kind, monkeypatch):
    path = tmp_path / f"data.{kind}"
    path.write_text("old")
    monkeypatch.setattr(aside.secrets, "token_hex", lambda size: "aside")
    mark = hashlib.blake2b(path.name.encode(), digest_size=8).hexdigest()
    (tmp_path / f".{mark}.aside.part").symlink_to(FULL)
    rows = numbered([{"messages": [user(f"{n}?" * 40), bot(f"{n}!" * 40)]} for n in range(2000)])
    with pytest.raises(MachineError) as caught:
        exporting.write(rows, kind, path)
    assert caught.value.code == "disk.full" and caught.value.facts["folder"] == str(tmp_path)
    assert path.read_text() == "old" and [file.name for file in tmp_path.iterdir()] == [path.name]


KILLED = """
import os, signal, sys
from pathlib import Path
from core.data.exporting import exporting
rows = [{"row": n, "messages": []} for n in range(3000)]
exporting.write(rows, "jsonl", Path(sys.argv[1]), lambda done, total: done and os.kill(os.getpid(), signal.SIGKILL))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no signal that cannot be caught")
def test_what_a_kill_has_left_goes_with_the_next_file(tmp_path):
    rows, path = numbered(SHAPES["exchange"] * 1500), tmp_path / "data.jsonl"
    subprocess.run([sys.executable, "-c", KILLED, str(path)], cwd=Path(__file__).parents[2], check=False)
    (left,) = tmp_path.iterdir()
    assert left.name.endswith(".part")
    exporting.write(rows, "jsonl", tmp_path / "other.jsonl")
    assert left.exists()

    def meanwhile(done, total):
        if done == 1000:  # somebody else writes the same file: neither takes the other's away
            exporting.write(rows[:5], "jsonl", path)
            assert len(back(path)) == 5

    exporting.write(rows, "jsonl", path, meanwhile)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["data.jsonl", "other.jsonl"]
    assert len(back(path)) == 1500


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_what_goes_meanwhile_is_what_is_missing(tmp_path, kind):
    """It said that there was no file, and named the folder that was written to, of whatever was gone."""
    path, out = tmp_path / "faq.csv", tmp_path / "out"
    path.write_text("question,answer\n" + "".join(f"Who is {n}?,I am {n}.\n" for n in range(50)))
    store = DatasetStore(Workspace(tmp_path / "work"))
    for code, fact in (("dataset.unknown", "faq"), ("out.folder", str(out))):
        dataset = store.add(path)
        out.mkdir()

        def gone(done, total, code=code, dataset=dataset):
            if done == 0 and code == "out.folder":
                shutil.rmtree(out)
            elif done == 0:
                store.delete(dataset.id)

        with pytest.raises(UserError) as caught:
            exporting.write(dataset, kind, out / "x", gone)
        assert caught.value.code == code and list(caught.value.facts.values()) == [fact]
        assert not out.exists() or not list(out.iterdir())
        out.rmdir() if out.exists() else None


@pytest.mark.parametrize("kind", exporting.KINDS)
def test_progress_goes_once_from_nothing_to_all(tmp_path, kind):
    heard = []
    rows = numbered(SHAPES["exchange"] * 2500)
    exporting.write(rows, kind, tmp_path / "data", lambda done, total: heard.append((done, total)))
    assert heard[0] == (0, 2500) and heard[-1] == (2500, 2500) and (1000, 2500) in heard
    assert heard == sorted(heard)


@pytest.mark.parametrize("kind", exporting.KINDS)
def test_giving_up_leaves_nothing(tmp_path, kind):
    class Enough(Exception):
        pass

    def progress(done, total):
        heard.append((done, total))
        if done:
            raise Enough

    heard = []
    with pytest.raises(Enough):
        exporting.write(numbered(SHAPES["exchange"] * 3000), kind, tmp_path / "data", progress)
    assert len(heard) == 2 and not list(tmp_path.iterdir())


def test_a_data_set_by_its_name(tmp_path):
    path = tmp_path / "faq.csv"
    path.write_text("question,similar questions,answer\na,b;c,x\nd,,y\n")
    dataset = DatasetStore(Workspace(tmp_path / "work")).add(path, name="../客服: FAQ?.csv")
    assert exporting.file_name(dataset, "csv") == "客服-FAQ.csv"
    exporting.write(dataset, "jsonl", tmp_path / "out.jsonl")
    assert [row["messages"][0]["content"] for row in back(tmp_path / "out.jsonl")] == ["a", "b", "c", "d"]


@pytest.mark.parametrize("kind", exporting.KINDS)
def test_rows_are_not_held(tmp_path, kind, monkeypatch):
    class Many(list):
        """Rows that are made when they are taken."""

        def __len__(self):
            return 4000

        def __iter__(self):
            return ({"row": n, "messages": [user(f"{n}" + "q" * 4000), bot("a" * 4000)]} for n in range(len(self)))

    monkeypatch.setattr(parquet_file, "GROUP_SIZE", 1_000_000)
    write = partial(exporting.write, Many(), kind, tmp_path / "data")
    write()  # what is imported on the way does not count
    tracemalloc.start()
    write()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12_000_000  # of 32 MB
