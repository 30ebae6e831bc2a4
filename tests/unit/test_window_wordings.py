"""A record that gives several rows: what its rows are called, and what is said of each."""

import json
import re
from html import unescape
from pathlib import Path

import pytest

from webui import snapshot
from webui.context import Context
from webui.snapshot import Page
from webui.tabs import data_look, row_view
from webui.text import LANGUAGES, load


def plain(html: str) -> str:
    return unescape(re.sub(r"<[^>]*>", " ", html))


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_row_of_a_record_says_what_it_is(ctx: Context, tmp_path: Path, language: str) -> None:
    """The bug: three rows called 1, each with the number of all other wordings in the file."""
    text, path = load(language), tmp_path / "faq.csv"
    lines = [f"Where is {n}?,What place has {n}?,Where can I find {n}?,In hall {n}.\n" for n in range(9)]
    path.write_text("question,similar question 1,similar question 2,answer\n" + "".join(lines), encoding="utf-8")
    dataset = ctx.datasets.add(path)
    ctx.drafts.update(dataset=dataset.id, room="data")
    assert dataset.usable == 27
    page = Page(room="data")
    shown = data_look._refresh(ctx, snapshot.take(ctx, page), text)
    buttons = [
        plain(each).split() for each in re.findall(r"<button[^>]*data-do=\"row\".*?</button>", shown["table"]["value"])
    ]
    words = text("data.wording", n=2).split()
    assert buttons[:4] == [["1"], ["1", "·", *words], ["1", "·", *text("data.wording", n=3).split()], ["2"]]
    assert text("data.wordings_here", n="3") in plain(shown["bubbles"]["value"])
    data_look.look(ctx, page, "row", "4")
    shown = data_look._refresh(ctx, snapshot.take(ctx, page), text)
    assert text("data.wording_of", row=2) in plain(shown["bubbles"]["value"])
    assert "18" not in plain(shown["bubbles"]["value"]) and "18" in plain(shown["findings"]["value"])


def test_a_long_talk_says_how_much_follows_its_first_answer(ctx: Context, tmp_path: Path) -> None:
    turns = [{"role": role, "content": f"{role} {n}"} for n in range(5) for role in ("user", "assistant")]
    path, text = tmp_path / "talk.jsonl", load("en")
    path.write_text(json.dumps({"messages": turns}) + "\n", encoding="utf-8")
    ctx.drafts.update(dataset=ctx.datasets.add(path).id, room="data")
    shown = data_look._refresh(ctx, snapshot.take(ctx, Page(room="data")), text)
    assert text("data.turns_more", n="4") in plain(shown["table"]["value"])
    assert row_view.exchanges({"row": 1, "text": "a"}) == 1
