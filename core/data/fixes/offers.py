"""Which fixes a finding has, which of them is recommended, and which are safe.

Safe is what nobody would be surprised by when he has not looked at it: nothing that would be learned is lost, and
nothing needs a decision.
- no word is invented, and none goes but what is no answer of its own: repetitions word for word, white space, marks of
  programs. A question behind the last answer is cut too: somebody wrote it, but answers alone are learned
  (core/training: the mask), and what stands behind an answer is not seen when that is learned. The file keeps it
- it does not depend on a model or a maximum length, which may be changed later
- a fault that half of the rows share may be meant so (answers that are HTML): there the person decides
- that rows which are left out stay out is a decision, too: whoever has not looked would never hear of them again
"""

from collections.abc import Iterable
from dataclasses import dataclass

from core.data.fixes.mend import Mend
from core.findings import Finding


@dataclass(frozen=True)
class Offer:
    """One way to put a finding right.

    fix   name; `fix.<name>` in the texts is its button, `fix.<name>.what` what it does
    safe  nothing that would be learned is lost, nothing is invented, and nothing has to be decided
    asks  what has to be known or done first: "" nothing, "fill" words for names, "max_length" tokens, "read:repair" or
          "read:structured" the file is read anew, "menu:columns" or "menu:speaker" the person chooses in a menu
    """

    fix: str
    safe: bool = False
    asks: str = ""


ACCEPT, DROP = Offer("accept"), Offer("drop")
FIT = (Offer("shorten", asks="max_length"), Offer("split", asks="max_length"), DROP)
MASK = (Offer("mask"), DROP, ACCEPT)
REPAIR = (Offer("repair", asks="read:repair"), ACCEPT)
COLUMNS = (Offer("columns", asks="menu:columns"), ACCEPT)
JOIN = (Offer("merge_turns", safe=True), DROP, ACCEPT)
LOOK, REMOVE = (ACCEPT, DROP), (DROP, ACCEPT)

OFFERS: dict[str, tuple[Offer, ...]] = {
    # left out, and reading the file in another way would bring them in
    "row.broken_json": REPAIR,
    "row.broken_off": REPAIR,
    "row.nul": REPAIR,
    "lines.nul": REPAIR,
    "row.quotes": REPAIR,
    "row.structured": (Offer("structured", asks="read:structured"), ACCEPT),
    "row.unknown_role": (Offer("speaker", asks="menu:speaker"), ACCEPT),
    "data.no_columns": COLUMNS,
    # left out, and the file should be got again or another be made: a person has to know
    "row.cut": (ACCEPT,),
    "row.ragged": (ACCEPT,),
    "row.other_kind": (ACCEPT,),
    # left out, and nothing brings them in but somebody who writes them
    "answer.empty": (ACCEPT,),
    "question.empty": (ACCEPT,),
    "text.empty": (ACCEPT,),
    "row.null": (ACCEPT,),
    "row.no_assistant": (ACCEPT,),
    "row.no_turns": (ACCEPT,),
    "row.no_object": (ACCEPT,),
    "row.history": (ACCEPT,),
    "row.label": (ACCEPT,),
    "row.media": (ACCEPT,),
    "row.too_deep": (ACCEPT,),
    "row.tools": (ACCEPT,),
    "turns.no_parent": (ACCEPT,),
    # said of the whole file: to be known, or to be mended outside
    "columns.twice": (ACCEPT,),
    "encoding.unsure": (ACCEPT,),
    "lines.conflict": (ACCEPT,),
    "lines.left_out": (ACCEPT,),
    "lines.nul_run": (ACCEPT,),
    "lists.others": (ACCEPT,),
    "row.mixed_encoding": (ACCEPT,),
    "row.not_utf8": (ACCEPT,),
    "rows.cut": (ACCEPT,),
    "rows.few": (ACCEPT,),
    "turns.apart": (ACCEPT,),
    "turns.exchanges": (ACCEPT,),
    # how the file was read
    "answer.always_same": COLUMNS,
    "columns.choices_unused": COLUMNS,
    "columns.guessed": COLUMNS,
    "speaker.guessed": (Offer("speaker", asks="menu:speaker"), ACCEPT),
    "row.key_twice": LOOK,
    "row.nul_dropped": LOOK,
    "cells.nul_dropped": LOOK,
    "system.two": LOOK,
    "preference.prompt_unused": LOOK,
    # what stands there is not what somebody wrote, and nothing brings it back
    "row.half_character": REMOVE,
    "row.repaired_cut": REMOVE,
    "cells.excel_error": REMOVE,
    "cells.excel_number": REMOVE,
    "text.replaced": REMOVE,
    "text.excel": REMOVE,
    # marks in the words
    "text.placeholder": (Offer("fill", asks="fill"), DROP, ACCEPT),
    "text.special_token": (Offer("control_words", safe=True), DROP, ACCEPT),
    "text.mojibake": (Offer("encoding", safe=True), DROP, ACCEPT),
    "text.html": (Offer("unescape_html", safe=True), DROP, ACCEPT),
    "text.html_escaped": LOOK,  # whether a tag is shown or left over, nobody can tell
    "text.special_meant": LOOK,
    "text.mojibake_left": LOOK,
    "text.space": (Offer("trim", safe=True), ACCEPT),
    # who speaks after whom
    "order.two_users": JOIN,
    "order.two_answers": JOIN,
    "order.system_inside": (Offer("system_first", safe=True), DROP, ACCEPT),
    "order.system_later": REMOVE,
    "order.ends_with_question": (Offer("cut_last_question", safe=True), DROP, ACCEPT),
    "order.starts_with_answer": (Offer("cut_first_answer"), DROP, ACCEPT),
    "order.result_without_call": REMOVE,
    "order.call_without_result": REMOVE,
    # rows beside one another
    "row.duplicate": (Offer("drop_duplicates", safe=True), ACCEPT),
    "row.near": REMOVE,
    "row.near_first": REMOVE,
    "row.far_longer": (ACCEPT, *FIT),
    "answer.odd": REMOVE,
    "preference.same": REMOVE,
    "split.leak": REMOVE,
    "answer.repeated": LOOK,
    "answer.boilerplate": REMOVE,
    "question.differs": (ACCEPT,),  # dropping them would leave none of the answers
    "language.other": REMOVE,
    # what should not be said to anybody
    "private.key": MASK,
    "private.resident": MASK,
    "private.bank": MASK,
    "private.phone": MASK,
    "private.mail": MASK,
    "private.contact": (Offer("mask"), ACCEPT, DROP),
    # for one model: nothing to accept, it is another sentence with another model
    "tokens.cut": FIT,
    "tokens.answer_lost": FIT,
    "tokens.untrained": (DROP,),
    "tokens.refused": (Offer("merge_turns"), Offer("fold_system"), DROP),
    "tokens.system_dropped": (Offer("fold_system"), DROP),
    "tokens.tools_dropped": (DROP,),
    "tokens.reasoning_dropped": (),
}
"""Code -> its fixes, the recommended one first: every error and warning, and the infos that can be mended."""

MANNERS = frozenset({"text.special_token", "text.html"})
"""Marks that are meant so where half of the rows have them."""

_MODEL = "tokens."


def offers(finding: Finding, *, made: bool) -> tuple[Offer, ...]:
    """The fixes of a finding, the recommended one first. `made`: there is no file that could be read anew."""
    if finding.code not in OFFERS and finding.level == "info":
        return ()
    found = OFFERS.get(finding.code, REMOVE)
    if finding.code == "tokens.refused" and "system" in str(finding.facts.get("said", "")).lower():
        found = (found[1], found[0], *found[2:])
    if made or finding.level == "info" or not _readable(finding):
        found = tuple(offer for offer in found if not offer.asks.startswith(("read:", "menu:")))
    return found if finding.rows else tuple(offer for offer in found if offer.fix != "drop")


def _readable(finding: Finding) -> bool:
    """Whether reading anew could still bring the rows in: readers say so where they know."""
    if finding.code == "row.quotes":
        return bool(finding.facts.get("repairable"))
    return finding.facts.get("repairable") is not False


def is_left_out(finding: Finding) -> bool:
    """Whether the rows of a finding are not among the usable ones, whatever the model."""
    return finding.level == "error" and bool(finding.rows) and not finding.code.startswith(_MODEL)


def safe_mends(findings: Iterable[Finding], *, usable: int, made: bool) -> list[Mend]:
    """What can be mended without asking; `usable` rows can be learned now. `made`: as in `offers`."""
    found = list(findings)
    mends: dict[tuple[str, str], Mend] = {}
    for finding in found:
        best = next(iter(offers(finding, made=made)), None)
        if best is None or not best.safe or best.asks:
            continue
        if finding.code in MANNERS and 2 * len(finding.rows) >= usable:
            continue
        mends[finding.code, best.fix] = Mend(finding.code, best.fix)
    return list(mends.values())
