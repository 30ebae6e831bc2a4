"""The rows that a person chose for a mend: their numbers, and what they said, since numbers shift between readings."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from core.data.fixes.mend import Mend
from core.data.rows_file import RowsFile

_MODEL = "tokens."


def by_model(code: str, given: dict[str, Any]) -> bool:
    """Whether a mend needs a model's tokenizer: without that its finding is not found, and no length is known."""
    return code.startswith(_MODEL) or "max_length" in given


def chosen_of(mends: Sequence[Mend], rows: RowsFile) -> list[dict[str, Any]]:
    """For each mend what its step keeps of the rows that were chosen: {} where all are meant that the finding names.

    Mends that are never done again (`by_model`) keep the numbers only: `{"chosen": [3]}`, all others what the rows say
    as well: `{"chosen": [3], "said": ["5f..."]}`; "" for a row that is not there.
    """
    wanted = {row for mend in mends if not by_model(mend.code, mend.given) for row in mend.rows or ()}
    says = said_by(rows, wanted)
    told: list[dict[str, Any]] = []
    for mend in mends:
        if mend.rows is None:
            told.append({})
        elif by_model(mend.code, mend.given):
            told.append({"chosen": list(mend.rows)})
        else:
            told.append({"chosen": list(mend.rows), "said": [says.get(row, "") for row in mend.rows]})
    return told


def said_by(rows: RowsFile, numbers: Iterable[int]) -> dict[int, str]:
    """Number -> what the rows of this number say, as 16 hex digits that are the same in every process."""
    wanted = set(numbers)
    found: dict[int, Any] = {}
    if wanted:
        places = [place for place, number in enumerate(rows.numbers().tolist()) if number in wanted]
        for place in places:
            row = rows[place]
            said = {key: row[key] for key in row if key not in ("row", "variant", "from")}
            digest = found.setdefault(row["row"], hashlib.sha256())
            digest.update(json.dumps(said, ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass"))
    return {number: digest.hexdigest()[:16] for number, digest in found.items()}
