"""The verbs and their options. Standard library only: help and slips of the pen are answered before anything is
installed.

`parse` gives a Choices; what is wrong is one sentence that names the word and what was meant, never a usage text.
"""

from __future__ import annotations

import argparse
import difflib
import re
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from core.first_words import Trouble, chinese, speaker
from core.install import tell

VERBS = ("check", "preview", "forecast", "train", "runs", "compare", "export", "test")
LANGUAGES = ("en", "zh")


class Choices(argparse.Namespace):
    """What was asked for. Every verb has `verb` ("" for the window), `json`, `lang` and `workspace`."""

    verb: str = ""
    json: bool = False
    lang: str = "en"
    workspace: str | None = None
    port: int | None = None
    no_browser: bool = False
    encoding: str | None = None
    sheet: str | None = None
    separator: str | None = None
    header: str | None = None
    columns: Sequence[str] = ()
    speaker: str | None = None
    fills: Sequence[str] = ()
    repair: bool = False
    nested_as_text: bool = False


class _Parser(argparse.ArgumentParser):
    """Says its errors as Trouble, in words of both languages."""

    def error(self, message: str) -> NoReturn:
        raise _trouble(message, self)


def _trouble(message: str, parser: argparse.ArgumentParser) -> Trouble:
    """argparse's sentence as ours."""
    found = re.match(r"argument (?:verb)?: invalid choice: '(.*?)'", message)
    if found:
        return Trouble("cli.verb", 2, word=found[1], near=_near(found[1], VERBS), verbs=", ".join(VERBS))
    found = re.match(r"argument (\S+): invalid choice: '(.*?)' \(choose from (.*)\)", message)
    if found:
        return Trouble("cli.choice", 2, option=found[1], value=found[2], choices=found[3].replace("'", ""))
    found = re.match(r"argument (\S+): invalid int value: '(.*?)'", message)
    if found:
        return Trouble("cli.number", 2, option=found[1], value=found[2])
    found = re.match(r"argument (\S+): expected", message)
    if found:
        return Trouble("cli.value", 2, option=found[1])
    found = re.match(r"the following arguments are required: (.*)", message)
    if found:
        return Trouble("cli.required", 2, names=found[1], verb=parser.prog.split()[-1])
    return Trouble("cli.other", 2, said=message[:300])


def _near(word: str, known: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """ "Did you mean ...?" as words, empty when nothing is near."""
    near = difflib.get_close_matches(word, known, n=1)
    return ("cli.near", {"word": near[0]}) if near else ("cli.nothing_near", {})


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise ValueError(text)
    return port


_port.__name__ = "int"  # argparse names the type in its sentence


def _build(argv: Sequence[str]) -> _Parser:
    say = speaker(chinese(argv))
    heads = {"add_help": False, "allow_abbrev": False, "formatter_class": argparse.RawDescriptionHelpFormatter}

    def dress(parser: argparse.ArgumentParser) -> None:
        parser._positionals.title, parser._optionals.title = say("help.what"), say("help.options")
        parser.add_argument("-h", "--help", action="help", help=say("help.help"))
        parser.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=say("help.json"))
        parser.add_argument("--lang", choices=LANGUAGES, default=argparse.SUPPRESS, help=say("help.lang"))
        parser.add_argument("--workspace", metavar="DIR", default=argparse.SUPPRESS, help=say("help.workspace"))

    main = _Parser(prog="launch.py", description=say("help.description"), epilog=say("help.epilog"), **heads)  # type: ignore[arg-type]
    dress(main)
    main.add_argument("--port", type=_port, metavar="N", help=say("help.port"))
    main.add_argument("--no-browser", action="store_true", help=say("help.no_browser"))
    verbs = main.add_subparsers(dest="verb", metavar="", title=say("help.verbs"), parser_class=_Parser)

    def verb(name: str) -> argparse.ArgumentParser:
        added: argparse.ArgumentParser = verbs.add_parser(
            name,
            help=say("help." + name),
            description=say("help." + name),
            **heads,  # type: ignore[arg-type]
        )
        dress(added)
        return added

    def model(parser: argparse.ArgumentParser, required: bool) -> None:
        parser.add_argument("--model", metavar="M", required=required, help=say("help.model"))

    def source(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--endpoint", metavar="URL", help=say("help.endpoint"))

    def settings(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--recipe", metavar="NAME", help=say("help.recipe"))
        parser.add_argument("--set", dest="changes", action="append", default=[], metavar="K=V", help=say("help.set"))

    def reading(parser: argparse.ArgumentParser) -> None:
        group = parser.add_argument_group(say("help.reading"))
        group.add_argument("--encoding", metavar="NAME", help=say("help.encoding"))
        group.add_argument("--sheet", metavar="NAME", help=say("help.sheet"))
        group.add_argument("--separator", metavar="C", help=say("help.separator"))
        group.add_argument("--header", choices=("yes", "no"), help=say("help.header"))
        group.add_argument(
            "--column", dest="columns", action="append", default=[], metavar="PART=NAME", help=say("help.column")
        )
        group.add_argument("--speaker", metavar="NAME", help=say("help.speaker"))
        group.add_argument(
            "--fill", dest="fills", action="append", default=[], metavar="NAME=TEXT", help=say("help.fill")
        )
        group.add_argument("--repair", action="store_true", help=say("help.repair"))
        group.add_argument("--nested-as-text", action="store_true", help=say("help.nested_as_text"))

    check = verb("check")
    check.add_argument("data", metavar="FILE", help=say("help.file"))
    reading(check)
    model(check, required=False)
    source(check)

    preview = verb("preview")
    preview.add_argument("data", metavar="DATA", help=say("help.data"))
    reading(preview)
    model(preview, required=True)
    source(preview)
    preview.add_argument("--rows", default="5", metavar="N", help=say("help.rows"))
    settings(preview)

    forecast = verb("forecast")
    model(forecast, required=True)
    source(forecast)
    forecast.add_argument("--data", metavar="DATA", help=say("help.data"))
    forecast.add_argument("--eval-data", metavar="DATA", help=say("help.eval_data"))
    reading(forecast)
    settings(forecast)

    train = verb("train")
    train.add_argument("--data", required=True, metavar="DATA", help=say("help.data"))
    train.add_argument("--eval-data", metavar="DATA", help=say("help.eval_data"))
    reading(train)
    model(train, required=True)
    source(train)
    settings(train)
    train.add_argument("--name", help=say("help.name"))
    train.add_argument("--no-wait", action="store_true", help=say("help.no_wait"))

    runs = verb("runs")
    runs.add_argument("run", nargs="?", metavar="RUN", help=say("help.run"))

    compare = verb("compare")
    compare.add_argument("run", metavar="RUN", help=say("help.run"))
    compare.add_argument(
        "--prompt", dest="prompts", action="append", required=True, metavar="TEXT", help=say("help.prompt")
    )
    compare.add_argument("--system", metavar="TEXT", help=say("help.system"))
    compare.add_argument("--temperature", type=float, metavar="T", help=say("help.temperature"))
    compare.add_argument("--max-tokens", type=int, metavar="N", help=say("help.max_tokens"))
    compare.add_argument("--seed", type=int, metavar="N", help=say("help.seed"))
    compare.add_argument("--no-wait", action="store_true", help=say("help.no_wait"))

    export = verb("export")
    export.add_argument("run", metavar="RUN", help=say("help.run"))
    export.add_argument("--as", dest="kind", choices=("adapter",), required=True, help=say("help.as"))
    export.add_argument("--to", required=True, metavar="PATH", help=say("help.to"))

    verb("test")
    return main


def parse(argv: Sequence[str]) -> Choices:
    """Raises Trouble (exit code 2) on a slip of the pen; `--help` prints and raises SystemExit(0)."""
    parser = _build(argv)
    try:
        choices, rest = parser.parse_known_args(list(argv), namespace=Choices())
    except Trouble as trouble:
        if trouble.key == "cli.verb" and argv[0].startswith("--") and argv[0].split("=")[0] not in _options(parser, ""):
            raise _unknown(parser, "", argv[0]) from None  # `--prot 7861`: the option is wrong, 7861 is no verb
        raise
    choices.verb = choices.verb or ""
    if rest:
        raise _unknown(parser, choices.verb, rest[0])
    return choices


def _unknown(parser: argparse.ArgumentParser, verb: str, word: str) -> Trouble:
    near = _near(word.split("=")[0], sorted(_options(parser, verb)))
    return Trouble("cli.unknown", 2, word=word, near=near, verb=verb or "launch.py")


def _options(parser: argparse.ArgumentParser, verb: str) -> set[str]:
    """The options of the main program, or of a verb."""
    chosen = parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction) and verb:
            chosen = action.choices[verb]
    return {name for action in chosen._actions for name in action.option_strings}


def parse_or_exit(argv: Sequence[str]) -> Choices:
    """As `parse`; a slip of the pen is told and ends the program with exit code 2."""
    try:
        return parse(argv)
    except Trouble as trouble:
        sys.exit(tell(trouble, argv))
