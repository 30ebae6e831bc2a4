"""The environment that launch.py makes: which PyTorch, what is there already, and one sentence for every trouble."""

import ast
import hashlib
import io
import json
import os
import re
import string
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path

import pytest

from core import first_words, install, install_pip, install_state, install_torch
from core.cli.arguments import VERBS
from core.first_words import WORDS, Trouble, speaker
from core.help_words import HELP
from core.install_state import Place
from core.install_torch import Card

REPOSITORY = Path(__file__).parent.parent.parent
BEFORE = (
    "core/__init__.py",
    "core/first_words.py",
    "core/help_words.py",
    "core/cli/parser.py",
    "core/cli/arguments.py",
    "core/cli/arguments_data.py",
    "launch.py",
)


# -- which PyTorch


@pytest.mark.parametrize(
    ("system", "machine", "card", "index"),
    [
        ("Linux", "x86_64", None, "cpu"),
        ("Windows", "AMD64", None, "cpu"),
        ("Darwin", "arm64", None, ""),
        ("Linux", "x86_64", ((580, 65, 6), (8, 6)), "cu130"),
        ("Windows", "AMD64", ((581, 15), (12, 0)), "cu130"),
        ("Linux", "x86_64", ((580, 65, 6), (6, 1)), "cu126"),  # Pascal: CUDA 13 has no code for it
        ("Linux", "x86_64", ((535, 183), (8, 9)), "cu126"),
        ("Linux", "x86_64", ((525, 60, 13), (7, 0)), "cu126"),
        ("Windows", "AMD64", ((527, 99), (8, 6)), "cpu"),
        ("Windows", "AMD64", ((528, 33), (8, 6)), "cu126"),
        ("Linux", "x86_64", ((470, 82), (8, 6)), "cpu"),
        ("Linux", "x86_64", ((570, 10), (12, 0)), "cpu"),  # Blackwell: no build for CUDA 12.6
        ("Linux", "aarch64", ((580, 65), (9, 0)), "cu130"),
        ("Linux", "aarch64", ((550, 54), (9, 0)), "cpu"),
        ("Linux", "x86_64", ((580, 65), None), "cu130"),
        ("Linux", "x86_64", ((535, 54), None), "cu126"),
        ("Linux", "x86_64", ((390, 157), (3, 5)), "cpu"),
    ],
)
def test_the_build_fits_system_driver_and_card(
    system: str, machine: str, card: tuple[tuple[int, ...], tuple[int, ...] | None] | None, index: str
) -> None:
    build = install_torch.choose(system, machine, [Card("card", *card)] if card else [])
    assert build.index == index
    assert build.index in install_torch.DOWNLOAD_GB
    unused = card is not None and index == "cpu"
    too_small = card is not None and card[1] is not None and card[1] < (5, 0)
    assert (build.warning is not None) == (unused and not too_small)
    for say in (speaker(False), speaker(True)):
        assert "{" not in say(build.key, **build.facts)
        if build.warning:
            assert str(card[0][0]) in say(build.warning[0], **build.warning[1])  # type: ignore[index]


def test_cards_are_read_newest_first_and_nonsense_is_passed_over() -> None:
    said = "NVIDIA GTX 1080, 580.65.06, 6.1\nnot a card\nNVIDIA RTX 4090, 580.65.06, 8.9\nX, [N/A], 8.0\n"
    cards = install_torch.read_cards(said)
    assert [(card.name, card.capability) for card in cards] == [
        ("NVIDIA RTX 4090", (8, 9)),
        ("NVIDIA GTX 1080", (6, 1)),
    ]
    assert install_torch.read_cards("Old Card, 470.82.01")[0].capability is None


@pytest.mark.parametrize(
    ("machine", "system", "bits", "key"),
    [
        ("x86_64", "Linux", 64, None),
        ("arm64", "Darwin", 64, None),
        ("win-amd64", "Windows", 64, None),
        ("x86_64", "Darwin", 64, "python.machine"),
        ("win-arm64", "Windows", 64, "python.machine"),
        ("win32", "Windows", 32, "python.narrow"),
    ],
)
def test_processors_without_pytorch_are_named(machine: str, system: str, bits: int, key: str | None) -> None:
    trouble = install_torch.refuse(machine, system, bits)
    assert (trouble.key if trouble else None) == key
    if trouble:
        assert "{" not in speaker(True)(trouble.key, **trouble.facts)


def test_an_index_that_does_not_answer_costs_no_more_than_its_time() -> None:
    began = time.monotonic()
    assert not install_torch.index_answers("cpu", "http://127.0.0.1:9/", timeout_s=1.0)
    assert time.monotonic() - began < 3


# -- which Python


@pytest.mark.parametrize("version", [(3, 8), (3, 10), (3, 15)])
def test_another_python_is_told_which_one_is_needed(version: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "find_other_python", lambda: None)
    with pytest.raises(Trouble) as caught:
        install.check_python(version)
    said = speaker(False)(caught.value.key, **caught.value.facts)
    assert f"{version[0]}.{version[1]}" in said and "3.11 to 3.14" in said and caught.value.exit_code == 2
    monkeypatch.setattr(install, "find_other_python", lambda: "python3.12")
    with pytest.raises(Trouble) as caught:
        install.check_python(version)
    assert "python3.12 launch.py" in speaker(True)(caught.value.key, **caught.value.facts)


def test_what_runs_before_the_check_can_be_read_by_an_old_python() -> None:
    files = [REPOSITORY / name for name in BEFORE] + sorted((REPOSITORY / "core").glob("install*.py"))
    for path in files:
        source = path.read_text(encoding="utf-8")
        tree = ast.parse(source, feature_version=(3, 8))
        hints = any(isinstance(node, ast.FunctionDef) and node.returns for node in ast.walk(tree))
        assert "from __future__ import annotations" in source or not hints, path
        modules = {
            name.split(".")[0]
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in (
                [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
            )
        }
        ours = {"core"} if path.name != "launch.py" else {"core", "webui"}
        assert modules <= ours | sys.stdlib_module_names, path


# -- what is there already


def test_pins_are_read_with_their_markers(tmp_path: Path) -> None:
    listed = tmp_path / "requirements.txt"
    listed.write_text(
        '# comment\na==1.0\nb==2 ; python_version >= "3.13"\nc==3; platform_system == "Windows"\n\n', "utf-8"
    )
    assert install_state.pins(str(listed), (3, 11)).keys() == {"a"} | ({"c"} if os.name == "nt" else set())
    assert "b" in install_state.pins(str(listed), (3, 13))


def test_every_line_of_our_own_lists_is_an_exact_pin() -> None:
    for path in (REPOSITORY / "requirements.txt", REPOSITORY / "tests" / "requirements.txt"):
        lines = [line.split("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines()]
        wanted = [line for line in lines if line]
        on_windows_with_the_newest = install_state.pins(str(path), (99, 0))
        skipped = sum("platform_system" in line for line in wanted) if os.name != "nt" else 0
        assert len(on_windows_with_the_newest) == len(wanted) - skipped
        assert len({name.lower().replace("_", "-") for name in on_windows_with_the_newest}) == len(wanted) - skipped


def test_this_python_has_what_the_lists_name_or_says_what_is_missing(tmp_path: Path) -> None:
    listed = tmp_path / "requirements.txt"
    listed.write_text(f"pytest=={pytest.__version__}\nno-such-package==1\npluggy==0.0.1\n", "utf-8")
    assert install_state.missing([str(listed)]) == ["no-such-package", "pluggy"]


def test_a_local_build_counts_as_the_pinned_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = tmp_path / "requirements.txt"
    listed.write_text("torch==2.13.0\n", "utf-8")
    monkeypatch.setattr(install_state.metadata, "version", lambda name: "2.13.0+cu130")
    assert install_state.missing([str(listed)]) == []


def test_the_fingerprint_does_not_change_with_line_ends(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"a==1\nb==2\n")
    (tmp_path / "b").write_bytes(b"a==1\r\nb==2\r\n")
    (tmp_path / "c").write_bytes(b"a==1\nb==3\n")
    a, b, c = (install_state.fingerprint(str(tmp_path / name)) for name in "abc")
    assert a == b != c


# -- sentences


def _parsers() -> list[Path]:
    core = REPOSITORY / "core"
    return [core / "cli" / "parser.py", *sorted((core / "cli").glob("arguments*.py"))]


def test_every_word_stands_in_both_languages_with_the_same_facts() -> None:
    def facts(sentence: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}

    assert not WORDS.keys() & HELP.keys()
    for key, (english, chinese) in {**WORDS, **HELP}.items():
        assert facts(english) == facts(chinese), key
        assert english or key == "cli.nothing_near"
        if re.search(r"[a-z]{3}", english) and not key.startswith("install.step"):
            assert re.search(r"[\u4e00-\u9fff]", chinese) or key in ("install.got", "install.torch"), key


def test_every_key_that_the_installer_uses_has_words() -> None:
    used = set()
    for path in [*sorted((REPOSITORY / "core").glob("install*.py")), *_parsers()]:
        used |= set(
            re.findall(r'"((?:python|folder|install|torch|failed|cli|help)\.[a-z_.]+)"', path.read_text("utf-8"))
        )
    assert len(used) > 80 and used - {"python.exe", "install.log", "help."} <= WORDS.keys() | HELP.keys()


@pytest.mark.parametrize(
    ("argv", "environ", "expected"),
    [
        ([], {"LANG": "zh_CN.UTF-8"}, True),
        ([], {"LANG": "de_DE.UTF-8"}, False),
        ([], {"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, False),
        (["--lang", "en"], {"LANG": "zh_CN.UTF-8"}, False),
        (["runs", "--lang=zh"], {"LANG": "C"}, True),
        (["runs", "--lang", "zh"], {}, True),
    ],
)
def test_the_language_is_the_one_asked_for_else_the_systems(
    argv: list[str], environ: dict[str, str], expected: bool
) -> None:
    assert first_words.chinese(argv, environ) is expected


@pytest.mark.parametrize(
    ("said", "key", "exit_code"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "failed.disk", 1),
        (
            "WARNING: Retrying (Retry(total=2)) after connection broken by 'NewConnectionError(...)': /simple/",
            "failed.network",
            1,
        ),
        (
            "ERROR: Could not install packages due to an OSError: [Errno 13] Permission denied: 'x'",
            "folder.read_only",
            2,
        ),
        ("ERROR: No matching distribution found for torch==2.13.0", "failed.missing", 1),
        ("ERROR: something nobody has thought of", "failed.other", 1),
    ],
)
def test_what_pip_says_becomes_one_sentence(said: str, key: str, exit_code: int, tmp_path: Path) -> None:
    pip = install_pip.Pip(sys.executable, Place(str(tmp_path)), install.Printer(speaker(False), io.StringIO()), 2.2)
    trouble = pip._explain(["Looking in indexes: https://me:secret@index.example/simple", said])
    assert (trouble.key, trouble.exit_code) == (key, exit_code)
    for zh in (False, True):
        sentence = speaker(zh)(trouble.key, **trouble.facts)
        assert "{" not in sentence and "\n" not in sentence and "secret" not in sentence
    if key == "failed.network":
        assert trouble.facts["host"] == "index.example"


def test_progress_names_large_downloads_and_counts_on_a_console() -> None:
    class Console(io.StringIO):
        def isatty(self) -> bool:
            return True

    for stream in (io.StringIO(), Console()):
        progress = install_pip.Progress(install.Printer(speaker(False), stream), total=2)
        for line in (
            "Collecting torch==2.13.0",
            "  Downloading torch-2.13.0-cp311-cp311-linux_x86_64.whl (191.8 MB)",
            "Progress 95900000 of 191800000",
            "Collecting tiny",
            "  Downloading tiny-1.0-py3-none-any.whl (12 kB)",
            "Installing collected packages: tiny, torch",
        ):
            progress.see(line.strip())
        said = stream.getvalue()
        assert "torch-2.13.0  191.8 MB" in said and "tiny-1.0" not in said and "unpacking" in said
        assert ("50 %" in said) == stream.isatty()


def test_a_console_that_cannot_show_a_character_stops_nothing() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    install.speak_anything(stream)
    install.Printer(speaker(True), stream)("install.keep_open")
    stream.flush()
    assert b"?" in stream.buffer.getvalue()  # type: ignore[attr-defined]


def test_a_path_too_long_for_windows_is_told_before_anything_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    long, short = Place("C:\\" + "x" * 60), Place("C:\\lora-workbench")
    with pytest.raises(Trouble) as caught:
        install.check_folder(long, windows=True)
    assert caught.value.key == "folder.long" and "63" in speaker(False)(caught.value.key, **caught.value.facts)
    install.check_folder(short, windows=True)
    install.check_folder(long, windows=False)
    monkeypatch.setattr(install, "long_paths_allowed", lambda: True)
    install.check_folder(long, windows=True)


def test_a_full_disk_is_told_before_anything_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place, out = _place(tmp_path), install.Printer(speaker(False), io.StringIO())
    usage = type("Usage", (), {"free": 1e9})
    monkeypatch.setattr(install.shutil, "disk_usage", lambda folder: usage)
    with pytest.raises(Trouble) as caught:
        install.make(place, False, out)
    assert caught.value.key == "folder.disk" and not os.path.exists(place.venv)


def test_a_python_without_venv_is_told_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(Trouble) as caught:
        install.make_venv(_place(tmp_path))
    assert caught.value.key == "python.no_venv" and caught.value.exit_code == 2
    assert "{" not in speaker(True)(caught.value.key, **caught.value.facts)


# -- the lock


def test_a_second_start_waits_for_the_first(tmp_path: Path) -> None:
    place, heard = _place(tmp_path), io.StringIO()
    order: list[str] = []

    def second() -> None:
        with install_state.Lock(place, install.Printer(speaker(False), heard)):
            order.append("second")

    with install_state.Lock(place, install.Printer(speaker(False), io.StringIO())):
        thread = threading.Thread(target=second)
        thread.start()
        time.sleep(0.7)
        order.append("first done")
    thread.join(5)
    assert order == ["first done", "second"] and heard.getvalue().count("Another start") == 1


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    place = _place(tmp_path)
    os.mkdir(place.lock)  # root may write everywhere, but not into a folder as if it were a file
    with pytest.raises(Trouble) as caught:
        install_state.Lock(place, install.Printer(speaker(False), io.StringIO())).__enter__()
    assert caught.value.key == "folder.read_only" and caught.value.exit_code == 2


# -- the whole, with a package of our own in the place of the real ones


@pytest.mark.slow
def test_it_is_made_stamped_kept_synced_and_made_anew(tmp_path: Path) -> None:
    """Every start goes through launch.py's own steps in a fresh Python, offline, with wheels made here."""
    root = tmp_path / "with blank 中文"
    for name in ("core", "tests"):
        (root / name).mkdir(parents=True)
    for path in [*(REPOSITORY / "core").glob("install*.py"), REPOSITORY / "core" / "first_words.py"]:
        (root / "core" / path.name).write_bytes(path.read_bytes())
    (root / "core" / "__init__.py").write_text("", "utf-8")
    (root / "launch.py").write_text(
        "import os, sys\nsys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))\nfrom core import install\n"
        "code = install.ready(sys.argv[1:], os.path.dirname(os.path.abspath(__file__)), tests='test' in sys.argv)\n"
        "if code is not None: sys.exit(code)\nimport tiny, torch\nprint(sys.prefix, tiny.VERSION, torch.VERSION)\n",
        "utf-8",
    )
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    for name, version in (("torch", "1.0"), ("tiny", "1.0"), ("tiny", "2.0"), ("tested", "1.0")):
        _wheel(wheels, name, version)
    (root / "requirements.txt").write_text("torch==1.0\ntiny==1.0\n", "utf-8")
    (root / "tests" / "requirements.txt").write_text("tested==1.0\n", "utf-8")
    venv, stamp = root / ".venv", root / ".venv" / install_state.STAMP

    first = _start(root, wheels)
    assert first.stdout.split()[-2:] == ["1.0", "1.0"] and str(venv) in first.stdout, first.stderr
    assert "Keep this window open" in first.stderr and "[1/3]" in first.stderr and "[3/3]" in first.stderr
    second = _start(root, wheels)
    assert second.stderr == "" and second.stdout == first.stdout

    (root / "requirements.txt").write_text("torch==1.0\ntiny==2.0\n", "utf-8")
    synced = _start(root, wheels)
    assert "changed" in synced.stderr and synced.stdout.split()[-2] == "2.0"

    tested = _start(root, wheels, "test")
    assert "[4/4]" in tested.stderr and len(json.loads(stamp.read_text("utf-8"))["lists"]) == 2
    assert _start(root, wheels, "test").stderr == ""

    python = venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    python.unlink()
    anew = _start(root, wheels)
    assert "does not work any more" in anew.stderr and anew.stdout == synced.stdout

    stamp.unlink()
    resumed = _start(root, wheels)
    assert "not finished" in resumed.stderr and resumed.stdout == synced.stdout

    removed = next(venv.rglob("tiny-2.0.dist-info"))
    for part in removed.iterdir():
        part.unlink()
    removed.rmdir()
    mended = _start(root, wheels)  # the stamp promises more than there is
    assert mended.returncode == 0 and mended.stdout == synced.stdout

    (root / "requirements.txt").write_text("torch==1.0\ntiny==3.0\n", "utf-8")
    failed = _start(root, wheels, "--json")
    assert failed.returncode == 1 and "tiny==3.0" in failed.stderr and "Traceback" not in failed.stderr
    assert json.loads(failed.stdout)["error"]["code"] == "failed.missing"


def _start(root: Path, wheels: Path, *argv: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(wheels),
        "PIP_CONFIG_FILE": os.devnull,
        "PYTHONUTF8": "1",
        "LANG": "C",
        "LC_ALL": "C",
        "HTTPS_PROXY": "http://127.0.0.1:9",  # the PyTorch index is out of reach
    }
    command = [sys.executable, str(root / "launch.py"), *argv]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240, check=False)


def _wheel(folder: Path, name: str, version: str) -> None:
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": f"VERSION = '{version}'\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},sha256={_digest(text)},{len(text)}\n" for path, text in files.items())
    files[f"{info}/RECORD"] = record + f"{info}/RECORD,,\n"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)


def _digest(text: str) -> str:
    import base64

    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def _place(root: Path) -> Place:
    (root / "tests").mkdir()
    (root / "requirements.txt").write_text("torch==1.0\n", "utf-8")
    (root / "tests" / "requirements.txt").write_text("tested==1.0\n", "utf-8")
    return Place(str(root))


def test_no_word_is_left_over() -> None:
    """Every word is asked for somewhere, by its key or, for the verbs' help, by the verb."""
    core = REPOSITORY / "core"
    places = [REPOSITORY / "launch.py", *_parsers(), *core.glob("install*.py")]
    source = "\n".join(place.read_text(encoding="utf-8") for place in places)
    verbs = {f"help.{verb}" for verb in VERBS}
    assert [key for key in (*WORDS, *HELP) if f'"{key}"' not in source and key not in verbs] == []
