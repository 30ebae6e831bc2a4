"""The verbs that follow `data`, and their options. Standard library only, and readable by Python 3.8."""

from __future__ import annotations

from typing import Any

from core.cli.parser import Maker, Parser

KINDS = ("jsonl", "csv", "parquet")


def add(maker: Maker, verbs: Any) -> None:
    """`data` and what follows it, as a verb of `verbs`."""
    say = maker.say
    data = maker.verb(verbs, "data", "help.sets", say("help.sets.more"))
    actions = data.add_subparsers(dest="action", metavar="", title=say("help.verbs"), parser_class=Parser)

    maker.verb(actions, "list", "help.sets.list")

    show = maker.verb(actions, "show", "help.sets.show")
    show.add_argument("data", metavar="DATA", help=say("help.data"))
    show.add_argument("--rows", metavar="N", help=say("help.sets.rows"))
    maker.reading(show)

    versions = maker.verb(actions, "versions", "help.sets.versions")
    versions.add_argument("data", metavar="DATA", help=say("help.data"))

    mend = maker.verb(actions, "mend", "help.sets.mend", say("help.sets.mend.more"))
    mend.add_argument("data", metavar="DATA", help=say("help.data"))
    mend.add_argument("--safe", action="store_true", help=say("help.sets.safe"))
    mend.add_argument("--fix", dest="fixes", action="append", default=[], metavar="CODE=FIX", help=say("help.sets.fix"))
    mend.add_argument(
        "--fill", dest="words", action="append", default=[], metavar="NAME=TEXT", help=say("help.sets.fill")
    )
    mend.add_argument("--max-length", type=int, metavar="N", help=say("help.sets.max_length"))
    maker.model(mend, required=False)
    maker.source(mend)
    mend.add_argument("--preview", action="store_true", help=say("help.sets.preview"))
    maker.reading(mend, fill=False)

    merge = maker.verb(actions, "merge", "help.sets.merge", say("help.sets.merge.more"))
    merge.add_argument("parts", nargs="+", metavar="DATA[:SHARE|:COUNT]", help=say("help.sets.parts"))
    merge.add_argument("--name", required=True, metavar="NAME", help=say("help.sets.name"))
    merge.add_argument("--seed", type=int, default=1, metavar="N", help=say("help.sets.seed"))
    merge.add_argument("--shuffle", action="store_true", help=say("help.sets.shuffle"))
    merge.add_argument("--system", metavar="TEXT", help=say("help.sets.system"))
    merge.add_argument("--replace-system", action="store_true", help=say("help.sets.replace_system"))
    maker.reading(merge)

    export = maker.verb(actions, "export", "help.sets.export")
    export.add_argument("data", metavar="DATA", help=say("help.data"))
    export.add_argument("--as", dest="kind", choices=KINDS, required=True, help=say("help.sets.as"))
    export.add_argument("--to", required=True, metavar="PATH", help=say("help.sets.to"))
    export.add_argument("--force", action="store_true", help=say("help.sets.force"))
    maker.reading(export)

    delete = maker.verb(actions, "delete", "help.sets.delete")
    delete.add_argument("data", metavar="ID", help=say("help.sets.id"))
    only = delete.add_mutually_exclusive_group()
    only.add_argument("--this-version", action="store_true", help=say("help.sets.this_version"))
    only.add_argument("--all-versions", action="store_true", help=say("help.sets.all_versions"))
