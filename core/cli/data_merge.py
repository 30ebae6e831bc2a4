"""The verbs that make something of data sets: data merge (one out of several) and data export (a file)."""

import os
import re
from pathlib import Path

from core.cli.data_given import row_progress, settled
from core.cli.data_sets import say_version
from core.cli.desk import Desk
from core.cli.documents import clean, plain_findings, plain_version, say_findings
from core.data.exporting import exporting
from core.data.versions.mixing import Mix, Part
from core.errors import UserError
from core.workspace import clean_name, person_path

AMOUNT = re.compile(r"(.+):([0-9.]+)", re.DOTALL)
"""DATA:0.5 or DATA:20. What stands before the last colon may have colons too, as C:\\data\\faq.csv has."""


def merge(desk: Desk) -> int:
    """Several data sets as a new one, each whole, by a share or by a count."""
    choices = desk.choices
    name = clean_name(choices.name)
    if choices.replace_system and not (choices.system or "").strip():
        raise UserError("cli.data.replace_system")
    asked = [part_of(said) for said in choices.parts]  # slips in what was typed before anything is read
    parts = tuple(
        Part(dataset=settled(desk, reference, beside=True).id, share=share, count=count)
        for reference, share, count in asked
    )
    mix = Mix(
        name=name,
        parts=parts,
        seed=choices.seed,
        shuffle=choices.shuffle,
        system=choices.system,
        replace_system=choices.replace_system,
    )
    dataset = desk.datasets.put_together(mix, row_progress(desk))
    plain = plain_version(desk, dataset, desk.datasets.versions(dataset.id), desk.store.list())
    findings = plain_findings(desk, dataset.findings, dataset.made)
    desk.give({**plain, "parts": dataset.parts, "seed": mix.seed, "findings": findings})
    say_version(desk, dataset, plain)
    say_findings(desk, dataset.findings, dataset.made)
    return 0


def part_of(said: str) -> tuple[str, float | None, int | None]:
    """(DATA, share, count) of "DATA", "DATA:0.5" or "DATA:20"; a file that has this very name is meant whole.

    Raises UserError `cli.data.part` for a share or a count that cannot be.
    """
    found = AMOUNT.fullmatch(said)
    if found is None or _is_there(said):
        return said, None, None
    reference, amount = found[1], found[2]
    try:
        share, count = (float(amount), None) if "." in amount else (None, int(amount))
    except ValueError:
        raise UserError("cli.data.part", said=said[:200]) from None
    if (share is not None and not 0 < share <= 1) or count == 0:
        raise UserError("cli.data.part", said=said[:200])
    return reference, share, count


def _is_there(said: str) -> bool:
    try:
        return person_path(said).exists()
    except (OSError, ValueError, UserError):
        return False


def export(desk: Desk) -> int:
    """A data set as a file. One that is there is only written over with --force."""
    choices = desk.choices
    to = _target(choices.to)
    _refuse(desk, to)  # before anything is read
    dataset = settled(desk, choices.data)
    path = to / exporting.file_name(dataset, choices.kind) if to.is_dir() else to
    _refuse(desk, path)
    exporting.write(dataset, choices.kind, path, row_progress(desk))
    size = path.stat().st_size
    desk.give({"path": str(path), "kind": choices.kind, "dataset": dataset.id, "rows": dataset.usable, "size": size})
    facts = {"path": str(path), "rows": f"{dataset.usable:,}", "size": desk.text.size(size)}
    desk.say(desk.text("cli.data.exported", **facts, name=clean(dataset.name)))
    return 0


def _target(said: str) -> Path:
    """Raises UserError `cli.data.to` for no name at all, `out.folder` for "name/", which is no folder that is there."""
    if not said.strip():  # an unset variable of the shell; a path without letters would be this folder
        raise UserError("cli.data.to")
    to = person_path(said)
    if said[-1] in (os.sep, os.altsep) and not _is_there(said):
        raise UserError("out.folder", folder=str(to)[:300])
    return to


def _refuse(desk: Desk, path: Path) -> None:
    """Raises UserError `out.*` when nothing can be written there, `cli.data.own` in a folder that is the program's own,
    `cli.data.exists` without --force.
    """
    exporting.refuse(path)
    workspace = desk.workspace
    own = (workspace.datasets, workspace.runs, workspace.drafts, workspace.models, workspace.downloads)
    folder = path.parent.resolve()
    for above in (path, folder, *folder.parents):
        found = next((each for each in own if _same(above, each)), None)
        if found is not None or (above is path and _same(path, workspace.window_lock)):
            raise UserError("cli.data.own", path=str(path)[:300], folder=str(found or workspace.root)[:300])
    if os.path.lexists(path) and not path.is_dir() and not desk.choices.force:
        raise UserError("cli.data.exists", path=str(path)[:300])


def _same(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except OSError:
        return False
