"""The curve of a run: its points, thinned for the page, and the same in words (no Gradio here)."""

from typing import Any

from core.runs.events import Evaluated, Event, Started, Step
from webui.text import Text

POINTS = 500
"""Points of a curve that are sent to the page at most; more cannot be told apart at 1200 pixels."""


def attempt(events: list[Event]) -> list[Event]:
    """The events since the last start."""
    starts = [index for index, event in enumerate(events) if isinstance(event, Started)]
    return events[starts[-1] :] if starts else []


def plan_of(events: list[Event]) -> dict[str, Any]:
    """What the last start settled, empty before the first."""
    return next((event.plan for event in reversed(events) if isinstance(event, Started)), {})


def steps_of(events: list[Event]) -> list[Step]:
    return [event for event in events if isinstance(event, Step)]


def figure(value: float | None) -> str:
    """A loss as people read it: two digits after the point below ten."""
    if value is None:
        return "–"
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.0f}"


def thin(points: list[tuple[int, float]], most: int = POINTS) -> list[list[float]]:
    """At most `most` points: groups of neighbours become their mean; the first and the last point stay as they are."""
    if len(points) <= most:
        return [[step, loss] for step, loss in points]
    inner, groups = points[1:-1], most - 2
    kept: list[list[float]] = [list(points[0])]
    for index in range(groups):
        part = inner[index * len(inner) // groups : (index + 1) * len(inner) // groups]
        kept.append([part[-1][0], sum(loss for _, loss in part) / len(part)])
    return [*kept, list(points[-1])]


def plot_data(events: list[Event]) -> dict[str, Any]:
    """`{"train": [[step, loss]], "held": [[step, loss]], "best": [step, loss] | None, "steps": planned steps}`."""
    train = [(event.step, event.loss) for event in steps_of(events) if event.loss is not None]
    held = [(event.step, event.loss) for event in events if isinstance(event, Evaluated)]
    best = min(held, key=lambda point: point[1]) if len(held) > 1 else None
    return {
        "train": thin(train),
        "held": thin(held),
        "best": list(best) if best else None,
        "steps": int(plan_of(events).get("steps") or 0),
    }


def curve_words(events: list[Event], text: Text) -> str:
    """The curve for someone who cannot see it."""
    data = plot_data(events)
    if not data["train"]:
        return text("train.curve_none")
    first, last = data["train"][0], data["train"][-1]
    said = text("train.curve", n=int(last[0]), a=figure(first[1]), b=figure(last[1]))
    if data["held"]:
        step, loss = data["held"][-1]
        said += " " + text("train.curve_held", n=int(step), a=figure(loss))
    return said
