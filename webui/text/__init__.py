"""The words on the screen: one flat YAML file per language, the same keys in each.

`text("data.read", rows=50, usable=49)` is a whole sentence in the language's own word order. Core is given a
`Text` wherever it has to make sentences (the command line, the model card); it never imports this package.
"""

import math
import re
import string
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from core.errors import UserError
from core.findings import Finding

LANGUAGES = {"en": "English", "zh": "中文"}
ROWS_NAMED = 8
"""How many row numbers a sentence names before it says "..."."""

NAMES = "a list of module names"
"""How core names, among the words that a setting takes, the choice that is no word."""
SHARES = ("holdout", "warmup")
"""Settings that take a share or a count, which "a number from 0 to 100000" would not say."""


PLACES = ("line", "lines", "row", "column")
"""Facts of a finding that name a place; all other numbers count something."""


def _counted(value: Any) -> Any:
    """30000 as "30,000", as counts are written on every page; the number of a row or a line stays as it is."""
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else value


LISTS = ("answer", "cells", "columns", "examples", "letters", "lines", "names", "others", "pairs")
"""Facts of a finding that may list several things, put together by core with commas."""

_CHINESE = "\u3400-\u9fff"


class _Facts(dict[str, Any]):
    """Facts for a sentence; a missing one shows as its name, because half a sentence beats a traceback."""

    def __missing__(self, name: str) -> str:
        return f"({name})"


class Text:
    """The sentences of one language."""

    def __init__(self, language: str, sentences: dict[str, str]) -> None:
        self.language = language
        self._sentences = sentences

    def __call__(self, key: str, /, **facts: Any) -> str:
        """The sentence for `key` with `facts` filled in. Raises KeyError for an unknown key."""
        sentence = self._sentences[key]
        for name, value in facts.items():  # a blank stands between Chinese and Latin letters only
            if isinstance(value, str) and value and re.match(f"[{_CHINESE}]", value):
                sentence = re.sub(rf"(?<=[{_CHINESE}]) (?=\{{{name}\}})", "", sentence)
            if isinstance(value, str) and value and re.match(f"[{_CHINESE}]", value[-1]):
                sentence = re.sub(rf"(?<=\{{{name}\}}) (?=[{_CHINESE}])", "", sentence)
        return string.Formatter().vformat(sentence, (), _Facts(facts))

    def __contains__(self, key: str) -> bool:
        return key in self._sentences

    def keys(self) -> set[str]:
        return set(self._sentences)

    def error(self, error: UserError) -> str:
        """What happened and what to do next, in one sentence."""
        facts = dict(error.facts)
        if "field" in facts and f"field.{facts['field']}" in self:
            facts["field"] = self(f"field.{facts['field']}")
        if "choices" in facts:
            facts["choices"] = str(facts["choices"]).replace(NAMES, self("field.target_modules.names"))
        if error.code in ("setting.type", "setting.number") and error.facts.get("field") in SHARES:
            return self("error.setting.share", **facts)
        key = f"error.{error.code}"
        return self(key, **facts) if key in self else self("error.unexpected", kind=error.code, said=str(facts))

    def finding(self, finding: Finding) -> str:
        """What was found, in which rows, and what it means."""
        named = self("list.rows" if len(finding.rows) > 1 else "list.row", rows=self.rows(finding.rows))
        facts = {"count": finding.count, "row_list": named, **finding.facts}
        for name in LISTS:
            if isinstance(said := facts.get(name), str):
                facts[name] = said.replace(", ", self("list.comma"))
        facts = {name: _counted(value) if name not in PLACES else value for name, value in facts.items()}
        return self(f"finding.{finding.code}", **facts)

    def rows(self, rows: tuple[int, ...] | list[int]) -> str:
        """Row numbers as people list them: "3, 17, 42 ... (85 in all)"."""
        named = self("list.comma").join(str(row) for row in rows[:ROWS_NAMED])
        return self("list.more", rows=named, count=_counted(len(rows))) if len(rows) > ROWS_NAMED else named

    def size(self, count: float) -> str:
        """Bytes as people say them: 1.5 GB (powers of 1000, as model pages do)."""
        for unit, power in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
            if count >= power:
                shown = f"{count / power:.1f}".removesuffix(".0") if count < 100 * power else f"{count / power:.0f}"
                return f"{shown} {unit}"
        return f"{count:.0f} B"

    def duration(self, seconds: float | None) -> str:
        """A span of time, roughly: "40 s", "3 min", "2 h 10 min"; unknown as "?"."""
        if seconds is None or not math.isfinite(seconds):
            return "?"
        if seconds < 90:
            return self("time.seconds", n=max(1, round(seconds)))
        minutes = round(seconds / 60)
        if minutes < 90:
            return self("time.minutes", n=minutes)
        return self("time.hours", h=minutes // 60, m=minutes % 60)


@cache
def load(language: str) -> Text:
    """The sentences of `language`, "en" or "zh". Raises KeyError for another one."""
    if language not in LANGUAGES:
        raise KeyError(language)
    path = Path(__file__).with_name(f"{language}.yaml")
    sentences: dict[str, str] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Text(language, sentences)
