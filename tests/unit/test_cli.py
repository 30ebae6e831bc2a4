"""The verbs that need no training: their documents, their sentences and their exit codes."""

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.cli import ahead, arguments, test
from core.cli import main as cli
from core.cli.choices import choices_of
from core.cli.desk import Desk
from core.cli.settings import changes
from core.cli.train import Progress, busy
from core.data.choices import Choices as DataChoices
from core.data.datasets import DatasetStore
from core.errors import UserError
from core.first_words import Trouble
from core.models import catalog
from core.runs.events import Evaluated, Phase, Started, Step
from core.spec import build
from core.workspace import Workspace
from tests.fake_hub import FakeHub, files
from tests.unit.conftest import Run
from webui.text import load


@pytest.fixture
def faq(tmp_path: Path) -> Path:
    path = tmp_path / "faq.csv"
    lines = [f"question {number}?,answer {number}" for number in range(12)]
    lines[4] = "question 4?,"
    path.write_text("question,answer\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


# -- what is typed


@pytest.mark.parametrize(
    ("argv", "key"),
    [
        (["trian"], "cli.verb"),
        (["--prot", "7861"], "cli.unknown"),
        (["--port", "x"], "cli.number"),
        (["--port", "70000"], "cli.number"),
        (["train"], "cli.required"),
        (["train", "--data"], "cli.value"),
        (["train", "--data", "x", "--model", "y", "--rnak", "3"], "cli.unknown"),
        (["export", "x", "--as", "gguf", "--to", "y"], "cli.choice"),
        (["runs", "--lang", "fr"], "cli.choice"),
        (["runs", "a", "b"], "cli.unknown"),
        (["check", "--mod", "x", "y"], "cli.unknown"),
        (["data"], "cli.data_verb_missing"),
        (["data", "lst"], "cli.data_verb"),
        (["data", "show"], "cli.required"),
        (["data", "mend", "x", "--saef"], "cli.unknown"),
        (["data", "mend", "x", "--max-length", "long"], "cli.number"),
        (["data", "export", "x", "--as", "xls", "--to", "y"], "cli.choice"),
        (["data", "delete", "x", "--this-version", "--all-versions"], "cli.both"),
    ],
)
def test_a_slip_of_the_pen_is_one_sentence(argv: list[str], key: str, capsys: pytest.CaptureFixture[str]) -> None:
    for language in ("en", "zh"):
        with pytest.raises(SystemExit) as caught:
            arguments.parse_or_exit([*argv, "--lang", language] if "--lang" not in argv else argv)
        out, err = capsys.readouterr()
        assert caught.value.code == 2 and out == "" and err.count("\n") == 1
        assert "usage" not in err and "{" not in err and "Traceback" not in err
    with pytest.raises(Trouble) as trouble:
        arguments.parse(argv)
    assert trouble.value.key == key


def test_what_was_meant_is_suggested(capsys: pytest.CaptureFixture[str]) -> None:
    for argv, meant in (
        (["trian"], "`train`"),
        (["--prot", "1"], "`--port`"),
        (["runs", "--jsno"], "`--json`"),
        (["data", "lst"], "`list`"),
        (["data", "mend", "x", "--saef"], "`--safe`"),
    ):
        with pytest.raises(SystemExit):
            arguments.parse_or_exit(argv)
        assert meant in capsys.readouterr().err


def test_json_is_asked_for_before_or_after_the_verb(capsys: pytest.CaptureFixture[str]) -> None:
    for argv in (["--json", "runs"], ["runs", "--json"]):
        assert arguments.parse(argv).json
    with pytest.raises(SystemExit):
        arguments.parse_or_exit(["trian", "--json"])
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "cli.verb"


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("verb", ["", *arguments.VERBS, *(f"data {verb}" for verb in arguments.DATA_VERBS)])
def test_help_is_there_for_every_verb(verb: str, language: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        arguments.parse([*verb.split(), "--help", "--lang", language])
    said = capsys.readouterr().out
    assert caught.value.code == 0 and "--workspace" in said and ("文件夹" in said) == (language == "zh")


def test_every_verb_is_carried_out_by_something() -> None:
    assert tuple(cli.VERBS) == arguments.VERBS


def test_settings_are_read_from_the_command_line() -> None:
    found = changes(
        ["rank=8", "alpha=auto", "dropout = 0.1", "target_modules=q_proj, v_proj", "warmup=10", "epochs=auto"]
    )
    spec = build(found)
    assert (spec.rank, spec.alpha, spec.dropout, spec.warmup, spec.epochs) == (8, None, 0.1, 10, 3.0)
    assert spec.target_modules == ["q_proj", "v_proj"]
    assert (
        build(changes(["target_modules=attention", "quantization=none", "holdout=0.1"])).target_modules == "attention"
    )


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("rank", "cli.set"),
        ("=3", "cli.set"),
        ("lerning_rate=1", "cli.set_near"),
        ("xyzzy=1", "cli.set_unknown"),
        ("model=x", "cli.set_option"),
    ],
)
def test_a_wrong_setting_is_named(said: str, code: str) -> None:
    with pytest.raises(UserError) as caught:
        changes([said])
    assert caught.value.code == code
    for language in ("en", "zh"):
        assert "(" not in load(language).error(caught.value).replace("（", "")


# -- the window


def test_without_a_verb_the_window_opens(run: Run) -> None:
    assert run() == (0, "window workspace None True\n", "")
    assert run("--port", "7999", "--no-browser")[1] == "window workspace 7999 False\n"


# -- check


def test_check_reports_what_is_in_a_file(run: Run, faq: Path, root: Path) -> None:
    code, out, err = run("check", str(faq), "--json")
    found = json.loads(out)
    assert code == 0 and err == ""
    keys = ["file", "encoding", "format", "task", "rows", "usable", "findings", "container", "sheet"]
    assert list(found) == keys and (found["container"], found["sheet"]) == ("csv", None)
    assert (found["file"], found["format"], found["task"]) == ("faq.csv", "question_answer", "chat")
    assert (found["rows"], found["usable"]) == (12, 11)
    empty = next(finding for finding in found["findings"] if finding["code"] == "answer.empty")
    assert list(empty) == ["level", "code", "count", "rows", "message"]
    assert empty["rows"] == [5] and empty["count"] == 1 and "5" in empty["message"]
    assert not root.exists()  # a check keeps nothing


def test_check_speaks_both_languages(run: Run, faq: Path) -> None:
    _, english, _ = run("check", str(faq))
    _, chinese, _ = run("check", str(faq), "--lang", "zh")
    assert "12 rows read, 11 can be learned" in english and "读取 12 行，其中 11 行" in chinese
    assert len(english.splitlines()) == len(chinese.splitlines())


def test_check_of_a_file_without_a_usable_row_gives_its_findings_and_exit_code_2(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("question,answer\na,\nb,\n", encoding="utf-8")
    code, out, _ = run("check", str(path), "--json")
    assert code == 2 and json.loads(out)["usable"] == 0 and json.loads(out)["findings"]


@pytest.mark.parametrize("make", ["nothing there", "a folder", "zeros", "a workbook"])
def test_nonsense_is_one_sentence_and_exit_code_2(make: str, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "thing.xlsx"
    if make == "a folder":
        path.mkdir()
    elif make == "zeros":
        path.write_bytes(bytes(1000))
    elif make == "a workbook":
        path.write_bytes(b"PK\x03\x04" + b"xl/workbook.xml" * 50)
    for verb in (["check", str(path)], ["train", "--data", str(path), "--model", "starter"]):
        code, out, err = run(*verb)
        assert code == 2 and out == "" and err.count("\n") == 1 and "Traceback" not in err
        code, out, err = run(*verb, "--json")
        assert code == 2 and json.loads(out)["error"]["message"] + "\n" == err


@pytest.mark.parametrize("verb", ["check", "preview", "forecast", "train"])
def test_columns_that_say_nothing_are_one_sentence_until_they_are_named(verb: str, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("alpha,beta,delta\n" + "".join(f"{n},{n + 1},{n % 3}\n" for n in range(12)), encoding="utf-8")
    argv = [verb, str(path)] if verb in ("check", "preview") else [verb, "--data", str(path)]
    argv += [] if verb == "check" else ["--model", "starter"]
    code, out, _ = run(*argv, "--json")
    assert code == 2 and json.loads(out)["error"]["code"] == "data.no_answer" and "alpha, beta" in out
    if verb != "train":
        code, out, err = run(*argv, "--json", "--column", "question=alpha", "--column", "answer=beta")
        assert code == 0, err
    code, out, _ = run(*argv, "--json", "--column", "question=gamma", "--column", "answer=beta")
    assert code == 2 and json.loads(out)["error"]["code"] == "cli.no_column"


def test_a_guess_is_told_until_it_is_agreed_to(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("alpha,beta\n" + "".join(f"what is {n}?,it is {n}\n" for n in range(12)), encoding="utf-8")
    code, out, _ = run("check", str(path), "--json")
    (found,) = [each for each in json.loads(out)["findings"] if each["code"] == "columns.guessed"]
    assert code == 0 and found["level"] == "warning" and "question=alpha" in found["message"]
    for language in ("en", "zh"):
        code, _, err = run("preview", str(path), "--model", "starter", "--lang", language)
        assert code == 0 and "answer=beta" in err
    agreed = ["--column", "question=alpha", "--column", "answer=beta"]
    code, out, _ = run("check", str(path), "--json", *agreed)
    assert code == 0 and "columns.guessed" not in out
    assert run("preview", str(path), "--model", "starter", *agreed)[2] == ""


def test_how_a_file_is_read_can_be_said(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes("question,answer\n{{name}}几点开门？,九点。\n".encode("gb18030") * 1)
    said = ["--encoding", "GB18030", "--fill", "name=Aurora=1", "--repair", "--nested-as-text", "--json"]
    code, out, err = run("check", str(path), *said)
    assert code == 0 and json.loads(out)["encoding"] == "gb18030", err
    code, shown, _ = run("preview", str(path), "--model", "starter", *said)
    assert code == 0 and "Aurora=1几点" in json.loads(shown)[0]["text"]
    code, again, _ = run("preview", str(path), "--model", "starter", "--json", "--encoding", "gb18030")
    assert code == 0 and "{{name}}几点" in json.loads(again)[0]["text"]


def test_separator_and_header_can_be_said(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text("When do you open?^At nine.\nWhere are you?^At the harbour.\n", encoding="utf-8")
    named = ["--separator", "^", "--header", "no", "--column", "question=column 1", "--column", "answer=column 2"]
    code, out, err = run("check", str(path), "--json", *named)
    assert code == 0 and json.loads(out)["rows"] == 2, err
    path.write_text("question\tanswer\nWhen?\tAt nine, or ten.\n", encoding="utf-8")
    for separator in ("tab", "\\t", "\t"):
        code, out, _ = run("check", str(path), "--json", "--separator", separator)
        assert code == 0 and json.loads(out)["usable"] == 1
    assert run("check", str(path), "--header", "maybe")[2] == "cli.choice"


def test_a_column_that_is_not_there_leaves_no_data_set_behind(run: Run, faq: Path, root: Path) -> None:
    """It was kept before it was refused, and the next look found a data set that nobody had agreed to."""
    said = ["--column", "question=x", "--column", "answer=y"]
    for verb in (["preview", str(faq)], ["train", "--data", str(faq)]):
        assert run(*verb, "--model", "starter", *said)[0] == 2
    assert DatasetStore(Workspace(root)).list() == [] and list(Workspace(root).datasets.iterdir()) == []
    kept = DatasetStore(Workspace(root)).add(faq)
    assert run("preview", kept.id, "--model", "starter", *said)[0] == 2
    assert [each.id for each in DatasetStore(Workspace(root)).list()] == [kept.id]


def test_what_goes_wrong_in_reading_a_file_is_not_called_unknown_data(
    run: Run, faq: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*rest: Any, **more: Any) -> None:
        raise ValueError("a fault of ours")

    monkeypatch.setattr("core.data.versions.version.read", broken)
    code, out, _ = run("preview", str(faq), "--model", "starter", "--json")
    assert code == 1 and json.loads(out)["error"]["code"] == "unexpected"


def test_columns_are_named_for_the_data_and_not_for_that_to_measure_on(run: Run, faq: Path, tmp_path: Path) -> None:
    data, alike = tmp_path / "data.csv", tmp_path / "alike.csv"
    for path, word in ((data, "Who"), (alike, "How")):
        path.write_text("a,b,c\n" + "".join(f"{n},{word} is {n}?,It {n}.\n" for n in range(12)), encoding="utf-8")
    said = ["--data", str(data), "--model", "starter", "--column", "question=b", "--column", "answer=c"]
    for other, told in ((faq, "11 rows of faq"), (alike, "12 rows of alike")):
        code, out, err = run("forecast", "--eval-data", str(other), *said)
        assert code == 0 and told in out, err


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (["--encoding", "klingon"], "cli.encoding"),
        (["--encoding", "utf-8\x00"], "cli.encoding"),
        (["--separator", "ab"], "cli.separator"),
        (["--separator", ""], "cli.separator"),
        (["--separator", "q"], "cli.separator"),
        (["--column", "question"], "cli.column"),
        (["--column", "=x"], "cli.column"),
        (["--column", "subject=x"], "cli.column_part"),
        (["--column", "question=x"], "cli.no_column"),
        (["--fill", "name"], "cli.fill"),
    ],
)
def test_a_slip_in_how_a_file_is_read_is_one_sentence(said: list[str], code: str, run: Run, faq: Path) -> None:
    for verb in (["check", str(faq)], ["train", "--data", str(faq), "--model", "starter"]):
        for language in ("en", "zh"):
            found, out, err = run(*verb, *said, "--json", "--lang", language)
            assert found == 2 and json.loads(out)["error"]["code"] == code and err.count("\n") == 1


def test_named_columns_say_the_format() -> None:
    def chosen(*columns: str) -> DataChoices:
        argv = ["check", "x", *(word for column in columns for word in ("--column", column))]
        return choices_of(arguments.parse(argv))

    for columns, format in {
        ("question=a", "answer=b"): "question_answer",
        ("instruction=a", "output=b", "input=c"): "alpaca",
        ("chosen=a", "rejected=b", "prompt=c"): "preference",
        ("text=a",): "text",
        ("system=a",): None,
    }.items():
        found = chosen(*columns)
        assert found.format == format and found.confirmed and len(found.columns) == len(columns)
    assert chosen() == DataChoices()


# -- preview: which rows


def test_rows_are_chosen_by_count_by_number_or_all() -> None:
    rows = [{"row": number} for number in (1, 2, 4, 5, 6, 7)]
    chosen = {
        wanted: [row["row"] for row in ahead.choose_rows(rows, wanted, 7)] for wanted in ("2", "99", "all", "4,1", "4,")
    }
    assert chosen == {"2": [1, 2], "99": [1, 2, 4, 5, 6, 7], "all": [1, 2, 4, 5, 6, 7], "4,1": [4, 1], "4,": [4]}
    for wanted, code in {
        "0": "cli.rows",
        "x": "cli.rows",
        "": "cli.rows",
        "1,99": "cli.no_row",
        "3,": "cli.row_left_out",
    }.items():
        with pytest.raises(UserError) as caught:
            ahead.choose_rows(rows, wanted, 7)
        assert caught.value.code == code


def test_what_is_learned_stands_between_brackets() -> None:
    pieces = [{"text": "Q", "trained": False}, {"text": "A", "trained": True}, {"text": "B", "trained": True}]
    assert ahead.marked(pieces) == "Q⟦AB⟧"
    assert ahead.marked([*pieces, {"text": "Q", "trained": False}]) == "Q⟦AB⟧Q"


# -- forecast


def test_too_few_rows_for_the_goal_are_told(run: Run, faq: Path) -> None:
    for recipe, codes in (("faq", []), ("style", ["rows.few_for_goal"])):
        code, out, _ = run("forecast", "--data", str(faq), "--model", "starter", "--recipe", recipe, "--json")
        found = [each["code"] for each in json.loads(out)["findings"]]
        assert code == 0 and [each for each in found if each.startswith("rows.few")] == codes


def test_a_forecast_has_its_shape_and_follows_the_settings(run: Run) -> None:
    code, out, err = run("forecast", "--model", "starter", "--json", "--set", "rank=8")
    small = json.loads(out)
    assert code == 0 and err.count("\n") == 1  # what it assumes
    assert list(small) == [
        "trainable_parameters",
        "trainable_percent",
        "steps",
        "memory_gb",
        "fits",
        "time_s",
        "advice",
        "findings",
    ]
    assert list(small["memory_gb"]) == ["weights", "adapter", "optimizer", "gradients", "activations", "total", "free"]
    large = json.loads(run("forecast", "--model", "starter", "--json", "--set", "rank=16")[1])
    assert large["trainable_parameters"] == 2 * small["trainable_parameters"]


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (["forecast", "--model", "nothing-like-it"], "model.unknown"),
        (["forecast", "--model", "starter", "--set", "rank=0"], "setting.low"),
        (["forecast", "--model", "starter", "--set", "rank=many"], "setting.number"),
        (["forecast", "--model", "starter", "--recipe", "nothing"], "recipe.unknown"),
        (["train", "--data", "nothing-like-it", "--model", "starter"], "data.unknown"),
        (["train", "--data", "aurora-coffee-en", "--model", "nothing"], "model.unknown"),
        (["train", "--data", "aurora-coffee-en", "--model", "starter", "--set", "epochs=0"], "setting.above"),
        (["runs", "nothing"], "cli.no_run"),
        (["compare", "nothing", "--prompt", "a"], "cli.no_run"),
        (["compare", "nothing", "--prompt", "a", "--temperature", "9"], "sampling.value"),
        (["export", "nothing", "--as", "adapter", "--to", "x"], "cli.no_run"),
    ],
)
def test_a_mistake_is_exit_code_2_with_its_code_and_sentence(argv: list[str], code: str, run: Run) -> None:
    for language in ("en", "zh"):
        exit_code, out, err = run(*argv, "--json", "--lang", language)
        said = json.loads(out)["error"]
        assert exit_code == 2 and said["code"] == code and err == said["message"] + "\n"


def test_a_slip_in_how_to_answer_names_the_option_and_its_bounds(run: Run, root: Path) -> None:
    for option, value, bounds in (("--max-tokens", "0", ("1", "8192")), ("--temperature", "9", ("0", "2"))):
        _, out, _ = run("compare", "nothing", "--prompt", "a", option, value, "--json")
        message = json.loads(out)["error"]["message"]
        assert all(part in message for part in (option, value, *bounds)) and "slider" not in message


def test_how_answers_are_drawn_has_its_defaults_once() -> None:
    from core.chat.requests import Sampling
    from core.cli.runs import _sampling

    choices = arguments.parse(["compare", "x", "--prompt", "a"])
    assert (choices.temperature, choices.max_tokens, choices.seed) == (None, None, None)
    assert _sampling(choices) == Sampling()
    assert _sampling(choices, "style") == Sampling(temperature=0.7)
    chosen = arguments.parse(["compare", "x", "--prompt", "a", "--temperature", "0.2"])
    assert _sampling(chosen, "style") == Sampling(temperature=0.2)
    assert _sampling(arguments.parse(["compare", "x", "--prompt", "a", "--seed", "7"])).seed == 7


# -- where models come from


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.delenv("HF_HUB_OFFLINE")
    with FakeHub() as made:
        made.add("someone/small", files())
        yield made


def test_a_mirror_serves_the_forecast_of_a_model_that_is_not_here(run: Run, hub: FakeHub) -> None:
    code, out, err = run("forecast", "--model", "someone/small", "--endpoint", hub.endpoint, "--json")
    assert code == 0 and json.loads(out)["trainable_parameters"] > 0, err
    assert not [path for _, path, _ in hub.asked if path.endswith(".safetensors")]


def test_a_mirror_serves_a_download_and_the_token_goes_there_only(
    run: Run, hub: FakeHub, faq: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.token = "hf_CANARYcanaryCANARY"
    verb = ["train", "--data", str(faq), "--model", "someone/small", "--endpoint", hub.endpoint, "--json"]
    code, out, err = run(*verb)
    assert code != 0 and json.loads(out)["error"]["code"].startswith("model.")
    monkeypatch.setenv("HF_TOKEN", hub.token)
    code, out, err = run(*verb, "--set", "max_length=8")
    assert any(path.endswith("/model.safetensors") for _, path, _ in hub.asked)
    assert catalog.resolve("someone/small").folder is not None  # the tokenizer is nonsense, so training cannot begin
    assert code != 0 and "Traceback" not in err and hub.token not in out + err
    kept = [path for path in root.parent.rglob("*") if path.is_file()]
    assert kept and not [path for path in kept if hub.token.encode() in path.read_bytes()]


@pytest.mark.parametrize("verb", ["check", "preview", "forecast", "train"])
def test_an_address_that_is_none_is_one_sentence(verb: str, run: Run, faq: Path) -> None:
    data = {"check": [str(faq)], "preview": [str(faq)], "forecast": [], "train": ["--data", str(faq)]}[verb]
    code, out, _ = run(verb, *data, "--model", "someone/small", "--endpoint", "ftp://mirror", "--json")
    assert code == 2 and json.loads(out)["error"]["code"] == "model.address"


# -- the device


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_busy_device_names_its_holder_or_says_that_it_has_no_name_yet(language: str) -> None:
    text = load(language)
    assert "the window" in text.error(busy("the window"))
    unnamed = text.error(busy(""))
    assert busy("").exit_code == 1 and ": ." not in unnamed and "：。" not in unnamed
    desk, _, err = _desk(language)
    desk.note_waiting("")
    assert text("cli.another_program") in err.getvalue() and "?" not in err.getvalue()


# -- runs


def test_runs_are_listed_and_shown(run: Run, root: Path) -> None:
    from core.runs.store import RunStore

    assert json.loads(run("runs", "--json")[1]) == []
    made = RunStore(Workspace(root)).create(build({"rank": 4}), "my first")
    (listed,) = json.loads(run("runs", "--json")[1])
    keys = ["run", "name", "status", "model", "dataset", "created", "steps", "train_loss", "eval_loss"]
    assert list(listed) == keys and listed["status"] == "queued"
    for reference in (made.id, made.id[:6], "my first"):
        one = json.loads(run("runs", reference, "--json")[1])
        assert list(one) == [*keys, "spec", "plan", "env"] and one["spec"]["rank"] == 4
    assert "my first" in run("runs")[1] and "rank: 4" in run("runs", made.id)[1]


def test_a_run_without_anything_learned_can_neither_be_asked_nor_exported(run: Run, root: Path, tmp_path: Path) -> None:
    from core.runs.store import RunStore

    made = RunStore(Workspace(root)).create(build({}), "empty")
    assert json.loads(run("compare", made.id, "--prompt", "a", "--json")[1])["error"]["code"] == "run.no_adapter"
    out = run("export", made.id, "--as", "adapter", "--to", str(tmp_path / "x"), "--json")[1]
    assert json.loads(out)["error"]["code"] == "export.nothing" and not (tmp_path / "x").exists()


# -- how things are said


def _desk(language: str = "en", live: bool = False, **choices: Any) -> tuple[Desk, io.StringIO, io.StringIO]:
    class Console(io.StringIO):
        def isatty(self) -> bool:
            return live

    out, err = io.StringIO(), Console()
    asked = arguments.Choices(lang=language, **choices)
    return Desk(asked, load(language), out, err), out, err


def test_progress_is_one_line_on_a_console_and_a_few_elsewhere() -> None:
    for live in (True, False):
        desk, out, err = _desk(live=live)
        progress = Progress(desk)
        progress.see(Started(attempt=1, plan={"steps": 100, "train_rows": 50, "learning_rate": 2e-4}))
        for name in ("loading", "tokenizing", "training", "saving", "training", "saving"):
            progress.see(Phase(name=name, done=1, total=2))
        for step in range(1, 101):
            progress.see(Step(step=step, epoch=1, loss=2.0, learning_rate=1e-4))
        progress.see(Evaluated(step=100, loss=1.5, rows=5))
        said = err.getvalue()
        assert out.getvalue() == "" and "step 100 of 100, 100 %, loss 2.000" in said and "1.500" in said
        assert said.count("saving") == 1 if not live else "\r" in said
        assert said.count("step ") <= 5 or live


def test_json_is_one_document_and_people_get_none_of_it() -> None:
    desk, out, _ = _desk(json=True)
    desk.say("for people")
    desk.give({"a": "ä"})
    desk.deliver()
    assert json.loads(out.getvalue()) == {"a": "ä"}
    desk, out, _ = _desk()
    desk.give({"a": 1})
    desk.say("for people")
    desk.deliver()
    assert out.getvalue() == "for people\n"


def test_json_is_one_document_where_a_sentence_fails_after_it(
    run: Run, faq: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The document stood on stdout already when the lines for people were made, and an error followed it."""

    def broken(desk: Desk) -> int:
        desk.give({"rows": 12})
        desk.say(desk.text("cli.no_such_sentence"))
        return 0

    monkeypatch.setitem(cli.VERBS, "check", broken)
    code, out, _ = run("check", str(faq), "--json")
    assert code == 1 and list(json.loads(out)) == ["error"]


def test_an_unknown_error_is_a_sentence_too(run: Run, faq: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(desk: Desk) -> int:
        raise RuntimeError("boom\nsecond line")

    monkeypatch.setitem(cli.VERBS, "check", broken)
    code, out, err = run("check", str(faq), "--json")
    assert code == 1 and json.loads(out)["error"]["code"] == "unexpected" and "Traceback" not in err and "boom" in err


def test_ctrl_c_and_a_closed_pipe_leave_quietly(run: Run, faq: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(desk: Desk) -> int:
        raise KeyboardInterrupt

    monkeypatch.setitem(cli.VERBS, "check", interrupted)
    assert run("check", str(faq)) == (130, "", "")


# -- test


def test_chromium_is_found_where_it_is_said_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "chrome"
    program.write_text("", encoding="utf-8")
    monkeypatch.setenv("CHROMIUM_PATH", str(program))
    assert test.find_chromium() == str(program)
    monkeypatch.setenv("CHROMIUM_PATH", str(tmp_path / "no"))
    assert test.find_chromium() is None
    monkeypatch.delenv("CHROMIUM_PATH")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(test, "PLACES", ())
    if sys.platform != "win32":
        program.chmod(0o755)
        assert test.find_chromium() == str(program)
        program.unlink()
        assert test.find_chromium() is None


@pytest.mark.parametrize("chromium", [None, "/usr/bin/chromium"])
def test_every_check_runs_and_one_failure_fails_all(
    chromium: str | None, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[str]] = []

    class Done:
        def __init__(self, code: int) -> None:
            self.returncode = code

    def record(command: list[str], **named: Any) -> Done:
        started.append(command[2:])
        return Done(1 if command[2:4] == ["ruff", "check"] and failing else 0)

    monkeypatch.setattr(test, "find_chromium", lambda: chromium)
    monkeypatch.setattr(test.subprocess, "run", record)
    failing = False
    code, _, err = run("test")
    assert code == 0 and [command[0] for command in started[:3]] == ["ruff", "ruff", "mypy"]
    layers = [command[-2:] for command in started[3:]]
    assert layers == [["--ignore", "tests/browser"], *([["-q", "tests/browser"]] if chromium else [])]
    assert ("skipped" in err) == (chromium is None)
    ran = len(started)
    failing = True
    code, out, _ = run("test", "--json")
    assert code == 1 and json.loads(out)["failed"] == ["ruff"] and len(started) == 2 * ran
