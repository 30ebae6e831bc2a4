"""One look at a file: what is found, how far it is, and how little of it is held at once."""

import json
import subprocess
import sys

import pytest

from core.data.choices import Choices
from core.data.examine import examine
from core.errors import UserError
from core.workspace import REPOSITORY


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_every_row_is_handed_on_in_order(tmp_path):
    lines = [json.dumps({"question": f"Q {n}", "answer": f"A {n}" if n % 100 else ""}) for n in range(1, 501)]
    rows = []
    found = examine(write(tmp_path / "x", "\n".join(lines)), name="x.jsonl", on_row=rows.append)
    assert (found.container, found.encoding, found.count, found.usable, len(rows)) == ("jsonl", "utf-8", 500, 495, 495)
    assert [row["row"] for row in rows] == [n for n in range(1, 501) if n % 100]
    assert [(each.code, each.rows) for each in found.findings] == [("answer.empty", (100, 200, 300, 400, 500))]
    assert [each["number"] for each in found.look] == list(range(1, 21))
    assert found.column_names == ["question", "answer"]


def test_columns_that_come_late_are_told(tmp_path):
    lines = ['{"question": "a?", "answer": "b"}'] * 400 + ['{"question": "c?", "answer": "d", "mood": "e"}']
    found = examine(write(tmp_path / "x", "\n".join(lines)), name="x")
    assert found.column_names == ["question", "answer", "mood"]
    assert any(each.code == "columns.unused" and each.facts["columns"] == "mood" for each in found.findings)


def test_choices_reach_the_reader_and_the_conversion(tmp_path):
    path = write(tmp_path / "x", "alpha;beta\nWho is {{name}}, please?;It is me.\nAnd you?;I am you.\n")
    choices = Choices(columns={"question": "alpha", "answer": "beta"}, format="question_answer", fill={"name": "Ann"})
    rows = []
    found = examine(path, name="x", choices=choices, on_row=rows.append)
    assert found.mapping.columns == choices.columns and len(rows) == 2
    assert rows[0]["messages"][0]["content"] == "Who is Ann, please?"


def test_one_column_that_is_named_joins_those_that_are_found(tmp_path):
    path = write(tmp_path / "x", "question,answer,mood,topic\n" + "What is it?,It is this.,Be kind.,b\n" * 3)
    rows = []
    found = examine(path, name="x", choices=Choices(columns={"system": "mood"}), on_row=rows.append)
    assert found.mapping.columns == {"question": "question", "answer": "answer", "system": "mood"}
    assert rows[0]["messages"][0] == {"role": "system", "content": "Be kind."}


def test_rows_that_stand_in_one_key_each_have_the_columns_inside(tmp_path):
    path = write(tmp_path / "x", '{"row": {"question": "What is it?", "answer": "It is this."}}\n' * 3)
    found = examine(path, name="x")
    assert (found.usable, found.column_names) == (3, ["question", "answer"])


def test_the_whole_file_is_refused_with_one_sentence(tmp_path):
    with pytest.raises(UserError, match=r"data\.empty"):
        examine(write(tmp_path / "x", ""), name="x")


@pytest.mark.parametrize("after", [1, 5])
def test_giving_up_closes_the_file_and_hands_nothing_on(tmp_path, after):
    path = write(tmp_path / "x", '{"question": "a", "answer": "b"}\n' * 300_000)
    told, rows = [], []

    def progress(done, total):
        told.append((done, total))
        if len(told) == after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        examine(path, name="x", progress=progress, on_row=rows.append)
    assert len(rows) < 300_000 and all(0 <= done <= total == path.stat().st_size for done, total in told)


def test_progress_goes_from_the_start_to_the_end(tmp_path):
    path = write(tmp_path / "x", '{"question": "a", "answer": "b"}\n' * 100_000)
    told = []
    examine(path, name="x", progress=lambda done, total: told.append((done, total)))
    assert len(told) > 3 and told == sorted(told) and told[-1][0] > 0.9 * path.stat().st_size


@pytest.mark.slow
def test_a_large_file_is_never_held(tmp_path):
    """150 MB of JSONL are read, checked and stored in a fraction of their size."""
    code = """
import json, random, resource, sys, time
from pathlib import Path
from core.data.datasets import DatasetStore
from core.workspace import Workspace
folder = Path(sys.argv[1])
words = [f"word{n}" for n in range(5000)]
chance = random.Random(1)
with (folder / "big.jsonl").open("w") as file:
    for n in range(75_000):
        said = [" ".join(chance.choices(words, k=k)) for k in (15, 220)]
        turns = [{"role": "user", "content": said[0]}, {"role": "assistant", "content": said[1]}]
        file.write(json.dumps({"messages": turns}) + "\\n")
size = (folder / "big.jsonl").stat().st_size
store = DatasetStore(Workspace(folder / "workspace"))
store.add(folder / "../small.csv")
before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
kept = store.add(folder / "big.jsonl")
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
print(json.dumps([size, grown * 1000, kept.usable, time.process_time() - began]))
"""
    write(tmp_path / "small.csv", "question,answer\na,b\n")
    (tmp_path / "in").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "in")], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    size, grown, usable, seconds = json.loads(done.stdout)
    print(f"{size / 1e6:.0f} MB, {grown / 1e6:.0f} MB more memory, {seconds:.0f} s")
    assert usable == 75_000 and size > 100_000_000 and grown < 150_000_000
