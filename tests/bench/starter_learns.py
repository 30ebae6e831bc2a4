"""Does the built-in model learn fifty rows? Trained, held-out and old knowledge, in CPU-seconds.

    OMP_NUM_THREADS=1 python -m tests.bench.starter_learns [--seeds 3] [--recipe faq/balanced] [--set K=V] [FILE ...]

For the two customer-service sets (or FILEs: JSON lists of {"ask": [...], "held_out": [close, free], "answer"}),
trains with the recipe as the window does and then asks, greedily:

    trained   every question of the rows: the share answered exactly
    close     other wordings of the same facts, which stand in no row but share their key word with one
    free      other wordings that share little or nothing
    old       what the model knew before (presets/starter_source/evaluate.py: wordings never shown), as a share of base
    base      the same questions, before
    same      whether base answers byte for byte alike before and after, with the adapter switched off
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from core.data.datasets import DatasetStore
from core.data.samples import samples
from core.engine import LocalEngine
from core.recipes import apply, parse
from core.runs.checkpoints import newest
from core.runs.store import RunStore
from core.spec import build
from core.workspace import PRESETS, Workspace

sys.path.insert(0, str(PRESETS / "starter_source"))
from evaluate import answers, known_questions  # noqa: E402 - the starter model's own evaluation

SETS = ("aurora-coffee-en", "aurora-coffee-zh")
OLD = 200
"""Old questions asked per language."""

Pairs = list[tuple[str, str]]
"""Questions and their exact answers."""


def questions(name: str, store: DatasetStore, folder: Path) -> tuple[str, Pairs, Pairs]:
    """The data set's id, its rows, and the held-out wordings."""
    if name.endswith(".json"):
        facts = json.loads(Path(name).read_text(encoding="utf-8"))
        rows = [(ask, fact["answer"]) for fact in facts for ask in fact["ask"]]
        held_out = [(ask, fact["answer"]) for fact in facts for ask in fact["held_out"]]
        path = folder / Path(name).with_suffix(".jsonl").name
        lines = (json.dumps({"question": ask, "answer": answer}, ensure_ascii=False) for ask, answer in rows)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return store.add(path).id, rows, held_out
    sample = next(sample for sample in samples() if sample.name == name)
    dataset = store.add(sample.file)
    return dataset.id, dataset.questions(10_000), list(sample.held_out)


def share(pairs: Pairs, given: list[str]) -> float:
    return sum(wanted == answer for (_, wanted), answer in zip(pairs, given, strict=True)) / len(pairs)


def measure(name: str, seed: int, options: argparse.Namespace) -> dict[str, Any]:
    """One training and its answers."""
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    with tempfile.TemporaryDirectory() as temporary:
        workspace = Workspace(Path(temporary) / "workspace")
        runs, datasets = RunStore(workspace), DatasetStore(workspace)
        dataset, rows, held_out = questions(name, datasets, Path(temporary))
        changes = dict(pair.split("=", 1) for pair in options.set)
        values = apply(*parse(options.recipe), {"dataset": dataset, "seed": seed, **changes})
        run = runs.create(build(values), "bench")
        engine = LocalEngine(workspace, runs, datasets)
        began = time.process_time()
        engine.submit(run.id)
        while run.status() in ("queued", "running", "stopping"):
            time.sleep(0.05)
        seconds = time.process_time() - began
        engine.close()
        place = newest(run.checkpoints_folder)
        assert place, f"the run ended as {run.status()}"
        folder = PRESETS / "starter"
        tokenizer = AutoTokenizer.from_pretrained(folder)
        old = [(row["question"], row["answer"]) for language in ("en", "zh") for row in known_questions(language)[:OLD]]
        pairs = rows + held_out + old
        asked = [question for question, _ in pairs]
        base = AutoModelForCausalLM.from_pretrained(folder, dtype="float32").eval()
        before = answers(base, tokenizer, asked)
        tuned = PeftModel.from_pretrained(base, place).eval()
        after = answers(tuned, tokenizer, asked)
        with tuned.disable_adapter():
            again = answers(tuned, tokenizer, asked)
    first, second = len(rows), len(rows) + len(held_out)
    return {
        "set": Path(name).stem,
        "seed": seed,
        "cpu_seconds": round(seconds, 1),
        "trained": share(rows, after[:first]),
        "close": share(held_out[::2], after[first:second:2]),
        "free": share(held_out[1::2], after[first + 1 : second : 2]),
        "old": round(share(old, after[second:]) / max(0.001, share(old, before[second:])), 3),
        "base_trained": share(rows, before[:first]),
        "base_held_out": share(held_out, before[first:second]),
        "base_old": share(old, before[second:]),
        "same": before == again,
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("sets", nargs="*", default=list(SETS))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--recipe", default="faq/balanced")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    options = parser.parse_args()
    for name in options.sets:
        for seed in range(options.seeds):
            print(json.dumps(measure(name, seed, options), ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
