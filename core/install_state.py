"""What stands in `.venv`: which packages, by which lists, put there by whom.

Standard library only, readable by Python 3.8.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import time
from importlib import metadata
from typing import TYPE_CHECKING, Any, BinaryIO

from core.first_words import Trouble

if TYPE_CHECKING:
    from core.install import Printer

STAMP = "lora-workbench.json"


class Place:
    """The folder of launch.py and what belongs to its environment."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.venv = os.path.join(root, ".venv")
        self.lock = os.path.join(root, ".venv.lock")
        self.stamp = os.path.join(self.venv, STAMP)
        self.log = os.path.join(self.venv, "install.log")
        self.requirements = os.path.join(root, "requirements.txt")
        self.test_requirements = os.path.join(root, "tests", "requirements.txt")
        inside = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
        self.python = os.path.join(self.venv, *inside)

    def lists(self, tests: bool) -> list[str]:
        """The lists of packages, the project's first."""
        return [self.requirements, *([self.test_requirements] if tests else [])]


def pins(path: str, python: tuple[int, ...] | None = None) -> dict[str, str]:
    """{name: version} of a list of packages, without those meant for another Python or system."""
    python = python or sys.version_info[:2]
    found = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            line, _, marker = line.split("#")[0].partition(";")
            name, equals, version = line.strip().partition("==")
            if equals and applies(marker.strip(), python):
                found[name.strip()] = version.strip()
    return found


def applies(marker: str, python: tuple[int, ...]) -> bool:
    """Whether a line of the list is meant for this machine. Only the two forms that our lists use are known."""
    if not marker:
        return True
    found = re.fullmatch(r"""(\w+) *(>=|<|==) *["']([^"']+)["']""", marker)
    if not found:
        raise ValueError(f"a marker of an unknown form: {marker}")
    name, comparison, value = found.groups()
    if name == "platform_system":
        return (value == "Windows") == (os.name == "nt")
    wanted = tuple(int(part) for part in value.split("."))
    return python >= wanted if comparison == ">=" else python < wanted


def missing(lists: list[str]) -> list[str]:
    """Names of the pinned packages that this Python does not have in the pinned version.

    A local version counts as the version: 2.13.0+cpu is 2.13.0.
    """
    lacking = []
    for path in lists:
        for name, version in pins(path).items():
            try:
                if metadata.version(name).partition("+")[0] != version:
                    lacking.append(name)
            except metadata.PackageNotFoundError:
                lacking.append(name)
    return lacking


def fingerprint(path: str) -> str:
    """Hash of a list of packages, the same whatever the line ends (a ZIP from Windows has others)."""
    with open(path, "rb") as file:
        return hashlib.sha256(file.read().replace(b"\r\n", b"\n")).hexdigest()


def stamp_of(place: Place) -> dict[str, Any]:
    """What the stamp says: {"python": "3.11", "lists": {name: hash}}; empty when there is none."""
    try:
        with open(place.stamp, encoding="utf-8") as file:
            return dict(json.load(file))
    except (OSError, ValueError, TypeError):
        return {}


def stamped(place: Place, tests: bool) -> bool:
    """Whether `.venv` holds what the lists ask for, by its stamp, and its Python still runs."""
    said = stamp_of(place)
    wanted = {os.path.relpath(path, place.root): fingerprint(path) for path in place.lists(tests)}
    return wanted.items() <= dict(said.get("lists") or {}).items() and version_of(place) == said.get("python")


def version_of(place: Place) -> str | None:
    """ "3.11" of the Python in `.venv` if it runs and has pip, else None."""
    try:
        asked = [place.python, "-I", "-c", "import sys, pip; print('%d.%d' % sys.version_info[:2])"]
        done = subprocess.run(asked, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode("ascii", "replace").strip() if done.returncode == 0 else None


def write_stamp(place: Place, tests: bool) -> None:
    lists = {os.path.relpath(path, place.root): fingerprint(path) for path in place.lists(tests)}
    aside = place.stamp + ".new"
    with open(aside, "w", encoding="utf-8") as file:
        json.dump({"python": version_of(place), "lists": lists}, file)
    os.replace(aside, place.stamp)


class Lock:
    """One installation at a time in this folder; a second start waits. Freed by the system when a program dies."""

    def __init__(self, place: Place, out: Printer) -> None:
        self.place = place
        self.out = out
        self.file: BinaryIO | None = None

    def __enter__(self) -> Lock:
        try:
            self.file = open(self.place.lock, "a+b")
        except OSError as error:
            if stamp_of(self.place):  # a finished environment in a folder that only an administrator may change
                return self
            raise Trouble("folder.read_only", 2, folder=self.place.root) from error
        said = False
        while not self._take(self.file):
            if not said:
                self.out("install.wait")
                said = True
            time.sleep(0.5)
        return self

    def _take(self, file: BinaryIO) -> bool:
        try:
            if sys.platform == "win32":
                import msvcrt

                file.seek(0)
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except OSError:
            return False

    def __exit__(self, *_: object) -> None:
        if self.file:
            self.file.close()
