"""The words from which the built-in model learned: what is held out stays unseen, and any text can be spelled."""

import importlib
import itertools
import json
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from core.workspace import PRESETS

SOURCE = PRESETS / "starter_source"
NAMES = ("card", "corpus", "frames", "open_tasks", "tables", "words", "tokenizer")
LANGUAGES = ("en", "zh")


@pytest.fixture(scope="module")
def source() -> Iterator[dict[str, ModuleType]]:
    """The modules of the folder, which are scripts beside each other and no package."""
    sys.path.insert(0, str(SOURCE))
    try:
        yield {name: importlib.import_module(name) for name in NAMES}
    finally:
        sys.path.remove(str(SOURCE))
        for name in NAMES:
            sys.modules.pop(name, None)


def conversations(source: dict[str, ModuleType], seed: int, count: int) -> list[list[dict[str, str]]]:
    return list(itertools.islice(iter(source["corpus"].Corpus(seed, ["a", " the", "qu"])), count))


def test_a_corpus_is_its_seed(source: dict[str, ModuleType]) -> None:
    assert conversations(source, 5, 200) == conversations(source, 5, 200)
    assert conversations(source, 5, 200) != conversations(source, 6, 200)


def test_conversations_are_whole_and_a_third_is_chinese(source: dict[str, ModuleType]) -> None:
    rows = conversations(source, 1, 3000)
    for row in rows:
        turns = row[1:] if row[0]["role"] == "system" else row
        assert [turn["role"] for turn in turns] == ["user", "assistant"] * (len(turns) // 2)
        assert all(turn["content"].strip() for turn in row), row
        assert not any("{" in turn["content"] for turn in row if '"' not in turn["content"]), row  # a slot left open
    chinese = sum(any("一" <= letter <= "龥" for letter in row[-1]["content"]) for row in rows)
    assert chinese >= len(rows) / 3


def test_what_is_held_out_is_never_shown(source: dict[str, ModuleType]) -> None:
    facts = [fact for language in LANGUAGES for fact in source["corpus"].facts(language)]
    held_out = {fact.question for fact in facts if fact.held_out}
    assert len(held_out) >= 2000
    assert not held_out & {fact.question for fact in facts if not fact.held_out}
    asked = {turn["content"] for row in conversations(source, 2, 4000) for turn in row if turn["role"] == "user"}
    assert not held_out & asked


def test_one_question_has_one_answer(source: dict[str, ModuleType]) -> None:
    for language in LANGUAGES:
        answers: dict[str, str] = {}
        for fact in source["corpus"].facts(language):
            key = fact.question.casefold().strip("?.!？。！ ")
            assert answers.setdefault(key, fact.answer) == fact.answer, fact.question


def test_the_evaluation_asks_what_no_fact_asks(source: dict[str, ModuleType]) -> None:
    asked = yaml.safe_load((SOURCE / "questions.yaml").read_text(encoding="utf-8"))
    for language in LANGUAGES:
        assert len(asked["greetings"][language]) == 20
        assert len(asked["unknown"][language]) == 15
        questions = {question for kind in asked.values() for question in kind[language]}
        assert not questions & {fact.question for fact in source["corpus"].facts(language)}
        faq: dict[str, Any] = yaml.safe_load((SOURCE / f"faq_{language}.yaml").read_text(encoding="utf-8"))
        assert not questions & {*faq["unknown"], *(ask for intent in faq["intents"] for ask in intent["ask"])}


def shipped_tokenizer() -> Any:
    return pytest.importorskip("tokenizers").Tokenizer.from_file(str(PRESETS / "starter" / "tokenizer.json"))


def test_every_everyday_character_is_one_piece(source: dict[str, ModuleType]) -> None:
    tokenizer = shipped_tokenizer()
    characters = source["tokenizer"].everyday_characters()
    assert len(characters) == 3755
    assert {len(tokenizer.encode(character).ids) for character in characters} == {1}


@given(st.text())
def test_any_text_can_be_spelled(text: str) -> None:
    tokenizer = shipped_tokenizer()
    assert tokenizer.decode(tokenizer.encode(text).ids, skip_special_tokens=False) == text


def test_the_model_card_is_that_of_the_run_that_made_the_weights(source: dict[str, ModuleType]) -> None:
    made = json.loads((SOURCE / "made.json").read_text(encoding="utf-8"))
    assert source["card"].card(made) == (PRESETS / "starter" / "README.md").read_text(encoding="utf-8")


def test_the_shipped_model_answers_as_its_card_says() -> None:
    """Sixty wordings that it was never shown, asked of the very weights that ship."""
    torch = pytest.importorskip("torch")
    sys.path.insert(0, str(SOURCE))
    try:
        evaluate = importlib.import_module("evaluate")
        from transformers import AutoModelForCausalLM, AutoTokenizer

        model = AutoModelForCausalLM.from_pretrained(PRESETS / "starter", dtype=torch.float32).eval()
        tokenizer = AutoTokenizer.from_pretrained(PRESETS / "starter")
        for language in LANGUAGES:
            rows = evaluate.known_questions(language)[:60]
            given_answers = evaluate.answers(model, tokenizer, [row["question"] for row in rows])
            right = sum(row["answer"] == answer for row, answer in zip(rows, given_answers, strict=True))
            assert right >= 42, given_answers
    finally:
        sys.path.remove(str(SOURCE))
        for name in ("evaluate", *NAMES):
            sys.modules.pop(name, None)
