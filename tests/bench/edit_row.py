"""How long one change by hand takes in a large data set: saved, shown and looked at.

    python tests/bench/edit_row.py [--rows 100000] [--repeats 30]

A version of chats of about 1 kB, one in three with a leftover tag and one in three with an e-mail address, so that two
findings name 33,000 rows each. Then, at another row each time, wall time from the press on Save until the page has what
it shows: the row is on the disk, the page of 20 rows around it and the findings are there. Once with nothing else
pending, once with 1,000 rows changed before, once with such as have an address. And searches, for words never looked
for before, and again after the changes.
"""

import argparse
import os
import random
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from core.data.datasets import DatasetStore
from core.data.edits.edited_findings import edited_findings
from core.data.edits.edits import Edits
from core.data.edits.search import lengths, search
from core.workspace import Workspace
from tests.bench.check_rows import generate

WORDS = ("the", "coffee water", "answer", "咖啡", "about people")


def mark(path):
    """Leaves a tag in each third row, and in the rows behind those an address of somebody else each."""
    lines = path.read_text("utf-8").splitlines(keepends=True)
    lines[::3] = [line.replace('."}', '.<br>"}').replace('。"}', '。<br>"}') for line in lines[::3]]
    lines[1::3] = [f'{line[:-5]} {address(number)}"}}]}}\n' for number, line in enumerate(lines[1::3])]
    path.write_text("".join(lines), "utf-8")


def address(number):
    return f"Write to person.{number}@firm{number % 97}.de, please."


def timed(work):
    start = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - start)


def answered(row, words):
    return {**row, "messages": [*row["messages"][:-1], {**row["messages"][-1], "content": words}]}


def one_change(edits, key, words):
    row = answered(edits.row(key), words)

    def press():
        edits.save(key, row, edits.stamp_of(key))
        rows = edits.rows()
        place = rows.place_of(key)
        assert rows[place] == row and rows[max(0, place - 10) : place + 10]
        assert edited_findings(edits.dataset, edits)

    return timed(press)


def report(what, times):
    print(f"{what}: {median(times):.1f} ms ({min(times):.1f} to {max(times):.1f}), n = {len(times)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=30)
    given = parser.parse_args()
    rng = random.Random(0)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "chats.jsonl"
        generate(file, given.rows)
        mark(file)
        dataset = DatasetStore(Workspace(Path(folder) / "work")).add(file)
        print({finding.code: len(finding.rows) for finding in dataset.findings})
        opened = []
        report("opened", [timed(lambda: opened.append(Edits(dataset)))])
        edits = opened[0]
        report("searched first", [timed(lambda words=words: search(edits.rows(), words)) for words in WORDS])
        report("lengths first", [timed(lambda: lengths(edits.rows()))])
        keys = [(number, 0) for number in range(int(0.9 * given.rows), int(0.9 * given.rows) + 3 * given.repeats)]
        report("first change", [one_change(edits, keys[-1], "The first one.")])
        report("a change", [one_change(edits, key, "Something else.") for key in keys[: given.repeats]])
        report("searched again", [timed(lambda words=words: search(edits.rows(), words)) for words in WORDS])
        edits.discard()
        for what, words in (("", lambda number: "Changed before."), (" with an address", address)):
            before = rng.sample(range(2, keys[0][0], 3), 1000)
            saved = []
            for number in before:
                row = answered(edits.row((number, 0)), words(number))
                saved.append(
                    timed(lambda row=row, number=number: edits.save((number, 0), row, edits.stamp_of((number, 0))))
                )
            report(f"save{what} alone", saved)
            report(f"first look at 1,000 changed rows{what}", [timed(lambda: edited_findings(dataset, edits))])
            some = keys[given.repeats : 2 * given.repeats]
            report(f"a change beside 1,000{what}", [one_change(edits, key, "Something else.") for key in some])
            if not what:
                edits.discard()
        report("opened again", [timed(lambda: Edits(dataset).rows()) for _ in range(3)])
        dataset.close()


if __name__ == "__main__":
    main()
