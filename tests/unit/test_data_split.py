"""Which rows are kept aside: the same ones every time, and no row on both sides."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.keys import Keys, keys_of
from core.data.split import held_out_count, kept_aside, why


def rows(count, kinds=10**9):
    return [{"row": n, "messages": [{"role": "user", "content": str(n % kinds)}]} for n in range(1, count + 1)]


def split(rows, holdout, seed, goal="facts"):
    """(rows to learn, rows kept aside)."""
    aside = kept_aside(keys_of(rows), holdout, seed, goal)
    return tuple([row for row, held in zip(rows, aside, strict=True) if bool(held) == which] for which in (False, True))


@pytest.mark.parametrize(
    ("count", "holdout", "expected"),
    [(199, None, 0), (100, 0.1, 10), (100, 0, 0),
     (100, 30, 30), (3, 0.01, 1), (3, 30, 2), (1, 0.5, 0), (100, 0.999, 99), (0, None, 0)],
)  # fmt: skip
def test_how_many(count, holdout, expected):
    assert held_out_count(count, holdout) == expected
    train, aside = split(rows(count), holdout, 1)
    assert (len(train), len(aside)) == (count - expected, expected)


@pytest.mark.parametrize("goal", ["style", "format"])
@pytest.mark.parametrize(("count", "expected"), [(29, 0), (30, 3), (200, 20), (499, 50), (50_000, 50)])
def test_a_manner_is_measured_from_few_rows_on(goal, count, expected):
    assert held_out_count(count, None, goal) == expected
    assert len(split(rows(count), None, 1, goal)[1]) == expected
    assert held_out_count(count, 0, goal) == 0  # what was said wins


@given(
    count=st.integers(0, 60),
    kinds=st.integers(1, 60),
    holdout=st.none() | st.floats(0, 0.99) | st.integers(1, 80),
    seed=st.integers(0, 9),
)
def test_every_row_is_on_one_side_and_equal_rows_on_the_same(count, kinds, holdout, seed):
    given_rows = rows(count, kinds)
    train, aside = split(given_rows, holdout, seed)
    assert sorted([row["row"] for row in train] + [row["row"] for row in aside]) == [row["row"] for row in given_rows]
    assert not {str(row["messages"]) for row in train} & {str(row["messages"]) for row in aside}
    assert len(aside) <= held_out_count(count, holdout, reworded=keys_of(given_rows).reworded()) and (
        train or not given_rows
    )
    assert split(given_rows, holdout, seed) == (train, aside)


def facts(answers, wordings, plain=0):
    """`answers` facts in so many wordings each, and `plain` ones that are asked in one way only."""
    asked = [(f"{wording} of {answer}", answer) for answer in range(answers) for wording in range(wordings)]
    asked += [(f"plain {number}", f"plain {number}") for number in range(plain)]
    return [
        {"row": row, "messages": [{"role": "user", "content": ask}, {"role": "assistant", "content": str(answer)}]}
        for row, (ask, answer) in enumerate(asked, start=1)
    ]


@pytest.mark.parametrize(
    ("answers", "wordings", "plain", "expected"),
    [
        (99, 2, 1, 0),  # 199 rows: too few to spare any
        (100, 2, 0, 10),
        (0, 1, 1000, 0),  # nothing is asked twice
        (4, 2, 192, 4),  # four rows can be spared, ten would be the share
        (1, 6, 194, 5),
        (500, 2, 0, 50),
        (2500, 2, 0, 200),
    ],
)
def test_a_fact_is_kept_aside_only_where_another_row_teaches_it(answers, wordings, plain, expected):
    given_rows = facts(answers, wordings, plain)
    train, aside = split(given_rows, None, 3)
    assert len(aside) == expected == held_out_count(len(given_rows), None, reworded=keys_of(given_rows).reworded())
    assert {row["messages"][1]["content"] for row in aside} <= {row["messages"][1]["content"] for row in train}
    assert keys_of(given_rows).reworded() == answers * (wordings - 1)


def test_the_same_row_twice_is_no_other_wording():
    twice = [{**row, "row": number} for number, row in enumerate(facts(0, 1, 150) * 2, start=1)]
    assert keys_of(twice).reworded() == 0 and split(twice, None, 1) == (twice, [])


def test_running_text_is_all_learned_and_what_was_said_wins():
    text = [{"row": row, "text": "The same words." if row % 2 else f"Line {row}."} for row in range(1, 401)]
    assert split(text, None, 1)[1] == []
    assert len(split(facts(0, 1, 300), 0.1, 1)[1]) == 30
    assert len(split(facts(0, 1, 300), 7, 1)[1]) == 7


@pytest.mark.parametrize(
    ("rows", "holdout", "goal", "spare", "said"),
    [
        (300, None, "facts", 40, "reworded"),
        (300, None, "facts", 0, "single"),
        (100, None, "facts", 40, "few"),
        (300, 0, "facts", 40, "off"),
        (100, 0, "facts", 40, "off"),
        (300, 0.1, "facts", 0, "some"),
        (300, None, "style", 0, "some"),
        (300, 0, "style", 0, "off"),
    ],
)
def test_the_window_says_which_and_why(rows, holdout, goal, spare, said):
    assert why(rows, holdout, goal, spare) == said


def test_another_seed_keeps_other_rows_aside():
    assert split(rows(100), 0.2, 1)[1] != split(rows(100), 0.2, 2)[1]


def test_the_order_of_the_file_stays():
    for side in split(rows(300), 0.3, 5):
        assert [row["row"] for row in side] == sorted(row["row"] for row in side)


def test_rows_that_differ_in_blanks_case_or_a_full_stop_stay_on_one_side():
    said = ["What is it?", "what  is it", "What is IT。", "  What is it ?!"]
    given_rows = [{"row": n, "text": said[n % 4] if n < 40 else f"Line {n}."} for n in range(80)]
    for seed in range(20):
        for side in split(given_rows, 0.5, seed):
            assert sum(row["row"] < 40 for row in side) in (0, 40)


def test_a_variant_of_a_record_is_a_wording_of_its_own():
    given_rows = facts(100, 2)
    for number, row in enumerate(given_rows):
        row["row"] = number // 2 + 1
        if number % 2:
            row["variant"] = 2
    assert keys_of(given_rows).reworded() == 100
    assert keys_of(given_rows[:1]).content == keys_of([{**given_rows[0], "row": 7, "variant": 3}]).content


def test_a_hundred_thousand_rows_are_split_in_a_moment(tmp_path):
    """The figures of rows are kept beside them, so that no row is read again."""
    keys = keys_of(rows(100_000, 60_000))
    keys.save(tmp_path / "keys.npz")
    found = Keys.load(tmp_path / "keys.npz")
    began = time.process_time()
    aside = kept_aside(found, 0.1, 1)
    assert time.process_time() - began < 2 and abs(aside.sum() - 10_000) < 2 and len(found.asked) == 60_000
    assert aside.tolist() == kept_aside(keys, 0.1, 1).tolist()


def test_damaged_figures_can_be_told(tmp_path):
    for damage in (b"", b"PK\x03\x04", b"x" * 100):
        (tmp_path / "keys.npz").write_bytes(damage)
        with pytest.raises((OSError, ValueError)):
            Keys.load(tmp_path / "keys.npz")
