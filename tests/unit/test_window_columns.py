"""How a file is read, as the panel tells it: what may be mended, who the model is, words to fill in, changes kept."""

from pathlib import Path

import pytest

from core.data.datasets import Dataset
from core.data.fixes.offers import offers
from core.findings import Finding
from webui import columns, snapshot
from webui.choosing import choose_data
from webui.columns import How
from webui.context import Context
from webui.snapshot import Page
from webui.tabs import data, data_columns, data_example, data_view
from webui.tabs import data_columns_view as view
from webui.text import LANGUAGES, load

EN = load("en")


def bring(ctx: Context, folder: Path, name: str, said: str) -> Dataset:
    (folder / name).write_text(said, encoding="utf-8")
    dataset = ctx.datasets.add(folder / name)
    choose_data(ctx, dataset)
    return dataset


def opened(ctx: Context) -> Page:
    """A page that has shown the data once."""
    page = Page(room="data")
    snapshot.take(ctx, page)
    return page


def how_of(ctx: Context, page: Page) -> How:
    how = columns.how(ctx, snapshot.take(ctx, page))
    assert how is not None
    return how


def test_quotation_marks_are_mended_where_it_is_clear_what_was_meant(ctx: Context, tmp_path: Path) -> None:
    lines = "".join(f'"Where is {n}?","Here is {n}."\n' for n in range(9))
    dataset = bring(ctx, tmp_path, "a.csv", "question,answer\n" + lines + '"Where is "it"?","Here, at home."\n')
    found = next(finding for finding in dataset.findings if finding.code == "row.quotes")
    assert offers(found, made=False)[0].asks == "read:repair"
    assert 'data-id="repair"' in view.menus(dataset, how_of(ctx, Page(room="data")), EN)
    assert all(not offer.asks for offer in offers(Finding("error", "row.quotes", [1], lines=2), made=False))


def test_what_is_counted_in_the_first_rows_says_so(ctx: Context, tmp_path: Path) -> None:
    """The bug: "Geralt (40 turns)" and "1 of 20" of a file with 60 conversations."""
    talk = '[{"from": "Ann", "value": "Where?"}, {"from": "Geralt", "value": "Here."}]'
    row = f'{{"id": %d, "messages": {talk}}}\n'
    dataset = bring(ctx, tmp_path, "long.jsonl", "".join(row % n for n in range(60)))
    how = how_of(ctx, Page(room="data"))
    assert EN("data.menu.turns_first", name="Geralt", n=20) in view.menus(dataset, how, EN)
    assert EN("data.example.of", n=1, total=20) in data_example.example(how, 0, EN)
    dataset = bring(ctx, tmp_path, "short.jsonl", "".join(row % n for n in range(9)))
    how = how_of(ctx, Page(room="data"))
    assert EN("data.menu.turns", name="Geralt", n=9) in view.menus(dataset, how, EN)
    assert EN("data.row_of", n=1, total=9) in data_example.example(how, 0, EN)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_talk_in_a_text_file_is_called_one(ctx: Context, tmp_path: Path, language: str) -> None:
    """The bug: "conversations (ShareGPT)", a menu with the one column "messages", and "Confirm the columns"."""
    text = load(language)
    said = "".join(f"Ann: Where is number {n}?\nGeralt: In hall {n}, on the left.\n" for n in range(9))
    dataset = bring(ctx, tmp_path, "talk.txt", said)
    page = Page(room="data")
    how = how_of(ctx, page)
    shown = view.menus(dataset, how, text)
    assert "ShareGPT" not in shown.split(text("data.format.alpaca"))[0] and text("data.format.talk") in shown
    assert 'data-id="part:messages"' not in shown and 'data-id="speaker"' in shown
    assert text("data.format.talk") in data_view.file_line(dataset, text)
    assert data.bar(ctx, snapshot.take(ctx, page), text).label == text("data.confirm_speaker")
    assert not dataset.confirmed


def test_words_to_fill_in_are_named_with_their_rows(ctx: Context, tmp_path: Path) -> None:
    def rows(place: int) -> str:
        named = {place: "Ask {{name}}."}
        return "question,answer\n" + "".join(f"Who {n}?,{named.get(n, f'Number {n}.')}\n" for n in range(60))

    bring(ctx, tmp_path, "near.csv", rows(7))
    shown = data_columns._refresh(ctx, snapshot.take(ctx, opened(ctx)), EN)
    assert "{{name}}" in shown["fills"]["value"]
    assert EN("data.columns.fill_in", row_list="8") not in shown["fills"]["value"]  # in sight among the first rows
    bring(ctx, tmp_path, "far.csv", rows(50))
    page = opened(ctx)
    shown = data_columns._refresh(ctx, snapshot.take(ctx, page), EN)
    assert EN("data.columns.fill_in", row_list="51") in shown["fills"]["value"]


def test_a_change_waits_for_the_rows_it_needs(ctx: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bug: a menu that was changed while another encoding was being opened went back by itself."""
    dataset = bring(ctx, tmp_path, "a.csv", "x,y\n" + "Where?,Here.\n" * 9)
    page, really = opened(ctx), columns.beginning_of
    monkeypatch.setattr(columns, "beginning_of", lambda *values, **named: None)
    data_columns._change(ctx, page, "set", "encoding=gb18030")
    data_columns._change(ctx, page, "set", "format=question_answer")
    data_columns._change(ctx, page, "set", "part:question=x")
    data_columns._change(ctx, page, "set", "part:answer=y")
    assert ctx.wishes.of(dataset).format is None
    monkeypatch.setattr(columns, "beginning_of", lambda *values, wait_s=0.0: really(*values, wait_s=5))
    data_columns._refresh(ctx, snapshot.take(ctx, page), EN)
    wished = ctx.wishes.of(dataset)
    assert (wished.encoding, wished.format) == ("gb18030", "question_answer")
    assert wished.columns == {"question": "x", "answer": "y"} and not page.memo["data.later"]
    monkeypatch.setattr(columns, "beginning_of", lambda *values, **named: None)
    data_columns._change(ctx, page, "set", "format=text")
    data_columns._change(ctx, page, "set", "encoding=utf-16")  # of other rows, what was wanted before means nothing
    assert "data.later" not in page.memo
