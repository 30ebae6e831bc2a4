"""The general rows of "Keep what it knows": made by one command from our own words, and fit for any model."""

import importlib
import json
import re
import sys
from collections.abc import Iterator
from types import ModuleType

import pytest

from core.training.replay import FOLDER, LANGUAGES
from core.workspace import PRESETS

SOURCE = PRESETS / "starter_source"
MODULES = ("keep", "corpus", "open_tasks", "tables", "frames", "words", "tokenizer")

pytest.importorskip("tokenizers")


@pytest.fixture(scope="module")
def keep() -> Iterator[ModuleType]:
    sys.path.insert(0, str(SOURCE))
    try:
        yield importlib.import_module("keep")
    finally:
        sys.path.remove(str(SOURCE))
        for name in MODULES:
            sys.modules.pop(name, None)


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def shipped(language: str) -> list[tuple[str, str]]:
    lines = (FOLDER / f"{language}.jsonl").read_text(encoding="utf-8").splitlines()
    return [(row[0]["content"], row[1]["content"]) for row in (json.loads(line)["messages"] for line in lines)]


def test_the_files_are_what_the_command_writes(keep: ModuleType, language: str) -> None:
    made = [(row[0]["content"], row[1]["content"]) for row in keep.choose(language)]
    assert made == shipped(language)


@pytest.mark.parametrize(
    "said",
    [
        "I can use simple English and simple Chinese.",
        "I like cats, because they are calm.",
        "I have no family, but I like to talk with you.",
        "I cannot see a clock, please look at yours.",
        "I am small, because I have only about four million numbers inside.",
        "我不能上网。",
        "我看不到图片，只能读文字。",
        "我喜欢蓝色。",
        "我没有感情，但我喜欢和你聊天。",
        "我可以陪你聊聊天。",
        "可以，我们说中文吧。",
    ],
)
def test_what_a_model_says_of_itself_is_in_no_row(keep: ModuleType, said: str) -> None:
    assert keep.IDENTITY.search(said) or keep.ITSELF.search(said)
    assert not [answer for language in LANGUAGES for _, answer in shipped(language) if answer == said]


def test_an_answer_that_begins_with_the_model_is_a_courtesy(keep: ModuleType, language: str) -> None:
    """The few that may: greetings, sympathy, and that it does not know."""
    opened = [answer for _, answer in shipped(language) if re.match(r"I |我(?!们)", answer)]
    assert {answer for answer in opened if not answer.startswith("I am sorry")} <= {
        "I am fine, thank you, and how are you?",
        "I am glad to hear that.",
        "I am still here, what would you like to know?",
        "I hope you get well soon.",
        "我很好，谢谢。你呢？",
        "我很抱歉。想和我说说吗？",
        "我在，请说。",
    }


def test_no_word_is_made_up_from_syllables(keep: ModuleType) -> None:
    """Every capitalised or plain word of a row stands in our own texts or in the lists of names."""
    texts = [(SOURCE / f"{name}_en.yaml").read_text(encoding="utf-8") for name in ("facts", "faq")]
    tables = [json.dumps(getattr(keep, name)["en"]) for name in ("SAY", "PICK")]
    tables += [json.dumps(importlib.import_module("tables").READ["en"])]
    tables += [json.dumps(importlib.import_module("words").WRAPS["en"])]
    names = [*keep.FIRST, *keep.LAST, *keep.BUSINESS["en"], *keep.KINDS, "doctor"]
    known = set(re.findall(r"[a-z]+", " ".join([*texts, *tables, *names]).lower()))
    rows = [*shipped("en")]
    used = set(re.findall(r"[a-z]+", " ".join(question + " " + answer for question, answer in rows).lower()))
    assert used <= known, used - known


def test_a_person_and_a_shop_are_from_the_lists(keep: ModuleType) -> None:
    import random

    chance = random.Random(1)
    words = keep.ListedWords("zh", ["苹果"], [])
    assert all(words.person(chance)[1:] in keep.GIVEN for _ in range(50))
    assert all(words.company(chance)[:2] in keep.BUSINESS["zh"] for _ in range(50))
    assert words.word(chance) == "苹果"
