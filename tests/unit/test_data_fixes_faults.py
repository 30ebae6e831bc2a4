"""One file with every fault that can be mended, read and mended until nothing is left to be said of it."""

from pathlib import Path
from typing import Any

from core.data.checks import Checker
from core.data.choices import Choices
from core.data.examine import examine
from core.data.fixes.mend import Mend, Row
from core.data.fixes.mender import Mender
from core.data.fixes.offers import offers, safe_mends
from core.findings import Finding
from tests import faults


class Version:
    """Rows with what is said of them, as the store keeps it: the reader's findings stay until they are accepted."""

    def __init__(self, rows: list[Row], read: list[Finding]) -> None:
        self.rows, self.read = rows, read
        checker = Checker()
        for row in rows:
            checker.see(row)
        self.findings = [*read, *checker.findings()]

    def mended(self, mends: list[Mend]) -> "Version":
        mender = Mender(mends, self.findings)
        rows: list[Row] = []
        for row in self.rows:
            found = mender.rows(row)
            rows += [row] if found is None else found
        accepted = {one["code"] for one in mender.accepted}
        return Version(rows, [finding for finding in self.read if finding.code not in accepted])

    def safely_mended(self) -> "Version":
        version, rounds = self, 0
        while mends := safe_mends(version.findings, usable=len(version.rows), made=False):
            version, rounds = version.mended(mends), rounds + 1
            assert rounds < 5
        return version

    def trouble(self) -> set[str]:
        return {finding.code for finding in self.findings if finding.level != "info"}


def read(path: Path, choices: Choices = Choices()) -> Version:  # noqa: B008
    rows: list[Row] = []
    found = examine(path, name=path.name, choices=choices, on_row=rows.append)
    checked = Version(rows, []).findings
    return Version(rows, [finding for finding in found.findings if finding not in checked])


def test_the_file_has_the_faults_that_it_says(tmp_path: Path) -> None:
    put = faults.write_faults(tmp_path / "shop.jsonl")
    version = read(tmp_path / "shop.jsonl")
    found: dict[str, list[int]] = {}
    for finding in version.findings:
        found.setdefault(finding.code, []).extend(finding.rows)
    assert {code: sorted(found.get(code, [])) for code in put} == put
    assert version.trouble() <= put.keys()


def test_it_is_clean_after_all_that_is_safe_and_five_presses(tmp_path: Path) -> None:
    put = faults.write_faults(tmp_path / "shop.jsonl")
    safely = read(tmp_path / "shop.jsonl").safely_mended()
    pressed = {code for code, _, _ in faults.CLICKS} | {"row.broken_json", "row.nul", "row.structured"} | faults.OUT
    assert safely.trouble() == pressed  # all else was safe

    version = read(tmp_path / "shop.jsonl", Choices(**faults.READ)).safely_mended()
    assert version.trouble() == {code for code, _, _ in faults.CLICKS} | faults.OUT
    asked = [*faults.CLICKS, *((code, "accept", {}) for code in faults.OUT)]
    for code, fix, _ in asked:
        (finding,) = (finding for finding in version.findings if finding.code == code)
        assert offers(finding, made=False)[0].fix == fix
    version = version.mended([Mend(*each) for each in asked])  # one press: as recommended
    assert len(faults.READ) + 1 <= 5 and version.trouble() == set()
    gone = {
        row
        for code in ("answer.empty", "question.empty", "row.no_assistant", "row.null", "row.duplicate")
        for row in put[code]
    }
    assert {row["row"] for row in version.rows} == set(
        range(1, len(faults.SOUND) + sum(map(len, put.values())) + 1)
    ) - gone
    said = {row["row"]: [turn["content"] for turn in row["messages"]] for row in version.rows}

    def of(code: str) -> list[Any]:
        return [said[row] for row in put[code]]

    assert of("text.mojibake")[0][1] == "Yes, a café crème costs 2 € – and it’s good."
    assert of("text.html")[0][1] == "Take these:\n\na jacket\nbottles & snacks"
    assert of("text.html")[1][1] == "有骑行活动 — 早上八点。\n请提前报名。"
    assert of("text.special_token")[0][1] == "Yes, well packed."
    assert of("text.space") == [["Do you have air for free?", "Yes, at the door."]]
    assert of("order.two_users")[0][0] == "My gears rattle.\nWhat is wrong?"
    assert of("order.system_inside")[0][0] == "You help in a bicycle shop."
    assert of("order.ends_with_question")[0] == ["Do you have gloves?", "Yes, from 20 euros."]
    assert of("private.phone")[0][1] == "Ask Mr. Lind, [phone number], in the morning."
    assert of("text.placeholder")[1] == ["林师傅几点在店里？", "林师傅每天上午都在。"]
    assert not any(finding.code == "row.duplicate" for finding in version.findings)


def test_sound_rows_come_out_as_they_were(tmp_path: Path) -> None:
    put = faults.write_faults(tmp_path / "shop.jsonl")
    before = read(tmp_path / "shop.jsonl")
    faulty = {row for rows in put.values() for row in rows}
    after = {row["row"]: row for row in before.safely_mended().rows}
    sound = [row for row in before.rows if row["row"] not in faulty]
    assert len(sound) == len(faults.SOUND) and all(after[row["row"]] is row for row in sound)
