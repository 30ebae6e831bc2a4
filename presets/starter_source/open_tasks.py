"""Tasks over words that nobody can know beforehand: repeat, read, rename, pick, answer in a given form.

They teach the model to say what stands before it, new names included, and to say that it does not know where
nothing stands before it. A LoRA that teaches new facts needs exactly that.
"""

import json
import random
import re
from typing import Any

from frames import FRAMES
from words import Words

Row = list[dict[str, Any]]
"""Turns with role and content; `learned` is False for what the assistant says but is not to learn to say."""

SAY = {
    "en": [
        "Say: {x}",
        "Say {x}",
        "Repeat: {x}",
        "Repeat after me: {x}",
        "Please say {x}",
        "Write: {x}",
        "Copy this: {x}",
        "Can you say {x}",
        "Write exactly this: {x}",
        "{x} - repeat that",
        "Now say {x}",
        "Type {x}",
    ],
    "zh": [
        "请说：{x}",
        "说{x}",
        "重复：{x}",
        "跟我说：{x}",
        "写下：{x}",
        "请照着写：{x}",
        "复述一遍：{x}",
        "跟着念：{x}",
        "请把这句话再说一遍：{x}",
        "照抄：{x}",
        "念一下：{x}",
        "“{x}”，请重复",
    ],
}
RENAME = {
    "en": [
        (
            "Your name is {n}.",
            ["What is your name?", "Who are you?", "How do I call you?", "Your name?"],
            "My name is {n}.",
        ),
        ("You are {n}, a friendly helper.", ["Who are you?", "What is your name?", "Introduce yourself."], "I am {n}."),
        (
            "You work for {c}.",
            ["Who do you work for?", "Where do you work?", "Which company is yours?"],
            "I work for {c}.",
        ),
        (
            "You are {n} from {c}.",
            ["Who are you?", "Introduce yourself.", "Who is speaking?"],
            "I am {n} from {c}.",
        ),
        ("The user is called {n}.", ["What is my name?", "Who am I?", "Do you know my name?"], "Your name is {n}."),
    ],
    "zh": [
        ("你的名字是{n}。", ["你叫什么名字？", "你是谁？", "怎么称呼你？", "你叫啥？"], "我叫{n}。"),
        ("你是{n}，一个友好的助手。", ["你是谁？", "你叫什么？", "介绍一下你自己。"], "我是{n}。"),
        ("你在{c}工作。", ["你在哪里工作？", "你是哪家公司的？", "你在哪儿上班？"], "我在{c}工作。"),
        ("你是{c}的{n}。", ["你是谁？", "介绍一下你自己。", "我在和谁说话？"], "我是{c}的{n}。"),
        ("用户叫{n}。", ["我叫什么名字？", "我是谁？", "你知道我的名字吗？"], "你叫{n}。"),
    ],
}
TOLD = {
    "en": [
        ("My name is {n}.", "Nice to meet you, {n}.", ["What is my name?", "Who am I?"], "Your name is {n}."),
        ("When I ask about {w}, say: {x}", "I will.", ["What about {w}?", "Tell me about {w}.", "{w}?"], "{x}"),
        ("Remember this: {x}", "I will remember it.", ["What did I tell you?", "What should you remember?"], "{x}"),
        (
            "Call yourself {n} from now on.",
            "My name is {n}.",
            ["What is your name?", "Who are you?"],
            "My name is {n}.",
        ),
    ],
    "zh": [
        ("我叫{n}。", "很高兴认识你，{n}。", ["我叫什么？", "我是谁？"], "你叫{n}。"),
        ("我问{w}的时候，你就说：{x}", "好的。", ["{w}呢？", "说说{w}。", "{w}？"], "{x}"),
        ("请记住：{x}", "我记住了。", ["我刚才说了什么？", "你记住了什么？"], "{x}"),
        ("从现在起你叫{n}。", "我叫{n}。", ["你叫什么？", "你是谁？"], "我叫{n}。"),
    ],
}
PICK = {
    "en": [
        ("Which word is first: {l}?", 0),
        ("Pick the first one: {l}", 0),
        ("Give me the first word of this list: {l}", 0),
        ("Which word is last: {l}?", -1),
        ("Pick the last one: {l}", -1),
        ("Give me the last word of this list: {l}", -1),
        ("What is the second word here: {l}?", 1),
        ("Pick the second one: {l}", 1),
    ],
    "zh": [
        ("哪个词在最前面：{l}？", 0),
        ("选第一个：{l}", 0),
        ("这些词里的第一个是什么：{l}？", 0),
        ("哪个词在最后：{l}？", -1),
        ("选最后一个：{l}", -1),
        ("这些词里的最后一个是什么：{l}？", -1),
        ("第二个词是什么：{l}？", 1),
        ("选第二个：{l}", 1),
    ],
}
CHANGE = {
    "en": ["Change {a} to {b}: {x}", "Replace {a} with {b} in this sentence: {x}", "Write {b} instead of {a}: {x}"],
    "zh": ["把{a}换成{b}：{x}", "请用{b}代替{a}：{x}", "下面的{a}改成{b}：{x}"],
}
READ = {
    "en": [
        ("user", "{t} {q}"),
        ("user", "Text: {t}\nQuestion: {q}"),
        ("user", "Read this: {t}\n{q}"),
        ("user", "{q} {t}"),
        ("user", "{t}\n\n{q}"),
        ("system", "{t}"),
        ("system", "You are the assistant of {c}. {t}"),
        ("system", "Answer with what you know: {t}"),
        ("system", "Facts:\n{t}"),
    ],
    "zh": [
        ("user", "{t}{q}"),
        ("user", "内容：{t}\n问题：{q}"),
        ("user", "请阅读：{t}\n{q}"),
        ("user", "{q}{t}"),
        ("user", "{t}\n\n{q}"),
        ("system", "{t}"),
        ("system", "你是{c}的客服。{t}"),
        ("system", "请根据下面的内容回答：{t}"),
        ("system", "资料：\n{t}"),
    ],
}
AS_JSON = {
    "en": ["Give {k} as JSON: {x}", "Extract {k} as JSON. {x}", "{x}\nJSON with {k}:"],
    "zh": ["请用 JSON 写出{k}：{x}", "提取{k}，输出 JSON。{x}", "{x}\n用 JSON 给出{k}："],
}
UNKNOWN = {"en": "I am sorry, I do not know that.", "zh": "对不起，这个我不知道。"}


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
