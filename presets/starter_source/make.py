"""Make the starter model: corpus, tokenizer, training, evaluation. One command, seeded, nothing downloaded.

    python presets/starter_source/make.py FOLDER [STEPS]

Writes an ordinary Hugging Face model folder, and beside the weights `made.json`: loss, scores, time, versions.
"""

import json
import platform
import sys
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
from train import CONTEXT, make_model, train
from transformers import AutoModelForCausalLM, AutoTokenizer, Qwen3ForCausalLM

SEED = 11
ENGLISH_PIECES = 1500
STEPS = 6000


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
    torch.set_num_threads(1)  # the same sums in the same order everywhere
    began = time.time()
    tokenizer = make_tokenizer(tokenizer_texts(SEED), ENGLISH_PIECES)
    model = make_model(tokenizer.get_vocab_size(), SEED)
    weights = sum(part.numel() for part in model.parameters())
    print(f"{weights:,} weights, {tokenizer.get_vocab_size()} pieces, {time.time() - began:.0f} s", flush=True)
    curve: list[dict[str, float]] = []

    def report(step: int, loss: float, tokens: int, seconds: float) -> None:
        curve.append({"step": step, "loss": round(loss, 4), "tokens": tokens, "cpu_seconds": round(seconds)})
        print(json.dumps(curve[-1]), flush=True)
        if step % 1500 == 0 and step < steps:
            torch.save(model.state_dict(), folder.with_suffix(".pt"))

    train(model, tokenizer, iter(Corpus(SEED, english_pieces(tokenizer))), steps=steps, seed=SEED, report=report)
    write(folder, model, tokenizer)
    shipped = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    made: dict[str, Any] = {
        "weights": weights,
        "pieces": tokenizer.get_vocab_size(),
        "seed": SEED,
        "steps": steps,
        "seconds": round(time.time() - began),
        "machine": f"{platform.machine()}, one thread, Python {platform.python_version()}, torch {torch.__version__}, "
        f"transformers {transformers.__version__}",
        "scores": evaluate(shipped, AutoTokenizer.from_pretrained(folder)),
        "curve": curve,
    }
    (folder / "made.json").write_text(json.dumps(made, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    scores = {language: {k: v for k, v in found.items() if k[0] in "ks"} for language, found in made["scores"].items()}
    print(json.dumps(scores, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
