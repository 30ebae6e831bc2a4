"""What was found in a data set, as HTML (no Gradio here)."""

from typing import TYPE_CHECKING

from core.findings import Finding
from webui.markup import Html, el
from webui.tabs.row_view import numbers
from webui.text import Text

if TYPE_CHECKING:
    from core.data.datasets import Dataset


def findings(dataset: "Dataset", text: Text) -> Html:
    """Worst first, each one sentence with its rows, and a way to look at those that can be shown."""
    found = dataset.findings
    if not found:
        return el("p", text("data.found_none"), cls="lw-note")
    shown = numbers(dataset)
    return el("ul", [_finding(place, finding, shown, text) for place, finding in enumerate(found)], cls="lw-findings")


def _finding(place: int, finding: Finding, shown: frozenset[int], text: Text) -> Html:
    look = None
    if shown.intersection(finding.rows):
        look = el("button", text("data.show_rows"), cls="lw-link", type="button", data_do="only", data_id=place)
    level = el("span", text(f"data.level.{finding.level}"), cls=f"lw-tag lw-{finding.level}")
    return el("li", level, el("span", text.finding(finding), cls="lw-sentence"), look)
