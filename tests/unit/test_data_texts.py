"""Every fault and every finding of this room has its sentence in both languages, and each sentence its facts."""

import ast
import string

import pytest
import yaml

from core.data import files, formats
from core.data.examine import examine
from core.errors import UserError
from core.workspace import REPOSITORY
from webui.text import Text

TEXTS = {
    language: yaml.safe_load((REPOSITORY / "webui" / "text" / f"{language}.data.yaml").read_text(encoding="utf-8"))
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
    used = set()
    for place, key, facts in coded():
        assert key in sentences, f"{place}: {key}"
        named = {field for _, field, _, _ in string.Formatter().parse(sentences[key]) if field}
        assert named <= facts, f"{place}: {key} wants {named - facts}"
        used.add(key)
    assert set(sentences) - used <= {"error.file.missing"}


def test_both_languages_say_the_same_things():
    assert TEXTS["en"].keys() == TEXTS["zh"].keys()
    for key, sentence in TEXTS["en"].items():
        fields = [
            sorted(field for _, field, _, _ in string.Formatter().parse(said) if field)
            for said in (sentence, TEXTS["zh"][key])
        ]
        assert fields[0] == fields[1], key
    assert not any("please" in said.lower() or "!" in said for said in TEXTS["en"].values())
    assert not any("您" in said or "样本" in said for said in TEXTS["zh"].values())


@pytest.mark.parametrize("language", TEXTS)
def test_sentences_read_well_with_their_facts(language):
    text = Text(language, {**TEXTS[language], "list.comma": ", "})
    with pytest.raises(UserError) as caught:
        formats.recognise(files.read_bytes(b"Pclass,Name\n1,x\n", name="titanic.csv"))
    assert "Pclass, Name" in text.error(caught.value) and "{" not in text.error(caught.value)
    with pytest.raises(UserError) as caught:
        files.read_bytes(b"Words and words.\nMore words.\n", name="book.txt")
    assert '{"text": "..."}' in text.error(caught.value)
    found = examine(b"question,answer\nq,a\nq2,a2,a3\nq3,\n", name="faq.csv")
    for finding in found.findings:
        said = text.finding(finding)
        assert "{" not in said and str(finding.rows[0] if finding.rows else finding.count) in said
