"""The verb data mend: what was found is put right, as a new version, or first only shown."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from core.cli.check import tokenizer_in
from core.cli.data_given import findings_of, kept, row_progress, rows_of, tell_pending
from core.cli.data_mended import say_preview, tell_mended
from core.cli.data_sets import say_version
from core.cli.desk import Desk
from core.cli.documents import option, plain_findings, plain_version, say_findings
from core.data.fixes.mend import Mend
from core.data.fixes.offers import Offer, offers, safe_mends
from core.data.fixes.preview import preview_reading
from core.data.literals import mended
from core.data.tokens.measure import length_of, measure, measured_of, token_findings
from core.data.tokens.measured import longest
from core.data.versions.dataset import Dataset
from core.errors import UserError
from core.findings import Finding, worst_first
from core.models import catalog

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

SHORTEST, LONGEST = 8, 131_072
"""Tokens below which no row is cut, and the most there can be, as RunSpec.max_length has them."""

BY_LENGTH = ("shorten", "split")
"""Fixes that need to know how long a row may be, for which model."""


def mend(desk: Desk) -> int:
    """Say what can be mended, show what would change, or mend it."""
    choices = desk.choices
    fixes, words = _fixes(choices.fixes), _words(choices.words)  # slips in what was typed before anything is read
    if choices.max_length is not None and not SHORTEST <= choices.max_length <= LONGEST:
        raise UserError("cli.data.max_length", said=str(choices.max_length)[:40], low=SHORTEST, high=f"{LONGEST:,}")
    asked = bool(choices.safe or fixes or words)
    if choices.preview and (choices.repair or choices.nested_as_text):
        if asked:
            raise UserError("cli.data.one_preview")
        return _preview_reading(desk)
    dataset = _readable(kept(desk, choices.data, look=True))
    tokenizer = _tokenizer(desk)
    findings = worst_first([*findings_of(desk, dataset), *_token_findings(desk, dataset, tokenizer)])
    if not asked:
        return _offer(desk, dataset, findings)
    mends = [_mend(desk, code, fix, findings, dataset, words) for code, fix in fixes]
    if words and not any("fill" in each.given for each in mends):
        mends += _fills(findings, dataset, words)
    length = length_of(tokenizer) if tokenizer is not None else None
    if choices.preview:
        tell_pending(desk, dataset, "cli.data.pending_too")
        seen = desk.datasets.preview(
            dataset.id, mends, length=length, safe_too=choices.safe, progress=row_progress(desk)
        )
        return say_preview(desk, dataset, seen)
    tell_pending(desk, dataset, "cli.data.kept_with")
    new = desk.datasets.mend(  # a script that is run again gets the version that it made the first time
        dataset.id, mends, length=length, safe_too=choices.safe, once=True, progress=row_progress(desk)
    )
    return tell_mended(desk, dataset, new)


def _readable(dataset: Dataset) -> Dataset:
    from core.data.examine import listed

    if dataset.format == "unknown":
        raise UserError("data.no_answer", columns=listed(dataset.column_names))
    return dataset


def _offer(desk: Desk, dataset: Dataset, findings: list[Finding]) -> int:
    """What was found, and how each of it can be mended."""
    plain = plain_version(desk, dataset, desk.datasets.versions(dataset.id), desk.store.list())
    desk.give({**plain, "findings": plain_findings(desk, findings, dataset.made)})
    say_version(desk, dataset, plain)
    say_findings(desk, findings, dataset.made)
    if not findings:
        desk.say(desk.text("cli.data.clean"))
    elif safe_mends(findings, usable=dataset.usable, made=dataset.made):
        desk.say(desk.text("cli.data.try_safe", data=dataset.id))
    return 0


def _preview_reading(desk: Desk) -> int:
    """What reading the file with --repair or --nested-as-text would change."""
    choices = desk.choices
    anew = {"repair": choices.repair, "structured": choices.nested_as_text}
    choices.repair = choices.nested_as_text = False
    dataset = _readable(kept(desk, choices.data, look=True))
    if dataset.made:
        raise UserError("dataset.made", name=dataset.name)
    said = dataset.choices.model_copy(update={name: True for name, given in anew.items() if given})
    return say_preview(desk, dataset, preview_reading(dataset, said, desk.reading))


# -- what was asked for


def _fixes(said: Sequence[str]) -> list[tuple[str, str]]:
    """ "answer.empty=drop" as its two words, each once.

    Raises UserError `cli.data.fix`, `cli.data.two_fixes` for two fixes of the same finding.
    """
    found = [tuple(word.strip() for word in each.split("=", 1)) for each in said]
    for each, words in zip(said, found, strict=True):
        if len(words) != 2 or not all(words):
            raise UserError("cli.data.fix", said=each[:80])
    chosen: dict[str, str] = {}
    for code, fix in found:
        if chosen.setdefault(code, fix) != fix:
            raise UserError("cli.data.two_fixes", code=code[:80], one=chosen[code][:80], other=fix[:80])
    return list(chosen.items())


def _words(said: Sequence[str]) -> dict[str, str]:
    """Words for placeholders by their name. Raises UserError `cli.fill`."""
    found = {}
    for each in said:
        name, equals, words = each.partition("=")
        if not equals or not name.strip():
            raise UserError("cli.fill", said=each[:80])
        found[str(mended(name.strip()))] = str(mended(words))
    return found


def _mend(desk: Desk, code: str, fix: str, findings: list[Finding], dataset: Dataset, words: dict[str, str]) -> Mend:
    """What CODE=FIX stands for. Raises UserError `cli.data.*` when no such thing was found, or the fix does not fit."""
    named = [finding for finding in findings if finding.code == code]
    if fix in BY_LENGTH and (desk.choices.max_length is None or desk.choices.model is None):
        raise UserError("cli.data.length_needed", code=code[:80], fix=fix)  # before a length is said, little is found
    if not named:
        raise UserError("cli.data.no_finding", code=code[:80], codes=_listed(finding.code for finding in findings))
    found = {offer.fix: offer for finding in named for offer in offers(finding, made=dataset.made)}
    if fix not in found:
        raise UserError("cli.data.no_fix", code=code, fix=fix[:80], fixes=_listed(found))
    return Mend(code, fix, _given(desk, code, found[fix], words, named[0]), _rows_by_model(named))


def _given(desk: Desk, code: str, offer: Offer, words: dict[str, str], finding: Finding) -> dict[str, Any]:
    """What the fix needs to know. Raises UserError when it was not said."""
    if offer.asks == "fill":
        if not words:
            raise UserError("cli.data.fill_needed", code=code)
        return {"fill": words}
    if offer.asks == "max_length":
        model = desk.known_model(desk.choices.model).title  # the same length is another one for another model
        return {"max_length": desk.choices.max_length, "model": model}
    if offer.asks:
        raise UserError("cli.data.otherwise", code=code, option=option(finding, offer))
    return {}


def _rows_by_model(named: list[Finding]) -> tuple[int, ...] | None:
    """The rows, where only the model's tokenizer knows them; None where the data set's own findings name them."""
    if not named[0].code.startswith("tokens."):
        return None
    return tuple(sorted({row for finding in named for row in finding.rows}))


def _fills(findings: list[Finding], dataset: Dataset, words: dict[str, str]) -> list[Mend]:
    """--fill alone: everywhere that words are wanted. Raises UserError `cli.data.nothing_to_fill`."""
    found = [
        Mend(finding.code, offer.fix, {"fill": words})
        for finding in findings
        for offer in offers(finding, made=dataset.made)
        if offer.asks == "fill"
    ]
    if not found:
        raise UserError("cli.data.nothing_to_fill", name=dataset.name)
    return found


def _listed(names: Any) -> str:
    return ", ".join(sorted(set(names))) or "-"


# -- what depends on the model


def _tokenizer(desk: Desk) -> "PreTrainedTokenizerBase | None":
    if not desk.choices.model:
        return None
    return tokenizer_in(desk.model(desk.choices.model, fetch=True)[1])


def _token_findings(desk: Desk, dataset: Dataset, tokenizer: "PreTrainedTokenizerBase | None") -> list[Finding]:
    """What the chosen model makes of the rows, cut at --max-length or where its plan would cut."""
    if tokenizer is None:
        return []
    model = desk.known_model(desk.choices.model)
    if desk.datasets.edits(dataset.id).pending:
        measured = measure(tokenizer, rows_of(desk, dataset), row_progress(desk))
    else:
        measured = measured_of(dataset, tokenizer, row_progress(desk))
    limit = desk.choices.max_length or longest(measured.lengths, catalog.facts_of_ref(model).context)
    return token_findings(measured, limit, model=model.title)
