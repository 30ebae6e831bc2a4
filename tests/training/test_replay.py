"""Keep what it knows, in a real training: the general rows are among the rows that the trainer gets."""

import json
from pathlib import Path
from typing import Any

import pytest

from core.runs.events import Adjusted, Evaluated, Started, Step
from core.runs.store import Run
from core.training import job, replay
from tests.training.conftest import Lab


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[list[list[int]]]:
    """Ten general rows in each language, one of which asks what the data asks; and the ids that each run learns."""
    for language in replay.LANGUAGES:
        lines = []
        for number in range(10):
            turns = [
                {"role": "user", "content": f"What is number {number}?" if number == 0 else f"{language} {number}?"},
                {"role": "assistant", "content": f"{language} knows {number}."},
            ]
            lines.append(json.dumps({"messages": turns}) + "\n")
        (tmp_path / f"{language}.jsonl").write_text("".join(lines), encoding="utf-8")
    monkeypatch.setattr(replay, "FOLDER", tmp_path)
    kept: list[list[list[int]]] = []
    train = job.train

    def look(run: Any, spec: Any, plan: Any, session: Any, rows: Any, held: Any, **rest: Any) -> Any:
        kept.append([row["input_ids"] for row in rows])
        return train(run, spec, plan, session, rows, held, **rest)

    monkeypatch.setattr(job, "train", look)
    return kept


def plan_of(run: Run) -> dict[str, Any]:
    return next(event.plan for event in run.events() if isinstance(event, Started))


def test_general_rows_are_learned_with_the_persons_own(lab: Lab, seen: list[list[list[int]]]) -> None:
    from transformers import AutoTokenizer

    run = lab.train(replay=None, epochs=1, holdout=2)
    tokenizer = AutoTokenizer.from_pretrained(lab.model)
    texts = [tokenizer.decode(ids) for ids in seen[0]]
    plan = plan_of(run)
    assert run.status() == "finished"
    assert (plan["train_rows"], plan["holdout_rows"], plan["general_rows"]) == (10, 2, 18)
    assert len(texts) == 28 and sum(" knows " in text for text in texts) == 18
    assert not [text for text in texts if "knows 0" in text]  # the data answers that question itself
    assert plan["steps"] == 4  # 28 rows, 8 in a step
    assert len([event for event in run.events() if isinstance(event, Step)]) == 4
    assert {event.rows for event in run.events() if isinstance(event, Evaluated)} == {2}
    assert not [event for event in run.events() if isinstance(event, Adjusted)]
    env = json.loads((run.folder / "env.json").read_text(encoding="utf-8"))
    assert env["replay"] == {"rows": 18, "sha256": replay.content_hash()}


def test_off_means_only_the_persons_rows_and_the_seed_decides_which_general_ones(
    lab: Lab, seen: list[list[list[int]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "REPLAY_PER_ROW", 1)
    for changes in ({"replay": False}, {"replay": True}, {"replay": True}, {"replay": True, "seed": 1}):
        lab.train(**{"epochs": 1, **changes})
    off, first, again, other = seen
    assert len(off) == 12 and len(first) == 24
    assert first[:12] == off
    assert first == again
    assert sorted(first) != sorted(other)


def test_general_rows_that_the_template_refuses_are_left_out(
    lab: Lab, seen: list[list[list[int]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The plan promised them; a template that then takes none of them is told, and the run goes on."""
    from core.errors import UserError

    encode_rows = replay.encode_rows

    def refuse(tokenizer: Any, rows: Any, most: int) -> Any:
        raise UserError("tokens.no_template")

    monkeypatch.setattr(replay, "encode_rows", refuse)
    run = lab.train(replay=True, epochs=1)
    monkeypatch.setattr(replay, "encode_rows", encode_rows)
    assert run.status() == "finished" and len(seen[0]) == 12
    told = {event.what: event.after for event in run.events() if isinstance(event, Adjusted)}
    assert told == {"general_rows": 0, "steps_per_epoch": 2, "epochs": 2.0}
