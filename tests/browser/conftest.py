"""A real window in a process of its own, and Chromium to look at it. Without Chromium these tests are skipped."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.cli.test import find_chromium
from core.data.datasets import DatasetStore
from core.drafts import DraftStore
from core.runs.store import Run, RunStore
from core.workspace import Workspace

REPOSITORY = Path(__file__).resolve().parents[2]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
SAMPLES = {"en": "aurora-coffee-en", "zh": "aurora-coffee-zh"}
ROOMS = ("data", "model", "settings", "training", "compare", "share")
WIDTHS = {1440: 900, 390: 844}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = [item for item in items if Path(__file__).parent in item.path.parents]
    try:
        import playwright  # noqa: F401

        missing = None if find_chromium() else "browser tests need Chromium: install it, or set CHROMIUM_PATH"
    except ImportError:
        missing = "browser tests need playwright: pip install -r tests/requirements.txt"
    for item in here:
        item.add_marker(pytest.mark.browser)
        # Pages wait for clocks; on a busy machine one may be late. A second try is listed in the summary, not hidden.
        item.add_marker(pytest.mark.flaky(reruns=1))
        if missing:
            item.add_marker(pytest.mark.skip(reason=missing))


class Window:
    """The program on a free port with a workspace of its own; with `script` None the real engine is used."""

    def __init__(self, root: Path, *, scripted: bool = True, **environment: str) -> None:
        self.workspace = Workspace(root / "workspace")
        self.store, self.datasets = RunStore(self.workspace), DatasetStore(self.workspace)
        self.drafts = DraftStore(self.workspace)
        self._root, self._script = root, root / "script.json" if scripted else None
        self._environment = {**os.environ, "HOME": str(root), "USERPROFILE": str(root), "HF_HOME": str(root / "hub")}
        self._environment |= {"HF_HUB_OFFLINE": "1", "PYTHONUNBUFFERED": "1", "OMP_NUM_THREADS": "1"}
        self._environment |= {"RAYON_NUM_THREADS": "1", **environment}  # tokenizers, as fast on every machine
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Window":
        """Returns when the page is served; what the program said stands in the error when it is not."""
        command = [sys.executable, "-m", "tests.browser.server", "--workspace", str(self.workspace.root)]
        command += ["--port", str(self.port)] + (["--script", str(self._script)] if self._script else [])
        log = (self._root / "said").open("ab")
        self._process = subprocess.Popen(command, cwd=REPOSITORY, env=self._environment, stdout=log, stderr=log)
        for _ in range(300):
            if self._process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{self.url}/alive", timeout=2):
                    return self
            except OSError:
                time.sleep(0.2)
        raise AssertionError(f"the window did not start:\n{self.said()}")

    def said(self) -> str:
        return (self._root / "said").read_text(encoding="utf-8", errors="replace")[-6000:]

    def kill(self) -> None:
        """As a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, number: int) -> None:
        if self._process and self._process.poll() is None:
            self._process.send_signal(number)
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(10)

    # -- what a test arranges and looks up

    def script(self, **values: Any) -> None:
        """What the scripted engine does from now on (tests/browser/scripted.py)."""
        assert self._script is not None
        aside = self._script.with_suffix(".new")
        aside.write_text(json.dumps(values, ensure_ascii=False), encoding="utf-8")
        aside.replace(self._script)

    def clean(self) -> None:
        """No runs, no draft; what runs is let go first."""
        self.script()
        self.wait(lambda: all(run.status() not in ("running", "stopping", "queued") for run in self.store.list()))
        for folder in self.workspace.runs.iterdir():
            shutil.rmtree(folder, ignore_errors=True)
        for path in self.workspace.drafts.iterdir():
            path.unlink()

    def choose_sample(self, language: str) -> str:
        """A data set is chosen, as if its sample had been pressed; returns its first question."""
        sample = next(one for one in self.datasets.samples() if one.name == SAMPLES[language])
        dataset = self.datasets.add(sample.file, origin="sample")
        self.drafts.update(dataset=dataset.id)
        return dataset.questions(1)[0][0]

    def run(self, **script: Any) -> Run:
        """The newest run; waits until there is one."""
        self.wait(lambda: self.store.list())
        return self.store.list()[0]

    def wait(self, until: Callable[[], Any], seconds: float = 30) -> None:
        deadline = time.monotonic() + seconds
        while not until():
            assert time.monotonic() < deadline, f"waited {seconds} s in vain; the window said:\n{self.said()}"
            time.sleep(0.1)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        yield found
        found.close()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Window]:
    """One window with a scripted engine for all tests of a file."""
    found = Window(tmp_path_factory.mktemp("window"))
    found.script()
    yield found.start()
    found.stop()


@pytest.fixture
def window(shared: Window) -> Window:
    """The shared window, emptied."""
    shared.clean()
    return shared


class Visit:
    """One browser page on a window; remembers errors and requests that left this computer."""

    def __init__(self, browser: Any, language: str = "en", width: int = 1440, locale: str | None = None) -> None:
        said = locale or {"en": "en-US", "zh": "zh-CN"}[language]
        size = {"width": width, "height": WIDTHS[width]}
        self.language = language
        self.context = browser.new_context(viewport=size, locale=said, accept_downloads=True)
        self.page = self.context.new_page()
        self.page.set_default_timeout(20_000)
        self.errors: list[str] = []
        self.outside: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self._look(request.url))

    def _look(self, url: str) -> None:
        if not url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:", "about:")):
            self.outside.append(url)

    def open(self, window: Window, room: str = "data") -> "Visit":
        self.page.goto(f"{window.url}/{self.language}?room={room}")
        self.ready(room)
        return self

    def come_back(self, url: str) -> None:
        """Go to `url` of a window that was started again; the page reconnects by itself and may be loading already."""
        from playwright.sync_api import Error

        for last in (False, False, True):
            try:
                self.page.goto(url)
                return
            except Error as error:
                if last or "ERR_ABORTED" not in str(error):
                    raise

    def ready(self, room: str) -> None:
        """Until the tab is open and the bar knows what it offers."""
        from playwright.sync_api import expect

        expect(self.tab(room)).to_have_attribute("aria-selected", "true")
        expect(self.primary).not_to_have_text("")

    def go(self, room: str) -> None:
        from playwright.sync_api import expect

        self.tab(room).click()
        expect(self.tab(room)).to_have_attribute("aria-selected", "true")
        self.page.wait_for_function(
            "room => new URL(location.href).searchParams.get('room') === room", arg=room, timeout=10_000
        )

    def tab(self, room: str) -> Any:
        return self.page.get_by_role("tab").nth(ROOMS.index(room))

    @property
    def primary(self) -> Any:
        return self.page.locator("#bar-primary")

    @property
    def quiet(self) -> Any:
        return self.page.locator("#bar-quiet")

    def shows(self, selector: str, words: str | Any, timeout: float = 20_000) -> None:
        from playwright.sync_api import expect

        expect(self.page.locator(selector).first).to_contain_text(words, timeout=timeout)

    def close(self) -> None:
        self.context.close()


@pytest.fixture
def visit(browser: Any) -> Iterator[Callable[..., Visit]]:
    """`visit("zh", 390)` opens a fresh browser. At the end: no script error, and nothing has left this computer."""
    made: list[Visit] = []

    def new(*values: Any, **named: Any) -> Visit:
        made.append(Visit(browser, *values, **named))
        return made[-1]

    yield new
    for one in made:
        one.close()
    assert [error for one in made for error in one.errors] == []
    assert [url for one in made for url in one.outside] == []
