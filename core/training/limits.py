"""What is too much for a very small model, said before Start rather than found out afterwards."""

import math

from core.findings import Finding
from core.models.facts import SMALL_BELOW, ModelFacts

MOST_ROWS = 2000
"""Rows up to which a model below `SMALL_BELOW` holds what it is taught; a round number, not a measured edge."""

LONGEST = 400
"""Tokens up to which it follows a row from its beginning to its end; a round number too."""


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
