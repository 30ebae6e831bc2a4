"""Our loss on a CPU is TRL's loss, to the gradient."""

from pathlib import Path
from typing import Any

import pytest

from core.training import loss as our
from core.training.loss import has_plain_head, learned_positions_loss
from tests.training.test_session import open_session


def batch() -> dict[str, Any]:
    import torch

    torch.manual_seed(1)
    ids = torch.randint(3, 250, (3, 40))
    mask, labels = torch.ones_like(ids), ids.clone()
    labels[:, :17] = -100
    mask[2, 30:], labels[2, 30:] = 0, -100
    return {"input_ids": ids, "attention_mask": mask, "labels": labels}


def gradients(model: Any) -> dict[str, Any]:
    found = {name: value.grad.clone() for name, value in model.named_parameters() if value.grad is not None}
    model.zero_grad()
    return found


@pytest.mark.parametrize("at_once", [512, 7])
def test_loss_and_gradients_equal_those_of_trl(tiny: Path, at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch
    from peft import LoraConfig
    from trl.trainer.utils import add_fused_lm_head

    monkeypatch.setattr(our, "POSITIONS_AT_ONCE", at_once)
    session = open_session(tiny)
    model = session.attach_new("mine", LoraConfig(r=4, target_modules="all-linear", task_type="CAUSAL_LM"))
    add_fused_lm_head(session.base)
    theirs = model(**batch(), use_cache=False, fused_lm_head=True).loss
    theirs.backward()
    expected = gradients(model)
    ours = learned_positions_loss(session.base, batch(), None)
    ours.backward()
    assert ours.item() == pytest.approx(theirs.item(), abs=1e-5)
    found = gradients(model)
    assert expected.keys() == found.keys() and expected
    for name, value in expected.items():
        assert torch.allclose(value, found[name], atol=1e-6)
    half = learned_positions_loss(session.base, batch(), 2 * int((batch()["labels"][:, 1:] != -100).sum()))
    assert half.item() == pytest.approx(theirs.item() / 2, abs=1e-5)


def test_a_batch_with_nothing_to_learn_is_a_zero_that_can_be_stepped(tiny: Path) -> None:
    from peft import LoraConfig

    session = open_session(tiny)
    session.attach_new("mine", LoraConfig(r=4, target_modules="all-linear", task_type="CAUSAL_LM"))
    empty = batch()
    empty["labels"][:] = -100
    found = learned_positions_loss(session.base, empty, None)
    found.backward()
    assert found.item() == 0.0


def test_models_with_other_heads_are_left_to_trl(tiny: Path) -> None:
    session = open_session(tiny)
    assert has_plain_head(session.base)
    session.base.config.final_logit_softcapping = 30.0
    assert not has_plain_head(session.base)
