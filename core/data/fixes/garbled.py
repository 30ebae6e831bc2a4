"""Letters that an encoding read wrongly has garbled, read again: exactly, or not at all.

    regained("cafÃ© â€“ ä½ å¥½")  ->  "café – 你好"

Each piece goes back to the very bytes that it was read from, and those are read as UTF-8. Where a byte was lost on the
way (é as "Ã", or as "Ã?") nothing can bring it back, and the piece stays as it is.
"""

import re
import unicodedata
from collections.abc import Callable

from core.data.checks.check_words import CODE, MOJIBAKE
from core.data.checks.seen import Seen

_WINDOWS = {bytes([byte]).decode("cp1252", "replace"): byte for byte in range(0x80, 0xA0)}
_WINDOWS.pop("\ufffd")
_BYTES = {chr(byte): byte for byte in range(0x80, 0x100)} | _WINDOWS
"""Character -> the byte that Windows-1252 or Latin-1 read as it."""


def _class(first: int, last: int) -> str:
    return "[" + "".join(re.escape(one) for one, byte in _BYTES.items() if first <= byte <= last) + "]"


_TAIL = _class(0x80, 0xBF)
_PIECE = re.compile(
    f"{_class(0xC2, 0xDF)}{_TAIL}|{_class(0xE0, 0xEF)}{_TAIL}{{2}}|{_class(0xF0, 0xF4)}{_TAIL}{{3}}", re.DOTALL
)
_CHINESE = re.compile("[锛銆]")
_CONTROL = re.compile("[\x80-\x9f]")
_ANY = re.compile("[" + re.escape("".join(_BYTES)) + "]")


def regained(said: str) -> str:
    """`said` with its garbled pieces read again; as it is where none can be."""
    again = _regained(said, _of_latin)
    return again if len(_CONTROL.findall(again)) <= len(_CONTROL.findall(said)) else _regained(said, _of_letters)


_QUOTED = re.compile("[A-Z][À-ß][\xa0»“”‘’–—…](?![^\\W\\d_])")
"""A capital letter at the end of a word of capitals, and a mark behind it."""


def regained_exactly(said: str) -> str | None:
    """As `regained`; None where something garbled would be left, or where a sound letter might be taken for a garbled
    one: É and a quotation mark behind it are the two bytes of another letter."""
    if not MOJIBAKE.search(said):
        return said
    again = regained(said)
    if again == said or MOJIBAKE.search(again) or _PIECE.search(said) and _ANY.search(_PIECE.sub("", said)):
        return None
    if _QUOTED.search(said):
        return None
    return None if any(MOJIBAKE.search(code) for code in CODE.findall(said)) else again


_SUBJECT = (
    r"(?i:instead of|shows? (?:up )?as|turn(?:s|ed)? into|appears?|becomes?|became|displayed|read as|should (?:be|read)"
    r"|means?|stands? for|而不是|显示|变成|应该是|其实是|代表|什么意思)"
)
_ABOUT = re.compile(
    r"(?i:encod|utf-?8|latin-?1|windows-125|cp125|iso-?8859|mojibake|garbled|unicode|charset|character set|ascii)"
    r"|GBK|乱码|编码|字符集"
    rf"|{_SUBJECT}[^\n]{{0,40}}?(?:{_PIECE.pattern})|(?:{_PIECE.pattern})[^\n]{{0,40}}?{_SUBJECT}"
    rf"|[\"'‘「(](?:{_PIECE.pattern}){{1,2}}[\"'’」)]"
)
_MARKS = ".,;:!?()[]\"'，。；：！？（）「」《》"


_ASKS = re.compile(r"(?i:\b(?:how|why|what|which)\b)|为什么|为何|怎么|什么|如何")
_ALONE = re.compile(rf"(?:^|(?<=[ \n]))(?:{_PIECE.pattern}){{1,2}}(?=[ \n.,;:!?，。；：？！]|\Z)")


def about_letters(seen: Seen) -> bool:
    """Whether a row talks of garbled letters, or says the same word soundly too."""
    said = seen.said
    if _ABOUT.search(said) or _ASKS.search(seen.asked) and _ALONE.search(seen.asked):
        return True
    there = {word.strip(_MARKS) for line in said.split("\n") for word in line.split(" ")}
    return any(again != word and again in there for word, again in ((word, regained(word)) for word in there))


def _regained(said: str, of_latin: Callable[[re.Match[str]], str]) -> str:
    while MOJIBAKE.search(said):  # some were read wrongly twice
        again = "\n".join(_of_chinese(line) for line in _PIECE.sub(of_latin, said).split("\n"))
        if again == said or len(again) > len(said):
            break
        said = again
    return said


def _of_latin(piece: re.Match[str]) -> str:
    try:
        letter = bytes(_BYTES[one] for one in piece[0]).decode()
    except UnicodeDecodeError:
        return piece[0]
    return piece[0] if unicodedata.category(letter) in ("Cn", "Co", "Cs") else letter


def _of_letters(piece: re.Match[str]) -> str:
    """As `_of_latin`, without controls, which stand for a piece of a letter only where it was read wrongly twice."""
    letter = _of_latin(piece)
    return piece[0] if _CONTROL.match(letter) else letter


def _of_chinese(line: str) -> str:
    """A line of UTF-8 that was read as GBK, all of it."""
    if not _CHINESE.search(line) or not MOJIBAKE.search(line):
        return line
    try:
        return line.encode("gb18030").decode()
    except UnicodeError:
        return line
