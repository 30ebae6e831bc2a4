"""The window as a program: makes the context, starts the server, prints the address, leaves when asked to.

Importing this loads neither Gradio nor torch. The page is up first; only then is the engine woken.
"""

import logging
import os
import shutil
import signal
import socket
import sys
import tempfile
import threading
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from core.drafts import DraftStore
from core.engine import Engine
from core.errors import MachineError, UserError
from core.runs.store import RunStore
from core.workspace import Workspace
from webui import text
from webui.guard import Guard, hosts_from_environment

if TYPE_CHECKING:
    import gradio as gr

    from webui.context import Context

log = logging.getLogger(__name__)

FIRST_PORT, PORTS = 7860, 100
ASSETS = Path(__file__).parent / "assets"
REFUSED = ("GRADIO_VIBE_MODE", "GRADIO_LOCAL_DEV_MODE")
"""Switches that let whoever reaches the page run code, or open the page to other origins."""
IGNORED = (
    "GRADIO_SHARE",
    "GRADIO_ALLOWED_PATHS",
    "GRADIO_SERVER_NAME",
    "GRADIO_SERVER_PORT",
    "GRADIO_ROOT_PATH",
    "GRADIO_MCP_SERVER",
)
"""Switches that would act from the environment; every launch argument is given by us instead."""
CLOSE_S = 30.0


def launch_window(
    workspace: Workspace, *, port: int | None = None, open_browser: bool = True, engine: Engine | None = None
) -> int:
    """Serve the window until it is asked to leave; returns the exit code.

    Raises UserError when another window has this workspace, when `port` is taken, or when the environment
    would open the window to others.
    """
    for name in REFUSED:
        if os.environ.get(name):
            raise UserError("window.environment", name=name)
    for name in IGNORED:
        os.environ.pop(name, None)
    with _one_window(workspace) as tell, _upload_folder():
        workspace.sweep()
        ctx = make_context(workspace, engine)
        leave = _Leave(ctx.engine)
        demo = build_app(ctx)
        found = _launch(demo, ctx, port)
        address = f"http://127.0.0.1:{found}"
        tell(address)
        sys.stdout.write(f"LoRA Workbench is ready: {address}\n")
        sys.stdout.flush()
        if open_browser:
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        leave.wait()
        demo.close(verbose=False)
    return 0


def make_context(workspace: Workspace, engine: Engine | None = None) -> "Context":
    """The stores of `workspace` and an engine that is still asleep."""
    from core.data.datasets import DatasetStore
    from core.models.sources import Fetcher
    from webui.context import Context

    store, datasets = RunStore(workspace), DatasetStore(workspace)
    if engine is None:
        from core.engine import LocalEngine

        engine = LocalEngine(workspace, store, datasets)
    return Context(workspace, store, datasets, DraftStore(workspace), engine, Fetcher())


def build_app(ctx: "Context") -> "gr.Blocks":
    """One Blocks with one page per language, one queue."""
    import gradio as gr

    from webui.shell import build

    demo = gr.Blocks(title="LoRA Workbench", analytics_enabled=False, delete_cache=(600, 3600), fill_width=True)
    for language, name in text.LANGUAGES.items():
        with demo.route(name, f"/{language}", show_in_navbar=False):
            build(ctx, text.load(language))
    return demo.queue(default_concurrency_limit=8, max_size=200, api_open=False)


def _launch(demo: "gr.Blocks", ctx: "Context", port: int | None) -> int:
    """Serve on the port asked for, else on the first free one from 7860 on; returns it."""
    if port is not None and not _free(port):
        raise MachineError("window.port", port=port)
    candidates = [port] if port is not None else [each for each in range(FIRST_PORT, FIRST_PORT + PORTS) if _free(each)]
    for candidate in candidates:
        try:
            demo.launch(server_port=candidate, **launch_arguments(ctx))
            return candidate
        except OSError:  # taken between our look and the start
            continue
    raise MachineError("window.port", port=port or FIRST_PORT)


def launch_arguments(ctx: "Context") -> dict[str, Any]:
    """Every argument that could open the window to others or record what is done in it, given explicitly."""
    from starlette.middleware import Middleware
    from starlette.routing import Route

    from webui.downloads import data_route, download_route, template_route
    from webui.intake import LIMIT
    from webui.theme import theme

    routes = [Route("/download/{run}", download_route(ctx)), Route("/alive", _alive)]
    routes.append(Route("/download/data/{file}", data_route(ctx)))
    routes.append(Route("/template/{language}/{name}", template_route))
    guard = Middleware(Guard, hosts=hosts_from_environment(), upload_limit=LIMIT + 1_000_000)
    script = "\n".join((ASSETS / f"{name}.js").read_text(encoding="utf-8") for name in ("window", "kept"))
    return {
        "server_name": "0.0.0.0" if os.environ.get("SPACE_ID") else "127.0.0.1",
        "app_kwargs": {"middleware": [guard], "routes": routes},
        "theme": theme(),
        "css_paths": [ASSETS / f"{name}.css" for name in ("style", "rooms", "data", "mend", "edit", "mine")],
        "head": f"<script>{script}</script>",
        "max_file_size": LIMIT,
        "blocked_paths": [str(ctx.workspace.root)],
        "allowed_paths": [],
        "footer_links": [],
        "inbrowser": False,
        "share": False,
        "quiet": True,
        "prevent_thread_lock": True,
        "show_error": False,
        "run_history": False,
        "enable_monitoring": False,
        "ssr_mode": False,
        "pwa": False,
        "mcp_server": False,
        "strict_cors": True,
        "auth": None,
        "root_path": None,
        "debug": False,
        "favicon_path": ASSETS / "icon.svg",
    }


async def _alive(request: Any) -> Any:
    """What the page asks every other second, to say so when the program is gone."""
    from starlette.responses import Response

    return Response(status_code=204)


@contextmanager
def _one_window(workspace: Workspace) -> Iterator[Any]:
    """Hold the workspace. Raises UserError `window.taken` with the address of the window that has it."""
    lock, note = FileLock(workspace.window_lock), workspace.window_lock.with_suffix(".address")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        address = note.read_text(encoding="utf-8") if note.exists() else "?"
        raise UserError("window.taken", address=address, folder=str(workspace.root)) from None
    try:
        yield lambda address: note.write_text(address, encoding="utf-8")
    finally:
        note.unlink(missing_ok=True)
        lock.release()


@contextmanager
def _upload_folder() -> Iterator[None]:
    """Gradio's folder for uploads: private, not in the workspace, gone when the window closes.

    A file is deleted from it as soon as it has been read; what stays is nothing that the page can ask for.
    """
    folder = tempfile.mkdtemp(prefix="lora-workbench-")  # readable by this user only
    os.environ["GRADIO_TEMP_DIR"] = folder
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class _Leave:
    """First interrupt or SIGTERM: stop, save, leave. Second: leave at once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._asked = threading.Event()
        if threading.current_thread() is threading.main_thread():
            for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
                if hasattr(signal, name):
                    signal.signal(getattr(signal, name), self._signalled)

    def _signalled(self, number: int, frame: FrameType | None) -> None:
        if self._asked.is_set():
            os._exit(128 + number)
        self._asked.set()

    def wait(self) -> None:
        """Until asked to leave; then the engine saves what runs and gives the device back."""
        while not self._asked.wait(0.5):  # with a timeout, or Windows would not see Ctrl-C
            pass
        if self._engine.status().run is not None:
            sys.stderr.write(f"{text.load('en')('window.leaving')}\n")
        # A step can take minutes on a slow computer and shall not be lost; who cannot wait interrupts again.
        self._engine.close(wait_s=0.5)
        while self._engine.status().run is not None:
            self._engine.close(wait_s=0.5)
        self._engine.close(wait_s=CLOSE_S)


def _free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        if os.name == "posix":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            return False
    return True
