"""Files that were once read wrongly without a word: tables in JSON, zero characters, rows without an end."""

import json

import pytest

from core.data import files
from core.data.files import json_buffer
from core.errors import UserError

ROWS = [{"answer": f"a{n}", "question": f"q{n}"} for n in range(3)]
CELLS = [list(row.values()) for row in ROWS]
LINES = "".join(json.dumps(row) + "\n" for row in ROWS)


@pytest.fixture
def read(tmp_path):
    def reading(content, **choices):
        path = tmp_path / "x"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        found = files.read(path)
        return [row.values for row in found.rows], {one.code: one for one in found.findings}, found

    return reading


def test_tables_in_json_have_the_names_of_their_columns(read):
    """Each list was taken for a conversation, whose first turn is the user's: answers were learned as questions."""
    named = [["answer", "question"], *CELLS]
    split = {"columns": ["answer", "question"], "index": [0, 1, 2], "data": CELLS}
    for content in (
        json.dumps(named),
        json.dumps(named, indent=1),
        "".join(json.dumps(row) + "\n" for row in named),
        json.dumps(split),
        json.dumps({"rows": CELLS, "columns": ["answer", "question"]}, indent=1),
    ):
        values, findings, found = read(content)
        assert (values, findings, found.count) == (ROWS, {}, 3), content[:30]
        assert found.columns == ["answer", "question"]


def test_a_table_in_json_that_is_read_piece_by_piece(read, monkeypatch):
    monkeypatch.setattr("core.data.files.json_rows._WHOLE_LIMIT", 100)
    monkeypatch.setattr("core.data.files.source.BLOCK", 200)
    cells = [[f"a{n}", f"q{n}"] for n in range(100)]
    for content in (
        {"columns": ["answer", "question"], "index": list(range(100)), "data": cells},
        {"data": cells, "columns": ["answer", "question"]},
        [["answer", "question"], *cells],
    ):
        values, findings, _ = read(json.dumps(content))
        assert values == [{"answer": f"a{n}", "question": f"q{n}"} for n in range(100)] and not findings


def test_a_row_that_does_not_fit_its_table_is_named_and_conversations_stay(read):
    values, findings, _ = read('["answer", "question"]\n["a", "q", ""]\n["a"]\n["a", "q", "x"]\n')
    assert values == [{"answer": "a", "question": "q"}] and findings["row.no_object"].rows == (2, 3)
    turns = [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]
    for content in (json.dumps([turns, turns]), f"{json.dumps(turns)}\n{json.dumps(turns)}\n"):
        assert read(content)[0] == [{"messages": turns}] * 2
    assert read('[["hi", "hello"], ["bye", "see you"]]')[0] == [
        {"messages": ["hi", "hello"]},
        {"messages": ["bye", "see you"]},
    ]


def test_zero_characters_inside_strings_are_dropped_and_named(read):
    values, findings, _ = read(
        '{"question": "a\\u0000b", "answer": "x"}\n{"question": "c\\\\u0000d", "answer": "\\u00e9"}\n'
    )
    assert values == [{"question": "ab", "answer": "x"}, {"question": "c\\u0000d", "answer": "é"}]
    assert findings.keys() == {"row.nul_dropped"} and findings["row.nul_dropped"].rows == (1,)


def test_zeros_at_the_end_as_after_a_power_cut(read):
    """The file was refused as no text, or each of its rows was lost."""
    values, findings, _ = read(LINES + "\0" * 5000)
    assert values == ROWS and findings["lines.nul_run"].facts["lines"] == "4" and len(findings) == 1
    values, findings, _ = read(LINES[:-9] + "\0" * 5000)
    assert values == ROWS[:2] and findings.keys() == {"row.cut"} and findings["row.cut"].rows == (3,)


def test_a_program_that_ends_in_zeros_is_no_text(read):
    with pytest.raises(UserError, match=r"data\.binary"):
        read(b"MZ\x90" + b"\0" * 500)


def test_records_behind_separators_are_read(read):
    assert read("".join("\x1e" + line + "\n" for line in LINES.splitlines()))[0] == ROWS


def test_a_row_without_an_end_is_refused(read, monkeypatch):
    monkeypatch.setattr(json_buffer, "VALUE_LIMIT", 1_000_000)
    with pytest.raises(UserError, match=r"data\.line_too_long") as caught:
        read('{"question": "q", "answer": "a"}\n{"question": "' + "a" * 3_000_000 + '"}\n')
    assert caught.value.facts == {"line": 2, "limit_mb": 1}


def test_a_text_without_line_ends_is_refused_before_it_is_held(read, monkeypatch):
    monkeypatch.setattr("core.data.files.encodings.LINE_LIMIT", 1_000_000)
    monkeypatch.setattr("core.data.files.decoded.LINE_LIMIT", 1_000_000)
    with pytest.raises(UserError, match=r"data\.line_too_long"):
        read("a" * 3_000_000)
    with pytest.raises(UserError, match=r"data\.line_too_long") as caught:
        read("question,answer\nq,é\nq," + "é" * 3_000_000)
    assert caught.value.facts["line"] == 3
    assert len(read(json.dumps([{"question": "q", "answer": "a" * 100}] * 20_000))[0]) == 20_000


def test_a_header_that_comes_again_is_no_row(read):
    values, findings, found = read("question,answer\nq1,a1\nquestion,answer\nq2,a2\n\ufeffquestion,answer\nq3,a3\n")
    assert [row["question"] for row in values] == ["q1", "q2", "q3"] and found.count == 3
    assert (findings["table.header_again"].level, findings["table.header_again"].facts["lines"]) == ("info", "3, 5")


def test_json_behind_marks_is_read(read):
    """All of it was learned as prose, marks and braces included."""
    lines = LINES.splitlines()
    for content, code in (
        ("event: row\n" + "".join(f"data: {line}\n\n" for line in lines) + "data: [DONE]\n", "lines.behind_mark"),
        ("".join(f"{n}: {line}\n" for n, line in enumerate(lines)), "lines.behind_mark"),
        ("".join(f"{n}. {line}\r\n" for n, line in enumerate(lines)), "lines.behind_mark"),
        (f"Here you are:\n\n```json\n{json.dumps(ROWS, indent=1)}\n```\nEnjoy!\n", "lines.left_out"),
        (f"Here you are:\n```jsonl\n{LINES}```\n", "lines.left_out"),
    ):
        values, findings, _ = read(content)
        assert values == ROWS and findings.keys() == {code} and findings[code].level == "info", content[:20]


def test_text_about_json_stays_text(read):
    for content in (
        "How do I ask?\n\n" + 'Say it like this, and then wait for the answer.\n\n```json\n{"a": 1}\n```\n\n' * 5,
        "1. {name} is asked first\n2. {name} is asked again\n",
        "data: what is kept\n\nname: how it is called\n\nWords about them.\n",
    ):
        assert read(content)[2].container == "text"
