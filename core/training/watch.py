"""The trainer's callback: it turns what the Trainer does into events, and what people ask into control."""

import math
import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from transformers import TrainerCallback

from core.runs.events import Evaluated, Event, Phase, Step

if TYPE_CHECKING:
    from transformers import TrainerControl, TrainerState, TrainingArguments

CHECKPOINT_SECONDS = 300.0
"""An epoch or this long, whichever is first, lies between two automatic checkpoints."""

SPEED_STEPS = 20
"""Steps over which tokens per second are averaged."""


class Diverged(Exception):
    """The loss is not a number any more."""

    def __init__(self, step: int) -> None:
        super().__init__(step)
        self.step = step


class StopEvaluation(Exception):
    """A stop was asked for in the middle of an evaluation, which the Trainer cannot end by a flag."""


class Watch(TrainerCallback):
    """Reports each step, saves checkpoints, stops when asked, and lets chat in between two steps.

    emit:          takes each event
    stop_asked:    whether the person wants to stop
    between_steps: called after each step, on this thread, with the model in a quiet state
    save:          writes a sealed checkpoint of the step, with a reason
    bad_gradients: gradients in a row that may be no numbers: 0, but some with fp16, whose loss scale is found by trying
    """

    def __init__(
        self,
        *,
        emit: Callable[[Event], None],
        stop_asked: Callable[[], bool],
        between_steps: Callable[[], None],
        save: Callable[[int, str], None],
        save_every: int,
        held_rows: int,
        peak_memory_gb: Callable[[], float],
        bad_gradients: int = 0,
    ) -> None:
        self._emit = emit
        self._stop_asked = stop_asked
        self._between_steps = between_steps
        self._save = save
        self._save_every = save_every
        self._held_rows = held_rows
        self._peak_memory_gb = peak_memory_gb
        self._bad_gradients = self._bad_left = bad_gradients
        self._began = time.monotonic()
        self._times: deque[tuple[float, int]] = deque(maxlen=SPEED_STEPS)
        self._saved_at = time.monotonic()
        self._paused = 0.0
        self.saved_step = 0
        self.step = 0
        self.tokens = 0
        self.tokens_per_s = 0.0
        self._evaluating_since: float | None = None
        self.losses: list[float] = []
        self.eval_loss: float | None = None

    def on_train_begin(
        self, args: "TrainingArguments", state: "TrainerState", control: "TrainerControl", **kwargs: Any
    ) -> None:
        self._began = self._saved_at = time.monotonic()
        self._times.append((self._began, 0))

    def on_log(
        self,
        args: "TrainingArguments",
        state: "TrainerState",
        control: "TrainerControl",
        logs: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        if not logs or "loss" not in logs:
            return
        loss = float(logs["loss"])
        self.step = state.global_step
        self.tokens = int(logs.get("num_tokens", 0))
        now = time.monotonic() - self._paused
        self._times.append((now, self.tokens))
        seconds = now - self._times[0][0]
        self.tokens_per_s = (self.tokens - self._times[0][1]) / seconds if seconds > 0 else 0.0
        grad_norm = float(logs["grad_norm"]) if "grad_norm" in logs else None
        self._emit(
            Step(
                step=self.step,
                epoch=round(float(state.epoch or 0), 3),
                loss=loss if math.isfinite(loss) else None,
                learning_rate=float(logs.get("learning_rate", 0.0)),
                grad_norm=grad_norm,
                tokens=self.tokens,
                tokens_per_s=round(self.tokens_per_s, 1),
                memory_gb=round(self._peak_memory_gb(), 3),
            )
        )
        self._judge(loss, grad_norm)
        self.losses.append(loss)

    def _judge(self, loss: float, grad_norm: float | None) -> None:
        """Raises Diverged when the loss, or more gradients in a row than are allowed, are no numbers."""
        good = grad_norm is None or math.isfinite(grad_norm)
        self._bad_left = self._bad_gradients if good else self._bad_left - 1
        if not math.isfinite(loss) or self._bad_left < 0:
            raise Diverged(self.step)

    @property
    def mean_tokens_per_s(self) -> float:
        """Over the whole training, without chat, evaluation and saving."""
        seconds = time.monotonic() - self._began - self._paused
        return self.tokens / seconds if seconds > 0 else 0.0

    def on_step_end(
        self, args: "TrainingArguments", state: "TrainerState", control: "TrainerControl", **kwargs: Any
    ) -> None:
        # The step's loss is logged after this hook, so chat and saving happen one step's log later: that is on purpose
        # cheap, and `state.global_step` already counts this step.
        if self._stop_asked():
            control.should_training_stop = True
            return
        if self._save_every and state.global_step % self._save_every == 0:
            self._checkpoint(state.global_step, "steps")
        elif not self._save_every and time.monotonic() - self._saved_at >= CHECKPOINT_SECONDS:
            self._checkpoint(state.global_step, "time")
        before = time.monotonic()
        self._between_steps()
        self._paused += time.monotonic() - before
        if control.should_evaluate:
            self._emit(Phase(name="evaluating", done=state.global_step, total=state.max_steps))
            self._evaluating_since = time.monotonic()

    def on_substep_end(
        self, args: "TrainingArguments", state: "TrainerState", control: "TrainerControl", **kwargs: Any
    ) -> None:
        if self._stop_asked():
            control.should_training_stop = True

    def on_epoch_end(
        self, args: "TrainingArguments", state: "TrainerState", control: "TrainerControl", **kwargs: Any
    ) -> None:
        if not self._save_every and not self._stop_asked():
            self._checkpoint(state.global_step, "epoch")

    def on_prediction_step(
        self, args: "TrainingArguments", state: "TrainerState", control: "TrainerControl", **kwargs: Any
    ) -> None:
        if self._stop_asked():
            raise StopEvaluation

    def on_evaluate(
        self,
        args: "TrainingArguments",
        state: "TrainerState",
        control: "TrainerControl",
        metrics: dict[str, float] | None = None,
        **kwargs: Any,
    ) -> None:
        if self._evaluating_since is not None:
            self._paused += time.monotonic() - self._evaluating_since
            self._evaluating_since = None
        loss = (metrics or {}).get("eval_loss")
        if loss is not None and math.isfinite(loss):
            self.eval_loss = loss
            self._emit(Evaluated(step=state.global_step, loss=loss, rows=self._held_rows))
            self._emit(Phase(name="training", done=state.global_step, total=state.max_steps))

    def _checkpoint(self, step: int, reason: str) -> None:
        before = time.monotonic()
        if step and step != self.saved_step:
            self._save(step, reason)
            self.saved_step = step
        self._saved_at = time.monotonic()
        self._paused += self._saved_at - before
