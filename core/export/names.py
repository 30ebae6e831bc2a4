"""Names that may leave this machine: safe as file names everywhere, and without its paths."""

import re
import unicodedata
from pathlib import Path, PurePosixPath, PureWindowsPath

from core.export.card import is_hub_id

NAME_LENGTH = 60
"""Characters of a file name: at most 240 bytes in UTF-8, below the 255 that file systems take."""

_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)


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
    name = model.partition("@")[0]  # owner/name@revision
    if is_hub_id(name) and not Path(model).exists():
        return name
    return last_part(model) or "model"


def last_part(path: str) -> str:
    """The name at the end of a path of any system."""
    return PurePosixPath(PureWindowsPath(path).as_posix()).name
