"""JSON with one row a line: what is wrong with a line costs that line only, and mending takes nothing from the next."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data import files
from core.data.choices import Choices
from core.data.fixes.offers import offers
from webui.text import load

ROWS = [{"question": f"q{n}", "answer": f"a{n}"} for n in range(4)]
LINES = [json.dumps(row) for row in ROWS]


@pytest.fixture
def read(tmp_path):
    def reading(text, *, repair=False):
        path = tmp_path / "faq.jsonl"
        path.write_text(text, encoding="utf-8", newline="")
        return files.read(path, choices=Choices(repair=repair))

    return reading


def values(found):
    return [record.values for record in found.rows]


def faults(found):
    return [(one.code, list(one.rows), one.facts.get("lines")) for one in found.findings]


SAYS = 'Yes, until it is {} o\'clock: ask for [the plan] or "come, by".'


def chat(number, upto=None):
    """A line; cut off inside its answer where `upto` begins."""
    turns = [{"role": "user", "content": f"When, {number}?"}, {"role": "assistant", "content": SAYS.format(number)}]
    line = json.dumps({"messages": turns})
    return line[: line.index(upto)] if upto else line


@pytest.mark.parametrize("first", [1, 12])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("between", "code"),
    [
        ("// exported by chat tool", "lines.comment"),
        ("# exported by chat tool", "lines.comment"),
        ("exported by chat tool, as it was", "lines.left_out"),
        ('He said "ask {me}", and left.', "lines.left_out"),
        ("<<<<<<< HEAD", "lines.conflict"),
    ],
)
def test_a_line_that_is_cut_off_takes_nothing_from_the_next(read, first, end, between, code):
    """The comment behind it was learned as the end of the answer, and was neither named nor counted."""
    lines = [chat(number) for number in range(1, 31)]
    lines[first - 1] = chat(first, "clock")
    lines[first] = chat(first + 1, " o'clock")
    lines[first + 1] = between
    text = end.join(lines) + end
    whole = [number for number in range(1, 30) if number not in (first, first + 1)]
    found = read(text)
    assert found.count == 29 and [row.number for row in found.rows] == whole
    assert faults(found) == [
        ("row.broken_off", [first, first + 1], f"{first}, {first + 1}"),
        (code, [], str(first + 2)),
    ]
    assert (found.findings[0].level, found.findings[0].facts["repairable"]) == ("error", True)

    mended = read(text, repair=True)
    said = {row.number: row.values["messages"][1]["content"] for row in mended.rows}
    assert list(said) == list(range(1, 30))
    assert (said[first], said[first + 1]) == (f"Yes, until it is {first} o'", f"Yes, until it is {first + 1}")
    assert faults(mended) == [
        ("row.repaired_cut", [first, first + 1], f"{first}, {first + 1}"),
        (code, [], str(first + 2)),
    ]
    assert mended.findings[0].level == "warning"
    assert [offer.fix for offer in offers(mended.findings[0], made=False)] == ["drop", "accept"]


@pytest.mark.parametrize(
    ("line", "is_cut"),
    [
        ('{"question": "q1", "answer": "half a', True),
        ('{"question": "q1", "answer": "half \\', True),
        ('{"question": "q1", "answer": "half \\u4e', True),
        ('{"question": "q1", "answer": "half {a}', True),
        ('{"question": "q1" "answer": "half a', True),
        ("{'question': 'q1', 'answer': 'half a", True),
        ("{“question”: “q1”, “answer”: “half a", True),
        ('{"question": "q1", "answer": "a1"', False),
        ('{"question": "q "1"", "answer": "a1"}', False),
    ],
)
def test_only_what_ends_inside_a_text_is_said_to_be_cut_off(read, line, is_cut):
    text = "\n".join([LINES[0], line, LINES[2]])
    (found,), (mended,) = read(text).findings, read(text, repair=True).findings
    assert (found.code, found.rows) == ("row.broken_off" if is_cut else "row.broken_json", (2,))
    assert found.facts["lines"] == "2"
    assert (mended.code, mended.rows) == ("row.repaired_cut" if is_cut else "row.repaired", (2,))


def test_a_line_that_lacks_its_brackets_takes_nothing_from_the_next(read):
    for cut in ('{"question": "q1", "answer": "a1"', '{"question": "q1", "answer": "a1",'):
        text = "\n".join([LINES[0], cut, "by hand", LINES[2], LINES[3]])
        found = read(text)
        assert faults(found) == [("row.broken_json", [2], "2"), ("lines.left_out", [], "3")]
        mended = read(text, repair=True)
        assert values(mended) == ROWS and faults(mended) == [("row.repaired", [2], "2"), ("lines.left_out", [], "3")]


def test_rows_of_several_lines_are_mended_as_before(read):
    pretty = [json.dumps(row, indent=1) for row in ROWS]
    plain = [text.replace("\n ", "\n") for text in pretty]
    for texts in (pretty, plain):
        for broken in range(4):
            for before in ([], LINES[:1]):
                made = list(texts)
                made[broken] = made[broken].replace('",', '" ,,').replace("\n}", ",\n}")
                found = read("\n".join([*before, *made]), repair=True)
                assert values(found) == ROWS[: len(before)] + ROWS
                assert [code for code, *_ in faults(found)] == ["row.repaired"]
    inside = '{"question": "q",\n<<<<<<< HEAD\n"answer": "ours"\n=======\n"answer": "theirs"\n>>>>>>> other\n}\n'
    both = read(f"{LINES[0]}\n{LINES[1]}\n{inside}{LINES[3]}", repair=True)
    assert [row["answer"] for row in values(both)] == ["a0", "a1", "ours", "theirs", "a3"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_where_lines_are_broken_off_is_said_once_and_in_plain_words(read, language):
    text = "\n".join([LINES[0], "// mine", LINES[1][:-3], LINES[2][:-3], LINES[3].replace(",", ""), LINES[0]])
    left, off, broken = read(text).findings
    say = load(language).finding
    listed = "3, 4" if language == "en" else "3、4"
    assert (off.code, broken.code, left.code) == ("row.broken_off", "row.broken_json", "lines.comment")
    assert say(off).count(listed) == 1 and "2, 3" not in say(off) and "2、3" not in say(off)
    assert "control" not in say(off) and "Expecting" not in say(off) and "(" not in say(off)
    assert broken.facts["said"] in say(broken)
    cut = say(read(text, repair=True).findings[1])
    assert ("rows 2, 3" if language == "en" else "第 2、3 行") in cut


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_wherever_lines_are_cut_nothing_is_learned_that_stood_elsewhere(data, tmp_path_factory):
    lines = [chat(number) for number in range(8)]
    for number in data.draw(st.sets(st.integers(0, 6), min_size=1, max_size=4)):
        lines[number] = lines[number][: data.draw(st.integers(30, len(lines[number]) - 1))]
    behind = data.draw(st.integers(1, 7))
    lines.insert(behind, data.draw(st.sampled_from(["// exported by a tool", "exported, by a tool", '"exported"'])))
    path = tmp_path_factory.mktemp("cut") / "chats.jsonl"
    path.write_text("\n".join(lines) + "\n")
    for repair in (False, True):
        found = files.read(path, choices=Choices(repair=repair))
        rows = {record.number - 1: record.values for record in found.rows}
        assert found.count == 8 and "exported" not in json.dumps(list(rows.values()))
        for number, row in rows.items():
            said = [turn.get("content") or "" for turn in row["messages"] if isinstance(turn, dict)]
            whole = [turn["content"] for turn in json.loads(chat(number))["messages"]]
            assert all(words.startswith(part) for part, words in zip(said, whole, strict=False))
