"""Talk in text: questions and answers, known speakers with other labels between them, copies from chat programs."""

import pytest

from core.data import files
from core.data.choices import Choices


@pytest.fixture
def talk(tmp_path):
    def reading(text, name="x.txt"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8", newline="")
        opened = files.open_file(path, name=name, choices=Choices())
        rows = [row.values for row in opened.records]
        assert opened.columns == ["messages"], opened.columns
        return [[(turn["from"], turn["value"]) for turn in row["messages"]] for row in rows], opened

    return reading


@pytest.mark.parametrize(
    ("question", "answer", "names"),
    [
        ("Q: {}?", "A: {}.", ("Q", "A")),
        ("问：{}？", "答：{}。", ("问", "答")),
        ("Question: {}?", "Answer: {}.", ("Question", "Answer")),
        ("Q{n}: {}?", "A{n}: {}.", ("Q", "A")),
        ("问题{n}：{}？", "答案{n}：{}。", ("问题", "答案")),
        ("q{n}: {}?", "a{n}: {}.", ("q", "a")),
        ("Question {n}: {}?", "Answer {n}: {}.", ("Question", "Answer")),
        ("**Q: {}?**", "A: {}.", ("Q", "A")),
        ("**Q: {}?**", "**A:** {}.", ("Q", "A")),
        ("### Q: {}?", "A: {}.", ("Q", "A")),
        ("Frage: {}?", "Antwort: {}.", ("Frage", "Antwort")),
    ],
)
@pytest.mark.parametrize("between", ["\n", "\n\n", "\n---\n"])
def test_questions_and_answers_are_a_row_each(talk, question, answer, names, between):
    """Without blank lines a thousand of them were read as one conversation."""
    pairs = [(question.format(f"What is {n}", n=n), answer.format(f"It is {n}", n=n)) for n in range(1, 31)]
    rows, _ = talk(between.join("\n".join(pair) for pair in pairs) + "\n")
    assert len(rows) == 30 and {len(row) for row in rows} == {2}
    assert tuple(name for name, _ in rows[6]) in (names, ("question", "answer"))
    assert [said.strip("?.？。") for _, said in rows[6]] == ["What is 7", "It is 7"]


def test_long_answers_and_a_missing_one_stay_pairs(talk):
    text = (
        "FAQ of our shop\n\nQ: One?\nA: Yes.\n\nAnd more:\n- Phone: 5\nQ: Two?\nQ: Three?\nA: No.\n"
        + "Q: x?\nA: y.\n" * 20
    )
    rows, opened = talk(text)
    assert rows[0] == [("Q", "One?"), ("A", "Yes.\n\nAnd more:\n- Phone: 5")]
    assert rows[1:3] == [[("Q", "Two?")], [("Q", "Three?"), ("A", "No.")]] and len(rows) == 23
    assert [(one.code, one.facts["said"]) for one in opened.findings] == [("lines.left_out", "FAQ of our shop")]


def test_several_questions_in_each_block_are_a_conversation(talk):
    rows, _ = talk("Q: One?\nA: Yes.\nQ: And then?\nA: No.\n\nQ: Two?\nA: Yes.\nQ: And then?\nA: No.\n")
    assert [len(row) for row in rows] == [4, 4]


def test_users_and_assistants_without_blank_lines_are_one_conversation(talk):
    rows, _ = talk("User: a\nAssistant: b\n" * 30)
    assert [len(row) for row in rows] == [60]
    rows, _ = talk("客户：你好\n客服：你好！\n客户：几点开门？\n客服：九点。\n\n客户：退货\n客服：可以\n")
    assert [len(row) for row in rows] == [4, 2]


@pytest.mark.parametrize(
    "text",
    [
        "User: question\nnote: the time is: now\nAssistant: the answer\nStep 1: do\nStep 2: go\nhttps://x.org/a\n\n"
        * 8,
        "User: hi\nAssistant: Here are steps:\nStep 1: mix\nStep 2: bake\nNote: hot!\nUser: thanks\nAssistant: ok\n",
        "User: Why?\nAssistant: Answer: 5\nQuestion: none\nInput: 5\nOutput: 6\nmore\nand more\n\n" * 3,
        "Q: What is it?\nA: Price: 5 EUR\nPhone: 123\nUser: none\nQ: ok?\nA: yes\n",
        "客户：怎么装？\n客服：这样装：\n步骤1：打开\n步骤2：关上\n注意：别用力\n\n" * 4,
    ],
)
def test_other_labels_are_words_of_the_turn(talk, text):
    rows, _ = talk(text)
    names = {name for row in rows for name, _ in row}
    assert names in ({"User", "Assistant"}, {"Q", "A"}, {"客户", "客服"})
    assert sum(said.count("\n") for row in rows for _, said in row) >= 2


def test_an_answer_behind_a_blank_line_belongs_to_its_question(talk):
    rows, _ = talk("User: a\n\nAssistant: b\n\nUser: c\nAssistant: d\n\nUser: e\nAssistant: f\n")
    assert [[name for name, _ in row] for row in rows] == [["User", "Assistant"]] * 3


def test_names_alone_on_a_line_and_headings_between_sections(talk):
    rows, _ = talk("张三:\n你好\n\n李四:\n您好\n\n张三:\n几点开门\n\n李四:\n九点\n")
    assert rows == [[("张三", "你好"), ("李四", "您好"), ("张三", "几点开门"), ("李四", "九点")]]
    rows, opened = talk(
        "# FAQ\n\n## Shipping\n\nQ: One?\nA: Yes.\n\n## Payment\n\nQ: Two?\nA: No.\n\n# Not a heading\n"
    )
    assert [row[1][1] for row in rows] == ["Yes.", "No.\n\n# Not a heading"]
    (left,) = opened.findings
    assert (left.code, left.facts["lines"]) == ("lines.left_out", "1, 3, 8")


@pytest.mark.parametrize(
    "text",
    [
        "From: a@b.c\nTo: d@e.f\nSubject: Hi\n\nHello, there\n",
        "From: a@b.c\nTo: d@e.f\nFrom: d@e.f\nTo: a@b.c\n",
        "https://a.org\nhttp://b.org\nhttps://c.org\nhttp://d.org\n",
        "12:30 Lunch\n13:30 Talk\n12:30 Tea\n13:30 End\n",
        "Model: X200\nInput: 5 V\nOutput: 12 V\nWeight of the thing is not known\nWe asked for it\n",
    ],
)
def test_what_is_no_talk(tmp_path, text):
    path = tmp_path / "x.txt"
    path.write_text(text, encoding="utf-8")
    assert files.read(path).columns == ["text"]


COPIES = {
    "WhatsApp on an iPhone": "[12/01/24, 10:00:01] Anna: Hi\n[12/01/24, 10:00:05] Ben: Hello!\nsecond line\n"
    "[12/01/24, 10:01:00] Anna: What time: now?\n[12/01/24, 10:01:09] Ben: Nine.\n",
    "WhatsApp on Android": "12.01.24, 10:00 - Messages are encrypted.\n12.01.24, 10:00 - Anna: Hi\n"
    "12.01.24, 10:00 - Ben: Hello!\nsecond line\n"
    "12.01.24, 10:01 - Anna: What time: now?\n12.01.24, 10:02 - Ben: Nine.\n"
    "12.01.24, 10:03 - Ben: <Media omitted>\n",
    "American WhatsApp": "1/12/24, 10:00\u202fAM - Anna: Hi\n1/12/24, 10:00\u202fAM - Ben: Hello!\nsecond line\n"
    "1/12/24, 1:01\u202fPM - Anna: What time: now?\n1/12/24, 1:02\u202fPM - Ben: Nine.\n",
    "WeChat": "Anna 2024-01-01 10:00:00\nHi\n\nBen 2024-01-01 10:00:05\nHello!\nsecond line\n\n"
    "Anna 2024-01-01 10:01:00\nWhat time: now?\n\nBen 2024-01-01 10:01:05\nNine.\n",
    "QQ": "2024-01-01 10:00:00 Anna(1234567)\nHi\n\n2024-01-01 10:00:05 Ben(7654321)\nHello!\nsecond line\n\n"
    "2024-01-01 10:01:00 Anna(1234567)\nWhat time: now?\n\n2024-01-01 10:01:05 Ben(7654321)\nNine.\n",
    "Telegram": "Anna, [12.01.2024 10:00]\nHi\n\nBen, [12.01.2024 10:00]\nHello!\nsecond line\n\n"
    "Anna, [12.01.2024 10:01]\nWhat time: now?\n\nBen, [12.01.2024 10:02]\nNine.\n",
    "Telegram in brackets": "[12.01.24, 10:00] Anna: Hi\n[12.01.24, 10:00] Ben: Hello!\nsecond line\n"
    "[12.01.24, 10:01] Anna: What time: now?\n[12.01.24, 10:02] Ben: Nine.\n",
    "Slack": "Anna  10:00 AM\nHi\nBen  10:01 AM\nHello!\nsecond line\n"
    "Anna  10:02 AM\nWhat time: now?\nBen  10:03 AM\nNine.\n",
    "Discord": "Anna — Today at 10:00 AM\nHi\nBen — Today at 10:01 AM\nHello!\nsecond line\n"
    "Anna — Today at 10:02 AM\nWhat time: now?\nBen — Today at 10:03 AM\nNine.\n",
    "Zoom": "10:00:01 From Anna to Everyone: Hi\n10:00:02 From Ben to Everyone: Hello!\nsecond line\n"
    "10:01:00 From Anna to Everyone: What time: now?\n10:01:01 From Ben to Everyone: Nine.\n",
    "IRC": "[10:00] <Anna> Hi\n[10:00] <Ben> Hello!\nsecond line\n"
    "[10:01] <Anna> What time: now?\n[10:01] <Ben> Nine.\n",
}


@pytest.mark.parametrize("program", COPIES)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_copied_chat_is_read_without_its_time_stamps(talk, program, end):
    """Dates were read as columns, or `12/01/24, 10` as the name of a speaker."""
    rows, opened = talk(COPIES[program].replace("\n", end))
    assert rows == [[("Anna", "Hi"), ("Ben", "Hello!\nsecond line"), ("Anna", "What time: now?"), ("Ben", "Nine.")]]
    assert "talk.copied" in [one.code for one in opened.findings]
    assert all(one.level == "info" for one in opened.findings)


def test_each_day_of_a_chat_is_a_conversation_and_what_the_program_says_is_left_out(talk):
    rows, opened = talk(COPIES["WhatsApp on Android"] + COPIES["WhatsApp on Android"].replace("12.01", "13.01"))
    assert [len(row) for row in rows] == [4, 4]
    (left,) = [one for one in opened.findings if one.code == "lines.left_out"]
    assert left.facts["count"] == 4 and "encrypted" in left.facts["said"]
    rows, _ = talk("张三 2024-01-01 10:00:00\n你好\n\n李四 2024-01-01 10:00:05\n您好,有什么可以帮您\n")
    assert rows == [[("张三", "你好"), ("李四", "您好,有什么可以帮您")]]


@pytest.mark.parametrize(
    "text",
    [
        "2024-01-01 10:00:00 INFO start\n2024-01-01 10:00:01 WARN x, y\n2024-01-01 10:00:02 INFO done\n",
        "2024-01-01 10:00:00,1 - app - INFO - loaded: 5\n2024-01-01 10:00:01,2 - app - WARN - slow: 6\n" * 9,
        "2024-01-01 10:00:00 ERROR: disk full\n2024-01-01 10:00:00 WARNING: hot\n" * 5,
        "2024-01-01 10:00:00 Opening\n2024-01-01 10:30 Lunch\n2024-01-01 11:00 Opening\n2024-01-01 12:00:00 Lunch\n",
    ],
)
def test_a_log_is_no_chat(tmp_path, text):
    path = tmp_path / "x.log"
    path.write_text(text, encoding="utf-8")
    assert files.read(path).columns != ["messages"]
