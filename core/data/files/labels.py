"""The label in front of a line, `Name: words`: taken apart, and told whether it names a speaker."""

import re
from typing import Literal, NamedTuple

from core.data.formats.speakers import role_of

_LETTER = r"[^:：*\[\]{}\"“”<>/,，。.!?！？"
_TURN = re.compile(
    rf"\s*(?:#{{1,6}}[ \t]+|\d{{1,4}}[.)、][ \t]*)?(\*\*|__|\[)?({_LETTER}\s_#]{_LETTER}]{{0,29}}?)(\*\*|__|\])?"
    r"\s*[:：](\*\*|__)?[ \t]*(.*)",
    re.DOTALL,
)
_NUMBERED = re.compile(r"(\D*?)[\s#＃_-]*(?:\d{1,5}|[一二三四五六七八九十百]{1,4})?")
_QUESTIONS = frozenset("q question faq 问 问题 提问 問 問題 frage pregunta pergunta domanda вопрос 질문 質問".split())
_ANSWERS = frozenset("a answer 答 回答 答案 答复 解答 antwort respuesta resposta risposta ответ 답변 réponse".split())
_PARTS = frozenset(
    "instruction input query prompt response output completion model observation function environment".split()
)
"""Roles of published data that head many another text."""
_NO_NAMES = frozenset(
    "note notes nb tip tips hint warning caution important example examples ps info error debug trace fatal critical"
    " notice http https ftp mailto todo date time subject title step steps schritt hinweis achtung beispiel"
    " 注 注意 提示 备注 说明 步骤 例如 例 警告 标题 时间 日期".split()
)

Family = Literal["pair", "talk", "aside"]


class Label(NamedTuple):
    """`name` in front of a line, marks and the number of a question taken off, and what is said behind it."""

    name: str
    said: str


def turn(line: str) -> Label | None:
    """The label of a line; None for a line without one. Bold marks around the name or the whole line are taken off."""
    found = _TURN.match(line)
    if found is None:
        return None
    opened, name, closed, behind, said = found.groups()
    if opened in ("**", "__") and not closed and not behind:
        said = said.replace(opened, "", 1)
    name = name.strip()
    return Label(_asked_or_answered(name) or name, said)


def _asked_or_answered(name: str) -> str | None:
    """`Q1` -> `Q`, `问题一` -> `问题`, `Frage` -> `question`; None for what heads neither question nor answer."""
    found = _NUMBERED.fullmatch(name)
    stem = found.group(1).strip() if found else name
    if stem.lower() in _QUESTIONS:
        return stem if role_of(stem) else "question"
    if stem.lower() in _ANSWERS:
        return stem if role_of(stem) else "answer"
    return None


def is_asked(name: str) -> bool:
    """Whether a question or an answer stands behind the label, be it numbered."""
    return _asked_or_answered(name) is not None


def family(name: str) -> Family | None:
    """What a known name belongs to: "pair" (Q, A), "talk" (User, 客服) or "aside" (system, tools); None for others."""
    plain = name.lower()
    if plain in _QUESTIONS or plain in _ANSWERS:
        return "pair"
    role = role_of(name)
    if role is None or plain in _PARTS:
        return None
    return "talk" if role in ("user", "assistant") else "aside"


def is_name(name: str) -> bool:
    """Whether somebody may be called so; notes, steps, addresses and times are words of whoever speaks."""
    found = _NUMBERED.fullmatch(name)
    stem = (found.group(1).strip() if found else name).lower()
    return any(one.isalpha() for one in name) and stem not in _NO_NAMES
