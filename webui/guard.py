"""The gate in front of Gradio: who may talk to this program, and which language a visitor gets.

Localhost can be reached from any web page that is open in the same browser, and Gradio's private events are
not access control, so every request must name a host of ours, and an origin of ours where it names one.
Pure ASGI: it also sees websockets and streams, and it never buffers anything but the two small pages.
"""

import json
import os
import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import urlsplit

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

LANGUAGES = ("en", "zh")
LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
TYPED_LIMIT = 4_000_000
"""Characters that a page of ours sends at once: a row that was typed, rows that were pasted. More comes as a file."""
BODY_LIMIT = 3 * TYPED_LIMIT + 100_000
"""Bytes of a request that is not an upload: so many characters, a Chinese one or one that JSON escapes takes three."""

SECURITY_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
CONTENT_POLICY = (
    # nothing from a model or a data set can load a picture from elsewhere or post a form to it;
    # Gradio's own front end needs inline scripts and eval
    "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; "
    "form-action 'self'; base-uri 'self'; object-src 'none'"
)
_LOCALES = {"en": ("en", "en-US"), "zh": ("zh-CN", "zh")}


class Guard:
    """ASGI middleware: Host and Origin check, `/` to the visitor's language, body limit, language script, headers."""

    def __init__(self, app: App, hosts: Iterable[str] = (), upload_limit: int = 0) -> None:
        self.app = app
        self.hosts = {*LOCAL_HOSTS, *(host.lower() for host in hosts)}
        self.upload_limit = upload_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self.app(scope, receive, send)
        headers = _headers(scope)
        if not self.allowed(headers):
            return await _refuse(scope, send, 403, "This address does not serve you.")
        if scope["type"] == "websocket":
            return await self.app(scope, receive, send)
        path = scope["path"]
        if scope["method"] in ("GET", "HEAD") and path in ("", "/", *(f"/{language}/" for language in LANGUAGES)):
            return await _redirect(scope, send, path.strip("/") or language_of(headers))
        limit = self.upload_limit if path.rstrip("/").endswith("/upload") else BODY_LIMIT
        limited = _Limited(receive, limit)
        if limited.too_large(headers):
            return await _refuse(scope, send, 413, "This request is too large.")
        page = path.strip("/") if path.strip("/") in LANGUAGES else None
        await self.app(scope, limited, _Answer(send, page))

    def allowed(self, headers: dict[str, str]) -> bool:
        """Whether Host is one of ours, and Origin too where a browser sends one ("null" is none of ours)."""
        if _bare_host(headers.get("host", "")) not in self.hosts:
            return False
        origin = headers.get("origin")
        try:
            return origin is None or _bare_host(urlsplit(origin).netloc) in self.hosts
        except ValueError:  # "http://[x"
            return False


def hosts_from_environment() -> list[str]:
    """The public host names of a Hugging Face Space, none elsewhere."""
    if not os.environ.get("SPACE_ID"):
        return []
    return [host.strip() for host in os.environ.get("SPACE_HOST", "").split(",") if host.strip()]


def language_of(headers: dict[str, str]) -> str:
    """By the cookie of the language switch, else by what the browser asks for, else English."""
    try:
        chosen = SimpleCookie(headers.get("cookie", "")).get("lang")
    except CookieError:
        chosen = None
    if chosen is not None and chosen.value in LANGUAGES:
        return chosen.value
    wanted = []
    for place, part in enumerate(headers.get("accept-language", "").split(",")):
        name, _, quality = part.strip().partition(";q=")
        try:
            wanted.append((-float(quality or 1), place, name[:2].lower()))
        except ValueError:
            continue
    return next((name for _, _, name in sorted(wanted) if name in LANGUAGES), "en")


class _Limited:
    """`receive` that ends a body at the limit, also when no length was announced."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._limit = limit
        self._seen = 0

    def too_large(self, headers: dict[str, str]) -> bool:
        length = headers.get("content-length", "")
        return bool(self._limit) and length.isdecimal() and (len(length) > 18 or int(length) > self._limit)

    async def __call__(self) -> Message:
        message = await self._receive()
        self._seen += len(message.get("body", b""))
        if self._limit and self._seen > self._limit:
            return {"type": "http.disconnect"}  # the handler sees a visitor who has left
        return message


class _Answer:
    """`send` that adds our headers, and to a page the language script and the cookie that remembers the choice."""

    def __init__(self, send: Send, page: str | None) -> None:
        self._send = send
        self._page = page
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", []), *SECURITY_HEADERS]}
            if self._page is not None and _is_html(message["headers"]):
                self._start = message
                return
        if self._start is None or message["type"] != "http.response.body":
            return await self._send(message)
        self._body += message.get("body", b"")
        if not message.get("more_body"):
            await self._send_page()

    async def _send_page(self) -> None:
        assert self._start is not None and self._page is not None
        body = re.sub(rb'lang="en"', f'lang="{_LOCALES[self._page][0]}"'.encode(), self._body, count=1)
        body = body.replace(b"<head>", b"<head>" + language_script(self._page).encode(), 1)
        kept = [(name, value) for name, value in self._start["headers"] if name.lower() != b"content-length"]
        kept += [
            (b"content-length", str(len(body)).encode()),
            (b"content-security-policy", CONTENT_POLICY.encode()),
            (b"cache-control", b"no-store"),
            (b"set-cookie", f"lang={self._page}; Path=/; Max-Age=31536000; SameSite=Lax".encode()),
        ]
        await self._send({**self._start, "headers": kept})
        await self._send({"type": "http.response.body", "body": body})


def language_script(language: str) -> str:
    """Gradio's own texts follow the browser's language; this makes them follow the page's."""
    locales = json.dumps(_LOCALES[language])
    return (
        "<script>(()=>{const l=" + locales + ";for(const [k,v] of [['language',l[0]],['languages',l]])"
        "Object.defineProperty(navigator,k,{get:()=>v,configurable:true});"
        "const h=document.documentElement,s=()=>{if(h.lang!==l[0])h.lang=l[0]};s();"
        "new MutationObserver(s).observe(h,{attributes:true,attributeFilter:['lang']})})()</script>"
    )


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope.get("headers", [])}


def _is_html(headers: list[tuple[bytes, bytes]]) -> bool:
    return any(name.lower() == b"content-type" and value.startswith(b"text/html") for name, value in headers)


def _bare_host(host: str) -> str:
    """`host` without its port: "[::1]:7860" is "[::1]"; "" for one with a user name, which no browser sends."""
    host = "" if "@" in host else host.lower()
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]


async def _redirect(scope: Scope, send: Send, language: str) -> None:
    query = scope.get("query_string", b"").decode("latin-1")
    where = f"{scope.get('root_path', '')}/{language}" + (f"?{query}" if query else "")
    headers = [(b"location", where.encode("latin-1")), (b"vary", b"Cookie, Accept-Language")]
    headers.append((b"cache-control", b"no-store"))
    await send({"type": "http.response.start", "status": 307, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


async def _refuse(scope: Scope, send: Send, status: int, said: str) -> None:
    if scope["type"] == "websocket":
        return await send({"type": "websocket.close", "code": 1008, "reason": said})
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": said.encode()})
