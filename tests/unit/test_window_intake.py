"""A file on its way in: watched, given up, replaced by a second one, refused, and mended."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from core.data.choices import UNDECIDED, Choices
from core.errors import UserError
from webui.intake import Intake


class _Store:
    """Reads like a large file: in two parts, the second when it may go on; refuses what is called broken."""

    def __init__(self) -> None:
        self.begun, self.go_on = threading.Event(), threading.Event()
        self.asked: list[tuple[str, Choices]] = []

    def add(self, path: Path, *, name: str, progress: Any, choices: Choices = UNDECIDED) -> Any:
        self.asked.append((name, choices))
        progress(1, 4)
        self.begun.set()
        assert self.go_on.wait(5)
        progress(2, 4)
        if name.startswith("broken") and not choices.repair:
            raise UserError("data.json_broken", name=name, line=1, column=2, said="", repairable=name != "broken.zip")
        if name.startswith("odd"):
            raise ZeroDivisionError
        return SimpleNamespace(id=name)


@pytest.fixture
def store() -> _Store:
    return _Store()


@pytest.fixture
def found() -> list[str]:
    return []


@pytest.fixture
def bring(tmp_path: Path, store: _Store, found: list[str]) -> Callable[[Intake, str], Path]:
    def bring(intake: Intake, name: str) -> Path:
        path = tmp_path / name
        path.write_text("{}", encoding="utf-8")
        intake.start(store, path, name, lambda dataset: found.append(dataset.id))  # type: ignore[arg-type]
        return path

    return bring


def _until(true: Callable[[], Any]) -> None:
    end = time.monotonic() + 5
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


Bring = Callable[[Intake, str], Path]


def test_reading_is_watched_and_its_outcome_handed_over(store: _Store, bring: Bring, found: list[str]) -> None:
    intake = Intake()
    path = bring(intake, "a.csv")
    assert store.begun.wait(5)
    now = intake.now()
    assert now is not None and (now.name, now.share, now.done, now.total) == ("a.csv", 0.25, 1, 4)
    assert found == [] and path.exists()
    store.go_on.set()
    _until(lambda: intake.now() is None)
    assert found == ["a.csv"] and intake.read == 1
    _until(lambda: not path.exists())


def test_a_file_can_be_given_up(store: _Store, bring: Bring, found: list[str]) -> None:
    intake = Intake()
    path = bring(intake, "a.csv")
    assert store.begun.wait(5)
    intake.cancel()
    assert intake.now() is None
    store.go_on.set()
    _until(lambda: not path.exists())
    assert found == [] and intake.refused() is None


def test_a_second_file_takes_the_place_of_the_first(store: _Store, bring: Bring, found: list[str]) -> None:
    intake = Intake()
    first = bring(intake, "a.csv")
    assert store.begun.wait(5)
    second = bring(intake, "b.csv")
    assert intake.now().name == "b.csv"  # type: ignore[union-attr]
    store.go_on.set()
    _until(lambda: found)
    _until(lambda: not first.exists() and not second.exists())
    assert found == ["b.csv"]


def test_of_many_files_at_once_the_last_one_stays(store: _Store, bring: Bring, found: list[str]) -> None:
    intake = Intake()
    store.go_on.set()
    paths = [bring(intake, f"{n}.csv") for n in range(20)]
    _until(lambda: intake.now() is None and not any(path.exists() for path in paths))
    assert found[-1] == "19.csv"


def test_a_refusal_stays_until_it_is_closed_or_a_file_is_read(store: _Store, bring: Bring, found: list[str]) -> None:
    intake = Intake()
    store.go_on.set()
    path = bring(intake, "broken.zip")
    _until(intake.refused)
    assert intake.refused().error.code == "data.json_broken" and not intake.refused().mendable  # type: ignore[union-attr]
    _until(lambda: not path.exists())
    intake.dismiss()
    assert intake.refused() is None
    bring(intake, "odd.csv")
    _until(intake.refused)
    assert intake.refused().error.code == "unexpected"  # type: ignore[union-attr]
    bring(intake, "a.csv")
    _until(lambda: found)
    assert intake.refused() is None


def test_what_can_be_mended_is_kept_and_read_again(store: _Store, bring: Bring, found: list[str]) -> None:
    intake = Intake()
    store.go_on.set()
    path = bring(intake, "broken.json")
    _until(intake.refused)
    assert intake.refused().mendable and path.exists()  # type: ignore[union-attr]
    intake.mend(store, lambda dataset: found.append(dataset.id))  # type: ignore[arg-type]
    _until(lambda: found)
    assert store.asked[-1] == ("broken.json", Choices(repair=True))
    _until(lambda: not path.exists())
    intake.mend(store, found.append)  # type: ignore[arg-type]
    assert intake.now() is None


def test_a_refused_upload_goes_when_nobody_wants_it_mended(store: _Store, bring: Bring) -> None:
    intake = Intake()
    store.go_on.set()
    path = bring(intake, "broken.json")
    _until(intake.refused)
    intake.dismiss()
    assert not path.exists()
