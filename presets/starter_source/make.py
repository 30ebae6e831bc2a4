"""Make the starter model: corpus, tokenizer, training, evaluation. One command, seeded, nothing downloaded.

    python presets/starter_source/make.py FOLDER [STEPS]

Writes an ordinary Hugging Face model folder, and beside the weights `made.json`: loss, scores, time, versions.
"""

import itertools
import json
import platform
import sys
import tempfile
import time
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
STEPS = 3300
WORKERS = 2
"""Processes that share every step. Another number makes other weights."""
CURVE = "curve.jsonl"


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
    steps = int(sys.argv[2]) if len(sys.argv) > 2 else STEPS
    began = time.time()
    with tempfile.TemporaryDirectory() as meeting:
        torch.multiprocessing.spawn(work, args=(folder, steps, Path(meeting) / "meeting"), nprocs=WORKERS)
    shipped = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    made: dict[str, Any] = {
        "weights": sum(part.numel() for part in shipped.parameters()),
        "pieces": shipped.config.vocab_size,
        "seed": SEED,
        "steps": steps,
        "minutes": round((time.time() - began) / 60, 1),
        "machine": f"{platform.machine()}, {WORKERS} workers of one thread, Python {platform.python_version()}, "
        f"torch {torch.__version__}, transformers {transformers.__version__}",
        "scores": evaluate(shipped, AutoTokenizer.from_pretrained(folder)),
        "curve": [json.loads(line) for line in (folder / CURVE).read_text(encoding="utf-8").splitlines()],
    }
    (folder / CURVE).unlink()
    (folder / "made.json").write_text(json.dumps(made, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    scores = {language: {k: v for k, v in found.items() if k[0] in "ks"} for language, found in made["scores"].items()}
    print(json.dumps(scores, ensure_ascii=False), flush=True)


def work(rank: int, folder: Path, steps: int, meeting: Path) -> None:
    """One of the workers: each has its own conversations, all have the same weights; the first one writes."""
    torch.set_num_threads(1)  # the same sums in the same order everywhere
    torch.distributed.init_process_group("gloo", init_method=meeting.as_uri(), rank=rank, world_size=WORKERS)
    tokenizer = make_tokenizer(tokenizer_texts(SEED), ENGLISH_PIECES)
    model = make_model(tokenizer.get_vocab_size(), SEED)
    folder.mkdir(parents=True, exist_ok=True)
    curve = (folder / CURVE).open("w", encoding="utf-8") if rank == 0 else None

    def report(step: int, loss: float, alike: float, tokens: int, seconds: float) -> None:
        if curve:
            point = {"step": step, "loss": round(loss, 4), "likeness": round(alike, 4)}
            point |= {"tokens": tokens * WORKERS, "cpu_seconds": round(seconds)}
            print(json.dumps(point), file=curve, flush=True)
            print(json.dumps(point), flush=True)

    corpus = Corpus(SEED + rank, english_pieces(tokenizer))
    pairs = ([corpus.same_questions() for _ in range(PAIRS)] for _ in itertools.count())
    train(model, tokenizer, iter(corpus), pairs, steps=steps, seed=SEED + rank, report=report)
    if curve:
        curve.close()
        write(folder, model, tokenizer)
    torch.distributed.destroy_process_group()


if __name__ == "__main__":
    main()
