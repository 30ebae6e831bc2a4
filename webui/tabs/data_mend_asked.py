"""What is asked for in the panel: of one finding, of all that is safe, of the rest as recommended (no Gradio here)."""

import time
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from core.data.fixes.mend import Mend
from core.data.fixes.offers import Offer, is_left_out, offers, safe_mends
from core.findings import Finding
from webui.context import Context
from webui.mending import ALL_SAFE, REST, Asked, Wanted
from webui.snapshot import Page, Snapshot
from webui.tabs.data_rows import Findings, Found
from webui.whole_number import whole_number
from webui.worker import Answer

if TYPE_CHECKING:
    from core.data.versions.dataset import Dataset
    from webui.tabs.data_seen import Known

SOON_S = 0.5
"""Seconds that a press waits for what would change, so that it comes with the answer."""


@dataclass(frozen=True)
class Now:
    """What stands in the panel.

    found     of a press at one finding; `offer` is the fix
    names     words that can be given, where placeholders are filled in
    reading   ways in which the file can be read anew ("repair", "structured"), all that help
    missing   "fill", "max_length" or "model" has to come first; `empty`: the name that has no word yet
    answer    what would change, as of Worker
    """

    asked: Asked
    found: Found | None = None
    offer: Offer | None = None
    names: tuple[str, ...] = ()
    reading: tuple[str, ...] = ()
    missing: str = ""
    empty: str = ""
    wanted: Wanted | None = None
    answer: Answer | None = None


def now(ctx: Context, snap: Snapshot, seen: "Known") -> Now | None:
    """What is asked for; None when nothing is, or when it is not among what was found (any more)."""
    dataset = snap.dataset
    asked = ctx.mending.of(dataset) if dataset is not None else None
    if dataset is None or asked is None:
        return None
    edited = seen.rows.hand.stamp
    if asked.found in (ALL_SAFE, REST):
        return _together(ctx, snap, seen, asked, dataset, edited)
    found = seen.findings.by_id(asked.found)
    offer = found and next((each for each in offers(found.finding, made=dataset.made) if each.fix == asked.fix), None)
    if found is None or offer is None or offer.asks.startswith("menu:"):
        return None
    if offer.asks.startswith("read:"):
        reading = readings(seen.findings, dataset.made)
        ways = {way: True for way in reading if asked.given.get(f"read:{way}") != "no"}
        if not ways:
            return Now(asked, found, offer, (), reading, "reading")
        choices = ctx.wishes.of(dataset).model_copy(update=ways)
        wanted = Wanted(dataset, (), (), choices=choices, edited=edited)
        return Now(asked, found, offer, (), reading, "", "", wanted, _look(ctx, snap.page, wanted))
    names = names_of(found.finding) if offer.asks == "fill" else ()
    given, missing = _given(asked, offer, names, seen)
    folder = snap.model.folder if snap.model is not None and offer.asks == "max_length" else None
    if offer.asks == "max_length" and folder is None:
        missing = "model"
    elif offer.asks == "max_length" and given and snap.model is not None:  # by the name it has in all languages
        given["model"] = snap.model.title
    if missing:
        return Now(asked, found, offer, names, missing=missing, empty=_empty(asked, names))
    mend = Mend(found.finding.code, offer.fix, given, _rows(found, seen.findings))
    wanted = Wanted(dataset, (found.finding,), (mend,), (mend,), None, folder, edited)
    return Now(asked, found, offer, names, (), "", "", wanted, _look(ctx, snap.page, wanted))


def _together(ctx: Context, snap: Snapshot, seen: "Known", asked: Asked, dataset: "Dataset", edited: int) -> Now | None:
    """Fixes of several findings at once."""
    names: tuple[str, ...] = ()
    if asked.found == ALL_SAFE:
        mends = safe(seen.findings, dataset.usable, dataset.made)[1]
        wanted = Wanted(dataset, fixed(seen.findings), mends, edited=edited)
    else:
        all_of_it = rest(seen.findings, dataset.usable, dataset.made)
        filling = [found.finding for found, offer in all_of_it if offer.asks == "fill"]
        names = tuple(name for finding in filling for name in names_of(finding))
        if empty := _empty(asked, names):
            return Now(asked, names=names, missing="fill", empty=empty)
        fill = _filled(asked)
        mends = tuple(
            Mend(found.finding.code, offer.fix, {"fill": fill} if offer.asks else {}, _rows(found, seen.findings))
            for found, offer in all_of_it
            if not offer.asks or fill  # words that nobody has given stay as they are
        )
        wanted = Wanted(dataset, fixed(seen.findings), mends, mends, edited=edited)
    if not mends:
        return None
    return Now(asked, names=names, wanted=wanted, answer=_look(ctx, snap.page, wanted))


def _look(ctx: Context, page: Page, wanted: Wanted) -> Answer | None:
    """What it would change. Right after a press it may take a moment, so that the page does not change twice."""
    ends = time.monotonic() + (SOON_S if page.memo.pop("data.mend_wait", False) else 0)
    while True:
        answer = ctx.mending.look(ctx, wanted)
        if (answer is not None and answer.fresh) or time.monotonic() >= ends:
            return answer
        time.sleep(0.02)


# -- what a fix is told


def _given(asked: Asked, offer: Offer, names: tuple[str, ...], seen: "Known") -> tuple[dict[str, Any], str]:
    """(what the fix is told, what is missing for it)."""
    if offer.asks == "fill":
        fill = _filled(asked)
        return {"fill": fill}, "fill" if _empty(asked, names) or not fill else ""
    if offer.asks == "max_length":
        said = asked.given.get("max_length", str(seen.max_length or ""))
        length = whole_number(said, 999_999_999)
        return ({"max_length": length}, "") if length else ({}, "max_length")
    return {}, ""


SKIP = "skip"
"""What is said where words are left as they are."""


def _empty(asked: Asked, names: tuple[str, ...]) -> str:
    """The first name that has no word yet; "" when all have, or those without may stay."""
    filled = _filled(asked)
    if asked.given.get(SKIP) == "yes" and (filled or asked.found == REST):
        return ""
    return next((name for name in names if name not in filled), "")


def _filled(asked: Asked) -> dict[str, str]:
    """Name -> the word that was given for it."""
    return {name.removeprefix("fill:"): said for name, said in asked.given.items() if name.startswith("fill:") and said}


def _rows(found: Found, findings: Findings) -> tuple[int, ...] | None:
    """The rows of this finding, where its code alone does not say which: what depends on the model is not kept."""
    alike = sum(each.finding.code == found.finding.code for each in findings.all)
    return found.finding.rows if found.measured or alike > 1 else None


def names_of(finding: Finding) -> tuple[str, ...]:
    """The names in double braces that a finding tells of."""
    names = str(finding.facts.get("names", "")).split(", ")
    return tuple(dict.fromkeys(name.strip().strip("{}").strip() for name in names if name.strip()))


# -- several at once


def fixed(findings: Findings) -> tuple[Finding, ...]:
    """What was found without the model."""
    return tuple(found.finding for found in findings.all if not found.measured)


@lru_cache(maxsize=4)
def safe(findings: Findings, usable: int, made: bool) -> tuple[int, tuple[Mend, ...]]:
    """How many rows can be mended without a question, and how."""
    known = fixed(findings)
    mends = tuple(safe_mends(known, usable=usable, made=made))
    rows: set[int] = set()
    for mend in mends:
        named = [finding.rows for finding in known if finding.code == mend.code]
        rows.update(mend.rows if mend.rows is not None else (row for each in named for row in each))
    return len(rows), mends


@lru_cache(maxsize=4)
def rest(findings: Findings, usable: int, made: bool) -> tuple[tuple[Found, Offer], ...]:
    """What is recommended for each finding that needs a look, and what is safe: all but reading anew, what depends on
    the model, and what may be meant so. Rows that are left out stay so only where more are used.
    """
    gone = {row for found in findings.all if is_left_out(found.finding) for row in found.finding.rows}
    first = [(found, next(iter(offers(found.finding, made=made)), None)) for found in findings.all
             if not found.measured]  # fmt: skip
    return tuple(
        (found, offer)
        for found, offer in first
        if offer is not None
        and offer.asks in ("", "fill")
        and (offer.fix != "accept" or (is_left_out(found.finding) and len(gone) < usable))
        and (offer.safe or found.finding.level != "info")
    )


class Together(NamedTuple):
    """How many rows one press for several findings is about, 0 where there is nothing for it to do.

    safe  all that is safe; rest: all that is recommended, where that is more
    """

    safe: int
    rest: int


@lru_cache(maxsize=4)
def together(findings: Findings, usable: int, made: bool) -> Together:
    """Counted once for the findings of a version: this is asked for once a second."""
    every = rest(findings, usable, made)
    more = len(every) > 1 and not all(offer.safe for _, offer in every)
    rows = {row for found, _ in every for row in found.finding.rows} if more else ()
    return Together(safe(findings, usable, made)[0], len(rows))


@lru_cache(maxsize=4)
def readings(findings: Findings, made: bool) -> tuple[str, ...]:
    """All ways of reading the file anew that would help; they are looked at together, because the file is read once."""
    asks = [offer.asks for found in findings.all for offer in offers(found.finding, made=made)]
    return tuple(dict.fromkeys(each.removeprefix("read:") for each in asks if each.startswith("read:")))
