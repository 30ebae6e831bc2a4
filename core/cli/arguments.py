"""The verbs and their options. Standard library only: help and slips of the pen are answered before anything is
installed.

`parse` gives a Choices; what is wrong is one sentence that names the word and what was meant, never a usage text.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from core.cli import arguments_data
from core.cli.parser import DATA_VERBS, VERBS, Maker, Parser, near
from core.first_words import Trouble, chinese, speaker
from core.help_words import HELP
from core.install import tell

__all__ = ["DATA_VERBS", "VERBS", "Choices", "parse", "parse_or_exit"]


class Choices(argparse.Namespace):
    """What was asked for. Every verb has `verb` ("" for the window), `json`, `lang` and `workspace`; `data` has
    `action`, its second word.
    """

    verb: str = ""
    action: str = ""
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


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise ValueError(text)
    return port


_port.__name__ = "int"  # argparse names the type in its sentence


def _build(argv: Sequence[str]) -> Parser:
    say = speaker(chinese(argv), HELP)
    maker = Maker(say)
    main = Parser(prog="launch.py", description=say("help.description"), epilog=say("help.epilog"), **maker.heads)
    maker.dress(main)
    main.add_argument("--port", type=_port, metavar="N", help=say("help.port"))
    main.add_argument("--no-browser", action="store_true", help=say("help.no_browser"))
    verbs = main.add_subparsers(dest="verb", metavar="", title=say("help.verbs"), parser_class=Parser)
    model, source, reading = maker.model, maker.source, maker.reading

    def verb(name: str) -> argparse.ArgumentParser:
        return maker.verb(verbs, name, "help." + name)

    def settings(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--recipe", metavar="NAME", help=say("help.recipe"))
        parser.add_argument("--set", dest="changes", action="append", default=[], metavar="K=V", help=say("help.set"))

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

    arguments_data.add(maker, verbs)

    verb("test")
    return main


def parse(argv: Sequence[str]) -> Choices:
    """Raises Trouble (exit code 2) on a slip of the pen; `--help` prints and raises SystemExit(0)."""
    parser = _build(argv)
    try:
        choices, rest = parser.parse_known_args(list(argv), namespace=Choices())
    except Trouble as trouble:
        if trouble.key == "cli.verb" and argv[0].startswith("--") and argv[0].split("=")[0] not in _options(parser, ()):
            raise _unknown(parser, (), argv[0]) from None  # `--prot 7861`: the option is wrong, 7861 is no verb
        raise
    choices.verb = choices.verb or ""
    path = [choices.verb] if choices.verb else []
    if choices.verb == "data":
        path += [choices.action] if choices.action else []
    if rest:
        raise _unknown(parser, path, rest[0])
    if path == ["data"]:
        raise Trouble("cli.data_verb_missing", 2, verbs=", ".join(DATA_VERBS))
    return choices


def _unknown(parser: argparse.ArgumentParser, path: Sequence[str], word: str) -> Trouble:
    meant = near(word.split("=")[0], sorted(_options(parser, path)))
    return Trouble("cli.unknown", 2, word=word, near=meant, verb=" ".join(path) or "launch.py")


def _options(parser: argparse.ArgumentParser, path: Sequence[str]) -> set[str]:
    """The options of the main program, or of a verb: ["train"], ["data", "mend"]."""
    chosen = parser
    for verb in path:
        for action in chosen._actions:
            if isinstance(action, argparse._SubParsersAction):
                chosen = action.choices[verb]
                break
    return {name for action in chosen._actions for name in action.option_strings}


def parse_or_exit(argv: Sequence[str]) -> Choices:
    """As `parse`; a slip of the pen is told and ends the program with exit code 2."""
    try:
        return parse(argv)
    except Trouble as trouble:
        sys.exit(tell(trouble, argv))
