"""Both languages say the same things, each in its own words."""

import re
import string
from pathlib import Path

import pytest

from webui.text import LANGUAGES, load

FOLDER = Path(__file__).resolve().parents[2] / "webui"
CJK = re.compile(r"[\u3400-\u9fff\u3000-\u303f\uff00-\uffef]")


def test_both_languages_have_the_same_keys() -> None:
    assert load("en").keys() ^ load("zh").keys() == set()


def test_a_sentence_takes_the_same_facts_in_both_languages() -> None:
    en, zh = load("en")._sentences, load("zh")._sentences
    differing = [
        key for key in en.keys() & zh.keys() if _facts(en[key]) - _facts(zh[key]) or _facts(zh[key]) - _facts(en[key])
    ]
    assert differing == []


def _facts(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize(
    "path", sorted(FOLDER.glob("*.py")) + sorted((FOLDER / "tabs").glob("*.py")), ids=lambda path: path.stem
)
def test_every_text_that_is_asked_for_exists(path: Path) -> None:
    text = load("en")
    source = path.read_text(encoding="utf-8")
    asked = set(re.findall(r'(?<!\w)text\(\s*"([a-z0-9_.]+)"', source))
    asked |= {f"error.{code}" for code in re.findall(r'(?:User|Machine)Error\(\s*"([a-z0-9_.]+)"', source)}
    assert sorted(key for key in asked if key not in text) == []


def test_english_has_no_chinese_in_it() -> None:
    assert [key for key, sentence in load("en")._sentences.items() if CJK.search(sentence)] == []


def test_chinese_follows_its_rules() -> None:
    wrong = {}
    for key, sentence in load("zh")._sentences.items():
        bare = re.sub(
            r"\{[^}]*\}|`[^`]*`|问题,答案", "", sentence
        )  # the last is a line of a CSV file, as it must be typed
        if "您" in bare or "样本" in bare or re.search(r"[\u4e00-\u9fff][,;!?](?!\d)", bare):
            wrong[key] = sentence
    assert wrong == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_please_no_oops_no_exclamation(language: str) -> None:
    marks = re.compile(r"\bplease\b|\boops\b|(?<!<)!(?!=)|！", re.IGNORECASE)
    assert {key: said for key, said in load(language)._sentences.items() if marks.search(said)} == {}
