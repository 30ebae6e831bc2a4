"""One run from Start to its adapter, by the real engine on a tiny model."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from core.chat.requests import ChatRequest, Message
from core.runs.events import Adjusted, Checkpoint, Evaluated, Failed, Finished, Phase, Sample, Started, Step, Stopped
from tests.training.conftest import Lab


def ask(lab: Lab, run_id: str | None, question: str = "What is number 3?", **more: object) -> dict[str, str]:
    """The answers of base and tuned to one question; fails on an error event."""
    history = [Message(role="user", content=question)]
    request = ChatRequest(run=run_id, histories={"base": history, "tuned": history}, **more)  # type: ignore[arg-type]
    answers = {}
    for event in lab.engine.chat(request):
        assert event.kind != "error", event.facts
        if event.kind == "proof":
            assert event.facts["state"] == "checked"
        if event.kind == "done":
            assert event.side is not None
            answers[event.side] = event.text
    return answers


def test_a_run_learns_and_leaves_an_adapter(lab: Lab) -> None:
    run = lab.train(epochs=40, holdout=2, rank=16, learning_rate=3e-2)
    events = run.events()
    assert run.status() == "finished"
    assert isinstance(events[0], Started) and events[0].plan["learning_rate"] == 3e-2
    steps = [event for event in events if isinstance(event, Step)]
    assert [event.step for event in steps] == list(range(1, events[0].plan["steps"] + 1))
    assert steps[-1].loss < 0.8 * steps[0].loss  # type: ignore[operator]
    assert {event.name for event in events if isinstance(event, Phase)} >= {
        "loading",
        "tokenizing",
        "training",
        "saving",
    }
    assert {event.rows for event in events if isinstance(event, Evaluated)} == {2}
    samples = [event for event in events if isinstance(event, Sample)]
    assert [event.step for event in samples] == [0, 0, steps[-1].step, steps[-1].step]
    assert [event.answer for event in samples[:2]] != [event.answer for event in samples[2:]]
    assert isinstance(events[-1], Finished) and events[-1].eval_loss is not None
    assert sorted(path.name for path in run.adapter_folder.iterdir()) == [
        "adapter_config.json",
        "adapter_model.safetensors",
    ]
    config = json.loads((run.adapter_folder / "adapter_config.json").read_text())
    assert config["base_model_name_or_path"] == "tiny" and config["r"] == 16
    for kept in (run.folder / "env.json", run.adapter_folder / "adapter_config.json"):
        said = kept.read_text(encoding="utf-8")
        for place in (lab.workspace.root, lab.model.parent, Path.home(), Path.cwd()):
            assert str(place) not in said and json.dumps(str(place))[1:-1] not in said


def test_a_data_set_that_is_deleted_while_it_is_learned_does_not_spoil_the_run(lab: Lab) -> None:
    """The questions of the end were read from a folder that was gone, and a run that had learned all was Failed."""
    run = lab.run(min_steps=60)
    lab.engine.submit(run.id)
    lab.wait(run, lambda: any(isinstance(event, Step) for event in run.events()))
    lab.datasets.delete(lab.dataset.id)
    lab.wait(run)
    assert run.status() == "finished"
    samples = [event for event in run.events() if isinstance(event, Sample)]
    assert len(samples) == 4 and samples[0].question == samples[2].question


def test_only_the_adapter_changes_and_all_of_it_does(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every weight of the model in the engine, before the first step and after the last one."""
    from core.accelerator import Accelerator
    from core.models.session import Session

    start: dict[str, Any] = {}
    end: dict[str, Any] = {}
    looked = threading.Event()  # the run is finished a moment before its weights are looked at
    attach_new, after_training = Session.attach_new, Accelerator._after_training

    def attach_and_look(session: Session, *rest: Any) -> Any:
        made = attach_new(session, *rest)
        start.update((name, value.detach().clone()) for name, value in made.named_parameters())
        return made

    def look_and_end(worker: Accelerator, run: Any) -> None:
        assert worker._session is not None and worker._session.peft is not None
        end.update((name, value.detach().clone()) for name, value in worker._session.peft.named_parameters())
        looked.set()
        after_training(worker, run)

    monkeypatch.setattr(Session, "attach_new", attach_and_look)
    monkeypatch.setattr(Accelerator, "_after_training", look_and_end)
    run = lab.train()
    assert run.status() == "finished" and looked.wait(60) and start.keys() == end.keys()
    moved = {name for name in start if not bool((start[name] == end[name]).all())}
    adapter = {name for name in start if "lora_" in name}
    assert moved == adapter and len(adapter) == 2 * 2 * 7  # A and B, two layers, all-linear: q k v o gate up down
    assert len(start) > len(adapter)
    assert lab.engine.status().loaded == run.id


def test_the_saved_adapter_answers_as_the_trained_model_did(lab: Lab) -> None:
    """Loaded fresh by peft alone, the adapter gives the very logits of the model in the engine."""
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    run = lab.train(epochs=10)
    spoken = ask(lab, run.id)
    base = AutoModelForCausalLM.from_pretrained(lab.model)
    tokenizer = AutoTokenizer.from_pretrained(lab.model)
    tuned = PeftModel.from_pretrained(base, run.adapter_folder).eval()
    prompt = tokenizer.apply_chat_template(
        [{"role": "user", "content": "What is number 3?"}],
        add_generation_prompt=True,
        return_tensors="pt",
        return_dict=True,
    )
    with torch.no_grad():
        out = tuned.generate(**prompt, max_new_tokens=256, do_sample=False)
        with tuned.disable_adapter():
            plain = tuned.generate(**prompt, max_new_tokens=256, do_sample=False)
    cut = prompt["input_ids"].shape[1]
    assert tokenizer.decode(out[0, cut:], skip_special_tokens=True) == spoken["tuned"]
    assert tokenizer.decode(plain[0, cut:], skip_special_tokens=True) == spoken["base"]
    assert spoken["base"] != spoken["tuned"]


def test_stop_keeps_what_was_learned(lab: Lab) -> None:
    run = lab.run(min_steps=2000)
    lab.engine.submit(run.id)
    lab.wait(run, lambda: any(isinstance(event, Step) and event.step >= 3 for event in run.events()))
    lab.engine.stop(run.id)
    lab.engine.stop(run.id)
    lab.wait(run)
    ended = run.events()[-1]
    assert run.status() == "stopped" and isinstance(ended, Stopped) and ended.adapter and 3 <= ended.step < 2000
    assert run.usable_adapter() == run.adapter_folder
    assert set(ask(lab, run.id)) == {"base", "tuned"}


def test_a_second_run_starts_from_the_untouched_base(lab: Lab) -> None:
    """Two runs with the same seed on one loaded base give the same adapter, bit for bit."""
    first = lab.train(epochs=3)
    ask(lab, first.id)
    second = lab.train(epochs=3)
    one, two = (run.adapter_folder / "adapter_model.safetensors" for run in (first, second))
    assert one.read_bytes() == two.read_bytes()
    assert ask(lab, first.id) == ask(lab, first.id)


def test_talking_in_mid_run_changes_nothing(lab: Lab) -> None:
    """A chat between two steps leaves the adapter as it would have been, bit for bit, with dropout and sampling on."""
    changes = {"epochs": 20, "dropout": 0.1}
    silent = lab.train(**changes)
    asked = lab.run(**changes)
    lab.engine.submit(asked.id)
    lab.wait(asked, lambda: any(isinstance(event, Step) for event in asked.events()))
    talks = 0
    while asked.status() == "running" and talks < 5:
        answers = ask(lab, asked.id, sampling={"max_new_tokens": 8, "temperature": 0.8})
        assert set(answers) == {"base", "tuned"}
        talks += 1
    lab.wait(asked)
    assert talks >= 1
    one, two = (run.adapter_folder / "adapter_model.safetensors" for run in (silent, asked))
    assert one.read_bytes() == two.read_bytes()


def test_a_lost_run_says_so_and_keeps_the_last_good_checkpoint(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Weights that stop being numbers end the run at the next step and are never saved over the good ones."""
    import torch

    def spoil(worker: Any, run_id: str) -> None:
        if lab.store.get(run_id).events()[-1].__class__ is Phase and len(saved()) == 3:
            with torch.no_grad():
                next(value for name, value in worker._session.peft.named_parameters() if "lora_B" in name).fill_(
                    float("nan")
                )

    def saved() -> list[Checkpoint]:
        return [event for event in run.events() if isinstance(event, Checkpoint)]

    monkeypatch.setattr(lab.engine, "_answer_between_steps", spoil)
    run = lab.run(epochs=20, save_every=1)
    lab.engine.submit(run.id)
    lab.wait(run)
    failed = run.events()[-1]
    assert isinstance(failed, Failed) and failed.code == "train.diverged"
    assert failed.facts == {"step": 4, "learning_rate": "1.3e-03"}
    kept = run.usable_adapter()
    assert kept is not None and kept.name == "step-00000003" and not run.adapter_folder.exists()
    assert set(ask(lab, run.id)) == {"base", "tuned"}


def test_checkpoints_are_pruned_to_keep(lab: Lab) -> None:
    run = lab.train(epochs=10, save_every=3, keep=2)
    said = [event for event in run.events() if isinstance(event, Checkpoint)]
    assert len(said) > 2 and said[-1].reason == "end"
    assert len(list(run.checkpoints_folder.iterdir())) == 2


def test_the_collator_gets_the_rows_that_the_preview_shows(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands in the trainer's batches is, token by token, what the preview colours as learned."""
    from trl.trainer import sft_trainer

    from core.data import tokens
    from core.models.load import load_tokenizer

    seen: set[tuple[tuple[int, ...], tuple[int, ...]]] = set()
    collate = sft_trainer.DataCollatorForLanguageModeling.torch_call

    def watched(self: Any, examples: list[dict[str, Any]]) -> Any:
        batch = collate(self, examples)
        for ids, labels, mask in zip(batch["input_ids"], batch["labels"], batch["attention_mask"], strict=True):
            count = int(mask.sum())
            seen.add((tuple(ids[:count].tolist()), tuple(labels[:count].tolist())))
        return batch

    monkeypatch.setattr(sft_trainer.DataCollatorForLanguageModeling, "torch_call", watched)
    lab.train(max_length=40, epochs=1)
    tokenizer = load_tokenizer(lab.model)
    shown = [tokens.encode(tokenizer, row, 40)[0] for row in lab.dataset.load_rows()]
    pieces = [tokens.pieces(tokenizer, encoded) for encoded in shown if encoded.learns]
    assert seen == {
        (
            tuple(piece["id"] for piece in row),
            tuple(piece["id"] if piece["trained"] else -100 for piece in row),
        )
        for row in pieces
    }
    assert seen


def test_what_is_kept_aside_is_what_the_plan_says(lab: Lab, tmp_path: Path) -> None:
    """Equal rows stay on one side, so the count can be missed; the plan then says so."""
    rows = [{"question": "same", "answer": "same"}] * 6 + [{"question": f"q{n}", "answer": f"a{n}"} for n in range(5)]
    path = tmp_path / "twice.json"
    path.write_text(json.dumps(rows))
    dataset = lab.datasets.add(path)
    for holdout in (0.1, 7):
        run = lab.train(dataset=dataset.id, holdout=holdout)
        plan = run.plan()
        held = {event.rows for event in run.events() if isinstance(event, Evaluated)}
        assert held == {plan["holdout_rows"]} and plan["train_rows"] + plan["holdout_rows"] == 11
    assert [event.what for event in run.events() if isinstance(event, Adjusted)][:2] == ["holdout_rows", "train_rows"]


def test_fp16_may_look_for_its_scale(lab: Lab) -> None:
    """torch's GradScaler overflows on purpose in its first steps; only the loss, or many in a row, mean a lost run."""
    from types import SimpleNamespace

    from core.training.watch import Diverged, Watch

    def watch(bad: int) -> Any:
        keep: list[Any] = []
        return Watch(
            emit=keep.append, stop_asked=lambda: False, between_steps=lambda: None, save=lambda step, why: None,
            save_every=0, held_rows=0, peak_memory_gb=lambda: 0.0, bad_gradients=bad,
        )  # fmt: skip

    def log(watch: Any, loss: float, grad_norm: float) -> None:
        state: Any = SimpleNamespace(global_step=1, epoch=0.1)
        watch.on_log(None, state, None, logs={"loss": loss, "grad_norm": grad_norm})

    with pytest.raises(Diverged):
        log(watch(0), 1.0, float("inf"))
    patient = watch(2)
    for grad_norm in (float("inf"), float("inf"), 0.3, float("inf"), float("inf")):
        log(patient, 1.0, grad_norm)
    with pytest.raises(Diverged):
        log(patient, 1.0, float("inf"))
    with pytest.raises(Diverged):
        log(watch(20), float("nan"), 0.1)


def test_a_data_set_without_usable_rows_fails_with_a_sentence(lab: Lab) -> None:
    run = lab.train(max_length=8)
    failed = run.events()[-1]
    assert isinstance(failed, Failed) and failed.code == "train.no_rows" and run.status() == "failed"


def test_batch_and_accumulation_are_the_same_training(lab: Lab) -> None:
    """One batch of four rows and four batches of one row step along the same losses."""
    losses = []
    for changes in ({"batch_size": 4, "gradient_accumulation": 1}, {"batch_size": 1, "gradient_accumulation": 4}):
        run = lab.train(epochs=3, **changes)
        losses.append([event.loss for event in run.events() if isinstance(event, Step)])
    assert losses[0] == pytest.approx(losses[1], abs=2e-3)


def test_nothing_is_adjusted_on_a_small_data_set(lab: Lab) -> None:
    assert not [event for event in lab.train().events() if isinstance(event, Adjusted)]


def test_equal_rows_leave_nothing_to_keep_aside_and_the_run_still_finishes(lab: Lab, tmp_path: Path) -> None:
    turns = [{"role": "user", "content": "Who?"}, {"role": "assistant", "content": "Me."}]
    file = tmp_path / "equal.jsonl"
    file.write_text((json.dumps({"messages": turns}) + "\n") * 40, encoding="utf-8")
    run = lab.train(dataset=lab.datasets.add(file).id, holdout=0.2, epochs=1)
    assert run.status() == "finished", run.events()[-1]
    assert not [event for event in run.events() if isinstance(event, Evaluated)]
