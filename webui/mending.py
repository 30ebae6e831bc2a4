"""What is about to be mended: asked for on a page, looked at, and applied (no Gradio here).

What was asked for is kept for each data set while the program runs: a reload, another page and the other language
find it again. What it would change is worked out on a CPU thread, never in the tick.
"""

import hashlib
import json
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from core.data.fixes.mend import Mend
from core.data.tokens.measure import length_of
from webui import choosing
from webui.measuring import Tokenizers, stamp
from webui.row_diff import Side, compared
from webui.worker import Answer, Worker

if TYPE_CHECKING:
    from core.data.choices import Choices
    from core.data.edits.edits import Edits
    from core.data.fixes.preview import Preview
    from core.data.rows import Progress
    from core.data.versions.dataset import Dataset
    from core.findings import Finding
    from webui.context import Context

ALL_SAFE = "safe"
"""Asked for in place of one finding: whatever can be mended without a question."""

REST = "rest"
"""In place of one finding: for each the fix that is recommended."""


@dataclass(frozen=True)
class Asked:
    """What a person pressed: a finding (its id on the page) and one of its fixes; and what they said since."""

    found: str
    fix: str = ""
    given: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Wanted:
    """What is asked for, as the store is told.

    mends     None: all that is safe, round after round; `shown` are those of the first round, to know it again
    choices   the file is to be read anew with these instead
    folder    of the model that counts tokens, where lengths matter
    edited    stamp of the hand edits that it would be applied to
    """

    dataset: "Dataset"
    findings: "tuple[Finding, ...]"
    shown: tuple[Mend, ...]
    mends: tuple[Mend, ...] | None = None
    choices: "Choices | None" = None
    folder: Path | None = None
    edited: int = 0

    @cached_property
    def stamp(self) -> str:
        """Differs when anything that is asked for does: what is applied is what was shown."""
        choices = self.choices.key() if self.choices is not None else ""
        said = [self.dataset.id, self.edited, [each.plain() for each in self.shown], self.mends is None, str(choices)]
        said.append(str(self.folder and (self.folder, stamp(self.folder))))
        return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Shown:
    """What would change, ready to be drawn.

    rows     that would be another than now, or come in from the file; the other counts as of Preview
    out      rows that are left out and stay so; meant: those that stay as they are, and are said nothing of any more
    changes  (row, variant), before, what comes of it
    """

    rows: int
    changed: int
    dropped: int
    added: int
    accepted: int
    out: tuple[int, ...]
    meant: tuple[int, ...]
    changes: tuple[tuple[tuple[int, int], Side, tuple[Side, ...]], ...]

    @property
    def nothing(self) -> bool:
        return not (self.rows or self.accepted)

    @property
    def settled(self) -> int:
        """How many rows something is done to, or decided of."""
        return self.rows + len(self.out)


class Mending:
    """What is asked for by data set, and what was done a moment ago.

    news   id of a version that was just made -> (key of the sentence, how many rows, when by time.monotonic())
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: dict[str, Asked] = {}
        self._wanted: dict[str, Wanted] = {}
        self._looked_at: Hashable = None
        self._tokenizers = Tokenizers()  # for the thread that applies
        self._worker = Worker()
        self._at = ("", 0.0)
        self.news: dict[str, tuple[str, int, float]] = {}

    # -- what is asked for

    def of(self, dataset: "Dataset") -> Asked | None:
        return self._asked.get(dataset.id)

    def ask(self, dataset: "Dataset", asked: Asked) -> None:
        with self._lock:
            self._asked[dataset.id] = asked

    def say(self, dataset: "Dataset", name: str, value: str) -> None:
        """What the person wrote into one of the boxes."""
        with self._lock:
            if asked := self._asked.get(dataset.id):
                self._asked[dataset.id] = replace(asked, given={**asked.given, name: value})

    def close(self, dataset: "Dataset") -> None:
        with self._lock:
            self._asked.pop(dataset.id, None)
            self._wanted.pop(dataset.id, None)

    # -- what it would change

    def look(self, ctx: "Context", wanted: Wanted) -> Answer | None:
        """What it would change; None, or an answer that is not fresh, while that is being worked out."""
        key = ("mend", wanted.stamp)
        worker = ctx.worker if wanted.folder is not None else self._worker  # one thread for the tokenizers of the page
        with self._lock:
            self._wanted[wanted.dataset.id] = wanted
            if self._looked_at not in (None, key):
                ctx.worker.forget(self._looked_at)
                self._worker.forget(self._looked_at)
            self._looked_at = key
        answer = worker.ask("mend", key, lambda: self._work_out(ctx, wanted))
        if answer is not None and answer.fresh and answer.value is None and answer.error is None:
            worker.forget(key)  # it was given up, and is wanted after all
            return None
        return answer

    def share(self, wanted: Wanted) -> float:
        """How much of the rows was looked at so far, 0 to 1."""
        stamp, share = self._at
        return share if stamp == wanted.stamp else 0.0

    def _work_out(self, ctx: "Context", wanted: Wanted) -> "Shown | None":
        """What it would change; None when nobody wants to know it any more."""

        def progress(done: int, total: int) -> None:
            now = self._wanted.get(wanted.dataset.id)
            if now is None or now.stamp != wanted.stamp:
                raise _GivenUp
            self._at = (wanted.stamp, min(1.0, done / total) if total else 0.0)

        try:
            return _shown(ctx, wanted, progress)
        except _GivenUp:
            return None

    # -- applying it

    def apply(self, ctx: "Context", said: str) -> None:
        """Do in the background what was shown as `said`; nothing when something else is asked for by now."""
        dataset_id = ctx.drafts.load().dataset
        wanted = self._wanted.get(dataset_id or "")
        if wanted is None or wanted.stamp != said:
            return
        old, answer = wanted.dataset, self.look(ctx, wanted)
        rows = answer.value.settled if answer is not None and answer.fresh and answer.value is not None else 0

        def work(progress: "Progress") -> "Dataset":
            if wanted.choices is not None:
                return ctx.datasets.reread(old.id, wanted.choices, progress=progress)
            length = None if wanted.folder is None else length_of(self._tokenizers.of(wanted.folder))
            return ctx.datasets.mend(old.id, wanted.mends, length=length, progress=progress)

        self._make(ctx, old, "mending", ("mend", said), work, ("mend.done" if rows else "mend.accepted", rows))

    def keep_edits(self, ctx: "Context", dataset: "Dataset") -> None:
        """Make a version of what was changed by hand, in the background; nothing when nothing was."""
        edits = ctx.datasets.edits(dataset.id)
        if edits.pending:
            n = pending(edits)
            self._make(
                ctx,
                dataset,
                "keeping",
                ("keep", dataset.id, edits.stamp),
                lambda progress: ctx.datasets.keep_edits(dataset.id, progress),
                ("mend.kept", n),
            )

    def _make(
        self,
        ctx: "Context",
        old: "Dataset",
        doing: str,
        key: Hashable,
        work: "Callable[[Progress], Dataset]",
        said: tuple[str, int],
    ) -> None:
        """Have another version made of `old`, which takes its place; `said` is told when it is there."""

        def done(found: "Dataset") -> None:
            if found.id != old.id:
                self.news = {found.id: (*said, time.monotonic())}
            self.close(old)
            ctx.wishes.forget(old)
            choosing.choose_data(ctx, found, instead_of=old)

        ctx.intake.work(old.name, doing, key, work, done)


def pending(edits: "Edits") -> int:
    """How many rows were changed by hand."""
    return len(edits.changed) + len(edits.added) + len(edits.removed)


class _GivenUp(Exception):
    """Something else is looked at by now, or nothing."""


def _shown(ctx: "Context", wanted: Wanted, progress: "Progress") -> Shown:
    """Worked out on a CPU thread: every row is looked at, the first ones that change are compared word by word."""
    from core.data.fixes.preview import preview, preview_reading

    if wanted.choices is not None:
        found: Preview = preview_reading(wanted.dataset, wanted.choices, progress)
    elif wanted.mends is None:  # what is safe is mended round after round, beside the data set, to see what comes of it
        found = ctx.datasets.preview(wanted.dataset.id, None, progress=progress)
    else:
        edits = ctx.datasets.edits(wanted.dataset.id)
        rows = edits.rows() if edits.pending else wanted.dataset.load_rows()
        length = length_of(ctx.measuring.tokenizers.of(wanted.folder)) if wanted.folder is not None else None
        found = preview(rows, wanted.findings, wanted.shown, length, progress)
    changes = tuple((each.key, *compared(each.before, each.after)) for each in found.changes)
    rows = found.changed + found.dropped + (found.added if wanted.choices is not None else 0)
    out, meant = _accepted(wanted)
    return Shown(rows, found.changed, found.dropped, found.added, found.accepted, out, meant, changes)


def _accepted(wanted: Wanted) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """(rows that stay out for good, rows that are used as they are)."""
    from core.data.fixes.offers import is_left_out

    rows: tuple[set[int], set[int]] = set(), set()
    for mend in wanted.shown:
        for finding in wanted.findings:
            if mend.fix == "accept" and finding.code == mend.code:
                rows[not is_left_out(finding)].update(finding.rows if mend.rows is None else mend.rows)
    return tuple(sorted(rows[0])), tuple(sorted(rows[1]))
