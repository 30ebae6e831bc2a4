"""Train the starter model from nothing on generated conversations, on two CPU cores, seeded.

The loss is next-token cross entropy on what the assistant says and its end of turn; nothing is learned from the
questions, which are partly random words. Rows of like length share a batch.
"""

import random
import time
from collections.abc import Callable, Iterator

import torch
from corpus import Row
from tokenizer import TURN, TURN_END
from tokenizers import Tokenizer
from torch.nn.functional import cross_entropy, normalize
from transformers import Qwen3Config, Qwen3ForCausalLM

CONTEXT = 1024
"""Tokens. The conversations it learned from are shorter than 300."""
TOKENS_PER_STEP = 2048
"""Of each worker, padding included."""
WARMUP = 100
"""Steps until the highest learning rate; it is held until half-time, then goes down to 2 % in a line."""
DECAY = 0.1
"""Weight decay."""
LIKENESS = 0.3
"""Weight of the second loss, `likeness`; taken at every second step of PAIRS pairs, at the output of this layer."""
LIKENESS_EVERY = 2
LIKENESS_LAYER = 4
PAIRS = 32


def make_model(pieces: int, seed: int) -> Qwen3ForCausalLM:
    """The model before it has learned anything: Qwen3 with 6 layers of width 192."""
    torch.manual_seed(seed)
    return Qwen3ForCausalLM(
        Qwen3Config(
            vocab_size=pieces,
            hidden_size=192,
            intermediate_size=512,
            num_hidden_layers=6,
            num_attention_heads=6,
            num_key_value_heads=3,
            head_dim=32,
            max_position_embeddings=CONTEXT,
            tie_word_embeddings=True,
            bos_token_id=None,
            eos_token_id=2,
            pad_token_id=0,
            initializer_range=0.04,
        )
    )


def encode(tokenizer: Tokenizer, row: Row) -> tuple[list[int], list[int]]:
    """Token ids of a conversation, and its labels: what the assistant says with its end of turn, -100 elsewhere."""
    ids: list[int] = []
    labels: list[int] = []
    for message in row:
        head = tokenizer.encode(f"{TURN}{message['role']}\n").ids
        body = tokenizer.encode(f"{message['content']}{TURN_END}").ids
        tail = tokenizer.encode("\n").ids
        learned = message["role"] == "assistant" and message.get("learned", True)
        ids += head + body + tail
        labels += [-100] * len(head) + (body if learned else [-100] * len(body)) + [-100] * len(tail)
    return ids, labels


def batches(
    tokenizer: Tokenizer, rows: Iterator[Row], rng: random.Random
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Batches of ids and labels, each (rows, longest row), without end."""
    while True:
        pool = sorted((encode(tokenizer, next(rows)) for _ in range(1024)), key=lambda pair: len(pair[0]))
        groups: list[list[tuple[list[int], list[int]]]] = [[]]
        for pair in pool:
            if len(pair[0]) * (len(groups[-1]) + 1) > TOKENS_PER_STEP and groups[-1]:
                groups.append([])
            groups[-1].append(pair)
        rng.shuffle(groups)
        for group in groups:
            width = max(len(ids) for ids, _ in group)
            yield (
                torch.tensor([ids + [0] * (width - len(ids)) for ids, _ in group]),
                torch.tensor([labels + [-100] * (width - len(labels)) for _, labels in group]),
            )


def share_of_rate(step: int, steps: int) -> float:
    """Warm-up, a flat half, then a line down to 2 %."""
    return min(1.0, step / WARMUP, 0.02 + 1.96 * (1 - step / steps))


def likeness(model: Qwen3ForCausalLM, tokenizer: Tokenizer, pairs: list[tuple[str, str]]) -> torch.Tensor:
    """How badly the model tells which two wordings ask the same (InfoNCE, van den Oord et al. 2018).

    Taken where the answer begins, after two thirds of the layers: what a LoRA hangs an answer on. Each question has
    to be nearer to its other wording than to the 2 x PAIRS - 2 other questions.
    """
    questions = [question for pair in pairs for question in pair]
    fed = [encode(tokenizer, [{"role": "user", "content": question}])[0] for question in questions]
    opening = tokenizer.encode(f"{TURN}assistant\n").ids
    fed = [ids + opening for ids in fed]
    width = max(len(ids) for ids in fed)
    ids = torch.tensor([row + [0] * (width - len(row)) for row in fed])
    hidden = model.model(input_ids=ids, output_hidden_states=True).hidden_states[LIKENESS_LAYER]
    last = torch.tensor([len(row) - 1 for row in fed])
    found = hidden[torch.arange(len(fed)), last].float()
    found = normalize(found - found.mean(0), dim=1)
    scores = found @ found.T / 0.1
    scores.fill_diagonal_(-torch.inf)
    return cross_entropy(scores, torch.arange(len(fed)) ^ 1)  # the other wording is the neighbour


def make_optimizers(model: Qwen3ForCausalLM, rate: float) -> list[torch.optim.Optimizer]:
    """Muon for the matrices between layers (Jordan 2024), AdamW for embeddings and norms.

    Measured on the open tasks alone, 500 steps: loss 2.28 with Muon, 2.92 with AdamW for all, at 1.2 times the CPU.
    """
    inner = [part for name, part in model.named_parameters() if part.ndim == 2 and "embed" not in name]
    outer = [part for name, part in model.named_parameters() if part.ndim != 2 or "embed" in name]
    return [
        torch.optim.Muon(inner, lr=rate, weight_decay=DECAY, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(outer, lr=rate, betas=(0.9, 0.95), weight_decay=DECAY),
    ]


def share_gradients(model: Qwen3ForCausalLM) -> None:
    """Every worker goes on with the mean of all workers' gradients."""
    gradients = [part.grad for part in model.parameters() if part.grad is not None]
    flat = torch.cat([gradient.flatten() for gradient in gradients])
    torch.distributed.all_reduce(flat)
    flat /= torch.distributed.get_world_size()
    for gradient, mean in zip(gradients, flat.split([gradient.numel() for gradient in gradients]), strict=True):
        gradient.copy_(mean.view_as(gradient))


def train(
    model: Qwen3ForCausalLM,
    tokenizer: Tokenizer,
    rows: Iterator[Row],
    pairs: Iterator[list[tuple[str, str]]],
    *,
    steps: int,
    rate: float,
    seed: int,
    report: Callable[[int, float, float, int, float], None],
) -> None:
    """`steps` steps in bfloat16 autocast, as one of the workers of torch.distributed.

    `report(step, loss, likeness, tokens, CPU seconds)` every 250 steps, tokens and seconds of this worker.
    """
    optimizers = make_optimizers(model, rate)
    began, seen, recent, recent_alike = time.process_time(), 0, 0.0, 0.0
    supply = batches(tokenizer, rows, random.Random(seed))
    model.train()
    for step in range(1, steps + 1):
        ids, labels = next(supply)
        with torch.autocast("cpu", torch.bfloat16):
            hidden = model.model(input_ids=ids).last_hidden_state[:, :-1]
            wanted = labels[:, 1:]
            learned = wanted != -100
            logits = model.lm_head(hidden[learned])  # only where something is learned
            loss = cross_entropy(logits.float(), wanted[learned])
            alike = likeness(model, tokenizer, next(pairs)) if step % LIKENESS_EVERY == 0 else torch.zeros(())
        (loss + LIKENESS * alike).backward()
        share_gradients(model)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer in optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate * share_of_rate(step, steps)
            optimizer.step()
            optimizer.zero_grad()
        seen += ids.numel()
        recent = loss.item() if step == 1 else 0.98 * recent + 0.02 * loss.item()
        if step % LIKENESS_EVERY == 0:
            recent_alike = alike.item() if step == LIKENESS_EVERY else 0.96 * recent_alike + 0.04 * alike.item()
        if step % 250 == 0 or step == steps:
            report(step, recent, recent_alike, seen, time.process_time() - began)
    model.eval()
