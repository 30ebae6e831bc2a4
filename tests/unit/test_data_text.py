"""Running text and tables as people lay them out: blocks, lines, transcripts, titles, and tables without names."""

import pytest

from core.data import files
from core.data.choices import Choices


@pytest.fixture
def read(tmp_path):
    def reading(text, **choices):
        path = tmp_path / "x.txt"
        path.write_text(text, encoding="utf-8", newline="")
        opened = files.open_file(path, name="x.txt", choices=Choices(**choices))
        return opened, [row.values for row in opened.records]

    return reading


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_text_is_read_by_blocks_else_by_lines(read, end):
    blocks = end.join(["# Title", "", "One line,", "and another.", "", "", "The end."])
    opened, rows = read(blocks)
    assert (opened.container, opened.columns, opened.count) == ("text", ["text"], 3)
    assert [row["text"] for row in rows] == ["# Title", f"One line,{end}and another.", "The end."]
    _, rows = read(end.join(["Once there was a file.", "It had no columns.", ""]))
    assert [row["text"] for row in rows] == ["Once there was a file.", "It had no columns."]
    prose = "Once upon a time, there was a file, and it had no columns, only words. " * 20
    assert read(prose)[1] == [{"text": prose}]


@pytest.mark.parametrize(
    "text",
    [
        "[Verse 1]\nla la\n[Chorus]\nlo lo\n",
        "{{name}} says hello\nand goes\n",
        "Note: this is text\nand so on\nand on\n",
    ],
)
def test_text_that_looks_like_something_else(read, text):
    assert [row["text"] for row in read(text)[1]] == text.splitlines()


def test_transcripts_become_conversations(read):
    talk = [
        {"from": "Anna", "value": "Hello"},
        {"from": "Bot", "value": "Hi,\nhow are you?"},
        {"from": "Anna", "value": "Fine"},
    ]
    for text in (
        "Anna: Hello\nBot: Hi,\nhow are you?\nAnna: Fine\n\nAnna: Bye\nBot: See you\n",
        "Anna: Hello\nBot: Hi,\nhow are you?\nAnna: Fine\n---\nAnna: Bye\nBot: See you\n",
    ):
        opened, rows = read(text)
        assert opened.columns == ["messages"] and rows[0] == {"messages": talk} and len(rows) == 2
    _, rows = read("客户：你好\n\n客服：您好，请问需要什么？\n\n客户：退货\n\n客服：可以\n")
    assert [turn["from"] for turn in rows[0]["messages"]] == ["客户", "客服"] * 2 and len(rows) == 1
    _, rows = read("Q: What?\nA: That.\n\nQ: Who?\nA: Me.\n")
    assert [turn["value"] for row in rows for turn in row["messages"]] == ["What?", "That.", "Who?", "Me."]


def test_a_transcript_is_no_file_of_settings(read):
    _, rows = read("system: Be kind.\nuser: Hello\nassistant: Hi\nuser: Bye\nassistant: See you\n")
    assert [turn["from"] for turn in rows[0]["messages"]] == ["system", *["user", "assistant"] * 2] and len(rows) == 1


def test_titles_above_the_names(read):
    opened, rows = read("FAQ of our shop,,\n,,\nquestion,answer,id\nx,y,1\nz,w,2\n")
    assert opened.columns == ["question", "answer", "id"] and len(rows) == 2 and opened.sure
    assert [(one.code, one.facts["title"]) for one in opened.findings] == [("table.title_rows", "FAQ of our shop")]


def test_tables_without_names(read):
    text = "How do I open it?,Turn the key.\nWhere is it?,In the hall.\n"
    opened, rows = read(text)
    assert opened.columns == ["column 1", "column 2"] and len(rows) == 2 and not opened.sure
    opened, rows = read(text, header=True)
    assert opened.columns == ["How do I open it?", "Turn the key."] and len(rows) == 1 and opened.sure
    opened, rows = read("question,answer\nx,y\n", header=False)
    assert opened.columns == ["column 1", "column 2"] and rows[0] == {"column 1": "question", "column 2": "answer"}
    opened, _ = read("frage,antwort\nWas?,Das ist eine lange Antwort\nWie?,So geht es am besten\n")
    assert opened.columns == ["frage", "antwort"] and opened.sure


def test_the_separator_can_be_chosen(read):
    opened, rows = read("frage~antwort\na, b~c\nd~e\n", separator="~")
    assert opened.container == "csv" and opened.columns == ["frage", "antwort"] and rows[0]["frage"] == "a, b"
    opened, rows = read('{"a": 1};{"b": 2}\nx;y\n', separator=";", header=False)
    assert rows[0] == {"column 1": '{"a": 1}', "column 2": '{"b": 2}'}


def test_cells_of_any_length_and_many_lines(read):
    long, lines = "x" * 300_000, "line\n" * 3000
    opened, rows = read(f'question,answer\n{long},"{lines}"\nq,a\n')
    assert rows == [{"question": long, "answer": lines}, {"question": "q", "answer": "a"}] and not opened.findings


def test_a_table_that_ends_inside_quotation_marks(read):
    opened, rows = read('question,answer\na,b\nc,"and so on\n')
    assert rows == [{"question": "a", "answer": "b"}] and opened.findings[0].code == "row.cut"


def test_zero_characters_in_text_cost_their_line(read):
    opened, rows = read("one\ntwo\x00\n" + "three\n" * 50)
    assert len(rows) == 51 and [(one.code, one.facts["lines"]) for one in opened.findings] == [("lines.nul", "2")]
    opened, rows = read("one\ntwo\x00\n" + "three\n" * 50, repair=True)
    assert rows[1] == {"text": "two"} and opened.findings[0].code == "lines.repaired"


def test_a_talk_with_a_comma_in_every_line_is_no_table(read):
    opened, rows = read("\n".join(f"CIRI: What do you see, {n}?\nGERALT: Tracks, {n}." for n in range(12)))
    assert opened.container == "text" and opened.columns == ["messages"]
    assert rows[0]["messages"][0] == {"from": "CIRI", "value": "What do you see, 0?"}
