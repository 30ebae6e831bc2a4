"""Files from a hub: the list of what a model consists of, and bytes that go on where they broke off.

huggingface_hub 2.4 deletes the part of a file that was fetched when a download fails or is stopped, and its stalled
streams cannot be interrupted. So the listing and the bytes are asked for here; hub_cache.py puts them where
huggingface_hub looks for them.
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urljoin, urlsplit

from core.errors import MachineError, UserError
from core.models.address import CONNECT_S, explain_response, host_of, may_follow
from core.models.weights import FILE_NAME, INDEX, SINGLE

if TYPE_CHECKING:
    import httpx

STALL_S = 3.0
"""A stream that is silent for so long is asked for again from where it stopped; also the longest wait for Cancel."""

TRIES = 8
"""Silent or broken streams in a row, without one new byte, before the download is given up."""

JSON_LIMIT = 100_000_000

_SHARD = re.compile(r"model-\d{5}-of-\d{5}\.safetensors")
_WANTED = re.compile(r".*\.(json|jinja)|(merges|vocab)\.txt|.*tokenizer.*\.model|spiece\.model")
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


class Cancelled(Exception):
    """The person pressed Cancel. What was fetched is kept for the next time."""


@dataclass(frozen=True)
class RemoteFile:
    """One file of a model: its size in bytes, and the hash that its bytes must have (sha256, or git's sha1)."""

    name: str
    size: int
    sha: str
    is_sha256: bool

    @property
    def is_weights(self) -> bool:
        return self.name.endswith(".safetensors")


@dataclass(frozen=True)
class Listing:
    """What is to be fetched of a model at one commit: settings and tokenizer first, weights last."""

    hub: str
    revision: str
    commit: str
    files: tuple[RemoteFile, ...]

    @property
    def total(self) -> int:
        return sum(file.size for file in self.files)


class Source:
    """One hub or mirror. Use as a context manager; not shared between threads.

    `tick(n)` is told of every n new bytes of a file (negative when bytes are thrown away) and called often besides
    with 0; it may raise Cancelled.
    """

    def __init__(self, endpoint: str, token: str | None, tick: Callable[[int], None]) -> None:
        import httpx

        self._tick = tick
        self._endpoint = endpoint
        self._token = token
        self._host = host_of(endpoint)
        self._client = httpx.Client(
            timeout=httpx.Timeout(STALL_S, connect=CONNECT_S, pool=STALL_S), follow_redirects=False
        )

    def __enter__(self) -> "Source":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def listing(self, hub: str, revision: str | None) -> Listing:
        """What a model consists of. Takes at most some seconds.

        Raises UserError model.not_found, model.gated, model.no_revision, model.token_refused, model.pickle_only,
        model.no_weights; MachineError model.unreachable, model.busy, model.host_trouble.
        """
        import httpx

        wanted = revision or "main"
        address = f"{self._endpoint}/api/models/{hub}/revision/{quote(wanted, safe='')}?blobs=true"
        try:
            with self._ask(address, hub, wanted) as response:
                raw = b"".join(self._limited(response.iter_bytes()))
            found = httpx.Response(200, content=raw).json()
            commit = str(found["sha"])
            files = _choose(found["siblings"], hub)
        except httpx.TransportError:
            raise MachineError("model.unreachable", host=self._host) from None
        except (ValueError, KeyError, TypeError, AttributeError):
            raise MachineError("model.not_a_hub", host=self._host) from None
        if not _COMMIT.fullmatch(commit):
            raise MachineError("model.not_a_hub", host=self._host)
        return Listing(hub=hub, revision=wanted, commit=commit, files=files)

    def fetch(self, listing: Listing, file: RemoteFile, part: Path) -> None:
        """Bring `part` to its full size, going on after the bytes that it has already.

        Raises MachineError model.cut when the stream keeps breaking; others like `listing`; OSError of the disk.
        """
        import httpx

        address = f"{self._endpoint}/{listing.hub}/resolve/{listing.commit}/{quote(file.name)}"
        left = TRIES
        while (have := part.stat().st_size if part.exists() else 0) < file.size:
            self._tick(0)
            try:
                with (
                    self._ask(address, listing.hub, listing.revision, start=have) as response,
                    part.open("ab") as stream,
                ):
                    if have and response.status_code != 206:  # the source cannot resume: from the beginning, then
                        stream.truncate(0)
                        self._tick(-have)
                        have = 0
                    for chunk in response.iter_raw():
                        stream.write(chunk[: file.size - have])
                        have += len(chunk)
                        self._tick(len(chunk))
                        left = TRIES
                        if have >= file.size:
                            break
            except httpx.TransportError:
                pass
            if have < file.size:
                left -= 1
                if left <= 0:
                    raise MachineError("model.cut", host=self._host)
                self._pause(0.2 * (TRIES - left))

    @contextmanager
    def _ask(self, address: str, hub: str, revision: str, *, start: int = 0) -> "Iterator[httpx.Response]":
        """A GET that follows redirects to allowed addresses; the token goes to the source itself and nowhere else."""
        for _ in range(6):
            headers = {"Accept-Encoding": "identity", "User-Agent": "lora-workbench"}
            if start:
                headers["Range"] = f"bytes={start}-"
            if self._token and urlsplit(address)[:2] == urlsplit(self._endpoint)[:2]:
                headers["Authorization"] = f"Bearer {self._token}"
            with self._client.stream("GET", address, headers=headers) as response:
                if response.is_redirect:
                    onward = urljoin(address, response.headers.get("Location", ""))
                    if not may_follow(address, onward):
                        raise MachineError("model.redirect", host=self._host, to=host_of(onward)[:100])
                    address = onward
                    continue
                if response.status_code not in (200, 206):
                    raise explain_response(
                        response, hub=hub, revision=revision, host=self._host, token=self._token is not None
                    )
                yield response
                return
        raise MachineError("model.redirect", host=self._host, to=host_of(address)[:100])

    def _limited(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        total = 0
        for chunk in chunks:
            self._tick(0)
            total += len(chunk)
            if total > JSON_LIMIT:
                raise ValueError("too long")
            yield chunk

    def _pause(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._tick(0)
            time.sleep(0.05)


def _choose(siblings: list[dict[str, Any]], hub: str) -> tuple[RemoteFile, ...]:
    """The files to fetch: settings, tokenizer, template, and the weights in safetensors; nothing from subfolders."""
    files = {str(one["rfilename"]): one for one in siblings}
    plain = [name for name in files if FILE_NAME.fullmatch(name)]
    weights = [SINGLE] if SINGLE in files else sorted(name for name in plain if _SHARD.fullmatch(name))
    if not weights:
        if any(name.endswith((".bin", ".pt", ".pth")) for name in plain):
            raise UserError("model.pickle_only", path=hub)
        raise UserError("model.no_weights", path=hub)
    small = sorted(name for name in plain if _WANTED.fullmatch(name) and not (name == INDEX and weights == [SINGLE]))
    return tuple(_remote(name, files[name]) for name in [*small, *weights])


def _remote(name: str, entry: dict[str, Any]) -> RemoteFile:
    lfs = entry.get("lfs")
    sha = str(lfs["sha256"] if lfs else entry["blobId"])
    size = int(lfs["size"] if lfs else entry["size"])
    if not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", sha) or size < 0:
        raise ValueError(name)
    return RemoteFile(name=name, size=size, sha=sha, is_sha256=len(sha) == 64)
