"""Choose the general rows of "Keep what it knows": presets/keep/en.jsonl and zh.jsonl. One command, seeded.

    python presets/starter_source/keep.py

The facts and the small talk are those of the corpus with its own answers, spread evenly over all families and groups;
the open tasks are its own too, with fresh words. Left out is who the model is, which a person may well want to teach,
and every wording that is kept for the evaluation.
"""

import json
import random
import re
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

import yaml
from corpus import HERE, LANGUAGES, Fact, facts
from open_tasks import PICK, SAY, UNKNOWN, OpenTasks, Row, chat
from words import Words

OUT = HERE.parent / "keep"
SEED = 7
TALK, PAIRS, FAMILIES = 27, 36, 62
"""Rows of small talk, of single facts and of families of facts, in each language."""
SAY_ROWS, PICK_ROWS, READ_ROWS, UNKNOWN_ROWS = 20, 10, 20, 25
LONGEST = {"en": 220, "zh": 90}
"""Characters of a question; general rows are short."""
IDENTITY = re.compile(
    r"\b(starter|model|program|computer|machine|robot|human|person|trained|small|my name|your name|i can answer)\b"
    r"|who are you|what are you|what can you do|made you"
    r"|模型|程序|电脑|机器|真人|人类|你是谁|我是|名字|你叫|我叫|创造|开发|训练|很小|会做什么|能做什么|能回答|可以回答",
    re.IGNORECASE,
)
"""Small talk about who or what the model is."""

NAME = re.compile("starter", re.IGNORECASE)


def evenly(groups: dict[str, list[Fact]], number: int, rng: random.Random) -> list[Fact]:
    """`number` facts, one of each group in turn, and no answer twice before all are used."""
    piles = []
    for group in sorted(groups):
        by_answer: dict[str, list[Fact]] = {}
        for fact in groups[group]:
            by_answer.setdefault(fact.answer, []).append(fact)
        answers = [rng.sample(wordings, len(wordings)) for _, wordings in sorted(by_answer.items())]
        rng.shuffle(answers)
        piles.append([fact for layer in zip_longest(*answers) for fact in layer if fact is not None])
    rng.shuffle(piles)
    found = [fact for layer in zip_longest(*piles) for fact in layer if fact is not None]
    return found[:number]


def closed(language: str, rng: random.Random) -> Iterator[Row]:
    """Facts and small talk."""
    known = [fact for fact in facts(language) if not fact.held_out]
    talk = [fact for fact in known if fact.group == "talk"]
    own = {answer for answer in {fact.answer for fact in talk} if _about_itself(answer, talk)}
    kinds = (
        (TALK, {"talk": [fact for fact in talk if fact.answer not in own and not NAME.search(fact.question)]}),
        (PAIRS, {"pairs": [fact for fact in known if fact.group == "pairs"]}),
        (FAMILIES, {}),
    )
    for fact in known:
        if fact.group not in ("talk", "pairs"):
            kinds[-1][1].setdefault(fact.group, []).append(fact)
    for number, groups in kinds:
        for fact in evenly(groups, number, rng):
            yield chat(fact.question, fact.answer)


def _about_itself(answer: str, talk: list[Fact]) -> bool:
    """Whether an answer, or most of the questions that lead to it, are about who the model is."""
    asks = [bool(IDENTITY.search(fact.question)) for fact in talk if fact.answer == answer]
    return bool(IDENTITY.search(answer)) or 2 * sum(asks) > len(asks)


def opened(language: str, faq: dict[str, Any], rng: random.Random) -> Iterator[Row]:
    """Say, pick, read, and what nobody could know."""
    words = Words(language, [str(word) for word in faq["words"]], [])
    tasks = OpenTasks(language, faq, words)
    between = ", " if language == "en" else "、"
    asks = _in_turn(SAY[language], rng)
    for number in range(SAY_ROWS):
        few = between.join(rng.sample(words.words, rng.randint(1, 3)))
        wanted = few if number % 2 else tasks.fill(rng.choice(faq["sentences"]), rng)
        yield chat(next(asks).format(x=wanted), wanted)
    picks = _in_turn(PICK[language], rng)
    for _ in range(PICK_ROWS):
        ask, place = next(picks)
        listed = rng.sample(words.words, rng.randint(2, 4))
        yield chat(ask.format(l=between.join(listed)), listed[place] + words.stop)
    read = 0
    while read < READ_ROWS:
        row = tasks.read(rng)
        if _plain(row, language) and (row[1]["content"] != UNKNOWN[language]):
            read += 1
            yield row
    invented = _in_turn([ask for ask in faq["unknown"] if "{name}" in ask or "{person}" in ask], rng)
    for _ in range(UNKNOWN_ROWS):
        yield chat(tasks.fill(next(invented), rng), UNKNOWN[language])


def _in_turn(what: list[Any], rng: random.Random) -> Iterator[Any]:
    """All of them in a random order, again and again."""
    while True:
        yield from rng.sample(what, len(what))


def _plain(row: Row, language: str) -> bool:
    """One question and one answer, short, without a system prompt."""
    return [turn["role"] for turn in row] == ["user", "assistant"] and len(row[0]["content"]) <= LONGEST[language]


def choose(language: str) -> list[Row]:
    """The general rows of one language, no question twice."""
    rng = random.Random(f"{SEED} {language}")
    faq = yaml.safe_load((HERE / f"faq_{language}.yaml").read_text(encoding="utf-8"))
    by_question: dict[str, Row] = {}
    for row in [*closed(language, rng), *opened(language, faq, rng)]:
        by_question.setdefault(row[0]["content"].strip().casefold(), row)
    rows = list(by_question.values())
    rng.shuffle(rows)
    return rows


def write(folder: Path = OUT) -> None:
    folder.mkdir(exist_ok=True)
    for language in LANGUAGES:
        rows = choose(language)
        lines = [json.dumps({"messages": row}, ensure_ascii=False) + "\n" for row in rows]
        (folder / f"{language}.jsonl").write_text("".join(lines), encoding="utf-8", newline="\n")
        print(f"{language}: {len(rows)} rows")


if __name__ == "__main__":
    write()
