"""Every finding that asks for something has a way to mend it, and every way its words."""

import ast
from pathlib import Path

import pytest

import core.data
from core.data.fixes.mend import Mend
from core.data.fixes.mender import ORDER
from core.data.fixes.offers import OFFERS, Offer, offers, safe_mends
from core.findings import Finding, Level
from tests.unit.handmade import findings_of, mended, numbered, row
from webui.text import load

MEANT_FOR_READERS = {"repair", "structured", "columns", "speaker"}


def produced() -> set[tuple[str, str]]:
    """(level, code) of every finding that core.data can make."""
    found = set()
    for path in Path(core.data.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Finding":
                if isinstance(node.args[1], ast.Constant):
                    found.add((ast.literal_eval(node.args[0]), ast.literal_eval(node.args[1])))
    return found


def of(finding: Finding, *, made: bool = False) -> list[str]:
    return [offer.fix for offer in offers(finding, made=made)]


def test_every_fault_can_be_put_right_or_accepted() -> None:
    asked = {(level, code) for level, code in produced() if level != "info"}
    assert len(asked) > 60 and not {code for _, code in asked} - OFFERS.keys()
    for level, code in asked:
        for made in (False, True):
            on_rows: Level = "error" if level == "error" else "warning"
            assert offers(Finding(on_rows, code, [1]), made=made), code
            assert made or offers(Finding(on_rows, code), made=made) or code.startswith("tokens."), code


def test_the_table_names_only_what_can_be_found() -> None:
    elsewhere = {"columns.guessed", "speaker.guessed"}  # the command line's
    assert OFFERS.keys() - elsewhere <= {code for _, code in produced()}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_fix_has_its_words(language: str) -> None:
    text = load(language)
    fixes = {offer.fix for ways in OFFERS.values() for offer in ways}
    assert fixes == {*ORDER} | MEANT_FOR_READERS  # no fix that nothing offers, and none that cannot be done
    for fix in fixes:
        assert f"fix.{fix}" in text and f"fix.{fix}.what" in text


def test_rows_that_are_used_can_always_go_or_stay() -> None:
    of_files = {code for code, ways in OFFERS.items() if {way.fix for way in ways} <= {"accept", "columns", "speaker"}}
    assert "rows.few" in of_files and "answer.odd" not in of_files
    for level, code in produced():
        if level == "warning" and code not in of_files and not code.startswith("tokens."):
            assert {"drop", "accept"} <= set(of(Finding("warning", code, [3]))), code


def test_what_reading_anew_could_bring_in_is_asked_for_first() -> None:
    broken = Finding("error", "row.broken_json", [3], repairable=True)
    assert offers(broken, made=False) == (Offer("repair", asks="read:repair"), Offer("accept"))
    assert of(Finding("error", "row.broken_json", [3], repairable=False)) == ["accept"]  # it was tried
    assert of(Finding("error", "row.quotes", [3])) == ["accept"]  # where the cell ends is not clear
    assert of(Finding("error", "row.quotes", [3], repairable=True)) == ["repair", "accept"]
    for code in ("row.structured", "row.unknown_role", "row.nul"):
        assert of(Finding("error", code, [3]))[1:] == ["accept"]
        assert of(Finding("error", code, [3]), made=True) == ["accept"]
    assert of(Finding("error", "data.no_columns")) == ["columns", "accept"]


def test_a_system_prompt_that_is_refused_is_folded_first() -> None:
    assert of(Finding("error", "tokens.refused", [1], said="System role not supported"))[0] == "fold_system"
    assert of(Finding("error", "tokens.refused", [1], said="roles must alternate"))[0] == "merge_turns"


def test_safe_mends_are_the_recommended_ones_that_ask_nothing() -> None:
    findings = [
        Finding("error", "row.broken_json", [3], repairable=True),
        Finding("error", "answer.empty", [4]),
        Finding("warning", "text.placeholder", [5], names="{{name}}"),
        Finding("warning", "answer.odd", [6], examples="N/A"),
        Finding("warning", "private.mail", [7], kinds=4, example="a"),
        Finding("warning", "order.two_users", [8]),
        Finding("info", "row.near", [9], pairs=""),
        Finding("info", "row.duplicate", [10]),
        Finding("info", "columns.unused", columns="id"),
    ]
    assert safe_mends(findings, usable=50, made=False) == [
        Mend("order.two_users", "merge_turns"),
        Mend("row.duplicate", "drop_duplicates"),
    ]


def test_rows_are_never_left_out_for_good_without_a_question() -> None:
    """They went from the list with all that is safe, and nobody heard of them again."""
    for level, code in produced():
        if level == "error":
            mends = safe_mends([Finding("error", code, [3])], usable=99, made=False)
            assert all(mend.fix != "accept" for mend in mends), code


def test_marks_that_half_of_the_rows_have_may_be_meant() -> None:
    html = Finding("warning", "text.html", list(range(1, 11)), names="<p>")
    assert safe_mends([html], usable=21, made=False) == [Mend("text.html", "unescape_html")]
    assert safe_mends([html], usable=20, made=False) == []


def test_html_that_is_offered_as_safe_is_mended() -> None:
    """Escaped tags stay as they are; they were offered to be mended again and again."""
    for said in (
        "Because &lt;b&gt;it&lt;/b&gt; is.",
        "&amp;lt;b&amp;gt;it&lt;/b&gt; is.",
        "1 &lt; 2",
        "a<br>&lt;br&gt;b",
    ):
        rows = numbered(*(row(f"u {n}?", f"a Answer {n}.") for n in range(9)), row("u Why?", f"a {said}"))
        for _ in range(2):
            findings = [found for found in findings_of(rows) if found.code.startswith("text.")]
            mends = safe_mends(findings, usable=10, made=False)
            before, (rows, _) = rows, mended(rows, mends, findings)
            assert (rows != before) == bool(mends), said
        assert not mends
        assert {found.code for found in findings} <= {"text.html_escaped"}


def test_nothing_that_depends_on_a_model_is_safe() -> None:
    for _, code in produced():
        if code.startswith("tokens."):
            assert not any(offer.safe for offer in offers(Finding("error", code, [1], said="system"), made=False))
