"""Which encoding of one byte a text is in, by the letters that a language has: Polish has no ³.

Each candidate is weighed with each of its languages: the share of the characters beyond ASCII that this language
writes, in the place where they stand (no capital behind a small letter, no ¿ inside a word).
"""

import re
from collections import Counter
from dataclasses import dataclass

_MARKS = "„“”‘’‚‹›«»–—…•·§©®™°€£\xa0"
"""Written in all languages."""
_BEHIND = "²³¹½¼¾ªº%‰±"
"""Stand behind letters and figures, and before none."""
_WESTERN = (
    "àâæçéèêëîïôœùûüÿ", "äöüßé", "áéíóúüñ¿¡", "ãáâàçéêíóôõúü", "àèéìíîòóùú", "åäöé", "æøåéèêòóâô", "áéíóúýðþæö",
    "äõöüšž", "ëéïöüèá", "àçèéíïòóúü",
)  # fmt: skip
_CENTRAL = (
    "ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîșşțţ", "čćđšž", "äöüß",
)  # fmt: skip
_TURKISH = ("çğıöşüâîû", "əçğıöşü")
_BALTIC = ("ąčęėįšųūž", "āčēģīķļņšūž", "äõöüšž")
_CANDIDATES = (
    ("cp1252", _WESTERN),
    ("cp1250", _CENTRAL),
    ("cp1254", _TURKISH),
    ("iso8859_2", _CENTRAL),
    ("cp1257", _BALTIC),
    ("mac_roman", _WESTERN),
)
_ALL_WESTERN = frozenset("".join(_WESTERN) + "µ×÷†‡ƒ¥¢")
_MIXED = 0.94
"""What a text of several Western languages counts, as each language by itself has less."""
_CLEAR = 0.9
"""Share from which a candidate is believed."""
_PLENTY = 60
"""Characters beyond ASCII from which two candidates that fit equally well are no matter of doubt: the usual one is."""
_LOOK = 60_000
"""Bytes of the start that are weighed when enough of them are beyond ASCII."""
_ENOUGH = 1000
_BEYOND = bytes(range(0x80, 0x100))
_HIGH = re.compile(r"(?s)(.?)([^\x00-\x7f])(?=(.?))")


@dataclass(frozen=True)
class Guess:
    """`sure` is False where another encoding would give other letters that are as likely; `example` shows a few."""

    encoding: str
    share: float
    sure: bool
    example: str = ""


def guess(data: bytes) -> Guess | None:
    """The encoding of `data`, which has bytes beyond ASCII; None when no candidate fits."""
    start = data[: data.rfind(b"\n", 0, _LOOK) + 1]
    if len(start) - len(start.translate(None, _BEYOND)) >= _ENOUGH:
        data = start
    weighed: list[tuple[float, str, str]] = []
    count = 0
    for encoding, languages in _CANDIDATES:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        found = Counter(_HIGH.findall(text))
        share = max(_share(found, frozenset(language)) for language in languages)
        if languages is _WESTERN:
            share = max(share, (_MIXED if encoding == "cp1252" else _MIXED - 0.01) * _share(found, _ALL_WESTERN))
        weighed.append((share, encoding, "".join(letter for _, letter, _ in found)))
        count = found.total()
    best = max(weighed, key=lambda one: one[0], default=None)
    if best is None or best[0] < _CLEAR:
        return None
    share, encoding, letters = best
    rivals = [one for one in weighed if one[2] != letters and one[0] >= share and one[1] != "mac_roman"]
    sure = not rivals or count >= _PLENTY
    return Guess(encoding, share, sure, " ".join(dict.fromkeys(letters))[:40])


def _share(found: Counter[tuple[str, str, str]], letters: frozenset[str]) -> float:
    """Share of the characters that are the language's own, in their place."""
    return sum(count for one, count in found.items() if _fits(*one, letters)) / max(found.total(), 1)


def _fits(before: str, letter: str, behind: str, letters: frozenset[str]) -> bool:
    if letter in _MARKS:
        return True
    if letter in _BEHIND:
        return not behind.isalpha()
    if letter in "¿¡":
        return letter in letters and not before.isalpha()
    if letter in letters:
        return not (before.isupper() and behind.isupper() and letter.upper() != letter and letter not in "ßı")
    return letter.lower() in letters | {"i̇"} and not before.islower()
