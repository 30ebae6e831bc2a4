"""Export what a run learned: a folder or a zip that loads onto its base model anywhere.

    adapter_model.safetensors, adapter_config.json    what was learned
    tokenizer files                                   so that the chat template travels with it
    README.md                                         a short model card (core/export/card.py)
    spec.json                                         the settings it was trained with

No path of this machine leaves with it. Everything is written aside and renamed into place last.
"""

import contextlib
import errno
import json
import secrets
import shutil
import time
import zipfile
from pathlib import Path
from typing import Any

from core.data.datasets import DatasetStore
from core.errors import MachineError, UserError, translate
from core.export.card import CardFacts, card
from core.export.names import last_part, public_name
from core.models import catalog
from core.runs.store import Run
from core.says import Says
from core.workspace import Workspace, file_name, mint_id, person_path

KINDS = ("adapter",)
WEIGHTS, CONFIG = "adapter_model.safetensors", "adapter_config.json"
TOKENIZER_FILES = (
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "merges.txt",
    "vocab.txt",
    "tokenizer.model",
    "spiece.model",
    "sentencepiece.bpe.model",
    "chat_template.jinja",
    "chat_template.json",
)
HANDED_OUT_S = 3600
"""Seconds after which a zip in `downloads/` may go; the longest download that is waited for."""


def export_adapter(
    run: Run,
    to: Path,
    *,
    text: Says,
    kind: str = "adapter",
    tokenizer_folder: Path | None = None,
    base_title: str = "",
    base_id: str | None = None,
    dataset_name: str = "",
) -> dict[str, Any]:
    """Write what `run` learned to `to`, a new or empty folder, or a new file that ends in .zip.

    tokenizer_folder: where the base model's tokenizer lies, None leaves it out
    base_title:       the base model's name for people; base_id: its hub id, where the caller knows it
    dataset_name:     the data set's name for people

    Returns `{"path", "files"}`. A run that was stopped or broken off gives its newest whole checkpoint.
    Raises UserError `export.kind`, `export.nothing`, `export.exists`, `export.place`,
    `export.damaged`, `export.tokenizer`; MachineError for the disk.
    """
    if kind not in KINDS:
        raise UserError("export.kind", kind=str(kind)[:80], known=", ".join(KINDS))
    to = person_path(to).resolve()
    zipped = to.suffix.lower() == ".zip"
    if to.exists() and (zipped or not to.is_dir() or any(to.iterdir())):
        raise UserError("export.exists", path=str(to))
    _usable(run)  # before anything is made
    aside = to.with_name(f".{to.name[:40]}.{secrets.token_hex(4)}")
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        aside.mkdir()
        files = _fill(aside, run, text, tokenizer_folder, base_title, base_id, dataset_name)
        if zipped:
            _zip(aside, files, to)
        else:
            if to.exists():
                to.rmdir()  # it is empty; not every system renames onto an existing folder
            aside.rename(to)
    except (FileExistsError, NotADirectoryError):  # something on the way there is a file
        raise UserError("export.place", path=str(to)) from None
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENAMETOOLONG, errno.EINVAL):  # /proc/x, or a name of 300 characters
            raise UserError("export.place", path=str(to)[:300]) from None
        found = translate(error, where=str(to))
        raise (MachineError("export.denied", path=str(to)) if found.code == "disk.denied" else found) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return {"path": str(to), "files": files}


def zip_adapter(run: Run, workspace: Workspace, datasets: DatasetStore, *, text: Says) -> Path:
    """A fresh zip for the window to stream, in `workspace.downloads`, with the run's name as file name.

    Zips older than an hour are removed. Raises what `export_adapter` raises.
    """
    tidy(workspace)
    place = workspace.downloads / mint_id() / f"{file_name(run.meta['name'], 'adapter')}.zip"
    export_adapter(run, place, text=text, **about(run, workspace, datasets))
    return place


def tidy(workspace: Workspace) -> None:
    """Remove what was handed out long ago: a window may stay open for weeks."""
    for old in workspace.downloads.iterdir():
        with contextlib.suppress(OSError):
            if old.is_dir() and time.time() - old.stat().st_mtime > HANDED_OUT_S:
                shutil.rmtree(old, ignore_errors=True)


def about(run: Run, workspace: Workspace, datasets: DatasetStore) -> dict[str, Any]:
    """What `export_adapter` is told about a run's model and data set; what is gone by now is left out."""
    known: dict[str, Any] = {}
    try:
        model = catalog.resolve(run.spec.model, workspace)
        known = {"tokenizer_folder": model.folder, "base_title": model.title, "base_id": model.hub}
    except UserError:  # what was learned can be taken along all the same
        pass
    try:
        known["dataset_name"] = datasets.get(str(run.spec.dataset)).name
    except UserError:
        pass
    return known


def _usable(run: Run) -> Path:
    found = run.usable_adapter()
    if found is None:
        raise UserError("export.nothing", name=run.meta["name"])
    return found


def _fill(
    folder: Path,
    run: Run,
    text: Says,
    tokenizer_folder: Path | None,
    base_title: str,
    base_id: str | None,
    dataset: str,
) -> list[str]:
    """Write all files into `folder`; returns their names, sorted."""
    spec = run.spec
    base = base_id or public_name(spec.model)
    source, config = _copy_weights(run, folder)
    config["base_model_name_or_path"] = base
    _write_json(folder / CONFIG, config)
    with_tokenizer = _copy_tokenizer(tokenizer_folder, folder)
    _write_json(folder / "spec.json", {**spec.model_dump(), "model": base})

    summary, plan = run.summary(), run.plan()
    facts = CardFacts(
        name=run.meta["name"],
        base_title=base_title or base,
        base=base,
        dataset=last_part(dataset),
        rows=plan.get("train_rows"),
        recipe=spec.recipe or "",
        step=_step_of(source, summary["steps"]),
        planned=plan.get("steps"),
        rank=config.get("r") or spec.rank or plan.get("rank"),
        alpha=config.get("lora_alpha"),
        train_loss=summary["train_loss"],
        eval_loss=summary["eval_loss"],
        tokenizer=with_tokenizer,
    )
    (folder / "README.md").write_text(card(facts, text), encoding="utf-8")
    return sorted(path.name for path in folder.iterdir())


def _copy_weights(run: Run, folder: Path) -> tuple[Path, dict[str, Any]]:
    """Copy the newest usable weights; returns where they were taken from, and the adapter's config.

    A run that is training may prune a checkpoint while it is copied; then the next newest one is taken.
    """
    for _ in range(2):
        source = _usable(run)
        try:
            shutil.copyfile(source / WEIGHTS, folder / WEIGHTS)
            config = json.loads((source / CONFIG).read_bytes())
            if isinstance(config, dict) and isinstance(config.get("r", 1), int):
                return source, config
        except (FileNotFoundError, ValueError, RecursionError):
            continue
    raise UserError("export.damaged", name=run.meta["name"], file=CONFIG)


def _copy_tokenizer(source: Path | None, folder: Path) -> bool:
    """Copy the tokenizer's files, without the path that some libraries note in them; whether there were any."""
    for name in TOKENIZER_FILES if source is not None else ():
        assert source is not None
        if not (source / name).is_file():
            continue
        shutil.copyfile(source / name, folder / name)  # the hub's cache holds links; the copy is a file
        if name == "tokenizer_config.json":
            try:
                settings = dict(json.loads((folder / name).read_bytes()))
            except (ValueError, TypeError):
                raise UserError("export.tokenizer", folder=source.name) from None
            if settings.pop("name_or_path", None) is not None:
                _write_json(folder / name, settings)
    return (folder / "tokenizer_config.json").exists()


def _step_of(source: Path, last: int) -> int:
    """Optimizer steps behind the weights in `source`: its manifest knows for a checkpoint, the run for the end."""
    manifest = source / "manifest.json"
    return int(json.loads(manifest.read_bytes())["step"]) if manifest.is_file() else last


def _write_json(path: Path, values: dict[str, Any]) -> None:
    path.write_text(json.dumps(values, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _zip(folder: Path, files: list[str], to: Path) -> None:
    """All of `folder` as the zip `to`; weights are stored as they are, because they do not get smaller."""
    aside = folder / ".zip"
    with zipfile.ZipFile(aside, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in files:
            stored = zipfile.ZIP_STORED if name == WEIGHTS else zipfile.ZIP_DEFLATED
            archive.write(folder / name, name, compress_type=stored)
    aside.replace(to)
