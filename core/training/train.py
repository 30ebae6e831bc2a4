"""One training by TRL's SFTTrainer over our own rows (input_ids + labels), with peft LoRA.

TRL 1.16 prepares nothing here: rows come encoded, masked and cut (core/training/rows.py), because its own
preparation would cut and drop in silence.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from core.models.facts import ModelFacts, target_names
from core.models.session import Session
from core.runs import checkpoints
from core.runs.events import Checkpoint, Event, Phase
from core.runs.store import Run
from core.spec import RunSpec
from core.training.plan import Plan
from core.training.rows import EncodedRows

if TYPE_CHECKING:
    from peft import LoraConfig, PeftModel

GROUP_FROM_BATCHES = 50
"""transformers sorts by length within 50 batches (LengthGroupedSampler); with fewer the order would not be random."""


FP16_TRIES = 20
"""Steps in a row whose gradients may overflow while torch's GradScaler halves its scale from 65,536."""


@dataclass(frozen=True)
class Outcome:
    """How a training ended. Losses in nats per trained token."""

    stopped: bool
    step: int
    train_loss: float | None  # mean of the last tenth of the steps
    eval_loss: float | None
    tokens_per_s: float


def lora_config(spec: RunSpec, plan: Plan, facts: ModelFacts) -> "LoraConfig":
    """The adapter's shape. Raises UserError `model.no_module` when a named layer is not in the model."""
    from peft import LoraConfig

    return LoraConfig(
        r=plan.rank,
        lora_alpha=plan.alpha if plan.alpha != int(plan.alpha) else int(plan.alpha),
        lora_dropout=spec.dropout,
        target_modules=target_names(facts, spec.target_modules),
        task_type="CAUSAL_LM",
    )


def write_adapter(model: "PeftModel", name: str, folder: Path, base_name: str) -> None:
    """adapter_model.safetensors and adapter_config.json, in float32, with no path of this machine.

    Raises OSError when the disk refuses; the caller translates.
    """
    from peft import get_peft_model_state_dict
    from safetensors.torch import save_file

    state = get_peft_model_state_dict(model, adapter_name=name)
    save_file(
        {key: value.detach().cpu().contiguous() for key, value in state.items()},
        folder / "adapter_model.safetensors",
        {"format": "pt"},
    )
    config = model.peft_config[name]
    kept = config.base_model_name_or_path, config.inference_mode
    config.base_model_name_or_path, config.inference_mode = base_name, True
    try:
        config.save_pretrained(str(folder))
    finally:
        config.base_model_name_or_path, config.inference_mode = kept


def is_finite(model: "PeftModel", name: str) -> bool:
    """Whether every adapter weight is a number; a diverged step must never be saved over a good one."""
    return all(
        bool(value.isfinite().all()) for key, value in model.named_parameters() if "lora_" in key and name in key
    )


def train(
    run: Run,
    spec: RunSpec,
    plan: Plan,
    session: Session,
    rows: EncodedRows,
    held: EncodedRows,
    *,
    base_name: str,
    emit: Callable[[Event], None],
    stop_asked: Callable[[], bool],
    between_steps: Callable[[], None],
) -> Outcome:
    """Train the adapter named `run.id`, which the session already holds, and leave it in the session.

    Seals checkpoints in the run folder. Raises Diverged, or what torch raises; the session is then still usable
    after `restore()`.
    """
    import torch
    from datasets import disable_progress_bars
    from transformers import PrinterCallback, ProgressCallback
    from trl.trainer.sft_trainer import DataCollatorForLanguageModeling

    from core.training.watch import StopEvaluation, Watch

    disable_progress_bars()
    model = session.peft
    assert model is not None
    pad = session.tokenizer.pad_token_id
    pad = session.tokenizer.eos_token_id if pad is None else pad

    def save(step: int, reason: str) -> None:
        if is_finite(model, run.id):
            emit(Phase(name="saving", done=step, total=plan.steps))
            place = checkpoints.seal(
                run.checkpoints_folder, step, lambda folder: write_adapter(model, run.id, folder, base_name)
            )
            emit(Checkpoint(step=step, name=place.name, reason=reason))
            checkpoints.prune(run.checkpoints_folder, spec.keep)
            emit(Phase(name="training", done=step, total=plan.steps))

    watch = Watch(
        emit=emit,
        stop_asked=stop_asked,
        between_steps=between_steps,
        save=save,
        save_every=plan.save_every,
        held_rows=len(held),
        peak_memory_gb=lambda: peak_memory_gb(session.device),
        bad_gradients=FP16_TRIES if plan.precision == "fp16" else 0,
    )
    if session.device.startswith("cuda"):
        torch.cuda.reset_peak_memory_stats()
    stopped = False
    with TemporaryDirectory(
        prefix="lora-workbench-"
    ) as scratch:  # the Trainer insists on a folder; nothing is kept there
        trainer = _trainer_class(session)(
            model=model,
            args=_arguments(scratch, spec, plan, session, len(rows), len(held)),
            data_collator=DataCollatorForLanguageModeling(pad_token_id=int(pad or 0)),
            train_dataset=rows.dataset(),
            eval_dataset=held.dataset() if held else None,
            processing_class=session.tokenizer,
            callbacks=[watch],
        )
        trainer.remove_callback(PrinterCallback)
        trainer.remove_callback(ProgressCallback)
        for (
            parameter
        ) in model.parameters():  # TRL casts a quantized model's adapter to bf16: small updates would be lost
            if parameter.requires_grad:
                parameter.data = parameter.data.float()
        emit(Phase(name="training", done=0, total=plan.steps))
        try:
            trainer.train()
        except StopEvaluation:
            stopped = True
        finally:
            session.restore()
            trainer.accelerator.free_memory()
    # A stop that came with the last step changes nothing: the run is finished.
    stopped = (stopped or stop_asked()) and watch.step < plan.steps
    last = watch.losses[-max(1, len(watch.losses) // 10) :]
    return Outcome(
        stopped=stopped,
        step=watch.step,
        train_loss=round(fmean(last), 4) if last else None,
        eval_loss=watch.eval_loss,
        tokens_per_s=round(watch.mean_tokens_per_s, 1),
    )


def _trainer_class(session: Session) -> Any:
    """TRL's SFTTrainer; on a CPU with a loss that leaves out what is not learned (4.7 times less CPU time per step with
    a vocabulary of 150,000, tests/bench/loss_on_cpu.py)."""
    from trl import SFTTrainer

    from core.training.loss import has_plain_head, learned_positions_loss

    if session.device != "cpu" or not has_plain_head(session.base):
        return SFTTrainer

    class CpuTrainer(SFTTrainer):
        def compute_loss(
            self, model: Any, inputs: Any, return_outputs: bool = False, num_items_in_batch: Any = None
        ) -> Any:
            mode = "train" if self.model.training else "eval"
            if mode == "train":
                self._total_train_tokens += int(inputs["attention_mask"].sum())
            self._metrics[mode]["num_tokens"] = [self._total_train_tokens]
            with self.accelerator.autocast():
                return learned_positions_loss(session.base, inputs, num_items_in_batch)

    return CpuTrainer


def _arguments(scratch: str, spec: RunSpec, plan: Plan, session: Session, rows: int, held: int) -> Any:
    from trl import SFTConfig

    grouped = rows >= GROUP_FROM_BATCHES * plan.batch_size and plan.batch_size > 1
    on_cpu = session.device == "cpu"
    return SFTConfig(
        output_dir=scratch,
        max_steps=plan.steps,
        per_device_train_batch_size=plan.batch_size,
        per_device_eval_batch_size=plan.batch_size,
        gradient_accumulation_steps=plan.gradient_accumulation,
        learning_rate=plan.learning_rate,
        lr_scheduler_type=spec.scheduler,
        warmup_steps=plan.warmup_steps,
        weight_decay=spec.weight_decay,
        seed=spec.seed,
        data_seed=spec.seed,
        use_cpu=on_cpu,
        bf16=plan.precision == "bf16",
        fp16=plan.precision == "fp16",
        activation_checkpointing=plan.activation_checkpointing,
        max_length=None,  # rows come cut
        packing=False,
        dataset_kwargs={"skip_prepare_dataset": True},
        train_sampling_strategy="group_by_length" if grouped else "random",
        eval_strategy="steps" if held and plan.eval_every else "no",
        eval_steps=plan.eval_every or None,
        logging_steps=1,
        logging_nan_inf_filter=False,  # the default would log a lost run as loss 0
        save_strategy="no",  # stock checkpoints are not whole after a kill; ours are sealed
        report_to="none",
        disable_tqdm=True,
        dataloader_pin_memory=session.device.startswith("cuda"),
        # The optimizer of torch itself: the quantized ones need a GPU and save nothing on an adapter's few weights.
        optim="adamw_torch",
    )


def peak_memory_gb(device: str) -> float:
    """Peak memory on a GPU, resident memory of this program on a CPU, in GB."""
    import psutil
    import torch

    if device.startswith("cuda"):
        return float(torch.cuda.max_memory_allocated() / 1e9)
    return float(psutil.Process().memory_info().rss / 1e9)
