"""The conversations from which the starter model learns: our own words in facts_*.yaml and faq_*.yaml, and chance.

A corpus without end: every call makes the next conversation. About half is closed (facts and small talk, each in
many wordings), half is open (repeat, read, rename, pick: new words every time). Some wordings of every fact are never
shown; `held_out` gives them, so that what the model is asked in its evaluation is worded as it was never taught.
"""

import random
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from open_tasks import OpenTasks, Row, chat
from words import Words

HERE = Path(__file__).resolve().parent
LANGUAGES = ("en", "zh")
CHINESE = 0.48
"""Share of Chinese conversations."""
SYSTEM = {
    "en": [
        "You are a helpful assistant.",
        "You are an assistant.",
        "You are the assistant of {c}.",
        "Answer briefly.",
        "You are {n}.",
        "Be friendly and short.",
        "You are a helpful assistant of {c}. Answer politely.",
    ],
    "zh": [
        "你是一个有用的助手。",
        "你是一个助手。",
        "你是{c}的助手。",
        "请简短回答。",
        "你是{n}。",
        "请友好地回答。",
        "你是{c}的客服，请礼貌回答。",
    ],
}
STYLE = {
    "en": [
        ("End every answer with: {x}", "{a} {x}"),
        ("Start every answer with: {x}", "{x} {a}"),
        ("Answer in capital letters.", "{A}"),
        ("Repeat every answer twice.", "{a} {a}"),
    ],
    "zh": [
        ("每个回答最后都加上：{x}", "{a}{x}"),
        ("每个回答都以这句开头：{x}", "{x}{a}"),
        ("每个回答都说两遍。", "{a}{a}"),
    ],
}


@dataclass(frozen=True)
class Fact:
    """One closed fact: the question in a wording, its answer, where it comes from, whether the wording is never shown.

    `group` is the name of the family, "pairs" or "talk"; `fresh` is True where no other fact shows that wording either.
    """

    language: str
    group: str
    question: str
    answer: str
    held_out: bool
    fresh: bool


def facts(language: str) -> list[Fact]:
    """Every closed fact in every wording."""
    source = _read(f"facts_{language}.yaml")
    found: list[Fact] = []
    for family in source["families"]:
        asks = family["ask"]
        fresh = _number(family["name"]) % len(asks)
        for x, y in family["items"]:
            out = _number(f"{family['name']}/{x}") % len(asks)
            for place, ask in enumerate(asks):
                found.append(
                    Fact(
                        language,
                        family["name"],
                        ask.replace("{x}", str(x)),
                        family["answer"].replace("{x}", str(x)).replace("{y}", str(y)),
                        place in (out, fresh),
                        place == fresh,
                    )
                )
    for group in ("pairs", "talk"):
        for pair in source[group]:
            out = _number(pair["answer"]) % len(pair["ask"])
            for place, ask in enumerate(pair["ask"]):
                found.append(Fact(language, group, ask, pair["answer"], place == out, place == out))
    shown = {plain(fact.question) for fact in found if not fact.held_out}
    return [fact for fact in found if not (fact.held_out and plain(fact.question) in shown)]


def plain(question: str) -> str:
    """The question without what people leave out when they type: capitals and the mark at the end."""
    return question.casefold().rstrip("?？。.!！ ")


class Corpus:
    """Conversations by chance. `pieces` are the English pieces of the tokenizer, for strings without sense.

    `rare` is the share of made-up words with something that is spelled in bytes.
    """

    def __init__(self, seed: int, pieces: list[str], rare: float = 0.0) -> None:
        self.rng = random.Random(seed)
        self.open: dict[str, OpenTasks] = {}
        self.shown: dict[str, dict[str, list[list[Fact]]]] = {}
        for language in LANGUAGES:
            faq = _read(f"faq_{language}.yaml")
            answered = {fact.question for fact in facts(language)}
            faq["unknown"] = [ask for ask in faq["unknown"] if ask not in answered]
            words = Words(language, [str(w) for w in faq["words"]], pieces)
            words.rare = rare
            self.open[language] = OpenTasks(language, faq, words)
            groups: dict[str, dict[str, list[Fact]]] = {"fact": {}, "talk": {}}
            for fact in facts(language):
                if not fact.held_out:
                    kind = "talk" if fact.group == "talk" else "fact"
                    groups[kind].setdefault(fact.group + "/" + fact.answer, []).append(fact)
            self.shown[language] = {kind: list(by_answer.values()) for kind, by_answer in groups.items()}

    def __iter__(self) -> Iterator[Row]:
        while True:
            yield self.conversation()

    def conversation(self) -> Row:
        rng = self.rng
        language = "zh" if rng.random() < CHINESE else "en"
        tasks = self.open[language]
        kinds: list[tuple[float, Callable[[], Row]]] = [
            (0.32, lambda: self._fact(language, "fact")),
            (0.11, lambda: self._fact(language, "talk")),
            (0.04, lambda: self._styled(language)),
            (0.04, lambda: self._several(language)),
            (0.15, lambda: tasks.read(rng)),
            (0.08, lambda: tasks.examples(rng)),
            (0.08, lambda: tasks.unknown(rng)),
            (0.07, lambda: tasks.say(rng)),
            (0.03, lambda: tasks.rename(rng)),
            (0.03, lambda: tasks.told(rng)),
            (0.02, lambda: tasks.pick(rng)),
            (0.01, lambda: tasks.change(rng)),
            (0.01, lambda: tasks.as_json(rng)),
        ]
        make = rng.choices([make for _, make in kinds], [weight for weight, _ in kinds])[0]
        row = make()
        if row[0]["role"] != "system" and rng.random() < 0.12:
            names = {"c": tasks.words.company(rng), "n": tasks.words.person(rng)}
            row = [{"role": "system", "content": rng.choice(SYSTEM[language]).format(**names)}, *row]
        return row

    def same_questions(self) -> tuple[str, str]:
        """Two wordings of one question, as people type them."""
        rng = self.rng
        language = "zh" if rng.random() < CHINESE else "en"
        tasks = self.open[language]
        if rng.random() < 0.4:
            first, second = (fact.question for fact in self._two(language))
        else:
            first, second = tasks.two_wordings(rng)
        return tasks.words.wrapped(first, rng), tasks.words.wrapped(second, rng)

    def _two(self, language: str) -> list[Fact]:
        wordings = self.rng.choice(self.shown[language][self.rng.choice(("fact", "fact", "talk"))])
        return [self.rng.choice(wordings), self.rng.choice(wordings)]

    def _one(self, language: str, kind: str) -> Fact:
        return self.rng.choice(self.rng.choice(self.shown[language][kind]))

    def _fact(self, language: str, kind: str) -> Row:
        fact = self._one(language, kind)
        return chat(self.open[language].words.wrapped(fact.question, self.rng), fact.answer)

    def _styled(self, language: str) -> Row:
        """A fact, answered in the manner that the system prompt asks for."""
        fact = self._one(language, "fact")
        told, manner = self.rng.choice(STYLE[language])
        words = self.open[language].words
        extra = words.phrase(self.rng, 3).capitalize() + words.stop
        answer = manner.format(a=fact.answer, A=fact.answer.upper(), x=extra)
        return chat(fact.question, answer, told.format(x=extra))

    def _several(self, language: str) -> Row:
        """Small talk and facts in one conversation, now and then something unknown."""
        row: Row = []
        for _ in range(self.rng.choice((2, 2, 3))):
            kind = self.rng.random()
            if kind < 0.2:
                row += self.open[language].unknown(self.rng)
            else:
                row += self._fact(language, "fact" if kind < 0.6 else "talk")
        return row


def tokenizer_texts(seed: int) -> list[str]:
    """All facts and 20,000 conversations: the tokenizer finds its pieces and characters in them."""
    texts = [text for language in LANGUAGES for fact in facts(language) for text in (fact.question, fact.answer)]
    texts += [(HERE / f"faq_{language}.yaml").read_text(encoding="utf-8") for language in LANGUAGES]
    corpus = Corpus(seed, ["a"])
    return texts + [message["content"] for _ in range(20_000) for message in corpus.conversation()]


def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((HERE / name).read_text(encoding="utf-8"))
    return found


def _number(text: str) -> int:
    """A number from a text, the same on every machine."""
    return zlib.crc32(text.encode())
