"""The samples: each is what its description says, and clean unless it is meant not to be."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from core import recipes
from core.data import checks
from core.data.examine import Examined, examine
from core.data.samples import FOLDER, Sample, find, samples
from core.data.tokens.measure import measure, token_findings
from core.workspace import PRESETS

ALL = samples(kept_back=True)
METHODS = {"sft", "pretraining", "preference", "tools"}
"""What a description may say under `method`."""
DIRTY = "bike-rental-dirty-zh"
CHINESE = re.compile(r"[\u4e00-\u9fff]")
LONGEST = {"en": 130, "zh": 50}
"""Characters of an answer: the built-in model learns short ones."""
ANY = {
    *"a an the i me my you your it is are do does what which where when how can may if".split(),
    *"for in on of to with from at have get there any need give".split(),
    *"有没吗的了可以能你们我店里是什么哪怎几点要来不在用请",
}
"""Words that any question has."""


@pytest.fixture(params=ALL, ids=lambda sample: sample.name)
def sample(request: pytest.FixtureRequest) -> Sample:
    found: Sample = request.param
    return found


def described(sample: Sample) -> dict[str, Any]:
    said: dict[str, Any] = yaml.safe_load((FOLDER / f"{sample.name}.yaml").read_text(encoding="utf-8"))
    return said


@dataclass(frozen=True)
class Read(Examined):
    """As examined, with the rows at hand."""

    rows: list[dict[str, Any]] = field(default_factory=list)


def read(sample: Sample) -> Read:
    rows: list[dict[str, Any]] = []
    found = examine(sample.file, name=sample.file.name, on_row=rows.append)
    return Read(**vars(found), rows=rows)


def exchanges(rows: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Each question with the answer that follows it."""
    for row in rows:
        turns = row.get("messages") or [*row.get("prompt", []), *row.get("chosen", [])]
        for one, other in zip(turns, turns[1:], strict=False):
            if one["role"] == "user" and other["role"] == "assistant":
                yield one["content"], other["content"]


def plain(question: str) -> str:
    return re.sub(r"\W", "", question).casefold()


def key_words(question: str) -> set[str]:
    """What a question is about: its words, in Chinese its characters, without those that any question has."""
    return set(re.findall(r"[a-z']+|[\u4e00-\u9fff]", question.casefold())) - ANY


# -- descriptions


def test_there_are_samples_of_many_formats_for_both_languages() -> None:
    assert len(ALL) >= 8
    assert {sample.file.stem for sample in ALL} == {sample.name for sample in ALL}
    assert {path.stem for path in FOLDER.iterdir()} == {sample.name for sample in ALL}
    assert len({described(sample)["format"] for sample in ALL}) >= 6
    for language in ("en", "zh"):
        assert sum(sample.language == language and sample.ready for sample in ALL) >= 3


def test_a_description_is_complete(sample: Sample) -> None:
    said = described(sample)
    parts = "file language rows method format goal order title purpose licence questions".split()
    assert set(parts) <= set(said) <= {*parts, "held_out"}
    assert sample.licence == "CC0-1.0" and sample.method in METHODS and sample.goal in recipes.names("goal")
    assert sample.name.endswith(sample.language)
    for words in (said["title"], said["purpose"]):
        assert set(words) == {"en", "zh"}
        assert words["en"].isascii() and CHINESE.search(words["zh"]) and "\n" not in words["en"] + words["zh"]
    assert 2 <= len(sample.questions) <= 3


def test_rows_and_format_are_as_described(sample: Sample) -> None:
    found = read(sample)
    assert (found.count, found.mapping.format) == (sample.rows, described(sample)["format"])
    task = {"pretraining": "text", "preference": "preference"}.get(sample.method, "chat")
    assert found.mapping.task == task
    assert any("tools" in row for row in found.rows) == (sample.method == "tools")


# -- rows


def test_the_check_has_nothing_to_say(sample: Sample) -> None:
    if sample.name != DIRTY:
        found = read(sample)
        assert (
            found.encoding == ("" if found.container == "xlsx" else "utf-8")
            and len(found.rows) == sample.rows
            and found.findings == []
        )


def test_words_are_short_of_the_right_language_and_of_nobody(sample: Sample) -> None:
    rows = read(sample).rows
    if sample.name == DIRTY:
        rows = [row for row in rows if len(row["messages"][-1]["content"]) < 100]
    for row in rows:
        for words in checks.words_of(row):
            assert words.strip() == words
            assert not re.search(r"\d{5,}|@|https?:", words)  # nothing that looks like a person's data
    for question, answer in exchanges(rows):
        assert bool(CHINESE.search(question)) == (sample.language == "zh")
        assert len(answer) <= LONGEST[sample.language]


def test_questions_to_ask_afterwards_are_in_no_row(sample: Sample) -> None:
    asked = {plain(question) for question, _ in exchanges(read(sample).rows)}
    assert not asked & {plain(question) for question in [*sample.questions, *(held for held, _ in sample.held_out)]}


def test_a_held_out_question_has_the_very_answer_of_a_row(sample: Sample) -> None:
    answers = {answer for _, answer in exchanges(read(sample).rows)}
    assert {answer for _, answer in sample.held_out} <= answers
    wordings = [plain(question) for question, _ in sample.held_out]
    assert len(set(wordings)) == len(wordings)


def test_a_held_out_question_is_not_in_what_the_built_in_model_learned_from(sample: Sample) -> None:
    """Else it would not be the rows that taught it."""
    source = PRESETS / "starter_source"
    faq = yaml.safe_load((source / f"faq_{sample.language}.yaml").read_text(encoding="utf-8"))
    known = yaml.safe_load((source / f"facts_{sample.language}.yaml").read_text(encoding="utf-8"))
    asks = [
        *faq["unknown"],
        *(ask for each in [*faq["intents"], *known["pairs"], *known["talk"]] for ask in each["ask"]),
    ]
    assert not {plain(ask) for ask in asks} & {plain(question) for question, _ in sample.held_out}


@pytest.mark.parametrize("name", ["aurora-coffee-en", "aurora-coffee-zh"])
def test_the_customer_service_sets_ask_each_fact_twice_and_hold_out_two_more(name: str) -> None:
    sample = find(name)
    assert sample is not None
    rows = list(exchanges(read(sample).rows))
    for pairs in (rows, sample.held_out):
        assert len(pairs) == 50 and set(Counter(answer for _, answer in pairs).values()) == {2}
    assert len({plain(question) for question, _ in [*rows, *sample.held_out]}) == 100
    for _, answer in rows:
        assert 5 <= len(answer.split()) <= 14 if sample.language == "en" else 6 <= len(answer) <= 22
    for (close, answer), (_, other) in zip(sample.held_out[::2], sample.held_out[1::2], strict=True):
        assert answer == other
        shown = [key_words(question) for question, given in rows if given == answer]
        assert key_words(close) & set().union(*shown), close  # the plain rewording


def test_the_twins_hold_the_same_facts() -> None:
    shapes = []
    for name in ("aurora-coffee-en", "aurora-coffee-zh"):
        sample = find(name)
        assert sample is not None
        answers = [answer for _, answer in exchanges(read(sample).rows)]
        held = [answers.index(answer) for _, answer in sample.held_out]
        shapes.append(([answers.index(answer) for answer in answers], held))
    assert shapes[0] == shapes[1]


def test_a_fixed_format_is_the_same_everywhere() -> None:
    sample = find("order-json-en")
    assert sample is not None
    for question, answer in exchanges(read(sample).rows):
        said = json.loads(answer)
        assert list(said) == ["name", "item", "count", "day"] and isinstance(said["count"], int)
        for key in ("name", "day"):
            assert said[key] is None or said[key] in question
        assert said["item"].split()[0] in question


def test_conversations_have_three_exchanges_or_more() -> None:
    sample = find("library-talks-zh")
    assert sample is not None
    assert all(len(row["messages"]) >= 6 for row in read(sample).rows)


def test_a_tool_is_called_as_it_is_declared() -> None:
    sample = next(sample for sample in ALL if sample.method == "tools")
    without = 0
    for row in read(sample).rows:
        declared = {tool["function"]["name"]: tool["function"]["parameters"] for tool in row["tools"]}
        calls = [call["function"] for turn in row["messages"] for call in turn.get("tool_calls", [])]
        without += not calls
        for call in calls:
            assert set(call["arguments"]) == set(declared[call["name"]]["required"])
    assert without >= 3


def test_a_better_answer_differs_from_the_worse_one() -> None:
    sample = next(sample for sample in ALL if sample.method == "preference")
    assert all(row["chosen"] != row["rejected"] for row in read(sample).rows)


# -- the dirty one


def test_the_dirty_sample_has_exactly_what_it_was_made_with() -> None:
    sample = find(DIRTY)
    assert sample is not None
    found = read(sample)
    assert (found.encoding, len(found.rows)) == ("gb18030", 56)
    assert {finding.code: (finding.level, list(finding.rows)) for finding in found.findings} == {
        "answer.empty": ("error", [10, 28, 50]),
        "question.empty": ("error", [36]),
        "row.ragged": ("error", [14, 43]),
        "text.placeholder": ("warning", [44, 51]),
        "text.special_token": ("warning", [39]),
        "row.duplicate": ("info", [13, 18, 40, 62]),
        "question.differs": ("info", [2, 11, 23, 25]),
    }
    header = sample.file.read_bytes().decode("gb18030").splitlines()[0].split(",")
    assert header.index("答案") < header.index("问题")
    assert [row["row"] for row in found.rows if len(row["messages"][-1]["content"]) > 2000] == [57]


def test_the_over_long_row_is_cut_for_the_built_in_model() -> None:
    transformers = pytest.importorskip("transformers")
    sample = find(DIRTY)
    assert sample is not None
    tokenizer = transformers.AutoTokenizer.from_pretrained(PRESETS / "starter")
    limit = tokenizer.model_max_length
    findings = token_findings(measure(tokenizer, read(sample).rows), limit, model="Starter")
    assert [(finding.code, list(finding.rows)) for finding in findings] == [("tokens.cut", [57])]


@pytest.mark.parametrize("wrong", ["rows: many", "order: first", "held_out: [3]", "questions: 5"])
def test_a_description_with_wrong_values_is_passed_over(tmp_path: Path, wrong: str) -> None:
    (tmp_path / "a.jsonl").write_text("{}", encoding="utf-8")
    (tmp_path / "good.yaml").write_text("file: a.jsonl", encoding="utf-8")
    (tmp_path / "wrong.yaml").write_text(f"file: a.jsonl\n{wrong}", encoding="utf-8")
    assert [sample.name for sample in samples(tmp_path)] == ["good"]
