"""Repetitions: exact ones in a file of any size, near ones that really are near, and rows learned and measured on."""

import random

import pytest

from core.data.checks import Checker, duplicates
from core.data.checks.duplicates import leak

LEXICON = "".join(chr(0x4E00 + step * 7) for step in range(600))
STARTS, MIDDLES = ("ba", "ko", "mi", "tu", "ze", "flo", "gri"), ("ra", "lo", "ni", "du", "fe")
WORDS = [f"{one}{two}{three}" for one in STARTS for two in MIDDLES for three in "stnlmpkr"]


def said(rng, length, chinese=False):
    if chinese:
        return "".join(rng.choice(LEXICON) for _ in range(length))
    return " ".join(rng.choice(WORDS) for _ in range(length))


def row(number, question, answer):
    return {
        "row": number,
        "messages": [{"role": "user", "content": question}, {"role": "assistant", "content": answer}],
    }


def found(rows, code):
    checker = Checker()
    for each in rows:
        checker.see(each)
    return [finding for finding in checker.findings() if finding.code == code]


@pytest.mark.parametrize("chinese", [False, True])
def test_near_rows_are_named_with_the_row_they_are_near_to(chinese):
    rng = random.Random(1)
    rows = [row(n, said(rng, 12, chinese) + "?", said(rng, 120, chinese)) for n in range(1, 400)]
    one = rows[41]["messages"]
    answer = one[1]["content"]
    changed = answer[:100] + ("另" if chinese else " altogether ") + answer[101:]
    rows.append(row(400, one[0]["content"].upper().replace("?", "？！"), changed))
    (near,) = found(rows, "row.near")
    assert (near.level, near.rows, near.facts["pairs"]) == ("info", (400,), "400 ≈ 42")


def test_what_only_looks_alike_is_not_named():
    rng = random.Random(2)
    frame = "Read the following order of a customer with care and write it down as JSON without any other word: "
    long_answer = said(rng, 150)
    rows = [row(n, frame + said(rng, 8), said(rng, 10)) for n in range(1, 80)]  # one frame round all questions
    rows += [row(n, said(rng, 7) + "?", long_answer) for n in range(80, 95)]  # other words, the same answer
    rows += [row(n, f"What is {n} plus {n}?", f"The sum of the two numbers is {2 * n}.") for n in range(95, 120)]
    rows += [
        row(120, "几点开门？", "九点。"),
        row(121, "几点关门？", "九点。"),
        row(122, "1+1", "2"),
        row(123, "1-1", "2"),
    ]
    assert found(rows, "row.near") == []


def test_exact_ones_are_named_once_and_variants_of_one_row_never():
    rows = [row(n, f"question {n}", f"answer {n}") for n in range(1, 20)]
    rows += [row(20, "question 3", "answer 3"), row(21, "question 3", "answer 3")]
    rows += [{**row(22, "again", "and again"), "variant": 0}, {**row(22, "again", "and again"), "variant": 1}]
    assert [each.rows for each in found(rows, "row.duplicate")] == [(20, 21)]
    assert found(rows, "row.near") == []


def test_a_large_file_says_how_far_it_was_looked(monkeypatch):
    monkeypatch.setattr(duplicates, "COMPARED", 50)
    rng = random.Random(3)
    rows = [row(n, said(rng, 12), said(rng, 60)) for n in range(1, 60)]
    rows.insert(10, row(99, rows[0]["messages"][0]["content"] + "!", rows[0]["messages"][1]["content"]))
    rows.append(row(100, rows[3]["messages"][0]["content"] + "!", rows[3]["messages"][1]["content"]))
    (near,) = found(rows, "row.near_first")
    assert near.rows == (99,) and near.facts["compared"] == 50


def test_rows_learned_and_measured_on():
    rng = random.Random(4)
    learned = [row(n, said(rng, 12), said(rng, 60)) for n in range(1, 60)]
    apart = [row(n, said(rng, 12), said(rng, 60)) for n in range(1, 20)]
    assert leak(learned, apart) is None
    exact = {**learned[7], "row": 20}
    near = row(21, learned[8]["messages"][0]["content"].title(), learned[8]["messages"][1]["content"] + "!")
    told = leak(learned, [*apart, exact, near])
    assert told is not None and told.rows == (20, 21)
    assert (told.facts["exact"], told.facts["near"]) == (1, 1)


def test_running_text_and_preferences_can_repeat_too():
    rng = random.Random(6)
    texts = [{"row": n, "text": said(rng, 90)} for n in range(1, 30)]
    texts.append({"row": 30, "text": texts[4]["text"].upper()})
    assert [each.rows for each in found(texts, "row.near")] == [(30,)]
    turn = [{"role": "assistant", "content": said(rng, 40)}]
    prompt = [{"role": "user", "content": said(rng, 12)}]
    pairs = [
        {"row": n, "prompt": prompt, "chosen": turn, "rejected": [{"role": "assistant", "content": said(rng, 40)}]}
        for n in range(1, 20)
    ]  # other rejected answers to one question: meant so
    assert found(pairs, "row.near") == []
