"""How a file is read, as the Data tab's menus see it; the templates; what findings offer."""

import csv
import io
import json
import time
from pathlib import Path

import pytest

from core.data.datasets import Dataset
from core.data.files import read
from core.data.formats import PARTS
from webui import choosing, columns, frame, snapshot, templates
from webui.actions import act
from webui.context import Context
from webui.snapshot import Page
from webui.tabs import data, data_columns, data_doors, data_example, data_mend, data_view
from webui.tabs import data_columns_view as view
from webui.text import LANGUAGES, load


def bring(ctx: Context, tmp_path: Path, name: str, said: str, encoding: str = "utf-8") -> Dataset:
    """As if the file had been dropped on the page."""
    path = tmp_path / name
    path.write_bytes(said.encode(encoding))
    data_doors.brought(ctx, Page(), str(path))
    settle(ctx)
    return chosen(ctx)


def settle(ctx: Context) -> None:
    ends = time.monotonic() + 10
    while ctx.intake.now() is not None and time.monotonic() < ends:
        time.sleep(0.01)


def chosen(ctx: Context) -> Dataset:
    return ctx.datasets.get(str(ctx.drafts.load().dataset))


def label(ctx: Context, page: Page) -> str:
    return data.bar(ctx, snapshot.take(ctx, page), load("en")).label


def change(ctx: Context, page: Page, said: str) -> None:
    data_columns._change(ctx, page, "set", said)


GUESS = "编号,顾客说,我们说,备注\n" + "".join(f"{n},怎么退货{n}？,七天内联系{n},注{n}\n" for n in range(20))


def test_a_guess_is_shown_changed_and_agreed_to(ctx: Context, tmp_path: Path) -> None:
    dataset, page, text = bring(ctx, tmp_path, "客服.csv", GUESS, "gb18030"), Page(room="data"), load("en")
    assert not dataset.confirmed and label(ctx, page) == text("data.confirm")
    change(ctx, page, "part:answer=备注")
    how = columns.how(ctx, snapshot.take(ctx, page))
    assert how is not None and how.changed and how.examples[0].rows[0]["messages"][1]["content"] == "注0"
    assert label(ctx, page) == text("data.read_so")
    assert columns.how(ctx, snapshot.take(ctx, Page(room="data"))).changed  # type: ignore[union-attr]  # a reload
    act(ctx, "as_it_was")
    assert label(ctx, page) == text("data.confirm")
    change(ctx, page, "part:answer=备注")
    act(ctx, "read_so")
    settle(ctx)
    assert chosen(ctx).columns["answer"] == "备注" and chosen(ctx).confirmed and chosen(ctx).parent == dataset.id
    assert label(ctx, page) == text("data.next")
    choosing.as_it_was(ctx, chosen(ctx))
    settle(ctx)
    assert ctx.drafts.load().dataset == dataset.id


def test_what_the_page_did_not_offer_changes_nothing(ctx: Context, tmp_path: Path) -> None:
    dataset, page = bring(ctx, tmp_path, "客服.csv", GUESS), Page(room="data")
    for said in ("part:answer=no such", "part:nonsense=备注", "format=evil", "nonsense=1", "=", "header=maybe"):
        change(ctx, page, said)
    assert not ctx.wishes.changed(dataset)


def test_data_that_is_not_understood_is_kept_but_not_started(ctx: Context, tmp_path: Path) -> None:
    dataset, page = bring(ctx, tmp_path, "log.csv", "x,y\n" + "1,2\n" * 9), Page(room="data")
    assert dataset.format == "unknown" and dataset.usable == 0
    assert label(ctx, page) == load("en")("data.missing.format")
    outcome = act(ctx, "start")
    assert outcome.error is not None and outcome.error.code == "start.unconfirmed"
    change(ctx, page, "format=text")
    assert label(ctx, page) == load("en")("data.missing.text")


def test_an_encoding_that_cannot_be_is_said_and_taken_back(ctx: Context, tmp_path: Path) -> None:
    bring(ctx, tmp_path, "faq.csv", "question,answer\n" + "Où est la gare?,Près du café\n" * 9, "cp1252")
    page = Page(room="data")
    change(ctx, page, "encoding=gb18030")
    snap = snapshot.take(ctx, page)
    how = columns.how(ctx, snap)
    assert how is not None and how.beginning is not None and how.beginning.error is not None
    assert label(ctx, page) == load("en")("data.as_it_was")
    assert "faq.csv" in view.menus(snap.dataset, how, load("en"))  # type: ignore[arg-type]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_choice_has_its_words(language: str) -> None:
    text = load(language)
    for format, parts in PARTS.items():
        assert f"data.format.{format}" in text
        needed = [part for part, needed in parts if needed] or ["chosen", "rejected", "completion"]
        assert [part for part in needed if f"data.missing.{part}" not in text] == []
        assert [part for part, _ in parts if f"data.part.{part}" not in text] == []
    for name in (*view.ENCODINGS, *view.SAME_ENCODING):
        assert view.encoding_words(name, text) != name.upper()
    assert view.part_words("similar3", text) == text("data.part.similar")
    for container in ("csv", "json", "jsonl", "xlsx", "parquet", "text"):
        assert f"data.container.{container}" in text


def test_an_offer_is_looked_at_and_taken(ctx: Context, tmp_path: Path) -> None:
    rows = "".join(json.dumps({"question": f"q{n}", "answer": {"is": n}}) + "\n" for n in range(9))
    assert bring(ctx, tmp_path, "nested.jsonl", rows).usable == 0
    page = Page(room="data")
    assert label(ctx, page) == load("en")("data.see_wrong")
    data_mend.ask(ctx, page, "row.structured-1|structured")
    bar = data.bar(ctx, snapshot.take(ctx, page), load("en"))
    while bar.action == "wait":
        bar = data.bar(ctx, snapshot.take(ctx, page), load("en"))
    assert bar.label == load("en")("mend.apply", n=9) and chosen(ctx).usable == 0
    act(ctx, bar.action)
    settle(ctx)
    assert chosen(ctx).usable == 9 and chosen(ctx).choices.structured
    data_columns.accept_offer(ctx, page, "columns")
    assert page.memo["data.call"] == 1


def test_a_page_forgets_what_it_looked_at_when_other_data_comes(ctx: Context, tmp_path: Path) -> None:
    page = Page(room="data")
    bring(ctx, tmp_path, "a.csv", "question,answer\n" + "a,b\n" * 9)
    snapshot.take(ctx, page)
    page.memo.update({"data.changing": True, "data.place": 7, "other": 1})
    bring(ctx, tmp_path, "a.csv", "question,answer\n" + "a,b\n" * 9)  # the very same once more
    snapshot.take(ctx, page)
    assert "data.changing" not in page.memo and "data.place" not in page.memo and page.memo["other"] == 1


def test_words_to_fill_in_leave_the_panel_folded(ctx: Context, tmp_path: Path) -> None:
    """The bug: any {{name}} opened the panel by itself, and what was found stood below it, out of sight."""
    bring(ctx, tmp_path, "a.csv", "question,answer\n" + "".join(f"Who {n}?,I am {{{{name}}}}.\n" for n in range(9)))
    page = Page(room="data")
    updates = data_columns._refresh(ctx, snapshot.take(ctx, page), load("en"))
    assert "{{name}}" in updates["fills"]["value"] and updates["box"]["open"] is False


@pytest.mark.parametrize("language", LANGUAGES)
def test_summary_and_file_line_have_no_html_of_others(ctx: Context, tmp_path: Path, language: str) -> None:
    evil = "<img src=x>"
    dataset = bring(ctx, tmp_path, "evil.csv", f"{evil},b\n" + f"{evil},2\n" * 9)
    page, text = Page(room="data"), load(language)
    how = columns.how(ctx, snapshot.take(ctx, page))
    assert how is not None
    said = [view.menus(dataset, how, text), data_example.example(how, 0, text), view.fills(how, [evil], text)]
    said += [data_view.chosen(dataset, evil, text, changing=False), data_view.summary(dataset, text)]
    assert "<img" not in "".join(said) and "&lt;img" in "".join(said)


# -- templates


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", templates.NAMES)
def test_a_template_is_read_as_it_is(ctx: Context, tmp_path: Path, name: str, language: str) -> None:
    text = load(language)
    path = tmp_path / name
    path.write_bytes(templates.make(name, text))
    rows = read(path, name=name)
    assert rows.findings == [] and rows.count == 3
    data_doors.brought(ctx, Page(), str(path))
    settle(ctx)
    assert chosen(ctx).confirmed and chosen(ctx).usable == (3 if name == "chat.jsonl" else 6)
    found = chosen(ctx).answer_to(text("template.2.question"))
    assert found is not None and found[1] == text("template.2.answer")
    left_in = [each for each in chosen(ctx).findings if each.code == "text.placeholder"]
    assert [each.rows for each in left_in] == [(1, 2, 3)]  # what is only an example is never learned in silence


def test_the_table_template_opens_in_excel_with_its_own_characters() -> None:
    said = templates.make("faq.csv", load("zh"))
    assert said.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(said.decode("utf-8-sig"))))
    assert len(rows) == 4 and {len(row) for row in rows} == {3}


@pytest.mark.parametrize("language", LANGUAGES)
def test_large_numbers_are_written_in_one_way(ctx: Context, tmp_path: Path, language: str) -> None:
    """The bug: "30000 rows read" beside "30,000 rows"."""
    text = load(language)
    lines = "".join(f"Where is {n}?,In hall {n}.\n" for n in range(1500)) + "a,\n" * 1200
    dataset = bring(ctx, tmp_path, "many.csv", "question,answer\n" + lines)
    assert "2,700" in data_view.summary(dataset, text) and "1,500" in data_view.summary(dataset, text)
    assert "1,500" in frame.plan_parts(snapshot.take(ctx, Page(room="data")), text)["data"]
    (empty,) = [each for each in dataset.findings if each.code == "answer.empty"]
    said = text.finding(empty)
    assert "1,200" in said and "1501" in said and "1,501" not in said  # a row's number is its name
