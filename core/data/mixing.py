"""Several data sets put together as one: which rows of each, in which order."""

from collections.abc import Iterator, Sequence

from pydantic import BaseModel, ConfigDict, Field

from core.data.dataset import Dataset
from core.data.rows_file import Row


class Part(BaseModel):
    """One data set and how much of it: a share, 0 < share <= 1, or a count of rows; all of it where both are None."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: str
    share: float | None = None
    count: int | None = None


class Mix(BaseModel):
    """What is put together.

    seed            which rows are drawn where not all are taken, and how they are shuffled
    system          a system prompt for the rows that have none; with `replace_system` for all rows
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    parts: tuple[Part, ...] = Field(default=())
    seed: int = 1
    shuffle: bool = False
    system: str | None = None
    replace_system: bool = False


def mixed(mix: Mix, datasets: Sequence[Dataset], rows: Sequence[Sequence[Row]] | None = None) -> Iterator[Row]:
    """The rows of the mix, numbered from 1, each with `"from": {"part": 0, "row": 12}`."""
    raise NotImplementedError
