"""What is pressed faster than it is answered: the last press counts, in the page and in the program."""

from collections.abc import Callable

from tests.browser.conftest import ROOMS, Visit, Window

Open = Callable[..., Visit]


def test_of_two_quick_choices_the_last_one_is_kept(window: Window, visit: Open) -> None:
    window.choose_sample("en")
    page = visit().open(window, "settings")
    page.shows("#settings-line", "steps", timeout=60_000)
    radios = page.page.locator("#settings-intensity input[type=radio]")
    for pause, first, last in ((0, 0, 2), (30, 2, 0), (60, 0, 1)):
        page.page.evaluate(
            """async ([pause, ...places]) => { for (const place of places) {
              document.querySelectorAll('#settings-intensity input[type=radio]')[place].click();
              await new Promise((later) => setTimeout(later, pause)); } }""",
            [pause, first, last],
        )
        wanted = radios.nth(last).get_attribute("value")
        window.wait(lambda wanted=wanted: window.drafts.load().intensity == wanted, seconds=8)
        assert radios.nth(last).is_checked()


def test_the_tab_that_was_pressed_last_has_its_bar(window: Window, visit: Open) -> None:
    page = visit().open(window)
    page.page.wait_for_timeout(1500)
    for pause, rooms in ((0, ("settings", "compare", "settings")), (30, ("model", "share", "model"))):
        page.page.evaluate(
            """async ([pause, places]) => { for (const place of places) {
              document.querySelectorAll('#rooms [role=tab]')[place].click();
              await new Promise((later) => setTimeout(later, pause)); } }""",
            [pause, [ROOMS.index(room) for room in rooms]],
        )
        page.page.wait_for_timeout(4000)
        shown = page.page.evaluate(
            """() => [document.querySelector('#rooms [role=tab][aria-selected=true]').dataset.tabId,
            document.querySelector('#bar-plan [data-room]').dataset.room,
            new URL(location.href).searchParams.get('room')]"""
        )
        assert shown == [rooms[-1]] * 3
