"""The verb test: what has to hold before anything is merged, in one run, with one exit code."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

from core.cli.desk import Desk
from core.errors import UserError
from core.workspace import REPOSITORY

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge", "msedge")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
WINDOWS_PLACES = (
    r"Google\Chrome\Application\chrome.exe",
    r"Chromium\Application\chrome.exe",
    r"Microsoft\Edge\Application\msedge.exe",
)
NEEDED = ("pytest", "xdist", "ruff", "mypy", "hypothesis", "playwright")

WORKERS = 4
"""At most so many tests run side by side, one per core: each loads torch. Those in a browser run one by one."""


def find_chromium() -> str | None:
    """The program file of Chromium, Chrome or Edge: CHROMIUM_PATH, else where they usually are."""
    said = os.environ.get("CHROMIUM_PATH")
    if said:
        return said if Path(said).is_file() else None
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found:
        return found
    roots = [os.environ.get(name) for name in ("ProgramFiles", "ProgramFiles(x86)", "LOCALAPPDATA")]
    places = [*PLACES, *(os.path.join(root, place) for root in roots if root for place in WINDOWS_PLACES)]
    return next((place for place in places if Path(place).is_file()), None)


def test(desk: Desk) -> int:
    """Style, types, then the layers unit, training and browser. The first failure does not hide the others."""
    lacking = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if lacking:
        raise UserError("cli.test.lacking", packages=", ".join(lacking))
    chromium = find_chromium()
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONUTF8": "1"}
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    side_by_side = ["-n", str(min(WORKERS, cores)), "--dist", "loadfile"]
    steps = {
        "ruff": ["ruff", "check", "."],
        "ruff format": ["ruff", "format", "--check", "--diff", "."],
        "mypy": ["mypy"],
        "pytest": ["pytest", "-q", *side_by_side, "--ignore", "tests/browser"],
    }
    if chromium:
        environment["CHROMIUM_PATH"] = chromium
        steps["pytest browser"] = ["pytest", "-q", "tests/browser"]
    else:
        desk.note("cli.test.no_chromium")
    said = sys.__stderr__ if desk.choices.json else None  # with --json stdout belongs to the document
    failed = []
    for name, command in steps.items():
        desk.note("cli.test.step", command=" ".join(command))
        done = subprocess.run(
            [sys.executable, "-m", *command], cwd=REPOSITORY, env=environment, stdout=said, check=False
        )
        if done.returncode:
            failed.append(name)
    desk.give({"passed": not failed, "failed": failed, "browser": chromium is not None})
    if failed:
        desk.note("cli.test.failed", failed=", ".join(failed))
    else:
        desk.note("cli.test.passed")
    return 1 if failed else 0
