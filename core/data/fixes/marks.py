"""Control words of chat models taken out of what is said.

    without_control_words("<|im_start|>assistant\\nHello<|im_end|>")  ->  "Hello"
    without_control_words("It ends with <|im_end|>, mostly.")         ->  None: somebody talks of it

A leftover stands at the very beginning or end of a turn, or on a line of its own. Anywhere else it may be meant.
"""

import re

from core.data.checks.check_words import CODE, SPECIAL

_ROLE = r"(?i:system|user|assistant|model|tool|human|gpt)"
_WORD = (
    rf"<\|im_start\|>(?:{_ROLE}(?=\n|\Z))?|<\|start_header_id\|>{_ROLE}<\|end_header_id\|>"
    rf"|<start_of_turn>(?:{_ROLE}(?=\n|\Z))?|(?:{SPECIAL.pattern})"
)
"""A control word, with the name of the role behind it."""
_TURN = re.compile(
    r"<\|im_start\|>|<\|start_header_id\|>|<start_of_turn>|<\|(?:user|assistant|system)\|>|<｜(?:User|Assistant)｜>"
    r"|\[INST\]|\[/INST\](?=\s*[^\s<])"
)
"""Where a turn begins."""
_BEFORE_BLANK = r"\[/?INST\]|<</?SYS>>|<\|(?:user|assistant|system)\|>|<｜(?:User|Assistant)｜>"
"""Words that a blank follows where they begin a turn, or that follow one where they end it."""

_HEAD = re.compile(
    rf"\s*(?:(?:{_BEFORE_BLANK})[ \t]*|(?:{_WORD})(?=\S|\s*\n|\s*\Z))"
    r"(?!\s*(?:(?:tags?|marks?|signs?|words?)\b|is|are|does|do|opens?|begins?|starts?|ends?|closes?|means?|marks?|tells?|shows?|stands?|and|or)\b"
    r"|\s*[,.:;?!，。：；？！、)\"'”’是表代意用的和或])\n*"
)
"""At the beginning, unless a sentence goes on behind it."""
_TAIL = re.compile(rf"(?:(?<=[.!?。！？…\"'”’)）\]>])[ \t]+|(?<=\S)|\n\s*)(?:{_WORD})\s*\Z")
"""At the end: directly behind a word, behind the end of a sentence, or on a line of its own."""
_LEADS = re.compile(
    r"(?:[:：,，=(（\"'“‘「《`]|[是叫用写为成到加即做作]|\b(?:is|are|called|with|by|as|use|write|like|and|or))\s*\Z"
)
"""What comes before a word that somebody talks of."""
_CLOSED = re.compile(r"\s*\[/INST\]\s*\Z")
_LINE = re.compile(rf"(?<=[.!?。！？…\"'”’)）>\n]\n)[ \t]*(?:{_WORD})[ \t]*\n")
"""A line of its own between two texts, of which the first has come to its end."""

_FAR = 300
"""How far from the end of a text its end is looked for, in characters: long runs of blanks take no time."""

_ABOUT = re.compile(
    r"(?<![A-Za-z])(?:tokens?|chatml|delimiters?|separators?|control words?|special (?:words?|marks?|symbols?|strings?)"
    r"|(?:chat|prompt) (?:templates?|formats?)|end[- ]of[- ](?:turn|text|sequence|sentence)|eos|bos)(?![A-Za-z])"
    r"|标记|词元|控制词|控制符|特殊(?:符号|字符)|分隔符|结束符|对话模板|聊天模板",
    re.IGNORECASE,
)


def about_control_words(said: str) -> bool:
    """Whether a row talks of them: there they are its subject."""
    return _ABOUT.search(SPECIAL.sub("", said)) is not None


def without_control_words(said: str) -> str | None:
    """Without them; None where one may be meant, or where they hold a whole talk: without them nobody could tell who
    says what."""
    if not SPECIAL.search(said):
        return said
    if len(_TURN.findall(said)) > 1 or any(SPECIAL.search(code) for code in CODE.findall(said)):
        return None
    opened = said.lstrip().startswith("[INST]")
    while SPECIAL.search(said):
        said = said.rstrip()
        if head := _HEAD.match(said):
            said = said[head.end() :]
        elif opened and (tail := _CLOSED.search(said, max(0, len(said) - _FAR))):
            said = said[: tail.start()]
        elif (tail := _TAIL.search(said, max(0, len(said) - _FAR))) and not _leads(said, tail.start()):
            said = said[: tail.start()].rstrip()
        elif (line := _LINE.search(said)) and not _leads(said, line.start()) and not _TURN.search(line[0]):
            said = said[: line.start()] + said[line.end() :]
        else:
            return None
    return said


def _leads(said: str, end: int) -> bool:
    return _LEADS.search(said, max(0, end - _FAR), end) is not None
