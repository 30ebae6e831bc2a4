"""The border of the engine: what may be asked of it and what comes out, all of it plain data.

No tensors, no models, no exceptions cross it, so the same engine can later live in a child process. The window
takes any `Engine` as an argument; its browser tests hand it a scripted one.
"""

import threading
from collections.abc import Iterator
from queue import Queue
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict

from core.chat.requests import ChatEvent, ChatRequest
from core.errors import UserError

State = Literal["asleep", "waking", "idle", "loading", "training", "answering", "waiting"]


class EngineStatus(BaseModel):
    """What the engine is doing, as the header and the buttons need it.

    state    asleep: torch is not imported yet; waking: it is being imported; waiting: another program has the device
    run      id of the run that is trained now
    queue    ids of the runs waiting, next first
    loaded   id of the run (or name of the model) whose model is in memory, ready to answer
    device   what the work runs on, for people: "NVIDIA RTX 3060", "CPU, 8 cores"
    free_gb  free memory on it, and how much it has
    holder   who has the device while state is waiting
    problem  code of what keeps the work from a better device (sentence `notice.<code>`), "" when nothing does
    """

    model_config = ConfigDict(frozen=True)

    state: State = "asleep"
    run: str | None = None
    queue: tuple[str, ...] = ()
    loaded: str | None = None
    device: str = ""
    device_kind: Literal["cpu", "cuda", "mps"] = "cpu"
    free_gb: float = 0.0
    total_gb: float = 0.0
    holder: str = ""
    problem: str = ""


class Engine(Protocol):
    """What the window and the command line may ask. Every method returns at once, except where it says so."""

    def status(self) -> EngineStatus:
        """Never blocks and never imports torch."""

    def wake(self) -> None:
        """Import what training needs, in the background, so that the first Start does not wait for it."""

    def submit(self, run_id: str) -> int:
        """Queue a run that the store holds; returns how many are before it. Submitting twice changes nothing."""

    def stop(self, run_id: str) -> None:
        """Stop a run and keep what was learned; a queued one leaves the queue. Stopping twice changes nothing."""

    def chat(self, request: ChatRequest) -> Iterator[ChatEvent]:
        """Answers as they are made. Blocks between events; ends after the last side is done or after an error.

        Closing the iterator stops the answers. Never raises: errors come as an event.
        """

    def prepare(self, run_id: str) -> None:
        """Load a run's model so that the first answer comes at once. Does nothing while a run trains."""

    def close(self, *, wait_s: float = 30.0) -> None:
        """Stop what runs, save the adapter, give the device back; blocks up to `wait_s` seconds."""


class Chat:
    """One request on its way through the engine: events come out of `outbox`, None ends them."""

    def __init__(self, request: ChatRequest) -> None:
        self.request = request
        self.outbox: Queue[ChatEvent | None] = Queue()
        self.stopped = threading.Event()

    def emit(self, event: ChatEvent) -> None:
        self.outbox.put(event)

    def end(self, error: UserError | None = None) -> None:
        if error is not None:
            self.emit(ChatEvent(kind="error", facts=error.plain()))
        self.outbox.put(None)
