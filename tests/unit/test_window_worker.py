"""The CPU worker never makes the page wait."""

import threading
import time
from typing import Any

from core.errors import UserError
from webui.worker import Answer, Worker


def _until(worker: Worker, key: str, compute: Any, slot: str = "s") -> Answer:
    end = time.monotonic() + 5
    while time.monotonic() < end:
        answer = worker.ask(slot, key, compute)
        if answer is not None and answer.fresh:
            return answer
        time.sleep(0.01)
    raise AssertionError("no answer within 5 s")


def test_asking_does_not_wait_and_the_answer_comes() -> None:
    worker, gate, ended = Worker(), threading.Event(), list[int]()

    def slow() -> int:
        gate.wait(5)
        ended.append(7)
        return 7

    assert worker.ask("s", "a", slow) is None
    assert ended == []  # it goes on behind the asking
    gate.set()
    assert _until(worker, "a", slow) == Answer(7) and ended == [7]


def test_an_older_answer_is_given_meanwhile_and_marked() -> None:
    worker, gate = Worker(), threading.Event()
    _until(worker, "old", lambda: 1)
    assert worker.ask("s", "new", lambda: gate.wait(5) and 2) == Answer(1, fresh=False)
    gate.set()
    assert _until(worker, "new", lambda: 2).value == 2


def test_a_question_that_fails_does_not_stop_the_worker() -> None:
    worker = Worker()

    def refuse() -> None:
        raise UserError("data.empty", name="x")

    assert _until(worker, "a", refuse).error.code == "data.empty"  # type: ignore[union-attr]
    assert _until(worker, "b", lambda: 1 / 0).error.code == "unexpected"  # type: ignore[union-attr]
    assert _until(worker, "c", lambda: 3).value == 3


def test_of_several_questions_in_one_slot_only_the_newest_is_worked_on() -> None:
    worker, gate, worked = Worker(), threading.Event(), []
    worker.ask("other", "first", lambda: gate.wait(5))
    for key in ("a", "b", "c"):
        worker.ask("s", key, lambda key=key: worked.append(key))
    gate.set()
    _until(worker, "c", lambda: worked.append("c"))
    assert worked == ["c"]
