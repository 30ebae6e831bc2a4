"""What is different between two data sets: which rows came, went and changed.

Versions of one family are compared by key, as a row keeps its number through all of them; other data sets by what
their rows say. Bytes are compared first, so that 100,000 rows take a second.
"""

import hashlib
import json
from array import array
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.data.fixes.preview import Change
from core.data.raw import Row, as_bytes, key_of, taken_apart
from core.data.rows_file import RowsFile
from core.data.versions.dataset import Dataset

__all__ = ["Change", "Difference", "compare"]

Places = NDArray[np.int64]

_FROM = b'"from": {'


class Difference:
    """What is different; rows are read when they are looked at.

    added, removed, changed, same   counts of rows
    """

    def __init__(self, old: Sequence[Row], new: Sequence[Row], pairs: Places, removed: Places, added: Places) -> None:
        """`pairs`: places of rows that changed, in `old` and in `new`, of shape (n, 2)."""
        self._old, self._new = old, new
        self._pairs, self._removed, self._added = pairs, removed, added
        self.added, self.removed, self.changed = len(added), len(removed), len(pairs)
        self.same = len(new) - self.added - self.changed

    def __len__(self) -> int:
        return self.added + self.removed + self.changed

    def changes(self, start: int, count: int) -> list[Change]:
        """The differences from `start` on: changed rows first, then removed, then added, each in file order.

        A changed row has `before` and one row `after`; a removed one no row after, an added one no row before.
        """
        return [self._change(at) for at in range(max(0, start), min(len(self), start + count))]

    def _change(self, at: int) -> Change:
        if at < self.changed:
            before, after = self._old[int(self._pairs[at, 0])], self._new[int(self._pairs[at, 1])]
            return Change(key_of(after), before, (after,))
        at -= self.changed
        if at < self.removed:
            gone = self._old[int(self._removed[at])]
            return Change(key_of(gone), gone, ())
        came = self._new[int(self._added[at - self.removed])]
        return Change(key_of(came), None, (came,))


def compare(old: Dataset, new: Dataset) -> Difference:
    """What is different in `new`. Raises UserError `dataset.damaged`, `dataset.unknown`."""
    if old.family and old.family == new.family:
        return _by_key(old.load_rows(), new.load_rows())
    return _by_content(old, new)


# -- versions of one family


def _by_key(old: RowsFile, new: RowsFile) -> Difference:
    before, after = _Seen(old), _Seen(new)
    base = 1 + max(before.most, after.most)
    _, in_old, in_new = np.intersect1d(before.keys(base), after.keys(base), assume_unique=True, return_indices=True)
    both = np.stack([in_old, in_new], axis=1)[np.argsort(in_new)].astype(np.int64)
    pairs = both[before.said[both[:, 0]] != after.said[both[:, 1]]]
    alike = np.flatnonzero(before.sizes[pairs[:, 0]] == after.sizes[pairs[:, 1]])
    if len(alike):  # the same keys in another order are as many other bytes
        same = _in_order(old, pairs[alike, 0]) == _in_order(new, pairs[alike, 1])
        pairs = np.delete(pairs, alike[same], axis=0)
    return Difference(old, new, pairs, _others(len(old), in_old), _others(len(new), in_new))


class _Seen:
    """Of each row its number, its variant, how many bytes it has and 64 bits that stand for them, whatever row it came
    from. The rows themselves are not held, and not mapped, as what is mapped counts as memory."""

    def __init__(self, rows: RowsFile) -> None:
        numbers, variants, sizes, said = array("q"), array("q"), array("q"), array("Q")
        for number, variant, text in rows.raws():
            bare = as_bytes(_bare(text)) if _FROM in text else text
            numbers.append(number)
            variants.append(variant)
            sizes.append(len(bare))
            said.append(_hash(bare))
        self._numbers, self._variants = np.frombuffer(numbers, np.int64), np.frombuffer(variants, np.int64)
        self.sizes, self.said = np.frombuffer(sizes, np.int64), np.frombuffer(said, np.uint64)
        self.most = int(self._variants.max(initial=0))

    def keys(self, base: int) -> NDArray[np.int64]:
        """One number for each row, with all variants below `base`."""
        return self._numbers * base + self._variants


def _in_order(rows: RowsFile, places: Places) -> NDArray[np.uint64]:
    """For each of these places 64 bits that stand for what its row says, in whatever order it says it."""
    order = np.argsort(places)
    found = np.empty(len(places), np.uint64)
    wanted = iter(zip(places[order].tolist(), order.tolist(), strict=True))
    place, at = next(wanted)
    for here, (_, _, text) in enumerate(rows.raws()):
        if here == place:
            found[at] = _hash(json.dumps(_bare(text), sort_keys=True).encode())
            place, at = next(wanted, (-1, -1))
    return found


def _hash(text: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little")


def _bare(text: bytes) -> Row:
    """A row without where it came from."""
    row = taken_apart(text)
    row.pop("from", None)
    return row


def _others(count: int, places: Places) -> Places:
    """The places from 0 to `count` that are not among `places`."""
    left = np.ones(count, np.bool_)
    left[places] = False
    return np.flatnonzero(left)


# -- any two data sets


def _by_content(old: Dataset, new: Dataset) -> Difference:
    before, after = _counted(old.keys().content), _counted(new.keys().content)
    nothing = np.zeros((0, 2), np.int64)
    removed, added = (np.flatnonzero(~np.isin(one, other)) for one, other in ((before, after), (after, before)))
    return Difference(old.load_rows(), new.load_rows(), nothing, removed, added)


def _counted(content: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Numbers that tell equal rows apart by how many of them came before: two copies differ from one."""
    order = np.argsort(content, kind="stable")
    ordered = content[order]
    starts = np.concatenate([[True], ordered[1:] != ordered[:-1]]) if len(ordered) else np.zeros(0, np.bool_)
    places = np.arange(len(ordered))
    nth = places - np.maximum.accumulate(np.where(starts, places, 0))
    found = np.empty(len(content), np.uint64)
    found[order] = ordered + nth.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return found
