"""Both languages say the same things, each in its own words."""

import ast
import re
from pathlib import Path

import pytest

from core.errors import UserError
from core.spec import build
from webui.text import LANGUAGES, NAMES, load

FOLDER = Path(__file__).resolve().parents[2] / "webui"
CJK = re.compile(r"[\u3400-\u9fff\u3000-\u303f\uff00-\uffef]")


def test_both_languages_have_the_same_keys() -> None:
    assert load("en").keys() ^ load("zh").keys() == set()


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


# -- nothing is left over

RAISED = ("error.", "finding.")
"""Families whose keys are the codes of what is raised: tests/unit/test_architecture.py holds them."""


def _said_in_code() -> tuple[set[str], list[tuple[re.Pattern[str], set[str]]]]:
    """Every string in the program; and for each one that is put together, f"words.{n}", a pattern, words.(.+), with
    the strings that may stand in its place: those of the same file where only the room is fixed, f"train.{name}"."""
    literals: set[str] = set()
    made: list[tuple[str, set[str]]] = []
    for path in [*FOLDER.rglob("*.py"), *(FOLDER.parent / "core").rglob("*.py")]:
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        here = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
        literals |= here
        for node in nodes:
            first = node.values[0] if isinstance(node, ast.JoinedStr) and node.values else None
            if isinstance(first, ast.Constant) and re.match(r"[a-z]+\.", str(first.value)):
                parts = [re.escape(part.value) if isinstance(part, ast.Constant) else "(.+)" for part in node.values]
                made.append(("".join(parts), here if first.value in ROOMS else literals))
    return literals, [(re.compile(pattern), words) for pattern, words in made]


ROOMS = ("train.", "compare.", "data.", "status.")


def test_every_text_is_used_somewhere() -> None:
    """As it stands, or put together from words that the program has and numbers."""
    literals, made = _said_in_code()

    def used(key: str) -> bool:
        found = [(match, words) for pattern, words in made if (match := pattern.fullmatch(key))]
        put_together = any(all(word in words or word.isdigit() for word in match.groups()) for match, words in found)
        return key in literals or put_together

    keys = sorted(key for key in load("en").keys() if not key.startswith(RAISED))
    assert [key for key in keys if not used(key)] == []
    assert not used("compare.nonsense") and not used("train.sizing")


# -- what is wrong with a setting


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["holdout", "warmup"])
def test_a_share_or_a_count_is_asked_for_as_such(language: str, name: str) -> None:
    text = load(language)
    for typed in ("many", "1.5"):
        with pytest.raises(UserError) as raised:
            build({name: typed})
        said = text.error(raised.value)
        assert said == text("error.setting.share", field=text(f"field.{name}"), value=typed)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_choices_of_a_setting_are_in_the_readers_language(language: str) -> None:
    text = load(language)
    with pytest.raises(UserError) as raised:
        build({"target_modules": ["q proj!"]})
    said = text.error(raised.value)
    assert text("field.target_modules.names") in said and "all-linear" in said
    assert (NAMES in said) is (language == "en")
