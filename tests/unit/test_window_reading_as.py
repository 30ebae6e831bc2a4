"""The live example reads a row just as the whole file is read afterwards, whatever was chosen by hand."""

import json
from pathlib import Path

from core.data.choices import Choices
from core.data.datasets import Dataset
from webui import columns, snapshot
from webui.choosing import choose_data
from webui.columns import How
from webui.context import Context
from webui.snapshot import Page
from webui.tabs import data_columns


def bring(ctx: Context, tmp_path: Path, records: list[dict[str, object]]) -> Dataset:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    dataset = ctx.datasets.add(path)
    choose_data(ctx, dataset)
    return dataset


def how_with(ctx: Context, *changes: str) -> How:
    """After these changes of the menus."""
    page = Page(room="data")
    for change in changes:
        data_columns._change(ctx, page, "set", change)
    how = columns.how(ctx, snapshot.take(ctx, page))
    assert how is not None
    return how


def read_so(ctx: Context, dataset: Dataset) -> list[dict[str, object]]:
    """The rows of the first records when the file is read as the menus say."""
    found = ctx.datasets.reread(dataset.id, ctx.wishes.of(dataset))
    return list(found.load_rows())[: len(how_with(ctx).examples)]


def shown(how: How) -> list[dict[str, object]]:
    return [row for example in how.examples for row in example.rows]


def talk(n: int, answer: str) -> str:
    return f"\n\nHuman: Where is number {n}?\n\nAssistant: {answer} {n}."


def test_marked_up_pairs_chosen_by_hand_are_taken_apart(ctx: Context, tmp_path: Path) -> None:
    """The bug: two whole conversations as text, mapped by hand, were shown as rows without a question."""
    rows = [{"good": talk(n, "Here is"), "bad": talk(n, "No idea about")} for n in range(9)]
    dataset = bring(ctx, tmp_path, list(rows))
    how = how_with(ctx, "format=preference", "part:chosen=good", "part:rejected=bad")
    assert how.missing == [] and all(example.refused is None for example in how.examples)
    assert shown(how)[0]["prompt"] == [{"role": "user", "content": "Where is number 0?"}]
    assert shown(how) == read_so(ctx, dataset)


def test_a_marked_up_prompt_chosen_by_hand_is_taken_apart(ctx: Context, tmp_path: Path) -> None:
    """The bug: "Human: ... Assistant:" was shown as the words of one question."""
    rows = [{"a": f"Human: Where is number {n}?\n\nAssistant:", "b": f"Here, {n}."} for n in range(9)]
    dataset = bring(ctx, tmp_path, list(rows))
    how = how_with(ctx, "format=prompt_completion", "part:prompt=a", "part:completion=b")
    assert shown(how)[0]["messages"][0] == {"role": "user", "content": "Where is number 0?"}  # type: ignore[index]
    assert shown(how) == read_so(ctx, dataset)


def test_speakers_by_name_are_known_in_the_example(ctx: Context, tmp_path: Path) -> None:
    """The bug: speakers called by their own names were shown as unknown roles while reading knew who the model is."""
    turns = [{"from": "Ann", "value": "Where is it?"}, {"from": "Ben", "value": "Here."}]
    dataset = bring(ctx, tmp_path, [{"said": turns, "note": f"n{n}"} for n in range(9)])
    how = how_with(ctx, "format=messages", "part:messages=said")
    assert how.mapping.speaker == "Ben" and all(example.refused is None for example in how.examples)
    assert shown(how) == read_so(ctx, dataset)
    assert how_with(ctx, "speaker=Ann").mapping.speaker == "Ann"
    assert shown(how_with(ctx)) == read_so(ctx, dataset)


def test_what_was_found_in_all_rows_stays_when_only_words_are_filled_in(ctx: Context, tmp_path: Path) -> None:
    dataset = bring(ctx, tmp_path, [{"question": f"Who are you {n}?", "answer": "I am {{name}}."} for n in range(9)])
    how = how_with(ctx, "fill:name=Aurora")
    assert how.changed and how.mapping == dataset.mapping and how.placeholders == ["name"]
    assert shown(how)[0]["messages"][1]["content"] == "I am Aurora."  # type: ignore[index]


def test_columns_inside_a_wrapped_row_can_be_chosen(ctx: Context, tmp_path: Path) -> None:
    dataset = bring(ctx, tmp_path, [{"item": {"x": f"Where {n}?", "y": f"Here {n}."}} for n in range(9)])
    how = how_with(ctx, "format=question_answer", "part:question=x", "part:answer=y")
    assert how.missing == [] and shown(how) == read_so(ctx, dataset)


def test_another_encoding_is_recognised_by_as_many_rows_as_reading_looks_at(ctx: Context, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"question,answer\n" + "Où?,Là\n".encode("cp1252") * 60)
    dataset = ctx.datasets.add(path)
    choose_data(ctx, dataset)
    beginning = columns.beginning_of(ctx, dataset, Choices(encoding="utf-16"), wait_s=5)
    assert beginning is not None
    beginning = columns.beginning_of(ctx, dataset, Choices(encoding="cp1252"), wait_s=5)
    assert beginning is not None and len(beginning.records) == 60
    assert len(how_with(ctx, "encoding=cp1252").examples) == columns.LOOKED_AT
