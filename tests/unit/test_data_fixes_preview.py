"""What mends would do is shown before they are done, and what reading anew would bring in."""

import json
from pathlib import Path
from typing import Any

import pytest

from core.data.choices import Choices
from core.data.datasets import DatasetStore
from core.data.fixes import preview as previews
from core.data.fixes.mend import Mend
from core.data.fixes.preview import Change, preview, preview_reading
from core.findings import Finding
from core.workspace import Workspace
from tests.unit.handmade import numbered, row, told


def test_a_preview_has_each_change_and_counts_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(previews, "SHOWN", 3)
    rows = numbered(*(row("u a", "u b", f"a {number}") for number in range(5)), row("u q", "a N/A"))
    findings = [
        Finding("warning", "order.two_users", [1, 2, 3, 4, 5]),
        Finding("warning", "answer.odd", [6], examples="N/A"),
        Finding("error", "answer.empty", [7]),
    ]
    mends = [Mend("order.two_users", "merge_turns"), Mend("answer.odd", "drop"), Mend("answer.empty", "accept")]
    heard: list[tuple[int, int]] = []
    found = preview(rows, findings, mends, progress=lambda done, total: heard.append((done, total)))
    assert (found.changed, found.dropped, found.added, found.accepted) == (5, 1, 0, 1)
    assert len(found.changes) == 3 and found.changes[0] == Change((1, 0), rows[0], (found.changes[0].after[0],))
    assert told(found.changes[0].after[0]) == ["u a\nb", "a 0"]
    assert [count["rows"] + count["dropped"] for count in found.counts] == [5, 1, 0] and heard == [(0, 6)]
    gone = preview(rows[5:], findings, mends).changes[0]
    assert gone.key == (6, 0) and gone.after == ()


def test_what_is_raised_by_progress_ends_it() -> None:
    def cancel(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        preview(numbered(row("u a", "a b")), [], [], progress=cancel)


def lines(path: Path, *said: str) -> Path:
    path.write_text("".join(line + "\n" for line in said), encoding="utf-8")
    return path


GOOD = '{"question": "q%d", "answer": "a%d"}'


def test_reading_anew_is_shown_by_the_rows_that_come_in(tmp_path: Path) -> None:
    store = DatasetStore(Workspace(tmp_path / "ws"))
    said = [
        GOOD % (1, 1),
        "{'question': 'q2', 'answer': 'a2'}",
        GOOD % (3, 3),
        '{"question": {"x": 1}, "answer": "a4"}',
    ]
    dataset = store.add(lines(tmp_path / "a.jsonl", *said))
    assert dataset.usable == 2
    repaired = preview_reading(dataset, dataset.choices.with_(Choices(repair=True)))
    assert (repaired.added, repaired.changed, repaired.dropped) == (1, 0, 0)
    (change,) = repaired.changes
    assert change.key == (2, 0) and change.before is None and told(change.after[0]) == ["u q2", "a a2"]
    both = preview_reading(dataset, Choices(repair=True, structured=True))
    assert [one.key for one in both.changes] == [(2, 0), (4, 0)]


def test_reading_anew_may_change_and_lose_rows(tmp_path: Path) -> None:
    store = DatasetStore(Workspace(tmp_path / "ws"))
    said = [json.dumps({"q": f"ask {at}", "a": f"tell {at}", "b": "other"}) for at in range(1, 4)]
    said.append(json.dumps({"q": {"x": 1}, "a": "tell", "b": "other"}))
    choices = Choices(format="question_answer", columns={"question": "q", "answer": "a"})
    dataset = store.add(lines(tmp_path / "a.jsonl", *said), choices=choices.with_(Choices(structured=True)))
    found: Any = preview_reading(dataset, choices.with_(Choices(columns={"answer": "b"})))
    assert (found.added, found.changed, found.dropped) == (0, 3, 1)
    assert [(one.key, len(one.after)) for one in found.changes] == [((1, 0), 1), ((2, 0), 1), ((3, 0), 1), ((4, 0), 0)]
    assert told(found.changes[0].before)[1] == "a tell 1" and told(found.changes[0].after[0])[1] == "a other"
