"""All that is safe, round after round, never drops a row that was different before."""

import json
from pathlib import Path

from core.data.datasets import DatasetStore
from core.data.fixes.mend import Mend
from core.workspace import Workspace


def line(question: str, answer: str) -> str:
    turns = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    return json.dumps({"messages": turns}, ensure_ascii=False)


def rows_of(lines: list[str], path: Path, mends: list[Mend] | None, **more: bool) -> tuple[list[int], set[str]]:
    store = DatasetStore(Workspace(path / "workspace"))
    (path / "some.jsonl").write_text("\n".join(lines), encoding="utf-8")
    base = store.add(path / "some.jsonl")
    made = store.mend(base.id, mends, **more)
    return made.load_rows().numbers().tolist(), {finding.code for finding in made.findings}


SOUND = [line(f"What is number {n} about?", f"It is about thing {n}.") for n in range(20)]
ALIKE = [line("Hi?", "Yes & no."), line("Hi?", "Yes &amp; no."), line("Ho?", "It's."), line("Ho? ", "It's.")]


def test_rows_that_only_mending_makes_the_same_are_named_and_stay(tmp_path: Path) -> None:
    numbers, codes = rows_of([*ALIKE, *SOUND, SOUND[0]], tmp_path, None)
    assert numbers == list(range(1, 25)) and "row.duplicate" in codes and "text.space" not in codes


def test_so_they_do_beside_a_mend_that_was_chosen(tmp_path: Path) -> None:
    lines = [*ALIKE, line("Hu?", "{{x}}"), line("Hu?", "Li"), *SOUND, SOUND[0]]
    fill = Mend("text.placeholder", "fill", {"fill": {"x": "Li"}})
    numbers, _ = rows_of(lines, tmp_path, [fill], safe_too=True)
    assert numbers == list(range(1, 27))
