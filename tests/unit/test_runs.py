"""The run folder: its status follows from its events and its lock, and no damage to it stops the others."""

import json
from pathlib import Path

import pytest

from core.errors import UserError
from core.runs import checkpoints
from core.runs.events import (
    Checkpoint,
    Evaluated,
    Event,
    EventLog,
    EventReader,
    Failed,
    Finished,
    Started,
    Step,
    Stopped,
    effective,
    from_line,
    to_line,
)
from core.runs.store import Run, RunStore
from core.spec import build
from core.workspace import Workspace


@pytest.fixture
def store(root: Path) -> RunStore:
    return RunStore(Workspace(root))


def make(store: RunStore, *events: Event, name: str = "a run") -> Run:
    run = store.create(build({"dataset": "d"}), name)
    log = EventLog(run.events_path)
    for event in events:
        log.append(event)
    log.close()
    return run


def step(number: int, loss: float | None = 1.0) -> Step:
    return Step(step=number, epoch=1.0, loss=loss, learning_rate=0.1)


def test_status_follows_from_events_and_lock(store: RunStore) -> None:
    started = Started(attempt=1)
    assert make(store).status() == "queued"
    assert make(store, started).status() == "interrupted"
    assert make(store, started, step(1), Stopped(step=1, adapter=True)).status() == "stopped"
    assert make(store, started, Failed(code="memory")).status() == "failed"
    assert make(store, started, Finished(step=1, seconds=1.0, train_loss=1.0)).status() == "finished"
    assert make(store, started, Stopped(step=1, adapter=True), Started(attempt=2)).status() == "interrupted"


def test_a_held_run_is_running_for_every_program(store: RunStore) -> None:
    run = make(store, Started(attempt=1))
    elsewhere = RunStore(store.workspace).get(run.id)
    with run.hold():
        assert run.status() == "running" and elsewhere.status() == "running"
        run.ask_stop()
        assert run.status() == "stopping" and elsewhere.status() == "stopping"
        with pytest.raises(UserError, match=r"run\.held"), elsewhere.hold():
            pass
        with pytest.raises(UserError, match=r"run\.busy"):
            RunStore(store.workspace).delete(run.id)
    assert run.status() == "interrupted"
    assert not run.stop_asked(2), "a stop is for the attempt that it was asked of"


def test_a_torn_last_line_is_ignored_and_then_cut(store: RunStore) -> None:
    run = make(store, Started(attempt=1), step(1))
    with run.events_path.open("ab") as file:
        file.write(b'{"kind": "Step", "step": 2, "los')
    reader = EventReader(run.events_path)
    assert [type(event) for event in reader.read()] == [Started, Step]
    log = EventLog(run.events_path)
    log.append(step(2))
    log.close()
    assert [event.step for event in reader.read() if isinstance(event, Step)] == [2]


def test_a_resume_drops_the_steps_above_it() -> None:
    events = [Started(attempt=1), step(1), step(2), Evaluated(step=2, loss=1.0, rows=1), step(3)]
    after = effective([*events, Started(attempt=2, resumed_from_step=2), step(3, 0.5)])
    assert [(event.step, event.loss) for event in after if isinstance(event, Step)] == [(1, 1.0), (2, 1.0), (3, 0.5)]


def test_events_come_back_as_they_were_written() -> None:
    for event in (
        Started(attempt=1, plan={"steps": 3}),
        step(1),
        Checkpoint(step=1, name="step-00000001", reason="end"),
    ):
        assert from_line(to_line(event)) == event
    lost = from_line(to_line(step(1, float("nan"))))
    assert isinstance(lost, Step) and lost.loss is None


@pytest.mark.parametrize(
    "line",
    [
        "", "null", "7", "[]", "{", "[" * 100_000, '{"kind": "Nonsense"}', '{"kind": []}', '{"kind": "Step"}',
        '{"kind": "Step", "step": "x", "epoch": 1, "loss": 1, "learning_rate": 1}',
        '{"kind": "Step", "step": 1, "epoch": 1, "loss": "x", "learning_rate": 1}',
        '{"kind": "Started", "attempt": 1, "plan": 7}',
        '{"kind": "Finished", "step": 1, "seconds": 1, "train_loss": "abc"}',
    ],
)  # fmt: skip
def test_a_line_that_is_no_event_is_passed_over(line: str) -> None:
    assert from_line(line) is None


def test_unknown_fields_of_a_newer_version_are_left_out() -> None:
    event = from_line('{"kind": "Started", "attempt": 2, "colour": "red"}')
    assert isinstance(event, Started) and event.attempt == 2


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("meta.json", json.dumps({"name": "x", "created": 1e30})),
        ("meta.json", json.dumps({"name": ["x"], "created": 1.0})),
        ("meta.json", json.dumps({"created": 1.0})),
        ("meta.json", "["),
        ("spec.json", "[" * 100_000),
        ("spec.json", json.dumps({"schema_version": 99})),
        ("events.jsonl", '{"kind": "Started", "attempt": 1, "plan": 7}\n'),
        ("events.jsonl", "[" * 100_000 + "\n"),
    ],
)
def test_one_damaged_run_does_not_hide_the_others(store: RunStore, name: str, content: str) -> None:
    good = make(store, Started(attempt=1), name="good")
    bad = make(store, Started(attempt=1), name="bad")
    (bad.folder / name).write_text(content)
    found = RunStore(store.workspace).list()
    assert good.id in {run.id for run in found}
    for run in found:
        assert run.summary()["status"] in ("queued", "interrupted")
        assert isinstance(run.plan(), dict)


def test_events_that_are_a_folder_count_as_none(store: RunStore) -> None:
    run = make(store)
    run.events_path.unlink()
    run.events_path.mkdir()
    assert run.status() == "queued" and run.summary()["steps"] == 0


def test_ids_and_names_never_leave_their_folder(store: RunStore) -> None:
    for reference in ("../x", "/etc/passwd", "..%2f", "a\x00b", "CON", "x" * 300, "", "A" * 26):
        with pytest.raises(UserError, match=r"run\.unknown"):
            store.get(reference)
        with pytest.raises(UserError):
            store.find(reference)
    outside = store.workspace.root / "outside"
    outside.mkdir()
    (outside / "spec.json").write_text("{}")
    link = store.workspace.runs / ("b" * 26)
    link.symlink_to(outside)
    with pytest.raises(UserError, match=r"run\.unknown"):
        store.get("b" * 26)
    assert store.list() == []


def test_find_by_name_beginning_and_id(store: RunStore) -> None:
    one, two = make(store, name="tea"), make(store, name="coffee")
    assert store.find("tea").id == one.id and store.find(two.id[:8]).id == two.id
    make(store, name="tea")
    with pytest.raises(UserError, match=r"run\.several"):
        store.find("tea")


def test_rename_and_delete(store: RunStore) -> None:
    run = make(store)
    run.rename("  two\nlines \x07")
    assert run.meta["name"] == "two lines"
    with pytest.raises(UserError, match=r"name\.empty"):
        run.rename(" \n")
    store.delete(run.id)
    assert store.list() == [] and not list(store.workspace.runs.iterdir())


# -- checkpoints


def write(folder: Path) -> None:
    (folder / "adapter_model.safetensors").write_bytes(b"weights")
    (folder / "adapter_config.json").write_text("{}")


def test_a_damaged_checkpoint_is_passed_over(tmp_path: Path) -> None:
    for number in (1, 2):
        checkpoints.seal(tmp_path, number, write)
    newest = checkpoints.newest(tmp_path)
    assert newest is not None and newest.name == checkpoints.name_of(2)
    for damage in ("flip", "cut", "gone", "empty"):
        checkpoints.seal(tmp_path, 2, write)
        file = tmp_path / checkpoints.name_of(2) / "adapter_model.safetensors"
        {
            "flip": lambda file=file: file.write_bytes(b"weightz"),
            "cut": lambda file=file: file.write_bytes(b"wei"),
            "gone": lambda file=file: file.unlink(),
            "empty": lambda file=file: file.write_bytes(b""),
        }[damage]()
        found = checkpoints.newest(tmp_path)
        assert found is not None and found.name == checkpoints.name_of(1), damage


@pytest.mark.parametrize("fails_at", range(1, 12))
def test_a_failing_disk_leaves_a_whole_checkpoint_or_none(
    tmp_path: Path, fails_at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each fsync and rename of a save fails once: the older checkpoint is still the newest whole one."""
    import os

    checkpoints.seal(tmp_path, 1, write)
    calls = 0

    def counted(real: object) -> object:
        def call(*args: object, **named: object) -> object:
            nonlocal calls
            calls += 1
            if calls == fails_at:
                raise OSError(28, "No space left on device")
            return real(*args, **named)  # type: ignore[operator]

        return call

    monkeypatch.setattr(os, "fsync", counted(os.fsync))
    monkeypatch.setattr(Path, "rename", counted(Path.rename))
    failed = False
    try:
        checkpoints.seal(tmp_path, 2, write)
    except OSError:
        failed = True
    found = checkpoints.newest(tmp_path)
    assert found is not None and found.name == checkpoints.name_of(1 if failed else 2)
    assert failed == (fails_at <= calls) and not list(tmp_path.glob(".part-*"))


def test_pruning_keeps_the_newest(tmp_path: Path) -> None:
    for number in range(1, 5):
        checkpoints.seal(tmp_path, number, write)
    (tmp_path / ".part-1234").mkdir()
    checkpoints.prune(tmp_path, 2)
    assert [path.name for path in checkpoints.all_places(tmp_path)] == [checkpoints.name_of(3), checkpoints.name_of(4)]
    assert not (tmp_path / ".part-1234").exists()
