"""How long the whole check of a large file takes, against what no check can do without.

    python tests/bench/check_rows.py [--rows 100000] [--repeats 3] [--model presets/starter]

(a) bare: `json.loads` of each line and one tokenizer call for the contents of 1,000 lines
(b) ours: read, recognised, converted, checked, written to disk as rows; then each row rendered by the chat template,
    tokenized and masked (`measure`)

Both in one process in turns, CPU-seconds, so that a shared machine disturbs both alike. Memory is the growth of the
process over what it holds once the libraries are loaded, at its highest, over all repeats.
"""

import argparse
import json
import os
import random
import re
import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import median

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from core.data.checks import Checker
from core.data.examine import examine
from core.data.rows_file import RowsFile, RowsWriter
from core.data.tokens.measure import measure
from core.models.load import load_tokenizer
from core.workspace import REPOSITORY


def words():
    """Words of the shipped rows: English ones, and Chinese runs of two characters."""
    said = {
        language: (REPOSITORY / "presets" / "keep" / f"{language}.jsonl").read_text("utf-8")
        for language in ("en", "zh")
    }
    chinese = [
        run[at : at + 2] for run in re.findall(r"[\u4e00-\u9fff]+", said["zh"]) for at in range(0, len(run) - 1, 2)
    ]
    return re.findall(r"[A-Za-z]{2,}", said["en"]), chinese


def generate(path, rows):
    """Chats of one to three exchanges, about 1 kB each, two in three English."""
    rng = random.Random(0)
    english, chinese = words()
    with path.open("w", encoding="utf-8") as file:
        for number in range(rows):
            turns = []
            for _ in range(rng.choice((1, 1, 1, 2, 3))):
                for role, length in (("user", 20), ("assistant", 100)):
                    count = rng.randint(length // 2, 3 * length // 2)
                    if number % 3:
                        said = " ".join(rng.choices(english, k=count)).capitalize() + "."
                    else:
                        said = "".join(rng.choices(chinese, k=count)) + "。"
                    turns.append({"role": role, "content": said})
            file.write(json.dumps({"messages": turns}, ensure_ascii=False) + "\n")


def bare(path, tokenizer):
    contents = []
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            contents += [turn["content"] for turn in json.loads(line)["messages"]]
            if number % 1000 == 0:
                tokenizer(contents)
                contents = []
    if contents:
        tokenizer(contents)


def ours(path, tokenizer):
    """(CPU-seconds until the rows are on disk and checked, CPU-seconds of counting, rows, findings)."""
    start = time.process_time()
    target = path.with_name("rows.arrow")
    writer = RowsWriter(target)
    found = examine(path, name=path.name, on_row=writer.append)
    writer.close()
    checked = time.process_time()
    measured = measure(tokenizer, RowsFile(target))
    done = time.process_time()
    assert measured.count == found.usable
    return checked - start, done - checked, found.usable, found.findings


def resident():
    """Bytes of memory that the process holds, those of mapped files left out (Linux)."""
    status = Path("/proc/self/status").read_text()
    return 1024 * int(re.search(r"RssAnon:\s+(\d+)", status)[1])


class Watched(threading.Thread):
    """The highest memory while it runs, looked at twenty times a second."""

    def __init__(self):
        super().__init__(daemon=True)
        self.highest = 0
        self.over = threading.Event()

    def run(self):
        while not self.over.wait(0.05):
            self.highest = max(self.highest, resident())


def many(count):
    """Bytes that the checker alone holds and needs for `count` rows, which are made on the way."""
    base, watched = resident(), Watched()
    watched.start()
    checker = Checker("chat")
    rng = random.Random(1)
    english, _ = words()
    for number in range(1, count + 1):
        asked, answered = " ".join(rng.choices(english, k=8)), " ".join(rng.choices(english, k=20))
        turns = [{"role": "user", "content": asked}, {"role": "assistant", "content": answered}]
        checker.see({"row": number, "messages": turns})
    checker.findings()
    watched.over.set()
    watched.join()
    return watched.highest - base


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--rows", type=int, default=100_000)
    options.add_argument("--repeats", type=int, default=3)
    options.add_argument("--model", type=Path, default=REPOSITORY / "presets" / "starter")
    options.add_argument("--memory", type=int, default=0, help="only: memory of the checker for so many short rows")
    chosen = options.parse_args()
    if chosen.memory:
        print(f"checker, {chosen.memory:,} rows: {many(chosen.memory) / 1e6:.0f} MB")
        return
    tokenizer = load_tokenizer(chosen.model)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "chat.jsonl"
        generate(path, chosen.rows)
        small = path.with_name("small.jsonl")
        generate(small, 500)
        bare(small, tokenizer), ours(small, tokenizer)  # libraries are loaded, templates compiled
        base, watched = resident(), Watched()
        print(f"{chosen.rows:,} rows, {path.stat().st_size / 1e6:.0f} MB, {chosen.model.name}")
        shares = []
        for _ in range(chosen.repeats):
            start = time.process_time()
            bare(path, tokenizer)
            plain = time.process_time() - start
            if not watched.is_alive():
                watched.start()
            check, count, rows, findings = ours(path, tokenizer)
            shares.append((check + count) / plain)
            told = ", ".join(f"{finding.code} {finding.count}" for finding in findings)
            print(
                f"bare {plain:.1f} s, read and checked {check:.1f} s, counted {count:.1f} s: {shares[-1]:.2f} ({told})"
            )
        watched.over.set()
        print(f"ratio {median(shares):.2f} ({min(shares):.2f} to {max(shares):.2f}), n = {len(shares)}")
        print(f"memory over the libraries' own: {(watched.highest - base) / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
