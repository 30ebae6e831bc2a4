"""Packed files, Parquet, and reading as a stream: bounded memory, progress, cancelling, and files that are closed."""

import bz2
import datetime
import decimal
import gc
import gzip
import io
import json
import os
import tarfile
import zipfile

import pytest

from core.data import files
from core.data.choices import Choices
from core.data.files import source
from core.data.literals import as_text
from core.errors import UserError
from tests.unit.workbook import workbook

ROWS = [{"question": f"q{n}", "answer": f"a{n}"} for n in range(3)]
LINES = "".join(json.dumps(row) + "\n" for row in ROWS).encode()


def zipped(**content) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return made.getvalue()


@pytest.fixture
def opening(tmp_path):
    def reading(data, **more):
        path = tmp_path / "x"
        path.write_bytes(data)
        return files.open_file(path, name="x", **more)

    return reading


def values(opened):
    return [record.values for record in opened.records]


def test_packed_files_are_read_as_what_is_inside(opening):
    table = "问题,答案\n你们几点开门？,每天早上八点。\n".encode("gbk")
    book = workbook({"A": [["question", "answer"], ["q", "a"]]})
    for packed, pack in (
        ("gz", gzip.compress),
        ("zip", lambda data: zipped(**{"in/问.bin": data, "__MACOSX/x": b"x"})),
    ):
        assert values(opened := opening(pack(LINES))) == ROWS and opened.packed == packed
        assert (opened := opening(pack(table))).encoding == "gb18030" and opened.packed == packed
        assert values(opening(pack(book))) == [{"question": "q", "answer": "a"}]
        with pytest.raises(UserError, match=r"data\.empty"):
            opening(pack(b" \n"))


def test_packed_files_that_cannot_be_opened(opening, monkeypatch):
    with pytest.raises(UserError) as caught:
        opening(zipped(**{f"{n}.csv": b"x" for n in range(7)}))
    assert caught.value.facts == {"name": "x", "files": "0.csv, 1.csv, 2.csv, 3.csv, 4.csv ...", "count": 7}
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w:gz") as archive:
        archive.addfile(tarfile.TarInfo("x"), io.BytesIO())
    noise = gzip.compress(os.urandom(3000).hex().encode() * 100)
    for data, code in (
        (tar.getvalue(), "data.archive"),
        (bz2.compress(LINES), "data.archive"),
        (gzip.compress(gzip.compress(LINES)), "data.archive"),
        (noise[: len(noise) // 2], "data.archive_broken"),
        (zipped(a=LINES)[:-40], "data.archive_broken"),
    ):
        with pytest.raises(UserError) as caught:
            list(opening(data).records)
        assert caught.value.code == code, data[:10]
    monkeypatch.setattr(source, "UNPACKED_LIMIT", 1_000_000)
    with pytest.raises(UserError, match=r"data\.unpacked_large"):
        list(opening(gzip.compress(LINES + b" " * 3_000_000 + LINES)).records)


def test_parquet(opening, tmp_path):
    import pyarrow
    import pyarrow.parquet

    written = {
        "text": ["007", "NA", None, "问题 🤗"],
        "whole": [12345678901234567, -1, None, 0],
        "share": [0.1, 1e22, None, -0.0],
        "short": [0.1, 3.0, None, 1.5],
        "exact": [decimal.Decimal("1.10"), None, None, decimal.Decimal("0.00")],
        "yes": [True, False, None, True],
        "day": [datetime.date(2024, 2, 29), None, None, datetime.date(1999, 1, 1)],
        "messages": [[{"role": "user", "content": "q"}], [], None, [{"role": "assistant", "content": None}]],
        "bytes": [b"plain", None, None, "文".encode()],
    }
    table = pyarrow.table(written)
    short = table.schema.get_field_index("short")
    table = table.set_column(short, "short", table["short"].cast(pyarrow.float32()))
    pyarrow.parquet.write_table(table, tmp_path / "x")
    told = []
    opened = opening((tmp_path / "x").read_bytes(), progress=lambda done, total: told.append((done, total)))
    found = values(opened)
    assert opened.container == "parquet" and opened.columns == list(written) and told[-1][0] == told[-1][1]
    for place, row in enumerate(found):
        assert row["text"] == written["text"][place] and row["yes"] == written["yes"][place]
        assert row["messages"] == written["messages"][place]
        for name in ("whole", "share", "short", "exact", "day"):
            value = written[name][place]
            assert row[name] == (None if value is None else str(value))
    assert [row["bytes"] for row in found] == ["plain", None, None, "文"]
    pictures = {"question": ["a", "b"], "image": [{"bytes": b"\x89PNG\xff", "path": "x"}, None]}
    pyarrow.parquet.write_table(pyarrow.table(pictures), tmp_path / "y")
    opened = opening((tmp_path / "y").read_bytes())
    assert values(opened) == [{"question": "b", "image": None}] and opened.findings[0].rows == (1,)


def test_pictures_in_all_rows_of_parquet_and_bytes_beside_the_words(opening, tmp_path):
    """ "Holds no examples" was said of the first, and the second lost all of its rows."""
    import pyarrow
    import pyarrow.parquet

    pictures = {"question": ["a", "b"], "image": [{"bytes": b"\x89PNG\xff", "path": "x"}] * 2}
    pyarrow.parquet.write_table(pyarrow.table(pictures), tmp_path / "y")
    with pytest.raises(UserError, match=r"data\.media_rows") as caught:
        opening((tmp_path / "y").read_bytes())
    assert caught.value.facts == {"name": "x", "count": 2}
    digests = {"question": ["a", "b"], "answer": ["c", "d"], "digest": [b"\xff\xfe\x00", None]}
    pyarrow.parquet.write_table(pyarrow.table(digests), tmp_path / "z")
    opened = opening((tmp_path / "z").read_bytes())
    assert [row["answer"] for row in values(opened)] == ["c", "d"]
    (found,) = opened.findings
    assert (found.level, found.code, found.facts) == ("info", "columns.bytes", {"columns": "digest"})


def test_only_one_block_is_held(opening, monkeypatch):
    """Rows come before the file is through, whatever the shape."""
    monkeypatch.setattr(source, "BLOCK", 1000)
    monkeypatch.setattr(files, "_LOOK", 1000)
    many = [{"question": str(n), "answer": "x" * 100} for n in range(1000)]
    shapes = [
        "\n".join(map(json.dumps, many)), json.dumps(many), json.dumps(many, indent=1),
        "\n".join(json.dumps(row, indent=1) for row in many),
        "question,answer\n" + "".join(f"{row['question']},{row['answer']}\n" for row in many),
    ]  # fmt: skip
    for text in shapes:
        told = []
        opened = opening(text.encode(), progress=lambda done, total, told=told: told.append(done / total))
        next(opened.records)
        assert told and told[-1] < 0.1
        rest = list(opened.records)
        assert len(rest) == 999 and told[-1] == 1 and told == sorted(told)


def test_a_row_longer_than_any_block(opening, monkeypatch):
    monkeypatch.setattr(source, "BLOCK", 64)
    rows = [{"question": "q" * 5000, "answer": "a\n" * 3000}, {"question": "q", "answer": "a"}]
    for text in ("\n".join(map(json.dumps, rows)), json.dumps(rows), json.dumps({"data": rows})):
        assert values(opening(text.encode())) == rows


class Cancelled(Exception):
    pass


@pytest.mark.parametrize("packed", [False, True])
def test_what_progress_raises_passes_through_and_the_file_is_closed(opening, tmp_path, monkeypatch, packed):
    monkeypatch.setattr(source, "BLOCK", 1000)
    data = LINES * 2000

    for error in (Cancelled, OSError, RuntimeError, ValueError):

        def cancel(done, total, error=error):
            if done > total / 2:
                raise error("stop")

        with pytest.raises(error, match="stop"):
            list(opening(gzip.compress(data, 0) if packed else data, progress=cancel).records)
    if os.path.isdir("/proc/self/fd"):
        opened = opening(data)
        next(opened.records)
        opened.records.close()
        gc.collect()
        places = (f"/proc/self/fd/{fd}" for fd in os.listdir("/proc/self/fd"))
        assert str(tmp_path / "x") not in [os.path.realpath(place) for place in places]


def test_a_look_at_some_rows_closes_the_file(opening, tmp_path):
    """The rows and what is known of the file hold each other: it stayed open until the next big cleaning-up."""
    gc.disable()
    try:
        for data in (LINES * 10, b"question,answer\n" + b"q,a\n" * 10, b"one\n\ntwo\n\nthree\n"):
            with opening(data) as opened:
                next(opened.records)
            opened.close()
            assert list(opened.records) == []
            if os.path.isdir("/proc/self/fd"):
                places = (f"/proc/self/fd/{fd}" for fd in os.listdir("/proc/self/fd"))
                assert str(tmp_path / "x") not in [os.path.realpath(place) for place in places]
    finally:
        gc.enable()


def test_progress_while_the_encoding_is_looked_for(opening):
    """All of an ASCII file is looked at for that: it could not be cancelled meanwhile."""
    told = []

    def cancel(done, total):
        told.append(done / total)
        if len(told) == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        opening(LINES * 20_000, progress=cancel)
    assert 0 < told[0] < told[1] < told[2] < 0.05


def test_findings_are_complete_at_the_end(opening):
    opened = opening(LINES + b'{"question": x}\n' + LINES)
    assert not opened.findings
    assert len(list(opened.records)) == 6 and opened.count == 7
    assert [(one.code, one.rows) for one in opened.findings] == [("row.broken_json", (4,))]


def test_columns_grow_with_the_rows(opening):
    opened = opening(LINES + b'{"question": "q", "note": 1.0}\n')
    assert opened.columns == ["question", "answer"]
    assert as_text(list(opened.records)[-1].values["note"]) == "1.0" and opened.columns[-1] == "note"


def test_memory_stays_flat(tmp_path):
    """Thirty megabytes of rows need less than three beyond what reading one needs."""
    import tracemalloc

    path = tmp_path / "x.jsonl"
    line = json.dumps({"question": "x" * 500, "answer": "y" * 500}) + "\n"
    path.write_text(line * 30_000)
    tracemalloc.start()
    for _ in files.open_file(path, name="x", choices=Choices()).records:
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 6_000_000
