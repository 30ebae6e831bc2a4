"""What every verb has at hand: the choices, the words, the workspace with its stores, and where to say what."""

import contextlib
import json
import os
import shutil
import sys
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TextIO

from core import recipes
from core.cli.arguments import Choices
from core.cli.settings import changes
from core.data.literals import mended
from core.errors import UserError, from_plain
from core.findings import Finding
from core.models import catalog
from core.models.address import check_endpoint
from core.runs.store import Run, RunStore
from core.says import Knows
from core.spec import RunSpec, build
from core.workspace import Workspace

if TYPE_CHECKING:
    from core.data.datasets import DatasetStore

TOLD_FROM = 20_000_000
"""Bytes of a file from which it is told how far it is read."""


class Text(Knows, Protocol):
    """The sentences of one language; webui.text has them."""

    language: str

    def error(self, error: UserError) -> str: ...
    def finding(self, finding: Finding) -> str: ...
    def size(self, count: float) -> str: ...
    def duration(self, seconds: float | None) -> str: ...


class Desk:
    """The document goes to stdout, everything else to stderr. With --json stdout carries JSON and nothing else."""

    def __init__(self, choices: Choices, text: Text, out: TextIO | None = None, err: TextIO | None = None) -> None:
        self.choices = choices
        self.text = text
        self._out = out or sys.stdout
        self._err = err or sys.stderr
        self._passing = False
        self._document: str | None = None

    # -- where things are

    @cached_property
    def workspace(self) -> Workspace:
        return Workspace(self.choices.workspace)

    @cached_property
    def store(self) -> RunStore:
        return RunStore(self.workspace)

    @cached_property
    def datasets(self) -> "DatasetStore":
        from core.data.datasets import DatasetStore

        return DatasetStore(self.workspace)

    def reading(self, done: int, total: int) -> None:
        """How far a file is read, bytes."""
        if total > TOLD_FROM:
            self.pass_by("cli.reading", done=self.text.size(done), total=self.text.size(total))

    def model(self, reference: str, *, fetch: bool = False) -> tuple[catalog.ModelRef, Path]:
        """The model and the folder it lies in. With `fetch` it is downloaded when it is not here yet.

        Raises UserError `model.*`.
        """
        ref = self._resolve(reference)
        if ref.folder is None and fetch:
            self._fetch(ref)
            ref = self._resolve(reference)
        if ref.folder is None:
            raise UserError("cli.model_not_here", name=ref.title, model=reference)
        return ref, ref.folder

    def known_model(self, reference: str) -> catalog.ModelRef:
        """The model, here or not; of one that is not, as much is asked of its source as a forecast needs.

        Raises UserError `model.*`.
        """
        ref = self._resolve(reference)
        try:
            catalog.facts_of_ref(ref)
        except UserError as error:
            if error.code != "model.facts_unknown" or ref.hub is None:
                raise
            from core.models.sources import sizes

            sizes(ref.hub, ref.revision, ref.endpoint, _token())
        return ref

    def _resolve(self, reference: str) -> catalog.ModelRef:
        endpoint = getattr(self.choices, "endpoint", None)
        return catalog.resolve(reference, self.workspace, check_endpoint(endpoint) if endpoint else None)

    def _fetch(self, ref: catalog.ModelRef) -> None:
        from core.models.sources import Fetcher

        fetcher = Fetcher()
        fetcher.start(ref, ref.endpoint, _token())
        try:
            while (progress := fetcher.wait(0.5)).state in ("sizing", "fetching"):
                left = self.text.duration(progress.left_s)
                done, total = self.text.size(progress.done), self.text.size(progress.total)
                self.pass_by("cli.fetching", name=ref.title, done=done, total=total, left=left)
        except KeyboardInterrupt:
            fetcher.cancel()
            raise
        if progress.error:
            raise from_plain(progress.error)

    def run(self, reference: str) -> Run:
        """The run that is meant: an id, its beginning, or a name. Raises UserError `cli.no_run`, `run.several`."""
        try:
            return self.store.find(reference)
        except UserError as error:
            if error.code == "run.unknown":
                raise UserError("cli.no_run", run=reference[:80]) from None
            raise

    # -- what was asked for

    def spec(self, **chosen: Any) -> RunSpec:
        """The settings: the recipe, then --set, then `chosen`. Raises UserError `recipe.*`, `setting.*`, `cli.set`."""
        reference = getattr(self.choices, "recipe", None)
        goal, intensity = recipes.parse(reference) if reference else (None, None)
        return build({**recipes.apply(goal, intensity, changes(self.choices.changes)), **chosen})

    # -- saying things

    def say(self, line: str = "") -> None:
        """One line of the answer for people; nothing with --json."""
        if not self.choices.json:
            self._end_passing()
            print(mended(line), file=self._out)

    def give(self, document: Any) -> None:
        """The answer with --json: one document, which is held until it is certain that nothing goes wrong after it."""
        if self.choices.json:
            plain = (getattr(self._out, "encoding", "") or "").lower().replace("-", "") == "utf8"
            self._document = mended(json.dumps(document, ensure_ascii=not plain, allow_nan=False, indent=1))

    def deliver(self) -> None:
        """Write the document that was given last."""
        if self._document is not None:
            self._end_passing()
            document, self._document = self._document, None
            print(document, file=self._out, flush=True)

    def note(self, key: str, **facts: Any) -> None:
        """One line on the way, on stderr."""
        self.note_line(self.text(key, **facts))

    def note_line(self, line: str) -> None:
        """As `note`, for a sentence that is ready."""
        self._end_passing()
        print(mended(line), file=self._err, flush=True)

    def note_waiting(self, holder: str) -> None:
        """Says who has the device that is waited for; a program that has only just taken it may have no name yet."""
        self.note("cli.train.waiting", holder=holder or self.text("cli.another_program"))

    @property
    def live(self) -> bool:
        """Whether a line can be written over."""
        return self._err.isatty()

    def pass_by(self, key: str, **facts: Any) -> None:
        """A line that the next one replaces; left out where lines cannot be replaced."""
        if self.live:
            self._end_passing()
            line = mended(self.text(key, **facts))
            print(_fitting(line, shutil.get_terminal_size().columns - 1), end="\r", file=self._err, flush=True)
            self._passing = True

    def _end_passing(self) -> None:
        if self._passing:
            print(" " * (shutil.get_terminal_size().columns - 1), end="\r", file=self._err)
            self._passing = False

    def fail(self, error: UserError) -> int:
        """The error as one sentence on stderr, with --json as a document on stdout too; returns the exit code."""
        message = self.text.error(error)
        with contextlib.suppress(OSError):
            self._end_passing()
            print(mended(message), file=self._err, flush=True)
        self.give({"error": {"code": error.code, "message": message}})
        with contextlib.suppress(OSError):
            self.deliver()
        return error.exit_code


def _token() -> str | None:
    """The person's token for a model hub: from the environment to the request, and nowhere else."""
    return os.environ.get("HF_TOKEN")


def _fitting(line: str, columns: int) -> str:
    """As much of `line` as fits into `columns`, Chinese characters being two wide."""
    used = 0
    for count, character in enumerate(line):
        used += 2 if ord(character) > 0x2E7F else 1
        if used > columns:
            return line[:count]
    return line


Verb = Callable[[Desk], int]
