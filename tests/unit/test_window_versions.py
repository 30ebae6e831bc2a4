"""Versions of a data set on the page: what was done in each, going back, comparing, deleting, and a run's own one."""

import re
import time
from pathlib import Path

import pytest

from core.data.datasets import Dataset, DatasetStore
from core.data.in_words import origin_words, steps_in_words
from core.errors import UserError
from core.runs.store import Run
from core.spec import RunSpec
from webui import choosing, frame, snapshot, trained
from webui.actions import act
from webui.context import Context
from webui.snapshot import Page
from webui.tabs import data_mend_version, data_mine, training_bar
from webui.tabs.data_differences import Differences
from webui.tabs.data_versions import Open, before
from webui.text import LANGUAGES, Text, load
from webui.titles import version_title

EN = load("en")


def bring(ctx: Context, folder: Path, lines: list[str], name: str = "faq.csv") -> Dataset:
    path = folder / name
    path.write_text("question,answer\n" + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    return ctx.datasets.add(path)


@pytest.fixture
def versions(ctx: Context, tmp_path: Path) -> tuple[Dataset, ...]:
    """As read, mended, and edited by hand: row 2 changed, row 5 deleted, one row new."""
    first = bring(ctx, tmp_path, [*(f"q{n},a{n}" for n in range(8)), "q0,a0", "q1,a1"])
    second = ctx.datasets.mend(first.id, None)
    edits = ctx.datasets.edits(second.id)
    row = edits.row((2, 0))
    assert row is not None
    edits.save((2, 0), {**row, "messages": [*row["messages"][:-1], {"role": "assistant", "content": "better"}]}, 0)
    edits.save((5, 0), None, 0)
    said = [{"role": "user", "content": "new"}, {"role": "assistant", "content": "answer"}]
    edits.save(None, {"messages": said}, 0)
    third = ctx.datasets.keep_edits(second.id)
    found = ctx.datasets.versions(first.id)
    assert [each.id for each in found] == [first.id, second.id, third.id]
    return found


def panel(ctx: Context, page: Page, chosen: str | None = None, differences: Differences | None = None) -> str:
    memo = page.memo
    asking, now = memo.get("data.asking", ("", "")), memo.get("data.versions", Open())
    return data_mine.listed(ctx, ctx.datasets.list(), chosen, asking, EN, now, differences)


def lines(shown: str) -> list[str]:
    """The versions' lines."""
    return re.split(r"(?=<strong>Version )", shown.split("lw-versions", 1)[1])[1:]


def trained_run(ctx: Context, dataset: Dataset, name: str, measured: str | None = None) -> Run:
    return ctx.store.create(RunSpec(dataset=dataset.id, eval_dataset=measured), name)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_done_is_said_in_words(versions: tuple[Dataset, ...], language: str) -> None:
    text = load(language)
    first, second, third = versions
    assert steps_in_words(first, text) == [text("mend.did.read")]
    assert steps_in_words(second, text, since=first) == [text("mend.did.drop_duplicates", n="2")]
    parts = [text(f"mend.did.hand.{what}", n="1") for what in ("changed", "added", "removed")]
    by_hand = text("mend.did.hand", what=text("list.comma").join(parts))
    assert steps_in_words(third, text, since=second) == [by_hand]
    assert steps_in_words(third, text) == [text("mend.did.drop_duplicates", n="2"), by_hand]
    assert version_title(third, versions, text) == text("versions.of", name="faq", n=3)
    assert version_title(first, [first], text) == "faq"


def test_the_list_shows_each_version_newest_first(ctx: Context, versions: tuple[Dataset, ...]) -> None:
    page = Page()
    run = trained_run(ctx, versions[1], "second run")
    data_mine.press(ctx, page, "versions", ctx.datasets.list()[0].id)
    shown = panel(ctx, page, versions[2].id)
    assert EN("mine.count", n=3) in shown and EN("mine.trained", runs="second run · in line") in shown
    third, second, first = lines(shown)
    assert "Version 3" in third and "by hand: 1 changed, 1 added, 1 removed" in third and "8 rows" in third
    assert "repeated rows removed: 2" in second and "second run" in second and "second run" not in first + third
    assert EN("data.mine_chosen") in third and 'data-do="version_use"' not in third
    assert f'data-do="version_use" data-id="{versions[1].id}"' in second and run.id not in second
    data_mine.press(ctx, page, "versions", ctx.datasets.list()[0].id)  # a second press closes it
    assert "lw-versions" not in panel(ctx, page)


def test_an_earlier_version_is_used_and_keeps_what_was_decided(ctx: Context, versions: tuple[Dataset, ...]) -> None:
    ctx.drafts.update(dataset=versions[2].id, changes={"holdout": 0.2})
    data_mine.press(ctx, Page(), "version_use", versions[0].id)
    assert ctx.drafts.load().dataset == versions[0].id and ctx.drafts.load().changes == {"holdout": 0.2}
    assert [each.id for each in ctx.datasets.list()] == [versions[0].id]


def test_two_versions_are_compared_a_page_at_a_time(ctx: Context, versions: tuple[Dataset, ...]) -> None:
    first, second, third = versions
    page, differences = Page(), Differences()
    data_mine.press(ctx, page, "versions", third.id)
    data_mine.press(ctx, page, "version_compare", third.id)
    assert page.memo["data.versions"] == Open(pair=(second.id, third.id))
    shown = waited(ctx, page, differences)
    assert "1 changed, 1 removed, 1 added" in shown
    assert "a1" in shown and "better" in shown and "answer" in shown and "q7" not in shown
    data_mine.press(ctx, page, "against", first.id)
    shown = waited(ctx, page, differences)
    assert "1 changed, 3 removed, 1 added" in shown
    data_mine.press(ctx, page, "version_close", "")
    assert "data-differences" not in panel(ctx, page, differences=differences)


def waited(ctx: Context, page: Page, differences: Differences) -> str:
    """The panel once the rows are compared; until then it says so."""
    ends = time.monotonic() + 20
    while EN("versions.comparing") in (shown := panel(ctx, page, differences=differences)):
        assert time.monotonic() < ends
        time.sleep(0.02)
    return shown


def test_many_differences_are_leafed_through(ctx: Context, tmp_path: Path) -> None:
    first = bring(ctx, tmp_path, [f"q{n},a{n}" for n in range(30)])
    edits = ctx.datasets.edits(first.id)
    for number in range(1, 13):
        edits.save((number, 0), None, 0)
    second = ctx.datasets.keep_edits(first.id)
    differences = Differences()
    leaves = [differences.leaf(first, second, page) for page in range(3)]
    assert [len(leaf.changes) for leaf in leaves] == [5, 5, 2] and leaves[0].pages == 3
    assert [change.key[0] for leaf in leaves for change in leaf.changes] == list(range(1, 13))
    assert differences.leaf(first, second, 99).page == 2  # beyond the end: the last page


def test_deleting_a_version_names_what_is_lost(ctx: Context, versions: tuple[Dataset, ...]) -> None:
    first, second, third = versions
    trained_run(ctx, second, "the second")
    trained_run(ctx, first, "the first")
    ctx.datasets.edits(second.id).save((3, 0), None, 0)
    ctx.drafts.update(dataset=second.id)
    page = Page()
    data_mine.press(ctx, page, "versions", second.id)
    data_mine.press(ctx, page, "version_delete", second.id)
    asked = panel(ctx, page, second.id)
    question = asked.split('role="alertdialog"', 1)[1].split("</li>", 1)[0]
    assert EN("versions.delete_ask", name="faq, version 2", rows="8") in question
    assert "the second" in question and "the first" not in question and EN("mine.delete_pending", n="1") in question
    data_mine.press(ctx, page, "keep", "")
    assert len(ctx.datasets.versions(first.id)) == 3 and "lw-versions" in panel(ctx, page)
    data_mine.press(ctx, page, "version_delete", second.id)
    told = data_mine.press(ctx, page, "version_delete_yes", "")
    assert told is not None and told.note == ("versions.deleted", {"name": "faq", "n": 2})
    assert [each.id for each in ctx.datasets.versions(first.id)] == [first.id, third.id]
    assert ctx.drafts.load().dataset == third.id
    left = ctx.datasets.versions(first.id)
    assert before(left[1], left) == first  # what it was made from is gone, so it is laid beside the one before that


def test_the_last_version_is_no_version_to_delete(ctx: Context, tmp_path: Path) -> None:
    only = bring(ctx, tmp_path, ["q,a", "r,b"])
    page = Page()
    data_mine.press(ctx, page, "versions", only.id)
    assert "version_delete" not in panel(ctx, page)
    data_mine.press(ctx, page, "version_delete", only.id)
    with pytest.raises(UserError) as refused:
        data_mine.press(ctx, page, "version_delete_yes", "")
    assert refused.value.code == "dataset.only_version" and ctx.datasets.get(only.id)


def test_deleting_a_set_names_its_versions_and_runs(ctx: Context, versions: tuple[Dataset, ...]) -> None:
    trained_run(ctx, versions[0], "old run")
    ctx.drafts.update(dataset=versions[2].id)
    page = Page()
    data_mine.press(ctx, page, "delete", versions[2].id)
    asked = panel(ctx, page)
    assert EN("mine.delete_versions", name="faq", n=3, rows="8") in asked and "old run" in asked
    data_mine.press(ctx, page, "delete_yes", "")
    assert ctx.datasets.list() == [] and ctx.drafts.load().dataset is None


def test_a_note_is_kept_and_never_html(ctx: Context, tmp_path: Path) -> None:
    dataset = bring(ctx, tmp_path, ["q,a"])
    page = Page()
    data_mine.press(ctx, page, "note", dataset.id)
    assert "<textarea" in panel(ctx, page)
    data_mine.press(ctx, page, "save_note", "for <b>guests</b>\nonly")
    assert ctx.datasets.get(dataset.id).note == "for <b>guests</b>\nonly"
    shown = panel(ctx, page)
    assert "<b>" not in shown and "&lt;b&gt;guests" in shown and "<textarea" not in shown


# -- what a run was trained on


def test_a_run_leads_to_the_very_version_it_learned(ctx: Context, versions: tuple[Dataset, ...]) -> None:
    run = trained_run(ctx, versions[1], "a run")
    ctx.drafts.update(dataset=versions[2].id)
    said = trained.line(ctx, run, EN)
    assert EN("versions.trained", name="faq, version 2", rows="8") in said and "<button" in said
    assert trained.open_data(ctx, run.id).room == "data"
    assert ctx.drafts.load().dataset == versions[1].id and ctx.datasets.list()[0].id == versions[1].id
    assert trained.names(ctx, EN)[versions[1].id] == "faq, version 2"


def test_a_run_whose_version_is_gone_says_so(ctx: Context, versions: tuple[Dataset, ...]) -> None:
    run, early = trained_run(ctx, versions[1], "a run"), trained_run(ctx, versions[1], "never started")
    run.write_env({"dataset": {"id": versions[1].id, "name": "faq", "usable": 8}})
    ctx.datasets.delete_version(versions[1].id)
    assert trained.line(ctx, run, EN) == trained.el(
        "p", trained.el("span", EN("versions.gone", name="faq", rows="8")), None, cls="lw-note run-data"
    )
    assert EN("versions.gone_unknown") in trained.line(ctx, early, EN)
    with pytest.raises(UserError, match=r"dataset\.unknown"):
        trained.open_data(ctx, run.id)


def test_a_run_names_what_it_is_checked_on(ctx: Context, versions: tuple[Dataset, ...], tmp_path: Path) -> None:
    other = bring(ctx, tmp_path, ["q,a", "r,b"], "talk.csv")
    run = trained_run(ctx, versions[2], "a run", measured=other.id)
    assert EN("versions.checked", name="talk", rows="2") in trained.line(ctx, run, EN)
    shown = panel(ctx, Page())
    faq, talk = sorted(re.findall(r"<li>.*?</li>", shown), key=lambda each: "talk" in each)
    assert EN("mine.checked", runs="a run · in line") in talk and EN("mine.trained", runs="a run · in line") not in talk
    assert EN("mine.trained", runs="a run · in line") in faq
    page = Page()
    data_mine.press(ctx, page, "delete", other.id)
    assert EN("mine.delete_checked", runs="a run · in line") in panel(ctx, page)
    ctx.datasets.delete(other.id)
    assert EN("versions.checked_gone") in trained.line(ctx, run, EN)


# -- an old version is never used unawares


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_old_version_is_said_wherever_it_would_be_trained(
    ctx: Context, versions: tuple[Dataset, ...], language: str
) -> None:
    text = load(language)
    ctx.drafts.update(dataset=versions[2].id)
    said = text("versions.older", n=1, newest=3)
    assert said not in str(everywhere(ctx, text))
    choosing.use_version(ctx, versions[0].id)
    bar, ahead, under, mine = everywhere(ctx, text)
    assert said in bar and said in ahead and said in mine
    assert text("mend.version_older", n=1, newest=3) in under
    assert 'data-do="forward_version"' in under and 'data-do="newest_version"' in under
    assert text("mend.newest", n=3) in under
    outcome = data_mine.press(ctx, Page(), "use", versions[0].id)
    assert outcome is not None and outcome.note == ("mine.used_older", {"name": "faq", "n": 1, "newest": 3})
    assert act(ctx, "newest_version").note == ("mend.redone", {"n": 3})
    assert ctx.drafts.load().dataset == versions[2].id
    assert act(ctx, "newest_version").note is None and data_mine.press(ctx, Page(), "use", versions[2].id) is None


def everywhere(ctx: Context, text: Text) -> tuple[str, str, str, str]:
    """The bar's plan line, the plan before a run, the line under the summary, the list of data sets."""
    snap = snapshot.take(ctx)
    assert snap.dataset is not None
    lines = (value for _, value, _ in training_bar.plan_lines(snap, text))
    mine = data_mine.listed(ctx, ctx.datasets.list(), snap.dataset.id, ("", ""), text)
    return (
        str(frame.plan_parts(snap, text)),
        str(list(lines)),
        data_mend_version.line(ctx, snap.dataset, text),
        mine,
    )


def test_a_version_of_another_line_says_what_it_comes_from(ctx: Context, versions: tuple[Dataset, ...]) -> None:
    ctx.datasets.edits(versions[0].id).save((7, 0), None, 0)
    ctx.datasets.keep_edits(versions[0].id)
    page = Page()
    data_mine.press(ctx, page, "versions", ctx.datasets.list()[0].id)
    fourth, *others = lines(panel(ctx, page))
    assert EN("versions.from", n=1) in fourth and f">{EN('versions.newest')}<" in fourth
    assert not any("from version" in each or f">{EN('versions.newest')}<" in each for each in others)


# -- where a row came from


def test_where_a_row_came_from(ctx: Context, tmp_path: Path) -> None:
    from core.data.versions.mixing import Mix, Part

    one, two = bring(ctx, tmp_path, ["q,a", "r,b"], "one.csv"), bring(ctx, tmp_path, ["s,c"], "two.csv")
    both = ctx.datasets.put_together(Mix(name="both", parts=(Part(dataset=one.id), Part(dataset=two.id))))
    rows = list(both.load_rows())
    assert [origin_words(row, both, EN) for row in rows] == ["from one, row 1", "from one, row 2", "from two, row 1"]
    assert steps_in_words(both, EN) == ["put together from one (2 rows), two (1 rows)"]
    assert origin_words({"row": 4, "from": {"row": 3}}, both, EN) == EN("mend.from.row", row=3)
    assert origin_words({"row": 4}, both, EN) == origin_words({"row": 4, "from": {"part": 9, "row": 1}}, both, EN) == ""


# -- what cannot be read any more


def test_a_damaged_set_can_still_be_deleted(ctx: Context, tmp_path: Path) -> None:
    """The question counts the changes by hand, which stand on rows that nobody can read: the page goes on without."""
    dataset = bring(ctx, tmp_path, ["q,a", "r,b"])
    dataset.close()
    (dataset.folder / "rows.arrow").write_bytes(b"no")
    ctx = Context(ctx.workspace, ctx.store, DatasetStore(ctx.workspace), ctx.drafts, ctx.engine, ctx.fetcher)
    page = Page()
    for do in ("download", "delete"):
        data_mine.press(ctx, page, do, dataset.id)
        assert "faq" in panel(ctx, page) and "lw-asking" in panel(ctx, page)
    data_mine.press(ctx, page, "delete_yes", "")
    assert ctx.datasets.list() == []
