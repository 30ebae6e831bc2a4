"""What was found and what the model will see: findings, their rows, bubbles, tokens, lengths, rows kept aside."""

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from core.data.datasets import Dataset
from core.findings import Finding
from tests.browser.conftest import WIDTHS, Visit, Window
from tests.browser.test_window import foreign, one_button
from webui import text

EN = text.load("en")
Open = Callable[..., Visit]
BOTH = pytest.mark.parametrize("language", ["en", "zh"])
QUESTIONS = {"en": "What does thing {n} cost?", "zh": "第 {n} 件多少钱？"}
ANSWERS = {"en": "Thing {n} costs {m} coins.", "zh": "第 {n} 件要 {m} 元。"}


def chat(question: str, answer: str) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]}


def some(language: str, count: int = 60) -> list[Any]:
    return [
        chat(QUESTIONS[language].format(n=n), ANSWERS[language].format(n=n, m=3 * n + 1)) for n in range(1, count + 1)
    ]


@pytest.fixture
def bring(window: Window, tmp_path: Path) -> Callable[..., Dataset]:
    """`bring(rows)` makes a data set and chooses it, as if the file had been brought."""

    def bring(rows: list[Any], name: str = "rows.jsonl", *, choose: bool = True) -> Dataset:
        lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
        (tmp_path / name).write_text("\n".join(lines), encoding="utf-8")
        dataset = window.datasets.add(tmp_path / name)
        if choose:
            window.drafts.update(dataset=dataset.id)
        return dataset

    return bring


Bring = Callable[..., Dataset]


def press(page: Visit, host: str, do: str, id: str | None = None) -> None:
    mine = f'[data-do="{do}"]' + (f'[data-id="{id}"]' if id is not None else "")
    page.page.locator(f"{host} button{mine}").first.click()


def row_shown(page: Visit) -> str:
    return str(page.page.locator("#data-bubbles .lw-jump input").input_value())


# -- findings, their rows, one row


@BOTH
def test_a_finding_leads_to_its_rows_and_to_the_conversation(
    window: Window, visit: Open, bring: Bring, language: str
) -> None:
    words, rows = text.load(language), some(language)
    rows[16] = rows[30] = chat(QUESTIONS[language].format(n=17), "")
    rows.append(rows[0])
    bring(rows)
    page = visit(language).open(window)
    page.shows("#data-findings li", words("data.level.error"))
    page.shows("#data-table", words("data.table_all", n="59"))
    press(page, "#data-findings", "only", "row.duplicate-1")
    page.shows("#data-table", words("data.table_one_row", mark=2))
    assert page.page.locator("#data-table tbody tr").count() == 1
    page.shows("#data-bubbles .lw-answer", ANSWERS[language].format(n=1, m=4))
    assert row_shown(page) == "61"
    press(page, "#data-findings", "only", "answer.empty-1")
    page.shows("#data-table tbody tr", words.finding(Finding("error", "answer.empty", [17])))
    page.shows("#data-bubbles .lw-cells", QUESTIONS[language].format(n=17))
    press(page, "#data-table", "out", "31")
    page.shows("#data-bubbles", words("data.raw_title", row="31"))
    press(page, "#data-table", "only", "")
    page.shows("#data-table", words("data.table_all", n="59"))
    press(page, "#data-table", "page", "on")
    page.shows("#data-table .lw-count", words("data.page_of", a="21", b="40", n="59"))
    page.page.locator("#data-table tbody tr").nth(3).locator(".lw-words-cell").click()
    page.shows("#data-bubbles .lw-answer", ANSWERS[language].format(n=25, m=76))
    assert one_button(page) == words("data.next")


@BOTH
def test_a_clean_file_is_said_in_one_line(window: Window, visit: Open, language: str) -> None:
    window.choose_sample(language)
    page = visit(language).open(window)
    page.shows("#data-findings", text.load(language)("data.found_none", n="50"))
    assert page.page.locator("#data-findings li").count() == 0


def test_rows_are_walked_through_by_keyboard_and_by_number(window: Window, visit: Open, bring: Bring) -> None:
    rows = some("en")
    rows[16] = chat("Empty?", "")
    bring(rows)
    page = visit().open(window)
    page.shows("#data-bubbles .lw-answer", "Thing 1 ")
    page.page.locator('#data-bubbles [data-do="following"]').focus()
    for n in (2, 3):
        page.page.keyboard.press("Enter")
        page.shows("#data-bubbles .lw-answer", f"Thing {n} ")
    box = page.page.locator("#data-bubbles .lw-jump input")
    box.fill("45")
    box.press("Enter")
    page.shows("#data-bubbles .lw-answer", "Thing 45 ")
    page.shows("#data-table .lw-chosen-row", "45")
    assert page.page.evaluate("document.activeElement.matches('.lw-jump input')")
    for typed, said in (("99", EN("data.jump_none", row="99", last="60")), ("17", EN("data.jump_out", row="17"))):
        box.fill(typed)
        box.press("Enter")
        page.shows("#data-bubbles [role=status]", said)
    page.page.locator("#data-bubbles .lw-toggle").press("Enter")
    page.shows("#data-table", EN("data.table_any", n="1"))


def test_what_the_file_says_is_never_part_of_the_page(window: Window, visit: Open, bring: Bring) -> None:
    evil = "<img src=x onerror=\"document.title='gone'\">"
    bring([*[chat(f"{evil} {n}", f"{n} {evil}") for n in range(20)], '{"messages": ' + evil])
    page = visit().open(window)
    page.shows("#data-bubbles", evil)
    press(page, "#data-bubbles", "view", "tokens")
    page.shows("#data-bubbles .lw-tokens", "onerror", timeout=60_000)
    press(page, "#data-findings", "only", "row.broken_json-1")
    page.shows("#data-bubbles pre", evil)
    assert page.page.locator("#room-data img").count() == 0 and page.page.title() != "gone"


# -- what the model will see


def tokens(page: Visit, kind: str) -> str:
    return "".join(page.page.locator(f"#data-bubbles .lw-tokens .lw-tk-{kind}").all_text_contents())


@BOTH
def test_the_learned_tokens_are_the_answer_and_its_end(
    window: Window, visit: Open, bring: Bring, language: str
) -> None:
    words, answer = text.load(language), "Two  blanks,\n\ta tab, 咖啡 and 👍🏽."
    bring([chat(QUESTIONS[language].format(n=1), answer), *some(language)])
    page = visit(language).open(window)
    press(page, "#data-bubbles", "view", "tokens")
    page.shows("#data-bubbles .lw-tokens", "blanks", timeout=60_000)
    assert tokens(page, "learned") == f"{answer}<|im_end|>"
    assert QUESTIONS[language].format(n=1) in tokens(page, "masked")
    page.shows("#data-bubbles .lw-token-key", words("data.token.learned"))
    first = page.page.locator("#data-bubbles .lw-tokens .lw-tk").first
    first.hover()
    page.shows("#data-bubbles .lw-token-detail", re.compile(r"<\|im_start\|>.*1"))
    first.focus()
    page.page.keyboard.press("ArrowRight")
    assert page.page.evaluate("document.activeElement === document.querySelectorAll('.lw-tokens .lw-tk')[1]")
    press(page, "#data-bubbles", "following")
    page.shows("#data-bubbles .lw-tokens", ANSWERS[language].format(n=1, m=4).split()[-1])
    line = page.page.locator("#data-bubbles .lw-tk-learned").first
    assert "solid" in line.evaluate("e => getComputedStyle(e).borderBottomStyle")  # not by colour alone


def test_the_cut_is_marked_and_the_rest_comes_on_demand(window: Window, visit: Open, bring: Bring) -> None:
    bring([chat("Tell me all.", "one two three four five six seven eight nine ten " * 60), *some("en")])
    window.drafts.update(changes={"max_length": 64})
    page = visit().open(window)
    press(page, "#data-bubbles", "view", "tokens")
    page.shows("#data-bubbles .lw-token-cut", "64 tokens", timeout=60_000)
    shown = page.page.locator("#data-bubbles .lw-tokens .lw-tk")
    assert shown.count() == 300
    assert (
        page.page.locator("#data-bubbles .lw-tk-learned").count()
        + page.page.locator("#data-bubbles .lw-tk-masked").count()
        == 64 + 2
    )  # the legend has one of each
    press(page, "#data-bubbles", "tokens", "more")
    expect(shown).not_to_have_count(300)
    page.shows("#data-findings", "Starter")


@BOTH
def test_a_model_that_is_not_here_is_named_with_what_to_do(window: Window, visit: Open, language: str) -> None:
    window.choose_sample(language)
    window.drafts.update(model="qwen3-0.6b")
    words, page = text.load(language), visit(language).open(window)
    page.shows("#data-counting", words("data.count_later", model="Qwen3 0.6B"))
    press(page, "#data-bubbles", "view", "tokens")
    page.shows("#data-bubbles", words("data.tokens_not_here", model="Qwen3 0.6B"))
    press(page, "#data-bubbles", "go", "model")
    page.ready("model")


# -- lengths


@BOTH
def test_the_suggested_length_is_one_press(window: Window, visit: Open, bring: Bring, language: str) -> None:
    words, rows = text.load(language), some(language)
    rows[4] = chat(QUESTIONS[language].format(n=5), "".join(ANSWERS[language].format(n=n, m=n) for n in range(12)))
    bring(rows)
    window.drafts.update(changes={"max_length": 40})
    page = visit(language).open(window)
    page.shows("#data-lengths-box", words("data.lengths_cut_one", limit="40"), timeout=60_000)
    page.page.locator("#data-lengths-box button").first.click()
    page.page.locator("#data-lengths svg rect").first.wait_for(state="attached")
    page.shows("#data-lengths .lw-limit-name", "40")
    press(page, "#data-lengths", "only")
    page.shows("#data-table", words("data.table_one_row", mark=1))
    assert row_shown(page) == "5"
    press(page, "#data-lengths", "length")
    window.wait(lambda: window.drafts.load().changes.get("max_length", 0) > 90)
    page.shows("#data-findings", words("data.found_none", n="60"))
    page.shows(
        "#data-lengths .lw-suggest", words("data.suggest_same", length=window.drafts.load().changes["max_length"])
    )


# -- rows kept aside


@BOTH
def test_every_way_to_keep_rows_aside(window: Window, visit: Open, bring: Bring, language: str) -> None:
    words = text.load(language)
    other = bring(
        [*some(language, 5), *[chat(f"{n}, {n}?", f"{n}!") for n in range(20)]], f"check {language}.jsonl", choose=False
    )
    bring(some(language))
    page = visit(language).open(window)
    page.shows("#data-aside", words("data.aside.few"))
    page.page.locator("#data-aside-box button").first.click()

    def choose(menu: str, option: str) -> None:
        page.page.locator(f"{menu} input").click()
        page.page.get_by_role("option", name=option, exact=True).click()

    choose("#data-aside-how", words("data.aside_way.share"))
    page.shows("#data-aside", words("data.aside.some", n=6))
    box = page.page.locator("#data-aside-n textarea, #data-aside-n input").first
    expect(box).to_have_value("10 %")
    box.fill("20")
    box.press("Enter")
    page.shows("#data-aside", words("data.aside.some", n=12))
    choose("#data-aside-how", words("data.aside_way.none"))
    page.shows("#data-aside", words("data.aside.off"))
    choose("#data-aside-how", words("data.aside_way.file"))
    choose("#data-aside-set", f"check {language}")
    page.shows("#data-aside", words("data.aside.file", name=f"check {language}", n="25"))
    told = Finding("warning", "eval.learned_too", count=5, name=f"check {language}")
    page.shows("#data-aside .lw-warning", words.finding(told))
    assert window.drafts.load().changes == {"eval_dataset": other.id}
    choose("#data-aside-how", words("data.aside_way.automatic"))
    window.wait(lambda: window.drafts.load().changes == {})


def test_learn_from_all_rows_is_a_switch(window: Window, visit: Open, bring: Bring) -> None:
    bring([chat(f"Question {n}?", f"Answer {n // 2}.") for n in range(240)])
    page = visit().open(window)
    page.shows("#data-aside", EN("data.aside.reworded", n=12))
    page.page.locator("#data-all-rows input").check()
    page.shows("#data-aside", EN("data.aside.off"))
    assert window.drafts.load().changes == {"holdout": 0}
    page.page.locator("#data-all-rows input").uncheck()
    page.shows("#data-aside", EN("data.aside.reworded", n=12))


# -- for everybody, and for large files


@BOTH
def test_it_fits_a_phone_and_speaks_one_language(window: Window, visit: Open, bring: Bring, language: str) -> None:
    rows = [
        chat(QUESTIONS[language].format(n=n) + "9" * 300, ANSWERS[language].format(n=n, m=n) * 30) for n in range(30)
    ]
    bring([*rows, "{broken" + "x" * 500, chat(QUESTIONS[language], "")])
    window.drafts.update(changes={"max_length": 64})
    page = visit(language).open(window)
    page.page.locator("#data-lengths-box button").first.click()
    page.page.locator("#data-aside-box button").first.click()
    page.page.locator("#data-lengths svg").wait_for(timeout=60_000)
    for view in ("tokens", "talk"):
        press(page, "#data-bubbles", "view", view)
        page.page.locator("#data-bubbles .lw-tokens" if view == "tokens" else "#data-bubbles .lw-talk").wait_for()
        for width, height in WIDTHS.items():
            page.page.set_viewport_size({"width": width, "height": height})
            page.page.wait_for_timeout(200)
            wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert page.page.evaluate(wide) <= 0, (view, width)
            one_button(page)
    assert foreign(page, language) == [] or language == "zh"


def test_a_hundred_thousand_rows_feel_like_a_hundred(window: Window, visit: Open, bring: Bring) -> None:
    rows = some("en", 1000)
    lines = [json.dumps(row) for row in rows]
    many = [lines[n % 1000].replace("Thing ", f"Thing {n} ") for n in range(100_000)]
    many[500] = "{broken"
    page = visit().open(window)  # before the data is there, so that the page sees the count begin
    bring(many, "many.jsonl")

    def quickly(do: Callable[[], None], selector: str, said: str) -> None:
        began = time.monotonic()
        do()
        page.shows(selector, said)
        assert time.monotonic() - began < 6, said  # it answers in well under a second on a machine that is not busy

    page.shows("#data-counting", "Counting tokens", timeout=60_000)
    cancelled = EN("data.count_cancelled", model="Starter")
    quickly(lambda: press(page, "#data-counting", "count", "cancel"), "#data-counting", cancelled)
    press(page, "#data-counting", "count", "again")
    page.shows("#data-table", EN("data.table_all", n="99,999"), timeout=60_000)
    quickly(lambda: press(page, "#data-bubbles", "following"), "#data-bubbles .lw-answer", "Thing 1 ")
    quickly(lambda: press(page, "#data-table", "page", "last"), "#data-table .lw-count", "99,999")
    box = page.page.locator("#data-bubbles .lw-jump input")
    box.fill("77777")
    quickly(lambda: box.press("Enter"), "#data-bubbles .lw-answer", "Thing 77776 ")
    quickly(lambda: press(page, "#data-findings", "only", "row.broken_json-1"), "#data-bubbles pre", "{broken")
