"""Choose the general rows of "Keep what it knows": presets/keep/en.jsonl and zh.jsonl. One command, seeded.

    python presets/starter_source/keep.py

The facts and the small talk are those of the corpus with its own answers, spread evenly over all families and groups;
the open tasks are its own too, with words and names from lists: a larger model learns nothing from noise. Left out is
what an answer says of the model itself (who it is, what it can do, likes or lacks), which is true of no larger model
and which a person may well want to teach, and every wording that is kept for the evaluation.
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
from open_tasks import OpenTasks, Row, chat
from tables import PICK, SAY, UNKNOWN
from words import KINDS, SURNAMES, ZH_KINDS, Words

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

ITSELF = re.compile(
    r"\bI (can|cannot|like|have|know|only|never|do not|would like|am (small|only|sorry, I am))\b|\bto me in\b"
    r"|我(会|能|可以|不|没有|喜欢|也很喜欢|知道|看不|听不|只|住|们说中文)|^可以，",
)
"""Answers of the small talk that say what the model can do, likes, has or lacks."""

NAME = re.compile("starter", re.IGNORECASE)

FIRST = (
    "Anna Ben Carla David Emma Frank Grace Henry Iris Jack Kate Leo Maria Nick Olivia Paul Rosa Sam Tina Victor Wendy"
).split()
LAST = (
    "Adams Baker Carter Davies Evans Fisher Grant Hill Jones Keller Lopez Moore Nash Olsen Parker Reed Shaw Turner"
).split()
GIVEN = (
    "志强 丽华 建国 晓梅 海波 欣怡 子涵 浩然 思远 嘉怡 宇轩 梦瑶 一诺 雨晴 文静 国平 桂英 秀兰 明亮 小燕 天明 佳宁"
).split()
BUSINESS = {
    "en": "Maple Harbor Sunrise River Lantern Corner Garden Castle Willow Anchor Orchard Copper Meadow Comet".split(),
    "zh": "阳光 东风 红叶 青山 长河 百合 明月 海星 春天 金桥 彩虹 竹林 小溪 北斗 云朵".split(),
}
"""Names of people and shops that anybody might have."""

NO_BUSINESS = re.compile(
    r"capital of|people live|river|president|flag|money|language|(battle|war) of|novel|song|poem|\bpage|book|climb"
    r"|tax law|side effects|rules of|plural|mean\?|words|difference|Compare|kings|mayor|invented|does {name} work"
    r"|what is {name}|about$|{name} and|and {name}|to {name}|stock"
    r"|{name}(公司|药|村|号|河|山|岛|星|语|王国|牌|乐队|大学|电影|游戏|队)|{name}(是什么意思|谁更高)|几个叫|和{name}|给{name}",
    re.IGNORECASE,
)
"""Questions in which the name is not that of a shop or a school: a country, a book, a medicine."""

MEASURED = re.compile(r"[件只条张本台部头匹双](\{color\}的?)?\{|(?<=[一-龥])\{duration\}")
"""A Chinese measure word or length of time that does not fit everything that it may stand with."""

NO_BUSINESS_INTENTS = re.compile(
    "(film|software|game|mountain|river|bridge|book|song|village)_|cinema_time|error_fix|ship$|newspaper_ad|product_origin"
    "|product_power|zoo_name|animal_name|person_(met|gift|instrument)"
)
"""Intents in whose statements the name is that of a film, a river, an animal."""


class ListedWords(Words):
    """Words, names and things from lists alone; nothing is put together from syllables or characters."""

    def word(self, rng: random.Random) -> str:
        return rng.choice(self.words)

    def thing(self, rng: random.Random) -> str:
        raise NotImplementedError("a slot takes what its list holds")  # stops the script if one ever asks for it

    def person(self, rng: random.Random) -> str:
        if self.language == "en":
            return rng.choice(FIRST) + (f" {rng.choice(LAST)}" if rng.random() < 0.5 else "")
        return rng.choice(SURNAMES) + rng.choice(GIVEN)

    def company(self, rng: random.Random) -> str:
        between, kinds = (" ", KINDS) if self.language == "en" else ("", ZH_KINDS)
        return rng.choice(BUSINESS[self.language]) + between + rng.choice(kinds)


class ListedTasks(OpenTasks):
    """The open tasks with templates into which a business, a person and any thing of a list fit."""

    def __init__(self, language: str, faq: dict[str, Any]) -> None:
        intents = []
        for intent in faq["intents"]:
            say = [template for template in intent["say"] if not MEASURED.search(template)]
            ask = [template for template in intent["ask"] if not MEASURED.search(template)]
            if say and ask and not NO_BUSINESS_INTENTS.match(intent["name"]):
                intents.append({**intent, "say": say, "ask": ask})
        fitting = {
            name: [text for text in faq[name] if not (NO_BUSINESS.search(text) or MEASURED.search(text))]
            for name in ("unknown", "sentences")
        }
        nouns = [str(word) for word in faq["words"]]
        super().__init__(language, {**faq, **fitting, "intents": intents}, ListedWords(language, nouns, []))

    def _slot(self, slot: str, rng: random.Random) -> str:
        kind = slot.rstrip("0123456789_")
        if kind in ("person", "name"):
            return super()._slot(slot, rng)
        return str(rng.choice(self.faq["slots"].get(slot) or self.faq["slots"][kind]))


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
    """Whether an answer, or most of the questions that lead to it, are about the model itself."""
    asks = [bool(IDENTITY.search(fact.question)) for fact in talk if fact.answer == answer]
    return bool(IDENTITY.search(answer) or ITSELF.search(answer)) or 2 * sum(asks) > len(asks)


def opened(language: str, faq: dict[str, Any], rng: random.Random) -> Iterator[Row]:
    """Say, pick, read, and what nobody could know."""
    tasks = ListedTasks(language, faq)
    words = tasks.words
    between = ", " if language == "en" else "、"
    asks = _in_turn(SAY[language], rng)
    for number in range(SAY_ROWS):
        few = between.join(rng.sample(words.words, rng.randint(1, 3)))
        wanted = few if number % 2 else tasks.fill(rng.choice(tasks.faq["sentences"]), rng)
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
    invented = _in_turn([ask for ask in tasks.faq["unknown"] if "{name}" in ask or "{person}" in ask], rng)
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
