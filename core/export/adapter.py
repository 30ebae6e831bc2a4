"""Export what a run learned: a folder or a zip that loads onto its base model anywhere.

    adapter_model.safetensors, adapter_config.json    what was learned
    tokenizer files                                   so that the chat template travels with it
    README.md                                         a short model card (core/export/card.py)
    spec.json                                         the settings it was trained with

No path of this machine leaves with it. Everything is written aside and renamed into place last.
"""

import json
import re
import secrets
import shutil
import time
import unicodedata
import zipfile
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from core.errors import UserError, translate
from core.export.card import CardFacts, Says, card, is_hub_id
from core.runs.store import Run
from core.workspace import mint_id

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
NAME_LENGTH = 60
"""Characters of a file name: at most 240 bytes in UTF-8, below the 255 that file systems take."""

HANDED_OUT_S = 3600
"""Seconds after which a zip in `downloads/` may go; the longest download that is waited for."""

_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)


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
    to = to.expanduser().resolve()
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
        raise translate(error, where=str(to)) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return {"path": str(to), "files": files}


def zip_adapter(run: Run, downloads: Path, *, text: Says, **about: Any) -> Path:
    """A fresh zip for the window to stream, named like the run; `about` as in `export_adapter`.

    downloads: `workspace.downloads`; zips older than an hour are removed from it.
    """
    for old in downloads.iterdir():
        if old.is_dir() and time.time() - old.stat().st_mtime > HANDED_OUT_S:
            shutil.rmtree(old, ignore_errors=True)
    place = downloads / mint_id() / f"{file_name(run.meta['name'])}.zip"
    export_adapter(run, place, text=text, **about)
    return place


def file_name(name: str) -> str:
    """A person's name for a thing as a file name that Windows, macOS and Linux all take, without an ending.

    Letters and digits of every script stay; all else becomes a hyphen: "a/b: 你好" is "a-b-你好".
    """
    composed = unicodedata.normalize("NFC", name)
    kept = "".join(ch if ch in "_-. " or unicodedata.category(ch)[0] in "LMN" else "-" for ch in composed)
    kept = re.sub(r"[\s-]*-[\s-]*", "-", " ".join(kept.split()))
    kept = kept[:NAME_LENGTH].strip(" .-")
    if not kept:
        return "adapter"
    return f"_{kept}" if _RESERVED.fullmatch(kept) else kept


def public_name(model: str) -> str:
    """A model reference without a path of this machine: hub ids and catalogue names stay, folders give their name."""
    if is_hub_id(model) and not Path(model).exists():
        return model
    return PurePosixPath(PureWindowsPath(model).as_posix()).name or "model"


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
        dataset=PurePosixPath(PureWindowsPath(dataset).as_posix()).name,
        rows=plan.get("train_rows"),
        recipe=spec.recipe or "",
        step=_step_of(source, summary["steps"]),
        planned=plan.get("steps"),
        rank=spec.rank,
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
    for attempts_left in (1, 0):
        source = _usable(run)
        try:
            shutil.copyfile(source / WEIGHTS, folder / WEIGHTS)
            config = json.loads((source / CONFIG).read_bytes())
            if isinstance(config, dict):
                return source, config
        except (FileNotFoundError, ValueError):
            if attempts_left:
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
