"""Names of models that may leave this machine: without its paths."""

from pathlib import Path, PurePosixPath, PureWindowsPath

from core.export.card import is_hub_id


def public_name(model: str) -> str:
    """A model reference without a path of this machine: hub ids and catalogue names stay, folders give their name."""
    name = model.partition("@")[0]  # owner/name@revision
    if is_hub_id(name) and not Path(model).exists():
        return name
    return last_part(model) or "model"


def last_part(path: str) -> str:
    """The name at the end of a path of any system."""
    return PurePosixPath(PureWindowsPath(path).as_posix()).name
