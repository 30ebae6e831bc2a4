"""Choosing data, going back to an earlier reading, and deleting: the draft never names what is gone or hidden."""

import json
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from core.data.choices import Choices
from core.data.datasets import Dataset
from core.drafts import Draft, DraftStore
from webui import choosing, snapshot
from webui.columns import how
from webui.context import Context
from webui.snapshot import Page
from webui.tabs import data_aside, data_mine, data_viewer, settings
from webui.text import load


def bring(ctx: Context, folder: Path, name: str) -> Dataset:
    (folder / name).write_text(f"one,two\n{name} asks,it says\nand asks,says\n", encoding="utf-8")
    dataset = ctx.datasets.add(folder / name)
    choosing.choose_data(ctx, dataset)
    return dataset


def read_so(ctx: Context, dataset: Dataset, question: str) -> Dataset:
    columns = {"question": question, "answer": "two" if question == "one" else "one"}
    choosing.read_so(ctx, dataset, Choices(format="question_answer", columns=columns, confirmed=True))
    ctx.intake.wait(10)
    return ctx.datasets.get(str(ctx.drafts.load().dataset))


def can_go_back(ctx: Context) -> bool:
    found = how(ctx, snapshot.take(ctx, Page(room="data")))
    assert found is not None
    return found.other


def test_going_back_to_an_earlier_reading_lists_it(ctx: Context, tmp_path: Path) -> None:
    """The bug: the earlier reading was chosen, and "My data sets" showed the later one."""
    first = read_so(ctx, bring(ctx, tmp_path, "a.csv"), "one")
    second = read_so(ctx, first, "two")
    assert second.id != first.id and can_go_back(ctx)
    choosing.as_it_was(ctx, second)
    ctx.intake.wait(10)
    assert ctx.drafts.load().dataset == first.id
    assert [dataset.id for dataset in ctx.datasets.list()] == [first.id]


def test_deleting_lets_go_of_every_reading_that_goes_with_it(ctx: Context, tmp_path: Path) -> None:
    """The bug: a hidden reading stayed chosen, and rows to check on that were deleted stayed in the settings."""
    aside = bring(ctx, tmp_path, "b.csv")
    first = bring(ctx, tmp_path, "a.csv")
    second = read_so(ctx, first, "two")
    choosing.choose_data(ctx, first)  # as another program on this workspace may leave it
    data_aside.use_set(ctx, aside.id)
    page = Page(room="data")
    for gone in (second, aside):
        page.memo["data.asking"] = ("delete", gone.id)
        data_mine.delete(ctx, page)
    draft = ctx.drafts.load()
    assert draft.dataset is None and draft.changes == {} and ctx.datasets.list() == []


def test_what_is_counted_is_let_go_before_it_is_deleted(ctx: Context, tmp_path: Path) -> None:
    dataset, let_go = bring(ctx, tmp_path, "a.csv"), []
    ctx.measuring.forget = lambda id: let_go.append((id, dataset.folder.exists()))  # type: ignore[method-assign]
    choosing.delete(ctx, dataset)
    assert let_go == [(dataset.id, True)] and not dataset.folder.exists()


def test_another_data_set_that_was_chosen_meanwhile_stays(ctx: Context, tmp_path: Path) -> None:
    first, second = bring(ctx, tmp_path, "a.csv"), bring(ctx, tmp_path, "b.csv")
    choosing.choose_data(ctx, first, instead_of=ctx.datasets.add(tmp_path / "a.csv"))
    assert ctx.drafts.load().dataset == second.id


def test_a_setting_that_changes_meanwhile_is_not_lost(
    ctx: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bug: the draft was read, changed and written back without a lock, over what came in between."""
    dataset, loading, go_on = bring(ctx, tmp_path, "a.csv"), threading.Event(), threading.Event()
    load_draft = DraftStore.load

    def slow(store: DraftStore) -> Draft:
        draft = load_draft(store)
        if threading.current_thread().name == "slow":
            loading.set()
            go_on.wait(5)
        return draft

    monkeypatch.setattr(DraftStore, "load", slow)
    for change in (
        lambda: choosing.choose_data(ctx, dataset),
        lambda: data_aside.learn_from_all(ctx, True),
        lambda: settings.keep_field(ctx, "rank", "7"),
    ):
        ctx.drafts.update(changes={})
        loading.clear()
        go_on.clear()
        behind = threading.Thread(target=change, name="slow")
        behind.start()
        assert loading.wait(5)
        other = threading.Thread(target=lambda: settings.keep_field(ctx, "seed", "99"))
        other.start()
        other.join(0.1)  # it waits for its turn
        go_on.set()
        behind.join(5)
        other.join(5)
        assert load_draft(ctx.drafts).changes.get("seed") == 99


def test_tokens_of_a_row_are_those_of_the_model_as_it_is_now(
    ctx: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bug: a template put right in the model's folder left the tokens of rows as they were."""
    model = tmp_path / "model"
    model.mkdir()
    asked: list[Any] = []
    monkeypatch.setattr(ctx.worker, "ask", lambda slot, key, compute: asked.append(key))
    snap = SimpleNamespace(model=SimpleNamespace(folder=model), dataset=bring(ctx, tmp_path, "a.csv"), page=Page())
    for template in ("one", "another one", "another one"):
        (model / "tokenizer_config.json").write_text(json.dumps({"chat_template": template}), encoding="utf-8")
        data_viewer.tokens(ctx, snap, {"row": 1, "text": "a"}, 0, "", 0, "model", load("en"))  # type: ignore[arg-type]
    assert len(set(asked)) >= 2


@pytest.mark.parametrize("do", ["row", "length", "tokens", "out"])
def test_a_sign_that_is_no_number_is_none(ctx: Context, tmp_path: Path, do: str) -> None:
    """The bug: "²" counts as a digit, and no number can be made of it."""
    from webui.tabs import data_look

    bring(ctx, tmp_path, "a.csv")
    page = Page(room="data")
    data_look.look(ctx, page, do, "²")
    data_look._refresh(ctx, snapshot.take(ctx, page), load("en"))
    assert ctx.drafts.load().changes == {}
