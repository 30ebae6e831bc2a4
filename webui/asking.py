"""Asking a model and following its answers, outside of any page: so that Stop works at once and pages stay small.

The engine's answers are read by a thread of their own, because the next event may be long in coming (a model is
loaded, a step of a run ends) and a page must be able to stop at any moment.
"""

import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from core.chat.requests import ChatEvent, ChatRequest, Message, Sampling
from core.engine import Engine
from core.errors import UserError, from_plain, translate

PAUSE = 0.1
"""Seconds between two pictures of a growing answer."""


@dataclass(frozen=True)
class SideState:
    """One column: the turns so far and how the last answer ended."""

    turns: tuple[tuple[str, str], ...] = ()  # (role, content)
    reason: str = ""
    tokens: int = 0
    tokens_per_s: float = 0.0


@dataclass(frozen=True)
class Talk:
    """What one page has asked. sides: base and, where there is a run, tuned.

    wait: "" or what is waited for: loading, step, training, device, waiting
    proof: checked, failed, unchecked or "" before the first answer
    """

    run: str | None = None
    base: SideState = field(default_factory=SideState)
    tuned: SideState = field(default_factory=SideState)
    question: str = ""
    wait: str = ""
    wait_facts: dict[str, Any] = field(default_factory=dict)
    proof: str = ""
    error: UserError | None = None
    busy: bool = False
    expected: tuple[int, str] | None = None  # row and answer of the data, where it holds the question
    asked: frozenset[str] = frozenset()  # runs whose first question was asked by itself

    def cleared(self, run: str | None) -> "Talk":
        """An empty talk about `run`."""
        return Talk(run=run, asked=self.asked)


def request_of(talk: Talk, model: str | None, question: str, system: str, sampling: Sampling) -> ChatRequest:
    """The request for one more turn on both sides, each with its own history."""

    def history(side: SideState) -> list[Message]:
        first = [("system", system.strip())] if system.strip() else []
        turns = [*first, *side.turns, ("user", question)]
        return [Message.model_validate({"role": role, "content": content}) for role, content in turns]

    histories = {"base": history(talk.base)} | ({"tuned": history(talk.tuned)} if talk.run else {})
    return ChatRequest.model_validate(
        {"run": talk.run, "model": None if talk.run else model, "histories": histories, "sampling": sampling}
    )


def asked(talk: Talk, question: str, expected: tuple[int, str] | None = None) -> Talk:
    """The talk with the question in both columns and empty answers under it."""

    def more(side: SideState) -> SideState:
        return SideState(turns=(*side.turns, ("user", question), ("assistant", "")))

    tuned = more(talk.tuned) if talk.run else talk.tuned
    return replace(
        talk, base=more(talk.base), tuned=tuned, question=question, expected=expected, error=None, busy=True, wait=""
    )


def heard(talk: Talk, event: ChatEvent) -> Talk:
    """The talk after one event."""
    if event.kind == "error":
        return replace(talk, error=from_plain(event.facts), wait="")
    if event.kind in ("waiting", "loading"):
        return replace(talk, wait=str(event.facts.get("reason") or event.kind), wait_facts=event.facts)
    if event.kind == "proof":
        return replace(talk, proof=str(event.facts.get("state", "unchecked")))
    if event.side is None:
        return talk
    side: SideState = getattr(talk, event.side)
    text = event.text if event.text or event.kind == "text" else side.turns[-1][1]
    side = replace(side, turns=(*side.turns[:-1], ("assistant", text)), tokens=event.tokens or side.tokens)
    side = replace(side, tokens_per_s=event.tokens_per_s or side.tokens_per_s, reason=event.reason or side.reason)
    return replace(talk, wait="", **{event.side: side})


def closed(talk: Talk) -> Talk:
    """The talk after its end: a turn without any answer is taken back, an answer without an end was stopped."""

    def end(side: SideState) -> SideState:
        if side.turns and side.turns[-1] == ("assistant", "") and (talk.error or not side.reason):
            return replace(side, turns=side.turns[:-2])
        return side if side.reason or not side.turns else replace(side, reason="stopped")

    return replace(talk, base=end(talk.base), tuned=end(talk.tuned), busy=False, wait="")


class Asking:
    """The one question being answered in this window; `stop()` from any page ends it at once."""

    def __init__(self) -> None:
        self._stop: threading.Event | None = None
        self._lock = threading.Lock()

    @property
    def busy(self) -> bool:
        return self._stop is not None

    def stop(self) -> None:
        """Stop the answers; the page keeps what was said. Stopping twice changes nothing."""
        with self._lock:
            if self._stop:
                self._stop.set()

    def follow(self, engine: Engine, talk: Talk, request: ChatRequest) -> Iterator[Talk]:
        """The talk as it grows; ends with the last answer, an error or a stop. Closing it stops the answers."""
        stop, events = threading.Event(), queue.SimpleQueue[ChatEvent | None]()
        with self._lock:
            if self._stop:
                self._stop.set()  # a new question ends the old one
            self._stop = stop
        threading.Thread(target=_read, args=(engine, request, events, stop), daemon=True).start()
        try:
            yield talk  # from now on it can be stopped
            while not stop.is_set():
                batch = _batch(events)
                for event in batch:
                    talk = heard(talk, event) if event else talk
                if batch:
                    yield talk
                if None in batch:
                    break
        finally:
            stop.set()
            with self._lock:
                self._stop = None if self._stop is stop else self._stop
        yield closed(talk)


def _read(
    engine: Engine, request: ChatRequest, events: "queue.SimpleQueue[ChatEvent | None]", stop: threading.Event
) -> None:
    answers = engine.chat(request)
    try:
        for event in answers:
            if stop.is_set():
                break
            events.put(event)
    except Exception as error:  # the engine never raises; if it does, the page says so in one sentence
        events.put(ChatEvent(kind="error", facts=translate(error).plain()))
    finally:
        getattr(answers, "close", lambda: None)()
        events.put(None)


def _batch(events: "queue.SimpleQueue[ChatEvent | None]") -> list[ChatEvent | None]:
    """What has come within the pause; empty when nothing came."""
    try:
        found = [events.get(timeout=PAUSE)]
    except queue.Empty:
        return []
    threading.Event().wait(PAUSE / 2)
    while not events.empty():
        found.append(events.get())
    return found
