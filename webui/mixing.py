"""What a person says about sets that are to be put together, and what is meant by it (no Gradio here).

"" takes all rows of a set, "20" so many, "30 %" or "30%" that share.
"""

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.errors import UserError
from core.workspace import NAME_LIMIT, is_id
from webui.text import Text
from webui.titles import dataset_title
from webui.whole_number import whole_number

if TYPE_CHECKING:
    from core.data.datasets import Dataset, DatasetStore
    from core.data.versions.mixing import Mix, Part

LARGEST_SEED = 2**31 - 1
_AMOUNT = re.compile(r"(\d{1,9}|\d{1,3}(?:[.,]\d{1,6})?\s*[%％])")


@dataclass(frozen=True)
class Form:
    """The boxes as they stand. parts: id of a ticked set -> how much of it, as typed."""

    parts: dict[str, str] = field(default_factory=dict)
    name: str = ""
    seed: str = "1"
    shuffle: bool = False
    system: str = ""
    replace: bool = False


def form_of(said: str) -> Form:
    """What the page tells, `{"part:<id>": true, "amount:<id>": "30 %", "name": ...}`; what is not ours is left out."""
    try:
        told = json.loads(said)
    except (ValueError, RecursionError):
        return Form()
    if not isinstance(told, dict):
        return Form()

    def words(name: str, default: str = "") -> str:
        return found.strip() if isinstance(found := told.get(name), str) else default

    ids = [name.removeprefix("part:") for name, ticked in told.items() if name.startswith("part:") and ticked is True]
    parts = {id: words(f"amount:{id}") for id in ids if is_id(id)}
    shuffle, replace = (told.get(name) is True for name in ("shuffle", "replace"))
    return Form(parts, words("name"), words("seed", "1"), shuffle, words("system"), replace)


def mix_of(form: Form, datasets: "DatasetStore", text: Text) -> "Mix":
    """What is meant by it. Raises UserError `mix.*`, `dataset.unknown` for a set that is gone."""
    from core.data.versions.mixing import Mix

    chosen = [datasets.get(id) for id in form.parts]
    if not chosen:
        raise UserError("mix.tick")
    parts = tuple(_part(dataset, form.parts[dataset.id], text) for dataset in chosen)
    name = form.name or " + ".join(dataset_title(dataset, text) for dataset in chosen)
    return Mix(
        name=name[:NAME_LIMIT],
        parts=parts,
        seed=_seed(form.seed),
        shuffle=form.shuffle,
        system=form.system or None,
        replace_system=form.replace,
    )


def _part(dataset: "Dataset", amount: str, text: Text) -> "Part":
    from core.data.versions.mixing import Part

    if not amount:
        return Part(dataset=dataset.id)
    found = _AMOUNT.fullmatch(amount.replace(",", "") if amount.replace(",", "").isdecimal() else amount)
    value = float(found[1].rstrip("%％ ").replace(",", ".")) if found else 0
    if found is None or value <= 0 or (amount[-1] in "%％" and value > 100):
        raise UserError("mix.how_many", name=dataset_title(dataset, text), amount=amount[:40])
    if amount[-1] in "%％":
        return Part(dataset=dataset.id, share=value / 100)
    return Part(dataset=dataset.id, count=int(value))


def _seed(said: str) -> int:
    if (seed := whole_number(said, LARGEST_SEED)) is None:
        raise UserError("mix.seed", seed=said[:40], largest=LARGEST_SEED)
    return seed


def sizes_of(mix: "Mix", datasets: "DatasetStore") -> list[tuple[int, int]]:
    """(rows taken, rows there) of each part, changes by hand counted. Raises UserError `mix.*`, `dataset.damaged`."""
    from core.data.versions.mixing import amounts

    parts = [datasets.get(part.dataset) for part in mix.parts]
    edits = [datasets.edits(dataset.id) for dataset in parts]
    rows = [each.rows() if each.pending else dataset.load_rows() for dataset, each in zip(parts, edits, strict=True)]
    return list(zip(amounts(mix, parts, rows), map(len, rows), strict=True))
