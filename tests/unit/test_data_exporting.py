"""Data that leaves as JSONL or Parquet, or as a table, comes back as the very same rows."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.exporting import exporting
from tests.shapes import SHAPES, TOOLS, back, bot, numbered, system, user


@pytest.mark.parametrize("kind", exporting.KINDS)
@pytest.mark.parametrize("name", SHAPES)
def test_rows_come_back_as_they_were(tmp_path, name, kind):
    path = tmp_path / f"data.{kind}"
    exporting.write(numbered(SHAPES[name]), kind, path)
    assert back(path) == SHAPES[name]
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


LETTERS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=12)
WORDS = LETTERS.map(lambda said: f"w{said}.")
ANSWER = st.builds(
    lambda said, thought, learned: bot(
        said, **({"reasoning_content": thought} if thought else {}), **({} if learned else {"learned": False})
    ),
    WORDS,
    st.one_of(st.none(), WORDS),
    st.booleans(),
)
TALK = st.builds(
    lambda start, pairs: {
        "messages": [*([system(start)] if start else []), *(turn for pair in pairs for turn in pair)]
    },
    st.one_of(st.none(), WORDS),
    st.lists(st.tuples(WORDS.map(user), ANSWER), min_size=1, max_size=3),
)


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(TALK, min_size=1, max_size=4))
def test_any_conversations_come_back(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("out")
    for kind in ("jsonl", "parquet"):
        exporting.write(numbered(rows), kind, folder / f"data.{kind}")
        assert back(folder / f"data.{kind}") == rows


@pytest.mark.parametrize("kind", exporting.KINDS)
def test_half_a_character_becomes_a_mark_and_two_halves_one(tmp_path, kind):
    rows = [{"messages": [user("half \ud83d"), bot("whole \ud83d\ude00", reasoning_content="\ude00")], "tools": TOOLS}]
    exporting.write(numbered(rows), kind, tmp_path / "data")
    assert back(tmp_path / "data") == [
        {"messages": [user("half \ufffd"), bot("whole 😀", reasoning_content="\ufffd")], "tools": TOOLS}
    ]


def test_wordings_and_where_rows_came_from(tmp_path):
    rows = [
        {"row": 7, "messages": [user("a"), bot("x")], "from": {"part": 0, "row": 3}},
        {"row": 7, "variant": 2, "messages": [user("b"), bot("x")]},
    ]
    exporting.write(rows, "jsonl", tmp_path / "data.jsonl")
    assert [json.loads(line) for line in (tmp_path / "data.jsonl").read_text().splitlines()] == [
        {"messages": [user("a"), bot("x")]},
        {"messages": [user("b"), bot("x")]},
    ]


def test_what_other_programs_see(tmp_path):
    import pyarrow.parquet

    exporting.write(numbered(SHAPES["calls"]), "parquet", tmp_path / "calls.parquet")
    first, second = pyarrow.parquet.read_table(tmp_path / "calls.parquet").to_pylist()
    called = first["messages"][1]["tool_calls"][0]
    assert json.loads(called["function"]["arguments"]) == {"n": 5, "x": 1.5, "s": "007"} and called["id"] == "c1"
    assert json.loads(first["tools"]) == TOOLS and second["tools"] is None
    exporting.write(numbered(SHAPES["labelled in words"]), "parquet", tmp_path / "labelled.parquet")
    (row,) = pyarrow.parquet.read_table(tmp_path / "labelled.parquet").to_pylist()
    assert row == {"prompt": [system("S"), user("Hi")], "completion": [bot("bad")], "label": False}
    exporting.write(numbered(SHAPES["not learned"]), "jsonl", tmp_path / "data.jsonl")
    turns = json.loads((tmp_path / "data.jsonl").read_text())["messages"]
    assert [turn.get("weight") for turn in turns] == [None, 0, None, None]
