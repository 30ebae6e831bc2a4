"""The environment that launch.py makes for itself: `.venv` beside it, with exactly the packages of requirements.txt.

`ready()` returns at once when this Python already has the packages (or runs on a Space). Otherwise it makes
or mends `.venv` under a lock and goes on in that Python. A stamp in `.venv`, written last, holds the hash of
the lists it was filled from; so a newer checkout syncs itself and a broken-off installation goes on.

Standard library only, and readable by Python 3.8, so that an old Python gets the sentence about its age.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any, TextIO

from core import install_pip, install_torch
from core.first_words import Trouble, chinese, speaker
from core.install_state import Lock, Place, missing, pins, stamp_of, stamped, version_of, write_stamp

OLDEST, NEWEST = (3, 11), (3, 14)
"""transformers and trl need 3.11; 3.14 is the newest that every pin has wheels for (looked up for Linux x86-64 and
arm64, Windows x86-64 and macOS arm64)."""

LONGEST_INSIDE = 200
"""Characters of the longest path below the folder: `.venv\\Lib\\site-packages\\` and PyTorch's longest file (171)."""
WINDOWS_PATH_LIMIT = 259


def refuse_python(argv: Sequence[str]) -> int | None:
    """None when this Python can run the program; otherwise says why not and returns the exit code."""
    try:
        check_python()
    except Trouble as trouble:
        return tell(trouble, argv)
    return None


def ready(argv: Sequence[str], root: str, tests: bool = False) -> int | None:
    """Make sure that this program runs in a Python with all packages.

    Returns None when this Python is the one. Otherwise the program goes on in `.venv`: on POSIX this process
    becomes that one and `ready` does not return; on Windows it runs as a child, whose exit code is returned.
    Every trouble is one sentence on stderr and exit code 1 or 2.
    """
    out = Printer(speaker(chinese(argv)))
    place = Place(root)
    try:
        if os.environ.get("SPACE_ID") or not missing(place.lists(tests)):
            return None
        inside = os.path.realpath(sys.prefix) == os.path.realpath(place.venv)
        with Lock(place, out):
            if inside:  # the stamp promised more than there is
                install(place, tests, out, sys.executable)
                return None
            if not stamped(place, tests):
                make(place, tests, out)
    except Trouble as trouble:
        return tell(trouble, argv)
    except KeyboardInterrupt:
        out("install.stopped")
        return 130
    return go_on(place.python, [os.path.join(root, "launch.py"), *argv])


def tell(trouble: Trouble, argv: Sequence[str]) -> int:
    """The trouble as one sentence on stderr, with --json on stdout as well; returns the exit code."""
    message = speaker(chinese(argv))(trouble.key, **trouble.facts)
    sys.stderr.write(message + "\n")
    if "--json" in argv:
        sys.stdout.write(json.dumps({"error": {"code": trouble.key, "message": message}}, ensure_ascii=False) + "\n")
    return trouble.exit_code


def speak_anything(*streams: Any) -> None:
    """Let no console encoding stop the program: what it cannot show becomes a question mark."""
    for stream in streams:
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(errors="replace")


class Printer:
    """Progress on stdout would spoil `--json`, so it goes to stderr. On a console one line is written over and over."""

    def __init__(self, say: Callable[..., str], stream: TextIO | None = None) -> None:
        self.say = say
        self.stream = stream or sys.stderr
        self.live = self.stream.isatty()
        self.passing = False

    def __call__(self, key: str, **facts: Any) -> None:
        """One line that stays."""
        self._clear()
        self.stream.write(self.say(key, **facts) + "\n")
        self.stream.flush()

    def pass_by(self, key: str, **facts: Any) -> None:
        """A line that the next one replaces; left out where lines cannot be replaced."""
        if self.live:
            self._clear()
            width = shutil.get_terminal_size().columns // 2 * 2 - 2
            self.stream.write(self.say(key, **facts)[:width])
            self.stream.flush()
            self.passing = True

    def _clear(self) -> None:
        if self.passing:
            self.stream.write("\r" + " " * (shutil.get_terminal_size().columns - 1) + "\r")
            self.passing = False


def check_python(version: tuple[int, int] | None = None) -> None:
    """Raises Trouble when this Python is outside OLDEST..NEWEST or PyTorch has no build for it."""
    found = version or sys.version_info[:2]
    if not OLDEST <= found <= NEWEST:
        other = find_other_python()
        advice = ("python.other", {"command": other + " launch.py"}) if other else ("python.get", {})
        low, high, this = (".".join(str(part) for part in bound) for bound in (OLDEST, NEWEST, found))
        raise Trouble("python.old", 2, found=this, low=low, high=high, next=advice)
    unfit = install_torch.refuse()
    if unfit:
        raise unfit


def find_other_python() -> str | None:
    """The command of a fitting Python on this computer, newest first, or None."""
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        name = "python3.%d" % minor
        if shutil.which(name):
            return name
    return None


# -- making it


def make(place: Place, tests: bool, out: Printer) -> None:
    """Make `.venv`, or go on with one that is half made, or make a broken one anew. Raises Trouble."""
    check_folder(place)
    there = version_of(place)
    if os.path.lexists(place.venv) and not (there and inside_range(there)):
        out("install.anew", folder=place.venv)
        remove(place.venv)
        there = None
    elif there:
        out("install.update" if stamp_of(place) else "install.resume")
    install(place, tests, out, place.python, fresh=not there)


def inside_range(version: str) -> bool:
    """Whether "3.11" lies between OLDEST and NEWEST."""
    return OLDEST <= (install_torch.numbers(version) or ()) <= NEWEST


def install(place: Place, tests: bool, out: Printer, python: str, fresh: bool = False) -> None:
    """Put the packages into `.venv`, made first when `fresh`; the stamp comes last. Raises Trouble."""
    began = time.monotonic()
    build = install_torch.for_this_machine()
    disk = install_torch.DISK_GB[build.index]
    if fresh:
        free = shutil.disk_usage(place.root).free / 1e9
        if free < disk * 1.3:  # pip unpacks what it downloads beside what it installs
            raise Trouble("folder.disk", folder=place.root, need=round(disk * 1.3, 1), free=round(free, 1))
        download = install_torch.DOWNLOAD_GB[build.index]
        out("install.begin", download=download, disk=disk, minutes=max(3, round(download * 3)))
    out("install.keep_open")
    if build.warning:
        out(build.warning[0], **build.warning[1])
    steps = 3 + bool(tests)
    out("install.step", step=1, steps=steps, what=("install.venv", {"folder": place.venv}))
    if fresh:
        make_venv(place)
    with contextlib.suppress(OSError):
        os.remove(place.stamp)  # from here on it is half made
    pip = install_pip.Pip(python, place, out, disk)
    wanted = pins(place.requirements, install_torch.numbers(version_of(place) or ""))
    torch = wanted.pop("torch")
    out(
        "install.step",
        step=2,
        steps=steps,
        what=("install.torch", {"version": torch, "build": (build.key, build.facts)}),
    )
    install_pip.install_torch(pip, torch, build)
    out("install.step", step=3, steps=steps, what=("install.rest", {"count": len(wanted)}))
    pip.install(["-r", place.requirements], total=len(wanted))
    if tests:
        out("install.step", step=4, steps=steps, what=("install.tests", {}))
        pip.install(["-r", place.requirements, "-r", place.test_requirements], total=len(wanted))
    write_stamp(place, tests)
    out("install.done", minutes=max(1, round((time.monotonic() - began) / 60)))


def check_folder(place: Place, windows: bool = os.name == "nt") -> None:
    """Raises Trouble when the path is too long for Windows. (Whether it can be written, the lock has shown.)"""
    length = len(place.root)
    if windows and length + 1 + LONGEST_INSIDE > WINDOWS_PATH_LIMIT and not long_paths_allowed():
        raise Trouble("folder.long", 2, length=length, limit=WINDOWS_PATH_LIMIT - LONGEST_INSIDE - 1, folder=place.root)


def long_paths_allowed() -> bool:
    """Whether this Windows was told to allow paths over 259 characters."""
    if sys.platform == "win32":
        import winreg

        where = r"SYSTEM\CurrentControlSet\Control\FileSystem"
        with contextlib.suppress(OSError), winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, where) as key:
            return bool(winreg.QueryValueEx(key, "LongPathsEnabled")[0])
    return False


def make_venv(place: Place) -> None:
    """Raises Trouble when this Python cannot make an environment."""
    try:
        import ensurepip  # noqa: F401  Debian leaves it out of python3 and puts it into python3-venv
        import venv  # noqa: F401
    except ImportError:
        version = "%d.%d" % sys.version_info[:2]
        debian = os.path.exists("/etc/debian_version")
        key = "python.no_venv_debian" if debian else "python.no_venv_other"
        raise Trouble("python.no_venv", 2, next=(key, {"version": version})) from None
    done = subprocess.run(
        [sys.executable, "-m", "venv", place.venv], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    if done.returncode or not version_of(place):
        said = done.stdout.decode("utf-8", "replace").strip().splitlines() or ["-"]
        remove(place.venv)
        raise Trouble("failed.venv", folder=place.venv, said=said[-1][:300])


def remove(folder: str) -> None:
    """Remove a broken environment. Raises Trouble when a program still uses it (Windows)."""
    try:
        if os.path.islink(folder) or os.path.isfile(folder):
            os.remove(folder)
        elif os.path.exists(folder):
            shutil.rmtree(folder)
    except OSError as error:
        raise Trouble("failed.in_use", folder=folder) from error


# -- going on in it


def go_on(python: str, arguments: list[str]) -> int:
    """Run `python arguments` in the place of this program; returns its exit code where that is a child."""
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name != "nt":
        os.execv(python, [python, *arguments])
    # Windows gives Ctrl-C to both programs; this one waits for the other to end in its own way.
    child = subprocess.Popen([python, *arguments])
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return child.wait()
