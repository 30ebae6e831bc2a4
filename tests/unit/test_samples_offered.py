"""Which samples are offered: those that can be trained, a few at once, and none too early."""

import re
from pathlib import Path

import pytest

from core.cli.check import _source
from core.data.choices import UNDECIDED
from core.data.datasets import DatasetStore
from core.data.samples import BUILT, find, samples
from core.errors import UserError
from core.workspace import Workspace
from webui.tabs import data_view
from webui.text import load

ALL = samples(kept_back=True)


def test_a_sample_in_the_window_can_be_taken(tmp_path: Path) -> None:
    store = DatasetStore(Workspace(tmp_path))
    for sample in samples():
        kept = store.add(sample.file, origin="sample")
        assert kept.rows == sample.rows and len(kept.questions(2)) == 2


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_window_shows_a_few_in_its_own_language_and_folds_the_others(language: str) -> None:
    html = data_view.samples(samples(), load(language))
    seen, folded = html.split("<details")
    first = [sample for sample in samples() if sample.language == language][: data_view.SHOWN]
    assert re.findall('data-id="([^"]+)"', seen) == [sample.name for sample in first]
    assert (
        html.count("<button") == len(samples()) and load(language)("data.more_examples", n=len(samples()) - 3) in folded
    )
    for sample in samples():
        assert sample.title[language] in html and sample.purpose[language] in html
    assert "<details" not in data_view.samples(samples()[:3], load(language))


# -- those that wait


def test_a_sample_whose_method_is_not_built_is_kept_back() -> None:
    waiting = [sample for sample in ALL if sample.method not in BUILT]
    assert waiting and not any(sample in samples() for sample in waiting)
    assert [sample.name for sample in samples()] == [sample.name for sample in ALL if sample.method in BUILT]


def test_naming_one_that_waits_is_one_clear_sentence(tmp_path: Path) -> None:
    name = next(sample.name for sample in ALL if not sample.ready)

    class Desk:
        datasets = DatasetStore(Workspace(tmp_path))

    for call in (lambda: find(name), lambda: Desk.datasets.resolve(name), lambda: _source(Desk(), name, UNDECIDED)):  # type: ignore[arg-type]
        with pytest.raises(UserError) as raised:
            call()
        assert (raised.value.code, raised.value.facts) == ("sample.kept_back", {"name": name})
    assert find("no-such-sample") is None


def test_a_damaged_description_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("file: [", encoding="utf-8")
    (tmp_path / "gone.yaml").write_text("file: gone.csv", encoding="utf-8")
    (tmp_path / "bare.yaml").write_text("file: bare.csv", encoding="utf-8")
    (tmp_path / "bare.csv").write_text("question,answer\n", encoding="utf-8")
    assert [(sample.name, sample.goal, sample.method) for sample in samples(tmp_path)] == [("bare", "faq", "sft")]
