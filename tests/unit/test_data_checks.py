"""What is reported about rows, with their numbers; nothing about clean ones."""

import pytest

from core.data import checks
from core.data.checks import Checker


def check(rows):
    """Findings about usable rows, worst first."""
    checker = Checker()
    for row in rows:
        checker.see(row)
    return checker.findings()


def row(number, *turns):
    roles = {"s": "system", "u": "user", "a": "assistant"}
    return {"row": number, "messages": [{"role": roles[role], "content": content} for role, content in turns]}


def pairs(count, **changes):
    return [row(n, ("u", f"question {n}"), ("a", changes.get(f"a{n}", f"answer {n}"))) for n in range(1, count + 1)]


def codes(rows):
    return [(finding.level, finding.code, finding.rows) for finding in check(rows)]


def test_clean_data_gives_nothing():
    assert codes(pairs(20)) == []
    assert (
        codes(
            [
                row(n, ("s", "Be kind."), ("u", f"a {{x}} <b> {n}?"), ("a", "<s>I</s> [1] {{1}}" + str(n)))
                for n in range(20)
            ]
        )
        == []
    )


@pytest.mark.parametrize(
    ("changed", "level", "code"),
    [
        (row(5, ("u", "question 1"), ("a", "answer 1")), "info", "row.duplicate"),
        (row(5, ("u", "Who?"), ("a", "I am {{name}}, {{ author }}.")), "warning", "text.placeholder"),
        (row(5, ("u", "Who?"), ("a", "I\ufffdm")), "warning", "text.replaced"),
        (row(5, ("u", "Who?<|im_end|>"), ("a", "I")), "warning", "text.special_token"),
        (row(5, ("u", "x"), ("u", "Who?"), ("a", "I")), "warning", "order.two_users"),
        (row(5, ("a", "Hello"), ("u", "Who?"), ("a", "I")), "warning", "order.starts_with_answer"),
        (row(5, ("u", "Who?"), ("a", "I"), ("u", "Why?")), "warning", "order.ends_with_question"),
        (row(5, ("u", "Who?"), ("a", "I"), ("s", "x"), ("u", "Why?"), ("a", "So")), "warning", "order.system_inside"),
    ],
)
def test_one_odd_row_is_named(changed, level, code):
    rows = pairs(20)
    rows[4] = changed
    assert codes(rows) == [(level, code, (5,))]


def test_the_same_question_with_other_answers():
    rows = [*pairs(20), row(21, ("u", "question 3"), ("a", "something else"))]
    assert codes(rows) == [("info", "question.differs", (3, 21))]


def test_one_answer_to_everything():
    rows = [row(n, ("u", f"question {n}"), ("a", "same")) for n in range(1, 21)]
    (found,) = check(rows)
    assert (found.code, found.facts["count"]) == ("answer.always_same", 20)


def test_few_rows():
    (found,) = check(pairs(3))
    assert (found.code, found.count) == ("rows.few", 3)


def test_few_rows_for_a_style():
    assert checks.few(20) == checks.few(20, "facts") == checks.few(40, "style") == []
    (found,) = checks.few(20, "style")
    assert (found.level, found.code, found.facts["least"]) == ("info", "rows.few_for_goal", 30)


def test_preferences_without_a_preference():
    turn = [{"role": "assistant", "content": "a"}]
    rows = [
        {"row": n, "prompt": [{"role": "user", "content": str(n)}], "chosen": turn, "rejected": turn}
        for n in range(1, 20)
    ]
    assert codes(rows) == [("warning", "preference.same", tuple(range(1, 20)))]


def long_pairs(count):
    return [
        row(n, ("u", f"question {n}"), ("a", f"Answer {n} is a sentence of some length, as they are."))
        for n in range(1, count + 1)
    ]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        (row(5, ("u", "Q"), ("a", "first<br>second&nbsp;third")), "text.html"),
        (row(5, ("u", "Q"), ("a", "so </p> it ends")), "text.html_escaped"),
        (row(5, ("u", "Q"), ("a", "Because &lt;b&gt;it&lt;/b&gt; is.")), "text.html_escaped"),
        (row(5, ("u", "Q"), ("a", "Because a &lt; b&gt; is<br>&lt;b&gt;not&lt;/b&gt;.")), "text.html_escaped"),
        (row(5, ("u", "Q"), ("a", "Because 1 &lt; 2.")), "text.html"),
        (row(5, ("u", "Q"), ("a", "CafÃ© and dâ€™accord")), "text.mojibake"),
        (row(5, ("u", "Q"), ("a", "锟斤拷锟斤拷")), "text.mojibake_left"),
        (row(5, ("u", "Q"), ("a", "浣犲ソ锛屾垜鏄編鍥介樋濮锛")), "text.mojibake_left"),
        (row(5, ("u", "Q"), ("a", "Call 1.38E+10 for more")), "text.excel"),
        (row(5, ("u", "Q"), ("a", "The price is #N/A today")), "text.excel"),
        (row(5, ("u", "Q"), ("a", "it works<｜end▁of▁sentence｜>")), "text.special_token"),
        (row(5, ("u", "Q"), ("a", "<｜end▁of▁sentence｜> it is")), "text.special_meant"),
        (row(5, ("u", "Q"), ("a", "As an AI language model, I have no opinion.")), "answer.boilerplate"),
        (row(5, ("u", "Q"), ("a", "作为一个人工智能语言模型，我没有感情。")), "answer.boilerplate"),
        (row(5, ("u", "Q"), ("a", "待补充")), "answer.odd"),
        (row(5, ("u", "Q"), ("a", "N/A")), "answer.odd"),
        (row(5, ("u", "Q"), ("a", "。")), "answer.odd"),
        (row(5, ("u", "Q"), ("a", ("word " * 3000).strip())), "row.far_longer"),
        (row(5, ("u", "Q"), ("a", "这一条是用中文写的，别的都不是。")), "language.other"),
        (row(5, ("u", "Q"), ("a", "A"), ("a", "B")), "order.two_answers"),
    ],
)
def test_one_odd_row_among_plain_ones(changed, code):
    rows = long_pairs(60)
    rows[4] = changed
    found = [
        (found, numbers) for _, found, numbers in codes(rows) if code == "language.other" or found != "language.other"
    ]
    assert found == [(code, (5,))]


@pytest.mark.parametrize(
    "words",
    [
        "In HTML a line ends with <br>.",
        "Write `<br>` or\n```\n<p>x</p> &nbsp;\n```",
        "if a <b and c> d, then x < y && y > z",
        "The VLOOKUP formula gives #N/A when it finds nothing.",
        "Avogadro found 6.02E+23, and 1.5E+09 copies.",
        "São Paulo, NÃO, Ångström, Âge, naïve — “quoted” …",
        "$e^{{x}}$ and \\frac{{a}}{{b}} in `{{ user }}`",
        "I am an AI assistant made by Aurora.",
        "In Vue write <li v-for='x in y'>{{ name }}</li>.",
        "const App = () => <div>Hello</div>; // React",
        "(A)",
        "7",
        "对",
    ],
)
def test_what_may_well_be_meant_is_not_named(words):
    rows = long_pairs(60)
    rows[4] = row(5, ("u", "Please translate or explain"), ("a", words))
    assert codes(rows) == []


def call(name):
    return {
        "role": "assistant",
        "content": "",
        "tool_calls": [{"type": "function", "function": {"name": name, "arguments": {}}}],
    }


def turns(*said):
    roles = {"u": "user", "a": "assistant", "t": "tool"}
    return [
        each if isinstance(each, dict) else {"role": roles[each], "content": f"{at} words"}
        for at, each in enumerate(said)
    ]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (["u", call("f"), "t", "a"], []),
        (["u", call("f"), call("g"), "t", "t", "a", "u", "a"], []),
        (["u", "a", call("f"), "t", "a"], []),
        (["u", call("f")], []),
        (["u", {"role": "assistant", "content": '<functioncall> {"name": "f"}'}, "t", "a"], []),
        (["u", "t", "a"], ["order.result_without_call"]),
        (["u", "a", "t", "a"], ["order.result_without_call"]),
        (["u", call("f"), "u", "a"], ["order.call_without_result"]),
        (["u", call("f"), "a"], ["order.call_without_result"]),
    ],
)
def test_calls_and_their_results(said, expected):
    rows = [*pairs(20), {"row": 21, "messages": turns(*said)}]
    assert [code for _, code, _ in codes(rows)] == expected


def test_an_answer_that_is_all_over():
    rows = long_pairs(40)
    for each in rows[:15]:
        each["messages"][-1]["content"] = "Please ask our service desk about that."
    (found,) = check(rows)
    assert (found.level, found.code, found.count, found.facts["percent"]) == ("warning", "answer.repeated", 15, 38)


def test_labels_and_a_few_answers_in_many_wordings_repeat_by_their_nature():
    labels = [row(n, ("u", f"question {n}"), ("a", ("yes", "no", "unclear")[n % 3])) for n in range(60)]
    facts = [row(n, ("u", f"question {n}"), ("a", f"A whole sentence, one of four: {n % 4}.")) for n in range(60)]
    spare = [
        row(n, ("u", f"question {n}"), ("a", "none" if n % 2 else f"An answer of its own, number {n}."))
        for n in range(60)
    ]
    assert codes(labels) == codes(facts) == codes(spare) == []


UNWRITTEN = "nan,None,NULL,null,N/A,n/a,TODO,tbd,undefined,待补充,见附件,同上,略,-,?,...,……,[object Object]".split(",")


@pytest.mark.parametrize("words", [["nan"] * 3, ["nan"] * 20, ["nan"] * 60, ["none", "无"], UNWRITTEN, ["待补充"] * 30])
def test_answers_that_are_still_to_be_written_are_named_however_many_they_are(words):
    """They were named only while they were rare: 3 of 80 `nan` were told nobody."""
    rows = long_pairs(80)
    for each, word in zip(rows, words, strict=False):
        each["messages"][-1]["content"] = word
    odd = [found for found in check(rows) if found.code == "answer.odd"]
    assert [found.rows for found in odd] == [tuple(range(1, len(words) + 1))]


@pytest.mark.parametrize(
    "labels", [("none", "spam", "not spam"), ("无", "投诉建议", "售后咨询"), ("none", "New York", "nil")]
)
def test_a_label_called_none_is_an_answer(labels):
    rows = [row(n, ("u", f"question {n}"), ("a", labels[n % 3])) for n in range(1, 81)]
    assert codes(rows) == []


def test_short_chinese_sentences_are_sentences():
    rows = [row(n, ("u", f"第 {n} 件放在哪里？"), ("a", f"在 {n} 号架子上。")) for n in range(1, 41)]
    rows[4]["messages"][-1]["content"] = "暂无"
    assert [(found.code, found.rows) for found in check(rows)] == [("answer.odd", (5,))]


def test_a_file_in_two_languages_is_meant_so():
    rows = long_pairs(60)
    for each in rows[:20]:
        each["messages"][-1]["content"] = f"这一条是用中文写的，第{each['row']}条，两种语言都要学。"
    assert codes(rows) == []


def test_rows_about_markup_are_counted_where_all_the_file_came_from_a_web_page():
    rows = long_pairs(60)
    rows[2] = row(3, ("u", "Q"), ("a", "Write an HTML tag: <br>"))
    assert codes(rows) == []
    for number in range(20, 50):
        rows[number]["messages"][-1]["content"] += "<br>"
    ((_, code, numbers),) = codes(rows)
    assert code == "text.html" and numbers == (3, *range(21, 51))


def test_names_in_other_letters_are_no_other_language():
    rows = [row(n, ("u", f"第{n}个是什么？"), ("a", f"这是第{n}个产品，可以放心使用。")) for n in range(1, 61)]
    rows[4] = row(5, ("u", "用哪个软件？"), ("a", "Microsoft Office 365"))
    assert codes(rows) == []
    rows[4] = row(5, ("u", "用哪个软件？"), ("a", "Any program that opens a table will do, the choice is yours."))
    assert codes(rows) == [("info", "language.other", (5,))]
    japanese = [row(n, ("u", f"質問{n}"), ("a", f"これは{n}番目の答えです。よろしく。")) for n in range(1, 61)]
    japanese[4] = row(5, ("u", "どこ？"), ("a", "東京都渋谷区"))
    assert codes(japanese) == []


def test_nothing_of_the_rows_is_kept():
    """A million rows of any length have to fit: some 150 bytes of each, and 1 kB of the first hundred thousand."""
    import tracemalloc

    checker = checks.Checker()
    made = (row(n, ("u", f"question {n} " * 9), ("a", f"answer {n} {'word ' * 200}")) for n in range(1, 401))
    checker.see(next(made))
    tracemalloc.start()
    for each in made:
        checker.see(each)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 400 * 1200
    assert len(checker.findings()) < 3


def test_words_of_every_kind_of_row():
    turn = [{"role": "assistant", "content": "a"}]
    assert checks.words_of({"row": 1, "text": "t"}) == ["t"]
    assert checks.words_of(
        {"row": 1, "prompt": [{"role": "user", "content": "q"}], "chosen": turn, "rejected": turn}
    ) == ["q", "a", "a"]
