"""The gate in front of Gradio: hosts, origins, languages, sizes, headers."""

import pytest
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from webui.guard import BODY_LIMIT, Guard, language_of

PAGE = '<!doctype html><html lang="en"><head><title>x</title></head><body>é</body></html>'


async def _page(request: Request) -> Response:
    return HTMLResponse(PAGE)


async def _take(request: Request) -> Response:
    try:
        return PlainTextResponse(str(len(await request.body())))
    except ClientDisconnect:
        return PlainTextResponse("left", status_code=400)


async def _socket(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("hello")
    await socket.close()


def _client(host: str = "127.0.0.1:7860", upload_limit: int = 20_000_000) -> TestClient:
    routes = [Route("/en", _page), Route("/zh", _page), Route("/other", _page)]
    routes += [Route("/gradio_api/upload", _take, methods=["POST"]), Route("/call", _take, methods=["POST"])]
    app = Guard(Starlette(routes=[*routes, WebSocketRoute("/ws", _socket)]), ["lora.hf.space"], upload_limit)
    return TestClient(app, base_url=f"http://{host}", follow_redirects=False)


@pytest.mark.parametrize("host", ["127.0.0.1:7860", "localhost:1", "[::1]:7860", "LOCALHOST", "lora.hf.space"])
def test_our_own_hosts_are_served(host: str) -> None:
    assert _client().get("/en", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.com", "192.168.0.7:7860", "127.0.0.1.evil.com", "", "localhost@evil.com", "evil.com@localhost"],
)
def test_foreign_hosts_are_refused(host: str) -> None:
    answer = _client().post("/call", headers={"host": host}, content=b"x")
    assert answer.status_code == 403
    assert "serve" in answer.text


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.com",
        "null",
        "http://localhost.evil.com",
        "https://evil.com:7860",
        "file://",
        "http://[x",
        "http://evil.com@localhost",
        "http://localhost:1@evil.com",
    ],
)
def test_foreign_origins_are_refused(origin: str) -> None:
    assert _client().post("/gradio_api/upload", headers={"origin": origin}, content=b"x").status_code == 403


@pytest.mark.parametrize("origin", ["http://127.0.0.1:7860", "http://localhost:7860", "https://lora.hf.space"])
def test_our_own_origins_are_served(origin: str) -> None:
    assert _client().post("/gradio_api/upload", headers={"origin": origin}, content=b"x").text == "1"


def test_websockets_are_checked_too() -> None:
    with _client().websocket_connect("ws://127.0.0.1:7860/ws") as socket:
        assert socket.receive_text() == "hello"
    with (
        pytest.raises(WebSocketDisconnect),
        _client().websocket_connect("ws://127.0.0.1:7860/ws", headers={"origin": "http://evil.com"}),
    ):
        pass


@pytest.mark.parametrize(
    ("headers", "language"),
    [
        ({"accept-language": "zh-CN,zh;q=0.9,en;q=0.8"}, "zh"),
        ({"accept-language": "de-DE,de;q=0.9,zh;q=0.5,en;q=0.4"}, "zh"),
        ({"accept-language": "en;q=0.5,zh;q=0.6"}, "zh"),
        ({"accept-language": "fr"}, "en"),
        ({"accept-language": "zh;q=nonsense"}, "en"),
        ({}, "en"),
        ({"accept-language": "zh", "cookie": "lang=en"}, "en"),
        ({"accept-language": "en", "cookie": "a=b; lang=zh"}, "zh"),
        ({"accept-language": "en", "cookie": "lang=../../x"}, "en"),
    ],
)
def test_the_first_page_is_in_the_visitors_language(headers: dict[str, str], language: str) -> None:
    assert language_of(headers) == language
    sent = {"accept-language": "", **headers}
    assert _client().get("/?room=model", headers=sent).headers["location"] == f"/{language}?room=model"


def test_a_trailing_slash_keeps_the_question() -> None:
    assert _client().get("/zh/?__theme=dark").headers["location"] == "/zh?__theme=dark"


@pytest.mark.parametrize(("language", "tag"), [("en", "en"), ("zh", "zh-CN")])
def test_a_page_speaks_its_language_to_gradio_and_to_readers(language: str, tag: str) -> None:
    answer = _client().get(f"/{language}")
    assert answer.text.startswith(f'<!doctype html><html lang="{tag}"><head><script>')
    assert f'["{tag}"' in answer.text and answer.text.endswith("é</body></html>")
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert f"lang={language}" in answer.headers["set-cookie"]


def test_nothing_else_is_rewritten() -> None:
    answer = _client().get("/other")
    assert answer.text == PAGE and "set-cookie" not in answer.headers
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_pages_load_nothing_from_elsewhere() -> None:
    policy = _client().get("/en").headers["content-security-policy"]
    assert policy.startswith("default-src 'self'") and "form-action 'self'" in policy and "http" not in policy


def test_only_uploads_may_be_large() -> None:
    large = b"x" * (BODY_LIMIT + 1)
    assert _client().post("/call", content=large).status_code == 413
    assert _client().post("/call", content=large[1:]).text == str(BODY_LIMIT)
    assert _client().post("/gradio_api/upload", content=large).text == str(len(large))
    assert _client(upload_limit=1000).post("/gradio_api/upload", content=large).status_code == 413


def test_a_body_without_a_length_ends_at_the_limit() -> None:
    answer = _client().post("/call", content=(b"x" * 500_000 for _ in range(30)))
    assert answer.text == "left"
