"""Nothing that was typed into a row is lost, and nothing is written over what another page has saved."""

# ruff: noqa: F811

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from core.data.datasets import Dataset
from tests.browser.conftest import Visit, Window
from tests.browser.test_data_look import chat, press, some
from tests.browser.test_edit import BOTH, boxes, bring, edit, said  # noqa: F401
from tests.browser.test_window import foreign
from webui import guard, text

EN = text.load("en")
Open = Callable[..., Visit]
Bring = Callable[..., Dataset]


def again(page: Visit) -> None:
    """The page is loaded anew, whatever it asks."""
    page.page.once("dialog", lambda dialog: dialog.accept())
    page.page.reload()
    page.ready("data")


def no_form(page: Visit) -> None:
    expect(page.page.locator("#data-edit form")).to_have_count(0)


@BOTH
def test_what_was_typed_before_a_reload_waits_in_a_line(
    window: Window,
    visit: Open,
    bring: Bring,
    language: str,
) -> None:
    words, dataset = text.load(language), bring(some(language))
    page = visit(language).open(window)
    edit(page, 5)
    boxes(page).last.fill("Typed first")
    again(page)
    page.shows("#data-edit", words("edit.kept", row=5))
    edit(page, 7)
    boxes(page).last.fill("Typed second")
    again(page)
    page.shows("#data-edit", words("edit.kept", row=7))
    assert foreign(page, language) == [] or language == "zh"
    page.page.locator("#data-edit [data-drop]").click()
    page.shows("#data-edit", words("edit.kept", row=5))
    page.page.locator("#data-edit [data-on]").click()
    expect(boxes(page).last).to_have_value("Typed first")
    page.primary.click()
    page.shows("#data-edit-note", words("edit.saved", row=5).split("5")[0])
    window.wait(lambda: said(dataset, window, 5) == "Typed first")
    expect(page.page.locator("#data-edit [data-kept]")).to_be_hidden()


def test_what_was_typed_before_a_reload_is_not_written_over_what_another_page_saved(
    window: Window,
    visit: Open,
    bring: Bring,
) -> None:
    dataset = bring(some("en"))
    page = visit().open(window)
    edit(page, 5)
    boxes(page).last.fill("Typed here")
    edits = window.datasets.edits(dataset.id)
    edits.save((5, 0), chat("Five, asked anew?", "Saved there"), edits.stamp_of((5, 0)))
    again(page)
    page.page.locator("#data-edit [data-on]").click()
    page.shows("#data-edit-note", EN("edit.elsewhere_said"))
    page.shows("#data-edit-note .lw-answer", "Saved there")
    expect(boxes(page).last).to_have_value("Typed here")
    expect(boxes(page).first).to_have_value("Five, asked anew?")  # nobody touched that box here
    page.primary.click()
    page.page.wait_for_timeout(1500)
    assert said(dataset, window, 5) == "Saved there"
    page.page.locator("#data-edit-note [data-edit=mine]").click()
    window.wait(lambda: said(dataset, window, 5) == "Typed here")
    edit(page, 5)
    boxes(page).last.fill("Typed once more")
    edits.save((5, 0), chat("Five?", "Saved again"), edits.stamp_of((5, 0)))
    again(page)
    page.page.locator("#data-edit [data-on]").click()
    press(page, "#data-edit-note", "theirs")
    no_form(page)
    expect(page.page.locator("#data-edit [data-kept]")).to_be_hidden()
    assert said(dataset, window, 5) == "Saved again"


def test_the_tick_of_a_labelled_row_is_kept(window: Window, visit: Open, bring: Bring) -> None:
    rows: list[Any] = [
        {
            "prompt": [{"role": "user", "content": f"Is {n} even?"}],
            "completion": [{"role": "assistant", "content": f"Yes, {n}."}],
            "label": n % 2 == 0,
        }
        for n in range(1, 20)
    ]
    dataset = bring(rows)
    page = visit().open(window)
    edit(page, 4)
    tick = page.page.locator("#data-edit [name=label]")
    expect(tick).to_be_checked()
    tick.uncheck()
    again(page)
    page.page.locator("#data-edit [data-on]").click()
    expect(tick).not_to_be_checked()
    page.page.locator("#data-edit .lw-edit-save").click()
    window.wait(lambda: (window.datasets.edits(dataset.id).row((4, 0)) or {}).get("label") is False)
    no_form(page)
    edit(page, 6)
    expect(tick).to_be_checked()


@pytest.mark.parametrize("way", ["use", "change"])
def test_other_data_is_asked_about_first(window: Window, visit: Open, bring: Bring, tmp_path: Any, way: str) -> None:
    other = bring(some("zh"), "other.jsonl")
    dataset = bring(some("en"))
    page = visit().open(window)
    edit(page, 5)
    boxes(page).last.fill("Half a sentence")
    if way == "use":
        page.page.locator("#data-mine-box > button").first.click()
        press(page, "#data-mine", "use", other.id)
    else:
        press(page, "#data-chosen", "change")
    page.page.locator("#data-edit [data-edit=stay]").click()
    page.page.wait_for_timeout(1200)
    assert window.drafts.load().dataset == dataset.id
    expect(boxes(page).last).to_have_value("Half a sentence")
    if way == "use":
        press(page, "#data-mine", "use", other.id)
        page.page.locator("#data-edit [data-edit=lose]").click()
        window.wait(lambda: window.drafts.load().dataset == other.id)
        no_form(page)


def test_a_row_that_is_too_long_is_said_to_be_so_and_nothing_is_lost(
    window: Window,
    visit: Open,
    bring: Bring,
) -> None:
    dataset = bring(some("en"))
    page = visit().open(window)
    edit(page, 5)
    boxes(page).last.fill("x" * (guard.TYPED_LIMIT + 1))
    page.primary.click()
    page.shows("#data-edit .lw-edit-large", EN("edit.large", limit=f"{guard.TYPED_LIMIT:,}"))
    expect(page.page.locator("#data-edit .lw-edit-large")).to_be_visible()
    long = "y" * 2_500_000
    boxes(page).last.fill(long)
    page.primary.click()
    window.wait(lambda: said(dataset, window, 5) == long)
    no_form(page)


def test_only_what_stands_in_the_box_is_added(window: Window, visit: Open, bring: Bring) -> None:
    dataset = bring(some("en"))
    page = visit().open(window)
    page.page.locator("#data-paste-rows button").first.click()
    box, add = page.page.locator("#data-paste-rows textarea"), page.page.locator("#data-pasted [data-do=paste_add]")
    box.fill("".join(f"Q {n}\tA {n}\n" for n in range(5)))
    page.shows("#data-pasted", EN("edit.paste_read", n="5"))
    expect(add).to_be_visible()
    large = page.page.locator("#data-paste-rows-box [role=alert]")
    page.page.evaluate(f"""() => {{
      const box = document.querySelector('#data-paste-rows textarea');
      box.value = 'x'.repeat({guard.TYPED_LIMIT + 1});
      box.dispatchEvent(new Event('input', {{ bubbles: true }}));
      window.hidden = document.querySelector('#data-pasted [data-do=paste_add]').style.display;
    }}""")
    assert page.page.evaluate("window.hidden") == "none"
    expect(large).to_be_visible()
    many = "".join(f"Question {n} of many\tAnswer {n}\n" for n in range(60_000))  # 2.3 MB
    box.fill("".join(f"New {n}? {n}\tYes {n}.\n" for n in range(7)))
    page.shows("#data-pasted", EN("edit.paste_read", n="7"))
    expect(large).to_be_hidden()
    page.shows("#bar-primary", EN("edit.paste_add", n="7"))
    page.primary.click()
    window.wait(lambda: len(window.datasets.edits(dataset.id).added) == 7)
    expect(box).to_have_value("")
    page.page.evaluate(f"""() => {{
      const box = document.querySelector('#data-paste-rows textarea');
      box.value = {json.dumps(many)};
      box.dispatchEvent(new Event('input', {{ bubbles: true }}));
    }}""")
    page.shows("#data-pasted", EN("edit.paste_read", n="60,000"), timeout=60_000)
