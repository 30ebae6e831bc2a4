"""Rows by what is said in them, and by how much.

The rows of the version are read once for each word, and what came of it is kept: after a change by hand only what was
changed is looked at again.
"""

import json
import re
import threading
import weakref
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.data.checks.seen import words_of
from core.data.edits.edited import EditedRows
from core.data.rows_file import RowsFile

if TYPE_CHECKING:
    import pyarrow as pa

Progress = Callable[[float], None]
"""Called with the share done; what it raises passes through, and leaves nothing behind."""

KEPT = 24
"""Words of which the rows that say them are kept, one byte a row each."""

LONGEST, MOST = 200, 50
"""Letters of a word and words that are looked for: a whole page may be pasted into the box."""

FEW = 1000
"""Rows that are rather looked at one by one than all rows again for another word."""

_SAID = r'(?:content|text)": ?"(?:[^"\\]|\\.)*'
"""JSON from the beginning of what is said in a turn up to anywhere in it, escapes passed over whole: in "\\nice" it
does not find "nice". What a turn says of its reasoning (reasoning_content) counts as said."""

_HALVES = r"\\ud[89a-f]"
"""Half an emoji, of which a row's letters are all written as numbers."""

_SURROGATE = re.compile("[\ud800-\udfff]")

_LOCK = threading.Lock()
_KNOWN: "weakref.WeakKeyDictionary[RowsFile, dict[str, NDArray[Any]]]" = weakref.WeakKeyDictionary()


def search(rows: EditedRows, words: str, progress: Progress | None = None) -> NDArray[np.int64]:
    """The places of the rows in which all `words` are said, in small letters or capitals; all places for no words."""
    whole = _SURROGATE.sub("\ufffd", words).lower()
    wanted = sorted(dict.fromkeys(word[:LONGEST] for word in whole.split()), key=len, reverse=True)[:MOST]
    places = np.arange(len(rows), dtype=np.int64)
    for at, word in enumerate(wanted):  # the longest first: it leaves the fewest rows to look at
        look = partial(_said_in, _literally(word))
        if len(places) <= FEW:
            places = places[look(_array([rows.raw(int(place)) for place in places]))]
        else:
            places = places[_of_each(rows, word, look, _part(progress, at, len(wanted)))[places]]
    return places


def lengths(rows: EditedRows, progress: Progress | None = None) -> NDArray[np.int64]:
    """Characters of what is said in each row."""
    return _of_each(rows, "", _lengths, progress)


def _part(progress: Progress | None, at: int, count: int) -> Progress:
    return lambda done: progress((at + done) / count) if progress else None


# -- what is asked of rows as they are stored


def _literally(word: str) -> str:
    """A word as it stands in JSON, for RE2."""
    said = json.dumps(word, ensure_ascii=False)[1:-1]
    return "".join("\\" + sign if sign.isascii() and not sign.isalnum() else sign for sign in said)


def _said_in(word: str, texts: "pa.Array") -> NDArray[Any]:
    """For each row whether the word, written for RE2, is said in it."""
    found = _matched(texts, word)
    if found.any():  # the look at where it stands takes four times as long
        found[found] = _matched(texts.take(np.flatnonzero(found)), _SAID + word)
    for at in np.flatnonzero(_matched(texts, _HALVES, ignore_case=False)):
        row = json.loads(texts[int(at)].as_py())
        plain = json.dumps([{"content": said} for said in words_of(row)], ensure_ascii=False)
        found[at] = _matched(_array([_SURROGATE.sub("\ufffd", plain).encode()]), _SAID + word)[0]
    return found


def _matched(texts: "pa.Array", pattern: str, *, ignore_case: bool = True) -> NDArray[Any]:
    import pyarrow.compute as pc

    found = pc.match_substring_regex(texts, pattern, ignore_case=ignore_case)
    return np.array(found.to_numpy(zero_copy_only=False), bool)


def _lengths(texts: "pa.Array") -> NDArray[Any]:
    said = (sum(map(len, words_of(json.loads(text)))) for text in texts.to_pylist())
    return np.fromiter(said, np.int64, len(texts))


# -- asking it of each row, of the version's only once


def _of_each(
    rows: EditedRows, name: str, look: Callable[["pa.Array"], NDArray[Any]], progress: Progress | None
) -> NDArray[Any]:
    """What `look` says of the row at each place. Kept under `name`."""
    base = _of_base(rows.base, name, look, progress)
    if not rows.texts:
        return base[rows.source]
    own = look(_array(rows.texts))
    return np.concatenate([base, own[::-1]])[rows.source]  # -1 stands for the first of them


def _of_base(
    rows: RowsFile, name: str, look: Callable[["pa.Array"], NDArray[Any]], progress: Progress | None
) -> NDArray[Any]:
    with _LOCK:
        known = _KNOWN.setdefault(rows, {})
        if name in known:
            known[name] = known.pop(name)  # used last
            return known[name]
    parts, done, count = [], 0, len(rows)
    for texts in rows.texts():
        parts.append(look(texts))
        done += len(texts)
        if progress:
            progress(done / count)
    found = np.concatenate(parts) if parts else look(_array([]))
    with _LOCK:
        known[name] = found
        while len(known) > KEPT:
            known.pop(next(iter(known)))
    return found


def _array(texts: Sequence[bytes]) -> "pa.Array":
    import pyarrow as pa

    return pa.array(texts, pa.large_binary()).cast(pa.large_string())
