"""Words, names and strings made by chance, so that no model can know them beforehand."""

import random

from tokenizer import everyday_characters, rare_characters

BEGIN = ("B Br C Ch D Dr F Fl G Gr H J K Kl L M N P Pr Qu R S Sh St T Tr V W Y Z").split()
VOWEL = "a e i o u ai ea ia oo ou y".split()
MIDDLE = "b d l ll m n nd r rr s st t v x z th ck mm".split()
FINISH = ["", "n", "r", "s", "l", "ra", "na", "ta", "dor", "mont", "vik", "by", "ley", "ton", "field", "wick"]
KINDS = ("Shop Hotel Bakery Clinic School Studio Museum Club Garage Farm Books Press Labs Foods Travel Gym").split()
SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘"
    "杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红梅建国志文海波晨曦雨欣子涵浩然思远嘉怡宇轩梦瑶一诺"
    "安宁乐天清雅若云小山"
)
ZH_KINDS = (
    "书店 酒店 诊所 学校 花店 餐厅 博物馆 公司 工作室 俱乐部 超市 农场 药房 茶馆 健身房 图书馆 旅行社 银行 面馆 琴行"
).split()
WRAPS = {
    "en": [
        "Please tell me: {q}",
        "Hi, {q}",
        "Hello, {q}",
        "Quick question: {q}",
        "I want to know: {q}",
        "{q} Please.",
        "Hey, {q}",
        "{q} Thanks.",
        "One question: {q}",
        "Excuse me, {q}",
    ],
    "zh": [
        "请问{q}",
        "你好，{q}",
        "请告诉我，{q}",
        "我想知道{q}",
        "{q}谢谢。",
        "麻烦问一下，{q}",
        "想问一下，{q}",
        "请问一下{q}",
        "问个问题：{q}",
        "那{q}",
    ],
}


SYMBOLS = [chr(code) for code in (*range(0x1F300, 0x1F320), *range(0x1F400, 0x1F440), *range(0x1F600, 0x1F645))]
ACCENTS = "àáâãäåçèéêëìíîïñòóôõöøùúûüýćčēěłńřśšžÀÁÉÈÖÜÑ"


class Words:
    """The words of one language. `stop` is its full stop.

    `rare` is the share of made-up words with something that is spelled in bytes: rare characters, accents, symbols.
    """

    def __init__(self, language: str, words: list[str], pieces: list[str]) -> None:
        self.language, self.words, self.pieces = language, words, pieces
        self.stop = "." if language == "en" else "。"
        self.characters = everyday_characters()
        self.seldom = rare_characters()
        self.rare = 0.0

    def word(self, rng: random.Random) -> str:
        """A word from the list, or one that nobody has heard."""
        if rng.random() < 0.6:
            return rng.choice(self.words)
        return self._invented(rng).lower() if self.language == "en" else self._characters(rng, rng.randint(1, 3))

    def phrase(self, rng: random.Random, longest: int) -> str:
        return (" " if self.language == "en" else "").join(self.word(rng) for _ in range(rng.randint(1, longest)))

    def thing(self, rng: random.Random) -> str:
        """A thing or a place with a made-up name."""
        if self.language == "en":
            return rng.choice((self._invented(rng), f"{self._invented(rng).lower()} {rng.choice(self.words)}"))
        return self._characters(rng, 2) + rng.choice(("", "", rng.choice(self.words)))

    def person(self, rng: random.Random) -> str:
        if self.language == "en":
            return self._invented(rng) + (f" {self._invented(rng)}" if rng.random() < 0.5 else "")
        return rng.choice(SURNAMES) + "".join(
            rng.choice(GIVEN) if rng.random() < 0.6 else self._characters(rng, 1) for _ in range(rng.randint(1, 2))
        )

    def company(self, rng: random.Random) -> str:
        if self.language == "en":
            return self._invented(rng) + (f" {rng.choice(KINDS)}" if rng.random() < 0.5 else "")
        return self._characters(rng, 2) + rng.choice(["", *ZH_KINDS])

    def nonsense(self, rng: random.Random) -> str:
        """A string without sense: pieces of the vocabulary, numbers, codes, words in no order."""
        kind = rng.random()
        if kind < 0.3:
            if self.language == "en":
                text = "".join(rng.choice(self.pieces) for _ in range(rng.randint(1, 8))).strip()
            else:
                text = self._characters(rng, rng.randint(1, 12))
            return text or self.stop
        if kind < 0.45:
            return self.number(rng)
        text = self.phrase(rng, 8)
        if self.language == "en" and rng.random() < 0.6:
            text = text[0].upper() + text[1:]
        return text + (self.stop if rng.random() < 0.6 else "")

    def number(self, rng: random.Random) -> str:
        digits = "".join(rng.choice("0123456789") for _ in range(rng.randint(1, 8)))
        letters = "".join(rng.choice("ABCDEFGHKLMNPRSTWXZ") for _ in range(rng.randint(1, 4)))
        word = self._invented(rng).lower()
        return rng.choice(
            (
                digits,
                f"{letters}-{digits}",
                f"{digits[:3]}-{digits}",
                f"{rng.randint(0, 23)}:{rng.randint(10, 59)}",
                f"{digits}.{rng.randint(10, 99)}",
                f"{word}@{self._invented(rng).lower()}.com",
                f"www.{word}.org",
            )
        )

    def wrapped(self, question: str, rng: random.Random) -> str:
        """The question as people type it: at times with a few words around, without its mark, in lower case."""
        if rng.random() < 0.15:
            question = question.rstrip("?？。.!！")
        if self.language == "en" and rng.random() < 0.12:
            question = question.lower()
        if rng.random() < 0.15:
            wrap = rng.choice(WRAPS[self.language])
            if self.language == "en" and wrap[-3:] == "{q}" and rng.random() < 0.5:
                question = question[0].lower() + question[1:]
            question = wrap.format(q=question)
        return question

    def _invented(self, rng: random.Random) -> str:
        middle = "".join(rng.choice(MIDDLE) + rng.choice(VOWEL) for _ in range(rng.choice((0, 1, 1, 2))))
        word = rng.choice(BEGIN) + rng.choice(VOWEL) + middle + rng.choice(FINISH)
        if self._rare(rng):
            place = rng.randrange(len(word))
            word = word[:place] + rng.choice(ACCENTS) + word[place + 1 :]
        return word

    def _characters(self, rng: random.Random, count: int) -> str:
        text = "".join(rng.choice(self.seldom if self._rare(rng) else self.characters) for _ in range(count))
        return text + (rng.choice(SYMBOLS) if self._rare(rng) and rng.random() < 0.2 else "")

    def _rare(self, rng: random.Random) -> bool:
        return self.rare > 0 and rng.random() < self.rare
