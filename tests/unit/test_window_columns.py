"""How a file is read, as the panel tells it: what may be mended, who the model is, words to fill in, changes kept."""

from pathlib import Path

import pytest

from core.data.datasets import Dataset, DatasetStore
from core.drafts import DraftStore
from core.findings import Finding
from core.models.sources import Fetcher
from core.runs.store import RunStore
from core.workspace import Workspace
from tests.unit.test_window_actions import WaitingEngine
from webui import columns, snapshot
from webui.choosing import choose_data
from webui.columns import How
from webui.context import Context
from webui.snapshot import Page
from webui.tabs import data_columns, data_example
from webui.tabs import data_columns_view as view
from webui.text import load

EN = load("en")


@pytest.fixture
def ctx(tmp_path: Path) -> Context:
    workspace = Workspace(tmp_path / "work")
    datasets = DatasetStore(workspace)
    return Context(workspace, RunStore(workspace), datasets, DraftStore(workspace), WaitingEngine(), Fetcher())


def bring(ctx: Context, folder: Path, name: str, said: str) -> Dataset:
    (folder / name).write_text(said, encoding="utf-8")
    dataset = ctx.datasets.add(folder / name)
    choose_data(ctx, dataset)
    return dataset


def how_of(ctx: Context, page: Page) -> How:
    how = columns.how(ctx, snapshot.take(ctx, page))
    assert how is not None
    return how


def test_quotation_marks_are_mended_where_it_is_clear_what_was_meant(ctx: Context, tmp_path: Path) -> None:
    lines = "".join(f'"Where is {n}?","Here is {n}."\n' for n in range(9))
    dataset = bring(ctx, tmp_path, "a.csv", "question,answer\n" + lines + '"Where is "it"?","Here, at home."\n')
    found = next(finding for finding in dataset.findings if finding.code == "row.quotes")
    assert data_columns.offer_of(found) == ("repair", "data.offer.repair")
    assert 'data-id="repair"' in view.menus(dataset, how_of(ctx, Page(room="data")), EN)
    assert data_columns.offer_of(Finding("error", "row.quotes", [1], lines=2)) is None


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
