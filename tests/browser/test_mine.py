"""My data sets: names and notes, versions and what is different between them, files to take along, several put
together, deleting with the question what would be lost, and the way from a run to the data it learned."""

import json
import re
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from core.data.datasets import Dataset
from core.runs.events import EventLog, Finished, Started
from core.runs.store import Run
from core.spec import RunSpec
from tests.browser.conftest import Visit, Window
from tests.browser.test_data import fits
from tests.plans import plan
from webui import text

EN, ZH = text.load("en"), text.load("zh")
Open = Callable[..., Visit]
FRESH = count()
"""The same bytes once more would be known: every file has rows of its own."""


@pytest.fixture
def bring(window: Window, tmp_path: Path) -> Callable[..., Dataset]:
    """`bring("faq", 12)` adds a file of 12 rows, the first of them twice."""
    for dataset in window.datasets.list():
        window.datasets.delete(dataset.id)

    def bring(name: str, rows: int) -> Dataset:
        path, mark = tmp_path / f"{name}.csv", next(FRESH)
        lines = [f"{name} question {n} of {mark},{name} answer {n}" for n in range(rows)]
        path.write_text("question,answer\n" + "\n".join([*lines, lines[0]]) + "\n", encoding="utf-8")
        return window.datasets.add(path)

    return bring


Bring = Callable[..., Dataset]


def edited(window: Window, dataset: Dataset) -> Dataset:
    """A version in which row 2 says something else and row 3 is gone."""
    edits = window.datasets.edits(dataset.id)
    row = edits.row((2, 0))
    assert row is not None
    turns = [*row["messages"][:-1], {"role": "assistant", "content": "quite another answer"}]
    edits.save((2, 0), {**row, "messages": turns}, edits.stamp_of((2, 0)))
    edits.save((3, 0), None, edits.stamp_of((3, 0)))
    return window.datasets.keep_edits(dataset.id)


def trained(window: Window, dataset: Dataset, name: str) -> Run:
    """A run that has learned it."""
    run = window.store.create(RunSpec(dataset=dataset.id), name)
    run.write_env({"dataset": {"id": dataset.id, "name": dataset.name, "usable": dataset.usable}})
    log = EventLog(run.events_path)
    log.append(Started(attempt=1, plan=plan(2)))
    log.append(Finished(step=2, seconds=1, train_loss=0.5))
    return run


def opened(page: Visit, name: str = "mine") -> Any:
    """The unfolded list."""
    page.page.locator(f"#data-{name}-box > button").click()
    found = page.page.locator(f"#data-{name}")
    expect(found).to_be_visible()
    return found


def line(page: Visit, name: str) -> Any:
    """The line of one data set."""
    return page.page.locator("#data-mine .lw-mine > li").filter(has=page.page.get_by_text(name, exact=True)).first


def press(page: Visit, name: str, do: str) -> None:
    line(page, name).locator(f"> .lw-actions [data-do={do}]").click()


def test_a_name_and_a_note(window: Window, visit: Open, bring: Bring) -> None:
    bring("faq", 6)
    page = visit().open(window)
    opened(page)
    press(page, "faq", "rename")
    expect(page.page.locator("#data-name")).to_be_focused()
    page.page.keyboard.type("Guests")
    window.datasets.note(bring("other", 4).id, "elsewhere")  # the list is drawn anew while somebody types
    page.shows("#data-mine", "elsewhere")
    expect(page.page.locator("#data-name")).to_have_value("Guests")
    expect(page.page.locator("#data-name")).to_be_focused()
    page.page.keyboard.press("Enter")
    page.shows("#data-mine", "Guests")
    press(page, "Guests", "note")
    page.page.locator("#data-note").fill("Prices of spring <b>only</b>")
    fits(page)
    page.page.locator("#data-note").press("Control+Enter")
    expect(page.page.locator("#data-note")).to_have_count(0)
    expect(line(page, "Guests").locator(".lw-mine-note")).to_have_text("Prices of spring <b>only</b>")
    press(page, "Guests", "note")
    page.page.keyboard.press("Escape")
    expect(page.page.locator("#data-note")).to_have_count(0)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_versions_are_compared_and_used(window: Window, visit: Open, bring: Bring, language: str) -> None:
    words = text.load(language)
    first = bring("faq", 9)
    third = edited(window, window.datasets.mend(first.id, None))
    window.drafts.update(dataset=third.id)
    page = visit(language).open(window)
    opened(page)
    press(page, "faq", "versions")
    versions = page.page.locator(".lw-versions > li")
    expect(versions).to_have_count(3)
    expect(versions.nth(0)).to_contain_text(words("mend.did.hand.changed", n=1))
    expect(versions.nth(1)).to_contain_text(words("mend.did.drop_duplicates", n=1))
    expect(versions.nth(2)).to_contain_text(words("mend.did.read"))
    versions.nth(0).locator("[data-do=version_compare]").click()
    shown = page.page.locator("#data-differences")
    counts = [words("versions.changed", n=1), words("versions.removed", n=1)]
    expect(shown).to_contain_text(words("list.comma").join(counts))
    expect(shown.locator("ins").first).to_contain_text("quite another")
    expect(shown.locator("article")).to_have_count(2)
    fits(page)
    shown.locator("select").select_option(label=words("versions.title", n=1))
    expect(shown).to_contain_text(words("versions.removed", n=2))
    page.page.locator("[data-do=version_close]").click()
    expect(shown).to_have_count(0)
    versions.nth(2).locator("[data-do=version_use]").click()
    page.shows("#data-summary", "10")
    assert window.drafts.load().dataset == first.id
    assert [each.id for each in window.datasets.list()] == [first.id]
    page.shows("#data-version", words("mend.version_older", n=1, newest=3))
    page.shows("#bar-plan", words("versions.older", n=1, newest=3))
    page.page.locator("#data-version [data-do=newest_version]").click()
    page.shows("#data-version", words("mend.version", n=3, total=3))
    expect(page.page.locator("#bar-plan")).not_to_contain_text(words("versions.older", n=3, newest=3)[:9])
    assert window.drafts.load().dataset == third.id


def test_a_version_is_deleted_with_the_question(window: Window, visit: Open, bring: Bring) -> None:
    first = bring("faq", 7)
    second = window.datasets.mend(first.id, None)
    trained(window, second, "Seven rows")
    window.drafts.update(dataset=second.id)
    page = visit().open(window)
    opened(page)
    press(page, "faq", "versions")
    page.page.locator(".lw-versions > li").first.locator("[data-do=version_delete]").click()
    question = page.page.locator("[role=alertdialog]")
    expect(question).to_contain_text("Seven rows")
    expect(question).to_contain_text(EN("versions.of", name="faq", n=2))
    expect(page.page.locator("#data-delete-no")).to_be_focused()
    fits(page)
    page.page.locator("#data-delete-yes").click()
    page.shows("#status-line", EN("versions.deleted", name="faq", n=2))
    assert [each.id for each in window.datasets.versions(first.id)] == [first.id]
    assert window.drafts.load().dataset == first.id


def test_a_set_is_deleted_with_the_question(window: Window, visit: Open, bring: Bring) -> None:
    first = bring("faq", 8)
    second = window.datasets.mend(first.id, None)
    trained(window, first, "An old run")
    window.drafts.update(dataset=second.id)
    page = visit().open(window)
    opened(page)
    press(page, "faq", "delete")
    page.shows("#data-delete-ask", EN("mine.delete_versions", name="faq", n=2, rows=8))
    expect(page.page.locator("[role=alertdialog]")).to_contain_text("An old run")
    page.page.locator("#data-delete-no").click()
    expect(page.page.locator("[role=alertdialog]")).to_have_count(0)
    press(page, "faq", "delete")
    page.page.locator("#data-delete-yes").click()
    page.shows("#status-line", EN("data.deleted", name="faq"))
    assert window.datasets.list() == [] and window.drafts.load().dataset is None


@pytest.mark.parametrize("language", ["en", "zh"])
def test_rows_are_taken_along_as_three_kinds_of_file(
    window: Window, visit: Open, bring: Bring, tmp_path: Path, language: str
) -> None:
    dataset = bring("问答", 5)
    window.datasets.edits(dataset.id).save((1, 0), None, 0)
    page = visit(language).open(window)
    opened(page)
    press(page, "问答", "download")
    page.shows("#data-mine .lw-asking", text.load(language)("out.pending"))
    fits(page)
    for kind in ("jsonl", "csv", "parquet"):
        with page.page.expect_download() as coming:
            page.page.locator(f"[data-kind={kind}]").click()
        path = tmp_path / f"came.{kind}"
        coming.value.save_as(path)
        assert coming.value.suggested_filename == f"问答.{kind}"
        if kind == "jsonl":
            assert len([json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]) == 5
        if kind == "parquet":
            assert path.read_bytes()[:4] == b"PAR1"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_two_sets_are_put_together(window: Window, visit: Open, bring: Bring, language: str) -> None:
    words = text.load(language)
    faq, talk = bring("faq", 11), bring("talk", 19)
    window.drafts.update(dataset=faq.id)
    page = visit(language).open(window)
    form = opened(page, "mix")
    page.shows("#data-mix-line", words("error.mix.tick"))
    form.locator(f"[data-part='{faq.id}']").check()
    page.shows("#data-mix-line", words("mix.gives", rows=12))
    amount = form.locator(f"[data-amount='{talk.id}']")
    amount.fill("many")
    page.shows("#data-mix-line", words("error.mix.how_many", name="talk", amount="many"))
    expect(form.locator(f"[data-part='{talk.id}']")).to_be_checked()
    amount.fill("50 %")
    page.shows("#data-mix-line", words("mix.gives", rows=22))
    form.locator("[data-field=name]").fill("Both of them")
    form.locator("[data-field=system]").fill("You are Kit.")
    third = bring("late", 3)  # the boxes are drawn anew: what stands in them stays with its set
    expect(form.locator("[data-part]")).to_have_count(3)
    expect(form.locator(f"[data-part='{third.id}']")).not_to_be_checked()
    expect(form.locator(f"[data-amount='{third.id}']")).to_have_value("")
    expect(amount).to_have_value("50 %")
    expect(form.locator("[data-field=system]")).to_be_focused()
    fits(page)
    page.page.locator("#data-mix-do").click()
    page.shows("#data-chosen", "Both of them")
    page.shows("#data-summary", "22")
    page.shows("#status-line", words("mix.made", name="Both of them", rows=22))
    expect(form).to_be_hidden()  # folded, and empty when it is opened again
    page.page.wait_for_function("scrollY === 0")
    opened(page, "mix")
    expect(form.locator("[data-part]:checked")).to_have_count(0)
    for name in ("name", "system"):
        expect(form.locator(f"[data-field={name}]")).to_have_value("")
    page.shows("#data-mix-line", words("error.mix.tick"))
    made = window.datasets.get(str(window.drafts.load().dataset))
    assert made.usable == 22 and [part["name"] for part in made.parts] == ["talk", "faq"]
    assert made.load_rows()[0]["messages"][0] == {"role": "system", "content": "You are Kit."}
    expect(page.page.locator("#bar-primary")).to_have_text(words("data.next"))
    opened(page)
    press(page, "Both of them", "versions")
    parts = [words("mend.did.part", name="talk", rows=10), words("mend.did.part", name="faq", rows=12)]
    page.shows(".lw-versions", words("mend.did.parts", parts=words("list.comma").join(parts)))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_run_opens_the_very_version_it_learned(window: Window, visit: Open, bring: Bring, language: str) -> None:
    words = text.load(language)
    first = bring("faq", 13)
    second = window.datasets.mend(first.id, None)
    run = trained(window, first, "Early run")
    window.drafts.update(dataset=second.id, run=run.id)
    page = visit(language).open(window, "training")
    named = words("versions.of", name="faq", n=1)
    page.shows("#training-data", words("versions.trained", name=named, rows=14))
    fits(page)
    page.page.locator("#training-data button").click()
    page.ready("data")
    page.shows("#data-summary", "14")
    assert window.drafts.load().dataset == first.id
    window.datasets.use(second.id)
    window.drafts.update(dataset=second.id)
    page.go("share")
    cell = page.page.locator("#share-runs [data-do=data]")
    expect(cell).to_have_text(named)
    cell.click()
    page.ready("data")
    assert window.drafts.load().dataset == first.id
    window.drafts.update(dataset=second.id)
    window.datasets.delete_version(first.id)
    page.go("training")
    page.shows("#training-data", words("versions.gone", name="faq", rows=14))
    expect(page.page.locator("#training-data button")).to_have_count(0)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_phone_says_which_version_and_breaks_no_button(
    window: Window, visit: Open, bring: Bring, language: str
) -> None:
    words = text.load(language)
    first = bring("Customer FAQ with quite a long name", 9)
    run = trained(window, window.datasets.mend(first.id, None), "Early run")
    window.drafts.update(dataset=window.datasets.use(first.id).id, run=run.id)
    page = visit(language, 390).open(window)
    page.shows("#bar-plan .lw-part-version", words("versions.older", n=1, newest=2))
    line = "element => element.getClientRects().length === 1 && element.scrollWidth <= element.clientWidth"
    assert page.page.locator("#bar-plan .lw-part-version").evaluate(line)
    opened(page)
    heights = "all => all.map((each) => each.getClientRects().length)"
    assert set(page.page.locator("#data-mine .lw-when").evaluate_all(heights)) == {1}  # no date breaks
    low = "element => element.clientHeight / parseFloat(getComputedStyle(element).lineHeight)"
    for button in (page.quiet, page.primary):
        assert button.evaluate(low) < 3.5  # two lines and the padding
    fits(page)


def test_the_keyboard_alone_compares_two_versions(window: Window, visit: Open, bring: Bring) -> None:
    first = bring("faq", 9)
    window.drafts.update(dataset=window.datasets.mend(first.id, None).id)
    page = visit().open(window)
    page.page.locator("#data-mine-box > button").focus()
    page.page.keyboard.press("Enter")
    expect(page.page.locator("#data-mine")).to_be_visible()
    page.page.keyboard.press("Tab")
    expect(line(page, "faq").locator("> .lw-actions [data-do=versions]")).to_be_focused()
    page.page.keyboard.press("Enter")
    expect(page.page.locator(".lw-versions > li")).to_have_count(2)
    page.page.wait_for_function("document.activeElement.closest('#data-mine .lw-asking')")
    page.page.locator(".lw-versions [data-do=version_compare]").first.focus()
    page.page.keyboard.press("Enter")
    expect(page.page.locator("#data-differences")).to_contain_text(re.compile("1 removed"))
