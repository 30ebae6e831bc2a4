"""One folder that was damaged is said to be so, and all the others are listed."""

import json

import pytest

from core.data.datasets import DatasetStore
from core.errors import UserError
from core.workspace import Workspace

VERSION = {
    "nested": "[" * 200_000,
    "nested inside": '{"findings": ' + "[" * 200_000,
    "no object": "5",
    "created": {"created": "x"},
    "no number": {"created": float("nan")},
    "without end": {"created": float("inf")},
    "beyond a float": '{"created": 1e999}',
    "size": {"size": "big"},
    "less than nothing": {"size": -1},
    "rows": {"rows": "many"},
    "usable": {"usable": 1.5},
    "more than can be": {"rows": 10**30},
    "file name": {"file_name": 5},
    "half a character": {"file_name": "\ud83d.csv"},
    "task": {"mapping": {"format": "text", "task": "zzz", "columns": {}}},
    "format": {"mapping": {"format": "zzz", "task": "chat", "columns": {}}},
    "columns": {"mapping": {"format": "text", "task": "text", "columns": {"text": 5}}},
    "level": {"findings": [{"level": "grave", "code": "x", "rows": [], "facts": {}}]},
    "counted": {"findings": [{"level": "info", "code": "x", "rows": [], "facts": {"count": "x"}}]},
    "rows of a finding": {"findings": [{"level": "info", "code": "x", "rows": ["x"], "facts": {}}]},
    "facts of a finding": {"findings": [{"level": "info", "code": "x", "rows": [], "facts": {"at": float("nan")}}]},
    "steps": {"fixes": [{"step": "edit", "changed": "x"}]},
    "parts": {"parts": [{"id": "x", "name": "y"}]},
    "choices": {"choices": {"header": "perhaps"}},
    "last": {"last": "x"},
    "column names": {"column_names": [None]},
}
META = {
    "nested": "[" * 200_000,
    "added": {"added": 1e300},
    "before 1970": {"added": -1e300},
    "no number": {"added": float("nan")},
    "words": {"added": "yesterday"},
    "name": {"name": 5},
    "note": {"note": ["x"]},
    "number": {"number": "x"},
    "half a character": {"name": "\ud83d"},
}


@pytest.mark.parametrize(
    ("file", "said"),
    [*(("version.json", said) for said in VERSION.values()), *(("meta.json", said) for said in META.values())],
    ids=[*(f"version {name}" for name in VERSION), *(f"meta {name}" for name in META)],
)
def test_what_cannot_be_is_told_of_the_one_that_says_it(tmp_path, file, said):
    store = DatasetStore(Workspace(tmp_path / "work"))
    for name in ("one", "two"):
        (tmp_path / f"{name}.csv").write_text(f"question,answer\nWho is {name}?,I am {name}.\n")
    one, two = (store.add(tmp_path / f"{name}.csv") for name in ("one", "two"))
    path = one.folder / file
    path.write_text(said if isinstance(said, str) else json.dumps(json.loads(path.read_text()) | said))
    again = DatasetStore(Workspace(tmp_path / "work"))
    with pytest.raises(UserError) as caught:
        again.get(one.id)
    assert caught.value.code == "dataset.damaged" and caught.value.facts == {"dataset": one.id}
    assert [each.id for each in again.list()] == [two.id] and list(again.families()) == [two.family]
    again.delete(one.id)
    assert not one.folder.exists()


def test_versions_that_come_from_each_other(tmp_path):
    """Each of them was once read to know the family of the other."""
    store = DatasetStore(Workspace(tmp_path / "work"))
    (tmp_path / "a.csv").write_text("question,answer\nWho?,I am.\nWhere?,Here.\n")
    one = store.add(tmp_path / "a.csv")
    two = store.reread(one.id, one.choices.model_copy(update={"header": False}))
    for each, parent in ((one, two), (two, one)):
        for name, facts in (("version.json", {"parent": parent.id, "family": ""}), ("meta.json", {"family": ""})):
            path = each.folder / name
            path.write_text(json.dumps(json.loads(path.read_text()) | facts))
    found = DatasetStore(Workspace(tmp_path / "work")).list()
    assert found and {each.id for each in found} <= {one.id, two.id}
