"""CPU-seconds of one training step's loss, TRL's fused head against ours, alternating in one process, one thread.

    OMP_NUM_THREADS=1 python -m tests.bench.loss_on_cpu [rounds]

A small Qwen3-shaped model with a vocabulary of 151,936, 8 rows of 250 tokens, 140 of them learned.
Measured 2026-11-20 on 2 cores (Zen 4), n = 5 rounds: see tests/bench/README.md.
"""

import sys
import time
from statistics import median
from typing import Any


def main(rounds: int) -> None:
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import Qwen3Config, Qwen3ForCausalLM
    from trl.trainer.utils import add_fused_lm_head

    from core.training.loss import learned_positions_loss

    torch.set_num_threads(1)
    torch.manual_seed(0)
    base = Qwen3ForCausalLM(
        Qwen3Config(
            vocab_size=151_936, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2,
            num_key_value_heads=1, head_dim=16, tie_word_embeddings=True,
        )
    )  # fmt: skip
    model = get_peft_model(base, LoraConfig(r=16, target_modules="all-linear", task_type="CAUSAL_LM"))
    add_fused_lm_head(base, outputs=("log_probs", "entropy", "is_top1"))
    ids = torch.randint(0, 150_000, (8, 250))
    labels = ids.clone()
    labels[:, :110] = -100
    batch = {"input_ids": ids, "attention_mask": torch.ones_like(ids), "labels": labels}

    def theirs() -> Any:
        return model(**batch, use_cache=False, fused_lm_head=True).loss

    def ours() -> Any:
        return learned_positions_loss(base, batch, None)

    seconds: dict[str, list[float]] = {"trl": [], "ours": []}
    for _ in range(rounds):
        for name, loss in (("trl", theirs), ("ours", ours)):
            model.zero_grad()
            started = time.process_time()
            loss().backward()
            seconds[name].append(time.process_time() - started)
    for name, found in seconds.items():
        print(f"{name}: median {median(found):.2f} s of CPU, {min(found):.2f} to {max(found):.2f}, n = {len(found)}")
    print(f"ratio of medians {median(seconds['trl']) / median(seconds['ours']):.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
