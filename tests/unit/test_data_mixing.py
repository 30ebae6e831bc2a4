"""Sets put together: which rows, in which order, with which system prompt, and what cannot be put together."""

import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.datasets import DatasetStore
from core.data.exporting import exporting
from core.data.versions.comparing import compare
from core.data.versions.mixing import Mix, Part, amount, amounts, mixed
from core.errors import UserError
from core.workspace import Workspace
from tests.shapes import SHAPES, bot, system, user


@pytest.fixture
def store(tmp_path):
    return DatasetStore(Workspace(tmp_path / "workspace"))


@pytest.fixture
def bring(store, tmp_path):
    """A data set of rows as they are published."""

    def bring(name, rows):
        path = tmp_path / f"{name}.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        dataset = store.add(path, name=path.name)
        assert dataset.usable == len(rows)
        return dataset

    return bring


def pairs(mark, count):
    return [{"messages": [user(f"{mark}{n}?"), bot(f"{mark}{n}!")]} for n in range(1, count + 1)]


def parts(*given):
    return tuple(Part(dataset=dataset.id, **how) for dataset, how in given)


def asked(row):
    return next(turn["content"] for turn in row["messages"] if turn["role"] == "user")


def refused(code, mix, datasets, **facts):
    with pytest.raises(UserError) as caught:
        mixed(mix, datasets)  # before the first row is taken
    assert caught.value.code == code and facts.items() <= caught.value.facts.items()


def test_all_rows_of_all_sets_part_after_part(bring):
    a, b = bring("a", pairs("a", 3)), bring("b", pairs("b", 2))
    rows = list(mixed(Mix(name="both", parts=parts((b, {}), (a, {}))), [b, a]))
    assert [row["row"] for row in rows] == [1, 2, 3, 4, 5]
    assert [asked(row) for row in rows] == ["b1?", "b2?", "a1?", "a2?", "a3?"]
    assert [row["from"] for row in rows] == [{"part": 0, "row": 1}, {"part": 0, "row": 2}] + [
        {"part": 1, "row": n} for n in (1, 2, 3)
    ]
    assert rows[0]["messages"] == [user("b1?"), bot("b1!")]


def test_no_row_is_drawn_twice_and_the_seed_decides_which(bring):
    a, b = bring("a", pairs("a", 100)), bring("b", pairs("b", 40))

    def drawn(**how):
        mix = Mix(name="x", parts=parts((a, {"share": 0.25}), (b, {"count": 10})), **how)
        assert amounts(mix, [a, b]) == [25, 10]
        return [asked(row) for row in mixed(mix, [a, b])]

    first = drawn(seed=1)
    assert Counter(said[0] for said in first) == {"a": 25, "b": 10} and len(set(first)) == 35
    assert first == drawn(seed=1) and set(first) != set(drawn(seed=2))
    assert first[:25] == sorted(first[:25], key=lambda said: int(said[1:-1]))
    shuffled = drawn(seed=1, shuffle=True)
    assert set(shuffled) == set(first) and shuffled != first and shuffled == drawn(seed=1, shuffle=True)
    assert len({said[0] for said in shuffled[:12]}) == 2


def test_nothing_of_a_row_is_lost(bring):
    talks = [{"messages": row["messages"], "tools": row.get("tools", [])} for row in SHAPES["calls"]]
    plain = bring("plain", pairs("a", 2))
    full = bring("full", talks + [{"messages": row["messages"]} for row in SHAPES["thinking"]])
    mix = Mix(name="x", parts=parts((plain, {}), (full, {})), shuffle=True)
    rows = sorted(mixed(mix, [plain, full]), key=lambda row: (row["from"]["part"], row["from"]["row"]))
    said = [{part: value for part, value in row.items() if part not in ("row", "from")} for row in rows]
    assert said == [*pairs("a", 2), *SHAPES["calls"], *SHAPES["thinking"]]


def test_other_wordings_become_rows_of_their_own(store, bring, tmp_path):
    path = tmp_path / "faq.csv"
    path.write_text("question,similar questions,answer\na,b;c,x\nd,,y\n")
    faq, other = store.add(path, name="faq.csv"), bring("b", pairs("b", 1))
    rows = list(mixed(Mix(name="x", parts=parts((faq, {}), (other, {}))), [faq, other]))
    assert [asked(row) for row in rows] == ["a", "b", "c", "d", "b1?"]
    assert [row["row"] for row in rows] == [1, 2, 3, 4, 5] and not any("variant" in row for row in rows)
    assert [row["from"]["row"] for row in rows] == [1, 1, 1, 2, 1]


def test_rows_as_they_were_changed_by_hand(bring):
    a = bring("a", pairs("a", 3))
    edited = [{**row, "messages": [user("changed"), bot("x")]} for row in a.load_rows()[1:]]
    kept = [dict(row) for row in edited]
    mix = Mix(name="x", parts=parts((a, {"count": 2})), system="S")
    assert [asked(row) for row in mixed(mix, [a], [edited])] == ["changed", "changed"]
    assert edited == kept  # what was given is not written to
    with pytest.raises(UserError, match=r"mix\.count"):
        amounts(Mix(name="x", parts=parts((a, {"count": 3}))), [a], [edited])


def test_what_was_put_together_leaves_and_comes_back_as_it_is(store, bring, tmp_path):
    a, b = bring("a", pairs("a", 20)), bring("b", [{"messages": row["messages"]} for row in SHAPES["thinking"]])
    both = store.put_together(Mix(name="both", parts=parts((a, {"share": 0.5}), (b, {})), system="S", shuffle=True))
    assert (both.usable, both.task) == (12, "chat")
    exporting.write(both, "parquet", tmp_path / "both.parquet")
    again = store.add(tmp_path / "both.parquet", name="both.parquet")
    found = compare(both, again)
    assert (found.same, len(found)) == (12, 0)
    assert [row["messages"] for row in again.load_rows()] == [row["messages"] for row in both.load_rows()]


@pytest.mark.parametrize(("replace", "first"), [(False, "own"), (True, "new")])
def test_a_system_prompt_for_rows_that_have_none_or_for_all(bring, replace, first):
    talks = bring("talks", [{"messages": [system("own"), user("a"), bot("x")]}, {"messages": [user("b"), bot("x")]}])
    mix = Mix(name="x", parts=parts((talks, {})), system="new", replace_system=replace)
    rows = list(mixed(mix, [talks]))
    assert rows[0]["messages"] == [system(first), user("a"), bot("x")]
    assert rows[1]["messages"] == [system("new"), user("b"), bot("x")]
    blank = mix.model_copy(update={"system": " \n"})
    assert [row["messages"][0]["role"] for row in mixed(blank, [talks])] == ["system", "user"]


def test_a_system_prompt_of_preferences_stands_in_the_prompt(bring):
    judged = bring("judged", SHAPES["better in words"])
    (row,) = mixed(Mix(name="x", parts=parts((judged, {})), system="S"), [judged])
    assert row["prompt"] == [system("S"), user("Hi")] and row["chosen"] == [bot("good")]


def test_rows_of_different_kinds_are_refused_by_name(bring):
    labelled = [{"prompt": [user("Hi")], "completion": [bot("bad")], "label": False}]
    sets = [
        bring("talks", pairs("a", 1)),
        bring("texts", [{"text": "words"}]),
        bring("better", SHAPES["better in words"]),
        bring("labelled", labelled),
    ]
    for one in sets:
        for other in sets:
            if one is not other:
                mix = Mix(name="x", parts=parts((one, {}), (other, {})))
                refused("mix.kinds", mix, [one, other], first=one.name, second=other.name)
    refused("mix.system", Mix(name="x", parts=parts((sets[1], {})), system="S"), [sets[1]], name="texts")


def test_what_cannot_be_taken_is_said(bring):
    a = bring("a", pairs("a", 5))
    refused("mix.nothing", Mix(name="x"), [])
    refused("mix.twice", Mix(name="x", parts=parts((a, {}), (a, {"count": 1}))), [a, a], name="a")
    refused("mix.count", Mix(name="x", parts=parts((a, {"count": 6}))), [a], name="a", rows=5, count=6)
    for how in ({"share": 0}, {"share": 1.01}, {"share": float("nan")}, {"count": 0}, {"share": 0.5, "count": 2}):
        refused("mix.amount", Mix(name="x", parts=parts((a, how))), [a], name="a", rows=5)
    with pytest.raises(UserError, match=r"mix\.empty"):
        mixed(Mix(name="x", parts=parts((a, {}))), [a], [[]])


@pytest.mark.parametrize(
    ("share", "rows", "count"),
    [(0.145, 100, 15), (0.144, 100, 14), (0.5, 5, 3), (0.001, 5, 1), (1, 5, 5), (0.29, 100, 29)],
)
def test_a_share_rounds_half_up_to_one_row_at_least(share, rows, count):
    assert amount(Part(dataset="a", share=share), rows, "a") == count


@given(share=st.floats(0, 1, exclude_min=True), rows=st.integers(1, 10**7))
def test_no_share_takes_more_than_there_is(share, rows):
    assert 1 <= amount(Part(dataset="a", share=share), rows, "a") <= rows


def test_a_row_says_which_wording_it_was(store, tmp_path):
    row = {"question": "One?", "paraphrases": ["And one?", "One then?"], "answer": "It is one."}
    (tmp_path / "a.jsonl").write_text(json.dumps(row) + "\n")
    a = store.add(tmp_path / "a.jsonl")
    came = [row["from"] for row in mixed(Mix(name="x", parts=parts((a, {}))), [a])]
    assert came == [{"part": 0, "row": 1}, {"part": 0, "row": 1, "variant": 2}, {"part": 0, "row": 1, "variant": 3}]
