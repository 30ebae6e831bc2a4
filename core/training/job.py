"""One run from its lock to its end: load, encode, ask before, train, ask after, keep what was learned."""

import math
import shutil
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from logging import Logger
from typing import Any

from core.data.datasets import Dataset
from core.data.tokens.measured import longest
from core.errors import UserError, translate
from core.models.session import Session
from core.runs import checkpoints
from core.runs.events import Adjusted, Checkpoint, Event, EventLog, Failed, Finished, Phase, Sample, Started, Stopped
from core.runs.log import logging_to
from core.runs.store import Run
from core.spec import RunSpec
from core.training import replay
from core.training.aside import learned_and_aside
from core.training.environment import environment
from core.training.plan import SAMPLE_ROWS, Plan
from core.training.rows import EncodedRows, ReadyRows, encode_rows
from core.training.settle import Settled
from core.training.train import Outcome, lora_config, train, write_adapter

QUESTIONS = 2
"""How many of the data's questions are answered before and after."""

RESERVE = 65_536
"""Bytes kept free in the run folder, so that a full disk leaves room to write down how the run ended."""

PHASE_EVERY_S = 0.5
"""Seconds between two reports of one phase."""


@dataclass(frozen=True)
class Hooks:
    """What a run needs from the engine.

    open_session:  the loaded base model of the settled run
    ask:           (session, adapter name or None for the base, system prompt, questions, seconds) -> answers
    between_steps: called between two steps, on the engine's thread
    closing:       whether the program is shutting down
    """

    open_session: Callable[[Settled], Session]
    ask: Callable[[Session, str | None, str, list[str], float], list[str]]
    between_steps: Callable[[], None]
    closing: Callable[[], bool]


def carry_out(run: Run, spec: RunSpec, dataset: Dataset | None, settled: Settled | UserError, hooks: Hooks) -> None:
    """Hold the run's lock and carry it out; every end, good or bad, is an event. Never raises except for a lost disk.

    `settled` is the error that planning ended with when the run cannot start at all: it is recorded as its failure.
    """
    with run.hold(), logging_to(run.log_path) as log:
        attempt = 1 + sum(isinstance(event, Started) for event in run.events())
        events, reserve = EventLog(run.events_path), run.folder / ".reserve"
        try:
            reserve.write_bytes(bytes(RESERVE))
            events.append(Started(attempt=attempt, plan=settled.plan.plain() if isinstance(settled, Settled) else {}))
            if isinstance(settled, UserError):
                raise settled
            if dataset is None:
                raise UserError("dataset.unknown", dataset=str(spec.dataset))
            _Job(run, spec, dataset, settled, hooks, attempt, events.append, log).work()
        except BaseException as error:  # the run's end must be on record, whatever it was
            failure = _explain(error, settled, run)
            reserve.unlink(missing_ok=True)
            log.error("%s\n%s", failure, "".join(traceback.format_exception(error)))
            del error  # its traceback would keep the device's tensors alive
            step = next((event.step for event in reversed(run.events()) if isinstance(event, Checkpoint)), 0)
            events.append(Failed(code=failure.code, facts=failure.facts, exit_code=failure.exit_code, step=step))
        finally:
            reserve.unlink(missing_ok=True)
            events.close()


def _explain(error: BaseException, settled: Settled | UserError, run: Run) -> UserError:
    from core.training.watch import Diverged

    if isinstance(error, Diverged) and isinstance(settled, Settled):
        return UserError("train.diverged", step=error.step, learning_rate=f"{settled.plan.learning_rate / 4:.1e}")
    return translate(error, where=str(run.folder))


@dataclass
class _Job:
    """The work of one attempt; `emit` writes events, `log` the log, `plan` is what is done by now."""

    run: Run
    spec: RunSpec
    dataset: Dataset
    settled: Settled
    hooks: Hooks
    attempt: int
    emit: Callable[[Event], None]
    log: Logger
    plan: Plan = field(init=False)
    pairs: list[tuple[str, str]] = field(init=False)  # question, expected answer
    system: str = field(init=False)

    def __post_init__(self) -> None:
        self.plan = self.settled.plan
        self.pairs = self.dataset.questions(QUESTIONS)  # now: the data set may be deleted while it is learned
        self.system = self.dataset.system_prompt()

    def work(self) -> None:
        from transformers import set_seed

        started = time.monotonic()
        if self._stop():  # asked for while the run was planned
            self.emit(Stopped(step=0, adapter=False))
            return
        self.emit(Phase(name="loading"))
        session = self.hooks.open_session(self.settled)
        self.run.write_env(environment(self.settled, self.dataset))
        if self._stop():
            self.emit(Stopped(step=0, adapter=False))
            return
        ready, held = self._encode(session)
        ready.rows.extend(self._general(session))
        if self._stop():
            self.emit(Stopped(step=0, adapter=False))
            return
        set_seed(self.spec.seed)  # the adapter's first weights are random too
        session.attach_new(self.run.id, lora_config(self.spec, self.plan, self.settled.facts))
        self._ask(session, step=0, adapter=None, seconds=20.0)
        outcome = train(
            self.run,
            self.spec,
            self.plan,
            session,
            ready.rows,
            held.rows,
            base_name=self.settled.base_name,
            emit=self.emit,
            stop_asked=self._stop,
            between_steps=self.hooks.between_steps,
        )
        kept = self._keep(session, outcome)
        if kept and not self.hooks.closing():
            self._ask(session, step=outcome.step, adapter=self.run.id, seconds=3.0 if outcome.stopped else 20.0)
        self._end(outcome, kept, time.monotonic() - started)

    def _stop(self) -> bool:
        gone = not (self.run.folder / "spec.json").exists()  # deleted by hand: nobody waits for this run any more
        return self.hooks.closing() or gone or self.run.stop_asked(self.attempt)

    def _encode(self, session: Session) -> tuple[ReadyRows, ReadyRows]:
        """Rows to learn and rows to measure on; adjusts the plan when the whole data says otherwise than its sample."""
        measure = self.settled.measure
        learn, aside = learned_and_aside(self.spec, self.dataset, measure)
        if measure is not None and measure.learned_too:
            self.emit(
                Adjusted(what="holdout_rows", before=measure.dataset.usable, after=measure.rows, reason="learned_too")
            )
        self._adjust("holdout_rows", len(aside), "equal_rows")
        self._count(len(learn), "equal_rows")
        total, told = len(learn) + len(aside), 0.0

        def report(done: int) -> None:
            nonlocal told
            if time.monotonic() - told > PHASE_EVERY_S:
                told = time.monotonic()
                self.emit(Phase(name="tokenizing", done=done, total=total))

        ready = encode_rows(session.tokenizer, learn, self.plan.max_length, report)
        if ready.cut and self.spec.max_length is None and self.dataset.usable > SAMPLE_ROWS:
            self._adjust("max_length", longest(list(ready.lengths), self.settled.facts.context), "longest_row")
            ready = encode_rows(session.tokenizer, learn, self.plan.max_length, report)
        held = encode_rows(session.tokenizer, aside, self.plan.max_length, lambda done: report(len(learn) + done))
        self.emit(Phase(name="tokenizing", done=total, total=total))
        left_out = [*ready.dropped, *ready.refused, *held.dropped, *held.refused]
        if left_out:
            self.log.warning("rows left out: %s", left_out)
            self._count(len(ready.rows), "rows_left_out")
        if not held.rows:
            self._adjust("eval_every", 0, "rows_left_out" if aside else "equal_rows")
        if not ready.rows:
            raise UserError("train.no_rows", max_length=self.plan.max_length, model=self.spec.model)
        return ready, held

    def _count(self, rows: int, reason: str) -> None:
        """The rows that are really learned, and what follows from them; the steps stay as promised."""
        mix = rows + self.plan.general_rows
        per_epoch = max(1, math.ceil(mix / (self.plan.batch_size * self.plan.gradient_accumulation)))
        self._adjust("train_rows", rows, reason)
        self._adjust("steps_per_epoch", per_epoch, reason)
        self._adjust("epochs", round(self.plan.steps / per_epoch, 2), reason)

    def _general(self, session: Session) -> EncodedRows:
        """The general rows that are mixed in; fewer than planned when the model cannot take some, which is told."""
        if not self.plan.general_rows:
            return EncodedRows()
        limit = replay.limit(self.spec, self.settled.facts)
        fitting = replay.fitting(session.tokenizer, replay.general_rows(self.dataset.keys()), limit)
        chosen = replay.choose(fitting, self.plan.general_rows, self.spec.seed)
        rows = replay.encode(session.tokenizer, chosen, limit)
        self._adjust("general_rows", len(rows), "general_left_out")
        self._count(self.plan.train_rows, "general_left_out")
        return rows

    def _adjust(self, what: str, after: Any, reason: str) -> None:
        before = getattr(self.plan, what)
        if before != after:
            self.plan = replace(self.plan, **{what: after})
            self.emit(Adjusted(what=what, before=before, after=after, reason=reason))

    def _ask(self, session: Session, *, step: int, adapter: str | None, seconds: float) -> None:
        answers = self.hooks.ask(session, adapter, self.system, [question for question, _ in self.pairs], seconds)
        for (question, expected), found in zip(self.pairs, answers, strict=False):
            self.emit(Sample(step=step, question=question, answer=found, expected=expected))

    def _keep(self, session: Session, outcome: Outcome) -> bool:
        """Seal what was learned as a checkpoint and put it into place as the run's adapter."""
        model = session.peft
        if outcome.step == 0 or model is None:
            return False
        self.emit(Phase(name="saving", done=outcome.step, total=self.plan.steps))
        place = checkpoints.seal(
            self.run.checkpoints_folder,
            outcome.step,
            lambda folder: write_adapter(model, self.run.id, folder, self.settled.base_name),
        )
        self.emit(Checkpoint(step=outcome.step, name=place.name, reason="stop" if outcome.stopped else "end"))
        checkpoints.prune(self.run.checkpoints_folder, self.spec.keep)
        aside = self.run.folder / ".adapter"
        shutil.rmtree(aside, ignore_errors=True)
        shutil.copytree(place, aside, ignore=shutil.ignore_patterns(checkpoints.MANIFEST))
        shutil.rmtree(self.run.adapter_folder, ignore_errors=True)
        aside.rename(self.run.adapter_folder)
        return True

    def _end(self, outcome: Outcome, kept: bool, seconds: float) -> None:
        figures: dict[str, Any] = {
            "step": outcome.step,
            "seconds": round(seconds, 2),
            "train_loss": outcome.train_loss,
            "eval_loss": outcome.eval_loss,
            "tokens_per_s": outcome.tokens_per_s,
        }
        self.emit(Stopped(adapter=kept, **figures) if outcome.stopped else Finished(**figures))
