"""Three clicks with the real engine and the built-in model: sample, start, compare; the answers differ on the page."""

from collections.abc import Callable, Iterator

import pytest

from tests.browser.conftest import SAMPLES, Visit, Window
from webui import text

Open = Callable[..., Visit]


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Window]:
    """One window with the real engine, as `launch.py` starts it."""
    found = Window(tmp_path_factory.mktemp("real"), scripted=False)
    yield found.start()
    found.stop()


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "zh"])
def test_sample_start_compare_ends_in_two_different_answers(real: Window, visit: Open, language: str) -> None:
    words, before = text.load(language), len(real.store.list())
    real.drafts.update(dataset=None, run=None)
    page = visit(language).open(real, "data")
    page.page.locator(f'#data-samples [data-id="{SAMPLES[language]}"]').click()  # one
    page.shows("#bar-quiet", words("bar.start_now"))
    real.wait(lambda: SAMPLES[language] in str(real.datasets.get(str(real.drafts.load().dataset)).file_name))
    page.quiet.click()  # two
    page.shows("#bar-primary", words("train.stop"), timeout=60_000)
    page.shows("#bar-primary", words("train.compare"), timeout=240_000)
    page.shows("#training-samples .now", "")
    page.primary.click()  # three
    page.ready("compare")
    page.page.wait_for_function(
        "document.querySelectorAll('#compare-base-end .ending, #compare-tuned-end .ending').length === 2",
        timeout=120_000,
    )
    page.shows("#bar-primary", words("compare.ask"), timeout=120_000)
    base, tuned = (
        page.page.locator(f"#compare-{side} .assistant .said").inner_text().strip() for side in ("base", "tuned")
    )
    assert tuned and base != tuned
    page.shows("#compare-proof", words("compare.proof"))
    page.shows("#compare-expected", words("compare.expected"))
    assert len(real.store.list()) == before + 1
    assert real.store.list()[0].status() == "finished"
    with page.page.expect_download():
        page.go("share")
        page.shows("#bar-primary", words("share.file_bar", size="|").split("|")[0])
        page.primary.click()
