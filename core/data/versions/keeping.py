"""What lies in a data set's folder beside its facts: rows, keys and a look at the source; made again where missing.

A folder of the first kind has rows.jsonl instead of rows.arrow; its rows are written as Arrow when they are first
asked for. What can be made again is no loss when the disk refuses it.
"""

import contextlib
import json
import secrets
from itertools import islice
from pathlib import Path
from typing import Any

from core.data.choices import Choices
from core.data.keys import Keys, keys_of
from core.data.look import plain_look
from core.data.rows_file import RowsFile, RowsWriter
from core.errors import UserError
from core.workspace import write_atomic

ROWS, KEYS, LOOK, SOURCE = "rows.arrow", "keys.npz", "look.json", "source"
OLD_ROWS = "rows.jsonl"


def rows(folder: Path) -> RowsFile:
    """The usable rows. Raises OSError, ValueError or KeyError when they cannot be read."""
    path = folder / ROWS
    if not path.exists() and (folder / OLD_ROWS).exists():
        aside = path.with_name(f".{ROWS}.{secrets.token_hex(4)}")
        try:
            with (folder / OLD_ROWS).open(encoding="utf-8") as file, RowsWriter(aside) as written:
                for line in file:
                    written.append(json.loads(line))
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)
    return RowsFile(path)


def keys(folder: Path, found: RowsFile) -> Keys:
    """The keys of the rows `found`."""
    try:
        kept = Keys.load(folder / KEYS)
        if len(kept) == len(found):
            return kept
    except (OSError, ValueError):
        pass
    made = keys_of(found)
    with contextlib.suppress(OSError):
        made.save(folder / KEYS)
    return made


def look(folder: Path, name: str, choices: Choices) -> list[dict[str, Any]]:
    """The first records of the source, [] when it cannot be read."""
    from core.data.formats.regroup import open_rows

    try:
        kept: list[dict[str, Any]] = json.loads((folder / LOOK).read_bytes())
        return kept
    except (OSError, ValueError):
        pass
    try:
        with open_rows(folder / SOURCE, name=name, choices=choices) as opened:
            made = plain_look(list(islice(opened.records, 20)))
    except (UserError, OSError):
        return []
    with contextlib.suppress(OSError):
        write_look(folder, made)
    return made


def write_look(folder: Path, found: list[dict[str, Any]]) -> None:
    """Raises OSError."""
    write_atomic(folder / LOOK, json.dumps(found))
