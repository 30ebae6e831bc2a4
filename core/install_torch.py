"""Which build of PyTorch this machine takes.

    system           NVIDIA driver              card (compute capability)     build from the PyTorch index
    Linux, Windows   580 or newer               7.5 and newer (Turing ...)    cu130
    Linux, Windows   525 (Windows 528)          5.0 to 9.0                    cu126
                     or newer
    Linux arm64      580 or newer               any                           cu130
    Linux, Windows   none, or older than that   any                           cpu
    macOS            (Apple chip)               -                             the plain pin, which has Metal inside

The bounds: CUDA 13 needs driver 580, CUDA 12 needs 525.60 (Windows 528.33); cu130 is built for compute
capability 7.5 to 12.0 and cu126 for 5.0 to 9.0 (PyTorch's support matrix for 2.12 to 2.14). A new card with
an old driver fits neither and gets the sentence about its driver. When the PyTorch index is out of reach,
the plain pin is taken from the user's own index: on Windows that has no CUDA, on Linux it is the CUDA build.

Standard library only, readable by Python 3.8.
"""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
import sysconfig
import threading
import urllib.request
from typing import Any

from core.first_words import Trouble

INDEX = "https://download.pytorch.org/whl/"
PROBE_S = 5.0
NEWEST_CUDA = "cu130"

DOWNLOAD_GB = {"cpu": 0.6, "cu126": 3.2, "cu130": 2.6, "": 0.5}
DISK_GB = {"cpu": 2.2, "cu126": 8.0, "cu130": 7.0, "": 2.2}
"""All packages together. cpu measured on Linux x86-64; the CUDA builds estimated from their published sizes."""


class Build:
    """index: "cu130", "cu126", "cpu", or "" for the plain pin; key, facts: how it is called in core/first_words.py;
    warning: a pair (key, facts) when the card is left unused, else None."""

    def __init__(
        self,
        index: str,
        key: str,
        facts: dict[str, Any] | None = None,
        warning: tuple[str, dict[str, Any]] | None = None,
    ) -> None:
        self.index = index
        self.key = key
        self.facts = facts or {}
        self.warning = warning


class Card:
    """What nvidia-smi says: name, driver as (580, 65), capability as (8, 6) or None when it does not know."""

    def __init__(self, name: str, driver: tuple[int, ...], capability: tuple[int, ...] | None) -> None:
        self.name = name
        self.driver = driver
        self.capability = capability


def numbers(text: str) -> tuple[int, ...] | None:
    """ "580.65.06" as (580, 65, 6), None when it is no version."""
    try:
        return tuple(int(part) for part in text.strip().split("."))
    except ValueError:
        return None


def read_cards(output: str) -> list[Card]:
    """The cards in the output of nvidia-smi, newest first; lines that are not understood are left out."""
    cards = []
    for line in output.splitlines():
        parts = [part.strip() for part in line.split(",")]
        driver = numbers(parts[1]) if len(parts) >= 2 else None
        if driver:
            cards.append(Card(parts[0], driver, numbers(parts[2]) if len(parts) > 2 else None))
    return sorted(cards, key=lambda card: card.capability or (0,), reverse=True)


def find_cards() -> list[Card]:
    """The NVIDIA cards of this machine; empty when there is no driver or it does not answer within 20 s."""
    program = shutil.which("nvidia-smi") or shutil.which("nvidia-smi", path="/usr/lib/wsl/lib")
    if not program:
        return []
    for fields in ("name,driver_version,compute_cap", "name,driver_version"):  # old drivers do not know compute_cap
        try:
            asked = [program, "--query-gpu=" + fields, "--format=csv,noheader"]
            done = subprocess.run(asked, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=20, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return []
        cards = read_cards(done.stdout.decode("utf-8", "replace")) if done.returncode == 0 else []
        if cards:
            return cards
    return []


def choose(system: str, machine: str, cards: list[Card]) -> Build:
    """The Build by the table above; `system` and `machine` as the functions of `platform` give them."""
    if system == "Darwin":
        return Build("", "torch.apple")
    if not cards:
        return Build("cpu", "torch.cpu")
    card = cards[0]
    capability = card.capability
    driver = ".".join(str(part) for part in card.driver)
    arm = machine.lower() in ("aarch64", "arm64")
    if card.driver >= (580,) and (arm or capability is None or capability >= (7, 5)):
        return Build("cu130", "torch.cuda", {"card": card.name, "driver": driver, "index": "cu130"})
    oldest = (528, 33) if system == "Windows" else (525, 60)
    if card.driver >= oldest and not arm and (capability is None or (5, 0) <= capability <= (9, 0)):
        return Build("cu126", "torch.cuda", {"card": card.name, "driver": driver, "index": "cu126"})
    facts = {"card": card.name, "driver": driver, "need": "580" if arm or (capability or (9,)) > (9, 0) else "528"}
    too_small = capability is not None and capability < (5, 0)  # no driver would help
    return Build("cpu", "torch.cpu", warning=None if too_small else ("torch.old_driver", facts))


def for_this_machine() -> Build:
    return choose(platform.system(), platform.machine(), find_cards())


def index_answers(index: str, address: str = INDEX, timeout_s: float = PROBE_S) -> bool:
    """Whether the PyTorch index can be reached within `timeout_s` seconds, looking up its name included."""
    answered: list[bool] = []

    def ask() -> None:
        try:
            request = urllib.request.Request(address + index + "/torch/", method="HEAD")
            with urllib.request.urlopen(request, timeout=timeout_s):
                answered.append(True)
        except Exception:  # whatever a proxy, a resolver or a certificate store raises, it means: not reachable
            pass

    thread = threading.Thread(target=ask, daemon=True)  # a resolver may hang for longer than any socket timeout
    thread.start()
    thread.join(timeout_s)
    return bool(answered)


def refuse(machine: str | None = None, system: str | None = None, bits: int | None = None) -> Trouble | None:
    """Why there is no PyTorch for this processor and Python, or None when there is."""
    system = system or platform.system()
    # On Windows the Python counts, not the processor: the one for x86-64 also runs on ARM.
    machine = (machine or (sysconfig.get_platform() if system == "Windows" else platform.machine())).lower()
    if (bits or (64 if sys.maxsize > 2**32 else 32)) == 32:
        return Trouble("python.narrow", 2)
    if system == "Darwin" and machine in ("x86_64", "i386"):
        return Trouble("python.machine", 2, machine="Mac, Intel", next=("python.intel_mac", {}))
    if system == "Windows" and machine == "win-arm64":
        return Trouble("python.machine", 2, machine="Windows, ARM64", next=("python.windows_arm", {}))
    return None
