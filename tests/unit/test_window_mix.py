"""Putting data sets together on the page: what is typed, what is meant by it, what comes of it."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from core.data.datasets import Dataset
from core.errors import UserError
from webui.context import Context
from webui.mixing import Form, form_of, mix_of, sizes_of
from webui.snapshot import Page
from webui.tabs import data_mix
from webui.text import load

EN = load("en")


def bring(ctx: Context, folder: Path, name: str, count: int) -> Dataset:
    path = folder / f"{name}.csv"
    path.write_text("question,answer\n" + "".join(f"{name} {n},a{n}\n" for n in range(count)), encoding="utf-8")
    return ctx.datasets.add(path)


def told(*parts: tuple[Dataset, str], **fields: Any) -> str:
    said: dict[str, Any] = {f"part:{dataset.id}": True for dataset, _ in parts}
    said |= {f"amount:{dataset.id}": amount for dataset, amount in parts}
    return json.dumps({**said, **fields})


@pytest.mark.parametrize(
    ("amount", "rows"),
    [("", 50), ("20", 20), ("30 %", 15), ("30%", 15), ("12,5 %", 6), ("100%", 50), ("1", 1), ("２０", 20)],
)
def test_how_much_is_meant(ctx: Context, tmp_path: Path, amount: str, rows: int) -> None:
    faq = bring(ctx, tmp_path, "faq", 50)
    [(taken, there)] = sizes_of(mix_of(form_of(told((faq, amount))), ctx.datasets, EN), ctx.datasets)
    assert there == 50 and abs(taken - rows) <= (amount == "12,5 %")


@pytest.mark.parametrize("amount", ["many", "-3", "0", "0 %", "101 %", "1.5", "1e3", "51", "²"])
def test_what_is_no_amount_is_told(ctx: Context, tmp_path: Path, amount: str) -> None:
    faq = bring(ctx, tmp_path, "faq", 50)
    with pytest.raises(UserError) as refused:
        sizes_of(mix_of(form_of(told((faq, amount))), ctx.datasets, EN), ctx.datasets)
    assert refused.value.code == ("mix.count" if amount == "51" else "mix.how_many")
    assert "faq" in EN.error(refused.value)


@pytest.mark.parametrize("seed", ["", "x", "-1", "1.5", str(2**31), "²"])
def test_what_is_no_seed_is_told(ctx: Context, tmp_path: Path, seed: str) -> None:
    faq = bring(ctx, tmp_path, "faq", 5)
    with pytest.raises(UserError, match=r"mix\.seed"):
        mix_of(form_of(told((faq, ""), seed=seed)), ctx.datasets, EN)


@pytest.mark.parametrize("said", ["", "null", "[1]", "[" * 100_000, '{"part:../x": true, "name": 3}', "{}"])
def test_what_is_not_ours_is_left_out(said: str) -> None:
    assert form_of(said) == Form()


def test_what_is_said_becomes_a_mix(ctx: Context, tmp_path: Path) -> None:
    faq, talk = bring(ctx, tmp_path, "faq", 50), bring(ctx, tmp_path, "talk", 120)
    said = told((faq, "20"), (talk, "50 %"), seed="7", shuffle=True, system=" You are Kit. ", replace=True, name="")
    mix = mix_of(form_of(said), ctx.datasets, EN)
    assert (mix.name, mix.seed, mix.shuffle, mix.system) == ("faq + talk", 7, True, "You are Kit.")
    assert mix.replace_system and [(part.count, part.share) for part in mix.parts] == [(20, None), (None, 0.5)]
    assert mix_of(form_of(told((faq, ""), name="Both ")), ctx.datasets, EN).name == "Both"


def line(ctx: Context, said: str) -> str:
    return data_mix._line(ctx, form_of(said), EN)


def test_the_line_says_what_would_come_of_it(ctx: Context, tmp_path: Path) -> None:
    faq, talk = bring(ctx, tmp_path, "faq", 50), bring(ctx, tmp_path, "talk", 120)
    assert EN("error.mix.tick") in line(ctx, "") and "lw-warning" not in line(ctx, "")
    assert "Gives 170 rows. (50 of 50 + 120 of 120)" in line(ctx, told((faq, ""), (talk, "")))
    assert "Gives 30 rows. (20 of 50 + 10 of 120)" in line(ctx, told((faq, "20"), (talk, "10")))
    wrong = line(ctx, told((faq, "99")))
    assert "lw-warning" in wrong and "99" in wrong
    ctx.datasets.edits(faq.id).save((1, 0), None, 0)  # what is changed by hand counts as it stands
    assert "Gives 49 rows." in line(ctx, told((faq, "")))


def test_the_result_is_chosen(ctx: Context, tmp_path: Path) -> None:
    faq, talk = bring(ctx, tmp_path, "faq", 6), bring(ctx, tmp_path, "talk", 9)
    page = Page()
    data_mix.put_together(ctx, page, told((faq, ""), (talk, "4"), name="Both"), EN)
    waited(ctx)
    assert ctx.intake.refused() is None
    made = ctx.datasets.get(str(ctx.drafts.load().dataset))
    assert (made.name, made.usable, made.made) == ("Both", 10, True)
    assert [part["rows"] for part in made.parts] == [6, 4]


def test_what_was_made_is_told_once_and_never_made_twice(ctx: Context, tmp_path: Path) -> None:
    faq = bring(ctx, tmp_path, "faq", 6)
    page, said = Page(), told((faq, "4"), name="Some")
    for _ in range(2):  # the second press still says the same
        data_mix.put_together(ctx, page, said, EN)
        waited(ctx)
    assert sorted(each.name for each in ctx.datasets.list()) == ["Some", "faq"]
    assert page.memo[data_mix.FORM] == Form() and 'data-made="1"' in data_mix.boxes([], EN, data_mix._count(page))
    data_mix._told(page)
    assert page.note == ("mix.made", {"name": "Some", "rows": "4"})
    page.note = None
    data_mix._told(page)
    assert page.note is None
    data_mix._said(page, said)  # ticked once more: it is meant
    data_mix.put_together(ctx, page, said, EN)
    waited(ctx)
    assert len(ctx.datasets.list()) == 3 and data_mix._count(page) == 2


def waited(ctx: Context) -> None:
    ends = time.monotonic() + 30
    while ctx.intake.now() is not None:
        assert time.monotonic() < ends
        time.sleep(0.02)


def test_nothing_is_built_of_nothing(ctx: Context, tmp_path: Path) -> None:
    bring(ctx, tmp_path, "faq", 6)
    with pytest.raises(UserError, match=r"mix\.tick"):
        data_mix.put_together(ctx, Page(), "{}", EN)


def test_names_of_sets_are_never_html(ctx: Context, tmp_path: Path) -> None:
    faq = bring(ctx, tmp_path, "faq", 3)
    ctx.datasets.rename(faq.id, '<img src=x onerror="alert(1)">')
    shown = data_mix.boxes(ctx.datasets.list(), EN) + line(ctx, told((faq, "<b>")))
    assert "<img" not in shown and "<b>" not in shown
