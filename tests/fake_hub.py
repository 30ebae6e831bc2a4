"""A model hub in small: the few addresses that a download uses, served from memory on a free port of this computer.

    with FakeHub() as hub:
        hub.add("owner/name", {"config.json": b"{}", "model.safetensors": b"..."})
        sizes("owner/name", None, hub.endpoint)

The attributes script what goes wrong: see `FakeHub`.
"""

import hashlib
import json
import struct
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

LFS = (".safetensors", "tokenizer.json", ".bin")
PIECE = 16_384


WEIGHTS = 3_000_000


def weights(count: int = WEIGHTS) -> bytes:
    """A safetensors file with one tensor of `count` bytes."""
    shape = {"dtype": "U8", "shape": [count], "data_offsets": [0, count]}
    header = json.dumps({"model.layers.0.self_attn.q_proj.weight": shape}).encode()
    return struct.pack("<Q", len(header)) + header + bytes(range(256)) * (count // 256) + bytes(count % 256)


def files(**config: Any) -> dict[str, bytes]:
    """A small model, and beside it what must not be fetched."""
    settings = {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 8, "num_hidden_layers": 1,
        "num_attention_heads": 2, "intermediate_size": 16, "vocab_size": 32, "max_position_embeddings": 64, **config,
    }  # fmt: skip
    return {
        "config.json": json.dumps(settings).encode(),
        "tokenizer.json": b'{"model": {}}',
        "tokenizer_config.json": b'{"chat_template": "x"}',
        "model.safetensors": weights(),
        "README.md": b"# hello",
        "modeling_evil.py": b"raise SystemExit",
        "pytorch_model.bin": b"pickle",
        "onnx/model.safetensors": b"no",
    }


class FakeHub:
    """The hub and its moods, which may change while it runs.

    pause_s      wait so long before each piece of 16 kB: a slow line
    silent_after send so many bytes of a file, then nothing more, with the line kept open
    cut_after    send so many bytes of a file, then close the line; None: never
    cuts         how many times `cut_after` still happens
    damage       names of files whose bytes are sent wrong
    ignore_range always send a file from its beginning
    refuse       (status, X-Error-Code) for every question; None: answer
    send_to      redirect file downloads to this address
    token        when set, everything but the front page needs it
    asked        every request: (method, path, headers)
    """

    def __init__(self) -> None:
        self.models: dict[str, dict[str, bytes]] = {}
        self.pause_s = 0.0
        self.silent_after: int | None = None
        self.cut_after: int | None = None
        self.cuts = 0
        self.damage: set[str] = set()
        self.ignore_range = False
        self.refuse: tuple[int, str] | None = None
        self.send_to: str | None = None
        self.token: str | None = None
        self.commit = "c" * 40
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self.closing = threading.Event()
        hub = self

        class Handler(_Handler):
            pass

        Handler.hub = hub
        self._server = _Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def add(self, name: str, files: dict[str, bytes]) -> None:
        self.models[name] = files

    def ranges(self) -> list[str]:
        """The Range headers of the files that were asked for, in order, "" where there was none."""
        return [headers.get("range", "") for _, path, headers in self.asked if "/resolve/" in path]

    def __enter__(self) -> "FakeHub":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        return  # the other side hung up, which is what the tests make it do


class _Handler(BaseHTTPRequestHandler):
    hub: FakeHub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        return

    def do_HEAD(self) -> None:
        self._note()
        self._answer(200, b"", {})

    def do_GET(self) -> None:
        self._note()
        hub, path = self.hub, urlsplit(self.path).path
        if hub.refuse is not None:
            return self._answer(hub.refuse[0], b"no", {"X-Error-Code": hub.refuse[1]} if hub.refuse[1] else {})
        if hub.token is not None and self.headers.get("Authorization") != f"Bearer {hub.token}":
            return self._answer(401, b"no", {"X-Error-Code": "RepoNotFound"})
        if path.startswith("/api/models/"):
            return self._list(path)
        name, _, rest = path.strip("/").partition("/resolve/")
        commit, _, file = rest.partition("/")
        content = hub.models.get(name, {}).get(unquote(file))
        if content is None or commit != hub.commit:
            return self._answer(404, b"no", {"X-Error-Code": "EntryNotFound"})
        if hub.send_to is not None:
            return self._answer(302, b"", {"Location": hub.send_to})
        self._send(unquote(file), content)

    def _list(self, path: str) -> None:
        name, _, revision = path.removeprefix("/api/models/").partition("/revision/")
        files = self.hub.models.get(name)
        if files is None:
            return self._answer(404, b"no", {"X-Error-Code": "RepoNotFound"})
        if revision not in ("main", "v2", self.hub.commit):
            return self._answer(404, b"no", {"X-Error-Code": "RevisionNotFound"})
        siblings = []
        for file, content in files.items():
            entry: dict[str, Any] = {"rfilename": file, "size": len(content)}
            entry["blobId"] = hashlib.sha1(f"blob {len(content)}\0".encode() + content).hexdigest()
            if file.endswith(LFS):
                entry["lfs"] = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content), "pointerSize": 130}
            siblings.append(entry)
        said = json.dumps({"id": name, "sha": self.hub.commit, "siblings": siblings}).encode()
        self._answer(200, said, {"Content-Type": "application/json"})

    def _send(self, file: str, content: bytes) -> None:
        hub, start = self.hub, 0
        wanted = self.headers.get("Range", "")
        if wanted and not hub.ignore_range:
            start = int(wanted.removeprefix("bytes=").partition("-")[0])
        if file in hub.damage:
            content = bytes(len(content))
        body = content[start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        sent = 0
        for at in range(0, len(body), PIECE):
            piece = body[at : at + PIECE]
            if hub.silent_after is not None and sent + len(piece) > hub.silent_after:
                hub.closing.wait(30)
                self.close_connection = True
                return
            if hub.cut_after is not None and hub.cuts > 0 and sent + len(piece) > hub.cut_after:
                hub.cuts -= 1
                self.close_connection = True
                return
            if hub.pause_s:
                time.sleep(hub.pause_s)
            try:
                self.wfile.write(piece)
                self.wfile.flush()
            except OSError:  # the other side has gone
                self.close_connection = True
                return
            sent += len(piece)

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _note(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.hub.asked.append((self.command, self.path, headers))
