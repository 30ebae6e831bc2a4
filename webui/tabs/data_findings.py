"""What was found in a data set, worst first, and what it says of a single row (no Gradio here)."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from core.data.fixes.offers import Offer, offers
from core.findings import Finding
from webui.markup import Html, el
from webui.measuring import Count
from webui.mending import ALL_SAFE, REST
from webui.tabs.data_rows import Findings, Found
from webui.tabs.data_ways import Ways, fix_name
from webui.text import Text

if TYPE_CHECKING:
    from core.data.datasets import Dataset
    from webui.tabs.data_mend_asked import Together

IN_SIGHT = 8
"""Findings in sight; what is only good to know beyond that is folded, but for what should be said to nobody."""

WaysOf = Callable[[Found], Ways]


def findings(
    dataset: "Dataset",
    found: Findings,
    opened: str,
    text: Text,
    together: "Together | None" = None,
    asked: str | None = None,
    ways: WaysOf | None = None,
) -> Html:
    """Each finding as one sentence with its number, its rows and what can be done; a clean file is one line.

    opened: the id of the finding whose rows are in the table
    together: how many rows can be mended by one press
    asked: the id of the finding that is about to be mended
    ways: what can be done about each; without the rows and the model whatever its kind has
    """
    if not found.all:
        said = text("data.found_none", n=f"{dataset.usable:,}")
        return el("p", el("span", "✓", cls="lw-fine", aria_hidden="true"), said, cls="lw-clean")
    every = []
    if together is not None and together.safe:
        label = text("mend.all" if together.safe > 1 else "mend.all_one", n=f"{together.safe:,}")
        every.append(_button(label, "mend", ALL_SAFE, "lw-button"))
    if together is not None and together.rest:
        label = text("mend.rest" if together.rest > 1 else "mend.rest_one", n=f"{together.rest:,}")
        every.append(_button(label, "mend", REST, "lw-button"))
    top = el("p", every, cls="lw-mend-all") if every else None
    ways = ways or (lambda each: Ways(offers(each.finding, made=dataset.made)))
    folded = _folded(found)
    lines = [_line(each, ways(each), opened, asked, text) for each in found.all if each not in folded]
    shown = el("ol", lines, cls="lw-findings")
    if not folded:
        return el("div", top, shown)
    more = el(
        "details",
        el("summary", text("data.found_more", n=len(folded))),
        el("ol", [_line(each, ways(each), opened, asked, text) for each in folded], cls="lw-findings"),
        id="data-found-more",
        cls="lw-more",
    )
    return el("div", top, shown, more)


def _folded(found: Findings) -> list[Found]:
    """What is only good to know, beyond the first few; one alone is not worth the fold. What is known later, once all
    is counted for the model, folds nothing away under the reader."""
    room = max(0, IN_SIGHT - sum(_in_sight(each) and not each.measured for each in found.all))
    folded = [each for each in found.all if not _in_sight(each)][room:]
    return folded if len(folded) > 1 else []


def _in_sight(found: Found) -> bool:
    return found.measured or found.finding.level != "info" or found.finding.code.startswith("private.")


def _line(found: Found, can: Ways, opened: str, asked: str | None, text: Text) -> Html:
    finding = found.finding
    look = None
    if len(found.rows):
        open_ = found.id == opened
        look = el(
            "button",
            text("data.show_all_rows" if open_ else "data.show_rows"),
            cls="lw-link",
            type="button",
            data_do="only",
            data_id=found.id,
            data_to="#data-table-panel",
            aria_pressed="true" if open_ else "false",
        )
    makers = [
        *([_length(can.length, text)] if can.length else []),
        *([_edit(can.edit, text)] if can.edit else []),
        *(_way(found, offer, text) for offer in can.offers),
    ]
    ways = [_button(*way, "lw-link" if at else "lw-button lw-mend") for at, way in enumerate(makers)]
    others = None
    if len(ways) > 1:
        summary = el("summary", "···", aria_label=text("mend.others"), title=text("mend.others"))
        others = el("details", summary, el("span", ways[1:]), cls="lw-others", id=f"data-ways-{found.id}")
    marks = ["lw-open" if found.id == opened else "", "lw-mending" if found.id == asked else ""]
    return el(
        "li",
        mark(found),
        el("span", text(f"data.level.{finding.level}"), cls=f"lw-tag lw-{finding.level}"),
        el("span", text.finding(finding), cls="lw-sentence"),
        el("span", look, ways[:1], cls="lw-actions"),
        others,
        cls=" ".join(filter(None, marks)) or None,
    )


Press = tuple[str, str, str]
"""What stands on a button, what it does, and with what."""


def _way(found: Found, offer: Offer, text: Text) -> Press:
    """One fix; one that asks for a menu opens that."""
    label = fix_name(found.finding, offer, text)
    kind, _, name = offer.asks.partition(":")
    return (label, "offer", name) if kind == "menu" else (label, "mend", f"{found.id}|{offer.fix}")


def _length(length: int, text: Text) -> Press:
    return text("mend.raise", n=f"{length:,}"), "length", str(length)


def _edit(number: int, text: Text) -> Press:
    return text("mend.edit_row", row=number), "edit", f"{number}.0"


def _button(label: str, do: str, id: str, cls: str) -> Html:
    to = "#data-view-panel" if do == "edit" else None
    return el("button", label, cls=cls, type="button", data_do=do, data_id=id, data_to=to)


def mark(found: Found, text: Text | None = None) -> Html:
    """The number of a finding, as it stands in the list and beside the rows that it names."""
    title = None if text is None else text.finding(found.finding)
    return el("span", str(found.mark), cls=f"lw-mark-n lw-{found.finding.level}", title=title)


def of_row(found: Found, number: int, text: Text, **facts: object) -> str:
    """What a finding says of one of its rows alone; `facts` are the row's own."""
    return text.finding(alone(found.finding, number, **facts))


def alone(finding: Finding, number: int, **own: object) -> Finding:
    """`finding` as if it named row `number` only; a line of the file belongs to its row."""
    facts = {**finding.facts, **{name: value for name, value in own.items() if name in finding.facts}}
    if "lines" in facts:
        facts["lines"] = line_of(finding, number) or "?"
    return Finding(finding.level, finding.code, [number], **facts)


def line_of(finding: Finding, number: int) -> int | None:
    """The line of the file where row `number` begins, None where that is not said."""
    said = finding.facts.get("lines")
    lines = re.findall(r"\d+", said) if isinstance(said, str) else said if isinstance(said, list) else [said]
    place = finding.rows.index(number) if number in finding.rows else len(lines)
    return int(lines[place]) if place < len(lines) and lines[place] is not None else None


# -- the count for the chosen model


def counting(count: Count | None, model: str, here: bool, text: Text) -> Html:
    """What is still to come: the count of all rows with the chosen model's tokenizer."""
    if count is None:
        if not model or here:
            return Html("")
        go = el("button", text("data.get_model"), cls="lw-link", type="button", data_do="go", data_id="model")
        return el("p", text("data.count_later", model=model), " ", go, cls="lw-note")
    if count.error is not None:
        return el("p", text.error(count.error), cls="lw-warning")
    if count.cancelled:
        again = el("button", text("data.count_again"), cls="lw-link", type="button", data_do="count", data_id="again")
        return el("p", text("data.count_cancelled", model=model), " ", again, cls="lw-note")
    if not count.worth_saying:
        return Html("")
    facts = {"model": model, "done": f"{count.done:,}", "total": f"{count.total:,}"}
    line = text("data.counting", **facts)
    if count.left_s is not None:
        line = text("data.counting_left", **facts, left=text.duration(count.left_s))
    stop = el("button", text("bar.cancel"), cls="lw-link", type="button", data_do="count", data_id="cancel")
    share = round(100 * count.done / count.total) if count.total else 0
    bar = el("progress", value=share, max=100, aria_label=line)
    return el("div", el("p", line, " ", stop, cls="lw-note"), bar, cls="lw-counting")
