"""What the last three tabs say about real run folders, written the way the trainer writes them."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.chat.requests import ChatEvent, ChatRequest, Sampling
from core.runs.events import (
    Checkpoint,
    Evaluated,
    Event,
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
from core.spec import RunSpec
from core.workspace import Workspace
from tests.plans import plan
from webui import asking, curve, run_list, text, views
from webui.asking import Asking, Talk
from webui.markup import el

EN, ZH = text.load("en"), text.load("zh")
START = 1_000_000.0


@pytest.fixture
def store(root: Path) -> RunStore:
    return RunStore(Workspace(root))


def write(run: Run, *events: Event) -> list[Event]:
    """Append to the run's log as its trainer would; returns all events that count."""
    log = EventLog(run.events_path)
    for event in events:
        log.append(event)
    log.close()
    return run.events()


def started(steps: int = 10, **changes: float) -> Started:
    return Started(attempt=1, plan=plan(steps, **changes), time=START)


def steps(count: int, first: int = 1, pace: float = 2.0) -> list[Step]:
    return [
        Step(step=n, epoch=n / 4, loss=3.0 / n, learning_rate=1e-4, time=START + 5 + pace * n, tokens=100 * n)
        for n in range(first, first + count)
    ]


@pytest.fixture
def run(store: RunStore) -> Run:
    return store.create(RunSpec(dataset="d"), "FAQ")


# -- where the run is


def test_progress_takes_its_pace_from_the_last_steps(run: Run) -> None:
    done = views.progress(write(run, started(), *steps(4)))
    assert (done.step, done.steps, done.left_s) == (4, 10, 12.0)
    assert done.share == 0.4


def test_before_the_second_step_nobody_claims_to_know_the_time_left(run: Run) -> None:
    assert views.progress(write(run, started())).left_s is None
    assert views.progress(write(run, *steps(1))).left_s is None
    assert views.progress(write(run, *steps(1, first=2))).left_s == 16


def test_after_a_resume_the_pace_is_that_of_the_new_attempt(run: Run) -> None:
    """The hours between two attempts once counted as the time of one step."""
    again = Started(attempt=2, resumed_from_step=4, plan=plan(), time=START + 9000)
    later = [Step(step=n, epoch=1, loss=1.0, learning_rate=1e-4, time=START + 9000 + n) for n in (5, 6, 7, 8)]
    assert views.progress(write(run, started(), *steps(6), again, *later)).left_s == 2.0


@pytest.mark.parametrize(
    ("tail", "status", "expected"),
    [
        ([], "running", "now ahead ahead ahead ahead"),
        ([Phase(name="tokenizing", done=5, total=10)], "running", "done now ahead ahead ahead"),
        ([*steps(4)], "running", "done done now ahead ahead"),
        ([*steps(4), Phase(name="evaluating")], "running", "done done now ahead ahead"),
        ([*steps(10), Phase(name="saving")], "running", "done done done done now"),
        ([*steps(10)], "finished", "done done done done done"),
        ([*steps(4)], "interrupted", "done done broken ahead ahead"),
        ([Phase(name="loading")], "failed", "broken ahead ahead ahead ahead"),
    ],
)
def test_phases(run: Run, tail: list[Event], status: str, expected: str) -> None:
    marks = views.phases(write(run, started(), *tail), status)
    assert " ".join(mark.state for mark in marks) == expected


def test_the_phase_that_is_on_says_how_far_it_is(run: Run) -> None:
    marks = views.phases(write(run, started(), Phase(name="tokenizing", done=5, total=10)), "running")
    assert [mark.share for mark in marks] == [None, 0.5, None, None, None]


def test_the_phases_look_at_the_steps_once(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each saving counted all steps anew, so a long run took longer to show than to look at."""
    events = [started(), *steps(4), *[Phase(name="saving")] * 50]
    looked: list[int] = []
    progress = views.progress
    monkeypatch.setattr(views, "progress", lambda seen: looked.append(1) or progress(seen))
    assert [mark.state for mark in views.phases(events, "running")][2] == "now"
    assert len(looked) == 1


# -- the curve


def test_the_curve_keeps_its_ends_and_at_most_500_points(run: Run) -> None:
    data = curve.plot_data(write(run, started(4000), *steps(4000)))
    assert len(data["train"]) == curve.POINTS
    assert data["train"][0] == [1, 3.0]
    assert data["train"][-1] == [4000, 3.0 / 4000]
    assert [point[0] for point in data["train"]] == sorted({point[0] for point in data["train"]})


def test_a_loss_that_is_not_a_number_is_left_out(run: Run) -> None:
    broken = Step(step=2, epoch=0.1, loss=float("nan"), learning_rate=1e-4)
    assert curve.plot_data(write(run, started(), *steps(1), broken))["train"] == [[1, 3.0]]


def test_the_best_is_the_lowest_loss_on_the_rows_kept_aside(run: Run) -> None:
    looks = [Evaluated(step=step, loss=loss, rows=5) for step, loss in ((2, 2.0), (4, 1.0), (6, 1.5))]
    data = curve.plot_data(write(run, started(), *steps(6), *looks))
    assert data["held"] == [[2, 2.0], [4, 1.0], [6, 1.5]]
    assert data["best"] == [4, 1.0]


@pytest.mark.parametrize("language", [EN, ZH])
def test_the_curve_in_words_names_start_and_end(run: Run, language: text.Text) -> None:
    assert curve.curve_words([], language) == language("train.curve_none")
    said = curve.curve_words(write(run, started(), *steps(6), Evaluated(step=6, loss=0.75, rows=5)), language)
    assert all(part in said for part in ("3.00", "0.50", "6", "0.75"))


# -- the sentence


@pytest.mark.parametrize("language", [EN, ZH])
@pytest.mark.parametrize(
    ("tail", "parts"),
    [
        ([*steps(4), Stopped(step=4, adapter=True)], ["4"]),
        ([Stopped(step=0, adapter=False)], []),
        ([*steps(3), Checkpoint(step=2, name="step-00000002", reason="time"), Failed(code="memory")], ["2"]),
        ([*steps(10), Finished(step=10, seconds=65, train_loss=0.3)], ["65", "0.3"]),
    ],
)
def test_each_end_has_one_sentence(run: Run, language: text.Text, tail: list[Event], parts: list[str]) -> None:
    events = write(run, started(), *tail)
    said = views.sentence(events, run.status(events), language)
    assert said
    for part in parts:
        assert part in said


def test_an_interrupted_run_says_what_is_saved(run: Run) -> None:
    events = write(run, started(), *steps(5), Checkpoint(step=3, name="step-00000003", reason="time"))
    assert run.status(events) == "interrupted"
    assert "step 5" in views.sentence(events, "interrupted", EN) and "step 3" in views.sentence(
        events, "interrupted", EN
    )
    assert views.sentence(events[:1], "interrupted", EN) == EN("train.gone_nothing")


@pytest.mark.parametrize("language", [EN, ZH])
def test_without_rows_kept_aside_the_end_says_what_the_curve_cannot_tell(run: Run, language: text.Text) -> None:
    learned, end = steps(10), Finished(step=10, seconds=65, train_loss=0.3)
    blind = views.sentence([started(holdout_rows=0), *learned, end], "finished", language)
    assert language("verdict.blind") in blind
    assert language("verdict.blind") not in views.sentence([started(), *learned, end], "finished", language)


def test_a_queued_run_says_its_place(run: Run) -> None:
    assert "2" in views.sentence([], "queued", EN, before=2)
    assert views.sentence([], "queued", EN) == EN("train.queued_next")


# -- answers, figures, log


def test_answers_pair_the_first_with_the_last(run: Run) -> None:
    asked = [
        Sample(step=0, question="a", answer="?", expected="A"),
        Sample(step=0, question="b", answer="??"),
        Sample(step=5, question="a", answer="half"),
        Sample(step=10, question="a", answer="A", expected="A"),
    ]
    first, second = views.answers(write(run, started(), *asked))
    assert (first.before, first.now, first.step, first.expected) == ("?", "A", 10, "A")
    assert (second.before, second.now, second.step) == ("??", "", 0)


def test_figures_leave_out_what_nobody_measured(run: Run) -> None:
    names = [name for name, _ in views.numbers(write(run, started(), *steps(2)), EN)]
    assert EN("train.n.loss") in names and EN("train.n.memory") not in names


def test_the_log_shows_its_last_lines(run: Run) -> None:
    assert views.log_tail(run.log_path) == ""
    run.log_path.write_text("\n".join(f"line {n}" for n in range(100)), encoding="utf-8")
    assert views.log_tail(run.log_path).splitlines() == [f"line {n}" for n in range(60, 100)]


def test_the_follower_reads_on_and_drops_what_a_resume_drops(run: Run) -> None:
    follower = views.Follower()
    write(run, started(), *steps(4))
    assert len(follower.events(run)) == 5
    write(run, Started(attempt=2, resumed_from_step=2), *steps(1, first=3))
    assert [event.step for event in follower.events(run) if isinstance(event, Step)] == [1, 2, 3]
    assert follower.events(run) == run.events()


# -- lists of runs


def make_usable(run: Run) -> None:
    run.adapter_folder.mkdir()
    (run.adapter_folder / "adapter_model.safetensors").write_bytes(b"x" * 1000)


def test_a_run_becomes_comparable_when_it_has_learned(store: RunStore, run: Run) -> None:
    runs = run_list.RunList()
    assert run_list.comparable(runs.rows(store)) == []
    write(run, started(), *steps(1))
    make_usable(run)
    (row,) = run_list.comparable(runs.rows(store))
    assert (row.id, row.status, row.learned, row.usable) == (run.id, "interrupted", 1000, True)
    write(run, Finished(step=1, seconds=1, train_loss=1.0))
    run.rename("Prices")
    (row,) = runs.rows(store)
    assert (row.name, row.status) == ("Prices", "finished")


def test_an_interrupted_run_is_looked_at_once(store: RunStore, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its newest checkpoint was hashed, and its events read, with every tick."""
    write(run, started(), *steps(1))
    make_usable(run)
    runs = run_list.RunList()
    (row,) = runs.rows(store)
    assert (row.status, row.usable) == ("interrupted", True)
    for name in ("usable_adapter", "events", "size"):
        monkeypatch.setattr(Run, name, lambda *_: pytest.fail("looked at again"))
    assert runs.rows(store) == [row]


def test_the_chosen_run_falls_back_to_the_newest(store: RunStore) -> None:
    store.create(RunSpec(), "old")
    time.sleep(0.01)
    new = store.create(RunSpec(), "new")
    rows = run_list.RunList().rows(store)
    assert run_list.chosen(rows, "gone") == rows[0]
    assert rows[0].id == new.id
    assert run_list.chosen([], new.id) is None


def test_a_run_of_today_needs_no_date(store: RunStore, run: Run) -> None:
    write(run, started(), *steps(1), Finished(step=1, seconds=1, train_loss=1.0))
    (row,) = run_list.RunList().rows(store)
    assert run_list.label(row, EN) == "FAQ"
    assert run_list.label(row, EN, now=row.created + 200_000).startswith("FAQ · 2")


# -- asking


class Spoken:
    """An engine's `chat` that says what it is given, at once or with a pause that Stop must not wait for."""

    def __init__(self, *events: ChatEvent, pause_s: float = 0.0) -> None:
        self.events, self.pause_s, self.asked, self.closed = events, pause_s, None, False

    def chat(self, request: ChatRequest) -> Iterator[ChatEvent]:
        self.asked = request
        try:
            for event in self.events:
                yield event
                time.sleep(self.pause_s)
        finally:
            self.closed = True


def said(side: str, words: str, reason: str = "") -> ChatEvent:
    kind = "done" if reason else "text"
    return ChatEvent.model_validate({"kind": kind, "side": side, "text": words, "reason": reason, "tokens": 3})


def ask(engine: Spoken, talk: Talk, question: str) -> list[Talk]:
    request = asking.request_of(talk, "starter", question, "Be kind.", Sampling())
    return list(Asking().follow(engine, asking.asked(talk, question), request))  # type: ignore[arg-type]


def test_both_sides_keep_their_own_history() -> None:
    engine = Spoken(said("base", "no", "stop"), said("tuned", "yes", "stop"))
    talk = ask(engine, Talk(run="r"), "first?")[-1]
    ask(engine, talk, "second?")
    assert engine.asked is not None
    base, tuned = ([message.content for message in engine.asked.histories[side]] for side in ("base", "tuned"))
    assert base == ["Be kind.", "first?", "no", "second?"]
    assert tuned == ["Be kind.", "first?", "yes", "second?"]


def test_without_a_run_only_the_base_model_is_asked() -> None:
    engine = Spoken(said("base", "hello", "stop"))
    talk = ask(engine, Talk(run=None), "hi")[-1]
    assert engine.asked is not None and list(engine.asked.histories) == ["base"] and engine.asked.model == "starter"
    assert talk.tuned.turns == ()


def test_an_error_takes_the_turn_back_and_stays_as_a_sentence() -> None:
    error = ChatEvent(kind="error", facts={"code": "memory", "facts": {}, "exit_code": 1})
    talk = ask(Spoken(error), Talk(run="r"), "first?")[-1]
    assert talk.error is not None and talk.error.code == "memory"
    assert talk.base.turns == talk.tuned.turns == ()
    assert not talk.busy


def test_stop_ends_at_once_and_keeps_what_was_said() -> None:
    engine = Spoken(said("base", "I am"), said("base", "I am still"), pause_s=1.5)
    asker, talk = Asking(), asking.asked(Talk(run=None), "hi")
    request = asking.request_of(Talk(run=None), "starter", "hi", "", Sampling())
    seen, began = [], time.monotonic()
    for now in asker.follow(engine, talk, request):  # type: ignore[arg-type]
        seen.append(now)
        if now.base.turns[-1][1]:
            asker.stop()
    assert time.monotonic() - began < 1.2
    assert seen[-1].base.turns[-1] == ("assistant", "I am") and seen[-1].base.reason == "stopped"
    assert not asker.busy


def test_a_page_that_goes_away_closes_the_engines_answer() -> None:
    engine = Spoken(*[said("base", "word " * n) for n in range(1, 200)], pause_s=0.02)
    talk = asking.asked(Talk(run=None), "hi")
    stream = Asking().follow(engine, talk, asking.request_of(Talk(), "starter", "hi", "", Sampling()))  # type: ignore[arg-type]
    next(stream)
    stream.close()
    deadline = time.monotonic() + 2
    while not engine.closed and time.monotonic() < deadline:
        time.sleep(0.02)
    assert engine.closed


# -- markup


def test_names_written_by_others_never_become_markup() -> None:
    made = el("p", "<img src=x onerror=1>", el("b", "&"), title='"><script>')
    assert made == ('<p title="&quot;&gt;&lt;script&gt;">&lt;img src=x onerror=1&gt;<b>&amp;</b></p>')


def test_the_words_of_these_tabs_are_the_same_in_both_languages() -> None:
    rooms = ("train.", "compare.", "share.")
    keys = [{key for key in language.keys() if key.startswith(rooms)} for language in (EN, ZH)]
    assert keys[0] == keys[1]
