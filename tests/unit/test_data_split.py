"""Which rows are kept aside: the same ones every time, and no row on both sides."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.split import content_key, held_out_count, split


def rows(count, kinds=10**9):
    return [{"row": n, "messages": [{"role": "user", "content": str(n % kinds)}]} for n in range(1, count + 1)]


@pytest.mark.parametrize(
    ("count", "holdout", "expected"),
    [(199, None, 0), (200, None, 10), (1000, None, 50), (100_000, None, 200), (100, 0.1, 10), (100, 0, 0),
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
    assert not {content_key(row) for row in train} & {content_key(row) for row in aside}
    assert len(aside) <= held_out_count(count, holdout) and (train or not given_rows)
    assert split(given_rows, holdout, seed) == (train, aside)


def test_another_seed_keeps_other_rows_aside():
    assert split(rows(100), 0.2, 1)[1] != split(rows(100), 0.2, 2)[1]


def test_the_order_of_the_file_stays():
    for side in split(rows(300), 0.3, 5):
        assert [row["row"] for row in side] == sorted(row["row"] for row in side)
