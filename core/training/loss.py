"""The loss on a CPU: only the positions that are learned go through the output head.

TRL's fused head does the same on a GPU; on a CPU it scores every position, question and padding included, and
recomputes each of them in the backward pass. With a vocabulary of 150,000 that is most of a small model's step.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import PreTrainedModel

POSITIONS_AT_ONCE = 512
"""Positions whose logits are in memory at one time: 512 x 150,000 x 4 bytes are 0.3 GB."""

_OTHER_HEADS = (
    "final_logit_softcapping",
    "logit_scale",
    "output_multiplier",
    "lm_head_multiplier",
    "logits_scaling",
    "output_router_logits",
)
"""Settings of models whose logits are more than hidden states times weights; TRL's own loss knows them."""


def has_plain_head(model: "PreTrainedModel") -> bool:
    """Whether logits are nothing but the last hidden state times the output head."""
    config = model.config.get_text_config()
    return all(getattr(config, name, None) in (None, False, 1, 1.0) for name in _OTHER_HEADS)


def learned_positions_loss(
    model: "PreTrainedModel", inputs: dict[str, Any], divide_by: "Tensor | int | None"
) -> "Tensor":
    """Mean negative log likelihood, nats per learned token.

    model:     the causal model itself (LoRA layers inside), not its wrappers
    inputs:    input_ids, attention_mask and labels, each (rows, tokens), labels -100 where nothing is learned
    divide_by: learned tokens of the whole optimizer step; None: of this batch
    """
    import torch
    from torch.nn.functional import cross_entropy
    from torch.utils.checkpoint import checkpoint

    labels = inputs["labels"][:, 1:]
    learned = labels != -100
    backbone = model.base_model(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"], use_cache=False)
    hidden, wanted = backbone.last_hidden_state[:, :-1][learned], labels[learned]
    head = model.get_output_embeddings()

    def part(states: "Tensor", targets: "Tensor") -> "Tensor":
        return cross_entropy(head(states).float(), targets, reduction="sum")

    total = hidden.sum() * 0.0  # keeps the graph when a batch has nothing to learn
    for start in range(0, len(wanted), POSITIONS_AT_ONCE):
        states, targets = hidden[start : start + POSITIONS_AT_ONCE], wanted[start : start + POSITIONS_AT_ONCE]
        # With one part its logits are kept for the backward pass; with several they would add up, so they are redone.
        several = len(wanted) > POSITIONS_AT_ONCE and torch.is_grad_enabled()
        total = total + (checkpoint(part, states, targets, use_reentrant=False) if several else part(states, targets))
    count = torch.as_tensor(len(wanted) if divide_by is None else divide_by, device=total.device)
    loss: Tensor = total / count.clamp(min=1)
    return loss
