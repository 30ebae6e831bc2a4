"""The Training tab against real run folders: live, reloaded, twice open, stopped, failed, zoomed."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import Visit, Window
from webui import text

EN = text.load("en")
RANGE = "document.querySelector('.js-plotly-plot')._fullLayout.xaxis.range"
Open = Callable[..., Visit]


def start(window: Window, page: Visit, **script: Any) -> None:
    """A run of the sample, started from the Training tab."""
    window.choose_sample(page.language)
    window.script(**script)
    page.open(window, "training")
    page.shows("#bar-primary", text.load(page.language)("train.start_plain"))
    page.primary.click()
    page.shows("#bar-primary", text.load(page.language)("train.stop"))


def test_a_reload_and_a_second_tab_show_the_one_run(window: Window, visit: Open) -> None:
    first, second = visit(), visit("zh")
    start(window, first, steps=40, pace=0.05, hold=20)
    first.shows("#training-sentence", "Step 20 of 40")
    first.page.reload()
    first.ready("training")
    first.shows("#training-sentence", "Step 20 of 40")
    second.open(window, "training")
    second.shows("#training-sentence", "第 20 步，共 40 步")
    window.script(steps=40, pace=0.02)
    first.shows("#bar-primary", EN("train.compare"))
    second.shows("#bar-primary", text.load("zh")("train.compare"))
    assert len(window.store.list()) == 1


def test_start_in_two_tabs_makes_one_run(window: Window, visit: Open) -> None:
    window.choose_sample("en")
    window.script(steps=20, hold=5)
    pages = [visit().open(window, "training") for _ in range(2)]
    for page in pages:
        page.shows("#bar-primary", EN("train.start_plain"))
    for page in pages:
        page.primary.click(no_wait_after=True)
    for page in pages:
        page.shows("#bar-primary", EN("train.stop"))
    assert len(window.store.list()) == 1


def test_a_double_click_starts_once_and_does_not_stop(window: Window, visit: Open) -> None:
    window.choose_sample("en")
    window.script(steps=20, hold=5)
    page = visit().open(window, "training")
    page.shows("#bar-primary", EN("train.start_plain"))
    page.primary.dblclick()
    page.shows("#training-sentence", "Step 5 of 20")
    assert [run.status() for run in window.store.list()] == ["running"]


def test_stop_keeps_what_was_learned(window: Window, visit: Open) -> None:
    page = visit()
    start(window, page, steps=30, hold=6, stop_s=1.5)
    page.shows("#training-sentence", "Step 6 of 30")
    page.primary.click()
    page.shows("#bar-primary", EN("train.stopping"))
    page.shows("#training-sentence", EN("train.stopped", n=6))
    page.shows("#bar-primary", EN("train.compare"))
    assert window.run().status() == "stopped"
    assert window.run().usable_adapter() is not None


def test_the_curve_has_points_and_keeps_its_zoom(window: Window, visit: Open) -> None:
    page = visit()
    start(window, page, steps=40, pace=0.05, hold=12)
    page.shows("#training-sentence", "Step 12 of 40")
    page.page.wait_for_selector("#training-plot .js-plotly-plot .scatterlayer .trace", state="attached")
    count = "document.querySelector('.js-plotly-plot').data[0].x.length"
    window.wait(lambda: page.page.evaluate(count) == 12)
    draw_a_box(page)
    zoomed = page.page.evaluate(RANGE)
    assert 0 < zoomed[0] < zoomed[1] < 40
    window.script(steps=40, pace=0.02)
    page.shows("#bar-primary", EN("train.compare"))
    window.wait(lambda: page.page.evaluate(count) == 40)
    assert page.page.evaluate(RANGE) == zoomed
    assert "at step 40" in page.page.locator("#training-curve .spoken").inner_text()


def draw_a_box(page: Visit) -> None:
    """Zoom as a person does: drag over a part of the curve."""
    area = page.page.locator("#training-plot .nsewdrag").first
    area.scroll_into_view_if_needed()
    page.page.mouse.wheel(0, 200)
    page.page.wait_for_timeout(300)
    box = area.bounding_box()
    assert box is not None
    page.page.mouse.move(box["x"] + 0.05 * box["width"], box["y"] + 20)
    page.page.mouse.down()
    page.page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 25, steps=6)
    page.page.mouse.up()
    page.page.wait_for_timeout(500)


def test_before_the_first_point_the_page_says_when_it_comes(window: Window, visit: Open) -> None:
    page = visit()
    start(window, page, hold=-1)
    page.shows("#training-curve", EN("train.first"))
    page.shows("#training-phase .now", EN("train.phase.loading"))
    page.shows("#training-samples", EN("train.answers_soon"))
    window.script()
    page.shows("#training-samples .now", "step 12")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_failed_run_says_why_and_keeps_its_curve(window: Window, visit: Open, language: str) -> None:
    page, words = visit(language), text.load(language)
    start(window, page, steps=20, fail={"code": "memory"}, fail_at=5)
    page.shows("#training-sentence", words("error.memory")[:12])
    page.page.wait_for_selector("#training-plot .js-plotly-plot")
    page.shows("#bar-primary", words("train.start_plain"))
    page.page.locator("#training-log button").first.click()
    page.shows("#training-lines", "tokenizing 48 rows")


def test_a_second_choice_waits_in_line(window: Window, visit: Open) -> None:
    page = visit()
    start(window, page, steps=20, hold=5)
    window.choose_sample("zh")
    page.shows("#bar-quiet", EN("train.queue"))
    page.quiet.click()
    window.wait(lambda: len(window.store.list()) == 2)
    page.page.wait_for_timeout(1500)
    page.shows("#bar-primary", EN("train.stop"))
    window.script(steps=4, pace=0.02)
    window.wait(lambda: all(run.status() == "finished" for run in window.store.list()))


def test_an_earlier_run_can_be_looked_at(window: Window, visit: Open) -> None:
    page = visit()
    start(window, page, steps=3, pace=0.02)
    page.shows("#bar-primary", EN("train.compare"))
    window.run().rename("The first one")
    window.script(steps=5, pace=0.02)
    page.quiet.click()
    window.wait(lambda: len(window.store.list()) == 2 and window.run().status() == "finished")
    page.shows("#training-sentence", "Step 5 of 5")
    page.page.locator("#training-earlier button").first.click()
    page.page.locator("#training-runs").get_by_role("button", name=EN("train.show")).click()
    page.shows("#training-sentence", "The first one")
    page.shows("#training-sentence", "Step 3 of 3")
