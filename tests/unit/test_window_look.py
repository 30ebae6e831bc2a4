"""What is looked at on the Data tab, without a browser: findings, rows, a row, its tokens, lengths."""

import json
import re
import time
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.data.datasets import Dataset
from core.data.tokens.measure import measure
from core.findings import Finding
from core.models.load import load_tokenizer
from core.workspace import PRESETS
from webui import snapshot
from webui.context import Context
from webui.markup import Html
from webui.measuring import Measurement, Measuring
from webui.snapshot import Page
from webui.tabs import (
    data_findings,
    data_lengths,
    data_look,
    data_raw,
    data_seen,
    data_table,
    data_tokens,
    row_view,
)
from webui.tabs.data_rows import ById, Findings, Rows, findings_of, rows_of
from webui.tabs.data_select import select
from webui.text import LANGUAGES, load

EN = load("en")
EVIL = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return load_tokenizer(PRESETS / "starter")


def chat(question: str, answer: str, **more: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": question}, {"role": "assistant", "content": answer}], **more}


def brought(ctx: Context, folder: Path, rows: list[Any], name: str = "rows.jsonl") -> Dataset:
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    (folder / name).write_text("\n".join(lines), encoding="utf-8")
    dataset = ctx.datasets.add(folder / name)
    ctx.drafts.update(dataset=dataset.id, room="data")
    return dataset


def plain(html: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", html))


# -- findings


def test_findings_are_worst_first_and_say_one_row_at_a_time(ctx: Context, tmp_path: Path) -> None:
    dataset = brought(ctx, tmp_path, [*[chat(f"Q {n}", f"A {n}") for n in range(12)], "{broken", chat("?", "")])
    findings = findings_of(ById(dataset), None, 0, "")
    levels = [found.finding.level for found in findings.all]
    assert levels == sorted(levels, key=["error", "warning", "info"].index) and [f.mark for f in findings.all] == [1, 2]
    shown = data_findings.findings(dataset, findings, "", EN)
    assert shown.count('data-do="only"') == 2
    broken = next(found for found in findings.all if found.finding.code == "row.broken_json")
    assert "line 13" in data_findings.of_row(broken, 13, EN)


def test_few_rows_for_the_goal_are_told_once(ctx: Context, tmp_path: Path) -> None:
    """Twelve rows are enough for twelve facts, and too few for a style."""

    def codes(rows: int, goal: str) -> list[str]:
        chats = [chat(f"Question number {n}?", f"The answer is {n}.") for n in range(rows)]
        brought(ctx, tmp_path, chats, f"{rows}.jsonl")
        ctx.drafts.update(recipe=goal)
        found = data_look.seen(ctx, snapshot.take(ctx, Page(room="settings")), EN).findings.all
        return [each.finding.code for each in found if each.finding.code.startswith("rows.few")]

    assert codes(12, "faq") == [] and codes(12, "style") == ["rows.few_for_goal"]
    assert codes(5, "style") == ["rows.few"]


def test_a_clean_file_is_one_line(ctx: Context, tmp_path: Path) -> None:
    dataset = brought(ctx, tmp_path, [chat(f"Question number {n}?", f"The answer is {n}.") for n in range(60)])
    for language in LANGUAGES:
        shown = data_findings.findings(dataset, findings_of(ById(dataset), None, 0, ""), "", load(language))
        assert load(language)("data.found_none", n="60") in plain(shown) and "<li" not in shown


def test_lines_follow_their_rows() -> None:
    finding = Finding("error", "row.broken_json", [3, 9], lines="4, 12", said="x")
    assert data_findings.alone(finding, 9).facts["lines"] == 12
    many = Finding("error", "row.broken_json", list(range(1, 20)), lines="1, 2, 3 ...", said="x")
    assert data_findings.alone(many, 19).facts["lines"] == "?"


@pytest.mark.parametrize(("said", "row", "line"), [("4, 12", 9, 12), (7, 3, 7), ([1, 2], 9, 2), (None, 3, None)])
def test_the_line_of_a_row(said: Any, row: int, line: int | None) -> None:
    assert data_findings.line_of(Finding("error", "row.ragged", [3, 9], lines=said), row) == line


def test_a_row_that_was_left_out_opens_as_it_stands_in_the_file(ctx: Context, tmp_path: Path) -> None:
    broken = '{"messages": [' + EVIL
    dataset = brought(ctx, tmp_path, [*[chat(f"Q {n}", f"A {n}") for n in range(12)], chat("Why?", ""), broken])
    assert data_raw.find(dataset, 14, 14) == broken
    found = data_raw.find(dataset, 13, None)
    assert isinstance(found, dict) and "Why?" in found["messages"]
    page = Page(room="data")
    snapshot.take(ctx, page)
    data_look.look(ctx, page, "only", "answer.empty-1")
    until(lambda: "Why?" in data_look._refresh(ctx, snapshot.take(ctx, page), EN)["bubbles"]["value"])
    assert page.memo["data.out"] == 13
    data_look.look(ctx, page, "found", "")  # the same press again closes it
    data_look.look(ctx, page, "found", "")
    data_look.look(ctx, page, "out", "14")
    viewer = lambda: data_look._refresh(ctx, snapshot.take(ctx, page), EN)["bubbles"]["value"]  # noqa: E731
    until(lambda: "&lt;img" in viewer())
    shown = viewer()
    assert "<img" not in shown and "line 14" in shown
    data_look.look(ctx, page, "only", "")
    data_look.look(ctx, page, "row", "2")
    data_look._refresh(ctx, snapshot.take(ctx, page), EN)
    assert page.memo["data.out"] is None and page.memo["data.at"] == 2


# -- one row


def test_a_row_shows_thinking_tools_and_calls() -> None:
    call = {"type": "function", "function": {"name": "rain", "arguments": {"city": "Paris"}}}
    tool = {"type": "function", "function": {"name": "rain", "description": "Does it rain?", "parameters": {}}}
    row = {
        "row": 1,
        "tools": [tool],
        "messages": [
            {"role": "user", "content": "Wet?"},
            {"role": "assistant", "content": "", "tool_calls": [call]},
            {"role": "tool", "name": "rain", "content": '{"mm":3}'},
            {"role": "assistant", "content": "<think>3 mm.</think>Yes."},
        ],
    }
    said = plain(row_view.talk(row, EN))
    for part in ("Does it rain?", EN("data.tool_call", name="rain"), '"city": "Paris"', '"mm": 3', "Thinking3 mm.Yes."):
        assert part in said
    assert row_view.question(row) == "Wet?" and row_view.answer(row) == "rain()"


def test_long_texts_are_folded_and_none_is_lost() -> None:
    long = "".join(chr(97 + n % 26) for n in range(5000))
    shown = row_view.talk({"row": 1, "text": long}, EN)
    assert "<details" in shown and long[-700:] in plain(shown)
    huge = row_view.talk({"row": 1, "text": "x" * 100_000}, EN)
    assert len(huge) < 25_000 and "80,000" in plain(huge)


def test_nothing_of_a_row_is_html() -> None:
    call = {"function": {"name": EVIL, "arguments": EVIL}}
    turns = [
        {"role": "user", "content": EVIL},
        {"role": "assistant", "content": EVIL, "reasoning_content": EVIL, "tool_calls": [call]},
        {"role": "tool", "name": EVIL, "content": json.dumps({EVIL: EVIL})},
    ]
    row = {"row": 1, "messages": turns, "tools": [{"function": {"name": EVIL, "description": EVIL}}]}
    assert "<img" not in row_view.talk(row, EN)
    chosen = select(Rows([row], np.asarray([1], np.int64)), Findings([], []), "")
    assert "<img" not in data_table.table(chosen, Findings([], []), 0, 0, None, EN)


# -- what the model will see


def spans(html: Html, kind: str) -> str:
    """The texts of all tokens of a kind, joined."""
    found = re.findall(rf'<span class="lw-tk lw-tk-{kind}[^>]*>(.*?)</span>', html, re.DOTALL)
    return plain("".join(found))


def test_the_learned_tokens_are_the_answer(tokenizer: Any) -> None:
    row = {"row": 1, **chat("Two  blanks\n\tand a tab?", "咖啡 & <b>tea</b>\n👍🏽 done")}
    seen = data_tokens.see(tokenizer, row, None)
    shown = data_tokens.tokens(seen, 0, 300, 0, "Starter", EN)
    assert spans(shown, "learned") == "咖啡 & <b>tea</b>\n👍🏽 done<|im_end|>"
    assert "Two  blanks\n\tand a tab?" in spans(shown, "masked")
    assert f"{seen[0].learned:,} of them learned" in plain(shown)
    assert "<b>" not in shown


def test_the_cut_is_marked_with_what_is_lost(tokenizer: Any) -> None:
    row = {"row": 1, **chat("Short?", "a long answer " * 40)}
    (seen,) = data_tokens.see(tokenizer, row, 60)
    shown = data_tokens.tokens((seen,), 0, 300, 60, "Starter", EN)
    assert seen.kept == 60 and seen.lost == seen.begins + sum(t.learned for t in seen.tokens) - 60
    assert shown.count("lw-token-cut") == 1 and f"{seen.lost:,}" in plain(shown)
    assert shown.index("lw-tk-learned") < shown.index("lw-token-cut") < shown.index("lw-tk-lost")
    gone = data_tokens.tokens(data_tokens.see(tokenizer, row, 3), 0, 300, 3, "Starter", EN)
    assert EN("data.tokens_none_left", n="3") in plain(gone)


def test_three_hundred_tokens_at_a_time(tokenizer: Any) -> None:
    seen = data_tokens.see(tokenizer, {"row": 1, **chat("word " * 2000, "the end")}, None)
    shown = data_tokens.tokens(seen, 0, 300, 0, "Starter", EN)
    assert shown.count('title="') == 300 and EN("data.tokens_to_learned") in shown
    begins = seen[0].begins
    assert begins and "the end" in spans(data_tokens.tokens(seen, begins - 20, 300, 0, "Starter", EN), "learned")


# -- lengths


def measurement(tokenizer: Any, rows: list[dict[str, Any]]) -> Measurement:
    return Measurement(measure(tokenizer, [{"row": n + 1, **row} for n, row in enumerate(rows)]), 1024)


@pytest.mark.parametrize("language", LANGUAGES)
def test_lengths_are_drawn_counted_and_suggested(tokenizer: Any, language: str) -> None:
    text = load(language)
    found = measurement(tokenizer, [chat("How?", "word " * n) for n in range(1, 101)])
    longest = found.measured.longest
    shown = data_lengths.lengths(found, 40, 40, Findings([], found.findings(40, "Starter")), "Starter", text)
    assert shown.count("<rect") == sum(count > 0 for _, _, count in found.measured.histogram(24))
    assert 'class="lw-limit"' in shown and "lw-bar-over" in shown
    cut = found.measured.cut(40)
    assert text("data.lengths_show_cut", n=f"{len(cut.rows)}") in plain(shown)
    length = found.measured.suggested(1024)[0]
    assert f'data-do="length" data-id="{length}"' in shown and length >= longest
    assert text("data.suggest.whole", longest=f"{longest}") in plain(shown)
    fine = data_lengths.lengths(found, length, None, Findings([], []), "Starter", text)
    assert "data-do" not in fine and text("data.suggest_automatic", length=f"{length}") in plain(fine)
    assert f"{len(cut.rows)}" in data_lengths.label(found, 40, text)


def test_lengths_of_nothing_are_a_sentence(tokenizer: Any) -> None:
    shown = data_lengths.lengths(measurement(tokenizer, []), 8, None, Findings([], []), "Starter", EN)
    assert plain(shown) == EN("data.lengths_none", model="Starter")


def test_all_rows_decide_where_the_plan_saw_only_some(tokenizer: Any, ctx: Context) -> None:
    found = measurement(tokenizer, [chat("How?", "word " * n) for n in range(1, 50)])
    snap = replace(snapshot.take(ctx), plan={"max_length": 16})
    assert data_seen.limit_of(snap, None) == 16
    assert data_seen.limit_of(snap, found) >= found.measured.longest
    ctx.drafts.update(changes={"max_length": 24})
    assert data_seen.limit_of(snapshot.take(ctx), found) == 24


def test_a_press_sets_the_suggested_length(ctx: Context) -> None:
    data_look.look(ctx, Page(), "length", "384")
    assert ctx.drafts.load().changes == {"max_length": 384}
    data_look.look(ctx, Page(), "length", "-1 or 2")
    assert ctx.drafts.load().changes == {"max_length": 384}


# -- counting in the background


def until(ready: Any, seconds: float = 30) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := ready()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return found


def test_a_count_is_made_once_and_kept(ctx: Context, tmp_path: Path) -> None:
    brought(ctx, tmp_path, [chat(f"Q {n}", f"A {n}") for n in range(30)])
    snap = snapshot.take(ctx, Page(room="data"))
    assert snap.dataset and snap.model
    measuring = Measuring()
    assert measuring.known(snap.dataset, snap.model) is None
    found = until(lambda: measuring.ask(snap.dataset, snap.model).found)
    assert found.measured.count == 30 and found.context > 0
    assert list(snap.dataset.folder.glob("measured-*.npz"))
    assert measuring.ask(snap.dataset, snap.model).found is found


def test_the_newest_question_wins(ctx: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = brought(ctx, tmp_path, [chat(f"Q {n}", f"A {n}") for n in range(30)], "first.jsonl")
    second = brought(ctx, tmp_path, [chat(f"Q {n}", f"B {n}") for n in range(31)], "second.jsonl")
    model = snapshot.take(ctx).model
    assert model is not None
    measuring, given_up = Measuring(), list[str]()
    from core.data.tokens import measure as core_measure

    real = core_measure.measured_of

    def slow(dataset: Dataset, tokenizer: Any, progress: Any = None) -> Any:
        if dataset.id == first.id:
            try:
                until(lambda: progress(1, 30))
            except BaseException:
                given_up.append(dataset.id)
                raise
        return real(dataset, tokenizer, progress)

    monkeypatch.setattr(core_measure, "measured_of", slow)
    measuring.ask(first, model)
    until(lambda: measuring.ask(first, model).done)
    found = until(lambda: measuring.ask(second, model).found)
    assert found.measured.count == 31 and given_up == [first.id]
    measuring.ask(first, model)
    measuring.cancel()
    assert measuring.ask(first, model).cancelled
    measuring.again()
    assert measuring.ask(first, model).working
    measuring.cancel()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_cannot_be_counted_yet_is_said(language: str) -> None:
    text = load(language)
    said = data_findings.counting(None, "Qwen", False, text)
    assert text("data.count_later", model="Qwen") in plain(said) and 'data-id="model"' in said
    assert data_findings.counting(None, "", False, text) == ""


# -- the whole tab


def test_the_tab_is_drawn_without_reading_all_rows(
    ctx: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tick must cost the same for any number of rows: none of it may iterate over them."""
    dataset = brought(ctx, tmp_path, [chat(f"Q {n}", f"A {n}") for n in range(60)])
    rows_of(dataset)
    dataset.reworded()
    monkeypatch.setattr(type(dataset.load_rows()), "__iter__", lambda self: 1 / 0)
    page = Page(room="settings")
    snapshot.take(ctx, page)
    for do, id in (("", ""), ("found", ""), ("following", ""), ("page", "on"), ("jump", "7")):
        data_look.look(ctx, page, do, id)
        data_look._refresh(ctx, snapshot.take(ctx, page), EN)
    assert page.memo["data.at"] == 6
