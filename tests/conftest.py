"""What every test gets: a home, a Hub cache and a workspace of its own, no network, one thread."""

import os

# Before any test imports numpy or torch: two cores are often shared, and many small matrices gain nothing from threads.
os.environ["OMP_NUM_THREADS"] = "1"
os.environ.update(
    HF_HUB_OFFLINE="1",
    HF_HUB_DISABLE_TELEMETRY="1",
    GRADIO_ANALYTICS_ENABLED="False",
    TOKENIZERS_PARALLELISM="false",
    TRL_EXPERIMENTAL_SILENCE="1",
)

import ipaddress
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
if str(REPOSITORY) not in sys.path:  # `pytest` started by its own name does not add the working folder
    sys.path.insert(0, str(REPOSITORY))


@pytest.fixture(autouse=True)
def _own_places(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the person's home, the Hub's cache or the real workspace."""
    home = tmp_path_factory.mktemp("home")
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(home))
    monkeypatch.setenv("HF_HOME", str(home / "huggingface"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    monkeypatch.setenv("LOCALAPPDATA", str(home / "local"))
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.delenv("SPACE_ID", raising=False)
    workspace = sys.modules.get("core.workspace")
    if workspace is not None:  # computed from the real home when the module was imported
        monkeypatch.setattr(workspace, "DEFAULT_ROOT", home / "lora-workbench")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The folder of a workspace that does not exist yet."""
    return tmp_path / "workspace"


def _is_outside(address: Any) -> bool:
    """Whether a socket address is a host that is not this computer."""
    if not isinstance(address, tuple):  # unix sockets
        return False
    host = str(address[0])
    try:
        return not ipaddress.ip_address(host.split("%")[0]).is_loopback
    except ValueError:
        return host not in ("localhost", "")


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A connection to anything but this computer fails the test with a plain sentence."""
    connect, connect_ex, look_up = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def refuse(address: Any) -> None:
        if _is_outside(address):
            raise ConnectionRefusedError(f"a test tried to reach {address[0]}: tests talk to this computer only")

    def guarded_connect(self: socket.socket, address: Any) -> None:
        refuse(address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        refuse(address)
        return connect_ex(self, address)

    def guarded_look_up(host: Any, *rest: Any, **named: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name is not None and _is_outside((name, 0)) and name not in ("0.0.0.0", "::"):
            raise socket.gaierror(
                socket.EAI_NONAME, f"a test asked for the address of {name}: tests stay on this computer"
            )
        return look_up(host, *rest, **named)

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_look_up)
    yield
