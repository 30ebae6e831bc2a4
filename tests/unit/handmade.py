"""Versions to edit by hand, for the tests of core/data/edits/edits.py and its neighbours."""

import json

from core.data.datasets import DatasetStore
from core.data.edits.edits import Edits
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
