"""Fetching a model: size first, then bytes, speed and time left, with Cancel. One download at a time.

probe(endpoint)              how fast the source answers
sizes(hub, revision, ...)    how much there is, how much is here already, how much room the disk has
Fetcher                      the download itself, on its own thread; any thread may read its progress
"""

import shutil
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from core.errors import MachineError, UserError, translate
from core.models.address import check_endpoint, check_token, host_of, offline, probe
from core.models.catalog import HUB_ID, ModelRef, cached
from core.models.facts import read_config
from core.models.hub_cache import CachedModel, hub_cache
from core.models.safety import check_config, inspect
from core.models.transfer import Cancelled, Listing, RemoteFile, Source
from core.models.weights import read_headers

__all__ = ["FetchProgress", "Fetcher", "Sizes", "probe", "sizes"]

SPEED_OVER_S = 5.0
"""The speed shown is the mean of so many seconds."""

SIZES_S = 15.0
"""Longest time that asking for the size may take."""

SPARE_BYTES = 500_000_000
"""Room that a download leaves on the disk."""

State = Literal["idle", "sizing", "fetching", "done", "cancelled", "failed"]


@dataclass(frozen=True)
class Sizes:
    """A model before its download. All in bytes: in all, still to fetch, free on the disk of the cache."""

    total: int
    missing: int
    free: int
    files: int


@dataclass(frozen=True)
class FetchProgress:
    """How a download stands. bytes_per_s and left_s are 0 and None until something can be said.

    name   the model's title; hub its id, both "" while idle
    file   the file that comes right now
    error  `UserError.plain()` when state is "failed", else None
    folder where the model lies when state is "done"
    """

    state: State = "idle"
    name: str = ""
    hub: str = ""
    file: str = ""
    done: int = 0
    total: int = 0
    bytes_per_s: float = 0.0
    left_s: float | None = None
    error: dict[str, Any] | None = None
    folder: Path | None = None


def sizes(hub: str, revision: str | None = None, endpoint: str | None = None, token: str | None = None) -> Sizes:
    """How large a model is and what of it is missing here. Takes at most some ten seconds; call it off the page.

    Its config.json is fetched and looked at too, so that the forecast can be made before the download.
    Raises UserError model.address, model.token_form, and what `Source.listing` and `safety.check_config` raise.
    """
    address = check_endpoint(endpoint)
    probe(address)
    until = time.monotonic() + SIZES_S

    def tick(_: int) -> None:
        if time.monotonic() > until:
            raise MachineError("model.unreachable", host=host_of(address))

    with Source(address, check_token(token), tick) as source:
        listing = source.listing(*_hub_id(hub, revision))
        place = CachedModel(listing, hub_cache())
        try:
            place.prepare()
            for file in listing.files:
                if file.name == "config.json":
                    _bring(source, listing, place, file, tick)
            if cached(hub, revision) is None:  # a whole copy of an older commit stays the one that is used
                place.refer()
            check_config(read_config(place.folder), where=hub)
            free = _free(hub_cache())
        except OSError as error:
            raise translate(error, where=str(hub_cache())) from error
    here = sum(place.fetched(file) for file in listing.files)
    return Sizes(total=listing.total, missing=listing.total - here, free=free, files=len(listing.files))


class Fetcher:
    """The one download of this program. `start`, `cancel` and `progress` may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._progress = FetchProgress()
        self._thread: threading.Thread | None = None
        self._cancel = threading.Event()
        self._seen: deque[tuple[float, int]] = deque()

    def progress(self) -> FetchProgress:
        """How the download stands; never blocks for long."""
        with self._lock:
            return self._progress

    def start(self, ref: ModelRef, endpoint: str | None = None, token: str | None = None) -> None:
        """Begin to download `ref`; returns at once. Starting what is already under way changes nothing.

        Raises UserError model.address, model.token_form, model.not_downloadable, model.fetching (another one is
        under way); MachineError model.offline.
        """
        address, secret = check_endpoint(endpoint or ref.endpoint), check_token(token)
        if ref.hub is None:
            raise UserError("model.not_downloadable", name=ref.title)
        hub, revision = _hub_id(ref.hub, ref.revision)
        if offline():
            raise MachineError("model.offline")
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                if self._progress.hub == hub:
                    return
                raise UserError("model.fetching", name=self._progress.name)
            self._cancel = cancel = threading.Event()
            self._progress = FetchProgress(state="sizing", name=ref.title, hub=hub, total=ref.bytes)
            self._seen.clear()
            self._thread = threading.Thread(
                target=self._run, args=(hub, revision, address, secret, cancel), name="fetch", daemon=True
            )
            self._thread.start()

    def cancel(self) -> None:
        """Stop the download within `STALL_S` seconds. What was fetched is kept; the next start goes on from there."""
        self._cancel.set()

    def wait(self, timeout_s: float | None = None) -> FetchProgress:
        """Wait for the end of the download (at most `timeout_s`); how it stands then."""
        thread = self._thread
        if thread is not None:
            thread.join(timeout_s)
        return self.progress()

    def _run(self, hub: str, revision: str | None, endpoint: str, token: str | None, cancel: threading.Event) -> None:
        try:
            folder = self._fetch(hub, revision, endpoint, token, cancel)
            self._set(state="done", folder=folder, file="", bytes_per_s=0.0, left_s=None)
        except Cancelled:
            self._set(state="cancelled", bytes_per_s=0.0, left_s=None)
        except Exception as error:
            plain = translate(error, where=str(hub_cache()) if isinstance(error, OSError) else "").plain()
            if token:  # no library is trusted to leave it out of what it says
                plain["facts"] = {
                    k: v.replace(token, "...") if isinstance(v, str) else v for k, v in plain["facts"].items()
                }
            self._set(state="failed", error=plain, bytes_per_s=0.0, left_s=None)

    def _fetch(self, hub: str, revision: str | None, endpoint: str, token: str | None, cancel: threading.Event) -> Path:
        def tick(count: int) -> None:
            if cancel.is_set():
                raise Cancelled
            if count:
                self._count(count)

        probe(endpoint)
        tick(0)
        cache = hub_cache()
        with Source(endpoint, token, tick) as source, ExitStack() as stack:
            listing = source.listing(hub, revision)
            place = CachedModel(listing, cache)
            place.prepare()
            stack.enter_context(place.alone())
            here = sum(place.fetched(file) for file in listing.files)
            need = listing.total - here
            if (free := _free(cache)) < need + (SPARE_BYTES if need else 0):
                raise MachineError(
                    "model.no_room", need_gb=round(need / 1e9, 1), free_gb=round(free / 1e9, 1), folder=str(cache)
                )
            self._set(state="fetching", done=here, total=listing.total)
            looked = False
            for file in listing.files:
                if file.is_weights and not looked:  # settings and tokenizer are here: refuse now, not after gigabytes
                    inspect(place.folder, weights=False)
                    looked = True
                self._set(file=file.name)
                tick(0)
                _bring(source, listing, place, file, tick)
        inspect(place.folder)
        read_headers(place.folder)
        place.refer()
        return place.folder

    def _set(self, **changes: Any) -> None:
        with self._lock:
            self._progress = replace(self._progress, **changes)

    def _count(self, count: int) -> None:
        now = time.monotonic()
        with self._lock:
            done = self._progress.done + count
            self._seen.append((now, done))
            while now - self._seen[0][0] > SPEED_OVER_S:
                self._seen.popleft()
            begun, before = self._seen[0]
            speed = (done - before) / (now - begun) if now - begun > 0.2 else self._progress.bytes_per_s
            left = (self._progress.total - done) / speed if speed > 0 else None
            self._progress = replace(self._progress, done=done, bytes_per_s=max(0.0, speed), left_s=left)


def _bring(source: Source, listing: Listing, place: CachedModel, file: RemoteFile, tick: Callable[[int], None]) -> None:
    """One file into its place, unless it is there."""
    if place.has(file):
        return
    if place.fetched(file) < file.size:
        source.fetch(listing, file, place.part(file))
    place.seal(file, tick)


def _hub_id(hub: str, revision: str | None) -> tuple[str, str | None]:
    """Checked again here, because these become parts of an address and of a path."""
    if not HUB_ID.fullmatch(hub if revision is None else f"{hub}@{revision}") or ".." in hub or "--" in hub:
        raise UserError("model.unknown", name=str(hub)[:80], known="owner/name")
    return hub, revision


def _free(folder: Path) -> int:
    """Free bytes on the disk of `folder`, which may not exist yet."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free
