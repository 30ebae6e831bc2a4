"""Rows and versions made by hand, for the tests of fixes, of changes by hand and of versions made of versions."""

import json
from typing import Any

from core.data.checks import Checker
from core.data.datasets import DatasetStore
from core.data.edits.edits import Edits
from core.data.fixes.mend import Mend
from core.data.fixes.mender import Mender
from core.data.raw import Row
from core.findings import Finding
from core.workspace import Workspace


def exchange(question, answer, **more):
    return {"messages": [{"role": "user", "content": question}, {"role": "assistant", "content": answer}], **more}


def version(folder, records, name="set.jsonl"):
    """A data set read from these records."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in records), "utf-8")
    return DatasetStore(Workspace(folder / "work")).add(folder / name)


def edits_of(folder, count=6):
    """Nothing changed yet in a version of `count` exchanges "question 1?" with "Answer number 1.", 2, ..."""
    return Edits(version(folder, [exchange(f"question {n}?", f"Answer number {n}.") for n in range(1, count + 1)]))


def answered(row, words):
    """The row with other words in its last answer."""
    return {**row, "messages": [*row["messages"][:-1], {**row["messages"][-1], "content": words}]}


def change(edits, key, words):
    return edits.save(key, answered(edits.row(key), words), edits.stamp_of(key))


def answers(rows):
    return [row["messages"][-1]["content"] for row in rows]


# -- rows, to be mended


CALL = {"tool_calls": [{"type": "function", "id": "c1", "function": {"name": "f", "arguments": {}}}]}


def row(*said: str | tuple[str, dict[str, Any]], **more: Any) -> Row:
    """Turns as "u Hello": u, a, s or t for who speaks, then what is said."""
    roles = {"u": "user", "a": "assistant", "s": "system", "t": "tool"}
    made = []
    for one in said:
        words, extra = one if isinstance(one, tuple) else (one, {})
        made.append({"role": roles[words[0]], "content": words[2:], **extra})
    return {"row": 1, "messages": made, **more}


def told(found: Row, part: str = "messages") -> list[str]:
    return [f"{turn['role'][0]} {turn['content']}" for turn in found[part]]


def findings_of(rows: list[Row]) -> list[Finding]:
    checker = Checker()
    for one in rows:
        checker.see(one)
    return checker.findings()


def mended(rows: list[Row], mends: list[Mend], findings: list[Finding], **more: Any) -> tuple[list[Row], Mender]:
    mender = Mender(mends, findings, **more)
    out: list[Row] = []
    for one in rows:
        found = mender.rows(one)
        out += [one] if found is None else found
    return out, mender


def numbered(*rows: Row) -> list[Row]:
    return [{**one, "row": number} for number, one in enumerate(rows, 1)]


# -- versions of versions


TRIM = Mend("text.space", "trim")


def fresh(store):
    return DatasetStore(Workspace(store._workspace.root))


def talk(question, answer):
    return {"messages": [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]}


def faulty(count=60):
    """Clean rows, then one that is left out, one that is repeated, two with white space, one with HTML."""
    rows = [talk(f"Where is house number {n}?", f"It stands {n} doors down the road.") for n in range(1, count + 1)]
    rows += [talk("", "x"), rows[0], talk(" Who? ", "We."), talk("When?", "Now. "), talk("A &amp; B?", "Both.")]
    return rows


def brought(store, tmp_path, rows, name="house.jsonl"):
    path = tmp_path / name
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return store.add(path)


def said(dataset):
    return {raw[:2]: raw[2] for raw in dataset.load_rows().raws()}


def codes(dataset):
    return {finding.code: finding.rows for finding in dataset.findings}
