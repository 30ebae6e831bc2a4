"""Going on from row to row: the next of a filter, rows that wait to be added, several rows at once, marked words."""

from pathlib import Path

import pytest

from core.data.edits import pasted
from tests.unit.test_window_edit import EN, brought, chat, press, sent, shown
from webui import snapshot
from webui.context import Context
from webui.snapshot import Page
from webui.tabs import data, data_paste
from webui.tabs.data_cell import cell

OUT = {3, 9, 12, 20}


@pytest.fixture
def page(ctx: Context, tmp_path: Path) -> Page:
    """Forty rows of a CSV file, four of them without an answer."""
    lines = [f"Question {n}?,{'' if n in OUT else f'Answer {n}.'}" for n in range(1, 41)]
    (tmp_path / "faq.csv").write_text("question,answer\n" + "\n".join(lines), "utf-8")
    ctx.drafts.update(dataset=ctx.datasets.add(tmp_path / "faq.csv").id, room="data")
    page = Page(room="data")
    shown(ctx, page)
    return page


def bar(ctx: Context, page: Page) -> tuple[str, str]:
    found = data.bar(ctx, snapshot.take(ctx, page), EN)
    return found.action, found.quiet_action


def test_the_left_out_rows_are_completed_one_after_the_other(ctx: Context, page: Page) -> None:
    press(ctx, page, "only", "answer.empty-1")
    press(ctx, page, "complete", "9")
    for done, number in enumerate((9, 12, 20, 3), 1):
        state = page.memo["edit"]
        assert state.key == (number, 0) and state.row["messages"][0]["content"] == f"Question {number}?"
        after = press(ctx, page, "save_next", sent(page, None, "Now."))
        assert bar(ctx, page)[done < 4] == "keep_edits"  # within reach beside the form, then the one button
    assert EN("edit.all_completed", row=3, count="4", n="4") in after["note"]
    assert snapshot.take(ctx, page).rows == 40 and EN("data.found_none", n="40") in after["findings"]


def test_after_any_other_row_comes_the_one_behind_it(ctx: Context, page: Page) -> None:
    press(ctx, page, "sort", "longest")
    press(ctx, page, "edit", "40.0")
    shown(ctx, page)
    press(ctx, page, "save_next", sent(page, None, "Other."))
    assert page.memo["edit"].key not in (None, (40, 0))
    press(ctx, page, "sort", "file")
    press(ctx, page, "edit", "40.0")
    after = press(ctx, page, "save_next", sent(page, None, "The last."))
    assert EN("edit.saved_last", row=40, n="1") in after["note"] and "edit" not in page.memo


def test_pasted_rows_wait_and_what_is_incomplete_stays(ctx: Context, page: Page, tmp_path: Path) -> None:
    first = ctx.drafts.load().dataset or ""
    told = press(ctx, page, "paste", 'a\tb\n"c\nd"\t\n\te\nf\tg')["pasted"]
    assert EN("edit.paste_add_complete", n="2") in told and EN("edit.paste_left", n="2", line_list="2, 3") in told
    assert bar(ctx, page) == ("paste_add", "paste_close")
    brought(ctx, tmp_path, [chat("Other data?", f"Yes {n}.") for n in range(9)], "other.jsonl")
    assert not shown(ctx, page)["pasted"] and bar(ctx, page)[0] != "paste_add"
    ctx.drafts.update(dataset=first)
    shown(ctx, page)
    after = press(ctx, page, "paste_add")
    assert len(ctx.datasets.edits(first).added) == 2 and "lw-warning" in after["pasted"]
    family = ctx.datasets.get(first).family
    assert data_paste.box_of(page.memo, family).words == '"c\nd"\t\n\te'
    assert bar(ctx, page)[0] == "keep_edits"
    press(ctx, page, "paste_close")
    assert data_paste.box_of(page.memo, family).words == "" and not shown(ctx, page)["pasted"]


def test_lines_that_stay_can_be_pasted_again() -> None:
    found = pasted.read('question\tanswer\nWhy?\t\n"He said\n""no"""\t\nSo?\tYes.', complete=True)
    assert found.rows == [("So?", "Yes.")] and found.lacking == (2, 3)
    again = pasted.read(found.rest.replace("Why?\t", "Why?\tBecause.") + "\nx\ty", complete=True)
    assert again.rows == [("Why?", "Because."), ("x", "y")] and again.lacking == (3,)
    assert pasted.rows("a\ta") == [("a", "a")]  # no header: it would name one column twice


def test_several_rows_are_deleted_and_come_back_as_one_change(ctx: Context, page: Page) -> None:
    for key in ("1.0", "2.0", "4.0", "4.0"):
        table = press(ctx, page, "tick", key)["table"]
    assert table.count('aria-checked="true"') == 2 and EN("edit.delete_ticked", n="2") in table
    press(ctx, page, "duplicate", "5.0")
    assert EN("edit.mark_copy", row=5) in shown(ctx, page)["table"]
    assert EN("edit.delete_many", n="2") in press(ctx, page, "delete_ticked")["note"]
    after = press(ctx, page, "delete_yes")
    edits = ctx.datasets.edits(ctx.drafts.load().dataset or "")
    assert edits.removed == {(1, 0), (2, 0)} and EN("edit.deleted_many", n="2") in after["note"]
    assert EN("edit.undo", what=EN("edit.did.removed_many", n="2")) in after["table"]
    press(ctx, page, "undo")
    assert not edits.removed


def test_what_was_said_of_a_row_goes_with_its_data(ctx: Context, page: Page, tmp_path: Path) -> None:
    press(ctx, page, "edit", "1.0")
    assert EN("edit.saved", row=1, n="1") in press(ctx, page, "save", sent(page, None, "Said."))["note"]
    first = ctx.drafts.load().dataset or ""
    ctx.drafts.update(dataset=ctx.datasets.keep_edits(first).id)
    assert "lw-edit-said" not in shown(ctx, page)["note"]


def test_words_that_are_looked_for_are_marked() -> None:
    assert cell("A zebra, a Zebra", "zebra") == ["A ", "<mark>zebra</mark>", ", a ", "<mark>Zebra</mark>"]
    far = cell("x " * 200 + "<b> needle", "needle <b>")
    assert far[0].startswith("… ") and "<mark>needle</mark>" in far and "<mark>&lt;b&gt;</mark>" in far
    assert cell("long " * 100)[0].endswith(" …") and cell("a (b", "(") == ["a ", "<mark>(</mark>", "b"]
