"""Few answers in another script than all the others: a light rule, by letters and not by words."""

import re
from array import array
from collections import Counter

import numpy as np

from core.data.checks.seen import Seen
from core.findings import Finding

LOOKED_AT = 600
"""Characters of an answer that its script is told by."""

KEPT = 1000
"""Answers whose rows are kept whatever their script; after them only those in another script than most so far."""

ENOUGH = 20
"""Answers whose script is clear, below which nothing is said."""

NAME = 40
"""Latin letters up to which an answer may be a name, an address or a title in whatever language."""

FEW = 0.1
"""Share of the answers up to which another script is worth a word; more than that is meant so."""

LATIN = "A-Z"
SCRIPTS = (
    (LATIN, 0x0041, 0x024F),
    ("Ω", 0x0370, 0x03FF),
    ("А-Я", 0x0400, 0x04FF),
    ("א", 0x0590, 0x05FF),
    ("ع", 0x0600, 0x06FF),
    ("अ", 0x0900, 0x097F),
    ("ก", 0x0E00, 0x0E7F),
    ("かな", 0x3040, 0x30FF),
    ("汉字", 0x4E00, 0x9FFF),
    ("한글", 0xAC00, 0xD7AF),
)
"""Name (letters, which need no translation), first and last character; in the order of the characters."""

_BOUNDS = np.array([bound for _, first, last in SCRIPTS for bound in (first, last + 1)], np.uint32)

LETTERS = {name: re.compile(f"[{chr(first)}-{chr(last)}]") for name, first, last in SCRIPTS}
LETTERS[LATIN] = re.compile(r"[A-Za-z\u00c0-\u024f]")

_TWELVE = re.compile(r"(?:[A-Za-z][^A-Za-z]*){12}")

_MEANT = re.compile(
    r"translat|in (?:english|chinese|french|german|spanish|japanese|korean|russian|arabic)|language|pinyin"
    r"|code|program|function|python|java|sql|html|regex"
    r"|翻译|译成|译为|英[文语]|中文|法语|日[文语]|韩[文语]|俄语|德语|西班牙语|语言|拼音|单词|代码|程序|编程|函数|网址|链接",
    re.IGNORECASE,
)
"""Questions that ask for another language or for code."""
_CODE = re.compile(
    r"```|[{};]\s*$|^\s*(?:def|import|select|class|for|if|print)\b|https?://|[<>=]{2}|^\s*[\[{]",
    re.IGNORECASE | re.MULTILINE,
)


class Languages:
    """The script of each answer."""

    def __init__(self) -> None:
        self._counted: Counter[str] = Counter()
        self._names: list[str] = []
        self._rows = array("q")
        self._scripts = array("b")

    def see(self, seen: Seen) -> None:
        """One row."""
        script = script_of(seen.answered)
        if not script:
            return
        self._counted[script] += 1
        main = self._counted.most_common(1)[0][0]
        if script == main and len(self._rows) >= KEPT:
            return
        if script == LATIN and len(LETTERS[LATIN].findall(seen.answered[:LOOKED_AT])) < NAME:
            return
        if _asked_for(script, seen.asked) or _MEANT.search(seen.asked) or _CODE.search(seen.answered):
            return
        if script not in self._names:
            self._names.append(script)
        self._rows.append(seen.number)
        self._scripts.append(self._names.index(script))

    def findings(self) -> list[Finding]:
        """At most one."""
        total = sum(self._counted.values())
        if total < ENOUGH:
            return []
        main, count = self._counted.most_common(1)[0]
        if total - count > FEW * total:
            return []
        others = [(row, self._names[script]) for row, script in zip(self._rows, self._scripts, strict=True)]
        beside = {main, "汉字"} if main == "かな" else {main}  # a Japanese answer may do without kana
        odd = [(row, name) for row, name in others if name not in beside]
        if not odd:
            return []
        names = ", ".join(name for name, _ in Counter(name for _, name in odd).most_common(3))
        return [Finding("info", "language.other", [row for row, _ in odd], main=main, other=names)]


def _asked_for(script: str, asked: str) -> bool:
    """Whether a question holds some of the answer's script and is not written in it: it is about the language."""
    return script_of(asked) != script and len(LETTERS[script].findall(asked)) >= 4


def script_of(words: str) -> str:
    """The script that nearly all letters are of; "" when there are few letters, or of several scripts.

    A Chinese character counts as three letters: it says about as much.
    """
    words = words[:LOOKED_AT]
    if words.isascii():
        return LATIN if _TWELVE.search(words) else ""
    points = np.frombuffer(words.encode("utf-32-le", "surrogatepass"), np.uint32)
    counts = np.bincount(np.searchsorted(_BOUNDS, points, "right"), minlength=len(_BOUNDS) + 1)
    found = {name: int(counts[2 * at + 1]) for at, (name, _, _) in enumerate(SCRIPTS)}
    if found["かな"] * 5 > found["汉字"]:  # Japanese is written in both
        found["かな"] += found.pop("汉字")
    weighed = {name: count * (3 if name in ("汉字", "かな", "한글") else 1) for name, count in found.items()}
    best = max(weighed, key=lambda name: weighed[name])
    total = sum(weighed.values())
    return best if total >= 12 and weighed[best] > 0.85 * total else ""
