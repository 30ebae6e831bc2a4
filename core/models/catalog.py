"""The models that can be chosen: the five cards, a folder on disk, an id of a model hub.

`resolve` turns what a person typed into one of these, and says whether the model is whole on this disk. It asks
no network and imports nothing heavy, because an open page asks it once a second.
"""

import difflib
import re
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml

from core.errors import UserError
from core.models import facts as model_facts
from core.models import safety
from core.models.facts import ModelFacts
from core.models.weights import read_headers
from core.workspace import PRESETS, Workspace, person_path

Kind = Literal["builtin", "catalogue", "folder", "hub"]

HUB_ID = re.compile(
    r"([A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9][A-Za-z0-9._-]{0,95})(?:@([A-Za-z0-9][A-Za-z0-9._-]{0,99}))?"
)
"""`owner/name` or `owner/name@revision`, where a revision is a branch, a tag or a commit."""


@dataclass(frozen=True)
class Card:
    """One model of presets/models.yaml.

    bytes    size of the download, 0 for the built-in model
    purpose  what it is good for, and why one would choose it: one sentence per language, {"en": ..., "zh": ...}
    """

    name: str
    title: str
    hub: str | None
    revision: str | None
    folder: Path | None
    bytes: int
    license: str
    purpose: dict[str, str]
    why: dict[str, str]
    config: dict[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class ModelRef:
    """A model that was chosen.

    name      what a RunSpec keeps: the card's name, the folder's path, or the hub id with its revision
    title     for people
    folder    where it lies when it is whole on this disk, else None: it has to be downloaded first
    bytes     size of the download when the catalogue knows it, else 0
    """

    kind: Kind
    name: str
    title: str
    hub: str | None = None
    revision: str | None = None
    folder: Path | None = None
    bytes: int = 0
    endpoint: str | None = None

    @property
    def here(self) -> bool:
        """Whether training can start without a download."""
        return self.folder is not None


@cache
def cards() -> tuple[Card, ...]:
    """The catalogue, the built-in model first."""
    entries = yaml.safe_load((PRESETS / "models.yaml").read_text(encoding="utf-8"))["models"]
    return tuple(
        Card(
            name=entry["name"], title=entry["title"], hub=entry.get("hub"), revision=entry.get("revision"),
            folder=PRESETS / entry["folder"] if "folder" in entry else None, bytes=entry.get("bytes", 0),
            license=entry["license"], purpose=entry["purpose"], why=entry["why"], config=entry.get("config", {}),
        )
        for entry in entries
    )  # fmt: skip


def card_of(ref: ModelRef) -> Card | None:
    """The card of a model of the catalogue, else None."""
    return next((card for card in cards() if card.name == ref.name), None)


def resolve(reference: str, workspace: Workspace | None = None, endpoint: str | None = None) -> ModelRef:
    """The model that `reference` names: a card's name, a folder, or a hub id.

    A relative path counts as a folder when it begins with a dot or holds a config.json; a bare name is also looked
    for among the folders of `workspace/models`. Raises UserError: model.empty, model.unknown, model.url,
    model.no_folder, and for a folder everything that `safety.inspect` raises.
    """
    text = str(reference or "").strip()
    if not text:
        raise UserError("model.empty")
    for card in cards():
        if text.lower() in (card.name, (card.hub or card.name).lower()):
            return _from_card(card, endpoint)
    if "://" in text:
        raise UserError("model.url", name=text[:120])
    if "\x00" in text or len(text) > 1000:
        raise _unknown(text)
    if _looks_like_path(text) or _holds_config(text):
        return _from_folder(_at_home(text))
    if workspace is not None:
        for folder in _folders(workspace.models):
            if folder.name == text:
                return _from_folder(folder)
    found = HUB_ID.fullmatch(text)
    if not found or ".." in text or "--" in found[1]:
        raise _unknown(text)
    hub, revision = found[1], found[2]
    return ModelRef(
        kind="hub", name=text, title=hub.partition("/")[2], hub=hub, revision=revision,
        folder=cached(hub, revision), endpoint=endpoint,
    )  # fmt: skip


def facts_of_ref(ref: ModelRef) -> ModelFacts:
    """The facts of a chosen model, whether it is on this disk or not.

    For a hub model that is not here they follow from its config.json, once that was fetched to tell the size.
    Raises UserError model.facts_unknown when nothing is known yet, and what `facts.facts_of` raises.
    """
    if ref.folder is not None:
        return _remembered_facts(ref.folder, _changed(ref.folder))
    card = card_of(ref)
    if card is not None and card.config:
        return model_facts.from_config(card.config, where=card.title)
    folder = cache_snapshot(ref.hub, ref.revision) if ref.hub else None
    if folder is None:
        raise UserError("model.facts_unknown", name=ref.title, kind="?")
    return model_facts.from_config(model_facts.read_config(folder), where=ref.title)


def cached(hub: str, revision: str | None) -> Path | None:
    """The folder of a hub model in the Hugging Face cache when all of it is there, else None."""
    folder = cache_snapshot(hub, revision)
    if folder is None:
        return None
    try:
        read_headers(folder)
    except (UserError, OSError):
        return None
    return folder if any((folder / name).is_file() for name in safety.TOKENIZERS) else None


def cache_snapshot(hub: str, revision: str | None) -> Path | None:
    """The snapshot folder of a hub model in the Hugging Face cache, whole or not; None when there is none."""
    from huggingface_hub import try_to_load_from_cache

    path = try_to_load_from_cache(hub, "config.json", revision=revision)
    return Path(path).parent if isinstance(path, str) else None


def _from_card(card: Card, endpoint: str | None) -> ModelRef:
    if card.folder is not None:
        _inspected(card.folder, _changed(card.folder))
        return ModelRef(kind="builtin", name=card.name, title=card.title, folder=card.folder)
    assert card.hub is not None
    return ModelRef(
        kind="catalogue", name=card.name, title=card.title, hub=card.hub, revision=card.revision,
        folder=cached(card.hub, card.revision), bytes=card.bytes, endpoint=endpoint,
    )  # fmt: skip


def _from_folder(folder: Path) -> ModelRef:
    try:
        there = folder.is_dir()
    except OSError:  # a name that is too long, a folder that may not be looked into
        there = False
    if not there:
        raise UserError("model.no_folder", path=str(folder)[:300])
    folder = folder.resolve()
    _inspected(folder, _changed(folder))
    return ModelRef(kind="folder", name=str(folder), title=folder.name, folder=folder)


def _at_home(text: str) -> Path:
    try:
        return person_path(text)
    except RuntimeError:  # the home of somebody who does not exist: ~nobody-here/model
        return Path(text)


def _holds_config(text: str) -> bool:
    try:
        return (Path(text) / "config.json").is_file()
    except OSError:
        return False


def _looks_like_path(text: str) -> bool:
    return text.startswith(("/", "~", ".", "\\")) or "\\" in text or re.match(r"[A-Za-z]:[\\/]", text) is not None


def _folders(parent: Path) -> list[Path]:
    return [path for path in parent.iterdir() if path.is_dir()] if parent.is_dir() else []


def _unknown(text: str) -> UserError:
    names = [card.name for card in cards()]
    close = difflib.get_close_matches(text.lower(), names, n=1)
    return UserError("model.unknown", name=text[:80].replace("\x00", ""), known=", ".join(close or names))


def _changed(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Names, sizes and times of the files of a folder: while these are the same, so is what was found in it."""
    found = []
    try:
        for path in sorted(folder.iterdir()):
            stat = path.stat()
            found.append((path.name, stat.st_size, stat.st_mtime_ns))
    except OSError:
        pass
    return tuple(found)


@lru_cache(maxsize=32)
def _remembered_facts(folder: Path, changed: tuple[tuple[str, int, int], ...]) -> ModelFacts:
    return model_facts.facts_of(folder)


@lru_cache(maxsize=32)
def _inspected(folder: Path, changed: tuple[tuple[str, int, int], ...]) -> None:
    """`safety.inspect`, done once while the folder stays the same; what it raises is raised each time."""
    safety.inspect(folder)
