"""Several data sets put together as one: which rows of each, in which order.

    for row in mixed(Mix(name="both", parts=(Part(dataset=a.id), Part(dataset=b.id, share=0.2))), [a, b]): ...

The same seed takes the same rows: each part is drawn without replacement, by the seed and its place in the mix.
"""

import random
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, field_validator

from core.data.literals import mended
from core.data.rows_file import Row
from core.data.versions.dataset import Dataset
from core.errors import UserError


class Part(BaseModel):
    """One data set and how much of it: a share, 0 < share <= 1, or a count of rows; all of it where both are None."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: str
    share: float | None = None
    count: int | None = None


class Mix(BaseModel):
    """What is put together.

    seed     which rows are drawn where not all are taken, and how they are shuffled
    shuffle  rows of all parts in any order; else part after part, each in its own order
    system   a system prompt for the rows that have none, and with `replace_system` instead of the one they have
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    parts: tuple[Part, ...] = ()
    seed: int = 1
    shuffle: bool = False
    system: str | None = None
    replace_system: bool = False

    @field_validator("name", "system", mode="before")
    @classmethod
    def _whole(cls, said: object) -> object:
        """Half a character can be typed, but not kept."""
        return mended(said)


def amount(part: Part, rows: int, name: str) -> int:
    """How many of `rows` rows are taken: a share is rounded half up, at least 1.

    Raises UserError `mix.empty`, `mix.amount`, or `mix.count` when more are asked for than there are; `name` is what
    people call the data set.
    """
    if not rows:
        raise UserError("mix.empty", name=name)
    share, count = part.share, part.count
    if share is not None and (count is not None or not 0 < share <= 1) or count is not None and count < 1:
        raise UserError("mix.amount", name=name, rows=rows)
    if count is not None and count > rows:
        raise UserError("mix.count", name=name, rows=rows, count=count)
    if share is not None:  # by its decimal digits: 0.145 of 100 is 14.5, which a float has as 14.499
        return max(1, int((Decimal(str(share)) * rows).quantize(Decimal(1), ROUND_HALF_UP)))
    return rows if count is None else count


def amounts(mix: Mix, datasets: Sequence[Dataset], rows: Sequence[Sequence[Row]] | None = None) -> list[int]:
    """How many rows of each part `mixed` takes, to be shown before. Raises UserError `mix.*`."""
    return _checked(mix, datasets, _sources(datasets, rows))


def mixed(mix: Mix, datasets: Sequence[Dataset], rows: Sequence[Sequence[Row]] | None = None) -> Iterator[Row]:
    """The rows of the mix, numbered from 1, each with `"from": {"part": 0, "row": 12}`, and "variant" where it has one.

    datasets  one for each part, in its order
    rows      the rows of each as they stand with what was changed by hand; None for those of the version itself

    Raises UserError `mix.*` and `dataset.damaged` at once, before the first row is taken.
    """
    sources = _sources(datasets, rows)
    counts = _checked(mix, datasets, sources)
    return _rows(mix, sources, counts)


def _sources(datasets: Sequence[Dataset], rows: Sequence[Sequence[Row]] | None) -> list[Sequence[Row]]:
    return list(rows) if rows is not None else [dataset.load_rows() for dataset in datasets]


def _checked(mix: Mix, datasets: Sequence[Dataset], sources: Sequence[Sequence[Row]]) -> list[int]:
    if not mix.parts:
        raise UserError("mix.nothing")
    counts, seen = [], set()
    for part, dataset, source in zip(mix.parts, datasets, sources, strict=True):
        if dataset.id in seen:
            raise UserError("mix.twice", name=dataset.name)
        seen.add(dataset.id)
        counts.append(amount(part, len(source), dataset.name))
        if _kind(source[0]) != _kind(sources[0][0]):
            raise UserError("mix.kinds", first=datasets[0].name, second=dataset.name)
    if _system(mix) and _kind(sources[0][0]) == "text":
        raise UserError("mix.system", name=datasets[0].name)
    return counts


def _kind(row: Row) -> str:
    """What a row is learned as; rows of one data set are all of one kind."""
    return next(part for part in ("text", "messages", "label", "chosen") if part in row)


def _rows(mix: Mix, sources: Sequence[Sequence[Row]], counts: Sequence[int]) -> Iterator[Row]:
    drawn = [_drawn(f"{mix.seed} {at}", len(rows), counts[at]) for at, rows in enumerate(sources)]
    system = _system(mix)
    for number, (part, row) in enumerate(_in_order(mix, sources, drawn), 1):
        said = {key: value for key, value in row.items() if key not in ("row", "variant", "from")}
        if system:
            said = _with_system(said, system, replace=mix.replace_system)
        variant = {"variant": row["variant"]} if row.get("variant") else {}
        yield {"row": number, **said, "from": {"part": part, "row": row["row"], **variant}}


def _drawn(seed: str, rows: int, count: int) -> NDArray[np.int64]:
    """`count` of the places from 0 to `rows`, in order."""
    if count == rows:
        return np.arange(rows, dtype=np.int64)
    chosen = random.Random(seed).sample(range(rows), count)  # no secret
    return np.sort(np.array(chosen, np.int64))


def _in_order(
    mix: Mix, sources: Sequence[Sequence[Row]], drawn: Sequence[NDArray[np.int64]]
) -> Iterator[tuple[int, Row]]:
    """(part, row) of all rows that are taken."""
    if not mix.shuffle:
        for part, (rows, places) in enumerate(zip(sources, drawn, strict=True)):
            whole = len(places) == len(rows)
            yield from ((part, row) for row in (rows if whole else (rows[int(place)] for place in places)))
        return
    parts = np.repeat(np.arange(len(sources)), [len(places) for places in drawn])
    places = np.concatenate(drawn)
    order = list(range(len(places)))
    random.Random(f"{mix.seed} order").shuffle(order)  # no secret
    for at in order:
        yield int(parts[at]), sources[int(parts[at])][int(places[at])]


def _system(mix: Mix) -> str:
    return mix.system if mix.system and mix.system.strip() else ""


def _with_system(row: Row, system: str, *, replace: bool) -> Row:
    """The row with a system prompt, where it has none or is to get another one."""
    part = "messages" if "messages" in row else "prompt"
    turns = row[part]
    own = next((at for at, turn in enumerate(turns) if turn["role"] == "system"), None)
    said = {"role": "system", "content": system}
    if own is None:
        return {**row, part: [said, *turns]}
    return {**row, part: [*turns[:own], said, *turns[own + 1 :]]} if replace else row
