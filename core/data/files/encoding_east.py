"""How much of a text would be everyday letters of Chinese, Japanese or Korean if it were in one of their encodings."""

EAST_ASIAN = ("gb18030", "big5hkscs", "cp932", "cp949")
SURE = 0.7
"""Share of the non-ASCII characters that must be everyday ones before a legacy encoding is believed."""


def is_euc_jp(data: bytes, share: float) -> bool:
    """Whether the text has kana among its letters, which stand where Chinese files have theirs, and fits EUC-JP.

    `share`: how much of it would be everyday Chinese; the signs between the kana are what tells them apart.
    """
    try:
        text = data.decode("euc_jp")
    except UnicodeDecodeError:
        return False
    letters = [letter for letter in text if letter > "\x7f"]
    kana = sum("\u3041" <= letter <= "\u30fe" for letter in letters)
    if not letters or kana < 0.2 * len(letters):
        return False
    usual = sum(is_everyday(letter, "cp932") for letter in letters)
    return usual >= SURE * len(letters) and usual / len(letters) > share


def _in_korean_set(letter: str) -> bool:
    """Whether Hangul is in the old Korean standard; the codec spells the others out in eight bytes."""
    try:
        return len(letter.encode("euc_kr")) == 2
    except UnicodeEncodeError:
        return False


def everyday(data: bytes, encoding: str) -> float:
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
    letters = [letter for letter in text if letter > "\x7f"]
    if not letters:
        return 0.0
    return sum(is_everyday(letter, encoding) for letter in letters) / len(letters)


def is_everyday(letter: str, encoding: str) -> bool:
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
