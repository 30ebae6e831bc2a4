"""Compare and Share: two answers as they grow, stopped, refused; nothing that a model says becomes part of the page."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from core.runs.events import EventLog, Finished, Started, Step
from core.runs.store import Run
from core.spec import RunSpec
from tests.browser.conftest import Visit, Window
from tests.browser.scripted import BASE_ANSWER, write_adapter
from tests.plans import plan
from webui import text

EN = text.load("en")
Open = Callable[..., Visit]


def learned(window: Window, language: str = "en", name: str = "My FAQ") -> tuple[Run, str]:
    """A finished run of the sample, and the data's first question."""
    question = window.choose_sample(language)
    run = window.store.create(RunSpec(dataset=window.drafts.load().dataset), name)
    log = EventLog(run.events_path)
    log.append(Started(attempt=1, plan=plan(2)))
    for step in (1, 2):
        log.append(Step(step=step, epoch=step, loss=1 / step, learning_rate=1e-4))
    write_adapter(run.adapter_folder)
    log.append(Finished(step=2, seconds=1, train_loss=0.5))
    log.close()
    window.drafts.update(run=run.id)
    return run, question


def ask(page: Visit, question: str) -> None:
    page.page.locator("#bar-question textarea").fill(question)
    page.primary.click()


def answers(page: Visit, side: str) -> list[str]:
    return page.page.locator(f"#compare-{side} .assistant .said").all_inner_texts()


@pytest.mark.parametrize(("language", "width"), [("en", 1440), ("zh", 390)])
def test_one_question_two_answers_and_what_the_data_says(
    window: Window, visit: Open, language: str, width: int
) -> None:
    words = text.load(language)
    run, question = learned(window, language)
    known = window.datasets.get(str(run.spec.dataset)).answer_to(question)
    assert known is not None
    page = visit(language, width).open(window, "compare")
    page.shows("#bar-primary", words("compare.ask"))
    ask(page, question)
    page.shows("#compare-tuned", known[1])
    page.shows("#compare-base", BASE_ANSWER)
    page.shows("#compare-expected", known[1])
    page.shows("#compare-proof", words("compare.proof"))
    page.shows("#compare-tuned-end", words("compare.end.stop"))
    page.shows("#compare-base-end", words("compare.end.stop"))
    page.shows("#bar-primary", words("compare.ask"))
    assert page.page.locator("#bar-question textarea").input_value() == ""
    ask(page, "?")
    page.page.wait_for_function("document.querySelectorAll('#compare-base .assistant').length === 2")
    page.shows("#bar-primary", words("compare.ask"))
    assert len(answers(page, "tuned")) == len(answers(page, "base")) == 2
    assert page.page.locator("#compare-expected .expected").count() == 0
    tuned, base = (page.page.locator(f"#compare-{side}").bounding_box() for side in ("tuned", "base"))
    assert (base["x"] < tuned["x"]) if width == 1440 else (tuned["y"] < base["y"])


def test_stop_answering_keeps_what_was_said(window: Window, visit: Open) -> None:
    learned(window)
    window.script(word_s=0.4, base="one two three four five six seven eight nine ten " * 10)
    page = visit().open(window, "compare")
    ask(page, "Tell me everything")
    page.shows("#bar-primary", EN("compare.stop"))
    page.shows("#compare-base", "one two three")
    page.primary.click()
    page.shows("#compare-base-end", EN("compare.end.stopped"))
    page.shows("#bar-primary", EN("compare.ask"))
    assert 3 <= len(answers(page, "base")[0].split()) < 60


WATCH = """([ask, stop]) => {
  const means = {[ask]: 'ask', [stop]: 'stop_answering'};
  window.apart = 0;
  let since = null;
  const look = () => {
    const label = document.querySelector('#bar-primary').innerText.trim();
    const action = document.querySelector('#bar-plan [data-action]')?.dataset.action;
    since = means[label] && means[label] !== action ? since ?? performance.now() : null;
    if (since !== null) window.apart = Math.max(window.apart, performance.now() - since);
    requestAnimationFrame(look);
  };
  look();
}"""


def test_the_button_does_what_it_says_at_every_moment(window: Window, visit: Open) -> None:
    """Its words changed at once, what it does only with the next tick: Stop did nothing, Ask stopped itself."""
    learned(window)
    window.script(word_s=0.25, base="one two three four five six seven eight nine ten " * 10)
    page = visit().open(window, "compare")
    page.shows("#bar-primary", EN("compare.ask"))
    page.page.evaluate(WATCH, [EN("compare.ask"), EN("compare.stop")])
    for count in (1, 2, 3):
        ask(page, "Tell me everything")
        page.shows("#bar-primary", EN("compare.stop"))
        page.primary.click()
        page.shows("#bar-primary", EN("compare.ask"), timeout=3_000)
        page.page.wait_for_function(f"document.querySelectorAll('#compare-base .user').length <= {count}")
    window.script()
    ask(page, "And now")
    page.shows("#compare-base-end", EN("compare.end.stop"))
    assert page.page.evaluate("window.apart") < 200  # milliseconds; a tick comes each second


def test_a_wait_names_what_is_waited_for(window: Window, visit: Open) -> None:
    run, _ = learned(window)
    page = visit().open(window, "compare")
    for facts, key, said in (
        ({"reason": "training", "run": run.id}, "compare.wait.training", {"name": "My FAQ"}),
        ({"reason": "device", "holder": "launch.py train"}, "compare.wait.device", {"holder": "launch.py train"}),
    ):
        window.script(waiting=facts, wait_s=1.5)
        ask(page, "hello")
        page.shows("#compare-line", EN(key, **said))
        page.shows("#bar-primary", EN("compare.ask"))


def test_a_closed_page_stops_the_answer(window: Window, visit: Open) -> None:
    learned(window)
    window.script(word_s=0.3, base="one two three four " * 40)
    page, other = visit().open(window, "compare"), visit().open(window, "compare")
    ask(page, "Tell me everything")
    other.shows("#bar-primary", EN("compare.stop"))
    page.page.close()
    other.shows("#bar-primary", EN("compare.ask"))


def test_enter_sends_but_not_while_chinese_is_composed(window: Window, visit: Open) -> None:
    learned(window)
    page = visit().open(window, "compare")
    page.shows("#bar-primary", EN("compare.ask"))
    box = page.page.locator("#bar-question textarea")
    box.fill("ni hao")
    for kind in ("keydown", "keypress"):
        box.evaluate(
            "(e, kind) => e.dispatchEvent(new KeyboardEvent(kind, {key: 'Enter', code: 'Enter', keyCode: 13,"
            " isComposing: true, bubbles: true, cancelable: true}))",
            kind,
        )
    page.page.wait_for_timeout(800)
    assert box.input_value() == "ni hao"
    box.press("Enter")
    page.shows("#compare-tuned", "Ask at the counter")


HOSTILE = (
    '<img src=x onerror="window.hit=1"><form action="http://evil.example/"><input name=a></form>'
    "<script>window.hit=1</script> ![x](http://evil.example/p.png) [l](javascript:window.hit=1) **bold** $$x$$"
)


def test_what_a_model_and_a_data_set_say_stays_text(window: Window, visit: Open, tmp_path: Path) -> None:
    """Chromium would run it, load it or offer it as a form, if any of it reached the page as markup."""
    rows = [{"question": f"{HOSTILE} {n}", "answer": f"{HOSTILE} {n}"} for n in range(12)]
    file = tmp_path / "hostile.json"
    file.write_text(json.dumps(rows), encoding="utf-8")
    dataset = window.datasets.add(file, name=f"{HOSTILE[:60]}.json")
    run, _ = learned(window, name=HOSTILE[:110])
    (run.folder / "spec.json").write_text(RunSpec(dataset=dataset.id).model_dump_json(), encoding="utf-8")
    run.log_path.write_text(HOSTILE, encoding="utf-8")
    window.drafts.update(dataset=dataset.id)
    window.script(base=HOSTILE, tuned=HOSTILE + " tuned", steps=4, pace=0.02)
    page = visit().open(window, "compare")
    ask(page, rows[0]["question"])
    page.shows("#compare-tuned", "onerror")
    page.shows("#compare-expected", "onerror")
    for room in ("share", "data", "training"):
        page.go(room)
        page.page.wait_for_timeout(600)
    page.shows("#bar-primary", EN("train.start_plain"))
    page.primary.click()  # the samples of a live run are shown too
    page.shows("#training-samples .now", "onerror")
    page.page.locator("#training-log button").first.click()
    assert page.page.evaluate("window.hit") is None
    inside = "#room-training, #room-compare, #room-share, #room-data, #bar-plan, #status-line"
    found = page.page.evaluate(
        "where => [...document.querySelectorAll(where)].flatMap(room => [...room.querySelectorAll("
        "'form, script, img, iframe, a[href^=javascript]')].map(e => e.outerHTML))",
        inside,
    )
    assert [mark for mark in found if "evil" in mark or "hit" in mark or "src=" in mark] == []


def test_an_error_is_a_sentence_and_the_next_question_works(window: Window, visit: Open) -> None:
    learned(window)
    window.script(chat_error={"code": "memory", "facts": {}, "exit_code": 1})
    page = visit().open(window, "compare")
    ask(page, "hello")
    page.shows("#compare-line", EN("error.memory"))
    page.shows("#bar-primary", EN("compare.ask"))
    page.page.wait_for_function("document.querySelector('#bar-question textarea').value === 'hello'")
    window.script()
    ask(page, "hello")
    page.shows("#compare-tuned", "Ask at the counter")
    assert page.page.locator("#compare-line p").count() == 0


def test_an_empty_question_is_answered_with_what_to_do(window: Window, visit: Open) -> None:
    learned(window)
    page = visit().open(window, "compare")
    page.shows("#bar-primary", EN("compare.ask"))
    page.primary.click()
    page.shows("#compare-line", EN("error.question.empty"))


def test_equal_answers_and_cut_answers_are_explained(window: Window, visit: Open) -> None:
    learned(window)
    window.script(base="the same", tuned="the same", reason="length")
    page = visit().open(window, "compare")
    ask(page, "hello")
    page.shows("#compare-line", EN("compare.same_unknown"))
    page.shows("#compare-tuned-end", EN("compare.end.length", n=2))


@pytest.mark.parametrize(("state", "key"), [("unchecked", "compare.proof_open"), ("failed", "compare.proof_no")])
def test_the_proof_says_when_it_is_not_one(window: Window, visit: Open, state: str, key: str) -> None:
    learned(window)
    window.script(proof=state, base="a secret")
    page = visit().open(window, "compare")
    ask(page, "hello")
    page.shows("#compare-tuned", "Ask at the counter")
    page.shows("#compare-proof", EN(key))
    assert ("a secret" in page.page.locator("#compare-base").inner_text()) is (state == "unchecked")


def test_without_a_run_the_base_model_can_be_asked(window: Window, visit: Open) -> None:
    page = visit().open(window, "compare")
    page.shows("#bar-primary", EN("compare.need_run"))
    page.shows("#compare-proof", EN("compare.nothing"))
    page.page.locator("#bar-question textarea").fill("hello")
    page.quiet.click()
    page.shows("#compare-base", BASE_ANSWER)
    page.shows("#compare-tuned", EN("compare.right_empty"))


def test_a_question_of_the_data_can_be_pressed_and_another_run_picked(window: Window, visit: Open) -> None:
    older, _ = learned(window, name="The older one")
    learned(window, name="The newer one")
    page = visit().open(window, "compare")
    chip = page.page.locator("#compare-chips .chip").first
    question = chip.inner_text()
    chip.click()
    page.shows("#compare-tuned .user", question)
    page.shows("#bar-primary", EN("compare.ask"))
    page.page.locator("#compare-run input").click()
    page.page.get_by_role("option", name="The older one").click()
    page.shows(".side.tuned h2", "The older one")
    page.shows("#compare-tuned", EN("compare.right_start"))
    assert window.drafts.load().run == older.id


# -- Share


def test_share_downloads_renames_and_deletes(window: Window, visit: Open) -> None:
    run, _ = learned(window)
    page = visit().open(window, "share")
    page.shows("#bar-primary", "Download")
    with page.page.expect_download() as got:
        page.primary.click()
    assert _names(got.value.path()) >= {"adapter_model.safetensors", "adapter_config.json", "README.md", "spec.json"}
    with page.page.expect_download():
        page.page.locator("#share-download").click()
    page.page.locator("#share-runs button", has_text="My FAQ").click()
    page.page.locator("#share-name input, #share-name textarea").first.fill("Prices of 2026")
    page.page.locator("#share-rename").click()
    page.shows("#share-runs", "Prices of 2026")
    assert run.meta["name"] == "Prices of 2026"
    page.page.locator("#share-delete").click()
    page.shows("#share-ask", "Prices of 2026")
    assert run.folder.exists()
    page.page.locator("#share-ask [data-do=delete]").click()
    page.shows("#share-cards", EN("share.empty")[:20])
    assert not run.folder.exists()


def _names(path: Path) -> set[str]:
    import zipfile

    with zipfile.ZipFile(path) as archive:
        return set(archive.namelist())


def test_a_run_in_training_is_not_deleted(window: Window, visit: Open) -> None:
    window.choose_sample("en")
    window.script(steps=20, hold=5)
    page = visit().open(window, "training")
    page.shows("#bar-primary", EN("train.start_plain"))
    page.primary.click()
    page.shows("#bar-primary", EN("train.stop"))
    page.go("share")
    page.page.locator("#share-runs .lw-link").first.click()
    page.page.locator("#share-delete").click()
    page.shows("#status-line", EN("error.run.busy", name=window.run().meta["name"]))
    assert window.run().status() == "running"


def test_the_bookmark_opens_compare_with_its_run(window: Window, visit: Open) -> None:
    run, _ = learned(window, name="The older one")
    learned(window, name="The newer one")
    page = visit()
    page.page.goto(f"{window.url}/en?room=compare&run={run.id}")
    page.ready("compare")
    page.shows(".side.tuned h2", "The older one")
