"""What rows say, as numbers: enough to find a question, equal rows and rows that teach the same, without the rows.

    maker = KeysMaker();  maker.see(row), ...;  keys = maker.done()  -> Keys, a few bytes for each row

A number is a hash of 64 bits: two of them are equal by accident once in 10^7 data sets of a million rows.
"""

import hashlib
import json
import secrets
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.raw import Row

Hashes = NDArray[np.uint64]

NOTHING = 0
"""The number of what a row does not have."""

FORMAT = 1
"""Raise it when other numbers are made of the same rows: keys of another format are made anew."""

_PER_ROW = ("content", "question", "answer", "system")


@dataclass(frozen=True, eq=False)
class Keys:
    """For each row in order:

    content   equal for rows that are equal but for case, blanks and the punctuation at the end of their turns
    question  its first question as it is compared (`normalised`); NOTHING where it does not begin with an exchange
    answer    all that the assistant says in it; NOTHING for running text
    system    its system prompt, or NOTHING

    and of all rows together `asked`, sorted: every turn of the user as it is compared.
    """

    content: Hashes
    question: Hashes
    answer: Hashes
    system: Hashes
    asked: Hashes

    def __len__(self) -> int:
        return len(self.content)

    def firsts(self) -> NDArray[np.int64]:
        """The places of the rows that ask something for the first time, in order."""
        values, places = np.unique(self.question, return_index=True)
        return np.sort(places[values != NOTHING])

    def place_of(self, question: str) -> int | None:
        """Where this question stands for the first time."""
        found = np.flatnonzero(self.question == hashed(normalised(question)))
        return int(found[0]) if len(found) and normalised(question) else None

    def has_asked(self, question: str) -> bool:
        """Whether the user says this anywhere."""
        number = np.uint64(hashed(normalised(question)))
        place = int(np.searchsorted(self.asked, number))
        return place < len(self.asked) and bool(self.asked[place] == number)

    def common_system(self) -> int | None:
        """A row with the system prompt that at least half of the rows have."""
        values, places, counts = np.unique(self.system, return_index=True, return_counts=True)
        counts = np.where(values == NOTHING, 0, counts)
        best = int(counts.argmax()) if len(counts) else 0
        return int(places[best]) if len(counts) and counts[best] * 2 >= len(self) and counts[best] else None

    def reworded(self) -> int:
        """How many rows can be kept aside while the answer of each is still learned from a row that asks otherwise."""
        _, first = np.unique(self.content, return_index=True)
        answers = self.answer[first]
        answers = answers[answers != NOTHING]
        return len(answers) - len(np.unique(answers))

    def shared_with(self, other: "Keys") -> NDArray[np.bool_]:
        """For each row whether `other` has an equal one."""
        return np.isin(self.content, other.content)

    def save(self, path: Path) -> None:
        """Written aside and renamed. Raises OSError."""
        aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.npz")
        try:
            np.savez(
                aside, format=np.int64(FORMAT), asked=self.asked, **{name: getattr(self, name) for name in _PER_ROW}
            )
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)

    @classmethod
    def load(cls, path: Path) -> "Keys":
        """What `save` wrote. Raises OSError or ValueError when it cannot be read."""
        import zipfile

        try:
            with np.load(path, allow_pickle=False) as file:
                if int(file["format"]) != FORMAT:
                    raise ValueError(f"{path.name}: of another format")
                return cls(**{name: file[name] for name in (*_PER_ROW, "asked")})
        except (KeyError, EOFError, zipfile.BadZipFile) as error:
            raise ValueError(str(error)) from error


class KeysMaker:
    """Takes rows one after the other; holds some 40 bytes of each."""

    def __init__(self) -> None:
        self._per_row = {name: array("Q") for name in _PER_ROW}
        self._asked = array("Q")

    def see(self, row: Row) -> None:
        exchange = first_exchange(row)
        said = turns(row)
        system = said[0]["content"] if said and said[0]["role"] == "system" else ""
        found = (content(row), hashed(normalised(exchange[0])) if exchange else NOTHING, answer(row), hashed(system))
        for place, number in zip(self._per_row.values(), found, strict=True):
            place.append(number)
        self._asked.extend(hashed(normalised(turn["content"])) for turn in said if turn["role"] == "user")

    def done(self) -> Keys:
        arrays = {name: np.frombuffer(values, np.uint64) for name, values in self._per_row.items() if values}
        empty = np.zeros(0, np.uint64)
        asked = np.unique(np.frombuffer(self._asked, np.uint64)) if self._asked else empty
        return Keys(**{name: arrays.get(name, empty) for name in _PER_ROW}, asked=asked)


def keys_of(rows: Iterable[Row]) -> Keys:
    """The keys of rows that are at hand."""
    maker = KeysMaker()
    for row in rows:
        maker.see(row)
    return maker.done()


def normalised(question: str) -> str:
    """A question as it is compared: lower case, single blanks, without punctuation at the end."""
    return " ".join(question.split()).lower().rstrip(" ?!.,;:…~？！。，；：、")


def hashed(text: str) -> int:
    """64 bits that stand for a text; NOTHING for an empty one."""
    if not text:
        return NOTHING
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little") or 1


def content(row: Row) -> int:
    """What makes a row the same as another, but for case, blanks and punctuation at the end of turns."""
    if "text" in row:
        return hashed("text " + normalised(row["text"]))
    parts = []
    for part in ("messages", "prompt", "chosen", "rejected", "answer"):
        for turn in row.get(part, ()):
            parts += [part, turn["role"], normalised(turn["content"])]
            if len(turn) > 2:
                more = {key: value for key, value in turn.items() if key not in ("role", "content")}
                parts.append(json.dumps(more, sort_keys=True))
    if "tools" in row or "label" in row:
        parts.append(json.dumps([row.get("tools"), row.get("label")], sort_keys=True))
    return hashed("\x00".join(parts))


def answer(row: Row) -> int:
    """All that the assistant says in a conversation."""
    said = [turn.get("content") for turn in row.get("messages") or () if turn["role"] == "assistant"]
    return hashed("\n".join(str(part).strip() for part in said if part))


def turns(row: Row) -> list[dict[str, Any]]:
    """The turns of a row; of a preference row those that are wanted."""
    found: list[dict[str, Any]] = row.get("messages") or [
        *row.get("prompt", []),
        *(row.get("chosen") or row.get("answer") or []),
    ]
    return found


def first_exchange(row: Row) -> tuple[str, str] | None:
    """The question that a row begins with, and its answer."""
    spoken = [turn for turn in turns(row)[:3] if turn["role"] != "system"]
    if len(spoken) < 2 or spoken[0]["role"] != "user" or spoken[1]["role"] != "assistant":
        return None
    if row.get("label") is False or not spoken[1]["content"].strip():
        return None
    return spoken[0]["content"], spoken[1]["content"]
