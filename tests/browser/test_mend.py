"""Mending in the page: a file with every fault becomes clean; what would change is shown first, and undone after."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from core.data.datasets import Dataset
from tests.browser.conftest import WIDTHS, Visit, Window
from tests.faults import write_faults
from webui import text

Open = Callable[..., Visit]
WORDS = {"shop_name": "Lindenrad", "店主": "林师傅"}


class Clicks:
    """Counts what a person presses."""

    def __init__(self, page: Visit) -> None:
        self.page, self.n = page, 0

    def __call__(self, found: Any) -> None:
        found.click()
        self.n += 1

    def apply(self) -> None:
        """The bar's button, once it says how many rows it is about; waits until that is done."""
        self.page.page.wait_for_function(
            "document.querySelector('#bar-plan [data-action]')?.dataset.action.startsWith('mend_apply:')"
        )
        self(self.page.primary)
        expect(self.page.page.locator("#data-mend")).to_have_count(0)


def chosen(window: Window) -> Dataset:
    return window.datasets.get(str(window.drafts.load().dataset))


def bring(window: Window, page: Visit, path: Path) -> None:
    page.page.locator("#data-upload input[type=file]").set_input_files(path)
    window.wait(lambda: window.drafts.load().dataset and chosen(window).source.read_bytes() == path.read_bytes())
    expect(page.page.locator("#data-findings li").first).to_be_visible()


def shop(tmp_path: Path) -> Path:
    path = tmp_path / "shop.jsonl"
    write_faults(path)
    with path.open("a", encoding="utf-8") as file:  # another file each time: one that is known comes back mended
        said = f"It is {time.time_ns()}."
        turns = [{"role": "user", "content": "What time is it?"}, {"role": "assistant", "content": said}]
        file.write(json.dumps({"messages": turns}) + "\n")
    return path


def way(page: Visit, ending: str) -> Any:
    return page.page.locator(f"#data-findings [data-id$='{ending}']").first


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_file_with_every_fault_is_clean_after_five_clicks(
    window: Window, visit: Open, tmp_path: Path, language: str
) -> None:
    words = text.load(language)
    page = visit(language).open(window)
    bring(window, page, shop(tmp_path))
    first = chosen(window)
    before = first.source.read_bytes()
    press = Clicks(page)
    press(way(page, "safe"))
    page.shows("#data-mend", words("mend.all_what"))
    press.apply()
    page.shows("#data-version", words("mend.version", n=2, total=2))

    press.n = 0
    press(way(page, "|repair"))
    page.shows("#data-mend", words("mend.row.comes", row=46))
    press.apply()
    page.shows("#data-version", words("mend.version", n=3, total=3))
    press(way(page, "rest"))
    page.page.wait_for_function("document.activeElement.dataset.set?.startsWith('fill:')")
    expect(page.page.locator("#data-mend-ask input").first).to_be_in_viewport()
    page.page.mouse.wheel(0, -5000)
    missing = page.page.locator("#data-mend-ask input").first.get_attribute("data-set").removeprefix("fill:")
    page.shows("#bar-primary", words("mend.missing.fill", name="{{" + missing + "}}"))
    page.primary.click()  # goes to what is missing
    expect(page.page.locator("#data-mend-ask input").first).to_be_in_viewport()
    for name, said in WORDS.items():
        page.page.locator(f"#data-mend-ask input[data-set='fill:{name}']").fill(said)
    expect(page.page.locator("#data-mend ins", has_text="Lindenrad").first).to_be_visible()
    expect(page.page.locator("#data-mend ins", has_text="林师傅").first).to_be_visible()
    press.apply()
    page.shows("#data-version", words("mend.version", n=4, total=4))
    assert press.n <= 5
    expect(page.page.locator("#data-findings .lw-tag.lw-error, #data-findings .lw-tag.lw-warning")).to_have_count(0)
    page.shows("#bar-primary", words("data.next"))

    clean = chosen(window)
    assert [finding.code for finding in clean.findings if finding.level != "info"] == []
    assert clean.source.read_bytes() == before == first.source.read_bytes()
    assert window.datasets.versions(clean.id)[0].id == first.id


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_would_change_is_shown_first_and_undone_after(
    window: Window, visit: Open, tmp_path: Path, language: str
) -> None:
    words = text.load(language)
    page = visit(language).open(window)
    bring(window, page, shop(tmp_path))
    first = chosen(window)
    way(page, "|merge_turns").click()
    expect(page.page.locator("#data-mend")).to_be_in_viewport()
    page.page.wait_for_function("document.activeElement.closest('#data-mend')")
    page.shows("#data-mend .lw-change", words("mend.row.change", row=78))
    expect(page.page.locator("#data-mend del").first).to_be_visible()
    for width, height in WIDTHS.items():
        page.page.set_viewport_size({"width": width, "height": height})
        page.page.wait_for_timeout(150)
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.page.evaluate(wide) <= 0, width
        assert page.page.locator("button.primary:visible").count() == 1
    page.page.set_viewport_size({"width": 1440, "height": 900})
    page.page.reload()  # what is looked at is not lost
    page.ready("data")
    page.shows("#bar-primary", words("mend.apply_one"))
    page.quiet.click()
    expect(page.page.locator("#data-mend")).to_have_count(0)
    assert chosen(window).id == first.id

    way(page, "|merge_turns").click()
    page.shows("#bar-primary", words("mend.apply_one"))
    page.primary.dblclick()
    page.shows("#status-line", words("mend.done_one"))
    expect(page.page.locator("#data-mend-done [data-do=undo_version]")).to_be_in_viewport()
    page.shows("#bar-quiet", words("mend.undo_mending"))
    page.shows("#data-version", words("mend.version", n=2, total=2))
    assert len(window.datasets.versions(first.id)) == 2  # two clicks, one version
    page.page.locator("#status-line [data-do=undo_version]").click()
    page.shows("#status-line", words("mend.undone", n=1))
    assert chosen(window).id == first.id
    page.page.locator("#data-version [data-do=forward_version]").click()
    page.shows("#data-version", words("mend.version", n=2, total=2))
    page.page.locator("#data-version [data-do=versions]").click()
    expect(page.page.locator("#data-mine li", has_text=words("mend.did.merge_turns", n=1)).first).to_be_in_viewport()


def test_words_of_the_file_are_never_html(window: Window, visit: Open, tmp_path: Path) -> None:
    evil = "<img src=x onerror=alert(1)>"
    path = tmp_path / "evil.jsonl"
    rows = [{"question": f"{evil} {n}", "answer": f"  {evil} {n} {{{{{evil}}}}} "} for n in range(12)]
    path.write_text("\n".join(json.dumps(row) for row in [*rows, rows[0]]), encoding="utf-8")
    page = visit().open(window)
    bring(window, page, path)
    for ending in ("safe", "|drop_duplicates"):
        if not way(page, ending).is_visible():
            page.page.locator("#data-found-more summary").first.click()
        way(page, ending).click()
        page.shows("#data-mend .lw-change", "<img src=x")
        assert page.page.locator("#data-mend img").count() == 0


def test_what_was_changed_by_hand_is_kept_before_it_is_learned(window: Window, visit: Open) -> None:
    words = text.load("en")
    window.choose_sample("en")
    first = chosen(window)
    edits = window.datasets.edits(first.id)
    row = dict(first.load_rows()[0])
    row["messages"] = [*row["messages"][:-1], {"role": "assistant", "content": "By hand."}]
    edits.save((row["row"], 0), row, edits.stamp_of((row["row"], 0)))
    page = visit().open(window)
    page.shows("#bar-primary", words("mend.keep", n=1))
    page.shows("#bar-quiet", words("mend.undo_last"))
    page.quiet.click()
    page.shows("#bar-primary", words("data.next"))
    edits.save((row["row"], 0), row, edits.stamp_of((row["row"], 0)))
    page.page.reload()
    page.ready("data")
    page.go("training")
    page.shows("#bar-primary", words("train.start_plain"))
    page.primary.click()
    run = window.run()
    assert run.spec.dataset not in (None, first.id)
    learned = window.datasets.get(str(run.spec.dataset))
    assert "By hand." in str(learned.load_rows()[0]) and learned.parent == first.id
