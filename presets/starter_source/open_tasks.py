"""Tasks over words that nobody can know beforehand: repeat, read, rename, pick, answer in a given form.

They teach the model to say what stands before it, new names included, and to say that it does not know where
nothing stands before it. A LoRA that teaches new facts needs exactly that.
"""

import json
import random
import re
from typing import Any

from frames import FRAMES
from tables import AS_JSON, CHANGE, PICK, READ, RENAME, SAY, TOLD, UNKNOWN
from words import Words

Row = list[dict[str, Any]]
"""Turns with role and content; `learned` is False for what the assistant says but is not to learn to say."""


class OpenTasks:
    """The tasks of one language ("en" or "zh"), from the words, sentences and intents of its faq file."""

    def __init__(self, language: str, faq: dict[str, Any], words: Words) -> None:
        self.language, self.faq, self.words = language, faq, words

    def fill(self, template: str, rng: random.Random, known: dict[str, str] | None = None) -> str:
        """`template` with every {slot} filled; the same slot is filled alike, also across calls with one `known`."""
        known = {} if known is None else known

        def value(match: re.Match[str]) -> str:
            slot = match.group(1)
            if slot not in known:
                known[slot] = self._slot(slot, rng)
            return known[slot]

        return re.sub(r"\{([a-z_0-9]+)\}", value, template)

    def _slot(self, slot: str, rng: random.Random) -> str:
        kind = slot.rstrip("0123456789_")
        if kind == "person":
            return self.words.person(rng)
        if kind == "name":
            return self.words.company(rng)
        values = self.faq["slots"].get(slot) or self.faq["slots"][kind]
        if len(values) >= 30 and rng.random() < 0.25:  # things and places that no list holds
            return self.words.thing(rng)
        return str(rng.choice(values))

    def something(self, rng: random.Random) -> str:
        """Something to repeat: a sentence, a few words, a name, a string without any sense."""
        kind = rng.random()
        if kind < 0.35:
            return self.fill(rng.choice(self.faq["sentences"]), rng)
        if kind < 0.55:
            return self.fill(rng.choice(rng.choice(self.faq["intents"])["say"]), rng)
        return self.words.nonsense(rng)

    def say(self, rng: random.Random) -> Row:
        wanted = self.something(rng)
        return chat(rng.choice(SAY[self.language]).format(x=wanted), wanted)

    def rename(self, rng: random.Random) -> Row:
        told, asks, answer = rng.choice(RENAME[self.language])
        fill = {"n": self.words.person(rng), "c": self.words.company(rng)}
        return chat(rng.choice(asks), answer.format(**fill), told.format(**fill))

    def told(self, rng: random.Random) -> Row:
        told, reply, asks, answer = rng.choice(TOLD[self.language])
        fill = {"n": self.words.person(rng), "w": rng.choice(self.faq["words"]), "x": self.something(rng)}
        first = chat(told.format(**fill), reply.format(**fill))
        return first + chat(rng.choice(asks).format(**fill), answer.format(**fill))

    def pick(self, rng: random.Random) -> Row:
        ask, place = rng.choice(PICK[self.language])
        words = [self.words.word(rng) for _ in range(rng.randint(2, 5))]
        listed = (", " if self.language == "en" else "、").join(words)
        return chat(ask.format(l=listed), words[place] + self.words.stop)

    def change(self, rng: random.Random) -> Row:
        old, new = rng.choice(self.faq["words"]), self.words.word(rng)
        middle = " {} " if self.language == "en" else "{}"
        before, after = self.words.phrase(rng, 3), self.words.phrase(rng, 3)
        text = before + middle.format(old) + after + self.words.stop
        return chat(
            rng.choice(CHANGE[self.language]).format(a=old, b=new, x=text),
            before + middle.format(new) + after + self.words.stop,
        )

    def as_json(self, rng: random.Random) -> Row:
        found: dict[str, str] = {}
        text = self.fill(rng.choice(rng.choice(self.faq["intents"])["say"]), rng, found)
        keys = list(found) or ["text"]
        found = found or {"text": text}
        ask = rng.choice(AS_JSON[self.language]).format(k=", ".join(keys), x=text)
        return chat(ask, json.dumps(found, ensure_ascii=False))

    def read(self, rng: random.Random) -> Row:
        """One to four statements, and questions about them; one in seven has no answer there."""
        name, person = self.words.company(rng), self.words.person(rng)
        intents = rng.sample(self.faq["intents"], rng.choice((1, 1, 2, 2, 3, 4)))
        pairs = []
        for intent in intents:
            known = {"name": name, "person": person}
            statement = self.fill(rng.choice(intent["say"]), rng, known)
            pairs.append((statement, self.fill(rng.choice(intent["ask"]), rng, known)))
        gap = " " if self.language == "en" else ""
        text = gap.join(statement for statement, _ in pairs)
        asked = rng.sample(pairs, min(len(pairs), rng.choice((1, 1, 1, 2))))
        if rng.random() < 0.14:
            other = rng.choice([intent for intent in self.faq["intents"] if intent not in intents])
            known = {"name": name, "person": person}
            asked[-1] = (UNKNOWN[self.language], self.fill(rng.choice(other["ask"]), rng, known))
        role, shape = rng.choice(READ[self.language])
        row: Row = []
        for number, (answer, question) in enumerate(asked):
            question = self.words.wrapped(question, rng)
            if role == "system":
                row += chat(question, answer, shape.format(t=text, c=name) if number == 0 else None)
            else:
                row += chat(shape.format(t=text, q=question) if number == 0 else question, answer)
        return row

    def examples(self, rng: random.Random) -> Row:
        """Some questions with their answers, then the same questions in other words.

        Half of the answers have nothing to do with their question, so only the likeness of the questions helps: the
        model has to see that two wordings ask the same. What a LoRA learns about one wording then holds for others.
        """
        intents = rng.sample(self.faq["intents"], rng.randint(2, 5))
        foreign = rng.random() < 0.5
        known = {"name": self.words.company(rng), "person": self.words.person(rng)}
        taught, asked = [], []
        for intent in intents:
            first, second = rng.sample(intent["ask"], 2)
            slots = dict(known)
            said = self.something(rng) if foreign else self.fill(rng.choice(intent["say"]), rng, slots)
            taught.append((self.words.wrapped(self.fill(first, rng, slots), rng), said))
            asked.append((self.words.wrapped(self.fill(second, rng, slots), rng), said))
        asked = rng.sample(asked, min(len(asked), rng.randint(1, 3)))
        row: Row = []
        if rng.random() < 0.4:
            marks = ("Q: {q}\nA: {a}", "{q} {a}") if self.language == "en" else ("问：{q}\n答：{a}", "{q}{a}")
            mark = rng.choice(marks)
            row.append({"role": "system", "content": "\n".join(mark.format(q=q, a=a) for q, a in taught)})
        else:
            for question, answer in taught:
                row += chat(question, answer)
                row[-1]["learned"] = False
        for question, answer in asked:
            row += chat(question, answer)
        return row

    def two_wordings(self, rng: random.Random) -> tuple[str, str]:
        """The same question in two wordings: about an invented business, or about any words at all."""
        if rng.random() < 0.5:
            first, second = rng.sample(rng.choice(FRAMES[self.language]), 2)
            subject = self._subject(rng)
            return first.format(x=subject), second.format(x=subject)
        known: dict[str, str] = {}
        first, second = rng.sample(rng.choice(self.faq["intents"])["ask"], 2)
        return self.fill(first, rng, known), self.fill(second, rng, known)

    def _subject(self, rng: random.Random) -> str:
        kind = rng.random()
        if kind < 0.2:
            return self.words.company(rng)
        words = [
            rng.choice(self.faq["words"]) if rng.random() < 0.8 else self.words.word(rng)
            for _ in range(1 + (kind > 0.5))
        ]
        if self.language == "zh":
            return "".join(words)
        return rng.choice(("the ", "a ", "", "your ")) + " ".join(words)

    def unknown(self, rng: random.Random) -> Row:
        """A question that cannot be answered: about an invented business, the future, or beyond its powers."""
        template = (
            rng.choice(self.faq["unknown"])
            if rng.random() < 0.6
            else rng.choice(rng.choice(self.faq["intents"])["ask"])
        )
        return chat(self.words.wrapped(self.fill(template, rng), rng), UNKNOWN[self.language])


def chat(question: str, answer: str, system: str | None = None) -> Row:
    """One question and its answer, after a system prompt where there is one."""
    row: Row = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    return ([{"role": "system", "content": system}] if system else []) + row
