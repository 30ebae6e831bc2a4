"""Every fault and every finding of this room has its sentence in both languages, and each sentence its facts."""

import ast
import string

import pytest
import yaml

from core.workspace import REPOSITORY

TEXTS = {
    language: yaml.safe_load((REPOSITORY / "webui" / "text" / f"{language}.yaml").read_text(encoding="utf-8"))
    for language in ("en", "zh")
}


def calls(name):
    """The calls of `name` in core/data, from the source."""
    for path in sorted((REPOSITORY / "core" / "data").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
                yield path.name, node


def coded():
    """(place, key of the sentence, names of the facts that the code gives)."""
    for name, position, kind in (("UserError", 0, "error"), ("Finding", 1, "finding")):
        for place, node in calls(name):
            code = node.args[position]
            assert isinstance(code, ast.Constant), f"{place}:{node.lineno}: a code is written as a literal"
            facts = {keyword.arg for keyword in node.keywords if keyword.arg} | (
                {"count", "row_list"} if kind == "finding" else set()
            )
            yield f"{place}:{node.lineno}", f"{kind}.{code.value}", facts


@pytest.mark.parametrize("language", TEXTS)
def test_every_code_has_a_sentence_that_uses_only_its_facts(language):
    sentences = TEXTS[language]
    for place, key, facts in coded():
        assert key in sentences, f"{place}: {key}"
        named = {field for _, field, _, _ in string.Formatter().parse(sentences[key]) if field}
        assert named <= facts, f"{place}: {key} wants {named - facts}"
