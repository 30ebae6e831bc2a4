"""The folder of a workspace: names, leftovers, and a place that cannot be written."""

import os
import sys
import time
from pathlib import Path

import pytest

from core.errors import UserError
from core.runs import checkpoints
from core.workspace import NAME_LIMIT, STALE_S, Workspace, clean_name, mint_id
from webui.text import load


def test_a_name_is_one_clean_line() -> None:
    assert clean_name("  My \n\x00 FAQ\u202e ") == "My FAQ"
    assert len(clean_name("x" * 500)) == NAME_LIMIT
    for blank in ("", "  ", "\n\x00"):
        with pytest.raises(UserError, match=r"name\.empty"):
            clean_name(blank)


def _aged(path: Path) -> Path:
    past = time.time() - STALE_S - 60
    os.utime(path, (past, past))
    return path


def test_a_sweep_removes_what_was_handed_out_and_what_a_kill_left(root: Path) -> None:
    workspace = Workspace(root)
    run = workspace.run_folder(mint_id())
    dataset = workspace.dataset_folder(mint_id())
    sealed = run / "checkpoints" / checkpoints.name_of(3)
    kept = [sealed, dataset]
    left = [
        workspace.downloads / mint_id(),
        workspace.runs / f".{mint_id()}",
        workspace.runs / f".deleted-{mint_id()}",
        workspace.datasets / f".{mint_id()}",
        workspace.datasets / f".{mint_id()}.deleted",
        run / "checkpoints" / ".part-00ff00ff",
    ]
    being_built = workspace.runs / f".{mint_id()}"
    for folder in (*kept, *left, being_built):
        folder.mkdir(parents=True)
        (folder / "file").write_bytes(b"x")
    (workspace.downloads / "loose").write_bytes(b"x")
    for folder in (*kept, *left):
        _aged(folder)
    workspace.sweep()
    assert [folder for folder in left if folder.exists()] == []
    assert all((folder / "file").exists() for folder in (*kept, being_built))
    assert list(workspace.downloads.iterdir()) == []
    workspace.sweep()


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_a_sweep_removes_what_only_a_lock_has_made_again(root: Path) -> None:
    workspace = Workspace(root)
    ghost, kept, own = (workspace.datasets / mint_id() for _ in range(3))
    for folder in (ghost, kept, own):
        folder.mkdir(parents=True)
        (folder / "edits.lock").touch()
    (kept / "meta.json").write_text("{}")
    own.rename(own.with_name("mine"))
    workspace.sweep()
    assert sorted(workspace.datasets.iterdir()) == sorted([kept, own.with_name("mine")])


def test_a_sweep_follows_no_link(root: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "mine").write_bytes(b"x")
    workspace = Workspace(root)
    (workspace.downloads / "link").symlink_to(elsewhere)
    workspace.sweep()
    assert (elsewhere / "mine").exists() and not (workspace.downloads / "link").exists()


def test_a_workspace_that_cannot_be_written_names_its_option(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, *rest: object, **named: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(UserError, match=r"disk\.denied_workspace") as caught:
        Workspace(root)
    for language in ("en", "zh"):
        said = load(language).error(caught.value)
        assert "--workspace" in said and str(root) in said
        assert "--workspace" not in load(language).error(UserError("disk.denied", folder=str(root)))
