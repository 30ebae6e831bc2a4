"""Nothing typed is lost and nothing is changed unseen: every kind of row, other pages, other data, what is forged."""

import json
from pathlib import Path
from typing import Any

import pytest

from core.data.versions.mixing import Mix
from core.errors import UserError
from tests.shapes import SHAPES, numbered
from tests.unit.test_window_edit import EN, brought, chat, press, sent, shown
from webui import snapshot
from webui.context import Context
from webui.snapshot import Page
from webui.tabs import data_edit_form, data_edit_typed, data_look

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
