"""What all verbs' parsers share: their errors in our words, and the options that many of them take. Standard library
only, and readable by Python 3.8.
"""

from __future__ import annotations

import argparse
import difflib
import re
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from core.first_words import Trouble

VERBS = ("check", "preview", "forecast", "train", "runs", "compare", "export", "data", "test")
DATA_VERBS = ("list", "show", "versions", "mend", "merge", "export", "delete")
"""The second word after `data`."""

LANGUAGES = ("en", "zh")


class Parser(argparse.ArgumentParser):
    """Says its errors as Trouble, in words of both languages."""

    def error(self, message: str) -> NoReturn:
        raise _trouble(message, self)


def _trouble(message: str, parser: argparse.ArgumentParser) -> Trouble:
    """argparse's sentence as ours."""
    name = parser.prog.partition(" ")[2]  # "launch.py data mend" -> "data mend"
    found = re.match(r"argument (?:verb|action)?: invalid choice: '(.*?)'", message)
    if found and name == "data":
        return Trouble("cli.data_verb", 2, word=found[1], near=near(found[1], DATA_VERBS), verbs=", ".join(DATA_VERBS))
    if found:
        return Trouble("cli.verb", 2, word=found[1], near=near(found[1], VERBS), verbs=", ".join(VERBS))
    found = re.match(r"argument (\S+): invalid choice: '(.*?)' \(choose from (.*)\)", message)
    if found:
        return Trouble("cli.choice", 2, option=found[1], value=found[2], choices=found[3].replace("'", ""))
    found = re.match(r"argument (\S+): invalid int value: '(.*?)'", message)
    if found:
        return Trouble("cli.number", 2, option=found[1], value=found[2])
    found = re.match(r"argument (\S+): expected", message)
    if found:
        return Trouble("cli.value", 2, option=found[1])
    found = re.match(r"argument (\S+): not allowed with argument (\S+)", message)
    if found:
        return Trouble("cli.both", 2, option=found[1], other=found[2])
    found = re.match(r"the following arguments are required: (.*)", message)
    if found:
        return Trouble("cli.required", 2, names=found[1], verb=name)
    return Trouble("cli.other", 2, said=message[:300])


def near(word: str, known: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """ "Did you mean ...?" as words, empty when nothing is near."""
    found = difflib.get_close_matches(word, known, n=1)
    return ("cli.near", {"word": found[0]}) if found else ("cli.nothing_near", {})


class Maker:
    """Makes the parsers of verbs, each dressed with what every verb takes.

    say: the help texts of one language (core/help_words.py)
    """

    def __init__(self, say: Callable[..., str]) -> None:
        self.say = say
        self.heads: dict[str, Any] = {
            "add_help": False,
            "allow_abbrev": False,
            "formatter_class": argparse.RawDescriptionHelpFormatter,
        }

    def dress(self, parser: argparse.ArgumentParser) -> None:
        say = self.say
        parser._positionals.title, parser._optionals.title = say("help.what"), say("help.options")
        parser.add_argument("-h", "--help", action="help", help=say("help.help"))
        parser.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=say("help.json"))
        parser.add_argument("--lang", choices=LANGUAGES, default=argparse.SUPPRESS, help=say("help.lang"))
        parser.add_argument("--workspace", metavar="DIR", default=argparse.SUPPRESS, help=say("help.workspace"))

    def verb(self, verbs: Any, name: str, key: str, more: str = "") -> argparse.ArgumentParser:
        """A verb of `verbs`, what add_subparsers gave; `more` stands below its options."""
        said = self.say(key)
        added: argparse.ArgumentParser = verbs.add_parser(
            name, help=said, description=said, epilog=more or None, **self.heads
        )
        self.dress(added)
        return added

    def model(self, parser: argparse.ArgumentParser, required: bool) -> None:
        parser.add_argument("--model", metavar="M", required=required, help=self.say("help.model"))

    def source(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--endpoint", metavar="URL", help=self.say("help.endpoint"))

    def reading(self, parser: argparse.ArgumentParser, fill: bool = True) -> None:
        """How a file is read. fill: False where --fill is an option of its own."""
        say, group = self.say, parser.add_argument_group(self.say("help.reading"))
        group.add_argument("--encoding", metavar="NAME", help=say("help.encoding"))
        group.add_argument("--sheet", metavar="NAME", help=say("help.sheet"))
        group.add_argument("--separator", metavar="C", help=say("help.separator"))
        group.add_argument("--header", choices=("yes", "no"), help=say("help.header"))
        group.add_argument(
            "--column", dest="columns", action="append", default=[], metavar="PART=NAME", help=say("help.column")
        )
        group.add_argument("--speaker", metavar="NAME", help=say("help.speaker"))
        if fill:
            group.add_argument(
                "--fill", dest="fills", action="append", default=[], metavar="NAME=TEXT", help=say("help.fill")
            )
        group.add_argument("--repair", action="store_true", help=say("help.repair"))
        group.add_argument("--nested-as-text", action="store_true", help=say("help.nested_as_text"))
