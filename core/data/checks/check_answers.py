"""Answers beside one another: the same question answered differently, one answer everywhere, odd and overlong ones."""

import re
import unicodedata
from array import array
from collections import Counter

import numpy as np
from numpy.typing import NDArray

from core.data.checks.seen import Seen
from core.findings import Finding

FEW = 10
"""Rows below which hardly anything is learned but these very rows."""

FEW_FOR = {"style": 30, "format": 30}
"""Rows below which a manner that all rows share hardly rubs off; rule of thumb, as in `split.AUTOMATIC`."""

REPEATED_FROM, REPEATED_SHARE = 20, 0.25
"""Rows and share of them from which one answer is too often the same."""

_LABEL = 12
"""Characters up to which an answer is a label ("yes", "无", "positive"), which repeats by its nature."""

_RARE = 0.02
_FILLER = frozenset(
    "n/a|na|n.a|nan|null|none|nil|todo|to do|tbd|tba|tbc|to be determined|to be defined|fixme|pending|test|test test"
    "|asdf|xxx|xx|undefined|[object object|object object|lorem ipsum|not available|not applicable|no data|missing"
    "|placeholder|see attached|see attachment|see above|see below|same as above|ditto"
    "|待补充|待定|待完善|待填写|待确认|待更新|待回复|未填写|暂无|暂缺|测试|略|无|空|占位|同上|见上|见上文|见下|见下文|见附件|详见附件"
    "|见附表|见文档|如上|如下".split("|")
)
"""What people write into a cell that they mean to fill later."""
_NOTHING = frozenset(("none", "nil", "无", "暂无"))
"""Words that are also an answer: that nothing was found."""
_NOTHING_SHARE = 0.25
"""Share of all answers above which such a word is meant as one."""
_AROUND = " .。()（）[]【】<>《》*_\"'“”"
_SENTENCE_WORDS = 4
"""Words of a short sentence; two Chinese characters count as a word. Shorter answers are labels and names."""
_UNITS = re.compile(r"([\u3040-\u30ff\u3400-\u9fff])|[^\W_\u3040-\u30ff\u3400-\u9fff]+")
_END = re.compile(r"[.!?。！？…][\"'”’）)]*$")

LONG_TIMES, LONG_FROM = 20, 8000
"""A row is an outlier from so many times the median length on, and from so many characters on."""

Numbers = NDArray[np.int64]


class Answers:
    """Only hashes and lengths of the rows are kept."""

    def __init__(self, task: str) -> None:
        self._task = task
        self._rows, self._asked, self._answered = array("q"), array("q"), array("q")  # rows of one exchange
        self._short = array("b")
        self._all, self._lengths, self._answer_lengths = array("q"), array("q"), array("q")
        self._odd: list[tuple[int, str]] = []
        self._odd_words: Counter[str] = Counter()
        self._sentences = 0
        self._same: list[int] = []

    def see(self, seen: Seen) -> None:
        """One row."""
        row, turns = seen.row, seen.turns
        self._all.append(seen.number)
        self._lengths.append(len(seen.said))
        if "chosen" in row and row["chosen"] == row["rejected"]:
            self._same.append(seen.number)
        if not turns:
            return
        answer = seen.answered.strip()
        self._answer_lengths.append(len(answer))
        if len(answer) <= 24 and answer and _odd(answer) and not any(turn.get("tool_calls") for turn in turns):
            self._odd.append((seen.number, answer))
            self._odd_words[answer] += 1
        else:
            self._sentences += _is_sentence(answer)
        if "messages" in row and [turn["role"] for turn in turns if turn["role"] != "system"] == ["user", "assistant"]:
            self._rows.append(seen.number)
            self._asked.append(hash("\x00".join([turn["content"] for turn in turns[:-1]])))
            self._answered.append(hash(answer))
            self._short.append(len(answer) <= _LABEL)

    def findings(self) -> list[Finding]:
        """One for each kind."""
        found = []
        if len(self._rows):
            rows, asked, answered = (
                np.frombuffer(each, np.int64) for each in (self._rows, self._asked, self._answered)
            )
            if differing := _differing(rows, asked, answered):
                found.append(Finding("info", "question.differs", differing))
            found += self._repeated(rows, asked, answered)
        if self._same:
            found.append(Finding("warning", "preference.same", self._same))
        found += self._unwritten()
        return found + self._long()

    def _unwritten(self) -> list[Finding]:
        """Answers still to be written, however many they are, where most of the others are sentences."""
        answers = len(self._answer_lengths)
        meant = {
            word
            for word, count in self._odd_words.items()
            if _bare(word) in _NOTHING and count > _NOTHING_SHARE * answers
        }
        odd = [(number, word) for number, word in self._odd if word not in meant]
        if not odd or 2 * self._sentences <= answers - len(self._odd):
            return []
        examples = ", ".join([word for word, _ in self._odd_words.most_common() if word not in meant][:4])
        return [Finding("warning", "answer.odd", [number for number, _ in odd], examples=examples)]

    def _repeated(self, rows: Numbers, asked: Numbers, answered: Numbers) -> list[Finding]:
        """One answer to many questions, where the other answers are not labels as well."""
        kinds, counts = np.unique(answered, return_counts=True)
        if len(kinds) == 1:
            all_of_them = len(np.unique(asked)) >= FEW
            return [Finding("warning", "answer.always_same", count=len(rows))] if all_of_them else []
        best = int(counts.argmax())
        here = answered == kinds[best]
        if len(rows) < REPEATED_FROM or counts[best] <= REPEATED_SHARE * len(rows):
            return []
        if self._short[int(here.argmax())] or (len(kinds) - 1) * 2 < len(rows) - counts[best]:
            return []
        percent = round(100 * counts[best] / len(rows))
        return [Finding("warning", "answer.repeated", [int(row) for row in rows[here]], percent=int(percent))]

    def _long(self) -> list[Finding]:
        """Rows far longer than the others: memory and the maximum length go by them."""
        if len(self._lengths) < REPEATED_FROM or self._task == "text":  # documents are of any length
            return []
        lengths = np.frombuffer(self._lengths, np.int64)
        median = int(np.median(lengths))
        over = lengths > max(LONG_TIMES * median, LONG_FROM)
        if not over.any() or over.sum() > max(1, _RARE * len(lengths)):
            return []
        numbers = [int(row) for row in np.frombuffer(self._all, np.int64)[over]]
        return [Finding("info", "row.far_longer", numbers, longest=int(lengths.max()), median=median)]


def _odd(answer: str) -> bool:
    """A word that stands for a missing answer, or no word at all; one letter or digit may be a choice."""
    if _bare(answer) in _FILLER:
        return True
    if len(answer) == 1:
        return not answer.isalnum() and answer not in "√×✓✗✔✘○●✅❌👍👎" and not ord(answer) > 0x1F000
    return all(not one.isalnum() and (one.isascii() or unicodedata.category(one)[0] in "PZ") for one in answer)


def _bare(answer: str) -> str:
    """As it is compared: in small letters, without the marks around it."""
    return answer.casefold().strip(_AROUND)


def _is_sentence(answer: str) -> bool:
    """More than a label or a name: some words, or a few with the mark that ends a sentence."""
    words = 0.0
    for found in _UNITS.finditer(answer[:200]):
        words += 0.5 if found.group(1) else 1
        if words >= _SENTENCE_WORDS:
            return True
    return words >= 1.5 and _END.search(answer) is not None


def _differing(rows: Numbers, asked: Numbers, answered: Numbers) -> list[int]:
    order = np.lexsort((answered, asked))
    asked, answered, numbers = asked[order], answered[order], rows[order]
    new_question = np.concatenate([np.ones(1, bool), asked[1:] != asked[:-1]])
    new_answer = new_question | np.concatenate([np.ones(1, bool), answered[1:] != answered[:-1]])
    group = np.cumsum(new_question) - 1
    kinds = np.bincount(group, new_answer)
    return [int(row) for row in np.unique(numbers[kinds[group] > 1])]


def few(count: int, goal: str | None = None) -> list[Finding]:
    """Too few rows for anything but these very rows, or for a style or a format, when that is known to be the goal."""
    if 0 < count < FEW:
        return [Finding("warning", "rows.few", count=count)]
    if 0 < count < FEW_FOR.get(goal or "", 0):
        return [Finding("info", "rows.few_for_goal", count=count, least=FEW_FOR[goal or ""])]
    return []
