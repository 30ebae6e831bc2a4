"""Where data export writes, and where it does not."""

import json
import os
import sys
from pathlib import Path

import pytest

from core.workspace import Workspace
from tests.unit.conftest import Run

unix = pytest.mark.skipif(sys.platform == "win32", reason="the system has no such files")


@pytest.fixture
def table(tmp_path: Path) -> str:
    path = tmp_path / "lamp.csv"
    path.write_text("question,answer\n" + "".join(f"Where is {n}?,At {n}.\n" for n in range(9)), encoding="utf-8")
    return str(path)


def refused(run: Run, table: str, to: Path | str, *more: str) -> str:
    """The code of the sentence that says why nothing was written, the same in both languages."""
    argv = ("data", "export", table, "--as", "jsonl", "--to", str(to), "--json", *more)
    codes = set()
    for language in ("en", "zh"):
        code, out, err = run(*argv, "--lang", language)
        assert code == 2 and err.count("\n") == 1
        codes.add(json.loads(out)["error"]["code"])
    assert len(codes) == 1
    return codes.pop()


def test_what_is_kept_is_not_written_over(run: Run, table: str, root: Path, tmp_path: Path) -> None:
    """--force once replaced version.json, which nothing may change."""
    assert run("data", "show", table)[0] == 0
    workspace = Workspace(root)
    (kept,) = workspace.datasets.iterdir()
    before = {path: path.read_bytes() for path in kept.iterdir()}
    targets = [kept / "version.json", kept / "rows.arrow", kept / "new.jsonl", kept, workspace.datasets]
    targets += [folder / "x" for folder in (workspace.runs, workspace.drafts, workspace.models, workspace.downloads)]
    workspace.window_lock.touch()
    targets += [workspace.window_lock, workspace.datasets / ".." / "datasets" / "x"]
    if sys.platform != "win32":
        (tmp_path / "way").symlink_to(kept)
        targets.append(tmp_path / "way" / "version.json")
    for to in targets:
        assert refused(run, table, to, "--force") == "cli.data.own", to
    assert {path: path.read_bytes() for path in kept.iterdir()} == before
    assert run("data", "export", table, "--as", "jsonl", "--to", str(root / "mine.jsonl"))[0] == 0


def test_a_name_that_cannot_be(run: Run, table: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    there = sorted(tmp_path.iterdir())
    for more in ((), ("--force",)):
        assert refused(run, table, tmp_path / ("x" * 300), *more) == "out.name"
        assert refused(run, table, tmp_path / ("x" * 300) / "y", *more) in ("out.name", "out.folder")
        assert refused(run, table, "", *more) == refused(run, table, " ", *more) == "cli.data.to"
        assert refused(run, table, f"{tmp_path / 'nowhere'}{os.sep}", *more) == "out.folder"
        assert refused(run, table, tmp_path / "lamp.csv" / "x", *more) == "out.folder"
    assert [path for path in sorted(tmp_path.iterdir()) if path.name != "workspace"] == there


@unix
def test_only_a_file_is_replaced(run: Run, table: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "to pipe").symlink_to(tmp_path / "pipe")
    for more in ((), ("--force",)):
        for to in (tmp_path / "pipe", tmp_path / "to pipe", "/dev/null"):
            assert refused(run, table, to, *more) == "out.special"
    assert (tmp_path / "pipe").is_fifo() and not Path("/dev/null").is_file()
    (tmp_path / "link").symlink_to(tmp_path / "gone")
    assert refused(run, table, tmp_path / "link") == "cli.data.exists"
    assert run("data", "export", table, "--as", "jsonl", "--to", str(tmp_path / "link"), "--force")[0] == 0
    assert (tmp_path / "link").read_text().count("\n") == 9 and not (tmp_path / "gone").exists()
