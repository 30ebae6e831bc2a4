"""The device and the model on it, as the engine's thread holds them: take, load, train, answer, let go.

Making an `Accelerator` imports torch, so only the engine's thread does, when the first request comes.
"""

import gc
import os
import time
from collections.abc import Callable

from core import libraries
from core.awake import awake
from core.border import Chat
from core.chat.answers import answer
from core.chat.compare import BASE, respond
from core.chat.requests import ChatEvent, Sampling
from core.data import tokens
from core.data.datasets import DatasetStore
from core.errors import MachineError, UserError, translate
from core.models import catalog, device, facts, load
from core.models.lock import DeviceLock
from core.models.session import Session
from core.runs.store import Run, RunStore
from core.spec import RunSpec
from core.training.job import Hooks, carry_out
from core.training.plan import automatic_quantization
from core.training.settle import Settled, settle
from core.workspace import Workspace

SAMPLE_TOKENS = 64
"""Longest answer to one of the data's questions before and after training, tokens."""


class Accelerator:
    """Everything that touches the device. Used by one thread only.

    closing: whether the program is shutting down
    enter:   told what the engine is doing now (a State)
    """

    def __init__(
        self,
        workspace: Workspace,
        store: RunStore,
        datasets: DatasetStore,
        *,
        closing: Callable[[], bool],
        enter: Callable[..., None],
    ) -> None:
        self._workspace = workspace
        self._store = store
        self._datasets = datasets
        self._closing = closing
        self._enter = enter
        self._lock = DeviceLock(device.choose_device(), f"LoRA Workbench (pid {os.getpid()})")
        self._session: Session | None = None
        self.loaded: str | None = None  # id of the run, or name of the model, that is ready to answer
        libraries.wake()

    # -- the device

    @property
    def holds_device(self) -> bool:
        return self._lock.held

    @property
    def device_wanted(self) -> bool:
        """Whether another program waits for the device."""
        return self._lock.wanted()

    def take_device(self, wait: bool, *, stop_asked: Callable[[], bool], waiting: Callable[[str], None]) -> bool:
        """Take the device, waiting for another program where `wait`; False when a stop was asked for meanwhile.

        Raises MachineError `device.busy` naming the holder where not `wait`.
        """
        while not self._lock.take():
            holder = self._lock.holder()
            if not wait:
                raise MachineError("device.busy", holder=holder)
            waiting(holder)
            self._lock.want()
            time.sleep(0.5)
            if stop_asked() or self._closing():
                return False
        return True

    def let_go(self) -> None:
        """Drop the model and give the device back."""
        if self._session is not None:
            self._session.close()
        self._session, self.loaded = None, None
        gc.collect()
        self._lock.give()

    # -- training

    def train(self, run: Run, *, between_steps: Callable[[], None]) -> None:
        """Carry out one run; its end is in its events."""
        spec = run.spec
        dataset = None
        settled: Settled | UserError
        try:
            dataset = self._datasets.get(str(spec.dataset))
            settled = settle(spec, dataset, self._workspace, self._datasets)
            if settled.model.folder is None:
                settled = UserError("model.not_here", name=settled.model.title)
        except Exception as error:
            settled = translate(error)
        hooks = Hooks(
            open_session=lambda found: self._open(
                found.model, found.facts, found.plan.quantization, found.plan.precision
            ),
            ask=self._ask,
            between_steps=between_steps,
            closing=self._closing,
        )
        with awake():
            carry_out(run, spec, dataset, settled, hooks)
        self._after_training(run)

    def _after_training(self, run: Run) -> None:
        """Keep the model for Compare where the run ended well; otherwise start clean next time."""
        if self._session is not None and run.id in self._session.adapters and run.usable_adapter():
            self._session.restore()
            self.loaded = run.id
        elif self._session is not None:
            self._session.close()
            self._session, self.loaded = None, None
            gc.collect()

    def _open(self, model: catalog.ModelRef, known: facts.ModelFacts, quantization: str, precision: str) -> Session:
        """The base in memory, loaded only where it is not there already. Raises UserError `model.not_here`."""
        if model.folder is None:
            raise UserError("model.not_here", name=model.title)
        key = (str(model.folder), quantization, precision)
        if self._session is not None and self._session.key == key:
            return self._session
        if self._session is not None:
            self._session.close()
            self._session, self.loaded = None, None
        kind = device.choose_device()
        place = "cuda:0" if kind == "cuda" else kind
        tokenizer = load.load_tokenizer(model.folder)
        loaded = load.load_model(model.folder, quantization, precision, place)  # type: ignore[arg-type]
        self._session = Session(loaded, tokenizer, key, place)
        return self._session

    def _ask(
        self, session: Session, adapter: str | None, system: str, questions: list[str], seconds: float
    ) -> list[str]:
        """Answers to `questions` by the base (`adapter` None) or the tuned model; fewer or none where time runs out."""
        try:
            prompts = []
            for question in questions:
                turns = [{"role": "system", "content": system}] if system else []
                prompts.append(
                    (
                        adapter or BASE,
                        tokens.chat_prompt(session.tokenizer, [*turns, {"role": "user", "content": question}]),
                    )
                )
            if not prompts:
                return []
            with session.untouched():
                found = answer(
                    session,
                    prompts,
                    Sampling(max_new_tokens=SAMPLE_TOKENS),
                    on_answer=lambda index, said: None,
                    stop_asked=self._closing,
                    time_limit_s=seconds,
                )
            return [said.text.strip() for said in found]
        except UserError:  # a model without a chat template can still be trained on plain text
            return []

    # -- chat

    def prepare(self, run_id: str) -> None:
        """Have the run's model in memory. Errors are left for the question that will meet them."""
        try:
            self._ready(run_id)
        except Exception:
            self.let_go()

    def answer(self, chat: Chat) -> None:
        """Answer one request; errors come out as an event."""
        try:
            if chat.stopped.is_set():
                return
            wanted = chat.request.run or chat.request.model or RunSpec().model
            if self.loaded != wanted:
                self._enter("loading")
                chat.emit(ChatEvent(kind="loading"))
                session = self._ready(chat.request.run) if chat.request.run else self._plain(wanted)
            else:
                assert self._session is not None
                session = self._session
            self._enter("answering")
            respond(session, chat.request, emit=chat.emit, stop_asked=lambda: chat.stopped.is_set() or self._closing())
        except Exception as error:
            failure = translate(error)
            del error
            if isinstance(failure, MachineError) or failure.code == "chat.base_not_clean":
                self.let_go()  # only a fresh load can be trusted now
            chat.emit(ChatEvent(kind="error", facts=failure.plain()))

    def answer_in_training(self, chat: Chat) -> None:
        """Answer with the model that is being trained, between two of its steps; nothing may disturb the training."""
        if self._session is None:
            return
        try:
            respond(
                self._session, chat.request, emit=chat.emit, stop_asked=lambda: chat.stopped.is_set() or self._closing()
            )
        except Exception as error:
            chat.emit(ChatEvent(kind="error", facts=translate(error).plain()))

    def _ready(self, run_id: str) -> Session:
        """The base of a run with the run's adapter beside it. Raises UserError `run.no_adapter`, `model.*`."""
        run = self._store.get(run_id)
        adapter = run.usable_adapter()
        if adapter is None:
            raise UserError("run.no_adapter", name=run.meta["name"])
        model = catalog.resolve(run.spec.model, self._workspace)
        if model.folder is None:
            raise UserError("model.not_here", name=model.title)
        known = facts.facts_of(model.folder)
        plan = run.plan()
        precision = plan.get("precision") or device.best_precision(device.choose_device(), known.parameters)
        session = self._open(model, known, plan.get("quantization") or run.spec.quantization or "none", precision)
        session.attach_saved(run.id, adapter)
        self.loaded = run.id
        return session

    def _plain(self, reference: str) -> Session:
        """The base model alone."""
        model = catalog.resolve(reference, self._workspace)
        if model.folder is None:
            raise UserError("model.not_here", name=model.title)
        known = facts.facts_of(model.folder)
        session = self._open(
            model,
            known,
            automatic_quantization(known, dict(device.describe())),
            device.best_precision(device.choose_device(), known.parameters),
        )
        self.loaded = reference
        return session
