"""Bytes -> text, with the encoding found by itself.

Byte order marks and strict UTF-8 decide at once. What is left is old: UTF-16 without a mark, GB18030 (GBK and
GB2312 are parts of it), Big5, Western cp1252. GB18030 decodes nearly any bytes, so being decodable is no
proof; what counts is whether the characters are the ones that people write. charset-normalizer is the last resort.
"""

import re

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
_SURE = 0.7
"""Share of the non-ASCII characters that must be everyday ones before a legacy encoding is believed."""

NUL = "\x00"
_EAST_ASIAN = ("gb18030", "big5hkscs", "cp932", "cp949")


def decode(data: bytes, name: str) -> tuple[str, str]:
    """`data` as text and the encoding's Python name. Raises UserError `data.binary` or `data.encoding`.

    A UTF-8 file with a few broken bytes stays UTF-8: they become U+FFFD, which the checks report with their rows.
    """
    text, encoding = _decode(data, name)
    if NUL in text:
        raise UserError("data.binary", name=name)
    return text, encoding


def _decode(data: bytes, name: str) -> tuple[str, str]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace"), encoding
    if b"\x00" in data:
        return _wide(data, name)
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        first = error.start
    if _nearly_utf8(data[max(0, first - _SAMPLE) : first + _SAMPLE]):
        return data.decode("utf-8", errors="replace"), "utf-8"
    found = _legacy(data)
    if found is None:
        raise UserError("data.encoding", name=name)
    return data.decode(found, errors="replace"), found


def _wide(data: bytes, name: str) -> tuple[str, str]:
    """UTF-16 without a mark: the byte order in which the text has no zero characters and is made of everyday ones."""
    for encoding in ("utf-16-le", "utf-16-be"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        look = text[:_SAMPLE]
        if NUL not in text and sum(_is_common(letter) for letter in look) >= 0.9 * len(look):
            return text, encoding
    raise UserError("data.binary", name=name)


def _is_common(letter: str) -> bool:
    """Whether people write this character: Latin, Greek, Cyrillic, kana, Hangul, frequent Chinese, emoji."""
    if letter < "\u0530":
        return letter >= " " or letter in "\t\r\n"
    return (
        any(_is_everyday(letter, encoding) for encoding in _EAST_ASIAN)
        or letter > "\U0001f000"
        or "\u2000" <= letter <= "\u2bff"
    )


def _nearly_utf8(data: bytes) -> bool:
    """Whether broken bytes are rare among well-formed multi-byte characters, as after a bad cut or paste."""
    replaced = data.decode("utf-8", errors="replace")
    broken = replaced.count("\ufffd") - data.count(b"\xef\xbf\xbd")
    good = sum(1 for character in replaced if character > "\x7f") - broken
    return good >= 5 * broken


def _legacy(whole: bytes) -> str | None:
    """The old encoding that fits best, weighed on the file's start; None when none fits."""
    data = whole[:_SAMPLE]
    data = data[: data.rfind(b"\n") + 1] or data  # whole lines, so that no character is cut
    shares = {encoding: _everyday(data, encoding) for encoding in _EAST_ASIAN}
    high = re.sub(rb"[\x00-\x7f]+", b"", data)
    if shares["cp949"] >= 0.99 and len(high) >= 40:
        return "cp949"  # Hangul lie within frequent Chinese, but twenty Chinese letters never all within Hangul
    share, best = max((share, encoding) for encoding, share in shares.items())
    if share >= _SURE:
        return "big5" if best == "big5hkscs" and _decodes(data, "big5") else best
    if high and len(high) < 0.3 * len(data) and _decodes(data, "cp1252"):
        letters = high.decode("cp1252", errors="replace")
        if sum(letter in _WESTERN for letter in letters) >= 0.9 * len(letters):
            return "cp1252"
    from charset_normalizer import from_bytes  # slow to import and to run: last resort

    guess = from_bytes(data).best()
    if guess is not None and _decodes(data, guess.encoding):
        return guess.encoding
    return best if share >= 0.4 else None


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return False
    return True


def _in_korean_set(letter: str) -> bool:
    """Whether Hangul is in the old Korean standard; the codec spells the others out in eight bytes."""
    try:
        return len(letter.encode("euc_kr")) == 2
    except UnicodeEncodeError:
        return False


def _everyday(data: bytes, encoding: str) -> float:
    """Share of the non-ASCII characters that are everyday ones if `data` is in `encoding`; 0 when it cannot be.

    Everyday is what the standards' authors counted as frequent: level 1 of GB 2312 and of Big5, kana and level 1
    of JIS, Hangul, and full-width punctuation.
    """
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        if len(data) - error.start > 4:  # a character cut off at the very end is forgiven
            return 0.0
        text = data[: error.start].decode(encoding)
    letters = [letter for letter in text[:_SAMPLE] if letter > "\x7f"]
    if not letters:
        return 0.0
    return sum(_is_everyday(letter, encoding) for letter in letters) / len(letters)


def _is_everyday(letter: str, encoding: str) -> bool:
    if "\u3000" <= letter <= "\u3017" or "\uff01" <= letter <= "\uff5e" or letter in "—…‘’“”·、。":
        return True
    if encoding == "cp949":
        return "\uac00" <= letter <= "\ud7a3" and _in_korean_set(letter)
    if encoding == "cp932" and "\u3041" <= letter <= "\u30fc":
        return True
    try:
        lead = letter.encode({"gb18030": "gb2312", "big5hkscs": "big5", "cp932": "cp932"}[encoding])[0]
    except UnicodeEncodeError:
        return False
    low, high = {"gb18030": (0xB0, 0xD7), "big5hkscs": (0xA4, 0xC6), "cp932": (0x88, 0x98)}[encoding]
    return low <= lead <= high and letter >= "\u4e00"
