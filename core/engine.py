"""The one owner of the accelerator: an actor on a background thread, with one thing to do at a time."""

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from queue import Empty
from typing import TYPE_CHECKING, Literal

from core.border import Chat, Engine, EngineStatus, State
from core.chat.requests import ChatEvent, ChatRequest
from core.data.datasets import DatasetStore
from core.errors import MachineError, UserError, translate
from core.models import device
from core.runs.events import Event, EventLog, Failed, Started, Stopped
from core.runs.store import Run, RunStore
from core.workspace import Workspace

if TYPE_CHECKING:
    from core.accelerator import Accelerator

__all__ = ["Chat", "Engine", "EngineStatus", "LocalEngine"]

IDLE_S = 600.0
"""Seconds without work after which the model is let go and the device given back."""


class LocalEngine:
    """The engine of this machine. Its thread starts, and torch is imported, with the first request.

    wait: whether to wait for a device that another program holds; otherwise the request fails with `device.busy`.
    """

    def __init__(
        self,
        workspace: Workspace,
        store: RunStore,
        datasets: DatasetStore,
        *,
        wait: bool = True,
        idle_s: float = IDLE_S,
    ) -> None:
        self.workspace = workspace
        self.store = store
        self.datasets = datasets
        self._wait = wait
        self._idle_s = idle_s
        self._changed = threading.Condition()
        self._runs: deque[str] = deque()
        self._chats: deque[Chat] = deque()
        self._prepare: str | None = None
        self._state: State = "asleep"
        self._training: str | None = None
        self._loaded: str | None = None
        self._holder = ""
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    # -- requests, from any thread

    def status(self) -> EngineStatus:
        machine = device.describe()
        with self._changed:
            return EngineStatus(
                state=self._state,
                run=self._training,
                queue=tuple(self._runs),
                loaded=self._loaded,
                device=machine["name"],
                device_kind=machine["kind"],
                free_gb=machine["free_gb"],
                total_gb=machine["total_gb"],
                holder=self._holder,
                problem=machine.get("problem", ""),
            )

    def wake(self) -> None:
        with self._changed:
            self._wake()

    def submit(self, run_id: str) -> int:
        self.store.get(run_id)
        with self._changed:
            before = len(self._runs) + (self._training is not None)
            if run_id == self._training or run_id in self._runs:
                return before - 1
            self._runs.append(run_id)
            self._wake()
            return before

    def stop(self, run_id: str) -> None:
        run = self.store.get(run_id)
        with self._changed:
            waiting = run_id in self._runs
            if waiting:
                self._runs.remove(run_id)
            taken = run_id == self._training
        if taken or run.status() == "running":
            run.ask_stop()
        elif waiting or run.status() == "queued":
            _never_started(run)

    def chat(self, request: ChatRequest) -> Iterator[ChatEvent]:
        chat = Chat(request)
        with self._changed:
            if self._training is not None:
                reason = "step" if request.run == self._training else "training"
                chat.emit(ChatEvent(kind="waiting", facts={"reason": reason, "run": self._training}))
            self._chats.append(chat)
            self._wake()
        try:
            while (event := self._next_event(chat)) is not None:
                yield event
        finally:
            chat.stopped.set()

    def _next_event(self, chat: Chat) -> ChatEvent | None:
        while True:
            try:
                return chat.outbox.get(timeout=0.5)
            except Empty:
                if self._thread is None or not self._thread.is_alive():
                    return None

    def prepare(self, run_id: str) -> None:
        with self._changed:
            if self._training is None:
                self._prepare = run_id
                self._wake()

    def close(self, *, wait_s: float = 30.0) -> None:
        self._closing.set()
        with self._changed:
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(wait_s)

    def _wake(self) -> None:
        """Call with the lock held."""
        if self._thread is None and not self._closing.is_set():
            self._state = "waking"
            self._thread = threading.Thread(target=self._work, name="engine", daemon=True)
            self._thread.start()
        self._changed.notify_all()

    # -- the engine's own thread

    def _work(self) -> None:
        try:
            from core.accelerator import Accelerator

            worker = Accelerator(
                self.workspace, self.store, self.datasets, closing=self._closing.is_set, enter=self._enter
            )
        except BaseException as error:  # a broken installation: say so to everyone, and try again when asked again
            self._refuse_all(translate(error))
            return
        self._enter("idle")
        idle_since = time.monotonic()
        while not self._closing.is_set():
            task = self._next_task()
            if task is None:
                idle_s = time.monotonic() - idle_since
                if worker.holds_device and (idle_s > self._idle_s or worker.device_wanted):
                    worker.let_go()
                    self._enter("idle", loaded=None)
                continue
            try:
                self._carry_out(worker, task)
            except BaseException as error:  # the thread must outlive every task
                failure = translate(error)
                if isinstance(task, Chat):
                    task.end(failure)
                elif isinstance(task, Run):
                    self._fail(task.id, failure)
            self._enter("idle", loaded=worker.loaded)
            idle_since = time.monotonic()
        worker.let_go()
        for chat in self._chats:
            chat.end(MachineError("engine.closing"))

    def _refuse_all(self, failure: UserError) -> None:
        with self._changed:
            chats, runs = list(self._chats), list(self._runs)
            self._chats.clear()
            self._runs.clear()
            self._thread, self._state = None, "asleep"
        for chat in chats:
            chat.end(failure)
        for run_id in runs:
            self._fail(run_id, failure)

    def _fail(self, run_id: str, failure: UserError) -> None:
        """Record that a run could not even begin."""
        with suppress(UserError, OSError):
            run = self.store.get(run_id)
            if run.status() == "queued":
                _never_started(run, Failed(code=failure.code, facts=failure.facts, exit_code=failure.exit_code))

    def _next_task(self) -> "Chat | Run | str | None":
        """The next request: chats first, because a person is waiting; then runs; a str prepares that run's model."""
        with self._changed:
            if not (self._chats or self._runs or self._prepare):
                self._changed.wait(timeout=1.0)
            if self._chats:
                return self._chats.popleft()
            if self._runs:
                self._training = self._runs.popleft()
                try:
                    return self.store.get(self._training)
                except UserError:  # deleted while it waited
                    self._training = None
                    return None
            task, self._prepare = self._prepare, None
            return task

    def _carry_out(self, worker: "Accelerator", task: "Chat | Run | str") -> None:
        if isinstance(task, Run):
            try:
                self._enter("loading")
                if worker.take_device(
                    self._wait, stop_asked=lambda: task.stop_asked(1) or self._closing.is_set(), waiting=self._waiting
                ):
                    self._enter("training")
                    worker.train(task, between_steps=lambda: self._answer_between_steps(worker, task.id))
                elif not self._closing.is_set():
                    _never_started(task)
            finally:
                with self._changed:
                    self._training = None
        elif isinstance(task, Chat):
            if worker.take_device(self._wait, stop_asked=task.stopped.is_set, waiting=self._waiting):
                worker.answer(task)
                task.end()
        elif worker.take_device(self._wait, stop_asked=self._closing.is_set, waiting=self._waiting):
            worker.prepare(task)

    def _answer_between_steps(self, worker: "Accelerator", run_id: str) -> None:
        """Answer what was asked of the run in training; everything else stays in line."""
        while True:
            with self._changed:
                chat = next((chat for chat in self._chats if chat.request.run == run_id), None)
                if chat is None:
                    return
                self._chats.remove(chat)
            worker.answer_in_training(chat)
            chat.end()

    def _waiting(self, holder: str) -> None:
        self._enter("waiting", holder=holder)
        with self._changed:
            for chat in self._chats:
                chat.emit(ChatEvent(kind="waiting", facts={"reason": "device", "holder": holder}))

    def _enter(self, state: State, *, holder: str = "", loaded: str | None | Literal[False] = False) -> None:
        with self._changed:
            self._state, self._holder = state, holder
            if loaded is not False:
                self._loaded = loaded


def _never_started(run: Run, end: Event | None = None) -> None:
    """Record how a queued run ended before it began: taken out of the line, or failed with the device."""
    with run.hold():
        log = EventLog(run.events_path)
        log.append(Started(attempt=1))
        log.append(end or Stopped(step=0, adapter=False))
        log.close()
