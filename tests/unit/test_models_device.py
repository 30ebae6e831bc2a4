"""Device, device lock and forecast: what the machine says, who may use it, and whether a training fits."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from core.models import catalog, device
from core.models.device import Device
from core.models.facts import ModelFacts, lora_parameters
from core.models.forecast import activation_bytes, fit, flops, forecast, memory_gb, weight_bytes
from core.models.lock import DeviceLock, cache_folder, device_lock_path
from core.workspace import REPOSITORY

CARD = "0, NVIDIA GeForce RTX 3060, 12288, 11264, 8.6\n1, Tesla T4, 15360, 15000, 7.5\n"


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "_cards_seen", (0.0, []))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)


def smi(monkeypatch: pytest.MonkeyPatch, said: str | Exception) -> list[Any]:
    """nvidia-smi as it would answer; the list grows by one entry for each call."""
    calls: list[Any] = []

    def run(command: list[str], **named: Any) -> Any:
        calls.append(command)
        if isinstance(said, Exception):
            raise said
        return subprocess.CompletedProcess(command, 0, stdout=said, stderr="")

    monkeypatch.setattr(subprocess, "run", run)
    return calls


def test_this_machine_describes_itself() -> None:
    found = device.describe()
    assert 0 < found["free_gb"] <= found["total_gb"] and found["cores"] >= 1 and found["name"]


def test_a_card_is_described_and_not_asked_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = smi(monkeypatch, CARD)
    monkeypatch.setattr(device, "_torch_has_cuda", lambda: True)
    found = device.describe()
    assert (found["kind"], found["name"], found["bf16"]) == ("cuda", "NVIDIA GeForce RTX 3060", True)
    assert found["total_gb"] == pytest.approx(12.9, abs=0.1) and found["free_gb"] < found["total_gb"]
    device.describe()
    assert len(calls) == 1
    assert device.best_precision("cuda", 10**9) == "bf16" and device.best_precision("cuda", 10**6) == "fp32"


def test_the_chosen_card_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    smi(monkeypatch, CARD)
    monkeypatch.setattr(device, "_torch_has_cuda", lambda: True)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    assert device.describe()["name"] == "Tesla T4"
    assert device.best_precision("cuda", 10**9) == "fp16"


@pytest.mark.parametrize("hidden", ["", "-1", "7"])
def test_a_hidden_card_is_none(monkeypatch: pytest.MonkeyPatch, hidden: str) -> None:
    smi(monkeypatch, CARD)
    monkeypatch.setattr(device, "_torch_has_cuda", lambda: True)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", hidden)
    assert device.choose_device() != "cuda"


@pytest.mark.skipif(sys.platform == "darwin", reason="Apple's chips come first there")
def test_a_card_that_torch_cannot_use_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    smi(monkeypatch, CARD)
    monkeypatch.setattr(device, "_torch_has_cuda", lambda: False)
    found = device.describe()
    assert found["kind"] == "cpu" and found["problem"] == "device.cpu_torch"


@pytest.mark.parametrize(
    "said",
    [FileNotFoundError(), subprocess.TimeoutExpired("nvidia-smi", 3), subprocess.CalledProcessError(9, "nvidia-smi"),
     PermissionError(), "", "No devices were found", "0, X, [N/A], [N/A], 8.0\n", "\x00, , ,"],
)  # fmt: skip
def test_a_driver_that_says_nothing_useful_is_no_card(monkeypatch: pytest.MonkeyPatch, said: Any) -> None:
    calls = smi(monkeypatch, said)
    monkeypatch.setattr(device, "_torch_has_cuda", lambda: True)
    assert device.choose_device() != "cuda"
    device.choose_device()
    assert len(calls) == 1  # it is not started again and again


def test_precision_on_cpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "_cpu_bf16", lambda: True)
    assert device.best_precision("cpu", 600_000_000) == "bf16"
    assert device.best_precision("cpu", 100_000_000) == "fp32"
    monkeypatch.setattr(device, "_cpu_bf16", lambda: False)
    assert device.best_precision("cpu", 600_000_000) == "fp32"


def test_the_container_s_limit_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "memory.max").write_text("2000000000\n")
    (tmp_path / "memory.current").write_text("1500000000\n")
    (tmp_path / "memory.stat").write_text("anon 5\ninactive_file 300000000\n")
    monkeypatch.setattr(device, "Path", lambda *parts: tmp_path if parts == ("/sys/fs/cgroup",) else Path(*parts))
    assert device._memory() == pytest.approx((0.8, 2.0))


# -- the lock


def test_the_second_program_waits_and_is_told_who_has_it() -> None:
    mine = DeviceLock("cpu", "the window")
    assert mine.take() and mine.take() and mine.held
    code = (
        "from core.models.lock import DeviceLock\n"
        "other = DeviceLock('cpu', 'the command line')\n"
        "print(other.take(), other.holder(), DeviceLock('cuda:1', 'x').take())\n"
    )

    def other() -> str:
        return subprocess.run(
            [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True
        ).stdout.strip()

    assert other() == "False the window True"
    mine.give()
    mine.give()
    assert not mine.held and mine.holder() == ""
    assert other() == "True the command line True"
    assert mine.take()  # its holder has ended without giving it back
    assert mine.holder() == "the window"
    mine.give()


def test_each_device_has_its_own_file() -> None:
    paths = {device_lock_path(name) for name in ("cpu", "cuda", "cuda:1", "mps")}
    assert len(paths) == 4 and all(path.parent == cache_folder() for path in paths)
    assert device_lock_path("../../x").parent == cache_folder()


# -- the forecast


@pytest.fixture
def small() -> ModelFacts:
    return catalog.facts_of_ref(catalog.resolve("qwen3-0.6b"))


def machine(**changes: Any) -> Device:
    return Device(
        **{
            "kind": "cuda",
            "name": "NVIDIA GeForce RTX 3060",
            "free_gb": 11.0,
            "total_gb": 12.0,
            "cores": 8,
            "bf16": True,
            **changes,
        }
    )  # type: ignore[typeddict-item]


def told(facts: ModelFacts, **changes: Any) -> Any:
    asked: dict[str, Any] = {
        "rank": 16, "target_modules": "all-linear", "quantization": "none", "precision": "bf16", "batch_size": 4,
        "max_length": 512, "steps": 100, "device": machine(), **changes,
    }  # fmt: skip
    return forecast(facts, **asked)


def test_the_shape_is_the_promised_one(small: ModelFacts) -> None:
    answer = told(small)
    assert list(answer) == [
        "trainable_parameters",
        "trainable_percent",
        "steps",
        "memory_gb",
        "fits",
        "time_s",
        "advice",
    ]
    parts = ["weights", "adapter", "optimizer", "gradients", "activations"]
    assert list(answer["memory_gb"]) == [*parts, "total", "free"]
    assert answer["memory_gb"]["total"] == pytest.approx(sum(answer["memory_gb"][part] for part in parts), abs=1e-3)
    assert answer["trainable_parameters"] == lora_parameters(small, 16, "all-linear") == 10_092_544
    assert answer["steps"] == 100 and answer["time_s"] > 0 and answer["memory_gb"]["free"] == 11.0


def test_more_of_anything_needs_more(small: ModelFacts) -> None:
    base = told(small)
    for change in ({"batch_size": 8}, {"max_length": 1024}, {"rank": 64}, {"precision": "fp32"}):
        assert told(small, **change)["memory_gb"]["total"] > base["memory_gb"]["total"], change
    for change in (
        {"quantization": "4bit"},
        {"target_modules": ["q_proj"]},
        {"checkpointing": True},
        {"longest_row": 64},
    ):
        assert told(small, **change)["memory_gb"]["total"] < base["memory_gb"]["total"], change
    for change in (
        {"steps": 200},
        {"gradient_accumulation": 4},
        {"tokens_per_row": 400},
        {"device": machine(kind="cpu")},
    ):
        assert told(small, **change)["time_s"] > base["time_s"], change
    assert told(small, device=machine(name="NVIDIA H100 80GB HBM3"))["time_s"] < base["time_s"]


def test_weights_in_four_bits_are_about_a_third_with_the_embeddings_left(small: ModelFacts) -> None:
    full, four = weight_bytes(small, "none", "bf16"), weight_bytes(small, "4bit", "bf16")
    assert full == 2 * small.parameters
    embeddings = small.vocab * small.hidden * 2
    assert four == pytest.approx(embeddings + 0.516 * small.linear_parameters, rel=0.001)


def test_it_fits_or_not_and_the_advice_helps(small: ModelFacts) -> None:
    large = catalog.facts_of_ref(catalog.resolve("qwen3-4b-instruct"))
    assert told(small)["fits"] == "yes" and told(small)["advice"] == []
    no = told(large)
    assert no["fits"] == "no"
    codes = [one["code"] for one in no["advice"]]
    assert codes and set(codes) <= {"use_4bit", "smaller_batch", "shorter_rows"}
    for one in no["advice"]:
        assert one["facts"]["less_gb"] < no["memory_gb"]["total"]
    hopeless = told(large, device=machine(free_gb=2.0))
    assert hopeless["fits"] == "no" and hopeless["advice"][-1]["code"] == "smaller_model"
    assert "use_4bit" not in [
        one["code"] for one in told(large, quantization="4bit", device=machine(free_gb=3.0))["advice"]
    ]


def test_tight_is_between() -> None:
    here = machine(free_gb=11.0)
    assert [fit(gb, here) for gb in (7.9, 8.1, 9.4, 9.6)] == ["yes", "tight", "tight", "no"]


def test_a_measured_run_is_near_the_forecast() -> None:
    """29.4 million weights, 1,000 chats of 210 tokens, one core, fp32, batches of 8: 125 useful tokens a second."""
    config = {
        "architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3", "hidden_size": 512, "intermediate_size": 1536,
        "num_hidden_layers": 8, "num_attention_heads": 8, "num_key_value_heads": 4, "head_dim": 64, "vocab_size": 8192,
        "max_position_embeddings": 1024, "tie_word_embeddings": True,
    }  # fmt: skip
    from core.models.facts import from_config

    facts = from_config(config)
    answer = told(
        facts, precision="fp32", batch_size=8, max_length=1024, longest_row=799, tokens_per_row=210, steps=125,
        checkpointing=True, device=machine(kind="cpu", name="CPU, 1 core", cores=1, bf16=True),
    )  # fmt: skip
    assert answer["time_s"] == pytest.approx(1000 * 210 / 125, rel=0.5)


def test_long_rows_do_not_make_the_head_explode(small: ModelFacts) -> None:
    per_token = [activation_bytes(small, "bf16", tokens) / tokens for tokens in (512, 4096)]
    assert per_token[1] < per_token[0]
    assert (
        memory_gb(small, 0, quantization="none", precision="bf16", batch_size=1, length=4096, free_gb=1)["total"] < 30
    )


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [("NVIDIA H200", 200, 400), ("NVIDIA A100-SXM4-80GB", 60, 120), ("NVIDIA GeForce RTX 4090", 30, 80),
     ("Tesla T4", 10, 30), ("Something New", 5, 10)],
)  # fmt: skip
def test_cards_are_known_by_name(name: str, low: float, high: float) -> None:
    assert low < flops(machine(name=name), "bf16") / 1e12 < high
