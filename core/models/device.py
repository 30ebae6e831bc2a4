"""What the machine can do, found out without torch: the first page names the device before torch is imported.

NVIDIA cards are asked through nvidia-smi, Apple's through the platform, memory through psutil and the limits of
the container. Which device torch can really use also depends on how it was built; that is read from its files.
"""

import importlib.util
import os
import platform
import re
import subprocess
import sys
import threading
import time
from functools import cache
from pathlib import Path
from typing import Literal, NotRequired, TypedDict

DeviceKind = Literal["cpu", "cuda", "mps"]
Precision = Literal["fp32", "bf16", "fp16"]

FREE_FOR_S = 3.0
"""How long the free memory of a card is remembered, seconds; the page asks once a second."""

MIB = 2**20 / 1e9
"""GB in a MiB, the unit of nvidia-smi."""

SMALL = 300_000_000
"""Below this many weights fp32 is as fast on a CPU: overhead, not arithmetic, takes the time (measured)."""

TINY = 50_000_000
"""Below this, half precision saves nothing on any device, and fp32 keeps the comparison exact."""


NO_DRIVER_FOR_S = 600.0
"""How long the absence of a card is remembered, seconds."""


class Device(TypedDict):
    """The device that training will use.

    name     for people: "NVIDIA RTX 3060", "Apple M2", "CPU, 8 cores"
    free_gb  memory that is free now, and how much there is in all, in GB of 10^9 bytes
    cores    CPU cores that this process may use
    bf16     whether it computes bf16 in hardware
    problem  a code, sentence `notice.<code>`: device.cpu_torch (a card is there, but torch was built without CUDA)
    """

    kind: DeviceKind
    name: str
    free_gb: float
    total_gb: float
    cores: int
    bf16: bool
    problem: NotRequired[str]


class _Card(TypedDict):
    index: int
    name: str
    total_mb: float
    free_mb: float
    capability: float


def describe() -> Device:
    """The device as it is now. Takes milliseconds; at most 3 s once when a driver hangs. Imports no torch."""
    kind = choose_device()
    free, total = _memory()
    if kind == "cuda":
        card = _cards()[0]
        return Device(
            kind="cuda", name=card["name"], free_gb=card["free_mb"] * MIB + _held_by_us(),
            total_gb=card["total_mb"] * MIB,            cores=cores(), bf16=card["capability"] >= 8.0,
        )  # fmt: skip
    if kind == "mps":
        return Device(
            kind="mps", name=_processor() or "Apple", free_gb=free, total_gb=total, cores=cores(), bf16=_macos() >= 14
        )
    n = cores()
    found = Device(
        kind="cpu",
        name="CPU, 1 core" if n == 1 else f"CPU, {n} cores",
        free_gb=free,
        total_gb=total,
        cores=n,
        bf16=_cpu_bf16(),
    )
    if _cards():
        found["problem"] = "device.cpu_torch"
    return found


def choose_device() -> DeviceKind:
    """What torch will compute on: a visible NVIDIA card, an Apple chip, else the CPU."""
    if _torch_has_cuda() and _cards():
        return "cuda"
    if sys.platform == "darwin" and platform.machine() == "arm64":
        return "mps"
    return "cpu"


def best_precision(kind: DeviceKind, parameters: int) -> Precision:
    """The type of the frozen weights that is fastest or smallest without being risky.

    CPU: fp32 below 0.3 billion weights or without bf16 units (elementwise bf16 is slower there, and fp32 needs no
    care), else bf16 (2.2 times the matrix speed of fp32 where AVX512-BF16 or AMX is present: 212 against 97 GFLOP/s).
    CUDA: bf16 from compute capability 8.0 on, fp16 on older cards. Apple: bf16 from macOS 14 on, else fp32, because
    fp16 overflows in the norms of some models there.
    """
    if parameters < TINY:
        return "fp32"
    if kind == "cuda":
        cards = _cards()
        return "bf16" if not cards or cards[0]["capability"] >= 8.0 else "fp16"
    if kind == "mps":
        return "bf16" if _macos() >= 14 and parameters >= SMALL else "fp32"
    return "bf16" if parameters >= SMALL and _cpu_bf16() else "fp32"


def cores() -> int:
    """CPU cores that this process may use: the container's share where there is one."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()[:2]
        if quota != "max":
            count = min(count, max(1, int(quota) // int(period)))
    except (OSError, ValueError):
        pass
    return max(1, count)


def _memory() -> tuple[float, float]:
    """Free and total main memory in GB; inside a container its own limit counts, not the machine's memory."""
    import psutil  # built for this machine: not there before the environment is made

    machine = psutil.virtual_memory()
    free, total = float(machine.available), float(machine.total)
    group = Path("/sys/fs/cgroup")
    try:
        limit = (group / "memory.max").read_text().strip()
        if limit != "max" and int(limit) < total:
            used = int((group / "memory.current").read_text())
            # file pages that can be dropped are counted as used, but they are free for whoever asks
            cached = re.search(r"^inactive_file (\d+)", (group / "memory.stat").read_text(), re.M)
            total = float(limit)
            free = min(free, total - used + (int(cached[1]) if cached else 0))
    except (OSError, ValueError):
        pass
    return max(0.0, free) / 1e9, total / 1e9


def _held_by_us() -> float:
    """GB on the card that this process has reserved: a new run takes them over, so they count as free."""
    torch = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_initialized():
        return 0.0
    return float(torch.cuda.memory_reserved() / 1e9)


_cards_lock = threading.Lock()
_cards_seen: tuple[float, list[_Card]] = (0.0, [])


def _cards() -> list[_Card]:
    """The NVIDIA cards that this process may see, asked of nvidia-smi at most every `FREE_FOR_S` seconds."""
    global _cards_seen
    with _cards_lock:
        ask_again, cards = _cards_seen
        # a machine without a driver stays without one: do not start a process for it again and again
        if time.monotonic() < ask_again:
            return cards
        found = _ask_nvidia()
        # a busy driver that did not answer in time has not lost its cards: what was known stays
        cards = cards if found is None and cards else _visible(found or [])
        _cards_seen = (time.monotonic() + (NO_DRIVER_FOR_S if found == [] else FREE_FOR_S), cards)
        return cards


def _ask_nvidia() -> list[_Card] | None:
    """The cards as nvidia-smi lists them; none where there is no driver, None where it did not answer in time."""
    fields = "index,name,memory.total,memory.free,compute_cap"
    try:
        said = subprocess.run(
            ["nvidia-smi", f"--query-gpu={fields}", "--format=csv,noheader,nounits"],
            capture_output=True, text=True, timeout=3, check=True, stdin=subprocess.DEVNULL,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        ).stdout  # fmt: skip
    except subprocess.TimeoutExpired:
        return None
    except (OSError, subprocess.SubprocessError):
        return []
    cards = []
    for line in said.splitlines():
        parts = [part.strip() for part in line.split(",")]
        try:
            index, total, free, capability = int(parts[0]), float(parts[-3]), float(parts[-2]), float(parts[-1])
        except (ValueError, IndexError):
            continue
        cards.append(
            _Card(index=index, name=", ".join(parts[1:-3]), total_mb=total, free_mb=free, capability=capability)
        )
    return cards


def _visible(cards: list[_Card]) -> list[_Card]:
    """Only what CUDA_VISIBLE_DEVICES lets through, in its order."""
    wanted = os.environ.get("CUDA_VISIBLE_DEVICES")
    if wanted is None:
        return cards
    by_index = {str(card["index"]): card for card in cards}
    names = [name.strip() for name in wanted.split(",")]
    if any(name.startswith(("GPU-", "MIG-")) for name in names):
        return cards  # chosen by its long name, which is not asked for here
    chosen = []
    for name in names:
        if name not in by_index:
            break  # CUDA ignores everything after the first unknown number
        chosen.append(by_index[name])
    return chosen


@cache
def _torch_has_cuda() -> bool:
    """Whether the installed torch was built with CUDA, read from its version file."""
    spec = importlib.util.find_spec("torch")
    if spec is None or not spec.submodule_search_locations:
        return False
    try:
        text = Path(spec.submodule_search_locations[0], "version.py").read_text(encoding="utf-8")
    except OSError:
        return False
    return re.search(r"^cuda[^=]*=\s*['\"]", text, re.M) is not None


@cache
def _cpu_bf16() -> bool:
    """Whether the CPU multiplies bf16 in hardware: AVX512-BF16 or AMX, told only by Linux."""
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return re.search(r"\b(avx512_bf16|amx_bf16)\b", flags) is not None


@cache
def _processor() -> str:
    try:
        return subprocess.run(
            ["sysctl", "-n", "machdep.cpu.brand_string"], capture_output=True, text=True, timeout=3, check=True
        ).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""


def _macos() -> int:
    """The first number of the macOS version, 0 elsewhere."""
    version = platform.mac_ver()[0].partition(".")[0]
    return int(version) if version.isdigit() else 0
