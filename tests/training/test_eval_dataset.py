"""A run that is measured on a data set of its own: all rows are learned, and none that is learned is measured on."""

import json
from pathlib import Path
from typing import Any

import pytest

from core.cli import arguments
from core.cli import main as cli
from core.errors import UserError
from core.runs.events import Adjusted, Evaluated, Failed
from core.spec import build
from core.training.settle import settle
from tests.training.conftest import Lab
from webui.text import load


def chats(path: Path, said: list[tuple[str, str]]) -> Path:
    path.write_text(
        "\n".join(
            json.dumps({"messages": [{"role": "user", "content": ask}, {"role": "assistant", "content": answer}]})
            for ask, answer in said
        )
    )
    return path


@pytest.fixture
def learned(lab: Lab) -> list[tuple[str, str]]:
    rows = [row["messages"] for row in lab.dataset.load_rows()]
    return [(turns[-2]["content"], turns[-1]["content"]) for turns in rows if len(turns) == 2]


def test_the_rows_of_the_other_data_set_are_measured_on(lab: Lab, tmp_path: Path, learned: Any) -> None:
    other = lab.datasets.add(chats(tmp_path / "other.jsonl", [("who?", "me."), ("where?", "here."), *learned[:1]]))
    run = lab.train(eval_dataset=other.id, epochs=2)
    assert run.status() == "finished", run.events()[-1]
    plan = run.plan()
    assert (plan["train_rows"], plan["holdout_rows"]) == (lab.dataset.usable, 2)
    assert {event.rows for event in run.events() if isinstance(event, Evaluated)} == {2}
    (left_out,) = [event for event in run.events() if isinstance(event, Adjusted)]
    assert (left_out.what, left_out.before, left_out.after, left_out.reason) == ("holdout_rows", 3, 2, "learned_too")
    told = run.env["eval_dataset"]
    assert (told["id"], told["sha256"], told["usable"], told["learned_too"]) == (other.id, other.sha256, 3, 1)


def test_what_cannot_be_measured_on_is_said_before_start(lab: Lab, tmp_path: Path) -> None:
    text = tmp_path / "text.jsonl"
    text.write_text('{"text": "Once upon a time."}\n' * 3)
    empty = tmp_path / "empty.csv"
    empty.write_text("question,answer\na,\n")
    for path, code in ((text, "train.eval_task"), (empty, "train.no_usable_rows")):
        spec = build({"model": str(lab.model), "dataset": lab.dataset.id, "eval_dataset": lab.datasets.add(path).id})
        with pytest.raises(UserError) as caught:
            settle(spec, lab.dataset, lab.workspace)
        assert caught.value.code == code
        failed = lab.train(eval_dataset=spec.eval_dataset).events()[-1]
        assert isinstance(failed, Failed) and failed.code == code
    same = build({"model": str(lab.model), "dataset": lab.dataset.id, "eval_dataset": lab.dataset.id})
    with pytest.raises(UserError, match=r"train\.eval_rows"):
        settle(same, lab.dataset, lab.workspace)
    gone = build({"model": str(lab.model), "dataset": lab.dataset.id, "eval_dataset": "a" * 26})
    with pytest.raises(UserError, match=r"dataset\.unknown"):
        settle(gone, lab.dataset, lab.workspace)


def test_rows_are_measured_on_in_one_way_only() -> None:
    assert build({"eval_dataset": "a" * 26, "holdout": 0}).eval_dataset
    with pytest.raises(UserError) as caught:
        build({"eval_dataset": "a" * 26, "holdout": 0.1})
    assert caught.value.code == "setting.eval_and_holdout" and load("zh").error(caught.value)


def test_the_command_line_takes_a_file(
    lab: Lab, root: Path, tmp_path: Path, learned: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    data = chats(tmp_path / "mine.jsonl", learned * 3)
    other = chats(tmp_path / "other.jsonl", [("who?", "me."), ("where?", "here."), *learned[:1]])

    def run(*argv: str) -> tuple[int, Any, str]:
        more = ["--data", str(data), "--model", str(lab.model), "--json", "--workspace", str(root)]
        code = cli.main(arguments.parse([*argv, *more]), load, lambda *_: 0)
        out, err = capsys.readouterr()
        return code, json.loads(out), err

    code, told, _ = run("forecast", "--eval-data", str(other))
    assert code == 0 and [each["code"] for each in told["findings"] if each["code"] == "eval.learned_too"]
    code, done, err = run(
        "train", "--eval-data", str(other), "--set", "epochs=1", "--set", "rank=4", "--set", "replay=off"
    )
    assert code == 0 and done["eval_loss"] is not None and "2 rows of other" in err, err
    code, refused, _ = run("train", "--eval-data", str(other), "--set", "holdout=2")
    assert code == 2 and refused["error"]["code"] == "setting.eval_and_holdout"


def test_a_hundred_thousand_rows_take_little_room() -> None:
    """Encoded rows lie end to end, and become a table without being copied."""
    from core.training.rows import EncodedRows

    rows, more = EncodedRows(), EncodedRows()
    for number in range(1000):
        (rows if number % 2 else more).append([number, 2, 3], [-100, 2, 3])
    rows.append([], [])
    rows.extend(more)
    assert (
        len(rows) == 1001 and rows[0] == {"input_ids": [1, 2, 3], "labels": [-100, 2, 3]} and rows[500]["labels"] == []
    )
    assert rows[-1]["input_ids"] == [998, 2, 3] and [row["input_ids"][0] for row in rows[501:503]] == [0, 2]
    with pytest.raises(IndexError):
        rows[1001]
    table = rows.dataset()
    assert table[0] == rows[0] and table[1000] == rows[1000] and len(table) == 1001
    assert len(EncodedRows().dataset()) == 0
