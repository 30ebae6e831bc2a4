"""The verbs on data sets that only look or take away: data list, show, versions, delete."""

from typing import Any

from core.cli.data_given import findings_of, how_read, kept, pending
from core.cli.desk import Desk, Verb
from core.cli.documents import clean, day, plain_findings, plain_version, say_findings, say_row, trained_with
from core.data.versions.dataset import Dataset
from core.errors import UserError
from core.workspace import is_id


def data(desk: Desk) -> int:
    """What is asked for after `data`."""
    from core.cli import data_mend, data_merge

    verbs: dict[str, Verb] = {
        "list": listed,
        "show": show,
        "versions": versions,
        "mend": data_mend.mend,
        "merge": data_merge.merge,
        "export": data_merge.export,
        "delete": delete,
    }
    return verbs[desk.choices.action](desk)


def listed(desk: Desk) -> int:
    """The data sets, the one used last first; of each the version that is in use."""
    runs, families, found = desk.store.list(), desk.datasets.families(), []
    for dataset in desk.datasets.list():
        family = families.get(dataset.family, (dataset,))  # another program may just have made it
        plain = plain_version(desk, dataset, family, runs)
        trained = trained_with(runs, *(each.id for each in family))
        found.append({**plain, "added": dataset.added, "trained": len(trained)})
    desk.give(found)
    if not found:
        desk.say(desk.text("cli.data.none", folder=str(desk.workspace.datasets)))
    for each in found:
        facts = {"id": each["dataset"], "when": day(each["added"]), "rows": f"{each['usable']:,}"}
        facts |= {"version": each["version"], "size": desk.text.size(each["size"]), "name": each["name"]}
        desk.say(desk.text("cli.data.line", **facts, runs=each["trained"]))
    return 0


# -- show


def show(desk: Desk) -> int:
    """What is in one version: what was done, what was found, how it can be mended; with --rows its rows too."""
    from core.cli.ahead import rows_asked

    dataset = kept(desk, desk.choices.data, look=True)
    edits = desk.datasets.edits(dataset.id)
    family, runs = desk.datasets.versions(dataset.id), desk.store.list()
    plain, findings = plain_version(desk, dataset, family, runs), findings_of(desk, dataset)
    document: dict[str, Any] = {
        **plain,
        "file": dataset.file_name,
        "container": dataset.container,
        "encoding": dataset.encoding,
        "sha256": dataset.sha256,
        "parts": dataset.parts,
        "pending": {
            "changed": len(edits.changed),
            "added": len(edits.added),
            "removed": len(edits.removed),
        },
        "accepted": dataset.accepted,
        "findings": plain_findings(desk, findings, dataset.made),
    }
    chosen = None
    if desk.choices.rows is not None:
        chosen = rows_asked(desk, dataset, desk.choices.rows)
        document["shown"] = list(chosen)
    desk.give(document)
    say_version(desk, dataset, plain)
    if count := pending(edits):
        desk.say(desk.text("cli.data.pending", n=count))
    for run in plain["runs"]:
        desk.say(desk.text("cli.data.run", name=run["name"], run=run["run"][:8]))
    say_findings(desk, findings, dataset.made)
    for row in chosen or ():
        desk.say()
        say_row(desk, row)
    return 0


def say_version(desk: Desk, dataset: Dataset, plain: dict[str, Any]) -> None:
    """Its name and id, where it comes from, what was done, and how much there is."""
    desk.say(f"{clean(dataset.name)}  ({dataset.id})")
    if not dataset.made:
        how = how_read(desk, dataset.container, dataset.packed, dataset.sheet, dataset.encoding)
        desk.say("  " + desk.text("cli.check.file", file=clean(dataset.file_name), how=how))
    task = desk.text(f"cli.task.{dataset.task}")
    desk.say("  " + desk.text("cli.check.format", format=dataset.format, task=task))
    done = clean(desk.text("list.comma").join(plain["done"]))
    facts = {"version": plain["version"], "versions": plain["versions"], "when": day(dataset.created)}
    desk.say("  " + desk.text("cli.data.version", **facts, done=done))
    desk.say("  " + desk.text("cli.check.rows", rows=dataset.rows, usable=dataset.usable))
    if dataset.note:
        desk.say("  " + desk.text("cli.data.note", note=clean(dataset.note)))


# -- versions


def versions(desk: Desk) -> int:
    """All versions of a data set, oldest first."""
    dataset = kept(desk, desk.choices.data, look=True)
    family, runs = desk.datasets.versions(dataset.id), desk.store.list()
    used = {each.id for each in desk.datasets.list()}
    found = [{**plain_version(desk, each, family, runs), "used": each.id in used} for each in family]
    desk.give(found)
    for each in found:
        done = clean(desk.text("list.comma").join(each["done"]))
        facts = {"id": each["dataset"], "version": each["version"], "when": day(each["created"])}
        key = "cli.data.version_used" if each["used"] else "cli.data.version_line"
        desk.say(desk.text(key, **facts, rows=f"{each['usable']:,}", done=done))
    return 0


# -- delete


def delete(desk: Desk) -> int:
    """A data set with all its versions, or one of them. What was learned from it stays."""
    dataset_id = desk.choices.data
    if not is_id(dataset_id):
        raise UserError("cli.data.id", said=dataset_id[:80])
    family = _family(desk, dataset_id)
    name = next((each.name for each in family if each.id == dataset_id), dataset_id)
    if len(family) > 1 and not (desk.choices.this_version or desk.choices.all_versions):
        raise UserError("cli.data.which", name=name, n=len(family))
    gone = [each.id for each in family if each.id == dataset_id or not desk.choices.this_version] or [dataset_id]
    lost = sum(_pending(desk, each) for each in gone)
    if desk.choices.this_version:
        desk.datasets.delete_version(dataset_id)
    else:
        desk.datasets.delete(dataset_id)
    runs = trained_with(desk.store.list(), *gone)
    told = [{"run": run.id, "name": run.meta["name"]} for run in runs]
    desk.give({"deleted": gone, "name": name, "edits": lost, "runs": told})
    desk.say(desk.text("cli.data.deleted", name=clean(name), n=len(gone)))
    if lost:
        desk.say(desk.text("cli.data.deleted_edits", n=lost))
    if runs:
        desk.say(desk.text("cli.data.deleted_used", n=len(runs)))
    return 0


def _family(desk: Desk, dataset_id: str) -> tuple[Dataset, ...]:
    """All versions; none of a damaged one, which can be deleted too. Raises UserError `dataset.unknown`."""
    try:
        return desk.datasets.versions(dataset_id)
    except UserError as error:
        if error.code != "dataset.damaged":
            raise
        return ()


def _pending(desk: Desk, dataset_id: str) -> int:
    """Rows changed by hand that are in no version; 0 where the data set is damaged."""
    try:
        return pending(desk.datasets.edits(dataset_id))
    except UserError:
        return 0
