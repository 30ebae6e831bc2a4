"""Mending without a browser: asked for, looked at, applied beside the page, undone; hand edits are kept first."""

import json
import threading
import time
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from core.data.datasets import Dataset
from tests.faults import CLICKS, OUT, write_faults
from webui import choosing, frame, mending, snapshot
from webui.actions import act
from webui.context import Context
from webui.parts import Bar
from webui.snapshot import Page
from webui.tabs import data, data_mend, data_mend_asked, data_mend_version, data_seen
from webui.text import load

EN = load("en")


@pytest.fixture(scope="module", autouse=True)
def _imported() -> None:
    """The library cannot be imported first by several threads at once, as the workers of these windows would."""
    from transformers import AutoTokenizer  # noqa: F401


def chat(*said: str) -> dict[str, Any]:
    roles = ("user", "assistant") * len(said)
    return {"messages": [{"role": role, "content": one} for role, one in zip(roles, said, strict=False)]}


@pytest.fixture
def shop(ctx: Context, tmp_path: Path) -> Dataset:
    write_faults(tmp_path / "shop.jsonl")
    return bring(ctx, tmp_path / "shop.jsonl")


def bring(ctx: Context, path: Path) -> Dataset:
    dataset = ctx.datasets.add(path)
    choosing.choose_data(ctx, dataset)
    return dataset


def chosen(ctx: Context) -> Dataset:
    return ctx.datasets.get(str(ctx.drafts.load().dataset))


def until(true: Callable[[], Any], seconds: float = 30) -> None:
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.02)


def bar(ctx: Context, page: Page) -> Bar:
    """What the bar offers, once it is known what would change."""
    until(lambda: data.bar(ctx, snapshot.take(ctx, page), EN).action != "wait")
    return data.bar(ctx, snapshot.take(ctx, page), EN)


def mend(ctx: Context, page: Page, asked: str, **given: str) -> Dataset:
    """Ask, say, apply, wait."""
    data_mend.ask(ctx, page, asked)
    for name, said in given.items():
        data_mend.press(ctx, page, "set", f"{name}={said}")
    found = bar(ctx, page)
    assert found.action.startswith("mend_apply:"), found
    assert act(ctx, found.action).error is None
    until(lambda: ctx.intake.now() is None)
    assert ctx.intake.refused() is None
    return chosen(ctx)


def panel(ctx: Context, page: Page) -> dict[str, Any]:
    return data_mend._refresh(ctx, snapshot.take(ctx, page), EN)


def test_nothing_changes_before_it_is_applied(ctx: Context, shop: Dataset) -> None:
    page = Page(room="data")
    assert panel(ctx, page)["panel"]["visible"] is False
    data_mend.ask(ctx, page, "row.duplicate-1|drop_duplicates")
    assert bar(ctx, page).label == EN("mend.apply", n=2)
    shown = panel(ctx, page)
    assert shown["panel"]["visible"] and EN("fix.drop_duplicates.what") in shown["head"]["value"]
    assert EN("mend.row.dropped", row=83) in shown["shown"]["value"]
    assert panel(ctx, Page(room="data"))["panel"]["visible"]  # a reload
    assert act(ctx, bar(ctx, page).quiet_action).error is None
    assert chosen(ctx).id == shop.id and panel(ctx, page)["panel"]["visible"] is False


def test_what_was_shown_is_what_is_applied(ctx: Context, shop: Dataset) -> None:
    """Something else is asked for, or said, between the look and the press: nothing happens."""
    page = Page(room="data")
    data_mend.ask(ctx, page, "row.duplicate-1|drop_duplicates")
    shown = bar(ctx, page).action
    data_mend.ask(ctx, page, "order.two_users-1|merge_turns")
    other = bar(ctx, page).action
    act(ctx, shown)
    until(lambda: ctx.intake.now() is None)
    assert chosen(ctx).id == shop.id and other != shown
    act(ctx, other)
    act(ctx, other)  # the second of two clicks
    until(lambda: chosen(ctx).id != shop.id)
    act(ctx, other)
    until(lambda: ctx.intake.now() is None)
    assert [len(each.fixes) for each in ctx.datasets.versions(shop.id)] == [0, 1]


def test_every_fault_is_mended_and_each_step_undone(ctx: Context, shop: Dataset) -> None:
    page = Page(room="data")
    versions = [shop, mend(ctx, page, "safe")]
    assert {finding.code for finding in chosen(ctx).findings} >= OUT  # nobody has said that they may stay out
    versions.append(mend(ctx, page, "row.broken_json-1|repair"))
    fill = next(given["fill"] for _, fix, given in CLICKS if fix == "fill")
    versions.append(mend(ctx, page, "rest", **{f"fill:{name}": said for name, said in fill.items()}))
    assert [finding.code for finding in chosen(ctx).findings if finding.level != "info"] == []
    assert versions[2].choices.repair and versions[2].choices.structured  # the file is read once for both
    line = data_mend_version.line(ctx, chosen(ctx), EN)
    assert EN("mend.version", n=4, total=4) in line and "forward_version" not in line
    for back in reversed(versions[:-1]):
        outcome = act(ctx, "undo_version")
        assert outcome.note is not None and outcome.note[0] == "mend.undone" and chosen(ctx).id == back.id
    assert act(ctx, "undo_version").note is None  # the file as it was read
    for on in versions[1:]:
        act(ctx, "forward_version")
        assert chosen(ctx).id == on.id


def test_a_reading_can_leave_a_way_out(ctx: Context, shop: Dataset) -> None:
    found = mend(ctx, Page(room="data"), "row.structured-1|structured", **{"read:repair": "no"})
    assert found.choices.structured and not found.choices.repair
    page = Page(room="data")
    data_mend.ask(ctx, page, "row.broken_json-1|repair")
    data_mend.press(ctx, page, "set", "read:repair=no")
    assert bar(ctx, page).action == "mend_say"


def test_a_look_is_given_up_and_taken_up_again(ctx: Context, shop: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    page, go_on = Page(room="data"), threading.Event()
    shown = mending._shown

    def slow(ctx: Context, wanted: mending.Wanted, progress: Any) -> mending.Shown:
        progress(1, 4)
        go_on.wait(10)
        progress(2, 4)
        return shown(ctx, wanted, progress)

    monkeypatch.setattr(mending, "_shown", slow)
    data_mend.ask(ctx, page, "safe")
    until(lambda: 'value="25"' in panel(ctx, page)["shown"]["value"])
    assert data.bar(ctx, snapshot.take(ctx, page), EN).quiet_action == "mend_close"
    act(ctx, "mend_close")
    go_on.set()
    data_mend.ask(ctx, page, "safe")
    assert bar(ctx, page).label == EN("mend.apply", n=13)


def test_words_are_asked_for_first(ctx: Context, shop: Dataset) -> None:
    page = Page(room="data")
    data_mend.ask(ctx, page, "text.placeholder-1|fill")
    assert bar(ctx, page).action == "mend_say"
    boxes = panel(ctx, page)["ask"]["value"]
    assert boxes.count("data-set") == 3 and 'data-set="fill:shop_name"' in boxes
    data_mend.press(ctx, page, "set", "fill:shop_name=Lindenrad")
    assert bar(ctx, page) == Bar(EN("mend.missing.fill", name="{{店主}}"), "mend_say", EN("mend.not_now"), "mend_close")
    data_mend.press(ctx, page, "set", "skip=yes")
    assert bar(ctx, page).label == EN("mend.apply_one")
    assert panel(ctx, page)["ask"]["value"] == boxes  # nobody's box is drawn anew while he types
    assert 'value="Lindenrad"' in panel(ctx, Page(room="data"))["ask"]["value"]


def test_what_stays_out_is_said_with_its_rows(ctx: Context, shop: Dataset) -> None:
    page = Page(room="data")
    data_mend.ask(ctx, page, "answer.empty-1|accept")
    assert bar(ctx, page).label == EN("mend.apply_out_one")
    shown = panel(ctx, page)
    row = next(finding.rows[0] for finding in shop.findings if finding.code == "answer.empty")
    assert EN("fix.accept.out") in shown["head"]["value"]
    assert EN("mend.stay_out_one", row_list=row) in shown["shown"]["value"]
    data_mend.ask(ctx, page, "rest")
    for name, said in CLICKS[0][2]["fill"].items():
        data_mend.press(ctx, page, "set", f"fill:{name}={said}")
    seen = data_seen.known(ctx, snapshot.take(ctx, page), EN)
    rows = data_mend_asked.together(seen.findings, shop.usable, shop.made).rest
    assert bar(ctx, page).label == EN("mend.apply", n=rows)  # the button in the list says the same
    data_mend.press(ctx, page, "set", "skip=yes")
    assert EN("mend.stay_out", n=4, row_list=EN.rows(sorted(out_of(shop)))) in panel(ctx, page)["shown"]["value"]


def out_of(dataset: Dataset) -> set[int]:
    return {row for finding in dataset.findings if finding.code in OUT for row in finding.rows}


def test_how_long_a_row_may_be_needs_the_model(ctx: Context, tmp_path: Path) -> None:
    rows = [chat(f"Why {n}?", f"Because of {n}.") for n in range(30)]
    rows.append(chat(*(f"Question number {n}? It goes on for a while." for n in range(200))))
    (tmp_path / "long.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    dataset, page = bring(ctx, tmp_path / "long.jsonl"), Page(room="data")
    until(lambda: data_seen.known(ctx, snapshot.take(ctx, page), EN).measurement is not None, 120)
    data_mend.ask(ctx, page, "tokens.cut-1|split")
    assert bar(ctx, page).action.startswith("mend_apply:")  # the length in force stands there already
    for wrong in ("", "0", "-3", "1e9", "x", "²"):
        data_mend.press(ctx, page, "set", f"max_length={wrong}")
        assert data.bar(ctx, snapshot.take(ctx, page), EN).action == "mend_say", wrong
    found = mend(ctx, page, "tokens.cut-1|split", max_length="512")
    given = found.fixes[-1]["mends"][0]["given"]
    assert found.usable > dataset.usable and given == {"max_length": 512, "model": "Starter (built in)"}


def test_a_refusal_is_told_and_the_look_stays(ctx: Context, shop: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    page = Page(room="data")
    data_mend.ask(ctx, page, "safe")
    shown = bar(ctx, page)

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", full)
        act(ctx, shown.action)
        until(lambda: ctx.intake.refused() is not None)
    refused = ctx.intake.refused()
    assert refused is not None and refused.error.code == "disk.full"
    assert chosen(ctx).id == shop.id and bar(ctx, page) == shown
    assert EN.error(refused.error) in unescape(panel(ctx, page)["head"]["value"])
    assert len(ctx.datasets.versions(shop.id)) == 1
    act(ctx, shown.action)
    until(lambda: chosen(ctx).id != shop.id)


def test_given_up_leaves_the_old_version(ctx: Context, shop: Dataset) -> None:
    page = Page(room="data")
    data_mend.ask(ctx, page, "safe")
    action = bar(ctx, page).action
    with ctx.intake._turn:  # it waits for the turn of another file
        ctx.mending.apply(ctx, action.removeprefix("mend_apply:"))
        assert data.bar(ctx, snapshot.take(ctx, page), EN) == Bar(
            EN("data.mending", pct="0%"), "wait", EN("bar.cancel"), "cancel_reading"
        )
        assert EN("status.mending", name="shop", pct="0%") in frame.status(snapshot.take(ctx, page), EN)
        act(ctx, "cancel_reading")
    until(lambda: ctx.intake.now() is None)
    assert chosen(ctx).id == shop.id and len(ctx.datasets.versions(shop.id)) == 1


def test_it_is_said_once_with_a_way_back(ctx: Context, shop: Dataset) -> None:
    page = Page(room="data")
    panel(ctx, page)
    mend(ctx, page, "safe")
    panel(ctx, page)
    said = frame.status(snapshot.take(ctx, page), EN)
    done = panel(ctx, page)["done"]
    assert done["visible"] and EN("mend.done", n=13) in done["value"] and 'data-do="undo_version"' in done["value"]
    assert data.bar(ctx, snapshot.take(ctx, page), EN).quiet_action == "undo_version"
    assert EN("mend.done", n=13) in said and 'data-do="undo_version"' in said
    page.note = None
    data_mend.press(ctx, page, "mend_seen", "")
    assert panel(ctx, page)["done"]["visible"] is False
    assert page.note is None


def test_settings_stay_with_another_version(ctx: Context, shop: Dataset) -> None:
    ctx.drafts.change(lambda draft: {"changes": {**draft.changes, "holdout": 5}})
    mend(ctx, Page(room="data"), "safe")
    act(ctx, "undo_version")
    act(ctx, "forward_version")
    assert ctx.drafts.load().changes["holdout"] == 5


# -- changed by hand


def by_hand(ctx: Context, dataset: Dataset, said: str) -> None:
    row = dict(dataset.load_rows()[0])
    row["messages"] = [row["messages"][0], {"role": "assistant", "content": said}]
    edits = ctx.datasets.edits(dataset.id)
    edits.save((row["row"], 0), row, edits.stamp_of((row["row"], 0)))


def test_changes_by_hand_are_kept_or_taken_back(ctx: Context, shop: Dataset) -> None:
    page = Page(room="data")
    by_hand(ctx, shop, "One.")
    asked = data.bar(ctx, snapshot.take(ctx, page), EN)
    assert (asked.label, asked.action, asked.quiet_label) == (EN("mend.keep", n=1), "keep_edits", EN("mend.undo_last"))
    act(ctx, asked.quiet_action)
    assert data.bar(ctx, snapshot.take(ctx, page), EN).action != "keep_edits"
    by_hand(ctx, shop, "Two.")
    act(ctx, "keep_edits")
    until(lambda: ctx.intake.now() is None)
    kept = chosen(ctx)
    assert kept.parent == shop.id and "Two." in str(kept.load_rows()[0])
    act(ctx, "keep_edits")  # nothing is pending any more
    assert chosen(ctx).id == kept.id


def test_what_is_pending_is_looked_at_and_mended_with_the_rest(ctx: Context, shop: Dataset) -> None:
    page = Page(room="data")
    by_hand(ctx, shop, "  Between blanks.  ")
    found = mend(ctx, page, "text.space-1|trim")
    assert found.load_rows()[0]["messages"][1]["content"] == "Between blanks."
    assert not ctx.datasets.edits(found.id).pending
