"""Rows that are not as they were written are told, and never end the program."""

import os
import random
import struct
import subprocess
import sys

import pytest

from core.data import rows_writer
from core.data.datasets import DatasetStore
from core.data.rows_file import RowsFile, RowsWriter
from core.errors import UserError
from core.workspace import REPOSITORY, Workspace
from tests.unit.handmade import exchange, version

READ = """
import sys
from pathlib import Path
from core.data.rows_file import RowsFile
from core.errors import UserError
for path in sys.argv[1:]:
    rows = RowsFile(Path(path), "some")
    for work in (lambda: [rows[at] for at in range(60)], lambda: list(rows), lambda: [rows.numbers(), rows.variants()]):
        try:
            work()
        except UserError as error:
            assert error.code == "dataset.damaged", error
        except IndexError:
            pass
print("lived")
"""


def test_flipped_bytes_never_end_the_program(tmp_path, monkeypatch):
    """Offsets that point anywhere ended it with std::length_error."""
    monkeypatch.setattr(rows_writer, "BATCH_ROWS", 20)
    with RowsWriter(tmp_path / "rows.arrow") as file:
        for number in range(60):
            file.append({"row": number, **exchange(f"question {number}?", "喂" * number)})
    good, rnd, paths = (tmp_path / "rows.arrow").read_bytes(), random.Random(7), []
    for at in range(150):
        bad = bytearray(good)
        for _ in range(rnd.choice([1, 3, 8])):
            bad[rnd.randrange(len(bad))] = rnd.randrange(256)
        paths.append(tmp_path / f"{at}.arrow")
        paths[-1].write_bytes(bad)
    done = subprocess.run(
        [sys.executable, "-c", READ, *map(str, paths)], cwd=REPOSITORY, capture_output=True, text=True
    )
    assert done.stdout == "lived\n", done.stderr[-2000:]


def test_rows_that_say_otherwise_than_was_written_are_not_taken(tmp_path):
    with RowsWriter(tmp_path / "rows.arrow") as file:
        file.append({"row": 77_777, **exchange("Who?", "We.")})
    content = (tmp_path / "rows.arrow").read_bytes()
    for was, instead in ((b"We.", b"Me."), (struct.pack("<q", 77_777), struct.pack("<q", 77_778))):
        assert content.count(was) == 1
        (tmp_path / "rows.arrow").write_bytes(content.replace(was, instead))
        with pytest.raises(ValueError, match="other bytes"):
            list(RowsFile(tmp_path / "rows.arrow"))


def test_the_rows_of_another_version_are_noticed(tmp_path):
    dataset = version(tmp_path, [exchange("Who?", "We.")])
    store = DatasetStore(Workspace(tmp_path / "work"))
    mended = store.edits(dataset.id)
    mended.save((1, 0), exchange("Who?", "They."), 0)
    made = store.keep_edits(dataset.id)
    assert made.mark and made.mark != dataset.mark and made.mark == made.load_rows().mark()
    os.replace(made.folder / "rows.arrow", dataset.folder / "rows.arrow")
    with pytest.raises(UserError) as told:
        DatasetStore(Workspace(tmp_path / "work")).get(dataset.id).load_rows()
    assert told.value.code == "dataset.damaged"
