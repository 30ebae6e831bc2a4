"""What is reported about rows, with their numbers; nothing about clean ones."""

import pytest

from core.data import checks
from core.data.checks import check, check_tokens
from core.errors import UserError
from tests.unit.test_data_tokens import CHATML, TRIMMED, make_tokenizer


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


def test_preferences_without_a_preference():
    turn = [{"role": "assistant", "content": "a"}]
    rows = [
        {"row": n, "prompt": [{"role": "user", "content": str(n)}], "chosen": turn, "rejected": turn}
        for n in range(1, 20)
    ]
    assert codes(rows) == [("warning", "preference.same", tuple(range(1, 20)))]


def test_rows_that_do_not_fit():
    tokenizer = make_tokenizer(CHATML)
    rows = [
        row(1, ("u", "hi"), ("a", "yes")),
        row(2, ("u", "x " * 200), ("a", "yes")),
        row(3, ("u", "hi"), ("a", "x " * 200)),
    ]
    usable, found = check_tokens(tokenizer, rows, 100)
    assert usable == 2
    assert [(finding.level, finding.code, finding.rows) for finding in found] == [
        ("error", "tokens.answer_lost", (2,)),
        ("warning", "tokens.cut", (3,)),
    ]
    assert found[0].facts["max_length"] == 100 and found[0].facts["longest"] > 200
    assert check_tokens(tokenizer, rows, None) == (3, [])


def test_rows_that_the_template_refuses():
    rows = [row(1, ("u", "q"), ("a", "a")), row(2, ("s", "s"), ("u", "q"), ("a", "a"))]
    usable, found = check_tokens(make_tokenizer(TRIMMED), rows, None)
    assert usable == 1 and [(finding.code, finding.rows) for finding in found] == [("tokens.refused", (2,))]
    assert found[0].facts["said"] == "System role not supported"
    with pytest.raises(UserError, match=r"tokens\.no_template"):
        check_tokens(make_tokenizer(None), rows, None)


def test_words_of_every_kind_of_row():
    turn = [{"role": "assistant", "content": "a"}]
    assert checks.words_of({"row": 1, "text": "t"}) == ["t"]
    assert checks.words_of(
        {"row": 1, "prompt": [{"role": "user", "content": "q"}], "chosen": turn, "rejected": turn}
    ) == ["q", "a", "a"]
