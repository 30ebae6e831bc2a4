"""A row that was left out, as it stands in the file: looked up in the source, because the data set has no such row."""

import json
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

from webui.markup import Html, el
from webui.tabs import row_view
from webui.tabs.data_edit_blank import filled
from webui.tabs.data_findings import line_of, mark, of_row
from webui.tabs.data_rows import Findings
from webui.text import Text

if TYPE_CHECKING:
    from core.data.datasets import Dataset
    from webui.context import Context

LONGEST = 4000
"""Characters of a cell or a line that are shown."""
PATIENCE_S = 1.5
"""How long a press waits for what the file says."""

Raw = dict[str, str] | str


def find(dataset: "Dataset", number: int, line: int | None) -> Raw | None:
    """Record `number` of the source as {column: text}; else the text of `line`, where it could not be read at all.

    Slow: reads the file up to that place. Raises UserError `data.*` when the source is gone.
    """
    from core.data.files import decoded, source
    from core.data.formats.regroup import open_rows

    opened = open_rows(dataset.source, name=dataset.file_name, choices=dataset.choices)
    with closing(opened.records) as records:  # type: ignore[type-var]
        for record in records:
            if record.number == number:
                return {str(name): _said(value) for name, value in record.values.items()}
            if record.number > number:
                break
    if line is None or opened.container not in ("json", "jsonl", "csv", "text"):
        return None
    text = decoded.chunks(source.Source(dataset.source, dataset.file_name), opened.encoding)
    with closing(text):
        return next((said[:LONGEST] for at, said in enumerate(decoded.lines(text), 1) if at == line), None)


def _said(value: Any) -> str:
    said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1, default=str)
    return said if len(said) <= LONGEST else said[:LONGEST] + " …"


def known(ctx: "Context", dataset: "Dataset", number: int) -> Raw | None:
    """What the file says at record `number`; None when that cannot be told within `PATIENCE_S`."""
    ends = time.monotonic() + PATIENCE_S
    while True:
        answer = ctx.looking.ask("raw", ("raw", dataset.id, number), lambda: find(dataset, number, None))
        if answer is not None and answer.fresh:
            return answer.value if answer.error is None else None
        if time.monotonic() > ends:
            return None
        time.sleep(0.01)


def questions(ctx: "Context", dataset: "Dataset", numbers: tuple[int, ...]) -> tuple[tuple[int, str], ...]:
    """What these records ask, as (number, words), as far as the file has been looked at."""
    if not numbers:
        return ()
    answer = ctx.looking.ask("asked", ("asked", dataset.id, numbers), lambda: _asked(dataset, numbers))
    return answer.value if answer is not None and answer.fresh and answer.error is None else ()


def _asked(dataset: "Dataset", numbers: tuple[int, ...]) -> tuple[tuple[int, str], ...]:
    """Slow: reads the file up to the last of them."""
    from core.data.formats.regroup import open_rows

    wanted, found = set(numbers), []
    opened = open_rows(dataset.source, name=dataset.file_name, choices=dataset.choices)
    with closing(opened.records) as records:  # type: ignore[type-var]
        for record in records:
            if record.number in wanted:
                cells = {str(name): _said(value) for name, value in record.values.items()}
                row = filled({"messages": [{"role": "user", "content": ""}]}, cells, dataset.columns)
                said = row_view.question(row) or " · ".join(cell for cell in cells.values() if cell.strip())
                found.append((record.number, said))
            if record.number >= max(wanted):
                break
    return tuple(found)


def raw(ctx: "Context", dataset: "Dataset", number: int, findings: Findings, text: Text) -> Html:
    """Why row `number` was left out, and what the file says there."""
    why = findings.of(number)
    told = [el("p", mark(each), el("span", of_row(each, number, text)), cls="lw-row-finding") for each in why]
    line = next((at for each in why if (at := line_of(each.finding, number)) is not None), None)
    key = ("raw", dataset.id, number)
    answer = ctx.looking.ask("raw", key, lambda: find(dataset, number, line))
    if answer is None or not answer.fresh:
        shown: object = el("p", text("data.raw_looking"), cls="lw-note", role="status")
    elif answer.error is not None:
        shown = el("p", text.error(answer.error), cls="lw-warning")
    else:
        shown = _shown(answer.value, text)
    title = el("p", text("data.raw_title", row=number), cls="lw-note")
    return el("div", el("div", told, cls="lw-row-findings"), title, shown, cls="lw-raw")


def _shown(found: Raw | None, text: Text) -> Html:
    if found is None:
        return el("p", text("data.raw_none"), cls="lw-note")
    if isinstance(found, str):
        return el("pre", found, cls="lw-json")
    cells = [
        (el("dt", name[:200]), el("dd", said if said.strip() else el("em", text("data.raw_empty"))))
        for name, said in found.items()
    ]
    return el("dl", cells, cls="lw-cells")
