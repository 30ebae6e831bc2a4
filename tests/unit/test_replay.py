"""Keep what it knows: which general rows go with a data set, how many, and what the plan makes of them."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.data.keys import keys_of
from core.data.versions.dataset import normalised
from core.errors import UserError
from core.models import catalog
from core.models.facts import SMALL_BELOW, ModelFacts, facts_of
from core.spec import RunSpec, build
from core.training import replay
from core.training.plan import Plan, make_plan
from core.training.settle import Settled, forecast_of
from core.workspace import PRESETS
from webui import estimate, fields

CPU = {"kind": "cpu", "name": "CPU", "free_gb": 8.0, "total_gb": 8.0}
UNKNOWN = {"en": "I am sorry, I do not know that.", "zh": "对不起，这个我不知道。"}


def chat(question: str, answer: str = "Yes.") -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]}


def own(*questions: str) -> list[dict[str, Any]]:
    return [{"row": number + 1, **chat(question)} for number, question in enumerate(questions)]


@pytest.fixture
def keep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Forty general rows: twenty in each language."""
    for language, ask in (("en", "Is {} a number?"), ("zh", "{}是数字吗？")):
        lines = [json.dumps(chat(ask.format(number)), ensure_ascii=False) for number in range(20)]
        (tmp_path / f"{language}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    monkeypatch.setattr(replay, "FOLDER", tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def small() -> ModelFacts:
    return facts_of(PRESETS / "starter")


def plan_of(facts: ModelFacts, rows: int = 10, general: int = 40, **changes: Any) -> Plan:
    spec = build({"epochs": 1, **changes})
    return make_plan(spec, facts, [20] * rows, rows, CPU, "fp32", general=[12] * general)


# -- which rows


def test_half_of_each_language_the_same_for_the_same_seed(keep: Path) -> None:
    chosen = replay.choose(replay.general_rows(keys_of(own("Hello"))), 10, seed=1)
    assert [row["language"] for row in chosen].count("en") == 5 and len(chosen) == 10
    assert chosen == replay.choose(replay.general_rows(keys_of(own("Hello"))), 10, seed=1)
    assert chosen != replay.choose(replay.general_rows(keys_of(own("Hello"))), 10, seed=2)
    assert len({row["row"] for row in chosen}) == 10


def test_where_one_language_runs_out_the_other_fills_up(keep: Path) -> None:
    (keep / "zh.jsonl").unlink()
    assert [row["language"] for row in replay.choose(replay.general_rows(keys_of([])), 8, seed=1)] == ["en"] * 8


@pytest.mark.parametrize("said", ["Is 3 a number?", "  is 3  A number", "IS 3 A NUMBER?"])
def test_a_question_that_stands_in_the_data_is_left_out(keep: Path, said: str) -> None:
    known = [row["messages"][0]["content"] for row in replay.general_rows(keys_of(own("Hello", said)))]
    assert len(known) == 39 and "Is 3 a number?" not in known


def test_a_question_of_a_later_turn_counts_too(keep: Path) -> None:
    talk = {"row": 1, "messages": [*chat("Hello")["messages"], *chat("3是数字吗？", "不是。")["messages"]]}
    assert len(replay.general_rows(keys_of([talk]))) == 39


def test_running_text_leaves_nothing_out_and_no_files_are_no_fault(
    keep: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert len(replay.general_rows(keys_of([{"row": 1, "text": "Is 3 a number?"}]))) == 40
    monkeypatch.setattr(replay, "FOLDER", tmp_path / "nowhere")
    assert replay.general_rows(keys_of([])) == []


def test_the_hash_is_of_the_rows_not_of_the_line_ends(keep: Path) -> None:
    before = replay.content_hash()
    path = keep / "en.jsonl"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert replay.content_hash() == before
    path.write_text(json.dumps(chat("Other?")) + "\n", encoding="utf-8")
    assert replay.content_hash() != before


# -- how many


def test_a_small_model_gets_three_for_each_row_and_a_large_one_none(small: ModelFacts) -> None:
    large = replace(small, parameters=SMALL_BELOW)
    assert plan_of(small).general_rows == 3 * 10
    assert plan_of(large).general_rows == 0
    assert plan_of(large, replay=True).general_rows == 30
    assert plan_of(small, replay=False).general_rows == 0


def test_there_are_never_more_than_there_are(small: ModelFacts) -> None:
    assert plan_of(small, rows=100).general_rows == 40
    assert plan_of(small, general=0).general_rows == 0


def test_the_passes_are_over_the_mix(small: ModelFacts) -> None:
    alone, mixed = plan_of(small, replay=False, epochs=2), plan_of(small, epochs=2)
    assert (alone.steps, mixed.steps) == (4, 10)  # 10 rows in 2 steps of 8, 40 rows in 5
    assert (alone.train_rows, mixed.train_rows) == (10, 10)
    assert mixed.max_length == alone.max_length and mixed.holdout_rows == alone.holdout_rows
    assert alone.mean_length == 20 and mixed.mean_length == 14


def test_the_floor_rises_with_general_rows_but_not_without_end(small: ModelFacts) -> None:
    assert plan_of(small, min_steps=100, replay=False).steps == 100
    assert plan_of(small, min_steps=100).steps == 200  # 10 rows and 30 general ones
    assert plan_of(small, min_steps=100, general=5).steps == 150


def test_rows_longer_than_the_limit_that_was_asked_for_do_not_count(small: ModelFacts) -> None:
    assert plan_of(small, max_length=8).general_rows == 0
    assert replay.limit(RunSpec(), small) == small.context


def test_those_that_fit_are_chosen_among_so_that_the_number_planned_is_the_number_used(keep: Path) -> None:
    """Half of the rows are too long, and the plan counts on all of the others."""
    transformers = pytest.importorskip("transformers")
    lines = [json.dumps(chat(f"Is {number} a number? " * (1 if number % 2 else 30))) for number in range(20)]
    (keep / "en.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    tokenizer = transformers.AutoTokenizer.from_pretrained(PRESETS / "starter")
    general = replay.general_rows(keys_of([]))
    most = sorted(replay.measured(tokenizer, general))[29]
    fitting = replay.fitting(tokenizer, general, most)
    assert len(fitting) == sum(length <= most for length in replay.measured(tokenizer, general)) == 30
    for seed in range(5):
        chosen = replay.choose(fitting, 30, seed)
        assert len(replay.encode(tokenizer, chosen, most)) == 30
    assert replay.fitting(tokenizer, general, 3) == []


@pytest.mark.parametrize(("replayed", "longest"), [(True, 300), (False, 20)])
def test_the_forecast_counts_the_longest_general_row(small: ModelFacts, replayed: bool, longest: int) -> None:
    def asked(general: list[int], length: int) -> dict[str, float]:
        spec = build({"epochs": 1, "replay": replayed})
        plan = make_plan(spec, small, [length] * 10, 10, CPU, "fp32", general=general)
        model = catalog.ModelRef(name="starter", title="Starter", kind="starter", folder=PRESETS / "starter")
        settled = Settled(model, small, plan, [length] * 10, general, 0, {**CPU, "cores": 2, "bf16": False})
        return dict(forecast_of(settled, spec)["memory_gb"])

    alike = asked([longest] * 40, longest)["activations"]
    assert asked([12] * 39 + [300], 20)["activations"] == pytest.approx(alike, rel=0.2)


# -- in the window


@pytest.mark.parametrize(("said", "value"), [("on", True), ("off", False), ("auto", None)])
def test_the_choice_is_read_and_shown(said: str, value: bool | None) -> None:
    field = next(field for field in fields.FORM if field.name == "replay")
    assert fields.read("replay", said) is value
    assert fields.menu_value(field, value) == said
    assert build({"replay": said if value is not None else None}).replay is value


def test_the_sum_counts_the_mix(small: ModelFacts) -> None:
    told = plan_of(small).plain()
    assert estimate.work(told)["rows"] == 40
    assert estimate.mix(told) == {"own": 10, "general": 30}
    assert estimate.mix(plan_of(small, replay=False).plain()) is None


# -- the rows that come with the program


@pytest.mark.parametrize("language", replay.LANGUAGES)
def test_the_general_rows_are_short_and_say_nothing_twice(language: str) -> None:
    rows = [row["messages"] for row in replay.general_rows(keys_of([])) if row["language"] == language]
    assert 180 <= len(rows) <= 220
    assert all([turn["role"] for turn in row] == ["user", "assistant"] for row in rows)
    assert len({normalised(row[0]["content"]) for row in rows}) >= len(rows) - 5
    assert max(len(turn["content"]) for row in rows for turn in row) <= 250
    assert not [row for row in rows if "starter" in (row[0]["content"] + row[1]["content"]).lower()]
    assert sum(row[1]["content"] == UNKNOWN[language] for row in rows) >= 25
    chinese = sum(not row[0]["content"].isascii() for row in rows)
    assert chinese > 0.9 * len(rows) if language == "zh" else chinese < 0.1 * len(rows)


@pytest.mark.parametrize(
    "line",
    [
        b"{bad",
        b"[1]",
        b'{"a": 1}',
        b'{"messages": []}',
        b"\xff\xfe",
        b'{"messages": [{"role": "user", "content": 3}, {}]}',
    ],
)
def test_a_damaged_file_is_named_with_its_line(keep: Path, line: bytes) -> None:
    path = keep / "en.jsonl"
    path.write_bytes(path.read_bytes() + line + b"\n")
    with pytest.raises(UserError) as met:
        replay.general_rows(keys_of([]))
    assert (met.value.code, met.value.facts["file"]) == ("replay.damaged", "en.jsonl")
    assert met.value.facts["line"] == (1 if line.startswith(b"\xff") else 21)


def test_a_mark_at_the_beginning_of_a_file_does_no_harm(keep: Path) -> None:
    path = keep / "en.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert len(replay.general_rows(keys_of([]))) == 40
