"""Bytes -> the encoding that they are in, found by itself.

Byte order marks and strict UTF-8 decide at once. What is left is old: UTF-16 without a mark, GB18030 (GBK and
GB2312 are parts of it), Big5, Shift-JIS, EUC-KR, Western cp1252. GB18030 decodes nearly any bytes, so being
decodable is no proof; what counts is whether the characters are the ones that people write. charset-normalizer is
the last resort.
"""

import codecs
import re
from typing import NamedTuple

from core.data.files import encoding_letters
from core.data.files.encoding_east import EAST_ASIAN, SURE, everyday, is_euc_jp, is_everyday
from core.data.files.source import LINE_LIMIT, Source
from core.data.rows import Progress
from core.errors import UserError

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_WESTERN = frozenset(
    "àâäãáåæçéèêëíìîïñóòôöõøœúùûüÿßÀÂÄÃÁÅÆÇÉÈÊËÍÌÎÏÑÓÒÔÖÕØŒÚÙÛÜŸ€£¥§©®°±²³´µ·¹º»«¼½¾¿¡‚„…‘’“”–—•™×÷ª\xa0ŠšŽžƒ‹›†‡‰"
)
_SAMPLE = 400_000
"""Bytes that are looked at when encodings are weighed."""
_TELLING = 20_000
"""Bytes beyond ASCII that are enough to weigh; where the start has none, more of the file is looked at."""
_BROKEN = 0.02
"""Share of broken characters from which an encoding that was asked for is the wrong one."""
_NULS = 0.01
"""Share of zero bytes up to which text is text with a few of them inside."""
_CONTROLS = 0.05
"""Share of control characters from which bytes that are no UTF-8 are no text at all."""
_NO_TEXT = frozenset(("idna", "punycode", "undefined", "mbcs", "oem", "unicode-escape", "raw-unicode-escape"))
"""Codecs of Python that are no character encodings of files."""
_ALONE = 0.85
"""The same for a few lines in a file of another encoding."""


def find(source: Source, asked: str | None = None, progress: Progress | None = None) -> str:
    """Python's name of the encoding of `source`, or `asked` made sure of; `progress` hears of the bytes looked at.

    Raises UserError `data.binary`, `data.encoding`, `data.encoding_unknown` or `data.encoding_wrong`.
    A UTF-8 file with a few broken bytes stays UTF-8: they become U+FFFD, which the checks report with their rows.
    """
    data, whole = _sample(source, progress)
    if asked is None:
        found = _found(data, whole, source.name)
        source.doubt = found.doubt
        return found.encoding
    try:
        encoding = codecs.lookup(asked).name
        "a".encode(encoding)
    except (LookupError, UnicodeError, ValueError):
        encoding = ""
    if not encoding or encoding in _NO_TEXT:
        raise UserError("data.encoding_unknown", name=source.name, encoding=asked)
    if encoding in ("utf-16", "utf-32") and not data.startswith(tuple(mark for mark, _ in _MARKS[1:])):
        encoding += "-le"  # without a mark the decoder refuses
    text = codecs.getincrementaldecoder(encoding)("replace").decode(data)
    beyond = sum(1 for character in text if character > "\x7f")
    broken = text.count("\ufffd") - (data.count(b"\xef\xbf\xbd") if encoding.startswith("utf-8") else 0)
    if encoding.startswith(
        ("utf-16", "utf-32")
    ):  # nearly any bytes are characters there, but not those that people write
        look = text[:_SAMPLE]
        broken += sum(not _is_common(letter) for letter in look) if _wide(data) is None else 0
    if broken > max(2, _BROKEN * len(text)) or (beyond > 8 and broken > 0.1 * beyond):
        raise UserError("data.encoding_wrong", name=source.name, encoding=asked, count=broken)
    if text.count("\x00") > max(2, _NULS * len(text)):
        raise UserError("data.encoding_wrong", name=source.name, encoding=asked, count=text.count("\x00"))
    if encoding == "utf-8" and data.startswith(_MARKS[0][0]):
        return "utf-8-sig"
    return encoding


def _sample(source: Source, progress: Progress | None) -> tuple[bytes, bool]:
    """The start, and behind it the lines beyond ASCII of what follows until they are enough; whether that is all."""
    start = b""
    telling: list[bytes] = []
    enough = 0
    length, number = 0, 1
    for block in source.blocks(progress):
        length = len(block) - end if (end := max(block.rfind(b"\n"), block.rfind(b"\r"))) >= 0 else length + len(block)
        number += block.count(b"\n")
        if length > LINE_LIMIT and source.head.lstrip()[:1] not in (b"{", b"["):  # JSON may be all in one line
            raise UserError("data.line_too_long", line=number, limit_mb=LINE_LIMIT // 1_000_000)
        if len(start) < _SAMPLE:
            start += block
            if b"\x00" in start or start.startswith(tuple(mark for mark, _ in _MARKS)):
                return start, len(start) >= source.size and not source.packed
            enough = len(start) - len(start.translate(None, _HIGH))
        elif not block.isascii():
            found = [line for line in block.split(b"\n")[1:-1] if not line.isascii()] or [block]
            for line in found:
                telling.append(line[:_SAMPLE])
                enough += sum(byte > 0x7F for byte in line[:_TELLING])
                if enough >= _TELLING:
                    break
        if enough >= _TELLING and len(start) >= _SAMPLE:
            return b"\n".join([start, *telling]), False
    return (b"\n".join([start, *telling]), False) if telling else (start, True)


_HIGH = bytes(range(0x80, 0x100))


class Found(NamedTuple):
    """`doubt`: letters that would be others in another encoding that fits as well."""

    encoding: str
    doubt: str = ""


def _found(data: bytes, whole: bool, name: str) -> Found:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return Found(encoding)
    if data.endswith(b"\x00" * 4):  # the disk was lost while the end was written; UTF-16 has zeros before it too
        text = data.rstrip(b"\x00")
        if b"\n" in text and b"\x00" not in text and not _controls(text):
            data = text
    if b"\x00" in data:
        if (wide := _wide(data)) is not None:
            return Found(wide)
        if data.count(b"\x00") > _NULS * len(data) + 1:
            raise UserError("data.binary", name=name)
        data = data.replace(b"\x00", b" ")
    if b"\x1b$B" in data and data.isascii():  # old Japanese mail: two-byte letters between escapes
        return Found("iso2022_jp")
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data, final=whole)
        return Found("utf-8")
    except UnicodeDecodeError as error:
        first = error.start
    if _controls(data) > _CONTROLS * len(data):
        raise UserError("data.binary", name=name)
    if _nearly_utf8(data[max(0, first - _SAMPLE) : first + _SAMPLE]):
        return Found("utf-8")
    found = _legacy(_around(data, first))
    if found is None:
        raise UserError("data.encoding", name=name)
    return found


def _around(data: bytes, first: int) -> bytes:
    """What to weigh: the start, or the part from the line on where the first character beyond UTF-8 stands."""
    return data if first < _SAMPLE // 2 else data[data.rfind(b"\n", 0, first) + 1 :]


def _controls(data: bytes) -> int:
    """How many control characters there are that text does not have."""
    return len(data) - len(data.translate(None, bytes(set(range(32)) - {0, 9, 10, 11, 12, 13, 27})))


def _wide(data: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark: the order of bytes that gives everyday characters and no zeros."""
    data = data[: _SAMPLE // 4 * 4]
    for encoding in ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be"):
        try:
            look = codecs.getincrementaldecoder(encoding)().decode(data)
        except UnicodeDecodeError:
            continue
        if look and "\x00" not in look and sum(_is_common(letter) for letter in look) >= 0.9 * len(look):
            return encoding
    return None


def _is_common(letter: str) -> bool:
    """Whether people write this character: Latin, Greek, Cyrillic, kana, Hangul, frequent Chinese, emoji."""
    if letter < "\u0530":
        return letter >= " " or letter in "\t\r\n"
    return (
        any(is_everyday(letter, encoding) for encoding in EAST_ASIAN)
        or letter > "\U0001f000"
        or "\u2000" <= letter <= "\u2bff"
    )


def _nearly_utf8(data: bytes) -> bool:
    """Whether broken bytes are rare among well-formed multi-byte characters, as after a bad cut or paste."""
    replaced = data.decode("utf-8", errors="replace")
    broken = len(re.findall("\ufffd+", replaced)) - data.count(b"\xef\xbf\xbd")
    good = sum(1 for character in replaced if character > "\x7f" and character != "\ufffd")
    return good >= 5 * broken


def of_lines(data: bytes) -> str | None:
    """The encoding of some lines of a file that is UTF-8 else; None when none clearly fits."""
    shares = {encoding: everyday(data, encoding) for encoding in EAST_ASIAN}
    share, best = max((share, encoding) for encoding, share in shares.items())
    if share >= _ALONE:
        return "gb18030" if shares["gb18030"] >= share else best
    found = encoding_letters.guess(data)
    return found.encoding if found is not None and not _in_runs(data) else None


def _in_runs(data: bytes) -> bool:
    """Whether letters beyond ASCII stand beside each other, as in Cyrillic; Latin has them one by one."""
    runs = [len(run) for run in re.findall(rb"[\x80-\xff]+", data)]
    return sum(run for run in runs if run >= 4) > sum(runs) / 2


def _legacy(whole: bytes) -> Found | None:
    """The old encoding that fits best, weighed on the file's start; None when none fits."""
    data = whole[:_SAMPLE]
    data = data[: data.rfind(b"\n") + 1] or data  # whole lines, so that no character is cut
    shares = {encoding: everyday(data, encoding) for encoding in EAST_ASIAN}
    high = re.sub(rb"[\x00-\x7f]+", b"", data)
    if shares["cp949"] >= 0.99 and len(high) >= 40:
        return Found("cp949")  # Hangul lie within frequent Chinese, but twenty Chinese letters never all within Hangul
    if is_euc_jp(data, shares["gb18030"]):
        return Found("euc_jp")
    share, best = max((share, encoding) for encoding, share in shares.items())
    if share >= SURE:
        return Found("big5" if best == "big5hkscs" and _decodes(data, "big5") else best)
    latin = bool(high) and len(high) < 0.3 * len(data) and not _in_runs(data)
    if latin and (guess := encoding_letters.guess(data)) is not None:
        return Found(guess.encoding, "" if guess.sure else guess.example)
    if latin and _decodes(data, "cp1252"):
        letters = high.decode("cp1252", errors="replace")
        if sum(letter in _WESTERN for letter in letters) >= 0.9 * len(letters):
            return Found("cp1252", "".join(dict.fromkeys(letters))[:20])
    from charset_normalizer import from_bytes  # slow to import and to run: last resort

    best_guess = from_bytes(data).best()
    if best_guess is not None and _decodes(data, best_guess.encoding):
        return Found(best_guess.encoding)
    return Found(best) if share >= 0.4 else None


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return False
    return True
