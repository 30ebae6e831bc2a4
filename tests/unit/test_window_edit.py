"""Rows changed by hand, without a browser: what the form sends, what stands in it, what is shown of it."""

import json
import re
import time
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from core.errors import UserError
from core.findings import Finding
from webui import snapshot
from webui.context import Context
from webui.snapshot import Page
from webui.tabs import data, data_edit, data_edit_form, data_edit_typed, data_look, data_paste, data_rows, data_seen
from webui.text import LANGUAGES, load

EN = load("en")
EVIL = '</textarea><img src=x onerror=alert(1)>"'

Row = dict[str, Any]


def chat(question: str, answer: str) -> Row:
    return {"messages": [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]}


def brought(ctx: Context, folder: Path, rows: list[Any], name: str = "rows.jsonl") -> Page:
    (folder / name).write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    ctx.drafts.update(dataset=ctx.datasets.add(folder / name).id, room="data")
    return Page(room="data")


def shown(ctx: Context, page: Page, text: Any = EN) -> dict[str, str]:
    updates = data_look._refresh(ctx, snapshot.take(ctx, page), text)
    return {name: str(update.get("value", "")) for name, update in updates.items()}


def press(ctx: Context, page: Page, do: str, id: str = "") -> dict[str, str]:
    data_look.look(ctx, page, do, id)
    return shown(ctx, page)


def until(ctx: Context, page: Page, words: str) -> str:
    """The table, once these words stand in it."""
    deadline = time.monotonic() + 30
    while words not in (table := shown(ctx, page)["table"]):
        assert time.monotonic() < deadline, table
        time.sleep(0.05)
    return table


def sent(page: Page, *contents: str | None, part: str = "messages") -> str:
    """What the browser sends when these words stand in the boxes of an unmoved question and answer."""
    state = page.memo["edit"]
    turns = [
        {"was": at, "role": turn["role"], "content": said}
        for at, (turn, said) in enumerate(zip(state.row[part], contents, strict=True))
    ]
    return json.dumps({"form": state.form, "parts": {part: turns}})


# -- what the form sends


@pytest.mark.parametrize(
    "typed",
    [
        "", "null", "[]", "{", "7", '{"form": "1"}', '{"form": true}', '{"form": 1}', '{"form": 1, "parts": []}',
        '{"form": 1, "parts": {"messages": 3}}', '{"form": 1, "parts": {"prompt": []}}',
        '{"form": 1, "parts": {"messages": [{"role": "root", "content": "x"}]}}',
        '{"form": 1, "parts": {"messages": [{"role": "user", "content": 3}]}}',
        '{"form": 1, "parts": {"messages": [{"role": "user", "content": {}}]}}',
        '{"form": 1, "parts": {"messages": [{"was": 9, "role": "user", "content": "x"}]}}',
        '{"form": 1, "parts": {"messages": [{"was": -1, "role": "user", "content": "x"}]}}',
        '{"form": 1, "parts": {"messages": [{"was": true, "role": "user", "content": "x"}]}}',
        '{"form": 1, "parts": {"messages": [{"was": 0, "role": "user"}, {"was": 0, "role": "user"}]}}',
        "[" * 100_000, '{"form": 1, "parts": {"messages": [' + "0," * 2_000_000 + "0]}}",
        json.dumps({"form": 1, "parts": {"messages": [{"role": "user", "content": "x"}] * 1001}}),
    ],
)  # fmt: skip
def test_what_no_form_sends_is_refused_in_a_sentence(typed: str) -> None:
    with pytest.raises(UserError) as refused:
        data_edit_typed.row_of(data_edit_typed.opened(typed), chat("Q", "A"))
    assert refused.value.code == "edit.bad_form" and EN.error(refused.value)


def test_what_the_form_does_not_show_stays() -> None:
    call = {"type": "function", "function": {"name": "rain", "arguments": {}}}
    row = {
        "row": 7,
        "variant": 2,
        "tools": [{"function": {"name": "rain"}}],
        "messages": [
            {"role": "user", "content": "A\r\nB"},
            {"role": "assistant", "content": "", "tool_calls": [call]},
            {"role": "tool", "name": "rain", "content": "wet"},
            {"role": "assistant", "content": "<think>\nHm.\n</think>\n\nYes.", "learned": False},
        ],
    }
    turns: list[Row] = [{"was": at, "role": turn["role"], "content": None} for at, turn in enumerate(row["messages"])]  # type: ignore[arg-type,index]
    form = {"form": 1, "parts": {"messages": turns}}
    assert data_edit_typed.row_of(form, row) == row
    turns[3]["content"] = "No."
    turns.append({"was": None, "role": "user", "content": "Sure?"})
    changed = data_edit_typed.row_of(form, row)["messages"]
    assert changed[3] == {"role": "assistant", "content": "<think>\nHm.\n</think>\n\nNo.", "learned": False}
    assert changed[4] == {"role": "user", "content": "Sure?"} and changed[:3] == row["messages"][:3]  # type: ignore[index]
    turns[2]["role"] = "user"
    with pytest.raises(UserError):  # an answer of a tool stays one
        data_edit_typed.row_of(form, row)


def test_other_kinds_of_rows_have_forms_too() -> None:
    pair = {"prompt": [{"role": "user", "content": "Q"}], "chosen": [{"role": "assistant", "content": "good"}],
            "rejected": [{"role": "assistant", "content": "bad"}]}  # fmt: skip
    parts = {part: [{"was": 0, "role": turns[0]["role"], "content": None}] for part, turns in pair.items()}
    parts["rejected"][0]["content"] = "worse"
    changed = data_edit_typed.row_of({"form": 1, "parts": parts}, {"row": 1, **pair})
    assert changed == {"row": 1, **pair, "rejected": [{"role": "assistant", "content": "worse"}]}
    drawn = data_edit_form.form(1, {"row": 1, **pair}, "f 1.0", EN, new=False)
    assert [EN(f"edit.part.{part}") in drawn for part in pair] == [True] * 3
    assert data_edit_typed.row_of({"form": 1, "text": "new"}, {"row": 1, "text": "old"}) == {"row": 1, "text": "new"}
    judged = {"row": 1, "prompt": pair["prompt"], "answer": pair["chosen"], "label": True}
    answers = {"prompt": parts["prompt"], "answer": [{"was": 0, "role": "assistant", "content": None}]}
    assert data_edit_typed.row_of({"form": 1, "parts": answers, "label": False}, judged)["label"] is False


def test_nothing_of_a_row_is_html_in_the_form() -> None:
    call = {"function": {"name": EVIL, "arguments": EVIL}}
    turns = [
        {"role": EVIL, "content": EVIL},
        {"role": "assistant", "content": EVIL, "reasoning_content": EVIL, "tool_calls": [call]},
    ]
    row = {"row": 1, "messages": turns, "tools": [{"function": {"name": EVIL, "description": EVIL}}]}
    for each in (row, {"row": 1, "text": EVIL}):
        drawn = data_edit_form.form(1, each, EVIL, EN, new=False)
        assert "<img" not in drawn and drawn.count("</textarea>") == drawn.count("<textarea")
    drawn = data_edit_form.form(1, {"row": 1, "text": "\nfirst"}, "", EN, new=False)
    assert 'aria-label="Text">\n\nfirst' in drawn  # the browser swallows one line break


# -- a row in the form


def test_the_form_is_the_same_at_every_tick_and_the_bar_saves_it(ctx: Context, tmp_path: Path) -> None:
    page = brought(ctx, tmp_path, [chat(f"Question {n}?", f"Answer {n}.") for n in range(1, 61)])
    shown(ctx, page)
    drawn = press(ctx, page, "edit", "12.0")
    assert "Answer 12." in drawn["edit"] and not drawn["bubbles"]
    assert data.bar(ctx, snapshot.take(ctx, page), EN).action == "save_row"
    edits = ctx.datasets.edits(ctx.drafts.load().dataset or "")
    edits.save((13, 0), chat("Else?", "Elsewhere."), 0)  # another window, another row
    assert shown(ctx, page)["edit"] == drawn["edit"]
    after = press(ctx, page, "save", sent(page, None, "Mine."))
    assert "<form" not in after["edit"] and EN("edit.saved", row=12, n="2") in after["note"]
    assert "Mine." in after["bubbles"]
    assert EN("edit.undo", what=EN("edit.did.changed", row=12)) in unescape(after["table"])
    assert edits.row((12, 0)) == {"row": 12, **chat("Question 12?", "Mine.")}
    stamp = edits.stamp
    press(ctx, page, "save", json.dumps({"form": 1, "parts": {"messages": []}}))  # pressed twice
    assert edits.stamp == stamp
    assert "Answer 12." in press(ctx, page, "undo")["bubbles"]


def test_what_cannot_be_learned_is_told_above_the_form(ctx: Context, tmp_path: Path) -> None:
    page = brought(ctx, tmp_path, [chat(f"Question {n}?", f"Answer {n}.") for n in range(1, 11)])
    form = press(ctx, page, "new")["edit"]
    for language in LANGUAGES:
        data_look.look(ctx, page, "save", sent(page, "Asked?", "  "))
        told = shown(ctx, page, load(language))
        assert "lw-warning" in told["note"] and "edit." not in told["note"]
    assert shown(ctx, page)["edit"] == form
    saved = press(ctx, page, "save_next", sent(page, "Asked?", "Answered."))
    assert EN("edit.saved", row=11, n="1") in saved["note"] and EN("edit.title_new") in saved["edit"] != form


def test_a_row_saved_elsewhere_is_shown_beside_what_was_typed(ctx: Context, tmp_path: Path) -> None:
    rows = [chat(f"Question {n}?", f"Answer {n}.") for n in range(1, 11)]
    one, two = brought(ctx, tmp_path, rows), Page(room="data")
    for page in (one, two):
        shown(ctx, page)
        press(ctx, page, "edit", "4.0")
    press(ctx, one, "save", sent(one, None, "First."))
    typed = sent(two, None, "Second.")
    told = press(ctx, two, "save", typed)
    assert EN("edit.elsewhere_said") in told["note"] and "First." in told["note"] and "Answer 4." in told["edit"]
    after = press(ctx, two, "mine", typed)
    assert "<form" not in after["edit"] and "Second." in after["bubbles"]
    press(ctx, one, "edit", "4.0")
    press(ctx, two, "delete", "4.0")
    press(ctx, two, "delete_yes")
    told = press(ctx, one, "save", sent(one, None, "Third."))
    assert EN("edit.elsewhere_gone") in told["note"]
    assert "<form" not in press(ctx, one, "theirs")["edit"]
    press(ctx, one, "only", "hand")
    assert EN("edit.bring_back") in shown(ctx, one)["table"]
    assert "Answer 4." in press(ctx, one, "bring", "4.0")["bubbles"]


def test_a_form_outlives_a_new_version_of_its_data(ctx: Context, tmp_path: Path) -> None:
    page = brought(ctx, tmp_path, [chat(f"Question {n}?", f"Answer {n}.") for n in range(1, 11)])
    first = ctx.drafts.load().dataset or ""
    form = press(ctx, page, "edit", "4.0")["edit"]
    ctx.datasets.edits(first).save((5, 0), chat("Five?", "Other."), 0)
    ctx.drafts.update(dataset=ctx.datasets.keep_edits(first).id)
    assert shown(ctx, page)["edit"] == form
    press(ctx, page, "save", sent(page, None, "Saved in the newer one."))
    edits = ctx.datasets.edits(ctx.drafts.load().dataset or "")
    assert edits.dataset.id != first and edits.changed == {(4, 0)}
    brought(ctx, tmp_path, [chat("Other data?", f"Yes {n}.") for n in range(9)], "other.jsonl")
    assert "<form" not in shown(ctx, page)["edit"]


@pytest.mark.parametrize("id", ["x", "1", "1.x", "-1.0", "1.0.0", "²." * 3, "9" * 30 + ".0"])
def test_a_key_that_is_none_is_refused(id: str) -> None:
    with pytest.raises(UserError):
        data_edit.key_of(id)


def test_the_row_in_view_stays_when_rows_before_it_go(ctx: Context, tmp_path: Path) -> None:
    page = brought(ctx, tmp_path, [chat(f"Question {n}?", f"Answer {n}.") for n in range(1, 31)])
    shown(ctx, page)
    assert "Answer 20." in press(ctx, page, "jump", "20")["bubbles"]
    edits = ctx.datasets.edits(ctx.drafts.load().dataset or "")
    for number in (3, 4):  # another window
        edits.save((number, 0), None, 0)
    assert "Answer 20." in shown(ctx, page)["bubbles"]
    assert data_seen.seen(ctx, snapshot.take(ctx, page), EN).rows.hand.gone == ((3, 0), (4, 0))


# -- words, order, pasting


def test_words_and_order(ctx: Context, tmp_path: Path) -> None:
    page = brought(ctx, tmp_path, [chat(f"Question {n}?", "word " * n) for n in range(1, 31)])
    shown(ctx, page)
    press(ctx, page, "search", " question  17 ")
    until(ctx, page, EN("edit.found_words", n="1", words="question 17"))
    assert page.memo["data.at"] == 16
    press(ctx, page, "search", "zebra")
    until(ctx, page, EN("edit.found_nothing", words="zebra"))
    assert EN("data.table_all", n="30") in press(ctx, page, "search", "")["table"]
    press(ctx, page, "sort", "longest")
    until(ctx, page, 'lw-chosen-row" data-do="row" data-id="29')
    press(ctx, page, "step", "down")
    assert page.memo["data.at"] == 28
    press(ctx, page, "sort", "nonsense")
    assert page.memo["data.sort"] == "longest"
    press(ctx, page, "search", "question 2")
    found = until(ctx, page, EN("edit.found_words", n="12", words="question 2"))
    assert re.findall(r'data-do="row" data-id="(\d+)"', found)[0] == "28"


def test_pairs_are_pasted_as_one_change(ctx: Context, tmp_path: Path) -> None:
    ctx.drafts.update(dataset=ctx.datasets.create("Typed").id, room="data")
    page = Page(room="data")
    assert EN("edit.no_rows_yet") in shown(ctx, page)["table"]
    assert data.bar(ctx, snapshot.take(ctx, page), EN).action == "write_row"
    assert "lw-warning" in press(ctx, page, "paste", "only one column\nof text")["pasted"]
    seen = press(ctx, page, "paste", "".join(f"Q {n}\tA <b>{n}\n" for n in range(5)))["pasted"]
    assert EN("edit.paste_read", n="5") in seen and "<b>" not in seen and "A &lt;b&gt;2" in seen and "Q 3" not in seen
    added = press(ctx, page, "paste_add")
    edits = ctx.datasets.edits(ctx.drafts.load().dataset or "")
    assert len(edits.added) == 5 and EN("edit.did.added_many", n="5") in added["table"] and not added["pasted"]
    press(ctx, page, "paste_add")  # nothing is added twice
    assert len(edits.rows()) == 5
    press(ctx, page, "undo")
    assert not edits.pending
    assert data_paste.offered(None) is False


def test_what_was_counted_of_a_row_counts_no_more_when_it_is_changed(ctx: Context, tmp_path: Path) -> None:
    brought(ctx, tmp_path, [chat(f"Question {n}?", f"Answer {n}.") for n in range(1, 11)])
    measured = [Finding("warning", "row.cut", [3, 4]), Finding("warning", "row.cut", [4]), Finding("info", "rows.few")]
    assert [found.rows for found in data_rows._still(measured, {4, 9})] == [(3,), ()]


def test_a_row_that_was_left_out_begins_with_what_the_file_says(ctx: Context, tmp_path: Path) -> None:
    (tmp_path / "faq.csv").write_text("question,answer\n" + "Where?,Here.\nWhen?,\n" + "Why?,So.\n" * 9, "utf-8")
    ctx.drafts.update(dataset=ctx.datasets.add(tmp_path / "faq.csv").id, room="data")
    page = Page(room="data")
    shown(ctx, page)
    press(ctx, page, "only", "answer.empty-1")
    deadline = time.monotonic() + 30
    while "When?" not in (seen := shown(ctx, page)["bubbles"]):
        assert time.monotonic() < deadline, seen
        time.sleep(0.05)
    assert EN("edit.complete") in seen
    press(ctx, page, "complete", "2")
    assert [turn["content"] for turn in page.memo["edit"].row["messages"]] == ["When?", ""]
    after = press(ctx, page, "save", sent(page, None, "Now."))
    assert "Now." in after["bubbles"] and page.memo["data.at"] == 1
