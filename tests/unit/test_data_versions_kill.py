"""A program that mends and keeps edits is killed at any moment: old or new, never half, and no edit lost or kept twice.

A prepared program does it over and over and says after each save which row it has saved; then SIGKILL comes.
"""

import json
import random
import subprocess
import sys
import time

from core.data.datasets import DatasetStore
from core.data.fixes.mend import Mend
from core.workspace import REPOSITORY, Workspace

KILLS, MOST = 16, 48
"""So many at least, and more until they have met it at every stage of its work, which a busy machine shifts."""

ROWS = 1500

PROGRAM = """
import sys
from core.data.datasets import DatasetStore
from core.data.fixes.mend import Mend
from core.workspace import Workspace
import core.data.tokens, pyarrow

root, number = sys.argv[1], int(sys.argv[2])
print("ready", flush=True)
sys.stdin.readline()
store = DatasetStore(Workspace(root))
(dataset,) = store.list()
while True:
    for _ in range(2):
        number += 1
        edits = store.edits(dataset.id)
        row = edits.row((number, 0))
        row["messages"][1]["content"] = f"By hand: {number}."
        edits.save((number, 0), row, edits.stamp_of((number, 0)))
        print("saved", number, flush=True)
    if number % 4:
        dataset = store.keep_edits(dataset.id)
    else:
        dataset = store.mend(dataset.id, [Mend("text.space", "trim", rows=(1500 - number,))])
    print("made", dataset.id, flush=True)
    versions = store.versions(dataset.id)
    if len(versions) > 3:
        store.delete_version(versions[0].id)
"""


def started(root, number):
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(root), str(number)],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def killed(program, saves, after):
    """Let it work until it has said so many saves, and `after` seconds more, then kill it; what it said."""
    assert program.stdout.readline() == "ready\n"
    program.stdin.write("go\n")
    program.stdin.flush()
    said = []
    while sum(line.startswith("saved") for line in said) < saves:
        said.append(program.stdout.readline())
        assert said[-1], "it broke off by itself"
    time.sleep(after)
    program.kill()
    said += program.stdout
    program.wait()
    program.stdin.close()
    program.stdout.close()
    words = [line.split() for line in said if line.endswith("\n")]
    return [int(word) for kind, word in words if kind == "saved"], [word for kind, word in words if kind == "made"]


def test_a_kill_at_any_moment_leaves_old_or_new_and_every_edit(tmp_path):
    root, rng = tmp_path / "workspace", random.Random(5)
    store = DatasetStore(Workspace(root))
    path = tmp_path / "rows.jsonl"
    path.write_text(
        "".join(json.dumps({"question": f" Where is {n}? ", "answer": f"At {n}."}) + "\n" for n in range(ROWS))
    )
    first = store.add(path)
    began = time.monotonic()
    store.delete_version(store.mend(first.id, [Mend("text.space", "trim")]).id)
    making = time.monotonic() - began
    saved, made, half = 0, 0, 0
    waiting = [started(root, 0)]
    try:
        for kill in range(MOST):
            if kill >= KILLS and made > 4 and half > 2:
                break
            saves = (1, 2, 2, 2, 3, 4)[kill % 6]  # a version is begun after each second one
            numbers, versions = killed(waiting.pop(), saves, rng.uniform(0, 1.2) * making)
            saved = max([saved, *numbers])
            made += len(versions)
            saved = judged(root, first, saved, versions)
            half += sum(1 for each in (root / "datasets").iterdir() if each.name.startswith("."))
            for left in (root / "datasets").glob(".*"):
                for each in [*left.iterdir()]:
                    each.unlink()
                left.rmdir()
            waiting.append(started(root, saved))
    finally:
        for program in waiting:
            program.kill()
            program.communicate()
    assert saved >= KILLS and made > 4 and half > 2  # kills met it at its work


def judged(root, first, saved, versions):
    """What the next program finds; the last row that was saved, for a save may have been done and not said."""
    store = DatasetStore(Workspace(root))
    (listed,) = store.list()
    assert listed.family == first.id and (not versions or versions[-1] in [listed.id, listed.parent])
    rows = {row["row"]: row for row in store.edits(listed.id).rows()}
    assert sorted(rows) == list(range(1, ROWS + 1))
    by_hand = [number for number, row in rows.items() if row["messages"][1]["content"].startswith("By hand")]
    assert by_hand == list(range(1, len(by_hand) + 1)) and saved <= len(by_hand) <= saved + 1
    for version in store.versions(listed.id):
        assert len(version.load_rows()) == version.usable == ROWS == len(version.keys())
        assert version.source.read_bytes() == first.source.read_bytes() if first.folder.exists() else True
        changed = sum(step["changed"] for step in version.fixes if step["step"] == "edit")
        assert changed == sum(1 for row in version.load_rows() if row["messages"][1]["content"].startswith("By hand"))
        assert version.id == listed.id or not store.edits(version.id).pending
        version.close()
    return len(by_hand)
