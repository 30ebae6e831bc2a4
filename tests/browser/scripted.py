"""An engine that follows a script: it writes real run folders at a set pace and answers from a list.

The script is a JSON file that a test may change at any time; the engine reads it before each step:

    steps  number of steps of a run        pace  seconds per step
    hold   step at which it waits until the script says otherwise (-1: in the loading phase)
    fail   {"code", "facts"} to fail with after step `fail_at`
    tuned, base  what the sides answer; the default is the data's own answer and a sentence without knowledge
    word_s seconds per word of an answer
    waiting facts of a wait before the answer, which then lasts `wait_s` seconds
"""

import json
import math
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.chat.requests import ChatEvent, ChatRequest
from core.data.datasets import DatasetStore
from core.engine import EngineStatus
from core.runs import checkpoints
from core.runs.events import (
    Checkpoint,
    Evaluated,
    EventLog,
    Failed,
    Finished,
    Phase,
    Sample,
    Started,
    Step,
    Stopped,
)
from core.runs.store import Run, RunStore
from tests.plans import plan

DEFAULTS: dict[str, Any] = {"steps": 12, "pace": 0.12, "hold": None, "fail": None, "fail_at": 3, "word_s": 0.02}
BASE_ANSWER = "I have not learned anything about this."


class ScriptedEngine:
    """Implements `core.engine.Engine` with one thread that trains and answers in the caller's."""

    def __init__(self, store: RunStore, datasets: DatasetStore, script: Path) -> None:
        self._store, self._datasets, self._script = store, datasets, script
        self._queue: list[str] = []
        self._run: str | None = None
        self._answering = False
        self._loaded: str | None = None
        self._closing = False
        self._wake = threading.Condition()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    # -- the protocol

    def wake(self) -> None:
        """Always awake."""

    def status(self) -> EngineStatus:
        state = "training" if self._run else "answering" if self._answering else "idle"
        return EngineStatus(
            state=state,
            run=self._run,
            queue=tuple(self._queue),
            loaded=self._loaded,
            device="CPU",
            free_gb=11.2,
            total_gb=16,
        )

    def submit(self, run_id: str) -> int:
        with self._wake:
            if run_id not in self._queue and run_id != self._run:
                self._queue.append(run_id)
                self._wake.notify()
            return len(self._queue) - 1 + (self._run is not None)

    def stop(self, run_id: str) -> None:
        with self._wake:
            if run_id in self._queue:
                self._queue.remove(run_id)
        run = self._store.get(run_id)
        if run_id == self._run:
            run.ask_stop()
        elif run.status() == "queued":
            log = EventLog(run.events_path)
            log.append(Stopped(step=0, adapter=False))
            log.close()

    def chat(self, request: ChatRequest) -> Iterator[ChatEvent]:
        self._answering = True
        try:
            if facts := self._said("waiting"):
                yield ChatEvent(kind="waiting", facts=facts)
                time.sleep(float(self._said("wait_s") or 0))
            yield ChatEvent(kind="loading")
            if failure := self._said("chat_error"):
                yield ChatEvent(kind="error", facts=failure)
                return
            if "base" in request.histories and "tuned" in request.histories:
                yield ChatEvent(kind="proof", facts={"state": self._said("proof") or "checked"})
            yield from self._answers(request)
            self._loaded = request.run or request.model
        finally:
            self._answering = False

    def prepare(self, run_id: str) -> None:
        self._loaded = run_id

    def close(self, *, wait_s: float = 30.0) -> None:
        with self._wake:
            self._closing = True
            self._wake.notify()
        self._thread.join(wait_s)

    # -- answers

    def _answers(self, request: ChatRequest) -> Iterator[ChatEvent]:
        words = {side: self._answer(request, side).split(" ") for side in request.histories}
        for count in range(1, max(map(len, words.values())) + 1):
            for side, parts in words.items():
                if count <= len(parts):
                    said = " ".join(parts[:count])
                    yield ChatEvent(kind="text", side=side, text=said, tokens=count, tokens_per_s=29.0)
                if count == len(parts):
                    reason = self._said("reason") or "stop"
                    yield ChatEvent(kind="done", side=side, text=said, reason=reason, tokens=count, tokens_per_s=29.0)
            time.sleep(self._said("word_s"))

    def _answer(self, request: ChatRequest, side: str) -> str:
        if said := self._said(side):
            return str(said)
        question = request.histories[side][-1].content  # type: ignore[index]
        if side == "base" or request.run is None:
            return f"{BASE_ANSWER} ({len(question)})"
        dataset = self._store.get(request.run).spec.dataset
        known = self._datasets.get(dataset).answer_to(question) if dataset else None
        return known[1] if known else f"Ask at the counter. ({len(question)})"

    # -- training

    def _said(self, name: str) -> Any:
        try:
            return json.loads(self._script.read_text(encoding="utf-8")).get(name, DEFAULTS.get(name))
        except (OSError, ValueError):
            return DEFAULTS.get(name)

    def _work(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._queue or self._closing)
                if self._closing:
                    return
                self._run = self._queue.pop(0)
            run = self._store.get(self._run)
            with run.hold():
                log = EventLog(run.events_path)
                self._train(run, log)
                log.close()
            self._loaded, self._run = run.id, None

    def _train(self, run: Run, log: EventLog) -> None:
        total, pace, rows = int(self._said("steps")), float(self._said("pace")), 48
        log.append(
            Started(
                attempt=1,
                plan=plan(total, train_rows=rows),
            )
        )
        run.log_path.write_text("loading the model\ntokenizing 48 rows\ntraining\n", encoding="utf-8")
        log.append(Phase(name="loading"))
        while self._said("hold") == -1 and not self._halt(run):
            time.sleep(0.05)
        log.append(Phase(name="tokenizing", done=rows, total=rows))
        log.append(Phase(name="training"))
        questions = self._datasets.get(run.spec.dataset).questions(2) if run.spec.dataset else []
        for question, answer in questions:
            log.append(
                Sample(step=0, question=question, answer=str(self._said("base") or BASE_ANSWER), expected=answer)
            )
        for step in range(1, total + 1):
            if self._halt(run):
                return self._end_early(run, log, step - 1)
            if (failure := self._said("fail")) and step > int(self._said("fail_at") or 0):
                log.append(Failed(code=failure["code"], facts=failure.get("facts", {}), exit_code=1, step=step - 1))
                return None
            self._one_step(log, step, total, pace)
        self._seal(run, log, total, "end")
        for question, answer in questions:
            log.append(
                Sample(step=total, question=question, answer=str(self._said("tuned") or answer), expected=answer)
            )
        log.append(Phase(name="saving"))
        write_adapter(run.adapter_folder)
        log.append(Finished(step=total, seconds=total * pace, train_loss=0.3, eval_loss=0.5, tokens_per_s=900))
        return None

    def _one_step(self, log: EventLog, step: int, total: int, pace: float) -> None:
        time.sleep(pace)
        loss = 3.1 * math.exp(-3 * step / total) + 0.15 * math.sin(step * 1.7) + 0.25
        log.append(
            Step(
                step=step, epoch=3 * step / total, loss=loss, learning_rate=2e-4 * (1 - step / total), grad_norm=0.8,
                tokens=step * 900, tokens_per_s=900.0, memory_gb=1.4,
            )
        )  # fmt: skip
        if step % max(1, total // 4) == 0:
            log.append(Evaluated(step=step, loss=loss + 0.3, rows=5))

    def _halt(self, run: Run) -> bool:
        while not self._closing and not run.stop_asked(1):
            hold = self._said("hold")  # once: the script may change at any moment
            done = max((event.step for event in run.events() if isinstance(event, Step)), default=0)
            if hold in (None, -1) or done < hold:
                break
            time.sleep(0.05)
        if run.stop_asked(1):
            time.sleep(float(self._said("stop_s") or 0))
        return self._closing or run.stop_asked(1)

    def _end_early(self, run: Run, log: EventLog, step: int) -> None:
        if step:
            self._seal(run, log, step, "stop")
            write_adapter(run.adapter_folder)
        log.append(Stopped(step=step, adapter=step > 0, seconds=step * 0.1, train_loss=1.0))

    def _seal(self, run: Run, log: EventLog, step: int, reason: str) -> None:
        place = checkpoints.seal(run.checkpoints_folder, step, write_adapter)
        log.append(Checkpoint(step=step, name=place.name, reason=reason))


def write_adapter(folder: Path) -> None:
    """The two files that make an adapter usable; 64 bytes of weights."""
    folder.mkdir(parents=True, exist_ok=True)
    header = json.dumps({"w": {"dtype": "F32", "shape": [16], "data_offsets": [0, 64]}}).encode()
    (folder / "adapter_model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + bytes(64))
    (folder / "adapter_config.json").write_text(json.dumps({"peft_type": "LORA", "r": 16}), encoding="utf-8")
