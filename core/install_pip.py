"""pip run as a child: its output becomes our progress lines, its failures our sentences.

The person's own pip settings (index, mirror, proxy, certificate) stay in force; only what would break an
installation into an environment is switched off. Standard library only, readable by Python 3.8.
"""

from __future__ import annotations

import os
import queue
import re
import subprocess
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from core import install_torch as torch_builds
from core.first_words import Trouble

if TYPE_CHECKING:
    from core.install import Printer
    from core.install_state import Place

QUIET_S = 60.0
"""After so many seconds without a line, one says that it still works."""

BIG_MB = 5.0
"""From this size on a download gets a line of its own."""

RAW_PROGRESS_SINCE = (24, 1)
"""pip can print "Progress 12 of 345" since this version; older ones say nothing during a download."""

_NETWORK = re.compile(
    r"NewConnectionError|ConnectTimeoutError|ReadTimeoutError|Read timed out|ProxyError|ConnectionResetError|SSLError"
    r"|ProtocolError|IncompleteRead|Connection refused|getaddrinfo failed|Name or service not known"
    r"|Failed to resolve|Temporary failure in name resolution|Max retries exceeded|Network is unreachable"
)
_DISK = re.compile(r"No space left on device|Errno 28|not enough space on the disk|Disk quota exceeded")
_DENIED = re.compile(r"Errno 13|Permission denied|Read-only file system|WinError 5\b")
_HOST = re.compile(r"https?://(?:[^/@\s]*@)?([^/\s]+)")
_MISSING = re.compile(r"No matching distribution found for (\S+)")
_DOWNLOAD = re.compile(r"(?:Downloading|Using cached) (\S+) \(([\d.]+) ([kMG]?B)\)")
_PROGRESS = re.compile(r"Progress (\d+) of (\d+)")
_COLLECT = re.compile(r"Collecting ([A-Za-z0-9_.\-]+)")


def environment() -> dict[str, str]:
    """The person's environment without what would send packages somewhere else than into `.venv`."""
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
    for name in ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT"):
        kept.pop(name, None)
    kept.update(PIP_USER="0", PIP_NO_INPUT="1", PIP_DISABLE_PIP_VERSION_CHECK="1", PYTHONUTF8="1", PYTHONUNBUFFERED="1")
    kept.setdefault("PIP_RETRIES", "3")
    return kept


class Pip:
    """pip of one Python. `place.log` keeps everything it says."""

    def __init__(self, python: str, place: Place, out: Printer, disk_gb: float) -> None:
        self.python = python
        self.place = place
        self.out = out
        self.disk_gb = disk_gb
        self.raw: bool | None = None

    def _can_count(self) -> bool:
        """Whether this pip prints how far a download is; an old one is made newer first, if the index has one."""
        if self.raw is None:
            if self._version() < RAW_PROGRESS_SINCE:
                self.raw = False
                try:
                    self.install(["--upgrade", "pip"], quiet=True)
                except Trouble as trouble:
                    if trouble.key != "failed.missing":  # no network, no disk: it would not go better further on
                        raise
            self.raw = self._version() >= RAW_PROGRESS_SINCE
        return self.raw

    def _version(self) -> tuple[int, ...]:
        asked = [self.python, "-I", "-c", "import pip; print(pip.__version__)"]
        said = subprocess.run(asked, stdout=subprocess.PIPE, check=False).stdout.decode("ascii", "replace")
        return tuple(int(part) for part in re.findall(r"\d+", said)[:2])

    def install(self, arguments: list[str], total: int = 1, quiet: bool = False) -> None:
        """Run `pip install arguments`; `total` packages are expected; `quiet` shows no progress. Raises Trouble."""
        bar = "raw" if self._can_count() else "off"
        command = [self.python, "-m", "pip", "install", "--progress-bar", bar] + arguments
        child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment()
        )
        tail: list[str] = []
        try:
            with open(self.place.log, "a", encoding="utf-8") as log:
                log.write("\n$ pip install " + " ".join(arguments) + "\n")
                for line in self._lines(child, Progress(self.out, total, quiet)):
                    if not _PROGRESS.match(line):
                        log.write(line + "\n")
                        tail = (tail + [line])[-200:]
        except OSError as error:
            child.kill()
            raise self._explain([str(error)]) from error
        except BaseException:  # Ctrl-C: pip gets it too and cleans up, this makes sure that it is gone
            child.terminate()
            child.wait()
            raise
        if child.wait():
            raise self._explain(tail)

    def _lines(self, child: subprocess.Popen[bytes], progress: Progress) -> Iterator[str]:
        """The lines that `child` prints, each turned into progress on the way."""
        lines: queue.Queue[str | None] = queue.Queue()

        def read() -> None:
            assert child.stdout
            for raw in child.stdout:
                lines.put(raw.decode("utf-8", "replace").strip())
            lines.put(None)

        threading.Thread(target=read, daemon=True).start()
        while True:
            try:
                line = lines.get(timeout=QUIET_S)
            except queue.Empty:
                progress.quiet()
                continue
            if line is None:
                return
            progress.see(line)
            yield line

    def _explain(self, tail: list[str]) -> Trouble:
        """Why pip failed, from what it said last."""
        said = "\n".join(tail)
        if _DISK.search(said):
            return Trouble("failed.disk", folder=self.place.venv, need=self.disk_gb)
        if _DENIED.search(said):
            return Trouble("folder.read_only", 2, folder=self.place.root)
        if _NETWORK.search(said):
            hosts = [host for line in tail if line.startswith("Looking in indexes") for host in _HOST.findall(line)]
            return Trouble("failed.network", host=", ".join(dict.fromkeys(hosts)) or ("failed.index", {}))
        lacking = _MISSING.search(said)
        if lacking:
            return Trouble("failed.missing", package=lacking.group(1))
        errors = [line for line in tail if line.startswith("ERROR")] or tail[-1:] or ["-"]
        return Trouble("failed.other", said=errors[-1][:300].rstrip(".") + ".", log=self.place.log)


class Progress:
    """What pip prints, as lines for people."""

    def __init__(self, out: Printer, total: int, silent: bool = False) -> None:
        self.out = out
        self.total = total
        self.silent = silent
        self.collected = 0
        self.name = ""
        self.size = ""
        self.began = time.monotonic()

    def see(self, line: str) -> None:
        if self.silent:
            return
        found = _PROGRESS.match(line)
        if found and self.size:
            done, total = int(found.group(1)), int(found.group(2))
            self.out.pass_by("install.load", name=self.name, size=self.size, percent=100 * done // max(1, total))
            return
        found = _DOWNLOAD.search(line)
        if found:
            megabytes = float(found.group(2)) * {"B": 1e-6, "kB": 1e-3, "MB": 1.0, "GB": 1e3}[found.group(3)]
            self.name, self.size = "-".join(os.path.basename(found.group(1)).split("-")[:2]), ""
            if megabytes >= BIG_MB:
                self.size = "%s %s" % found.group(2, 3)
                self.out("install.got", name=self.name, size=self.size)
            return
        found = _COLLECT.match(line)
        if found:
            self.collected += 1
            self.out.pass_by(
                "install.collect", name=found.group(1), n=min(self.collected, self.total), total=self.total
            )
        elif line.startswith("Installing collected packages"):
            self.out("install.unpack")

    def quiet(self) -> None:
        self.out("install.still", minutes=max(1, round((time.monotonic() - self.began) / 60)))


def install_torch(pip: Pip, version: str, build: torch_builds.Build) -> None:
    """Install the pinned PyTorch in the build for this machine, without what it needs: that comes with the rest,
    from the person's own index. Falls back to the plain pin when the PyTorch index is out of reach. Raises Trouble."""
    if build.index:
        if torch_builds.index_answers(build.index):
            try:
                pin = "torch==%s+%s" % (version, build.index)
                pip.install(["--no-deps", "--index-url", torch_builds.INDEX + build.index, pin])
                return
            except Trouble as refused:
                if refused.key not in ("failed.network", "failed.missing"):
                    raise
        windows = os.name == "nt"
        pip.out("torch.unreachable_windows" if windows else "torch.unreachable_linux")
    pip.install(["--no-deps", "torch==" + version])
