"""Copies from chat programs: WhatsApp, WeChat, QQ, Telegram, Slack, Discord. A time stamp stands with each name.

Two layouts: `[12/01/24, 10:00] Anna: Hi` on one line, or a line with name and stamp above what is said. The stamps are
taken off, what the program itself says is left out, and a new day begins a new conversation.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from core.data.files.faults import Faults
from core.findings import Finding

_MONTH = r"[A-Z][a-zé]{2,8}\.?"
_DATE = (
    r"(?:\d{4}[-/.年] ?\d{1,2}[-/.月] ?\d{1,2}日?|\d{1,2}[-/.] ?\d{1,2}[-/.] ?\d{2,4}|\d{1,2}月\d{1,2}日"
    rf"|{_MONTH} \d{{1,2}},? \d{{4}}|\d{{1,2}} {_MONTH} \d{{4}}|(?:[A-Z][a-z]{{2,5}}day|Today)|今天|昨天|星期.)"
)
_TIME = (
    r"(?:凌晨|早上|上午|中午|下午|晚上)?\s?\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:[.,]\d{1,3})?"
    r"(?:[\s\u202f]?[AaPp]\.?\s?[Mm]\b\.?)?"
)
_STAMP = rf"(?:(?P<date>{_DATE})(?:,|\s|T|at\b)*)?{_TIME}"
_MARKS = r"[\u200e\u200f\u202a\u202c\s]*"
_LINE = re.compile(rf"{_MARKS}(?:\[{_STAMP}\]|{_STAMP.replace('date', 'day')})\s*(?:[-–—]\s+)?(?P<rest>.*)", re.DOTALL)
_SAID = re.compile(
    r"(?:<(?P<irc>[^<>\s]{1,30})>\s|(?P<name>[^:：\[\]<>{}\"]{1,40}?)\s*[:：])[ \t\u200e]*(?P<said>.*)", re.DOTALL
)
_NAME = r"(?P<name>[^\s:：\[\]<>{}\"][^:：\[\]<>{}\"]{0,39}?)"
_AFTER = re.compile(rf"{_MARKS}{_NAME}[,，:：]?\s+(?:[—–-]\s*)?[\[(（]?{_STAMP}[\])）]?[:：]?\s*$")
_BEFORE = re.compile(
    rf"{_MARKS}[\[(（]?(?P<date>{_DATE})(?:,|\s|T|at\b)*{_TIME}[\])）]?\s+{_NAME}(?:<[^<>]+>)?[:：]?\s*$"
)
_NUMBER = re.compile(r"\s*[(（]\d{4,}[)）]$")
_TO_ALL = re.compile(r"From (\S.*?) to \S.*", re.IGNORECASE)
_LEVEL = re.compile(r"\b(INFO|WARN(ING)?|ERROR|DEBUG|TRACE|FATAL|CRITICAL|NOTICE|info|warn|error|debug)\b")
_NOTHING = re.compile(
    r"\s*\u200e?(<[^<>]*(omitted|ausgeschlossen|omis|omitid[oa]|weggelassen|略)[^<>]*>|(image|video|audio|sticker|GIF|document)"
    r" omitted|\[(图片|语音|表情|视频|文件|动画表情|Photo|Sticker|Video|Voice message|File)\])\s*",
    re.IGNORECASE,
)  # fmt: skip
_SHORT = 80
"""Characters that the note of a picture has at most."""
_LOOK = 400
"""Lines by which a chat is known."""


class Said(NamedTuple):
    """A line with a stamp: the day, whose it is ("" for the program's own words), and what is said on that line."""

    day: str
    name: str
    said: str


Turns = list[dict[str, str]]


@dataclass(frozen=True)
class Chat:
    """How the stamps of a chat are read; None for a line without one."""

    stamped: Callable[[str], Said | None]


def chat_of(start: str) -> Chat | None:
    """The chat that begins with `start`, whose lines end with a line feed; None when it is none."""
    lines = [line for line in start.split("\n", _LOOK)[:_LOOK] if line.strip()]
    for stamped in (_on_one_line, _on_its_own_line):
        found = [stamped(line) for line in lines]
        stamps = [one for one in found if one is not None]
        names = Counter(one.name for one in stamps if one.name)
        named = sum(names.values())
        if (
            named >= 2
            and any(found[:3])
            and 2 <= len(names) <= max(2, named / 2)
            and 2 * named >= len(stamps)
            and 5 * len(stamps) >= len(lines)
            and sum(_LEVEL.search(line) is not None for line in lines) <= 0.2 * len(lines)
            and (stamped is _on_one_line or _have_words(found))
        ):
            return Chat(stamped)
    return None


def conversations(lines: Iterator[str], chat: Chat, faults: Faults) -> Iterator[Turns]:
    """The turns {"from": name, "value": text} of each day; lines without a stamp go on with the turn before them."""
    faults.note(Finding("info", "talk.copied"))
    turns: list[tuple[str, list[str]]] = []
    day, blank, own = "", False, True
    for number, line in enumerate(lines, 1):
        if not line.strip():
            blank = True
            continue
        said = line.rstrip("\r\n")
        found = chat.stamped(line)
        if found:
            if found.day and found.day != day:
                if spoken := _spoken(turns):
                    yield spoken
                turns, day = [], found.day
            own = not found.name
            if not own:
                turns.append((found.name, []))
            said = found.said.rstrip("\r\n")
        if own or len(said) < _SHORT and _NOTHING.fullmatch(said):
            faults.note(Finding("info", "lines.left_out", said=line.strip()[:80], lines=number))
        elif said:
            words = turns[-1][1]
            words += ["", said] if blank and words else [said]
        blank = False
    if spoken := _spoken(turns):
        yield spoken


def _spoken(turns: list[tuple[str, list[str]]]) -> Turns:
    """The turns in which something is said: no pictures that were not copied along."""
    return [{"from": name, "value": "\n".join(words)} for name, words in turns if words]


def _on_one_line(line: str) -> Said | None:
    found = _LINE.match(line)
    if found is None:
        return None
    day = found["date"] or found["day"] or ""
    said = _SAID.match(found["rest"])
    if said is None:
        return Said(day, "", "")
    return Said(day, _plain(said["irc"] or said["name"]), said["said"])


def _on_its_own_line(line: str) -> Said | None:
    found = _AFTER.match(line) or _BEFORE.match(line)
    return Said(found["date"] or "", _plain(found["name"]), "") if found else None


def _plain(name: str) -> str:
    """A name without the number of an account behind it, or the "From ... to Everyone" of a meeting around it."""
    return _TO_ALL.sub(r"\1", _NUMBER.sub("", name.strip("\u200e\u200f\u202a\u202c ~"))).strip()


def _have_words(found: list[Said | None]) -> bool:
    """Whether most lines with a name and a stamp are followed by what is said; in a timetable they are not."""
    alone = sum(one is not None and two is not None for one, two in zip(found, found[1:], strict=False))
    return 4 * alone <= sum(one is not None for one in found)
