"""Bringing data in: files of many kinds, pasted text, a second file, Cancel; and correcting how a file is read."""

import csv
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from core.data.datasets import Dataset
from tests.browser.conftest import WIDTHS, Visit, Window
from tests.unit.workbook import workbook
from webui import text

EN, ZH = text.load("en"), text.load("zh")
Open = Callable[..., Visit]


@pytest.fixture
def bring(tmp_path: Path) -> Callable[[Visit, str, bytes], None]:
    """`bring(page, name, data)` gives the page a file, as the picker would."""

    def bring(page: Visit, name: str, data: bytes) -> None:
        path = tmp_path / name
        path.write_bytes(data)
        page.page.locator("#data-upload input[type=file]").set_input_files(path)

    return bring


Bring = Callable[[Visit, str, bytes], None]


def rows(**columns: str) -> bytes:
    """30 JSON lines; `{n}` in a value is the row's number."""
    return b"".join(
        json.dumps({name: said.replace("{n}", str(n)) for name, said in columns.items()}, ensure_ascii=False).encode()
        + b"\n"
        for n in range(30)
    )


def table(header: str, line: str, encoding: str = "utf-8") -> bytes:
    return (header + "\n" + "".join(line.replace("{n}", str(n)) + "\n" for n in range(30))).encode(encoding)


def chosen(window: Window) -> Dataset:
    return window.datasets.get(str(window.drafts.load().dataset))


def menu(page: Visit, name: str) -> Any:
    return page.page.locator(f'#data-menus select[data-id="{name}"]')


def fits(page: Visit) -> None:
    """Nothing is wider than the page at both widths, and one button is coloured."""
    for width, height in WIDTHS.items():
        page.page.set_viewport_size({"width": width, "height": height})
        page.page.wait_for_timeout(150)
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.page.evaluate(wide) <= 0, width
        assert page.page.locator("button.primary:visible").count() == 1
    page.page.set_viewport_size({"width": 1440, "height": 900})


@pytest.mark.parametrize("language", ["en", "zh"])
def test_unknown_columns_are_guessed_changed_and_confirmed(
    window: Window, visit: Open, bring: Bring, language: str
) -> None:
    words = text.load(language)
    page = visit(language).open(window)
    line = f"怎么退货{{n}}？,七天内联系{{n}}客服,注{{n}} {language}"  # the same file again would be known
    bring(page, "客服记录.csv", table("顾客说,我们说,备注", line, "gb18030"))
    page.shows("#data-summary", words("data.read_fine", rows=30, usable=30, bad=0))
    page.shows("#data-chosen", words("data.encoding.gb18030"))
    page.shows("#bar-primary", words("data.confirm"))
    page.shows("#data-menus", words("data.columns.unsure"))
    page.shows("#data-example .lw-answer", "七天内联系0客服")
    fits(page)

    menu(page, "part:answer").select_option("备注")
    page.shows("#data-example .lw-answer", "注0")
    page.shows("#bar-primary", words("data.read_so"))
    assert chosen(window).columns["answer"] == "我们说"  # nothing is read anew before it is asked for
    page.page.reload()
    page.ready("data")
    page.shows("#bar-primary", words("data.read_so"))  # what was changed is not lost
    page.quiet.click()
    page.shows("#bar-primary", words("data.confirm"))
    page.shows("#data-example .lw-answer", "七天内联系0客服")

    page.primary.click()
    page.shows("#bar-primary", words("data.next"))
    assert chosen(window).confirmed and chosen(window).columns == {"question": "顾客说", "answer": "我们说"}


def test_columns_that_nobody_knows_are_asked_for(window: Window, visit: Open, bring: Bring) -> None:
    page = visit().open(window)
    bring(page, "log.csv", table("x,y,z", "{n},{n}1,{n}2"))
    page.shows("#bar-primary", EN("data.missing.format"))
    page.shows("#data-summary", EN("data.read_unknown", rows=30))
    fits(page)
    page.primary.click()
    page.page.wait_for_function("document.activeElement.dataset.id === 'format'")
    menu(page, "format").select_option("question_answer")
    page.shows("#bar-primary", EN("data.missing.question"))
    menu(page, "part:question").select_option("x")
    page.shows("#bar-primary", EN("data.missing.answer"))
    menu(page, "part:answer").select_option("z")
    page.shows("#data-example .lw-answer", "02")
    page.shows("#bar-primary", EN("data.read_so"))
    page.primary.click()
    page.shows("#bar-primary", EN("data.next"))
    assert (chosen(window).usable, chosen(window).columns) == (30, {"question": "x", "answer": "z"})
    page.page.locator("#data-columns-box > button").click()
    page.page.locator("#data-menus [data-do=as_it_was]").click()  # and back
    page.shows("#bar-primary", EN("data.missing.format"))


def test_the_sheet_of_a_workbook_can_be_changed(window: Window, visit: Open, bring: Bring) -> None:
    after = [["问题", "答案"], *([f"怎么退货{n}？", f"七天{n}"] for n in range(30))]
    before = [["问题", "答案"], *([f"多少钱{n}？", f"{n} 元"] for n in range(20))]
    page = visit("zh").open(window)
    bring(page, "客服.xlsx", workbook({"售后": after, "售前": before}))
    page.shows("#data-chosen", ZH("data.sheet", sheet="售后"))
    page.page.locator("#data-columns-box > button").click()
    menu(page, "sheet").select_option("售前")
    page.shows("#data-example .lw-answer", "0 元")
    page.shows("#bar-primary", ZH("data.read_so"))
    page.primary.click()
    page.shows("#data-summary", ZH("data.read_fine", rows=20, usable=20, bad=0))
    assert chosen(window).sheet == "售前"


def test_an_encoding_that_was_guessed_wrong_can_be_changed(window: Window, visit: Open, bring: Bring) -> None:
    page = visit().open(window)
    bring(page, "faq.csv", table("question,answer", "Où est la gare {n}?,Près du café {n}", "cp1252"))
    page.shows("#bar-primary", EN("data.next"))
    page.page.locator("#data-columns-box > button").click()
    page.page.locator('#data-menus [id="fold-data.columns.file"] summary').click()
    menu(page, "encoding").select_option("gb18030")
    page.shows("#data-menus .lw-warning", "faq.csv")  # such bytes are no Chinese
    page.shows("#bar-primary", EN("data.as_it_was"))
    menu(page, "encoding").select_option("cp1252")
    page.shows("#bar-primary", EN("data.read_so"))
    page.shows("#data-example", "café")
    page.primary.click()
    page.shows("#bar-primary", EN("data.next"))
    assert chosen(window).choices.encoding == "cp1252"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_pasted_text_goes_the_way_of_a_file(window: Window, visit: Open, language: str) -> None:
    words = text.load(language)
    page = visit(language).open(window)
    page.page.locator("#data-paste button").first.click()
    button = page.page.locator("#data-paste-button button")
    button.click()  # nothing to read: the box is where to go on
    page.page.wait_for_function("document.activeElement.matches('#data-paste textarea')")
    page.page.locator("#data-paste textarea").fill("question\tanswer\n" + f"What <b>now</b>?\tWait ({language}).\n" * 3)
    button.click()
    page.shows("#data-chosen", words("data.paste_name"))
    page.shows("#data-summary", "3")
    page.shows("#data-bubbles", "What <b>now</b>?")
    page.page.locator("#data-chosen [data-do=change]").click()
    expect(page.page.locator("#data-paste textarea")).to_have_value("")


@pytest.mark.parametrize("width", sorted(WIDTHS))
def test_nothing_scrolls_sideways_in_the_doors(window: Window, visit: Open, width: int) -> None:
    page = visit("en", width).open(window)
    wide = """() => [...document.querySelectorAll('#data-doors *')].filter((each) =>
        /auto|scroll/.test(getComputedStyle(each).overflowX) && each.scrollWidth > each.clientWidth).length"""
    page.page.wait_for_selector("#data-paste")
    assert page.page.evaluate(wide) == 0
    page.page.locator("#data-paste button").first.click()
    page.page.wait_for_selector("#data-paste-button button")
    assert page.page.evaluate(wide) == 0


def test_pasted_text_and_the_colours_stay_with_the_other_language(window: Window, visit: Open) -> None:
    """The bug: the language switch opened a page with an empty box, in the other colours."""
    page = visit().open(window)
    page.page.goto(f"{window.url}/en?room=data&__theme=dark")
    page.ready("data")
    page.page.locator("#data-paste button").first.click()
    typed = "question\tanswer\n" + "Where is it?\tIn the hall.\n" * 3
    page.page.locator("#data-paste textarea").fill(typed)
    page.page.locator("a.lw-lang[lang=zh]").click()
    page.shows("#bar-primary", ZH("data.choose"))
    expect(page.page.locator("#data-paste textarea")).to_have_value(typed)
    expect(page.page.locator("#data-paste textarea")).to_be_visible()
    assert "__theme=dark" in page.page.url and "dark" in str(page.page.locator("body").get_attribute("class"))
    page.page.locator("#data-paste-button button").click()
    page.shows("#data-summary", "3")
    page.page.reload()
    page.ready("data")
    page.page.locator("#data-chosen [data-do=change]").click()
    expect(page.page.locator("#data-paste")).to_be_visible()
    assert (
        page.page.locator("#data-paste textarea").count() == 0
        or not page.page.locator("#data-paste textarea").input_value()
    )


LARGE = b"".join(
    json.dumps({"question": f"What is number {n}?", "answer": f"It is {n}. " + "And so on. " * 12}).encode() + b"\n"
    for n in range(150_000)
)


def test_a_large_file_tells_how_far_it_is_and_can_be_given_up(window: Window, visit: Open, bring: Bring) -> None:
    page = visit().open(window)
    bring(page, "large.jsonl", LARGE)
    page.shows("#bar-primary", "Reading")
    page.shows("#data-reading", "large.jsonl")
    page.shows("#status-line", "left")
    fits(page)
    page.quiet.click()
    page.shows("#bar-primary", EN("data.choose"))
    assert window.drafts.load().dataset is None
    assert "large" not in [dataset.name for dataset in window.datasets.list()]


def test_a_second_file_takes_the_place_of_the_first(window: Window, visit: Open, bring: Bring) -> None:
    page = visit().open(window)
    bring(page, "large.jsonl", LARGE)
    page.shows("#data-reading", "large.jsonl")
    other = visit().open(window)  # the doors are closed while a file is read; another page sees it too
    other.shows("#data-reading", "large.jsonl")
    bring(page, "small.jsonl", rows(question="q{n}", answer="a{n}"))
    page.shows("#data-chosen", "small")
    other.shows("#data-chosen", "small")
    assert chosen(window).name == "small"
    assert "large" not in [dataset.name for dataset in window.datasets.list()]


def test_a_file_is_read_to_its_end_though_the_page_is_closed(window: Window, visit: Open, bring: Bring) -> None:
    page = visit().open(window)
    bring(page, "large.jsonl", LARGE)
    page.shows("#data-reading", "large.jsonl")
    page.page.goto("about:blank")
    window.wait(lambda: window.drafts.load().dataset is not None, 120)
    assert chosen(window).usable == 150_000


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_refused_file_is_said_on_every_tab_until_it_is_closed(
    window: Window, visit: Open, bring: Bring, language: str
) -> None:
    words = text.load(language)
    page = visit(language).open(window)
    bring(page, "handbook.pdf", b"%PDF-1.7\n" + b"0" * 500)
    said = "handbook.pdf"
    page.shows("#status-line .lw-error", said)
    page.go("model")
    page.shows("#status-line .lw-error", said)
    page.page.reload()
    page.ready("model")
    page.shows("#status-line .lw-error", said)
    page.go("data")
    fits(page)
    page.page.locator("#status-line button", has_text=words("status.dismiss")).click()
    expect(page.page.locator("#status-line .lw-error")).to_have_count(0)
    bring(page, "handbook.pdf", b"%PDF-1.7\n" + b"0" * 500)
    page.shows("#status-line .lw-error", said)
    bring(page, "faq.jsonl", rows(question=f"{language}{{n}}", answer="a{n}"))
    page.shows("#data-chosen", "faq")
    expect(page.page.locator("#status-line .lw-error")).to_have_count(0)


def test_broken_lines_are_mended_when_asked(window: Window, visit: Open, bring: Bring) -> None:
    page = visit().open(window)
    bring(page, "faq.jsonl", rows(question="q{n}", answer="a{n}") + b"{'question': 'c', 'answer': 'd',}\n")
    page.shows("#data-summary", EN("data.read", rows=31, usable=30, bad=1))
    page.page.locator("#data-findings button", has_text=EN("fix.repair")).click()
    page.shows("#data-mend", EN("mend.row.comes", row=31))
    page.shows("#bar-primary", EN("mend.apply_one"))
    page.primary.click()
    page.shows("#data-summary", "31")
    window.wait(lambda: chosen(window).usable == 31)
    assert chosen(window).choices.repair
    page.page.locator("#data-columns-box > button").click()
    page.page.locator("#data-menus [data-do=as_it_was]").click()
    window.wait(lambda: chosen(window).usable == 30)


def test_a_file_that_is_broken_as_a_whole_is_mended_from_the_status_line(
    window: Window, visit: Open, bring: Bring
) -> None:
    page = visit().open(window)
    whole = b"[" + b",\n".join(rows(question="q{n}", answer="a{n}").splitlines()).replace(b"}", b",}") + b"]"
    bring(page, "commas.json", whole)
    page.shows("#status-line .lw-error", "commas.json")
    page.shows("#bar-quiet", EN("data.mend"))
    page.go("model")
    page.page.locator("#status-line button", has_text=EN("data.mend")).click()
    page.shows("#data-chosen", "commas")
    assert chosen(window).choices.repair and chosen(window).usable == 30


def test_lists_become_text_only_when_asked(window: Window, visit: Open, bring: Bring) -> None:
    page = visit().open(window)
    data = b"".join(json.dumps({"question": f"q{n}", "answer": {"is": n}}).encode() + b"\n" for n in range(30))
    bring(page, "nested.jsonl", data)
    page.shows("#bar-primary", EN("data.see_wrong"))
    page.shows("#data-summary", EN("data.read_none", rows=30))
    expect(page.quiet).to_be_hidden()
    page.page.locator("#data-findings button", has_text=EN("fix.structured")).click()
    page.shows("#bar-primary", EN("mend.apply", n=30))
    page.primary.click()
    page.shows("#bar-primary", EN("data.next"))
    page.shows("#data-bubbles", '{"is": 0}')


def test_words_in_braces_can_be_given_for_reading(window: Window, visit: Open, bring: Bring) -> None:
    page = visit().open(window)
    bring(page, "identity.jsonl", rows(instruction="Who are you {n}?", output="I am {{name}}, by {{author}}, no {n}."))
    boxes = page.page.locator("#data-fills input")
    expect(page.page.locator("#data-findings button", has_text=EN("fix.fill"))).to_be_visible()
    expect(boxes.first).not_to_be_visible()  # what was found is not pushed away by what mends it
    page.page.locator("#data-columns-box > button").click()
    expect(boxes).to_have_count(2)
    boxes.nth(0).press_sequentially("Aurora", delay=60)
    boxes.nth(1).press_sequentially("<b>us</b>", delay=60)
    page.shows("#data-example .lw-answer", "I am Aurora, by <b>us</b>, no 0.")
    expect(boxes.nth(0)).to_have_value("Aurora")
    page.shows("#bar-primary", EN("data.read_so"))
    page.primary.click()
    page.shows("#data-bubbles", "I am Aurora, by <b>us</b>, no 0.")
    assert chosen(window).choices.fill == {"name": "Aurora", "author": "<b>us</b>"}


def test_who_the_model_is_can_be_said(window: Window, visit: Open, bring: Bring) -> None:
    talk = "\n\n".join(f"CIRI: What do you see at {n}?\nGERALT: Tracks no {n}." for n in range(12))
    page = visit().open(window)
    bring(page, "talk.txt", talk.encode())
    menu(page, "speaker").select_option("GERALT")
    page.shows("#data-example .lw-answer", "Tracks no 0.")
    page.primary.click()
    page.shows("#bar-primary", EN("data.next"))
    assert chosen(window).mapping.speaker == "GERALT"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_templates_are_read_as_they_come(
    window: Window, visit: Open, bring: Bring, language: str, tmp_path: Path
) -> None:
    words = text.load(language)
    for name in ("faq.xlsx", "faq.csv", "chat.jsonl"):
        window.clean()
        page = visit(language).open(window)
        with page.page.expect_download() as download:
            page.page.locator("#data-templates a", has_text=name).click()
        data = Path(download.value.path()).read_bytes()
        if name == "faq.csv":
            assert next(csv.reader(io.StringIO(data.decode("utf-8-sig")))) == [
                words(f"template.{part}") for part in ("question", "similar", "answer")
            ]
        bring(page, name, data)
        page.shows("#bar-primary", words("data.next"))
        assert chosen(window).usable >= 3
        assert chosen(window).answer_to(words("template.1.question")) is not None
        page.close()


def test_a_packed_file_says_so(window: Window, visit: Open, bring: Bring) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("faq.csv", table("question,answer", "q{n},a{n}"))
    page = visit().open(window)
    bring(page, "faq.zip", packed.getvalue())
    page.shows("#data-chosen", EN("data.packed.zip"))


def test_names_from_a_file_are_never_html(window: Window, visit: Open, bring: Bring) -> None:
    evil = "<img src=x onerror=alert(1)>"
    page = visit().open(window)
    bring(page, "evil.jsonl", rows(**{evil: "q{n}", "text2": f"{evil}{{n}}", "c": "1"}))
    page.shows("#data-menus", EN("data.menu.format"))
    menu(page, "format").select_option("question_answer")
    menu(page, "part:question").select_option(evil)
    page.shows("#data-example", evil)
    assert page.page.locator("#data-menus img, #data-example img, #data-bubbles img").count() == 0


@pytest.mark.parametrize("width", sorted(WIDTHS))
def test_an_earlier_data_set_is_used_renamed_and_deleted_at_its_own_row(
    window: Window, visit: Open, bring: Bring, width: int
) -> None:
    for dataset in window.datasets.list():
        window.datasets.delete(dataset.id)
    page = visit("en", width).open(window)
    for n in range(12):
        bring(page, f"file{n}.jsonl", rows(question=f"q{{n}} {n}", answer="a{n}"))
        page.shows("#data-chosen", f"file{n}")
        page.page.locator("#data-chosen [data-do=change]").click()
        expect(page.page.locator("#data-upload input[type=file]")).to_be_attached()
    page.page.locator("#data-chosen [data-do=change]").click()
    page.page.locator("#data-mine-box > button").click()
    line = page.page.locator("#data-mine li")
    expect(line).to_have_count(12)
    expect(line.first).to_contain_text(EN("data.mine_chosen"))
    lefts = line.locator("[data-do=delete]").evaluate_all("all => all.map(each => each.getBoundingClientRect().left)")
    assert max(lefts) - min(lefts) < 1
    tops = line.nth(1).locator("button").evaluate_all("all => all.map(each => each.getBoundingClientRect().top)")
    assert len(tops) == 6 and len(set(tops)) <= (1 if width == 1440 else 2)  # a phone has no room for one line

    line.nth(11).locator("[data-do=delete]").click()
    ask = line.nth(11).locator(".lw-asking")
    expect(ask).to_be_in_viewport(ratio=0.9)
    page.page.wait_for_timeout(600)
    bar = page.page.locator("#bar").bounding_box()
    shown = ask.bounding_box()
    assert bar and shown and shown["y"] + shown["height"] <= bar["y"]
    ask.locator("#data-delete-yes").click()
    expect(line).to_have_count(11)
    page.shows("#status-line", EN("data.deleted", name="file0"))

    line.nth(10).locator("[data-do=rename]").click()
    page.page.wait_for_function("document.activeElement.id === 'data-name'")
    page.page.keyboard.type("file1 one")
    page.page.keyboard.press("Enter")
    expect(line.nth(10)).to_contain_text("file1 one")
    line.nth(10).locator("[data-do=use]").click()
    page.shows("#data-chosen", "file1 one")
    page.page.wait_for_function("scrollY < 5")
