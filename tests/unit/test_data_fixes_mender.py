"""Mends over whole versions: what is changed, dropped, split and accepted, and that nothing else is touched."""

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.data.fixes.mend import Mend
from core.data.fixes.mender import ROWS, Mender
from core.data.fixes.offers import safe_mends
from core.findings import Finding
from tests.unit.handmade import findings_of, mended, numbered, row, told

Row = dict[str, Any]


def test_each_mend_counts_what_it_did() -> None:
    rows = numbered(row("u {{x}}", "a b"), row("u q", "a N/A"), row("u c", "u d", "a e"), row("u {{x}}", "u y", "a z"))
    findings = [
        Finding("warning", "text.placeholder", [1, 4], names="{{x}}"),
        Finding("warning", "answer.odd", [2], examples="N/A"),
        Finding("warning", "order.two_users", [3, 4]),
    ]
    mends = [
        Mend("order.two_users", "merge_turns"),
        Mend("text.placeholder", "fill", {"fill": {"x": "Li"}}),
        Mend("answer.odd", "drop"),
        Mend("row.near", "drop"),
    ]
    out, mender = mended(rows, mends, findings)
    assert [told(one) for one in out] == [["u Li", "a b"], ["u c\nd", "a e"], ["u Li\ny", "a z"]]
    assert mender.counts == [
        {"code": "order.two_users", "fix": "merge_turns", "rows": 2, "dropped": 0, "added": 0},
        {
            "code": "text.placeholder",
            "fix": "fill",
            "given": {"fill": {"x": "Li"}},
            "rows": 2,
            "dropped": 0,
            "added": 0,
        },
        {"code": "answer.odd", "fix": "drop", "rows": 0, "dropped": 1, "added": 0},
        {"code": "row.near", "fix": "drop", "rows": 0, "dropped": 0, "added": 0},
    ]


def test_only_the_rows_that_a_mend_names_are_mended() -> None:
    rows = numbered(row("u a", "u b", "a c"), row("u d", "u e", "a f"))
    both = [Finding("warning", "order.two_users", [1, 2])]
    out, _ = mended(rows, [Mend("order.two_users", "merge_turns", rows=(2,))], both)
    assert out[0] is rows[0] and told(out[1]) == ["u d\ne", "a f"]


def test_of_equal_rows_the_first_is_left() -> None:
    same, other = row("u q", "a b"), row("u q", "a B")
    rows = numbered(same, other, same, {**same, "from": {"row": 9}})
    findings = [one for one in findings_of(rows) if one.code == "row.duplicate"]
    assert findings[0].rows == (3, 4)
    mend = Mend("row.duplicate", "drop_duplicates")
    out, _ = mended(rows, [mend], [Finding("info", "row.duplicate", [2, 3, 4])])
    assert [one["row"] for one in out] == [1, 2]
    out, _ = mended(rows, [mend, Mend("answer.odd", "drop", rows=(1,))], findings)
    assert [one["row"] for one in out] == [2, 3]  # the first that is left


def test_equal_wordings_of_one_row_become_one() -> None:
    same = {**row("u q", "a b"), "row": 2}
    rows = [{**same, "row": 1}, same, {**same, "variant": 2, "messages": row("u r", "a b")["messages"]}]
    out, _ = mended(rows, [Mend("row.duplicate", "drop_duplicates")], [Finding("info", "row.duplicate", [2])])
    assert out == [rows[0], rows[2]]


def test_a_row_that_is_split_is_counted_once_and_its_pieces_as_added() -> None:
    rows = numbered(row("u a", "a b", "u c", "a d", "u e", "a f"), row("u a", "a b"))
    cut = [Finding("warning", "tokens.cut", [1], max_length=2, longest=6, lost=4, model="m")]
    length = lambda one: len(one["messages"])  # noqa: E731
    mend = Mend("tokens.cut", "split", {"max_length": 2})
    out, mender = mended(rows, [mend], cut, length=length)
    assert len(out) == 4 and mender.counts[0] | {"given": 0} == {
        "code": "tokens.cut",
        "fix": "split",
        "given": 0,
        "rows": 1,
        "dropped": 0,
        "added": 2,
    }
    assert mended(rows, [mend], cut)[0] == rows  # nobody can say how long they are


def test_what_is_meant_so_is_told() -> None:
    findings = [
        Finding("error", "answer.empty", [2, 5]),
        Finding("warning", "rows.few", count=3),
        Finding("warning", "answer.odd", [1], examples=""),
        Finding("error", "row.null", [7], role="user"),
    ]
    accepted = [Mend(code, "accept") for code in ("answer.empty", "rows.few", "never.found")]
    mends = [*accepted, Mend("answer.odd", "accept", rows=(1,)), Mend("row.null", "drop")]
    assert Mender(mends, findings).accepted == [
        {"code": "answer.empty", "rows": [2, 5]},
        {"code": "rows.few", "rows": []},
        {"code": "answer.odd", "rows": [1]},
        {"code": "row.null", "rows": [7]},  # it is gone already: dropping it is leaving it out
    ]


def test_an_unknown_fix_changes_nothing() -> None:
    rows = numbered(row("u a", "a b"))
    assert mended(rows, [Mend("x.y", "of_tomorrow", rows=(1,))], [])[0][0] is rows[0]


# -- whatever the rows hold

PIECES = st.sampled_from(
    "<br>¦<p>¦</p>¦</b>¦<b>¦&amp;¦&lt;¦&nbsp;¦&amp;lt;¦<|im_end|>¦<|im_start|>¦[INST]¦[/INST]¦user\n¦{{name}}¦{{¦}}¦`¦```"
    "¦Ã©¦â€™¦Ã¦ä½\xa0¦ï»¿¦é¦锛屾棭¦ ¦\n¦\u3000¦\ufeff¦<a href='https://x.y'>¦</a>¦<¦>¦13912846375¦a.b@firm.org¦好¦word"
    "¦x < y¦-----BEGIN PRIVATE KEY-----".split("¦")
)
WORDS = st.lists(PIECES, min_size=1, max_size=7).map("".join).map(lambda said: said if said.strip() else "x")
SAID = st.builds(lambda who, said: f"{who} {said}", st.sampled_from("uuuaaasst"), WORDS)
EXTRA = st.sampled_from([{}, {}, {"learned": False}, {"reasoning_content": "<br>so"}])
TURN = st.builds(lambda said, more: (said, more if said[0] == "a" else {}), SAID, EXTRA)
CHAT = st.lists(TURN, min_size=1, max_size=6).map(lambda said: row(*said, ("a end", {})))
SIDES = ("prompt", "chosen", "rejected")
JUDGED = st.builds(
    lambda sides: {"row": 1} | {part: side["messages"] for part, side in zip(SIDES, sides, strict=True)},
    st.tuples(CHAT, CHAT, CHAT),
)
ANY = st.one_of(CHAT, CHAT, JUDGED, WORDS.map(lambda said: {"row": 1, "text": f"{said}."}))
GIVEN = {"fill": {"fill": {"name": "Li"}}}
CODES = {"mask": ("private.phone", "private.mail", "private.key", "private.contact")}


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(ANY, st.sampled_from(sorted(ROWS)))
def test_a_fix_done_twice_is_done_once(one: Row, fix: str) -> None:
    for code in CODES.get(fix, ("x.y",)):
        before = json.dumps(one)
        mend = Mend(code, fix, GIVEN.get(fix, {}))
        once = ROWS[fix](one, mend)
        assert ROWS[fix](once, mend) == once, (once, ROWS[fix](once, mend))
        assert json.dumps(one) == before
        for part in ("messages", *SIDES):
            assert not once.get(part) or all(turn["content"].strip() for turn in once[part])


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(st.lists(CHAT, min_size=1, max_size=5))
def test_safe_mends_come_to_an_end_and_touch_only_what_is_named(chats: list[Row]) -> None:
    sound = [
        row(f"u What is number {number} about?", f"a It is about the thing that has number {number}.")
        for number in range(30)
    ]
    rows = numbered(*chats, *sound)
    for _ in range(5):
        findings = findings_of(rows)
        mends = safe_mends(findings, usable=len(rows), made=False)
        named = {number for one in findings if one.code in {mend.code for mend in mends} for number in one.rows}
        after, mender = mended(rows, mends, findings)
        left = {one["row"]: one for one in after}
        assert all(left[one["row"]] is one for one in rows if one["row"] not in named)
        if after == rows:
            break
        rows = after
    else:
        raise AssertionError("there was always more to mend")
    assert all(not count["rows"] and not count["dropped"] for count in mender.counts)
    assert {one["row"] for one in rows} >= set(range(len(chats) + 1, len(chats) + len(sound) + 1))
