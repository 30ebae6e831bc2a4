"""Rows kept aside to check the result: none, some, or a file of their own."""

import json
import time
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from core.data.datasets import Dataset
from core.errors import UserError
from webui import snapshot
from webui.context import Context
from webui.snapshot import Page
from webui.tabs import data_aside
from webui.text import load

EN = load("en")


def chat(question: str, answer: str) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]}


def brought(ctx: Context, folder: Path, rows: list[Any], name: str = "rows.jsonl") -> Dataset:
    """Brought in and chosen."""
    (folder / name).write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    dataset = ctx.datasets.add(folder / name)
    ctx.drafts.update(dataset=dataset.id, room="data")
    return dataset


def test_every_way_to_keep_rows_aside(ctx: Context, tmp_path: Path) -> None:
    dataset = brought(ctx, tmp_path, [chat(f"Q {n}", f"A {n}") for n in range(50)])
    page = Page(room="data")
    changes = lambda: ctx.drafts.load().changes  # noqa: E731
    data_aside.choose(ctx, page, "share")
    assert changes() == {"holdout": 0.1}
    data_aside.keep_number(ctx, page, "20")
    assert changes() == {"holdout": 0.2}
    data_aside.choose(ctx, page, "count")
    assert changes() == {"holdout": 10}
    data_aside.keep_number(ctx, page, "7")
    assert changes() == {"holdout": 7}
    said = data_aside.aside(ctx, snapshot.take(ctx, page), EN)
    assert EN("data.aside.some", n=7) in said
    data_aside.choose(ctx, page, "none")
    assert changes() == {"holdout": 0}
    data_aside.choose(ctx, page, "automatic")
    assert changes() == {}
    assert dataset.usable == 50


def test_a_wrong_number_is_kept_and_told(ctx: Context, tmp_path: Path) -> None:
    brought(ctx, tmp_path, [chat(f"Q {n}", f"A {n}") for n in range(50)])
    data_aside.keep_number(ctx, Page(), "many")
    snap = snapshot.take(ctx, Page(room="data"))
    assert "holdout" in snap.spec_errors
    data_aside.refresh(ctx, snap, EN)


# -- a file of its own


def near(n: int) -> str:
    """A long question; two with the same number differ in one word only."""
    return f"How many days may pass before I send back parcel {n} that came broken, with all its papers and seals"


def test_rows_that_a_run_leaves_out_by_itself_are_no_nearly_equal_ones(ctx: Context, tmp_path: Path) -> None:
    """The bug: rows equal but for case and "?" were told as ten nearly equal rows that spoil the figures."""
    other = brought(
        ctx, tmp_path, [chat(f"{near(n).upper()}?", "Ten.") for n in range(9)] + [chat("A", "B")], "o.jsonl"
    )
    dataset = brought(ctx, tmp_path, [chat(near(n), "Ten.") for n in range(9)])
    (found,) = data_aside._leak(dataset, other)
    assert (found.code, found.count, found.rows) == ("eval.learned_too", 9, ())


def test_nearly_equal_rows_are_told_beside_those_left_out(ctx: Context, tmp_path: Path) -> None:
    rows = [chat(near(1) + "?", "Ten."), chat(near(2).replace("seals", "stamps"), "Ten."), chat("Who?", "Me.")]
    other = brought(ctx, tmp_path, rows, "o.jsonl")
    dataset = brought(ctx, tmp_path, [chat(near(n), "Ten.") for n in range(1, 4)])
    equal, nearly = data_aside._leak(dataset, other)
    assert (equal.code, equal.count) == ("eval.learned_too", 1)
    assert (nearly.code, nearly.rows) == ("eval.learned_nearly", (2,))


def test_a_file_of_which_all_is_learned_says_so_before_the_run_refuses_it(ctx: Context, tmp_path: Path) -> None:
    other = brought(ctx, tmp_path, [chat("a?", "B"), chat("C", "D")], "o.jsonl")
    dataset = brought(ctx, tmp_path, [chat("A", "B"), chat("C", "D"), chat("E", "F")])
    with pytest.raises(UserError) as refused:
        data_aside._leak(dataset, other)
    assert refused.value.code == "train.eval_rows"
    data_aside.use_set(ctx, other.id)
    ends = time.monotonic() + 10
    said = ""
    while time.monotonic() < ends and EN.error(refused.value) not in said:
        time.sleep(0.02)
        said = unescape(data_aside.aside(ctx, snapshot.take(ctx, Page(room="data")), EN))
    assert EN.error(refused.value) in said
