"""Nothing typed is lost and nothing is changed unseen: every kind of row, other pages, other data, what is forged."""

import json
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from core.errors import UserError
from tests.shapes import SHAPES, numbered
from tests.unit.test_window_edit import EN, brought, chat, press, sent, shown
from webui import guard, mixing, snapshot, undoing
from webui.actions import act
from webui.context import Context
from webui.tabs import data, data_edit_form, data_edit_typed, data_look, data_paste

ROWS = [chat(f"Question {n}?", f"Answer {n}.") for n in range(1, 11)]


def kept(form: int, row: dict[str, Any]) -> dict[str, Any]:
    """What the page sends for a form that nobody touched."""
    if "text" in row:
        return {"form": form, "text": None}
    parts = {
        part: [{"was": at, "role": turn["role"], "content": None} for at, turn in enumerate(turns)]
        for part, turns in row.items()
        if part in data_edit_typed.PARTS
    }
    return {"form": form, "parts": parts, **({"label": row["label"]} if "label" in row else {})}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_kind_of_row_opens_in_a_form_and_comes_back_as_it_was(shape: str) -> None:
    for row in numbered(SHAPES[shape]):
        drawn = data_edit_form.form(1, row, "family 1.0", EN, new=False)
        assert drawn.count("<textarea") == drawn.count("</textarea>")
        assert ('name="label"' in drawn) == ("label" in row)
        assert data_edit_typed.row_of(kept(1, row), row) == row


def test_the_page_is_told_which_form_was_saved(ctx: Context, tmp_path: Path) -> None:
    page = brought(ctx, tmp_path, ROWS)
    press(ctx, page, "edit", "5.0")
    words = sent(page, None, "Typed.")
    data_look.look(ctx, page, "jump", "7")  # the form goes, and what is sent from it comes too late
    assert 'data-saved="0"' in press(ctx, page, "save", words)["edit"]
    assert 'data-saved="0"' in press(ctx, page, "edit", "5.0")["edit"]
    saved = page.memo["edit"].form
    assert f'data-saved="{saved}"' in press(ctx, page, "save", sent(page, None, "Typed."))["edit"]
    assert f'data-saved="{saved}"' in press(ctx, page, "edit", "6.0")["edit"]
    following = page.memo["edit"].form
    assert f'data-saved="{following}"' in press(ctx, page, "save_next", sent(page, None, "Typed."))["edit"]
    assert page.memo["edit"].form == following + 1


# -- what other pages do meanwhile


def test_undo_takes_back_only_the_change_that_it_names(ctx: Context, tmp_path: Path) -> None:
    brought(ctx, tmp_path, ROWS)
    edits = ctx.datasets.edits(ctx.drafts.load().dataset or "")
    edits.save((2, 0), chat("Two?", "Mine."), 0)
    named = edits.last_change
    edits.save((3, 0), chat("Three?", "Theirs."), 0)
    with pytest.raises(UserError) as refused:
        edits.undo(named)
    assert refused.value.code == "edit.undo_other" and len(edits.changed) == 2
    assert edits.undo(edits.last_change) == (3, 0) and edits.last_change == named
    assert edits.undo(named) == (2, 0) and not edits.pending and edits.last_change == 0
    with pytest.raises(UserError):
        edits.undo(named)
    assert edits.undo() is None


def test_a_row_in_which_nobody_asks_is_refused_but_one_that_was_read_so_may_be_changed(
    ctx: Context, tmp_path: Path
) -> None:
    alone = {"messages": [{"role": "assistant", "content": "Alone."}]}
    brought(ctx, tmp_path, [*ROWS, alone])
    edits = ctx.datasets.edits(ctx.drafts.load().dataset or "")
    for key in ((1, 0), None):
        with pytest.raises(UserError) as refused:
            edits.save(key, alone, 0)
        assert refused.value.code == "edit.no_question"
    other = {"messages": [{"role": "assistant", "content": "Still alone."}]}
    assert edits.save((11, 0), other, 0) == (11, 0)
    assert edits.row(edits.duplicate((11, 0))) == {"row": 12, **other}
    edits.save((11, 0), None, edits.stamp_of((11, 0)))
    assert edits.save((11, 0), edits.before((11, 0)), edits.stamp_of((11, 0))) == (11, 0)  # brought back


def test_an_undo_of_the_page_takes_back_what_its_button_named(ctx: Context, tmp_path: Path) -> None:
    page = brought(ctx, tmp_path, ROWS)
    edits = ctx.datasets.edits(ctx.drafts.load().dataset or "")
    edits.save((2, 0), chat("Two?", "Mine."), 0)
    named = undoing.named(edits)
    assert f'data-do="undo" data-id="{named}"' in shown(ctx, page)["table"]
    assert data.bar(ctx, snapshot.take(ctx, page), EN).quiet_action == f"undo_edit:{named}"
    edits.save((2, 0), chat("Two?", "Theirs."), edits.stamp_of((2, 0)))
    with pytest.raises(UserError) as refused:
        press(ctx, page, "undo", named)
    assert refused.value.code == "edit.undo_other"
    told = act(ctx, f"undo_edit:{named}")
    assert told.error is not None and told.error.code == "edit.undo_other"
    assert edits.row((2, 0)) == {"row": 2, **chat("Two?", "Theirs.")}
    press(ctx, page, "undo", undoing.named(edits))
    assert edits.row((2, 0)) == {"row": 2, **chat("Two?", "Mine.")}


def test_a_question_about_a_row_does_not_outlive_its_data(ctx: Context, tmp_path: Path) -> None:
    page = brought(ctx, tmp_path, ROWS)
    assert "delete_yes" in press(ctx, page, "delete", "5.0")["note"]
    brought(ctx, tmp_path, [chat(f"Other {n}?", "Yes.") for n in range(9)], "other.jsonl")  # another page
    for do, id in (("delete_yes", ""), ("delete", "5.0"), ("duplicate", "5.0")):
        page.memo["data.id"] = ("elsewhere", 0)  # as the page shows it still
        data_look.look(ctx, page, do, id)
        edits = ctx.datasets.edits(ctx.drafts.load().dataset or "")
        assert not edits.pending and "delete_yes" not in shown(ctx, page)["note"]
    first = ctx.drafts.load().dataset or ""
    press(ctx, page, "delete", "5.0")
    edits.save((1, 0), chat("One?", "Other."), 0)
    ctx.drafts.update(dataset=ctx.datasets.keep_edits(first).id)
    press(ctx, page, "delete_yes")
    assert not ctx.datasets.edits(ctx.drafts.load().dataset or "").pending


def test_a_row_that_another_page_deleted_and_kept_does_not_come_back_unasked(ctx: Context, tmp_path: Path) -> None:
    page = brought(ctx, tmp_path, ROWS)
    first = ctx.drafts.load().dataset or ""
    shown(ctx, page)
    press(ctx, page, "edit", "4.0")
    ctx.datasets.edits(first).save((4, 0), None, 0)
    ctx.drafts.update(dataset=ctx.datasets.keep_edits(first).id)
    typed = sent(page, None, "Typed.")
    assert EN("edit.elsewhere_gone") in press(ctx, page, "save", typed)["note"]
    edits = ctx.datasets.edits(ctx.drafts.load().dataset or "")
    assert edits.dataset.id != first and not edits.pending
    press(ctx, page, "mine", typed)
    assert edits.row((4, 0)) == {"row": 4, **chat("Question 4?", "Typed.")}


def test_what_was_typed_into_an_older_row_is_a_conflict(ctx: Context, tmp_path: Path) -> None:
    page = brought(ctx, tmp_path, ROWS)
    shown(ctx, page)
    form = press(ctx, page, "edit", "4.0")["edit"]
    assert re.search(r'data-base="[0-9a-f]{16,}"', form)
    told = press(ctx, page, "stale", str(page.memo["edit"].form))["note"]
    assert EN("edit.elsewhere_said") in told and "Answer 4." in told
    typed = json.loads(sent(page, None, "Typed.")) | {"stale": True}
    edits = ctx.datasets.edits(ctx.drafts.load().dataset or "")
    assert EN("edit.elsewhere_said") in press(ctx, page, "save", json.dumps(typed))["note"] and not edits.pending
    press(ctx, page, "mine", json.dumps(typed))
    assert edits.row((4, 0)) == {"row": 4, **chat("Question 4?", "Typed.")}
    press(ctx, page, "edit", "4.0")
    press(ctx, page, "stale", "9" * 5000)
    assert page.memo["edit"].trouble is None


# -- what no page sends


@pytest.mark.parametrize("do", ["length", "tokens", "out", "row", "jump", "page", "complete", "edit", "undo", "only"])
def test_digits_without_an_end_are_a_sentence_or_nothing(ctx: Context, tmp_path: Path, do: str) -> None:
    page = brought(ctx, tmp_path, ROWS)
    shown(ctx, page)
    for id in ("9" * 5000, "²" * 4, "٣"):
        with suppress(UserError):
            data_look.look(ctx, page, do, id)
        before = ctx.drafts.load()
        assert "max_length" not in before.changes
        assert shown(ctx, page)["table"]
    if do == "length":
        for said in ("7", "131073"):
            data_look.look(ctx, page, do, said)
            assert "max_length" not in ctx.drafts.load().changes
        data_look.look(ctx, page, do, "512")
        assert ctx.drafts.load().changes["max_length"] == 512


def test_a_seed_without_an_end_is_a_sentence(ctx: Context, tmp_path: Path) -> None:
    brought(ctx, tmp_path, ROWS)
    id = ctx.drafts.load().dataset or ""
    with pytest.raises(UserError) as refused:
        mixing.mix_of(mixing.Form({id: ""}, seed="9" * 5000), ctx.datasets, EN)
    assert refused.value.code == "mix.seed" and len(EN.error(refused.value)) < 300


def test_what_may_be_typed_fits_through_the_gate() -> None:
    """A Chinese character takes three bytes, a quotation mark in a row four: `"` is `\\"` and then `\\\\\\"`."""
    words = json.dumps({"form": 1, "text": "中" * (guard.TYPED_LIMIT - 100)}, ensure_ascii=False)
    assert len(words) <= data_edit_typed.SIZE == data_paste.SIZE == guard.TYPED_LIMIT
    assert len(json.dumps({"data": [{"id": words}]}, ensure_ascii=False).encode()) <= guard.BODY_LIMIT
    quoted = json.dumps({"form": 1, "text": '"\n' * (guard.TYPED_LIMIT // 4 - 100)})
    assert len(quoted) <= guard.TYPED_LIMIT
    assert len(json.dumps({"data": [{"id": quoted}]}).encode()) <= guard.BODY_LIMIT


def test_a_paste_that_was_overtaken_is_let_go(ctx: Context, tmp_path: Path) -> None:
    page = brought(ctx, tmp_path, ROWS)
    data_paste.press(ctx, page, "paste#200", "New?\tYes.\n")
    data_paste.press(ctx, page, "paste#100", "Older?\tNo.\n")
    family = ctx.datasets.get(ctx.drafts.load().dataset or "").family
    assert "New?" in data_paste.seen(page.memo, family, EN) and "Older?" not in data_paste.seen(page.memo, family, EN)
