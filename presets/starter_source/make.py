"""Make the starter model: corpus, tokenizer, training, evaluation. One command, seeded, nothing downloaded.

    python presets/starter_source/make.py FOLDER [PHASE]      goes on from phase 2 with what FOLDER holds

Writes an ordinary Hugging Face model folder, and beside the weights `made.json`: loss, scores, time, versions.
"""

import itertools
import json
import platform
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
import transformers
from corpus import Corpus, tokenizer_texts
from evaluate import evaluate
from template import CHAT_TEMPLATE
from tokenizer import END, MARKS, TURN_END, make_tokenizer
from tokenizers import Tokenizer
from train import CONTEXT, PAIRS, make_model, train
from transformers import AutoModelForCausalLM, AutoTokenizer, Qwen3ForCausalLM

SEED = 11
ENGLISH_PIECES = 1500
WORKERS = 2
"""Processes that share every step. Another number makes other weights."""
CURVE, MADE = "curve.jsonl", "made.json"


@dataclass(frozen=True)
class Phase:
    """Optimizer steps, highest learning rate, and the share of made-up words that are spelled in bytes."""

    steps: int
    rate: float
    rare: float


PHASES = (Phase(3300, 4e-3, 0.0), Phase(450, 1e-3, 0.3))
"""The second phase is for rare characters: without it a LoRA could not teach a name or a dish that is spelled in bytes,
because the model had never said those bytes."""


def english_pieces(tokenizer: Tokenizer) -> list[str]:
    """The pieces that are plain printable text, for strings without sense."""
    texts = (tokenizer.decode([number]) for number in range(len(MARKS), tokenizer.get_vocab_size()))
    return [text for text in texts if text.isascii() and text.isprintable() and text.strip()]


def write(folder: Path, model: Qwen3ForCausalLM, tokenizer: Tokenizer) -> None:
    """The usual files of a model folder, weights in bfloat16."""
    folder.mkdir(parents=True, exist_ok=True)
    model.to(torch.bfloat16).save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": None,
        "eos_token": TURN_END,
        "pad_token": END,
        "unk_token": None,
        "model_max_length": CONTEXT,
        "clean_up_tokenization_spaces": False,
        "padding_side": "right",
        "chat_template": CHAT_TEMPLATE,
    }
    generation = {"bos_token_id": None, "eos_token_id": 2, "pad_token_id": 0, "max_new_tokens": 64}
    for name, content in (("tokenizer_config.json", settings), ("generation_config.json", generation)):
        (folder / name).write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    folder = Path(sys.argv[1])
    begin = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    began = time.time()
    earlier = json.loads((folder / MADE).read_text(encoding="utf-8")) if begin > 1 else {"minutes": 0, "curve": []}
    (folder / CURVE).unlink(missing_ok=True)
    for number in range(begin, len(PHASES) + 1):
        with tempfile.TemporaryDirectory() as meeting:
            torch.multiprocessing.spawn(work, args=(folder, number, Path(meeting) / "meeting"), nprocs=WORKERS)
    shipped = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    made: dict[str, Any] = {
        "weights": sum(part.numel() for part in shipped.parameters()),
        "pieces": shipped.config.vocab_size,
        "seed": SEED,
        "phases": [asdict(phase) for phase in PHASES],
        "minutes": round(earlier["minutes"] + (time.time() - began) / 60, 1),
        "machine": f"{platform.machine()}, {WORKERS} workers of one thread, Python {platform.python_version()}, "
        f"torch {torch.__version__}, transformers {transformers.__version__}",
        "scores": evaluate(shipped, AutoTokenizer.from_pretrained(folder)),
        "curve": earlier["curve"]
        + [json.loads(line) for line in (folder / CURVE).read_text(encoding="utf-8").splitlines()],
    }
    (folder / CURVE).unlink()
    (folder / MADE).write_text(json.dumps(made, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def work(rank: int, folder: Path, number: int, meeting: Path) -> None:
    """One of the workers: each has its own conversations, all have the same weights; the first one writes."""
    torch.set_num_threads(1)  # the same sums in the same order everywhere
    torch.distributed.init_process_group("gloo", init_method=meeting.as_uri(), rank=rank, world_size=WORKERS)
    phase, seed = PHASES[number - 1], SEED + 100 * (number - 1) + rank
    if number == 1:
        tokenizer = make_tokenizer(tokenizer_texts(SEED), ENGLISH_PIECES)
        model = make_model(tokenizer.get_vocab_size(), SEED)
        folder.mkdir(parents=True, exist_ok=True)
    else:
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        model = Qwen3ForCausalLM.from_pretrained(folder, dtype=torch.float32)

    def report(step: int, loss: float, alike: float, tokens: int, seconds: float) -> None:
        if rank == 0:
            point = {"phase": number, "step": step, "loss": round(loss, 4), "likeness": round(alike, 4)}
            line = json.dumps(point | {"tokens": tokens * WORKERS, "cpu_seconds": round(seconds)})
            print(line, flush=True)
            with (folder / CURVE).open("a", encoding="utf-8") as curve:
                curve.write(line + "\n")

    corpus = Corpus(seed, english_pieces(tokenizer), phase.rare)
    pairs = ([corpus.same_questions() for _ in range(PAIRS)] for _ in itertools.count())
    train(model, tokenizer, iter(corpus), pairs, steps=phase.steps, rate=phase.rate, seed=seed, report=report)
    torch.distributed.barrier()  # all have read the folder before it is written again
    if rank == 0:
        write(folder, model, tokenizer)
    torch.distributed.destroy_process_group()


if __name__ == "__main__":
    main()
