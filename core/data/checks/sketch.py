"""Small sketches of texts, by which nearly equal rows are found among many without keeping the rows.

A text becomes the set of its runs of 8 letters (4 in Chinese), without case, blanks and punctuation. Of that set the
`KEPT` smallest hashes are kept: all of a short text, and of a long one a sample that is the same for the same letters,
so that the share of runs that two texts have in common (Jaccard) can be read off. Two sides of a row, what is asked and
what is answered, are kept apart: the same answer to another question is no repetition.
"""

import re
import unicodedata
from array import array
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

LETTERS_OF_RUN, CHINESE_OF_RUN = 8, 4
KEPT = 64
ALIKE = 0.85
"""Share of common runs from which two sides are nearly the same: one word of a dozen may differ in a long text."""

LEAST = 16
"""Runs below which only equal letters count: among few, one word more is another question."""

_LONGEST = 20_000
_NUMBER = re.compile(r"\d+")
_SILENT = re.compile(r"[\s,.;:!?'\"()\[\]{}_~…，。、；：！？“”‘’（）【】《》「」-]+")
_SILENT_ASCII = {code: None for code in range(128) if _SILENT.fullmatch(chr(code))}
_BANDS, _DEPTH = 16, 6
_MOST_PAIRS = 400_000
_CHUNK = 2000
_MIX, _SALT = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD1B54A32D192ED03)

Hashes = NDArray[np.uint32]


def letters(words: str) -> str:
    """What is compared: no blanks and punctuation (but signs of arithmetic), lower case, full-width forms plain."""
    if words.isascii():
        return words.lower().translate(_SILENT_ASCII)  # ten times as fast as the expression
    return _SILENT.sub("", unicodedata.normalize("NFKC", words).casefold())


def runs(plain: str) -> Hashes:
    """The smallest hashes of the runs of `letters`, sorted, at most `KEPT`."""
    coded = plain[:_LONGEST].encode("utf-32-le", "surrogatepass")
    points = np.frombuffer(coded, np.uint32).astype(np.uint64)
    length = LETTERS_OF_RUN if plain.isascii() else CHINESE_OF_RUN
    if len(points) < length:
        return np.zeros(0, np.uint32)
    mixed = points[: len(points) - length + 1].copy()
    for step in range(1, length):
        mixed *= np.uint64(1_000_003)
        mixed += points[step : len(points) - length + 1 + step]
    mixed *= _MIX
    mixed ^= mixed >> np.uint64(29)
    mixed *= _SALT
    found = (mixed >> np.uint64(32)).astype(np.uint32)
    found.sort()
    fresh = np.concatenate([np.ones(1, bool), found[1:] != found[:-1]])
    return np.asarray(found[fresh][:KEPT])


class Sketches:
    """Sketches of up to `most` rows; rows after them are not taken in (1 kB a row at most)."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._hashes = (array("I"), array("I"))
        self._ends = (array("q", [0]), array("q", [0]))
        self._whole = (array("q"), array("q"))  # what stands for all letters of a side
        self._numbers = array("q")  # what stands for all numbers in the row: other numbers are other facts

    def __len__(self) -> int:
        return len(self._numbers)

    @property
    def full(self) -> bool:
        return len(self) >= self.most

    def add(self, asked: str, answered: str) -> None:
        """One row; raises nothing, and does nothing when `full`."""
        if self.full:
            return
        for side, words in enumerate((asked, answered)):
            plain = letters(words)
            self._hashes[side].frombytes(runs(plain).tobytes())
            self._ends[side].append(len(self._hashes[side]))
            self._whole[side].append(hash(plain))
        self._numbers.append(hash(tuple(_NUMBER.findall(asked) + ["|"] + _NUMBER.findall(answered))))

    def alike(self, left: NDArray[np.bool_] | None = None) -> list[tuple[int, int]]:
        """[(row, earlier row)] by position, for each row that is nearly the same as an earlier one.

        left: [rows] which rows take part, None for all
        """
        found: dict[int, int] = {}
        for row, earlier in self._linked(np.ones(len(self), bool) if left is None else left):
            found.setdefault(row, earlier)
        return sorted(found.items())

    def _linked(self, left: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
        """(row, earlier row) that were found to be nearly the same."""
        if len(self) < 2:
            return
        sides = [_Side(self._hashes[at], self._ends[at], self._whole[at]) for at in (0, 1)]
        for side in sides:
            side.drop_common(len(self))
        for row, earlier in self._pairs(sides, left):
            if all(side.alike(row, earlier) for side in sides):
                yield row, earlier

    def alike_across(self, border: int) -> set[int]:
        """Positions before `border` of rows that are nearly the same as one from `border` on."""
        linked: dict[int, list[int]] = {}
        for one, other in self._linked(np.ones(len(self), bool)):
            linked.setdefault(one, []).append(other)
            linked.setdefault(other, []).append(one)
        return {at for at in linked if at < border and any(other >= border for other in linked[at])}

    def _pairs(self, sides: list["_Side"], left: NDArray[np.bool_]) -> list[tuple[int, int]]:
        """Pairs worth a look: the same numbers, and one band of the MinHash digest in common."""
        count = len(self)
        numbers = np.frombuffer(self._numbers, np.int64).view(np.uint64)
        digests = _digests(sides, count)
        found: list[NDArray[np.int64]] = []
        taking_part = np.flatnonzero(left)
        for band in range(_BANDS + 1):
            if band == _BANDS:  # short sides have no runs: all letters equal
                keys = sides[0].whole.view(np.uint64) * _MIX ^ sides[1].whole.view(np.uint64)
            else:
                keys = numbers.copy()
                for column in range(band * _DEPTH, (band + 1) * _DEPTH):
                    keys = (keys ^ digests[:, column].astype(np.uint64)) * _MIX
                    keys ^= keys >> np.uint64(31)
            order = taking_part[np.argsort(keys[taking_part], kind="stable")]
            equal = keys[order[1:]] == keys[order[:-1]]
            begins = np.flatnonzero(np.concatenate([np.ones(1, bool), ~equal]))
            begin = order[np.repeat(begins, np.diff(np.append(begins, len(order))))]
            for one, other in ((order[1:][equal], order[:-1][equal]), (order[1:][equal], begin[1:][equal])):
                found.append(one * count + other)
        pairs = np.unique(np.concatenate(found))[:_MOST_PAIRS]
        return [(int(pair // count), int(pair % count)) for pair in pairs]


class _Side:
    """One side of all rows: [rows] slices of flat hashes."""

    def __init__(self, hashes: "array[int]", ends: "array[int]", whole: "array[int]") -> None:
        self.flat = np.frombuffer(hashes, np.uint32) if len(hashes) else np.zeros(0, np.uint32)
        self.ends = np.frombuffer(ends, np.int64)
        self.whole = np.frombuffer(whole, np.int64)
        self.cut = np.diff(self.ends) == KEPT

    def drop_common(self, count: int) -> None:
        """Leaves out runs that a fifth of the rows share: the frame that questions are put in tells nothing."""
        ordered = np.sort(self.flat)
        begins = np.flatnonzero(np.concatenate([np.ones(len(ordered[:1]), bool), ordered[1:] != ordered[:-1]]))
        often = np.diff(np.append(begins, len(ordered))) > max(4, 0.2 * count)
        common = ordered[begins[often]]
        if len(common):
            keep = ~np.isin(self.flat, common)
            total = np.concatenate([np.zeros(1, np.int64), np.cumsum(keep)])
            self.flat, self.ends = self.flat[keep], total[self.ends]

    def alike(self, row: int, other: int) -> bool:
        if self.whole[row] == self.whole[other]:
            return True
        one, two = (self.flat[self.ends[at] : self.ends[at + 1]] for at in (row, other))
        tops = [part[-1] for at, part in ((row, one), (other, two)) if self.cut[at] and len(part)]
        if tops:  # only up to where both samples are complete
            one, two = one[one <= min(tops)], two[two <= min(tops)]
        if min(len(one), len(two)) < LEAST:
            return False
        common = len(np.intersect1d(one, two, assume_unique=True))
        return bool(common >= ALIKE * (len(one) + len(two) - common))


def _digests(sides: list[_Side], count: int) -> NDArray[np.uint32]:
    """[rows, bands x depth] MinHash digests of both sides together."""
    from rensa import RMinHash  # type: ignore[import-untyped]

    kept = np.zeros((count, _BANDS * _DEPTH), np.uint32)
    for start in range(0, count, _CHUNK):
        stop = min(count, start + _CHUNK)
        lengths = sum(np.diff(side.ends[start : stop + 1]) for side in sides)
        offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
        tokens = np.empty(int(offsets[-1]), np.uint64)
        places = offsets[:-1].copy()
        for at, side in enumerate(sides):
            many = np.diff(side.ends[start : stop + 1])
            part = side.flat[side.ends[start] : side.ends[stop]].astype(np.uint64) * _MIX + np.uint64(at)
            where = np.repeat(places - (side.ends[start:stop] - side.ends[start]), many) + np.arange(len(part))
            tokens[where] = part
            places += many
        matrix: Any = RMinHash.digest_matrix_from_flat_token_hashes(
            tokens, offsets.astype(np.uint64), _BANDS * _DEPTH, 1
        )
        kept[start:stop] = np.asarray(matrix.to_rows(), np.uint32)
        empty = np.flatnonzero(np.diff(offsets) == 0)
        kept[start + empty] = (start + empty)[:, None].astype(np.uint32)  # nothing to compare: like no other
    return kept
