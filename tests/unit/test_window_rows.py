"""Which rows are looked at on the Data tab: all, those of a finding, page by page and row by row."""

from typing import Any

import numpy as np
import pytest

from core.findings import Finding
from webui.tabs import data_table, data_walk
from webui.tabs.data_rows import Findings, Rows
from webui.tabs.data_select import PAGE, select
from webui.text import load

EN = load("en")


class ManyRows:
    """A hundred thousand rows that notice when somebody walks through them."""

    def __init__(self, count: int) -> None:
        self.count, self.taken = count, 0

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, place: int) -> dict[str, Any]:
        self.taken += 1
        return {"row": place + 1, "text": f"Text {place}"}


def some(numbers: list[int]) -> Rows:
    return Rows([{"row": number, "text": f"text {number}"} for number in numbers], np.asarray(numbers, np.int64))


def test_a_selection_lists_rows_that_were_left_out_first() -> None:
    rows = some([1, 2, 2, 4, 5])  # row 3 was left out, row 2 gave two rows
    findings = Findings([Finding("error", "answer.empty", [3]), Finding("warning", "text.replaced", [2, 3])], [])
    chosen = select(rows, findings, "text.replaced-1")
    assert chosen.page(0) == [((3, 0), None, False), ((2, 0), 1, False), ((2, 0), 2, False)]
    assert chosen.shown == 2 and len(chosen) == 3 and chosen.page_of(2) == 0
    assert [chosen.index(place) for place in (0, 1, 2, 3)] == [None, 0, 1, None]
    assert select(rows, findings, "gone-1").id == ""
    assert [found.mark for found in findings.of(3)] == [1, 2] and findings.of(5) == []


def test_a_page_of_a_hundred_thousand_rows_takes_a_page_of_rows() -> None:
    many = ManyRows(100_000)
    rows = Rows(many, np.arange(1, 100_001, dtype=np.int64))  # type: ignore[arg-type]
    findings = Findings([Finding("info", "row.duplicate", list(range(2, 100_000, 2)))], [])
    for id in ("", "row.duplicate-1", "any"):
        chosen = select(rows, findings, id)
        many.taken = 0
        data_table.table(chosen, findings, chosen.pages - 1, chosen.place(0), None, EN)
        assert many.taken <= PAGE
    many.taken = 0
    for page in range(50):
        assert select(rows, findings, "any") is chosen  # looked up once, not at every tick
        data_table.table(chosen, findings, page, 0, None, EN)
    assert many.taken <= 50 * PAGE


def test_steps_wrap_and_turn_the_page() -> None:
    rows, findings = some(list(range(1, 46))), Findings([], [])
    chosen, memo = select(rows, findings, ""), dict[str, Any]()
    assert data_walk.settle(memo, chosen)[0] == 0
    memo["data.want"] = ("previous", "")
    assert data_walk.settle(memo, chosen)[0] == 44 and memo["data.page"] == 2
    memo["data.want"] = ("following", "")
    assert data_walk.settle(memo, chosen)[0] == 0 and memo["data.page"] == 0
    memo["data.want"] = ("page", "last")
    assert data_walk.settle(memo, chosen)[0] == 0 and memo["data.page"] == 2


@pytest.mark.parametrize(("typed", "said"), [("0", "none"), ("3", "out"), ("99", "none"), ("x", "none"), ("²", "none")])
def test_a_number_that_cannot_be_shown_is_told(typed: str, said: str) -> None:
    chosen, memo = select(some([1, 2, 4]), Findings([], []), ""), dict[str, Any]({"data.want": ("jump", typed)})
    assert data_walk.settle(memo, chosen)[0] == 0
    assert memo["data.said"][0] == f"data.jump_{said}"


def test_a_number_outside_the_selection_leads_out_of_it() -> None:
    findings = Findings([Finding("info", "row.duplicate", [2])], [])
    memo = dict[str, Any]({"data.only": "any", "data.want": ("jump", "4")})
    assert data_walk.settle(memo, select(some([1, 2, 4]), findings, "any"))[0] == 2
    assert memo["data.only"] == "" and memo["data.page"] == 0
