"""A row as a person typed it: refused with one clear sentence, or kept as it is to the last key."""

import pytest

from core.data.edits.edits import Edits
from core.data.edits.rewording import reworded
from core.errors import UserError
from tests.unit.handmade import edits_of, exchange, version
from webui.text import load

PAIR = {"prompt": "q", "chosen": "good", "rejected": "bad"}
USER, GOOD = {"role": "user", "content": "q"}, {"role": "assistant", "content": "good"}


def talk(*turns):
    return {"messages": [{"role": role, "content": said} for role, said in turns]}


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (talk(("user", "q"), ("assistant", " \n")), "edit.empty_answer"),
        (talk(("user", "　"), ("assistant", "a")), "edit.empty_question"),
        (talk(("system", ""), ("user", "q"), ("assistant", "a")), "edit.empty_system"),
        (talk(("user", "q")), "edit.no_answer"),
        (talk(("user", "q"), ("teacher", "a")), "edit.unknown_role"),
        (talk(), "edit.no_turns"),
        ({"text": "a"}, "edit.other_kind"),
        ({}, "edit.other_kind"),
    ],
)
def test_what_no_model_learns_from_is_refused(tmp_path, row, code):
    edits = edits_of(tmp_path)
    for key in (None, (1, 0)):
        with pytest.raises(UserError) as told:
            edits.save(key, row, 0)
        assert told.value.code == code and not edits.pending
        for language in ("en", "zh"):
            assert "{" not in load(language).error(told.value)
    with pytest.raises(UserError):
        edits.add([exchange("a", "b"), row])
    assert not edits.pending


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"prompt": []}, "edit.no_question"),
        ({"chosen": []}, "edit.no_chosen"),
        ({"rejected": []}, "edit.no_rejected"),
        ({"rejected": [{"role": "assistant", "content": ""}]}, "edit.empty_answer"),
        ({"rejected": [USER]}, "edit.no_answer"),
        ({"chosen": [USER]}, "edit.no_answer"),
        ({"chosen": "good"}, "edit.other_kind"),
    ],
)
def test_preferences_need_both_answers(tmp_path, change, code):
    edits = Edits(version(tmp_path, [PAIR] * 3))
    row = edits.row((1, 0))
    with pytest.raises(UserError) as told:
        edits.save((1, 0), {**row, **change}, 0)
    assert told.value.code == code
    edits.save((1, 0), {**row, "chosen": [{**GOOD, "content": "better"}]}, 0)
    assert edits.row((1, 0))["chosen"][0]["content"] == "better"


def test_judged_answers_and_text(tmp_path):
    edits = Edits(
        version(tmp_path / "kto", [{"prompt": "q", "completion": "a", "label": n % 2 == 0} for n in range(4)])
    )
    row = edits.row((1, 0))
    edits.save((1, 0), {**row, "label": False}, 0)
    assert edits.row((1, 0))["label"] is False
    with pytest.raises(UserError, match=r"edit\.no_answer"):
        edits.save((2, 0), {**row, "answer": []}, 0)
    edits = Edits(version(tmp_path / "text", [{"text": "A story."}]))
    with pytest.raises(UserError, match=r"edit\.empty_text"):
        edits.save((1, 0), {"text": " "}, 0)
    edits.save((1, 0), {"text": "Another story."}, 0)
    assert edits.row((1, 0)) == {"row": 1, "text": "Another story."}


def test_other_words_in_a_turn_leave_its_calls_its_thoughts_and_what_is_not_learned(tmp_path):
    call = {"type": "function", "function": {"name": "weather", "arguments": {"city": "Oslo"}}}
    turns = [
        {"role": "user", "content": "Weather?"},
        {"role": "assistant", "content": "", "tool_calls": [call], "learned": False},
        {"role": "tool", "content": "", "name": "weather"},
        {"role": "assistant", "content": "Rain.", "reasoning_content": "Nothing came back."},
    ]
    edits = Edits(version(tmp_path, [{"messages": turns[:2] + [{**turns[2], "content": "rain"}] + turns[3:]}] * 2))
    row = {**edits.row((1, 0)), "messages": turns}
    said = [(0, "user", "Weather in Oslo?"), (1, "assistant", ""), (2, "tool", ""), (3, "assistant", "It rains.")]
    edits.save((1, 0), reworded(row, "messages", said), 0)
    kept = edits.row((1, 0))["messages"]
    assert kept == [
        {**turns[0], "content": "Weather in Oslo?"},
        turns[1],
        turns[2],
        {**turns[3], "content": "It rains."},
    ]
    moved = reworded(row, "messages", [(None, "user", "And?"), (3, "user", "Rain."), (1, "assistant", "I look.")])
    assert moved["messages"] == [
        {"role": "user", "content": "And?"},
        {"role": "user", "content": "Rain."},
        {**turns[1], "content": "I look."},
    ]
    assert row["messages"] == turns
