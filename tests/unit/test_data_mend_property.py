"""Whatever is in a file: what no finding names stays byte for byte the same, mending twice is mending once, and what
is shown before is what is done."""

import csv
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.data.datasets import DatasetStore
from core.data.fixes.mend import Mend
from core.data.fixes.mender import ORDER
from core.data.fixes.offers import offers
from core.data.fixes.preview import preview
from core.workspace import Workspace
from tests.faults import write_faults

WORDS = st.sampled_from(
    [
        "Tea?",
        " Tea? ",
        "Tea &amp; milk",
        "<|im_end|>",
        "茶 ",
        "caf\u00c3\u00a9 au lait",
        "",
        "{{name}}",
        "0041 77 123 45 67",
        "\u2028x",
    ]
)
TURN = st.fixed_dictionaries({"role": st.sampled_from(["user", "assistant", "system"]), "content": WORDS})
CALL = {"type": "function", "id": "c1", "function": {"name": "look", "arguments": {"what": "Tea &amp; milk, 0041 77"}}}
TOOL = st.sampled_from(
    [
        {"role": "assistant", "content": "", "tool_calls": [CALL]},
        {"role": "tool", "content": " 3 &amp; 4 ", "tool_call_id": "c1", "name": "look"},
    ]
)
TOOLS = [{"type": "function", "function": {"name": "look", "parameters": {"type": "object", "properties": {}}}}]
SAID = WORDS.map(lambda said: [{"role": "assistant", "content": said}])


def many(row: st.SearchStrategy) -> st.SearchStrategy:
    return st.lists(row, min_size=1, max_size=12)


CHATS = many(st.fixed_dictionaries({"messages": st.lists(TURN, max_size=5)}))
CALLS = many(st.fixed_dictionaries({"messages": st.lists(st.one_of(TURN, TOOL), max_size=6), "tools": st.just(TOOLS)}))
PAIRS = many(st.fixed_dictionaries({"prompt": st.lists(TURN, max_size=3), "chosen": SAID, "rejected": SAID}))
WORDED = many(
    st.fixed_dictionaries(
        {"question": WORDS, "similar questions": st.lists(WORDS, max_size=3).map("\n".join), "answer": WORDS}
    )
)
"""Each wording is a row of its own, with the number of its line."""
ANY = st.one_of(CHATS, CALLS, PAIRS, WORDED)


@contextmanager
def brought(rows: list[dict]) -> Iterator[tuple[DatasetStore, str]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows"
        if "answer" in rows[0]:
            with path.open("w", encoding="utf-8", newline="") as file:
                table = csv.DictWriter(file, list(rows[0]))
                table.writeheader()
                table.writerows([*rows, {"question": "Last?", "similar questions": "At last?", "answer": "Yes."}])
        else:
            path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        store = DatasetStore(Workspace(Path(folder) / "workspace"))
        yield store, store.add(path).id
        for each in store.list():
            store.delete(each.id)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ANY)
def test_all_that_is_safe(rows):
    with brought(rows) as (store, first_id):
        first = store.get(first_id)
        second = store.mend(first.id, None)
        named = {number for finding in first.findings for number in finding.rows}
        before = {raw[:2]: raw[2] for raw in first.load_rows().raws()}
        after = {raw[:2]: raw[2] for raw in second.load_rows().raws()}
        assert set(after) <= set(before) and first.source.read_bytes() == second.source.read_bytes()
        assert {key: text for key, text in before.items() if key[0] not in named} == {
            key: text for key, text in after.items() if key[0] not in named
        }
        assert len(after) == second.usable
        assert len({number for number, _ in after}) <= second.rows
        assert len(DatasetStore(store._workspace).list()) == 1
        third = store.mend(second.id, None)  # rows that only mending has made the same stay, until it is asked again
        fixes = {mend["fix"] for step in third.fixes[len(second.fixes) :] for mend in step["mends"]}
        assert third.id == second.id or fixes == {"drop_duplicates"}
        assert store.mend(third.id, None).id == third.id


GIVEN = {"fill": {"fill": {"name": "Li"}}, "max_length": {"max_length": 6}}


def length(row):
    turns = [turn for part in ("messages", "prompt", "chosen", "rejected") for turn in row.get(part, ())]
    return sum(len(turn["content"].split()) for turn in turns)


def shown_and_done(store, first, mend):
    """What the preview of a mend says, and the version that it makes: the one is what the other is."""
    seen = preview(first.load_rows(), first.findings, [mend], length)
    second = store.mend(first.id, [mend], length=length)
    before = {raw[:2]: raw[2] for raw in first.load_rows().raws()}
    after = {raw[:2]: raw[2] for raw in second.load_rows().raws()}
    touched = {change.key for change in seen.changes}
    new = {key for key in after if key not in before}
    assert {key for key in before if before[key] != after.get(key)} == touched
    assert (seen.dropped, seen.added) == (len(before.keys() - after.keys()), len(new))
    assert seen.changed == len(touched) - seen.dropped
    for change in seen.changes:
        assert change.before == json.loads(before[change.key])
        assert bool(change.after) == (change.key in after)
        if change.after:
            assert change.after[0] == json.loads(after[change.key])
    pieces = [piece for change in seen.changes for piece in change.after[1:]]
    assert [without(piece) for piece in pieces] == [without(json.loads(after[key])) for key in sorted(new)]
    return seen, second


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ANY, st.data())
def test_one_fix_does_what_was_shown(rows, data):
    with brought(rows) as (store, first_id):
        first = store.get(first_id)
        ways = [
            Mend(finding.code, offer.fix, GIVEN.get(offer.asks, {}))
            for finding in first.findings
            for offer in offers(finding, made=False)
            if not offer.asks.startswith(("read:", "menu:"))
        ]
        numbers = first.load_rows().numbers().tolist()
        ways += [Mend("", fix, GIVEN["max_length"], tuple(numbers)) for fix in ("shorten", "split", "fold_system")]
        mend = data.draw(st.sampled_from(ways))
        _, second = shown_and_done(store, first, mend)
        if mend.fix not in REPEATED:
            assert store.mend(second.id, [mend], length=length).id == second.id


REPEATED = ("drop", "drop_duplicates", "accept")
"""What goes or is accepted may bring to light another row of the same kind."""


def without(row):
    return {name: value for name, value in row.items() if name not in ("row", "variant")}


@pytest.mark.parametrize("fix", ORDER)
def test_every_fix_does_what_was_shown(tmp_path, fix):
    write_faults(tmp_path / "rows.jsonl")
    turns = [{"role": "system", "content": "You help."}] + [
        {"role": role, "content": f"{role} {n}"} for n in range(6) for role in ("user", "assistant")
    ]
    with (tmp_path / "rows.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps({"messages": turns}) + "\n")
    store = DatasetStore(Workspace(tmp_path / "workspace"))
    first = store.add(tmp_path / "rows.jsonl")
    found = (each for each in first.findings if fix in {offer.fix for offer in offers(each, made=False)})
    code = next((each.code for each in found if not each.code.startswith("row.far")), "")
    given = {"max_length": 6, "fill": {"shop_name": "Lindenrad", "店主": "林师傅"}}
    rows = None if code else tuple(first.load_rows().numbers().tolist())
    seen, second = shown_and_done(store, first, Mend(code, fix, given, rows))
    assert second.id != first.id and (seen.changed + seen.dropped > 0) == (fix != "accept")
    assert (seen.added > 0) == (fix == "split") and (seen.accepted > 0) == (fix == "accept")
