"""The window as a whole: drafts, languages, phone, a dead server, strangers at the door, the keyboard, no network."""

import http.client
import re
import time
from collections.abc import Callable, Iterator

import pytest

from tests.browser.conftest import ROOMS, SAMPLES, WIDTHS, Visit, Window
from webui import text

EN, ZH = text.load("en"), text.load("zh")
Open = Callable[..., Visit]


@pytest.fixture
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Window]:
    """A window of its own, for tests that end it."""
    found = Window(tmp_path_factory.mktemp("alone"))
    found.script()
    yield found.start()
    found.stop()


# -- what is chosen is kept


def test_choices_survive_a_reload_the_other_language_and_a_restart(alone: Window, visit: Open) -> None:
    page = visit().open(alone)
    page.page.locator(f'#data-samples [data-id="{SAMPLES["en"]}"]').click()
    page.shows("#bar-primary", EN("data.next"))
    page.go("settings")
    page.page.locator('#settings-intensity [data-id="quick"], #settings-intensity input[value="quick"]').first.click()
    alone.wait(lambda: alone.drafts.load().intensity == "quick")
    kept = alone.drafts.load()
    page.page.reload()
    page.ready("settings")
    page.page.locator("a.lw-lang[lang=zh]").click()
    page.shows("#bar-primary", ZH("settings.next"))
    page.page.wait_for_url("**/zh?room=settings*")
    alone.stop()
    alone.start()
    page.come_back(f"{alone.url}/zh")
    page.ready("settings")
    page.shows("#bar-plan", "50")
    assert alone.drafts.load().model_dump(exclude={"room"}) == kept.model_dump(exclude={"room"})


# -- the program is gone


def test_a_dead_program_is_said_and_its_run_reads_interrupted(alone: Window, visit: Open) -> None:
    alone.choose_sample("zh")
    alone.script(steps=20, hold=5)
    page = visit("zh", locale="en-US").open(alone, "training")
    page.shows("#bar-primary", ZH("train.start_plain"))
    page.primary.click()
    page.shows("#training-sentence", "第 5 步")
    alone.kill()
    page.shows("#lw-lost:visible", ZH("status.lost"), timeout=5_000)
    assert foreign(page, "zh") == []
    alone.start()
    page.page.locator("#lw-lost").wait_for(state="hidden", timeout=5_000)
    page.come_back(page.page.url)
    page.ready("training")
    page.shows("#training-sentence", ZH("train.gone_nothing"))
    page.shows("#bar-primary", ZH("train.start_plain"))


def test_a_run_left_waiting_is_offered_again(alone: Window, visit: Open) -> None:
    alone.choose_sample("en")
    alone.script(steps=20, hold=5)
    page = visit().open(alone, "training")
    page.shows("#bar-primary", EN("train.start_plain"))
    page.primary.click()
    page.shows("#training-sentence", "Step 5 of 20")
    alone.choose_sample("zh")
    page.shows("#bar-quiet", EN("train.queue"))
    page.quiet.click()
    alone.wait(lambda: len(alone.store.list()) == 2)
    alone.kill()
    alone.script(steps=4, pace=0.02)
    alone.start()
    page.come_back(f"{alone.url}/en?room=training")
    page.ready("training")
    page.shows("#bar-primary", EN("train.start_waiting"))
    page.primary.click()
    page.shows("#bar-primary", EN("train.compare"))
    assert sorted(run.status() for run in alone.store.list()) == ["finished", "interrupted"]


# -- who may come in


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("GET", {}, 200),
        ("GET", {"Host": "evil.example"}, 403),
        ("GET", {"Host": "127.0.0.1.evil.example"}, 403),
        ("GET", {"Origin": "http://evil.example"}, 403),
        ("POST", {"Origin": "http://evil.example"}, 403),
        ("POST", {"Origin": "null"}, 403),
    ],
)
def test_only_this_computers_own_pages_are_answered(
    window: Window, method: str, headers: dict[str, str], status: int
) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", window.port, timeout=10)
    said = {"Host": f"127.0.0.1:{window.port}", **headers}
    connection.request(method, "/en" if method == "GET" else "/gradio_api/queue/join", headers=said)
    assert connection.getresponse().status == status
    connection.close()


@pytest.mark.parametrize("run", ["x", "..%2f..%2fspec.json", "a" * 26])
def test_a_download_of_nothing_is_a_sentence(window: Window, run: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", window.port, timeout=10)
    connection.request("GET", f"/download/{run}")
    answer = connection.getresponse()
    assert answer.status == 404
    assert b"Traceback" not in answer.read()
    connection.close()


# -- no hub in reach


def test_a_hub_out_of_reach_is_said_in_time_and_starter_still_works(window: Window, visit: Open) -> None:
    window.choose_sample("en")
    page = visit().open(window, "model")
    page.page.locator('#model-cards [data-id*="qwen3-0.6b" i]').first.click()
    page.shows("#bar-primary", "Download Qwen3")
    began = time.monotonic()
    page.primary.click()
    page.shows("#status-line .lw-error", "", timeout=6_000)
    assert time.monotonic() - began < 6
    assert page.page.locator("#status-line").inner_text().strip()
    page.page.locator('#model-cards [data-id="starter"]').first.click()
    page.shows("#bar-primary", EN("model.next"))
    page.shows("#bar-quiet", EN("bar.start_now"))
    page.quiet.click()
    page.shows("#bar-primary", EN("train.compare"))


def test_a_token_is_never_given_back(window: Window, visit: Open) -> None:
    page, token = visit().open(window, "model"), "hf_CANARYcanaryCANARY"
    page.page.locator("#model-source-box button").first.click()
    field = page.page.locator("#model-token input")
    assert field.get_attribute("type") == "password"
    field.fill(token)
    page.page.locator("#model-token-use").click()
    page.shows("#model-token-there", EN("model.token_there"))
    page.page.wait_for_function("document.querySelector('#model-token input').value === ''")
    page.page.reload()
    page.ready("model")
    assert token not in page.page.content()
    page.page.locator("#model-source-box button").first.click()
    page.shows("#model-token-there", EN("model.token_there"))
    assert page.page.locator("#model-token input").input_value() == ""
    assert token not in window.said()
    held = [path for path in window.workspace.root.rglob("*") if path.is_file() and token in path.read_text("latin-1")]
    assert held == []
    page.page.locator("#model-token-there button").click()
    page.page.wait_for_function("!document.querySelector('#model-token-there button')")


# -- keyboard only


def tab_to(page: Visit, selector: str, most: int = 60) -> None:
    """Press Tab until the focus is on `selector`."""
    for _ in range(most):
        if page.page.evaluate("s => !!document.activeElement?.matches(s)", selector):
            return
        page.page.keyboard.press("Tab")
    raise AssertionError(f"{selector} cannot be reached by the Tab key")


def test_the_keyboard_is_enough_from_the_first_tab_to_an_answer(window: Window, visit: Open) -> None:
    window.script(steps=4, pace=0.05)
    page = visit().open(window)
    tab_to(page, "#header .lw-help")
    page.page.keyboard.press("Enter")
    page.page.locator("#lw-words").wait_for(state="visible")
    page.page.keyboard.press("Escape")
    page.page.locator("#lw-words").wait_for(state="hidden")
    assert page.page.evaluate("document.activeElement.matches('.lw-help')")
    tab_to(page, f'#data-samples [data-id="{SAMPLES["en"]}"]')
    page.page.keyboard.press("Enter")
    page.shows("#bar-quiet", EN("bar.start_now"))
    tab_to(page, "#bar-quiet")
    page.page.keyboard.press("Enter")
    page.shows("#bar-primary", EN("train.compare"))
    tab_to(page, "#bar-primary")
    page.page.keyboard.press("Enter")
    page.shows("#compare-tuned-end", EN("compare.end.stop"))
    tab_to(page, "#bar-question textarea")
    page.page.keyboard.type("And my own question")
    page.page.keyboard.press("Enter")
    page.page.wait_for_function("document.querySelectorAll('#compare-tuned .assistant').length === 2")


# -- every tab at every state, both languages, both widths

ALLOWED = re.compile(
    r"LoRA|Workbench|Starter|Hugging ?Face|Qwen[\w.-]*|SmolLM\w*|Instruct|CPU|GPU|CUDA|Python|Excel|Markdown|"
    r"\b(EN|CSV|JSON|JSONL|UTF|GB|MB|kB|B|bit|rank|alpha|dropout|zip)\b|https?:\S*|config\.json|safetensors|\d[\w.-]*|"
    r"\b(Ctrl\+)?(Enter|Esc|Delete) (?=[\u4e00-\u9fff])",  # a key and what it does
    re.IGNORECASE,
)
VISIBLE = """() => {
  const seen = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const host = walk.currentNode.parentElement;
    if (host.closest('script, style, pre, [lang], option, .lw-model-id') || !host.checkVisibility()) continue;
    seen.push(walk.currentNode.textContent);
  }
  for (const e of document.querySelectorAll('[placeholder], [aria-label], [title]'))
    if (e.checkVisibility() && !e.closest('pre')) seen.push(e.placeholder || '', e.ariaLabel || '', e.title || '');
  return seen.map(s => s.trim()).filter(Boolean);
}"""


def foreign(page: Visit, language: str) -> list[str]:
    """Visible words of the other language: Chinese characters in English; in Chinese, English words that are no
    names and do not stand in brackets after a Chinese word."""
    seen = page.page.evaluate(VISIBLE)
    if language == "en":
        return [said for said in seen if re.search("[\u4e00-\u9fff]", said)]
    bare = [(said, ALLOWED.sub("", re.sub(r"（[^（）]*）", "", said))) for said in seen]
    return [said for said, rest in bare if re.search("[A-Za-z]{3,}", rest)]


def one_button(page: Visit) -> str:
    """The label of the only coloured button; it is enabled and says something."""
    buttons = page.page.locator("button.primary:visible")
    assert buttons.count() == 1, buttons.all_inner_texts()
    assert buttons.first.is_enabled()
    label = buttons.first.inner_text().strip()
    assert label
    return label


def fits(page: Visit, room: str) -> None:
    """Nothing is wider than the page, all six tab names are in sight, the last control comes clear of the bar."""
    assert page.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0, room
    tabs = page.page.get_by_role("tab")
    assert tabs.count() == 6
    for index in range(6):
        box = tabs.nth(index).bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= page.page.viewport_size["width"] + 1
    clear = page.page.evaluate(
        """() => { window.scrollTo(0, document.documentElement.scrollHeight);
        const bar = document.querySelector('#bar').getBoundingClientRect();
        const all = [...document.querySelectorAll('[role=tabpanel] button, [role=tabpanel] input, [role=tabpanel] a')];
        const free = (e) => e.checkVisibility() && !e.closest('.lw-scroll'); // a box may hide what it scrolls
        const last = all.filter(free).map(e => e.getBoundingClientRect().bottom);
        return Math.max(0, ...last) <= bar.top + 1; }"""
    )
    assert clear, f"the last control of {room} stays under the bar"


def look_everywhere(page: Visit, state: str) -> dict[str, str]:
    """Walk through all tabs at both widths; returns the label of the one button in each."""
    labels = {}
    for room in ROOMS:
        page.go(room)
        for width, height in WIDTHS.items():
            page.page.set_viewport_size({"width": width, "height": height})
            page.page.wait_for_timeout(200)
            labels[room] = one_button(page)
            fits(page, f"{room} ({state}, {width} px)")
        assert foreign(page, page.language) == [], f"{room} ({state})"
    return labels


@pytest.mark.parametrize(("language", "locale"), [("en", "zh-CN"), ("zh", "en-US")])
def test_one_button_one_language_and_room_for_all_at_every_state(
    window: Window, visit: Open, language: str, locale: str
) -> None:
    words = text.load(language)
    page = visit(language, locale=locale).open(window)
    empty = look_everywhere(page, "empty")
    assert empty["data"] == words("data.choose")
    assert empty["training"] == words("train.need_data")
    page.go("training")
    page.primary.click()
    page.ready("data")

    window.choose_sample(language)
    page.page.wait_for_timeout(1500)
    assert look_everywhere(page, "chosen")["training"].startswith(words("train.start_plain"))

    window.script(steps=12, hold=6, base=words("train.empty_answer"), tuned=words("train.empty_answer"))
    page.go("training")
    page.primary.click()
    page.shows("#bar-primary", words("train.stop"))
    assert look_everywhere(page, "running")["training"] == words("train.stop")

    window.script(steps=12, pace=0.01, base=words("train.empty_answer"), tuned=words("compare.after"))
    page.go("training")
    page.shows("#bar-primary", words("train.compare"))
    page.primary.click()
    page.ready("compare")
    page.shows("#compare-tuned-end", words("compare.end.stop"))
    done = look_everywhere(page, "finished")
    assert done["compare"] == words("compare.ask")
    assert done["share"].startswith(words("share.file_bar", size="|").split("|")[0])

    window.script(steps=12, pace=0.01, fail={"code": "memory"}, base=words("train.empty_answer"))
    page.go("training")
    page.quiet.click()
    window.wait(lambda: window.run().status() == "failed")
    page.shows("#training-sentence", words("error.memory")[:8])
    look_everywhere(page, "failed")


# -- the one button always says what it does


LABELS = """() => {
  window.lwBlank = [];
  const look = () => {
    const button = document.querySelector('#bar-primary');
    if (button && !button.innerText.trim()) window.lwBlank.push(document.querySelector('#bar-plan')?.innerText || '?');
  };
  new MutationObserver(look).observe(document.body, {childList: true, subtree: true, characterData: true});
  look();
}"""


def test_the_button_is_never_without_words(window: Window, visit: Open) -> None:
    window.choose_sample("en")
    window.script(steps=30, hold=6, stop_s=1)
    page = visit().open(window, "training")
    page.shows("#bar-primary", EN("train.start_plain"))
    page.page.evaluate(LABELS)
    page.primary.click()
    page.shows("#training-sentence", "Step 6 of 30")
    page.primary.click()
    page.shows("#bar-primary", EN("train.compare"))
    window.script(steps=4, pace=0.02)
    page.quiet.click()
    window.wait(lambda: len(window.store.list()) == 2 and window.run().status() == "finished")
    (window.run().adapter_folder / "more").write_bytes(bytes(3_456_789))  # two sizes: the label has to change
    page.go("share")
    for size in ("165 B", "3.5 MB") * 2:
        page.shows("#bar-primary", "Download (")
        n = 0 if size == "3.5 MB" else 1
        page.page.locator("#share-run input").click()
        page.page.locator("#share-run [role=option]").nth(n).click()
        page.shows("#bar-primary", EN("share.file_bar", size=size))
        with page.page.expect_download():
            page.primary.click()
        page.page.wait_for_timeout(1200)
        page.shows("#bar-primary", EN("share.file_bar", size=size))
    assert page.page.evaluate("window.lwBlank") == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_before_its_first_refresh_the_button_has_its_own_words(window: Window, visit: Open, language: str) -> None:
    page = visit(language)
    page.page.route("**/gradio_api/queue/**", lambda route: route.abort())  # nothing is ever refreshed
    page.page.goto(f"{window.url}/{language}")
    page.shows("#bar-primary", text.load(language)("data.choose"))


def test_a_run_stopped_at_once_is_not_called_kept_and_not_offered(window: Window, visit: Open) -> None:
    window.choose_sample("en")
    window.script(hold=-1)
    page = visit().open(window, "training")
    page.shows("#bar-primary", EN("train.start_plain"))
    page.primary.click()
    page.shows("#bar-primary", EN("train.stop"))
    page.shows("#training-phase .now", EN("train.phase.loading"))
    page.primary.click()
    page.shows("#training-sentence", EN("train.stopped_nothing"))
    page.go("share")
    page.shows("#share-runs", EN("share.status.stopped_nothing"))
    page.shows("#bar-primary", "First")
    assert page.page.locator("#share-download").count() == 0


def test_six_short_names_stand_in_one_row_on_a_phone(window: Window, visit: Open) -> None:
    page = visit("zh", 390).open(window)
    window.choose_sample("zh")
    page.shows("[role=tab]", "✓")
    tops = {round(page.tab(room).bounding_box()["y"]) for room in ROOMS}
    assert len(tops) == 1


def test_the_passes_say_when_the_least_number_of_steps_decides(window: Window, visit: Open) -> None:
    window.choose_sample("en")
    window.drafts.update(changes={"epochs": 1, "min_steps": 200})
    page = visit().open(window, "settings")
    # 200 asked for, and twice as many with the general rows that a small model gets (core/training/replay.py)
    page.shows("#settings-line", "rows per step = 400 steps", timeout=60_000)
    page.shows("#settings-line", EN("settings.floor", n=400))
    page.page.locator("#settings-advanced button").first.click()
    page.shows("#settings-epochs", "At least N steps asks for more")
    box = page.page.locator("#settings-min_steps textarea, #settings-min_steps input").first
    box.fill("")
    box.press("Tab")
    window.wait(lambda: window.drafts.load().changes == {"epochs": 1})
    assert "None" not in page.page.locator("#status-line").inner_text()
