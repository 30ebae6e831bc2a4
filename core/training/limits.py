"""What is too much for a very small model, said before Start rather than found out afterwards."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.errors import UserError
from core.findings import Finding
from core.models.facts import SMALL_BELOW, ModelFacts
from core.training.rows import lengths as count
from core.training.settle import sampled

MOST_ROWS = 2000
"""Rows above which a model below `SMALL_BELOW` is warned of; a round number, nothing measured."""

LONGEST = 400
"""Tokens of a row above which it is warned of; a round number too."""


def findings(facts: ModelFacts, rows: int, lengths: list[int]) -> list[Finding]:
    """Whether this data asks more of the model than one of its size can learn.

    rows: usable rows in all; lengths: tokens of the sampled rows, uncut
    """
    if facts.parameters >= SMALL_BELOW:
        return []
    ordered = sorted(lengths) or [0]
    length = ordered[math.ceil(0.99 * len(ordered)) - 1]
    found = []
    if rows > MOST_ROWS:
        found.append(Finding("warning", "model.many_rows", count=rows, most=MOST_ROWS))
    if length > LONGEST:
        found.append(Finding("warning", "model.long_rows", length=length, most=LONGEST))
    return found


def of_rows(facts: ModelFacts, folder: Path, rows: Sequence[dict[str, Any]]) -> list[Finding]:
    """As `findings`, from usable rows and the folder of a model that is on this disk.

    [] where the model cannot encode them at all, which is told elsewhere.
    """
    from core.models.load import load_tokenizer

    if facts.parameters >= SMALL_BELOW:
        return []
    try:
        return findings(facts, len(rows), count(load_tokenizer(folder), sampled(rows)))
    except UserError:
        return []
