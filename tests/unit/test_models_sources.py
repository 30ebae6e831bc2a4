"""Downloads against a hub in small: sizes, bytes, Cancel, resume, and every way a source can fail."""

import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.errors import MachineError, UserError
from core.models import address, catalog, sources, transfer
from core.models.address import check_endpoint, check_token, may_follow, probe
from core.models.catalog import ModelRef
from core.models.sources import Fetcher, sizes
from tests.fake_hub import PIECE, WEIGHTS, FakeHub, files, weights

NAME = "someone/small"
TOKEN = "hf_CANARYcanaryCANARY"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    from huggingface_hub import constants

    folder = tmp_path / "hub"
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(folder))
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    return folder


@pytest.fixture
def hub(cache: Path) -> Iterator[FakeHub]:
    with FakeHub() as running:
        running.add(NAME, files())
        yield running


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Silent lines are asked again sooner than in real life."""
    monkeypatch.setattr(transfer, "STALL_S", 0.3)
    monkeypatch.setattr(transfer, "TRIES", 3)


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A source is given up sooner than in real life."""
    monkeypatch.setattr(address, "CONNECT_S", 0.2)
    monkeypatch.setattr(address, "PROBE_S", 0.4)


def ref(name: str = NAME, revision: str | None = None) -> ModelRef:
    return ModelRef(kind="hub", name=name, title="Small", hub=name, revision=revision)


def fetch(hub: FakeHub, fetcher: Fetcher | None = None, **named: Any) -> sources.FetchProgress:
    fetcher = fetcher or Fetcher()
    fetcher.start(ref(**named), hub.endpoint)
    return fetcher.wait(30)


def failed(hub: FakeHub, fetcher: Fetcher | None = None, **named: Any) -> dict[str, Any]:
    progress = fetch(hub, fetcher, **named)
    assert progress.state == "failed" and progress.error is not None
    return progress.error


def until(condition: Any, seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def test_a_model_arrives_whole_and_only_what_is_needed_of_it(hub: FakeHub, cache: Path) -> None:
    assert catalog.resolve(NAME).folder is None
    progress = fetch(hub)
    assert progress.state == "done" and progress.done == progress.total > WEIGHTS
    found = catalog.resolve(NAME)
    assert found.folder == progress.folder and found.here
    names = sorted(path.name for path in found.folder.iterdir())
    assert names == ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"]
    assert (found.folder / "model.safetensors").read_bytes() == weights()
    assert not any("evil" in path or ".bin" in path or "onnx" in path for _, path, _ in hub.asked)
    # other programs find it in the cache as well
    from huggingface_hub import snapshot_download

    assert Path(snapshot_download(NAME, local_files_only=True)) == found.folder


def test_the_size_is_told_before_the_bytes(hub: FakeHub) -> None:
    told = sizes(NAME, None, hub.endpoint)
    whole = sum(len(content) for name, content in files().items() if name in (
        "config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"))  # fmt: skip
    assert told.total == whole and told.files == 4
    assert told.missing == whole - len(files()["config.json"])
    assert told.free > 0
    assert not any("safetensors" in path for _, path, _ in hub.asked)
    # and with the config here, the forecast has its facts
    assert catalog.resolve(NAME).folder is None
    assert catalog.facts_of_ref(catalog.resolve(NAME)).layers == 1


def test_nothing_is_fetched_twice(hub: FakeHub) -> None:
    fetch(hub)
    before = len(hub.ranges())
    assert fetch(hub).state == "done"
    assert len(hub.ranges()) == before
    assert sizes(NAME, None, hub.endpoint).missing == 0


def test_cancel_on_a_slow_line_then_go_on_from_there(hub: FakeHub) -> None:
    hub.pause_s = 0.02
    fetcher = Fetcher()
    fetcher.start(ref(), hub.endpoint)
    until(lambda: fetcher.progress().done > 300_000)
    running = fetcher.progress()
    assert running.state == "fetching" and running.file == "model.safetensors" and running.name == "Small"
    assert running.bytes_per_s > 0 and running.left_s is not None
    asked = time.monotonic()
    fetcher.cancel()
    assert fetcher.wait(5).state == "cancelled"
    assert time.monotonic() - asked < 5
    assert catalog.resolve(NAME).folder is None
    hub.pause_s = 0
    hub.asked.clear()
    assert fetch(hub, fetcher).state == "done"
    begins = [int(one.removeprefix("bytes=").rstrip("-")) for one in hub.ranges() if one]
    assert len(hub.ranges()) == 1 and begins[0] > 300_000  # one file, from where it broke off
    assert (fetcher.progress().folder / "model.safetensors").read_bytes() == weights()  # type: ignore[operator]


def test_the_waiting_times_add_up_to_less_than_five_seconds() -> None:
    """The tests below wait shorter; these are the values that people wait for."""
    assert address.CONNECT_S < address.PROBE_S < 5 and transfer.STALL_S < 5


def test_cancel_on_a_silent_line_takes_no_longer_than_a_stall(hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfer, "STALL_S", 0.6)
    hub.silent_after = 200_000
    fetcher = Fetcher()
    fetcher.start(ref(), hub.endpoint)
    until(lambda: fetcher.progress().done > 150_000)
    time.sleep(0.2)
    asked = time.monotonic()
    fetcher.cancel()
    assert fetcher.wait(6).state == "cancelled"
    assert time.monotonic() - asked < 2


def test_a_cut_line_is_mended_by_itself(hub: FakeHub, patient: None) -> None:
    hub.cut_after, hub.cuts = 500_000, 4
    assert fetch(hub).state == "done"
    whole_pieces = 500_000 // PIECE * PIECE
    assert [one for one in hub.ranges() if one] == [f"bytes={whole_pieces * k}-" for k in range(1, 5)]


def test_a_line_that_keeps_breaking_is_given_up_and_goes_on_next_time(hub: FakeHub, patient: None) -> None:
    hub.pause_s = 0.01
    fetcher = Fetcher()
    fetcher.start(ref(), hub.endpoint)
    until(lambda: fetcher.progress().done > 100_000)
    hub.silent_after = 0  # from now on lines open and nothing comes
    error = fetcher.wait(10).error
    assert error is not None and error["code"] == "model.cut" and error["exit_code"] == 1
    hub.silent_after, hub.pause_s = None, 0
    hub.asked.clear()
    assert fetch(hub).state == "done"
    assert len(hub.ranges()) == 1 and hub.ranges()[0] > "bytes="


def test_a_source_that_cannot_resume_is_read_from_the_beginning(hub: FakeHub, patient: None) -> None:
    hub.cut_after, hub.cuts, hub.ignore_range = 500_000, 1, True
    progress = fetch(hub)
    assert progress.state == "done" and progress.done == progress.total


def test_wrong_bytes_are_noticed_and_not_kept(hub: FakeHub, cache: Path) -> None:
    hub.damage.add("model.safetensors")
    error = failed(hub)
    assert error["code"] == "model.wrong_bytes" and error["facts"]["file"] == "model.safetensors"
    assert catalog.resolve(NAME).folder is None
    assert not list(cache.rglob("*.part"))
    hub.damage.clear()
    assert fetch(hub).state == "done"


def test_settings_that_are_damaged_on_the_way_are_noticed_too(hub: FakeHub) -> None:
    hub.damage.add("tokenizer_config.json")
    assert failed(hub)["code"] == "model.wrong_bytes"


@pytest.mark.parametrize(
    ("refuse", "code"),
    [
        ((401, "RepoNotFound"), "model.not_found"),
        ((401, ""), "model.not_found"),
        ((404, "RepoNotFound"), "model.not_found"),
        ((404, "RevisionNotFound"), "model.no_revision"),
        ((403, "GatedRepo"), "model.gated"),
        ((401, "GatedRepo"), "model.gated"),
        ((403, ""), "model.gated"),
        ((429, ""), "model.busy"),
        ((500, ""), "model.host_trouble"),
        ((503, ""), "model.host_trouble"),
    ],
)
def test_each_refusal_has_its_own_sentence(hub: FakeHub, refuse: tuple[int, str], code: str) -> None:
    hub.refuse = refuse
    assert failed(hub)["code"] == code
    with pytest.raises(UserError) as error:
        sizes(NAME, None, hub.endpoint)
    assert error.value.code == code


def test_unknown_names_and_revisions(hub: FakeHub) -> None:
    assert failed(hub, name="someone/nothing")["code"] == "model.not_found"
    assert failed(hub, revision="never")["code"] == "model.no_revision"
    assert fetch(hub, revision="v2").state == "done"
    assert catalog.resolve(f"{NAME}@v2").folder is not None


def test_the_token_opens_and_is_seen_nowhere(hub: FakeHub, cache: Path) -> None:
    hub.token = TOKEN
    fetcher = Fetcher()
    fetcher.start(ref(), hub.endpoint, "hf_wrong")
    error = fetcher.wait(10).error
    assert error is not None and error["code"] == "model.token_refused" and "hf_wrong" not in str(error)
    fetcher.start(ref(), hub.endpoint, TOKEN)
    assert fetcher.wait(10).state == "done"
    seen = repr(fetcher.__dict__) + repr(fetcher.progress())
    assert TOKEN not in seen
    assert not any(TOKEN.encode() in path.read_bytes() for path in cache.rglob("*") if path.is_file())


def test_the_token_does_not_follow_a_redirect_to_another_host(hub: FakeHub) -> None:
    with FakeHub() as other:
        hub.token = TOKEN
        hub.send_to = f"{other.endpoint}/somewhere"
        fetcher = Fetcher()
        fetcher.start(ref(), hub.endpoint, TOKEN)
        fetcher.wait(10)
        assert other.asked and not any("authorization" in headers for _, _, headers in other.asked)


@pytest.mark.parametrize("to", ["http://169.254.169.254/latest", "file:///etc/passwd", "http://example.com/x"])
def test_a_redirect_to_a_forbidden_address_is_not_followed(hub: FakeHub, to: str) -> None:
    hub.send_to = to
    assert failed(hub)["code"] == "model.redirect"


def test_a_saved_login_is_not_sent_to_anyone(hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    fetch(hub)
    assert not any("authorization" in headers for _, _, headers in hub.asked)


def test_a_model_with_code_is_refused_before_its_weights_are_fetched(hub: FakeHub) -> None:
    hub.models[NAME] = files(auto_map={"AutoModel": "modeling_evil.Evil"})
    assert failed(hub)["code"] == "model.code_keys"
    with pytest.raises(UserError, match="code_keys"):
        sizes(NAME, None, hub.endpoint)
    assert not any("safetensors" in path for _, path, _ in hub.asked)


def test_pickle_only_and_empty_models_are_refused(hub: FakeHub) -> None:
    without = files()
    del without["model.safetensors"]
    hub.models[NAME] = without
    assert failed(hub)["code"] == "model.pickle_only"
    del without["pytorch_model.bin"]
    assert failed(hub)["code"] == "model.no_weights"


def test_a_model_in_parts(hub: FakeHub) -> None:
    whole = files()
    content = whole.pop("model.safetensors")
    names = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
    whole |= {name: content for name in names}
    whole["model.safetensors.index.json"] = json.dumps({"weight_map": {"a": names[0], "b": names[1]}}).encode()
    hub.models[NAME] = whole
    progress = fetch(hub)
    assert progress.state == "done" and all((progress.folder / name).is_file() for name in names)  # type: ignore[operator]


def test_a_full_disk_is_said_before_the_download(hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "_free", lambda folder: 1_000_000)
    assert failed(hub)["code"] == "model.no_room"
    assert not any("/resolve/" in path for _, path, _ in hub.asked)


def test_one_download_at_a_time(hub: FakeHub) -> None:
    hub.pause_s = 0.02
    fetcher = Fetcher()
    fetcher.start(ref(), hub.endpoint)
    fetcher.start(ref(), hub.endpoint)  # the same again: nothing changes
    with pytest.raises(UserError) as error:
        fetcher.start(ref("someone/other"), hub.endpoint)
    assert error.value.code == "model.fetching" and error.value.facts["name"] == "Small"
    until(lambda: fetcher.progress().state == "fetching")
    assert failed(hub)["code"] == "model.fetching_elsewhere"  # another program, same cache
    fetcher.cancel()
    fetcher.wait(5)


def test_what_is_here_needs_no_download() -> None:
    with pytest.raises(UserError, match="not_downloadable"):
        Fetcher().start(catalog.resolve("starter"))


def test_a_closed_port_is_said_at_once(cache: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
    with pytest.raises(MachineError) as error:
        probe(address)
    assert error.value.code == "model.unreachable" and "127.0.0.1" in error.value.facts["host"]


def test_a_source_that_never_answers_is_said_in_time(cache: Path, hurried: None) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        begun = time.monotonic()
        with pytest.raises(MachineError, match="unreachable"):
            probe(f"http://127.0.0.1:{silent.getsockname()[1]}")
        assert time.monotonic() - begun < 2


def test_a_name_that_takes_forever_to_look_up_is_said_in_time(
    cache: Path, hurried: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *rest, **named: time.sleep(3))
    begun = time.monotonic()
    fetcher = Fetcher()
    fetcher.start(ref(), "https://hub.invalid")
    assert (fetcher.wait(6).error or {})["code"] == "model.unreachable"
    assert time.monotonic() - begun < 2


def test_something_that_is_no_hub(cache: Path, hub: FakeHub) -> None:
    hub.commit = "../../x"
    assert failed(hub)["code"] == "model.not_a_hub"


def test_offline_is_respected_without_a_single_request(hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(MachineError, match="offline"):
        Fetcher().start(ref(), hub.endpoint)
    with pytest.raises(MachineError, match="offline"):
        sizes(NAME, None, hub.endpoint)
    assert hub.asked == []


@pytest.mark.parametrize(
    "address",
    [
        "ftp://hub.example", "file:///etc/passwd", "http://hub.example", "https://me:secret@hub.example",
        "https://169.254.169.254", "http://169.254.169.254", "https://[fe80::1]", "https://2852039166", "https://0xA9FEA9FE",
        "https://metadata.google.internal", "https://0251.0376.0251.0376", "hub.example", "https://", "https://a b",
        "https://hub.example?x=1", "https://hub.example/#x", "http://localhost.evil.example", "https://h:99999", "https://0.0.0.0",
    ],
)  # fmt: skip
def test_addresses_that_are_not_asked(address: str) -> None:
    with pytest.raises(UserError) as error:
        check_endpoint(address)
    assert error.value.code == "model.address" and "secret" not in str(error.value)


def test_addresses_that_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_ENDPOINT", raising=False)
    assert check_endpoint("https://mirror.example/hf/") == "https://mirror.example/hf"
    assert check_endpoint("http://127.0.0.1:8080") == "http://127.0.0.1:8080"
    assert check_endpoint("http://localhost:1") == "http://localhost:1"
    assert check_endpoint(None) == check_endpoint("  ") == "https://huggingface.co"
    monkeypatch.setenv("HF_ENDPOINT", "https://own.example")
    assert check_endpoint(None) == "https://own.example"
    assert may_follow("https://a.example", "https://cdn.example/x") and not may_follow(
        "https://a.example", "http://127.0.0.1/"
    )


@pytest.mark.parametrize("token", ["hf_a b", "hf_a\r\nX-Evil: 1", "hf_é", "x" * 600])
def test_tokens_that_could_break_a_header(token: str) -> None:
    with pytest.raises(UserError) as error:
        check_token(token)
    assert error.value.code == "model.token_form" and token not in repr(error.value)
    assert check_token("  ") is None and check_token(" hf_ok ") == "hf_ok"
