"""Lengths are counted once; every figure drawn from them is what cutting row by row would give."""

import os
import random
from importlib.metadata import version
from types import SimpleNamespace

import numpy as np
import pytest

from core.data.tokens import encode, render
from core.data.tokens import measure as counting
from core.data.tokens.deadline import Overdue
from core.data.tokens.measure import Measured, fingerprint, measure, measured_of, token_findings
from core.data.tokens.measured import longest
from core.errors import UserError
from core.models.load import load_tokenizer
from core.workspace import REPOSITORY

CHATML = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
NO_SYSTEM = CHATML.replace("{% for m in messages %}", "{% for m in messages if m.role != 'system' %}")
REFUSES = "{% if messages[0].role == 'system' %}{{ raise_exception('No system role') }}{% endif %}" + CHATML


def tokenizer_with(template):
    made = load_tokenizer(REPOSITORY / "presets" / "starter")
    made.chat_template = template
    return made


@pytest.fixture(scope="module")
def tokenizer():
    return tokenizer_with(CHATML)


def talk(number, *contents, system=None):
    turns = [{"role": "system", "content": system}] if system else []
    turns += [{"role": ("user", "assistant")[at % 2], "content": words} for at, words in enumerate(contents)]
    return {"row": number, "messages": turns}


def rows_of_all_kinds():
    rng = random.Random(5)

    def words(most):
        return " ".join(
            rng.choice(["open", "the shop", "怎么退货", "七天内", "a", "é"]) for _ in range(rng.randint(1, most))
        )

    rows = [talk(n, *(words(20) for _ in range(2 * rng.randint(1, 3)))) for n in range(1, 25)]
    rows += [{"row": n, "text": words(40)} for n in range(25, 32)]
    rows += [
        {
            "row": n,
            "prompt": [{"role": "user", "content": words(15)}],
            "chosen": [{"role": "assistant", "content": words(25)}],
            "rejected": [{"role": "assistant", "content": words(25)}],
        }
        for n in range(32, 40)
    ]
    return rows


def test_every_maximum_length_is_as_if_each_row_were_cut(tokenizer):
    rows = rows_of_all_kinds()
    measured = measure(tokenizer, rows)
    for limit in (1, 14, 27, 53, 92, 400, None):
        cut, lost, tokens, partly, usable, learned = [], [], 0, 0, 0, 0
        for row in rows:
            parts = encode(tokenizer, row, limit)
            tokens += sum(part.lost for part in parts)
            learned += sum(sum(part.trained) for part in parts)
            if not all(part.learns for part in parts):
                lost.append(row["row"])
            else:
                usable += 1
                partly += sum(part.lost for part in parts)
                if any(part.lost for part in parts):
                    cut.append(row["row"])
        found = measured.cut(limit)
        assert (found.rows, found.lost, found.tokens, found.partly) == (cut, lost, tokens, partly), limit
        assert (measured.usable(limit), measured.total_trained(limit)) == (usable, learned)


def test_the_histogram_holds_every_sequence(tokenizer):
    measured = measure(tokenizer, rows_of_all_kinds())
    bins = measured.histogram(10)
    assert 1 <= len(bins) <= 10 and sum(count for *_, count in bins) == len(measured.lengths)
    assert bins[0][0] == measured.lengths.min() and bins[-1][1] > measured.longest
    assert all(one[1] == other[0] for one, other in zip(bins, bins[1:], strict=False))
    assert measure(tokenizer, []).histogram() == []


def of_lengths(lengths):
    ones = np.arange(len(lengths))
    spans = np.array([(length - 1, length) for length in lengths]).reshape(-1, 2)
    return Measured(
        ones + 1, ones, np.array(lengths), np.ones_like(ones), spans, np.arange(len(lengths) + 1), len(lengths)
    )


def test_the_suggested_length_says_why():
    assert of_lengths([10, 50, 300]).suggested(2048)[:2] == (304, "whole")
    assert of_lengths([100] * 500 + [9000]).suggested(32768)[:2] == (2048, "most")
    length, why, facts = of_lengths([100, 700]).suggested(512)
    assert (length, why, facts["over"], facts["longest"]) == (512, "context", 1, 700)
    assert longest([], 512) == 512


def test_what_a_template_leaves_out_is_named():
    rows = [talk(1, "Hi", "Hello"), talk(2, "Hi", "Hello", system="You are a parrot.")]
    rows.append({**talk(3, "Hi", "Hello"), "tools": [{"type": "function", "function": {"name": "weather_report"}}]})
    silent = measure(tokenizer_with(NO_SYSTEM), rows)
    assert silent.system_dropped == [2] and silent.dropped["tools"] == [3] and silent.refused == {}
    found = token_findings(silent, None, model="Starter")
    assert [(each.level, each.code, each.rows) for each in found] == [
        ("warning", "tokens.system_dropped", (2,)),
        ("warning", "tokens.tools_dropped", (3,)),
    ]
    assert all(each.facts["model"] == "Starter" for each in found)
    assert measure(tokenizer_with(CHATML), rows[:2]).dropped == {}


def test_rows_that_a_template_refuses_are_counted_by_reason():
    rows = [talk(1, "Hi", "Hello"), talk(7, "Hi", "Hello", system="x")]
    measured = measure(tokenizer_with(REFUSES), rows)
    found = token_findings(measured, None, model="Starter")
    assert measured.usable(None) == 1
    assert [(each.level, each.code, each.rows) for each in found] == [("error", "tokens.refused", (7,))]
    assert "No system role" in found[0].facts["said"]


def test_kept_on_disk_for_each_tokenizer_and_template(tmp_path, tokenizer, monkeypatch):
    rows = [*rows_of_all_kinds(), talk(40, "Hi", "Hello", system="x")]
    dataset = SimpleNamespace(folder=tmp_path, load_rows=lambda: rows)
    first = measured_of(dataset, tokenizer)
    monkeypatch.setattr(counting, "measure", lambda *a, **k: pytest.fail("counted again"))
    again = measured_of(dataset, tokenizer)
    for name in ("rows", "index", "lengths", "trained", "spans", "first"):
        assert (getattr(first, name) == getattr(again, name)).all()
    assert (first.count, first.refused, first.dropped) == (again.count, again.refused, again.dropped)
    monkeypatch.undo()

    other = tokenizer_with(NO_SYSTEM)
    assert fingerprint(other) != fingerprint(tokenizer)
    assert measured_of(dataset, other).system_dropped == [40]
    for path in tmp_path.iterdir():
        path.write_bytes(path.read_bytes()[:-30])
    assert measured_of(dataset, tokenizer).cut(20) == first.cut(20)


def test_another_version_of_a_library_is_counted_anew(monkeypatch):
    """TRL brings templates of its own, and tokenizers may cut words otherwise after an update."""
    before = fingerprint(tokenizer_with(CHATML))
    assert before == fingerprint(tokenizer_with(CHATML))
    for name in ("trl", "transformers", "tokenizers", "jinja2"):
        monkeypatch.setattr(counting, "version", lambda asked, name=name: "0" if asked == name else version(asked))
        assert fingerprint(tokenizer_with(CHATML)) != before


def test_what_was_refused_for_lack_of_time_is_not_kept(tmp_path, tokenizer, monkeypatch):
    """A busy machine made a good row look refused, for ever."""

    def late(*rest, **more):
        raise Overdue

    dataset = SimpleNamespace(folder=tmp_path, load_rows=lambda: [talk(1, "Hi", "Hello")])
    with monkeypatch.context() as patch:
        patch.setattr(render, "render", late)
        assert list(measured_of(dataset, tokenizer).refused.values()) == [[1]]
    assert list(tmp_path.iterdir()) == []
    assert not measured_of(dataset, tokenizer).refused


def test_only_the_newest_counts_stay(tmp_path, tokenizer):
    for age in range(6):
        path = tmp_path / f"measured-{age}.npz"
        path.write_bytes(b"old")
        os.utime(path, (1000 - age, 1000 - age))
    measured_of(SimpleNamespace(folder=tmp_path, load_rows=lambda: [talk(1, "Hi", "Hello")]), tokenizer)
    left = sorted(path.name for path in tmp_path.iterdir())
    assert len(left) == 4 and {"measured-0.npz", "measured-1.npz", "measured-2.npz"} < set(left)


def test_counting_can_be_given_up(tokenizer, tmp_path):
    class GivenUp(Exception):
        pass

    def progress(done, total):
        assert total == 300
        if done:
            raise GivenUp

    dataset = SimpleNamespace(folder=tmp_path, load_rows=lambda: [talk(n, "Hi", "Hello") for n in range(1, 301)])
    with pytest.raises(GivenUp):
        measured_of(dataset, tokenizer, progress)
    assert list(tmp_path.iterdir()) == []


def test_a_model_without_a_template_is_refused_as_a_whole():
    with pytest.raises(UserError, match=r"tokens\.no_template"):
        measure(tokenizer_with(None), [talk(1, "Hi", "Hello")])
