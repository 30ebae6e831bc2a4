"""Letters that an encoding read wrongly has garbled, read again: exactly, or not at all.

    regained("cafÃ© â€“ ä½ å¥½")  ->  "café – 你好"

Each piece goes back to the very bytes that it was read from, and those are read as UTF-8. Where a byte was lost on the
way (é as "Ã", or as "Ã?") nothing can bring it back, and the piece stays as it is.
"""

import re
import unicodedata
from collections.abc import Callable

from core.data.checks.check_words import MOJIBAKE

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


def regained(said: str) -> str:
    """`said` with its garbled pieces read again; as it is where none can be."""
    again = _regained(said, _of_latin)
    return again if len(_CONTROL.findall(again)) <= len(_CONTROL.findall(said)) else _regained(said, _of_letters)


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
