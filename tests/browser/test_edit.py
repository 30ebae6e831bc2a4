"""Rows changed by hand: the form and what is typed in it, two windows on one row, an empty set, a large one."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from core.data.datasets import Dataset
from tests.browser.conftest import WIDTHS, Visit, Window
from tests.browser.test_data_look import chat, press, row_shown, some
from tests.browser.test_window import foreign, one_button
from webui import text

EN = text.load("en")
Open = Callable[..., Visit]
Bring = Callable[..., Dataset]
BOTH = pytest.mark.parametrize("language", ["en", "zh"])


@pytest.fixture
def bring(window: Window, tmp_path: Path) -> Bring:
    """`bring(rows)` makes a data set and chooses it, as if the file had been brought."""

    def bring(rows: list[Any], name: str = "rows.jsonl") -> Dataset:
        lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
        (tmp_path / name).write_text("\n".join(lines), encoding="utf-8")
        dataset = window.datasets.add(tmp_path / name)
        window.datasets.edits(dataset.id).discard()
        window.drafts.update(dataset=dataset.id)
        return dataset

    return bring


def edit(page: Visit, row: int) -> None:
    """Open the row with this number in the form."""
    box = page.page.locator("#data-bubbles .lw-jump input")
    box.fill(str(row))
    box.press("Enter")
    page.page.locator(f'#data-bubbles [data-do=edit][data-id="{row}.0"]').click()
    page.shows("#data-edit form", text.load(page.language)("edit.title", row=row))


def boxes(page: Visit) -> Any:
    return page.page.locator("#data-edit textarea")


def said(dataset: Dataset, window: Window, number: int) -> str:
    """The answer of a row as it stands on the disk."""
    row = window.datasets.edits(dataset.id).row((number, 0))
    return "" if row is None else str(row["messages"][-1]["content"])


# -- one row


@BOTH
def test_an_edited_turn_is_there_after_a_reload_and_can_be_undone(
    window: Window, visit: Open, bring: Bring, language: str
) -> None:
    words, dataset = text.load(language), bring(some(language))
    page = visit(language).open(window)
    edit(page, 12)
    assert one_button(page) == words("edit.save")
    boxes(page).last.fill("Seven <b>coins</b>.")
    page.page.wait_for_timeout(2500)  # ticks come and go
    expect(boxes(page).last).to_have_value("Seven <b>coins</b>.")
    page.primary.click()
    page.shows("#data-edit-note", words("edit.saved", row=12, n=1))
    expect(page.page.locator("#data-edit form")).to_have_count(0)
    page.shows("#data-bubbles .lw-answer", "Seven <b>coins</b>.")
    page.shows("#data-table .lw-chosen-row", words("edit.mark_changed"))
    assert said(dataset, window, 12) == "Seven <b>coins</b>."
    page.page.reload()
    page.ready("data")
    page.shows("#data-table", words("edit.undo", what=words("edit.did.changed", row=12)))
    press(page, "#data-table", "only", "hand")
    page.shows("#data-bubbles .lw-answer", "Seven <b>coins</b>.")
    press(page, "#data-table", "undo")
    page.shows("#data-edit-note", words("edit.undone", row=12))
    window.wait(lambda: not window.datasets.edits(dataset.id).pending)
    assert foreign(page, language) == [] or language == "zh"


def test_what_is_typed_is_asked_about_before_it_would_be_lost(window: Window, visit: Open, bring: Bring) -> None:
    dataset = bring(some("en"))
    page = visit().open(window)
    edit(page, 3)
    boxes(page).last.fill("Half a sentence")
    page.page.locator("#data-table tbody tr").nth(7).locator(".lw-words-cell").click()
    page.page.locator('#data-edit [data-edit="stay"]').click()
    expect(boxes(page).last).to_have_value("Half a sentence")
    page.page.keyboard.press("Escape")
    page.page.locator('#data-edit [data-edit="lose"]').click()
    expect(page.page.locator("#data-edit form")).to_have_count(0)
    edit(page, 3)
    expect(boxes(page).last).to_have_value("Thing 3 costs 10 coins.")
    boxes(page).last.fill("Typed before a reload")
    page.page.on("dialog", lambda dialog: dialog.accept())
    page.page.reload()
    page.ready("data")
    edit(page, 3)
    expect(boxes(page).last).to_have_value("Typed before a reload")
    assert not window.datasets.edits(dataset.id).pending


def test_turns_are_added_moved_and_removed_and_what_is_not_shown_stays(
    window: Window, visit: Open, bring: Bring
) -> None:
    call = {"type": "function", "function": {"name": "rain", "arguments": {"city": "Paris"}}}
    row = {
        "messages": [
            {"role": "system", "content": "Be brief.\r\nAlways."},
            {"role": "user", "content": "\nWet?"},
            {"role": "assistant", "content": "", "tool_calls": [call]},
            {"role": "tool", "name": "rain", "content": '{"mm":3}'},
            {"role": "assistant", "content": "<think>3 mm.</think>Yes."},
        ]
    }
    dataset = bring([row, *some("en")])
    page = visit().open(window)
    edit(page, 1)
    page.page.locator("#data-edit [data-edit=add]").click()
    boxes(page).last.fill("And now?")
    page.page.locator("#data-edit [data-edit=add]").click()
    boxes(page).last.fill("Dry.")
    boxes(page).nth(4).fill("Very.")
    page.page.locator("#data-edit [data-edit=remove]").first.click()
    page.page.keyboard.press("Control+Enter")
    page.shows("#data-edit-note", EN("edit.saved", row=1, n=1))
    now = window.datasets.edits(dataset.id).row((1, 0))
    assert now is not None and [turn["role"] for turn in now["messages"]] == [
        "user", "assistant", "tool", "assistant", "user", "assistant"
    ]  # fmt: skip
    assert now["messages"][0]["content"] == "\nWet?"
    assert now["messages"][1]["tool_calls"] == [call]
    assert now["messages"][3]["content"] == "<think>3 mm.</think>Very."
    assert now["messages"][5]["content"] == "Dry."
    edit(page, 1)
    boxes(page).last.fill("")
    page.primary.click()
    page.shows("#data-edit-note .lw-warning", re.compile("."))
    expect(page.page.locator("#data-edit form")).to_have_count(1)


@BOTH
def test_two_windows_on_one_row(window: Window, visit: Open, bring: Bring, language: str) -> None:
    words, dataset = text.load(language), bring(some(language))
    one, two = visit(language).open(window), visit(language).open(window)
    edit(one, 5)
    edit(two, 5)
    boxes(one).last.fill("From the first")
    boxes(two).last.fill("From the second")
    one.primary.click()
    one.shows("#data-edit-note", words("edit.saved", row=5, n=1))
    two.primary.click()
    two.shows("#data-edit-note", words("edit.elsewhere_said"))
    two.shows("#data-edit-note .lw-answer", "From the first")
    expect(boxes(two).last).to_have_value("From the second")
    assert said(dataset, window, 5) == "From the first"
    two.page.locator("#data-edit-note [data-edit=mine]").click()
    two.shows("#data-edit-note", words("edit.saved", row=5, n=1))
    assert said(dataset, window, 5) == "From the second"
    edit(one, 5)
    boxes(one).last.fill("Third")
    edit(two, 5)
    two.page.locator("#data-edit [data-edit=delete]").click()
    press(two, "#data-edit-note", "delete_yes")
    two.shows("#data-edit-note", words("edit.deleted", row=5))
    one.primary.click()
    one.shows("#data-edit-note", words("edit.elsewhere_gone"))
    press(one, "#data-edit-note", "theirs")
    expect(one.page.locator("#data-edit form")).to_have_count(0)
    assert window.datasets.edits(dataset.id).row((5, 0)) is None


def test_a_new_row_a_copy_and_a_deleted_one(window: Window, visit: Open, bring: Bring) -> None:
    dataset = bring(some("en"))
    page = visit().open(window)
    press(page, "#data-table", "new")
    boxes(page).first.fill("Something new?")
    boxes(page).last.fill("Yes, new.")
    page.primary.click()
    page.shows("#data-bubbles .lw-answer", "Yes, new.")
    page.shows("#data-table .lw-chosen-row", EN("edit.mark_new"))
    press(page, "#data-bubbles", "duplicate")
    page.shows("#data-edit-note", EN("edit.duplicated", row=62))
    press(page, "#data-bubbles", "delete")
    press(page, "#data-edit-note", "delete_yes")
    page.shows("#data-edit-note", EN("edit.deleted", row=62))
    edits = window.datasets.edits(dataset.id)
    assert len(edits.rows()) == 61 and edits.added == {(61, 0)}
    edit_row = page.page.locator("#data-bubbles .lw-jump input")
    edit_row.fill("7")
    edit_row.press("Enter")
    press(page, "#data-bubbles", "delete", "7.0")
    press(page, "#data-edit-note", "delete_yes")
    page.shows("#data-edit-note", EN("edit.deleted", row=7))
    press(page, "#data-table", "only", "hand")
    press(page, "#data-table", "bring", "7.0")
    page.shows("#data-edit-note", EN("edit.brought_back", row=7))
    assert said(dataset, window, 7) == "Thing 7 costs 22 coins."


def test_a_row_that_was_left_out_is_completed(window: Window, visit: Open, bring: Bring) -> None:
    rows = some("en")
    rows[9] = chat("Why is this one empty?", "")
    dataset = bring(rows)
    page = visit().open(window)
    press(page, "#data-findings", "only", "answer.empty-1")
    page.shows("#data-bubbles .lw-cells", "Why is this one empty?")
    press(page, "#data-bubbles", "complete", "10")
    expect(boxes(page).first).to_have_value("Why is this one empty?")
    boxes(page).last.fill("It is not any more.")
    page.primary.click()
    page.shows("#data-bubbles .lw-answer", "It is not any more.")
    assert said(dataset, window, 10) == "It is not any more."


# -- the table


@BOTH
def test_words_are_found_and_rows_are_sorted(window: Window, visit: Open, bring: Bring, language: str) -> None:
    words = text.load(language)
    bring([*some(language), chat("Unique ZEBRA 斑马?", "Long " * 60)])
    page = visit(language).open(window)
    box = page.page.locator("#data-find input")
    box.type("zebra 斑马")
    page.shows("#data-table .lw-note", words("edit.found_words", n="1", words="zebra 斑马"))
    page.shows("#data-bubbles .lw-answer", "Long")
    box.fill("nothing like that")
    box.press("Enter")
    page.shows("#data-table", words("edit.found_nothing", words="nothing like that"))
    box.press("Escape")
    page.shows("#data-table .lw-note", words("data.table_all", n="61"))
    page.page.locator("#data-find select").select_option("longest")
    page.shows("#data-table tbody tr", "ZEBRA")
    page.page.locator("#data-find select").select_option("shortest")
    expect(page.page.locator("#data-table tbody tr").first).not_to_contain_text("ZEBRA")


def test_the_table_is_walked_through_by_keyboard(window: Window, visit: Open, bring: Bring) -> None:
    bring(some("en"))
    page = visit().open(window)
    page.page.locator("#data-table .lw-scroll").focus()
    for key, row in (("ArrowDown", "2"), ("ArrowDown", "3"), ("ArrowUp", "2"), ("PageDown", "22"), ("End", "60"),
                     ("ArrowDown", "60"), ("PageUp", "40"), ("Home", "1")):  # fmt: skip
        page.page.keyboard.press(key)
        expect(page.page.locator("#data-bubbles .lw-jump input")).to_have_value(row)
        expect(page.page.locator("#data-table [aria-current]")).to_be_focused()
    page.page.keyboard.press("Delete")
    expect(page.page.locator("#data-edit-note [data-do=delete_yes]")).to_be_focused()
    press(page, "#data-edit-note", "delete_no")
    page.page.locator("#data-table [aria-current]").focus()
    page.page.keyboard.press("e")
    expect(boxes(page).first).to_be_focused()
    expect(boxes(page).first).to_have_value("What does thing 1 cost?")
    page.page.keyboard.press("Escape")
    expect(page.page.locator("#data-edit form")).to_have_count(0)
    expect(page.page.locator("#data-table [aria-current]")).to_be_focused()
    page.page.keyboard.press("n")
    page.shows("#data-edit form", EN("edit.title_new"))


# -- from nothing


@BOTH
def test_an_empty_set_is_typed_and_pasted_full(window: Window, visit: Open, language: str) -> None:
    words = text.load(language)
    page = visit(language).open(window)
    page.page.locator("#data-empty summary").click()
    page.page.locator("#data-empty-name").fill(f"Typed {language}")
    press(page, "#data-empty", "create")
    page.shows("#data-chosen", f"Typed {language}")
    page.shows("#data-table", words("edit.no_rows_yet"))
    assert one_button(page) == words("edit.save")
    for n in (1, 2):
        expect(boxes(page)).to_have_count(2)
        expect(boxes(page).first).to_have_value("")
        boxes(page).first.fill(f"Typed question {n}?")
        boxes(page).last.fill(f"Typed answer {n}.")
        page.page.keyboard.press("Control+Enter")
        page.shows("#data-edit-note", words("edit.saved", row=n, n=n))
    page.page.locator("#data-edit [data-edit=cancel]").click()
    page.page.locator("#data-paste-rows button").first.click()
    pasted = "".join(f'Pasted question {n}?\t"Line one\nof ""answer"" {n}."\r\n' for n in range(1, 11))
    page.page.locator("#data-paste-rows textarea").fill(pasted)
    page.shows("#data-pasted", words("edit.paste_read", n="10"))
    assert page.page.locator("#data-pasted tr").count() == 3
    press(page, "#data-pasted", "paste_add")
    page.shows("#data-edit-note", words("edit.pasted", n="10"))
    page.shows("#data-table", words("data.table_all", n="12"))
    page.shows("#data-bubbles .lw-answer", 'of "answer" 1.')
    expect(page.page.locator("#data-paste-rows textarea")).to_have_value("")
    page.primary.click()
    window.wait(lambda: window.datasets.get(window.drafts.load().dataset or "").usable == 12)
    dataset = window.datasets.get(window.drafts.load().dataset or "")
    assert dataset.questions(2)[0] == ("Typed question 2?", "Typed answer 2.") or dataset.usable == 12
    page.shows("#data-table", words("data.table_all", n="12"))
    assert foreign(page, language) == [] or language == "zh"


# -- for everybody, and for large files


@BOTH
def test_the_form_fits_a_phone(window: Window, visit: Open, bring: Bring, language: str) -> None:
    bring([chat("9" * 300, "word " * 200), *some(language)])
    page = visit(language).open(window)
    edit(page, 1)
    page.page.locator("#data-paste-rows button").first.click()
    for width, height in WIDTHS.items():
        page.page.set_viewport_size({"width": width, "height": height})
        page.page.wait_for_timeout(200)
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.page.evaluate(wide) <= 0, width
        assert one_button(page) == text.load(language)("edit.save")


SAVED = """async () => {
  const begun = performance.now();
  document.querySelector('#data-edit .lw-edit-save').click();
  while (document.querySelector('#data-edit form')) await new Promise((next) => setTimeout(next, 5));
  return Math.round(performance.now() - begun);
}"""


def test_row_ninety_thousand_of_a_hundred_thousand(window: Window, visit: Open, bring: Bring) -> None:
    lines = [json.dumps(row) for row in some("en", 1000)]
    dataset = bring([lines[n % 1000].replace("Thing ", f"Thing {n} ") for n in range(100_000)], "many.jsonl")
    page = visit().open(window)
    page.shows("#data-table", EN("data.table_all", n="100,000"), timeout=60_000)
    took = []
    for row in range(90_000, 90_005):
        edit(page, row)
        boxes(page).last.fill(f"Edited {row}")
        took.append(page.page.evaluate(SAVED))
        page.shows("#data-bubbles .lw-answer", f"Edited {row}")
    assert said(dataset, window, 90_002) == "Edited 90002" and row_shown(page) == "90004"
    print(f"a save of 100,000 rows, from the press to the page: {sorted(took)} ms")
