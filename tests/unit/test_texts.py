"""Every sentence can be made from whatever facts come, also from facts that are called like our own arguments."""

import string

import pytest

from core.errors import UserError
from core.findings import Finding
from webui.text import LANGUAGES, load

ODD = ("key", "self", "language", "args", "kwargs", "count", "rows", "error", "finding", "text")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_can_be_made(language: str) -> None:
    text = load(language)
    for key in text.keys():
        facts = {name: "7" for _, name, _, _ in string.Formatter().parse(text(key)) if name}
        assert isinstance(text(key, **facts, **{name: "x" for name in ODD if name not in facts}), str)


@pytest.mark.parametrize("language", LANGUAGES)
def test_facts_may_have_any_name(language: str) -> None:
    """A model with `auto_map` once brought the page down: its fact is called "key"."""
    text = load(language)
    assert "auto_map" in text.error(UserError("model.code_keys", path="m", key="auto_map"))
    for key in sorted(key for key in text.keys() if key.startswith("error.")):
        assert text.error(UserError(key.removeprefix("error."), **dict.fromkeys(ODD, "x")))
    for key in sorted(key for key in text.keys() if key.startswith("finding.")):
        facts = {name: "x" for name in ODD if name not in ("self", "rows")}
        assert text.finding(Finding("info", key.removeprefix("finding."), [1, 2], **{**facts, "count": 2}))


def test_an_unknown_code_is_still_a_sentence() -> None:
    assert "nobody.knows" in load("en").error(UserError("nobody" + ".knows"))
