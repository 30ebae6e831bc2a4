"""Which addresses a model may be fetched from, and how the answers of a hub are turned into sentences.

The address of a mirror is the one address in this program that a person types, so it is checked before anything is
sent: https only (http for this computer itself), no user name or password inside, no link-local address, under
which cloud machines keep their secrets.
"""

import ipaddress
import os
import re
import socket
import threading
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from core.errors import MachineError, UserError

if TYPE_CHECKING:
    import httpx

CONNECT_S = 3.0
PROBE_S = 4.5
"""A source that has not answered by then counts as out of reach; the name's look-up is included."""

_OWN = ("localhost", "127.0.0.1", "::1")
_METADATA = ("metadata.google.internal", "100.100.100.200", "metadata")
_TOKEN = re.compile(r"[\x21-\x7e]{1,500}")


def default_endpoint() -> str:
    """The source when none was chosen: HF_ENDPOINT of the environment, else Hugging Face."""
    return os.environ.get("HF_ENDPOINT") or "https://huggingface.co"


def check_endpoint(endpoint: str | None) -> str:
    """`endpoint` without a slash at its end, or the default. Raises UserError model.address when it is not allowed."""
    text = (endpoint or "").strip() or default_endpoint()
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise UserError("model.address", address=text[:120]) from None
    allowed = (parts.scheme == "https" and not _forbidden(host)) or (parts.scheme == "http" and host in _OWN)
    if not host or not allowed or "@" in parts.netloc or parts.query or parts.fragment or re.search(r"\s|\\", text):
        # a password typed into the address must not come back in the sentence
        raise UserError("model.address", address=re.sub(r"//[^/]*@", "//", text)[:120])
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}{f':{port}' if port else ''}{parts.path.rstrip('/')}"


def host_of(endpoint: str) -> str:
    """The host, with its port where one is given, for sentences."""
    return urlsplit(endpoint).netloc.rpartition("@")[2]


def may_follow(origin: str, location: str) -> bool:
    """Whether a redirect from `origin` to `location` may be followed: https, or http from this computer to itself."""
    parts = urlsplit(location)
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme == "https":
        return bool(host) and not _forbidden(host)
    return parts.scheme == "http" and host in _OWN and urlsplit(origin).hostname in _OWN


def check_token(token: str | None) -> str | None:
    """The token without blanks around it, None for none. Raises UserError model.token_form; never quotes the token."""
    text = (token or "").strip()
    if not text:
        return None
    if not _TOKEN.fullmatch(text):
        raise UserError("model.token_form")
    return text


def offline() -> bool:
    """Whether the environment forbids the network."""
    return any(
        os.environ.get(name, "").upper() in ("1", "ON", "YES", "TRUE")
        for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
    )


def probe(endpoint: str | None) -> float:
    """Seconds that the source took to answer, at most `PROBE_S`.

    Raises UserError model.address; MachineError model.offline, model.unreachable.
    """
    address = check_endpoint(endpoint)
    if offline():
        raise MachineError("model.offline")
    answered: list[float] = []
    refused: list[UserError] = []

    def ask() -> None:
        import httpx

        started = time.monotonic()
        try:
            _refuse_link_local(address)
            httpx.head(address, timeout=httpx.Timeout(PROBE_S, connect=CONNECT_S))
            answered.append(time.monotonic() - started)
        except UserError as error:
            refused.append(error)
        except Exception:  # whatever the network or a proxy did: no answer is no answer
            return

    # on a thread of its own, because looking up a name cannot be given a time limit
    asking = threading.Thread(target=ask, name="probe", daemon=True)
    asking.start()
    asking.join(PROBE_S)
    if refused:
        raise refused[0]
    if not answered:
        raise MachineError("model.unreachable", host=host_of(address))
    return answered[0]


def explain(status: int, code: str, *, hub: str, revision: str | None, host: str, token: bool) -> UserError:
    """A hub's refusal as one sentence. `code` is its X-Error-Code header; `token` whether one was sent."""
    if code == "GatedRepo" or (status == 403 and code != "RepoNotFound"):
        return UserError("model.gated", hub=hub, host=host)
    if code == "RevisionNotFound":
        return UserError("model.no_revision", hub=hub, revision=revision or "main")
    if status == 401 and token:
        return UserError("model.token_refused", hub=hub, host=host)
    if code == "RepoNotFound" or status in (401, 404):
        return UserError("model.not_found", hub=hub, host=host)
    if status == 429:
        return MachineError("model.busy", host=host)
    return MachineError("model.host_trouble", host=host, status=status)


def explain_response(
    response: "httpx.Response", *, hub: str, revision: str | None, host: str, token: bool
) -> UserError:
    """`explain` for a response."""
    return explain(
        response.status_code,
        response.headers.get("X-Error-Code", ""),
        hub=hub,
        revision=revision,
        host=host,
        token=token,
    )


def _forbidden(host: str) -> bool:
    """Whether `host` is link-local or written so that one cannot see what it is (a bare number, hexadecimal)."""
    if host.lower() in _METADATA or re.fullmatch(r"[0-9]+|0x[0-9a-f.x]+", host, re.I):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        # 169.0xfe.1 and 0251.254.169.254 are addresses for some resolvers
        return re.fullmatch(r"[0-9a-fx.]+", host, re.I) is not None and host.split(".")[-1][:1].isdigit()
    return address.is_link_local or address.is_multicast or address.is_unspecified


def _refuse_link_local(endpoint: str) -> None:
    """Raises UserError model.address when the name leads to a link-local address."""
    parts = urlsplit(endpoint)
    for found in socket.getaddrinfo(parts.hostname, parts.port or 443, proto=socket.IPPROTO_TCP):
        if ipaddress.ip_address(str(found[4][0]).partition("%")[0]).is_link_local:
            raise UserError("model.address", address=endpoint[:120])
