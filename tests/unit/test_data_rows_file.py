"""Rows on disk: as they were given, found by place and by number, and readable by `datasets`."""

import json
import shutil
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data import rows_file, rows_writer
from core.data.rows_file import RowsFile, RowsWriter
from core.data.versions import intake
from core.workspace import REPOSITORY


def row(number, said="hello", variant=0):
    found = {"row": number, "messages": [{"role": "user", "content": said}]}
    return {**found, "variant": variant} if variant else found


def write(path, rows):
    with RowsWriter(path) as file:
        for each in rows:
            file.append(each)
    assert file.count == len(rows)
    return RowsFile(path)


def test_rows_come_back_by_place_by_slice_and_in_order(tmp_path, monkeypatch):
    monkeypatch.setattr(rows_writer, "BATCH_ROWS", 7)
    given_rows = [row(2 * n, f"问题 {n} ☕") for n in range(100)]
    kept = write(tmp_path / "rows.arrow", given_rows)
    assert len(kept) == 100 and list(kept) == given_rows and kept[:] == given_rows
    assert (kept[0], kept[6], kept[7], kept[-1]) == (given_rows[0], given_rows[6], given_rows[7], given_rows[99])
    assert kept[10:30:3] == given_rows[10:30:3] and kept[::40][:2] == given_rows[::40][:2] and kept[90:500:100]
    assert given_rows[50] in kept and kept.index(given_rows[50]) == 50
    for outside in (100, -101):
        with pytest.raises(IndexError):
            kept[outside]


def test_rows_are_copied_byte_for_byte(tmp_path, monkeypatch):
    """As a version that was mended copies what no mend names; blanks and the order of keys stay too."""
    monkeypatch.setattr(rows_writer, "BATCH_ROWS", 2)
    odd = b'{"messages" : [ ],"row":4,   "variant": 2}'
    first = write(tmp_path / "rows.arrow", [row(1), row(4, "\ud83d"), row(9, "\u2028 \u00e9 \U0001f600")])
    with RowsWriter(tmp_path / "copy.arrow") as file:
        for number, variant, text in first.raws():
            file.append_raw(number, variant, text)
            if number == 4:
                file.append_raw(4, 2, odd)
    copy = RowsFile(tmp_path / "copy.arrow")
    raws = list(first.raws())
    assert list(copy.raws()) == [*raws[:2], (4, 2, odd), raws[2]]
    assert [copy.raw(place) for place in (0, 2, -1)] == [raws[0][2], odd, raws[2][2]]
    assert copy.variants().tolist() == [0, 0, 2, 0] and copy.variants().dtype == "int64"
    assert list(copy) == [*first[:2], {"messages": [], "row": 4, "variant": 2}, first[2]]
    for outside in (4, -5):
        with pytest.raises(IndexError):
            copy.raw(outside)


def test_rows_are_found_by_their_number(tmp_path):
    kept = write(tmp_path / "rows.arrow", [row(1), row(3), row(3, "in other words", variant=1), row(9)])
    assert kept.numbers().tolist() == [1, 3, 3, 9] and kept.numbers().dtype == "int64"
    assert (kept.place_of(3), kept.place_of(9), kept.place_of(2)) == (1, 3, None)
    assert kept[2]["variant"] == 1 and "variant" not in kept[0]


def test_a_record_may_have_very_many_wordings(tmp_path):
    """33,000 similar questions of one answer ended with an OverflowError."""
    kept = write(tmp_path / "rows.arrow", [row(1, variant=40_000)])
    assert kept[0]["variant"] == 40_000


def test_files_of_narrow_variants_still_open(tmp_path):
    import pyarrow as pa

    schema = pa.schema([("row", pa.int64()), ("variant", pa.int16()), ("json", pa.large_string())])
    path = tmp_path / "rows.arrow"
    with pa.ipc.new_stream(str(path), schema) as file:
        file.write_table(pa.table([[7], [2], [json.dumps(row(7))]], schema=schema))
    assert RowsFile(path)[0] == row(7) and RowsFile(path).numbers().tolist() == [7]


def test_no_rows_are_no_trouble(tmp_path):
    kept = write(tmp_path / "rows.arrow", [])
    assert len(kept) == 0 and list(kept) == [] and kept[:5] == [] and kept.numbers().tolist() == []


@given(st.lists(st.text(st.characters(exclude_categories=()), max_size=30), max_size=20))
@settings(max_examples=30)
def test_every_text_survives(tmp_path_factory, said):
    """NULs, line breaks and half emoji too."""
    given_rows = [row(number, text) for number, text in enumerate(said, start=1)]
    assert list(write(tmp_path_factory.mktemp("rows") / "rows.arrow", given_rows)) == given_rows


def test_it_is_a_file_that_datasets_opens(tmp_path):
    import datasets

    given_rows = [row(number, "喂") for number in range(2500)]
    kept = write(tmp_path / "rows.arrow", given_rows)
    opened = datasets.Dataset.from_file(str(kept.path))
    assert opened.column_names == ["row", "variant", "json"] and len(opened) == 2500
    assert json.loads(opened[1234]["json"]) == given_rows[1234] and opened[1234]["row"] == 1234


def test_after_closing_the_file_can_be_deleted_and_is_opened_again_when_it_is_there(tmp_path):
    kept = write(tmp_path / "rows.arrow", [row(1), row(2)])
    assert kept[1] == row(2)
    kept.close()
    assert kept[0] == row(1)
    kept.close()
    kept.path.unlink()
    with pytest.raises(OSError, match=r"rows\.arrow"):
        len(kept)


@pytest.mark.parametrize("damage", [b"", b"not arrow at all", None])
def test_a_damaged_file_is_an_error_that_can_be_caught(tmp_path, damage):
    kept = write(tmp_path / "rows.arrow", [row(number) for number in range(3000)])
    content = kept.path.read_bytes()
    kept.path.write_bytes(content[: len(content) // 2] if damage is None else damage)
    with pytest.raises((OSError, ValueError)):
        len(kept)
    with pytest.raises((OSError, ValueError)):
        list(kept)


def test_what_breaks_off_closes_the_file(tmp_path):
    with pytest.raises(KeyError), RowsWriter(tmp_path / "rows.arrow") as file:
        file.append({"no": "number"})
    (tmp_path / "rows.arrow").unlink()


def test_reading_all_rows_holds_one_batch(tmp_path):
    """A pass over 160 MB of rows, and looks into them, take little more than a batch."""
    code = """
import resource, sys
from pathlib import Path
from core.data.rows_file import RowsFile, RowsWriter
from core.data.versions import intake
with RowsWriter(Path(sys.argv[1])) as file:
    for number in range(40_000):
        file.append({"row": number, "text": f"{number} " + "x" * 4000})
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
rows = RowsFile(Path(sys.argv[1]))
assert sum(1 for row in rows) == 40_000 and rows[39_999]["row"] == 39_999 == rows.numbers()[-1]
assert "pandas" not in sys.modules  # half a second, and 50 MB
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    command = [sys.executable, "-c", code, str(tmp_path / "rows.arrow")]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert int(done.stdout) < 60_000  # kB


def test_a_file_that_two_versions_share_is_let_go_by_both(tmp_path):
    """One file on the disk under two names: Windows deletes neither while one is mapped."""
    folders = [tmp_path / "one", tmp_path / "two", tmp_path / "other"]
    for folder in folders:
        folder.mkdir()
    one, other = write(folders[0] / "rows.arrow", [row(1)]), write(folders[2] / "rows.arrow", [row(1)])
    intake.again(one.path, folders[1] / "rows.arrow")
    two = RowsFile(folders[1] / "rows.arrow")
    assert one[0] == two[0] == other[0]
    rows_file.let_go(folders[1])
    assert (one._map, two._map) == (None, None) and other._map is not None
    shutil.rmtree(folders[1])
    assert one[0] == row(1)
