"""The base side is the base: equal logits before, during and after a training, in every precision a CPU can show."""

from pathlib import Path
from typing import Any

import pytest

from core.chat.answers import answer, end_tokens
from core.chat.requests import Sampling
from core.models.load import load_model, load_tokenizer
from core.models.session import Session


def open_session(folder: Path, quantization: str = "none", precision: str = "fp32") -> Session:
    model = load_model(folder, quantization, precision, "cpu")  # type: ignore[arg-type]
    return Session(model, load_tokenizer(folder), (str(folder), quantization, precision), "cpu")


def some_ids() -> Any:
    import torch

    return torch.arange(5, 45)[None]


def base_logits(session: Session) -> Any:
    with session.untouched(), session.peft.base_model._enable_peft_forward_hooks(adapter_names=["__base__"]):  # type: ignore[union-attr]
        return session.base(input_ids=some_ids()).logits.clone()


def train(session: Session, steps: int, *, bf16: bool, on_step: Any = None) -> None:
    from datasets import Dataset
    from peft import LoraConfig
    from transformers import TrainerCallback
    from trl import SFTConfig, SFTTrainer
    from trl.trainer.sft_trainer import DataCollatorForLanguageModeling

    class Between(TrainerCallback):
        def on_step_end(self, *args: Any, **kwargs: Any) -> None:
            if on_step is not None:
                on_step()

    model = session.attach_new("mine", LoraConfig(r=4, target_modules="all-linear", task_type="CAUSAL_LM"))
    rows = [{"input_ids": list(range(3, 40)), "labels": list(range(3, 40))}] * 4
    args = SFTConfig(
        "unused",
        bf16=bf16,
        use_cpu=True,
        max_steps=steps,
        learning_rate=1e-2,
        per_device_train_batch_size=2,
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
        max_length=None,
        dataset_kwargs={"skip_prepare_dataset": True},
        activation_checkpointing=True,
        logging_steps=1,
    )
    trainer = SFTTrainer(
        model,
        args=args,
        data_collator=DataCollatorForLanguageModeling(pad_token_id=0),
        train_dataset=Dataset.from_list(rows),
        processing_class=session.tokenizer,
        callbacks=[Between()],
    )
    trainer.train()
    session.restore()


@pytest.mark.parametrize(("precision", "bf16"), [("fp32", False), ("fp32", True), ("bf16", True)])
def test_base_logits_are_those_of_a_clean_load(tiny: Path, precision: str, bf16: bool) -> None:
    import torch

    with torch.no_grad():
        clean = load_model(tiny, "none", precision, "cpu")(input_ids=some_ids()).logits  # type: ignore[arg-type]
    session = open_session(tiny, precision=precision)
    during: list[Any] = []
    train(session, 4, bf16=bf16, on_step=lambda: during.append((base_logits(session), session.peft.training)))  # type: ignore[union-attr]
    assert len(during) == 4
    for logits, training in during:
        assert torch.equal(logits, clean)
        assert training, "the training goes on in training mode"
    assert torch.equal(base_logits(session), clean)
    with session.untouched():
        assert session.base_is_clean()
        tuned = session.base(input_ids=some_ids()).logits
    assert not torch.equal(tuned, clean)
    session.detach_all()
    assert session.peft is None and session.base_is_clean()
    assert torch.equal(session.base(input_ids=some_ids()).logits, clean)


def test_a_changed_base_is_noticed(tiny: Path) -> None:
    import torch

    session = open_session(tiny)
    train(session, 1, bf16=False)
    with torch.no_grad():
        next(session.base.model.norm.parameters()).add_(0.01)
    with session.untouched():
        assert not session.base_is_clean()


def test_an_exception_inside_an_answer_leaves_no_hooks(tiny: Path) -> None:
    """peft leaves its hooks on every layer after an exception in a batch with adapter names; later calls then fail."""
    session = open_session(tiny)
    train(session, 1, bf16=False)

    def burst(index: int, found: Any) -> None:
        raise RuntimeError("the browser is gone")

    prompts = [("__base__", [5, 6, 7]), ("mine", [5, 6, 7])]
    with pytest.raises(RuntimeError, match="browser"), session.untouched():
        answer(session, prompts, Sampling(max_new_tokens=4), on_answer=burst, stop_asked=lambda: False)
    with session.untouched():
        found = answer(
            session, prompts, Sampling(max_new_tokens=4), on_answer=lambda i, f: None, stop_asked=lambda: False
        )
    assert all(said.reason for said in found)


@pytest.mark.parametrize("quantization", ["none", "4bit", "8bit"])
def test_one_batch_answers_as_each_side_alone(tiny: Path, quantization: str) -> None:
    session = open_session(tiny, quantization, "fp32" if quantization == "none" else "bf16")
    train(session, 3, bf16=False)
    prompts = [("__base__", [5, 6, 7, 8]), ("mine", [9, 10])]
    sampling = Sampling(max_new_tokens=12)

    def run(some: list[tuple[str, list[int]]]) -> list[list[int]]:
        with session.untouched():
            return [
                found.ids
                for found in answer(session, some, sampling, on_answer=lambda i, f: None, stop_asked=lambda: False)
            ]

    assert run(prompts) == run(prompts[:1]) + run(prompts[1:])


def test_four_bit_learns_as_well_with_evaluations_between(tiny: Path) -> None:
    """On CPUs with AVX512-BF16 bitsandbytes computes wrong gradients after an eval-mode forward, unless mended."""
    import torch

    weights = []
    for talk in (False, True):
        torch.manual_seed(0)
        session = open_session(tiny, "4bit", "bf16")
        train(session, 6, bf16=False, on_step=(lambda s=session: base_logits(s)) if talk else None)
        weights.append({name: value.clone() for name, value in session.peft.named_parameters() if "lora_" in name})  # type: ignore[union-attr]
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])


def test_a_stop_ends_the_answer(tiny: Path) -> None:
    session = open_session(tiny)
    said: list[str] = []
    with session.untouched():
        found = answer(
            session,
            [("__base__", [5, 6, 7])],
            Sampling(max_new_tokens=400),
            on_answer=lambda i, f: said.append(f.text),
            stop_asked=lambda: len(said) >= 2,
        )
    assert found[0].reason in ("stopped", "stop") and len(found[0].ids) < 400


def test_the_end_of_a_turn_is_known(tiny: Path) -> None:
    session = open_session(tiny)
    assert session.tokenizer.convert_tokens_to_ids("<|im_end|>") in end_tokens(session)


def test_an_adapter_of_another_model_is_refused(tiny: Path, tmp_path: Path) -> None:
    from core.errors import UserError
    from core.training.train import write_adapter
    from tests.tiny import make_model

    session = open_session(tiny)
    train(session, 1, bf16=False)
    write_adapter(session.peft, "mine", tmp_path, "tiny")  # type: ignore[arg-type]
    other = open_session(make_model(tmp_path / "other", hidden=16, layers=1))
    with pytest.raises(UserError) as refused:
        other.attach_saved("theirs", tmp_path)
    assert refused.value.code.startswith("adapter.")
    assert other.base_is_clean()
    (tmp_path / "adapter_model.safetensors").write_bytes(b"not weights")
    with pytest.raises(UserError, match=r"adapter\.damaged"):
        session.attach_saved("broken", tmp_path)
