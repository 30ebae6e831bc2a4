"""The Model tab against a hub in small: size first, a token that stays in memory, what is told of model and device."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.data.datasets import DatasetStore
from core.drafts import DraftStore
from core.engine import EngineStatus
from core.models import address
from core.models.sources import Fetcher
from core.runs.store import RunStore
from core.workspace import Workspace
from tests.fake_hub import FakeHub, files
from tests.unit.test_window_actions import WaitingEngine
from webui import frame, snapshot
from webui.actions import Outcome, act, guarded
from webui.context import Context
from webui.secret import Secret
from webui.snapshot import Page, Snapshot
from webui.tabs import model, model_source, model_view
from webui.text import LANGUAGES, load

NAME = "someone/small"
TOKEN = "hf_CANARYcanaryCANARY"
TEXT = load("en")


@pytest.fixture(scope="module", autouse=True)
def _imported() -> None:
    """The library cannot be imported first by several threads at once, as the workers of these windows would."""
    from transformers import AutoTokenizer  # noqa: F401


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    with FakeHub() as running:
        running.add(NAME, files())
        yield running


@pytest.fixture
def ctx(tmp_path: Path) -> Context:
    workspace = Workspace(tmp_path / "work")
    datasets = DatasetStore(workspace)
    found = Context(workspace, RunStore(workspace), datasets, DraftStore(workspace), WaitingEngine(), Fetcher())
    found.drafts.update(room="model")
    return found


def until(ctx: Context, ready: Callable[[Snapshot], Any], seconds: float = 8) -> Snapshot:
    """The first look at which `ready` holds."""
    page, end = Page(room="model"), time.monotonic() + seconds
    while not ready(snap := snapshot.take(ctx, page)):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)
    return snap


def asked(snap: Snapshot) -> bool:
    return snap.size is not None and snap.size.fresh


# -- size first


def test_a_hub_model_says_its_size_before_it_is_fetched(ctx: Context, hub: FakeHub) -> None:
    sample = ctx.datasets.samples()[0]
    ctx.drafts.update(dataset=ctx.datasets.add(sample.file, origin="sample").id)
    ctx.drafts.update(model=NAME, endpoint=hub.endpoint)
    snap = until(ctx, asked)
    assert model.bar(ctx, snap, TEXT).label == "Download small (3 MB)"
    assert not any(path.endswith(".safetensors") for _, path, _ in hub.asked)
    assert "3 MB to download" in model_view.cards([], snap, TEXT)
    # its config.json came along, so memory and time are known before the download
    snap = until(ctx, lambda snap: snap.plan is not None)
    assert snap.estimate_error is None and snap.plan is not None and snap.plan["memory_gb"]["total"] > 0


def test_a_source_out_of_reach_is_said_and_asked_again_on_request(
    ctx: Context, hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(address, "CONNECT_S", 0.2)
    monkeypatch.setattr(address, "PROBE_S", 0.4)
    sample = ctx.datasets.samples()[0]
    ctx.drafts.update(dataset=ctx.datasets.add(sample.file, origin="sample").id)
    ctx.drafts.update(model=NAME, endpoint="http://127.0.0.1:9")
    snap = until(ctx, asked, seconds=5)
    assert "127.0.0.1" in frame.status(snap, TEXT) and "lw-error" in frame.status(snap, TEXT)
    assert model.bar(ctx, snap, TEXT).label == "Download small"
    until(ctx, lambda snap: snap.estimate_error is not None)  # not "being worked out" for ever
    ctx.drafts.update(endpoint=hub.endpoint)
    assert frame.trouble(until(ctx, asked)) is None


# -- the token


def test_a_private_model_needs_the_token_and_nothing_else_ever_holds_it(
    ctx: Context, hub: FakeHub, caplog: pytest.LogCaptureFixture
) -> None:
    hub.token = TOKEN
    ctx.drafts.update(model=NAME, endpoint=hub.endpoint)
    snap = until(ctx, asked)
    assert snap.size is not None and snap.size.error is not None and snap.size.error.code == "model.not_found"
    assert "token" in frame.status(snap, TEXT)
    page = Page(room="model")
    keep = guarded(model_source._keep_token, ctx, page, _Field(), f" {TOKEN} ")
    assert keep == Outcome()
    snap = until(ctx, asked)
    assert model.bar(ctx, snap, TEXT).label == "Download small (3 MB)"
    assert act(ctx, "download_model") == Outcome()
    assert ctx.fetcher.wait(30).error is not None or ctx.fetcher.progress().state == "done"
    assert any(TOKEN in headers.get("authorization", headers.get("Authorization", "")) for _, _, headers in hub.asked)

    snap = until(ctx, lambda snap: snap.fetch.state not in ("sizing", "fetching"))
    shown = model_source.shown(ctx, snap, TEXT)
    assert shown[model_source.SHOWN.index("token")] == {"value": "", "__type__": "update"}
    assert TEXT("model.token_there") in shown[model_source.SHOWN.index("token_there")]["value"]
    held = [path for path in ctx.workspace.root.rglob("*") if path.is_file() and TOKEN.encode() in path.read_bytes()]
    assert held == []
    assert TOKEN not in repr((ctx, snap, page, shown)) and TOKEN not in caplog.text


class _Field:
    _id = 7


def test_a_token_is_sent_to_no_other_source_and_forgotten_when_told() -> None:
    secret = Secret()
    secret.keep(None, TOKEN)
    assert secret.of(None) == TOKEN and secret.of("https://mirror.example") is None
    assert secret.of("http://not allowed") is None
    secret.forget()
    assert secret.of(None) is None


@pytest.mark.parametrize("typed", ["", "  ", "two words", "für mich", None])
def test_what_is_no_token_is_refused_without_being_quoted(ctx: Context, typed: object) -> None:
    page = Page(room="model", seen={7: 1})
    outcome = guarded(model_source._keep_token, ctx, page, _Field(), typed)
    assert outcome.error is not None and outcome.error.code == "model.token_form" and outcome.error.facts == {}
    assert page.seen == {}  # so that the field is emptied


# -- what is told of model and device


def test_a_model_without_a_chat_template_says_so(ctx: Context, tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    for name, content in files().items():
        if "/" not in name and not name.endswith((".py", ".bin")):
            (folder / name).write_bytes(content)
    ctx.drafts.update(model=str(folder))
    snap = until(ctx, lambda snap: snap.model is not None)
    assert _told(ctx, snap) == []
    (folder / "tokenizer_config.json").write_text(json.dumps({}), encoding="utf-8")
    other = tmp_path / "other"
    folder.rename(other)
    ctx.drafts.update(model=str(other))
    snap = until(ctx, lambda snap: snap.model is not None)
    (finding,) = _told(ctx, snap)
    for language in LANGUAGES:
        assert load(language).finding(finding) in model_view.findings([finding], load(language))


def _told(ctx: Context, snap: Snapshot) -> list[Any]:
    model._findings(ctx, snap)
    time.sleep(0.3)
    return model._findings(ctx, snap)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_graphics_card_that_is_not_used_is_said(ctx: Context, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = load(language)
    status = EngineStatus(state="idle", device="CPU", problem="device.cpu_torch")
    monkeypatch.setattr(type(ctx.engine), "status", lambda self: status)
    assert text("notice.device.cpu_torch") in frame.status(snapshot.take(ctx), text)
