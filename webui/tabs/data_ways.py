"""What can be done about a finding, the way with an effect first (no Gradio here)."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from core.data.fixes.lengths import exchanges
from core.data.fixes.offers import Offer, is_left_out, offers

if TYPE_CHECKING:
    from core.data.raw import Row
    from core.findings import Finding
    from webui.measuring import Measurement
    from webui.tabs.data_rows import Found, Rows
    from webui.text import Text

LOOKED_AT = 12
"""Rows of a finding that are looked at to know whether they could be shortened."""

AT_BORDERS = ("shorten", "split")
"""Fixes that cut where one exchange, or one paragraph, ends and the next begins."""


@dataclass(frozen=True)
class Ways:
    """offers: fixes that have an effect, the recommended one first
    edit       number of a row that only a person can make shorter, 0 for none
    length     maximum length at which no row is cut any more, 0 where that is not what is wrong, or the model cannot
    """

    offers: tuple[Offer, ...]
    edit: int = 0
    length: int = 0


def fix_name(finding: "Finding", offer: Offer, text: "Text") -> str:
    """What a fix is called: rows that are left out are not kept by being accepted."""
    return text("fix.accept.out") if _out(finding, offer) else text(f"fix.{offer.fix}")


def fix_what(finding: "Finding", offer: Offer, text: "Text") -> str:
    """What it does, in a sentence."""
    return text("fix.accept.out.what") if _out(finding, offer) else text(f"fix.{offer.fix}.what")


def _out(finding: "Finding", offer: Offer) -> bool:
    return offer.fix == "accept" and is_left_out(finding)


def ways(found: "Found", made: bool, rows: "Rows", measurement: "Measurement | None", max_length: int) -> Ways:
    """Rows that are one question with one answer have no place where they could be cut."""
    ways = offers(found.finding, made=made)
    length = 0
    if found.finding.code in ("tokens.cut", "tokens.answer_lost") and measurement is not None:
        enough = min(measurement.measured.longest, measurement.context)
        length = enough if enough > max_length else 0
    if not any(offer.fix in AT_BORDERS for offer in ways):
        return Ways(ways, length=length)
    if _borders(rows, tuple(int(number) for number in found.rows[:LOOKED_AT])):
        return Ways(ways, length=length)
    return Ways(
        tuple(offer for offer in ways if offer.fix not in AT_BORDERS),
        int(found.rows[0]) if len(found.rows) else 0,
        length,
    )


@lru_cache(maxsize=16)  # asked once a second
def _borders(rows: "Rows", numbers: tuple[int, ...]) -> bool:
    """Whether any of these rows could be cut somewhere; so long as none can be looked at nobody knows."""
    places = [place for number in numbers if (place := rows.place(number)) is not None]
    return not places or any(map(_border, rows.some(places)))


def _border(row: "Row") -> bool:
    return bool(row["text"].strip().count("\n")) if "text" in row else len(exchanges(row)[1]) > 1
