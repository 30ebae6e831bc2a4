"""The curve in words: one sentence on how a run goes, as a code (`verdict.<code>`) and facts."""

import math
from statistics import fmean, pstdev
from typing import Any

from core.runs.events import Evaluated, Event, Started, Step

EARLY_STEPS = 8
"""Fewer steps than this say nothing."""

PASS_STEPS = 50
"""Rows of like length are learned together, up to this many batches in a row, and general rows beside one's own: the
loss goes up and down with a period of one pass or of this many steps. Only means over a whole period can be compared.
"""

START_STEPS = 3
"""Steps whose mean is the loss at the start; fixed, so that the sentence names one and the same number throughout."""

HEART = 0.05
"""Mean loss in nats per token below which rows come out word for word: exp(-0.05) is 95 % per token."""

OVERFIT_RISE = 0.03
"""Held-out loss this share above its best, twice in a row, counts as getting worse."""

SWING = 0.5
"""Spread of the last quarter's losses, as a share of the whole fall, from which the curve counts as jumping."""


def read(events: list[Event]) -> tuple[str, dict[str, Any]]:
    """The verdict on a run so far: early, learning, flat, overfit, heart, heart_style, swing (code and its facts).

    Facts are losses as text with two decimals and steps as numbers.
    """
    plan = next((event.plan for event in reversed(events) if isinstance(event, Started)), {})
    period = min(PASS_STEPS, int(plan.get("steps_per_epoch") or 0))
    steps = [
        event for event in events if isinstance(event, Step) and event.loss is not None and math.isfinite(event.loss)
    ]
    if len(steps) < max(EARLY_STEPS, period):
        return "early", {}
    losses = [float(step.loss or 0.0) for step in steps]
    window = max(3, len(losses) // 10, period)
    first, last = fmean(losses[:START_STEPS]), fmean(losses[-window:])
    held = [event for event in events if isinstance(event, Evaluated)]
    if len(held) >= 3:
        best = min(held, key=lambda event: event.loss)
        if all(event.loss > best.loss * (1 + OVERFIT_RISE) for event in held[-2:]) and best is not held[-1]:
            return "overfit", {"n": best.step}
    if last < HEART:
        return ("heart" if plan.get("goal", "facts") == "facts" else "heart_style"), {}
    if first - last > 0.05 * first:
        middle = len(losses) // 2
        if len(losses) >= max(60, 3 * window) and abs(fmean(losses[middle - window : middle]) - last) < 0.02 * first:
            return "flat", {"n": steps[middle].step, "a": f"{first:.2f}", "b": f"{last:.2f}"}
        return "learning", {"a": f"{first:.2f}", "b": f"{last:.2f}"}
    if pstdev(losses[-max(4, len(losses) // 4) :]) > SWING * max(first, 1e-9):
        return "swing", {}
    return "flat", {"n": steps[0].step, "a": f"{first:.2f}", "b": f"{last:.2f}"}
