"""The list of what was brought earlier: what tells one from another, and the question that is asked about one."""

import re
from pathlib import Path

import pytest

from core.data.datasets import Dataset
from webui.context import Context
from webui.snapshot import Page
from webui.tabs import data_mine
from webui.text import LANGUAGES, load


def bring(ctx: Context, folder: Path, count: int) -> Dataset:
    path = folder / "faq.csv"
    path.write_text("question,answer\n" + "".join(f"q{n},a{n}\n" for n in range(count)), encoding="utf-8")
    return ctx.datasets.add(path)


def items(ctx: Context, page: Page, chosen: str, language: str = "en") -> list[str]:
    asking = page.memo.get("data.asking", ("", ""))
    shown = data_mine.listed(ctx, ctx.datasets.list(), chosen, asking, load(language))
    return re.findall(r"<li>.*?</li>", shown)


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_of_one_name_can_be_told_apart(ctx: Context, tmp_path: Path, language: str) -> None:
    text = load(language)
    small, large = bring(ctx, tmp_path, 9), bring(ctx, tmp_path, 1200)
    second, first = items(ctx, Page(), small.id, language)
    assert text("data.sample_rows", rows="9") in first and text("data.sample_rows", rows="1,200") in second
    assert all(
        text("data.container.csv") in each and re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d", each) for each in (first, second)
    )
    assert text("data.mine_chosen") in first and text("data.mine_chosen") not in second
    assert 'data-do="use"' in second and 'data-do="use"' not in first and large.id in second


def test_a_question_stands_at_the_row_it_is_about(ctx: Context, tmp_path: Path) -> None:
    small, large = bring(ctx, tmp_path, 9), bring(ctx, tmp_path, 1200)
    page = Page()
    data_mine.press(ctx, page, "rename", small.id)
    second, first = items(ctx, page, "")
    assert "lw-asking" in first and "lw-asking" not in second
    data_mine.press(ctx, page, "save", "Guests")
    assert ctx.datasets.get(small.id).name == "Guests" and "lw-asking" not in "".join(items(ctx, page, ""))
    data_mine.press(ctx, page, "delete", large.id)
    data_mine.press(ctx, page, "keep", "")
    assert data_mine.press(ctx, page, "delete_yes", "") is None and len(ctx.datasets.list()) == 2
    data_mine.press(ctx, page, "delete", large.id)
    told = data_mine.press(ctx, page, "delete_yes", "")
    assert told is not None and told.note == ("data.deleted", {"name": "faq"})
    assert [each.name for each in ctx.datasets.list()] == ["Guests"]
