"""Keep what it knows: general rows that are mixed into training, so that a small model does not forget them.

The rows are presets/keep/en.jsonl and zh.jsonl: a question and an answer per line, without a system prompt. A general
row whose question stands in the person's data too is left out, so that the two never contradict each other.
"""

import hashlib
import json
import math
import random
from itertools import chain, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from core.data.keys import Keys
from core.data.raw import Row
from core.errors import UserError
from core.models.facts import SMALL_BELOW, ModelFacts
from core.spec import RunSpec
from core.training.rows import EncodedRows, encode_rows, lengths
from core.workspace import PRESETS

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


FOLDER = PRESETS / "keep"
LANGUAGES = ("en", "zh")

REPLAY_PER_ROW = 3
"""General rows per row of the person's that is learned, at most all there are. With them the built-in model keeps nine
tenths of what it knew (tests/bench)."""

FLOOR_RISES = 2
"""Times by which `min_steps` rises at most where general rows share the steps. The built-in model has 50 rows by
heart after 400 steps of the mix, which show it each of them 16 times (tests/bench)."""


def wanted(spec: RunSpec, facts: ModelFacts) -> bool:
    """Whether general rows are mixed in: as was asked for, else by the model's size."""
    return facts.parameters < SMALL_BELOW if spec.replay is None else spec.replay


def count(spec: RunSpec, facts: ModelFacts, train_rows: int, available: int) -> int:
    """How many general rows join `train_rows` of the person's, of `available` ones."""
    return min(REPLAY_PER_ROW * train_rows, available) if wanted(spec, facts) else 0


def limit(spec: RunSpec, facts: ModelFacts) -> int:
    """Tokens above which a general row is left out; the automatic maximum length is that of the person's rows alone."""
    return min(spec.max_length or facts.context, facts.context)


def floor(min_steps: int, own: int, general: int) -> int:
    """The least number of optimizer steps over the mix: more where a part of them goes to general rows."""
    return math.ceil(min_steps * min(FLOOR_RISES, (own + general) / own))


def general_rows(own: Keys) -> list[Row]:
    """The general rows that go with rows of these keys, those of one language after those of the other.

    They are numbered from 1 through both files and carry their language: `{"row": 1, "language": "en", "messages"}`;
    [] without the files.
    """
    return [row for row in _all() if not own.has_asked(row["messages"][0]["content"])]


def choose(general: list[Row], number: int, seed: int) -> list[Row]:
    """`number` of the general rows, half of each language as far as there are enough.

    The same seed gives the same rows in the same order.
    """
    chance = random.Random(seed)  # no secret
    piles = []
    for language in LANGUAGES:
        pile = [row for row in general if row["language"] == language]
        chance.shuffle(pile)
        piles.append(pile)
    mixed = [row for row in chain.from_iterable(zip_longest(*piles)) if row is not None]
    return mixed[:number]


def measured(tokenizer: "PreTrainedTokenizerBase", rows: list[Row]) -> list[int]:
    """Tokens of each of the general rows that this model takes; none is no reason not to train it."""
    try:
        return lengths(tokenizer, rows)
    except UserError:  # no chat template at all: the person's rows are running text
        return []


def fitting(tokenizer: "PreTrainedTokenizerBase", rows: list[Row], most: int) -> list[Row]:
    """Those of the general rows that fit whole into `most` tokens: the very ones that the plan counts.

    An answer without its end would teach to go on for ever.
    """
    try:
        return [row for row in rows if (found := lengths(tokenizer, [row])) and found[0] <= most]
    except UserError:  # as in measured()
        return []


def encode(tokenizer: "PreTrainedTokenizerBase", rows: list[Row], most: int) -> EncodedRows:
    """General rows as the collator gets them; none from a model that takes none."""
    try:
        return encode_rows(tokenizer, rows, most).rows
    except UserError:  # as in measured()
        return EncodedRows()


def content_hash() -> str:
    """sha256 over the general rows as they are read: the same on every system, whatever its line ends."""
    said = json.dumps([row["messages"] for row in _all()], ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()


def _all() -> list[Row]:
    found: list[Row] = []
    for language in LANGUAGES:
        for messages in _read(FOLDER / f"{language}.jsonl"):
            found.append({"row": len(found) + 1, "language": language, "messages": messages})
    return found


def _read(path: Path) -> list[list[dict[str, str]]]:
    """The conversations of one file, [] without it. Raises UserError `replay.damaged` with the file and the line."""
    found, number = [], 1
    try:
        for place, line in enumerate(path.read_text(encoding="utf-8-sig").split("\n"), 1):
            number = place
            if line.strip():
                question, answer = json.loads(line)["messages"]
                found.append([{"role": turn["role"], "content": turn["content"] + ""} for turn in (question, answer)])
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError, KeyError):  # not UTF-8, not JSON, not two turns of text
        raise UserError("replay.damaged", file=path.name, line=number) from None
    return found
