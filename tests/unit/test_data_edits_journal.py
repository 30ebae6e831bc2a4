"""The journal of hand edits: nothing that was told to be saved is lost, whatever breaks off."""

import errno
import os
import random
import signal
import subprocess
import sys
import time

import pytest

from core.data.edits.edits import Edits
from core.data.edits.journal import Journal
from core.errors import MachineError, UserError
from core.workspace import REPOSITORY
from tests.unit.handmade import answers, change, edits_of, exchange


def entries(path):
    return Journal(path).news() or []


def test_a_torn_last_line_is_cut_before_the_next_one(tmp_path):
    edits = edits_of(tmp_path)
    change(edits, (1, 0), "kept")
    change(edits, (2, 0), "torn")
    path = edits.dataset.folder / "edits.jsonl"
    whole = path.read_bytes()
    first = whole.index(b"\n") + 1
    for end in range(first, len(whole)):
        path.write_bytes(whole[:end])
        again = Edits(edits.dataset)
        assert again.changed == {(1, 0)} and again.stamp == 1
    change(again, (3, 0), "next")
    assert Edits(edits.dataset).changed == {(1, 0), (3, 0)} and len(entries(path)) == 2


def test_a_line_that_cannot_be_read_any_more_takes_no_other_with_it(tmp_path):
    edits = edits_of(tmp_path)
    for number in (1, 2, 3):
        change(edits, (number, 0), "new")
    edits.undo()
    path = edits.dataset.folder / "edits.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"\0" * 40 + b"\n[1]\n{}\n" + lines[0] + b'{"n": 2, "set": [{}]}\n' + b"".join(lines[2:]))
    again = Edits(edits.dataset)
    assert again.changed == {(1, 0)} and again.undo() == (1, 0) and again.undo() is None


def test_two_programs_may_edit_in_turns(tmp_path):
    one = edits_of(tmp_path)
    two = Edits(one.dataset)
    for number in (1, 2, 3):
        change(one, (number, 0), f"one {number}")
        change(two, (number + 3, 0), f"two {number}")
    assert list(one.rows()) == list(two.rows()) and one.stamp == two.stamp == 6
    assert two.undo() == (6, 0) and one.changed == {(n, 0) for n in range(1, 6)}
    assert one.save(None, exchange("a", "b"), 0) != two.save(None, exchange("a", "c"), 0)
    two.discard()
    assert not one.pending and one.stamp == two.stamp
    change(one, (1, 0), "after that")
    assert answers(two.rows())[0] == "after that"


def test_a_full_disk_is_told_and_leaves_what_was(tmp_path, monkeypatch):
    edits = edits_of(tmp_path)
    change(edits, (1, 0), "kept")
    path = edits.dataset.folder / "edits.jsonl"
    before = path.read_bytes()

    def refuse(*_):
        raise OSError(errno.ENOSPC, "no space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(MachineError, match=r"disk\.full"):
        change(edits, (2, 0), "lost")
    monkeypatch.undo()
    assert path.read_bytes() == before and edits.changed == {(1, 0)} and edits.stamp == 1
    change(edits, (2, 0), "again")
    assert Edits(edits.dataset).changed == {(1, 0), (2, 0)}


@pytest.mark.skipif(sys.platform == "win32", reason="has no such limit")
def test_a_line_that_was_written_in_part_is_cut_at_once(tmp_path):
    import resource

    edits = edits_of(tmp_path)
    change(edits, (1, 0), "kept")
    path = edits.dataset.folder / "edits.jsonl"
    before = path.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 50, limits[1]))
    try:
        with pytest.raises(MachineError):
            change(edits, (2, 0), "x" * 1000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert path.read_bytes() == before and edits.changed == {(1, 0)} and edits.stamp == 1


def test_a_deleted_data_set_is_not_brought_back(tmp_path):
    edits = edits_of(tmp_path)
    edits.dataset.folder.rename(tmp_path / "gone")
    with pytest.raises(UserError, match=r"dataset\.unknown"):
        edits.save((1, 0), None, 0)
    assert not edits.dataset.folder.exists()


WRITER = """
import sys
from core.data.datasets import DatasetStore
from core.data.edits.edits import Edits
from core.workspace import Workspace
from tests.unit.handmade import change
edits = Edits(DatasetStore(Workspace(sys.argv[1])).get(sys.argv[2]))
for number in range(10_000):
    if number % 7 == 6:
        edits.undo()
    elif number % 50 == 49:
        edits.discard()
    else:
        change(edits, (number % 6 + 1, 0), f"{number} " + "x" * (number % 5000))
    print(edits.stamp, edits.digest(), flush=True)
"""


@pytest.mark.slow
def test_a_kill_loses_nothing_that_was_told_to_be_saved(tmp_path):
    """Killed at any moment, the journal is as it was told last, or one change further."""
    rng = random.Random(0)
    edits = edits_of(tmp_path)
    folder = edits.dataset.folder
    for _ in range(8):
        command = [sys.executable, "-c", WRITER, str(folder.parent.parent), edits.dataset.id]
        child = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
        told = [child.stdout.readline()]
        time.sleep(rng.random() * 0.3)
        child.send_signal(signal.SIGKILL)
        told += child.stdout.read().splitlines()
        child.wait()
        last, digest = next(line for line in reversed(told) if len(line.split()) == 2).split()
        again = Edits(edits.dataset)
        assert again.stamp in (int(last), int(last) + 1)
        if again.stamp == int(last):
            assert again.digest() == digest
        change(again, (1, 0), f"after the kill {again.stamp}")
        assert Edits(edits.dataset).digest() == again.digest() and len(Edits(edits.dataset).rows()) == 6
