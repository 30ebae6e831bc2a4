"""What is no file of rows is refused by the sentence that helps: XML, tables saved as HTML, YAML, pipes, devices."""

import os
from pathlib import Path

import pytest

from core.cli import check
from core.data import files
from core.data.choices import Choices
from core.errors import UserError

TABLE = "<table><tr><td>question</td><td>answer</td></tr></table>"
SHEET = '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n<Workbook/>'


def code(path):
    with pytest.raises(UserError) as raised:
        files.read(path)
    return raised.value.code


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.xml", '<?xml version="1.0"?><rows><row><question>q</question></row></rows>', "data.xml_file"),
        ("a.svg", '<svg xmlns="http://www.w3.org/2000/svg"/>', "data.xml_file"),
        ("a.tmx", '<tmx version="1.4"><body></body></tmx>', "data.xml_file"),
        ("a.tmx", '<?xml version="1.0"?>\n<!DOCTYPE tmx SYSTEM "tmx14.dtd">\n<tmx></tmx>', "data.xml_file"),
        ("feed", '<!-- made by hand -->\n<rss version="2.0"></rss>', "data.xml_file"),
        ("a.xml", SHEET, "data.html_table"),
        ("a.xls", f"<html><body>{TABLE}</body></html>", "data.html_table"),
        ("a.txt", f'<html xmlns:x="urn:schemas-microsoft-com:office:excel">{TABLE}</html>', "data.html_table"),
        ("a.xls", TABLE, "data.html_table"),
        ("a.html", f"<!doctype html><html><body>{TABLE}</body></html>", "data.web_page"),
        ("a.html", '<?xml version="1.0"?><!DOCTYPE html><html></html>', "data.web_page"),
        ("a.csv", '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', "data.web_page"),
        ("a.yaml", "- question: q1\n  answer: a1\n- question: q2\n  answer: a2\n", "data.yaml_rows"),
        ("a.yaml", "# ours\ndata:\n  - question: q1\n    answer: |\n      a1, and\n      more\n  - question: q2\n",
         "data.yaml_rows"),
        ("a.yaml", '- {question: "q1", answer: a1}\n- {question: "q2", answer: a2}\n', "data.yaml_rows"),
        ("a.yaml", "- messages:\n  - role: user\n    content: q\n  - role: assistant\n    content: a\n" * 2,
         "data.yaml_rows"),
        ("a.yaml", "model: qwen\ntraining:\n  rate: 0.1\n  steps: 20\nseed: 1\n", "data.settings_file"),
    ],
)  # fmt: skip
def test_each_kind_has_a_sentence_of_its_own(tmp_path, name, text, expected):
    """XML and tables were called web pages, and a list of questions in YAML was called settings."""
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    assert code(path) == expected


@pytest.mark.parametrize(
    "text",
    [
        "<s>[INST] a [/INST] b</s>\n<s>[INST] c [/INST] d</s>\n",
        "<user>Hello</user>\n<bot>Hi</bot>\n",
        "- Note: buy milk\n- Note: buy bread\n- And so on\n",
        "- one thing\n- another thing\n",
    ],
)
def test_text_with_tags_or_bullets_is_text(tmp_path, text):
    path = tmp_path / "x.txt"
    path.write_text(text, encoding="utf-8")
    assert files.read(path).count


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no pipes in folders")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert code(tmp_path / "pipe") == "data.pipe"


def test_what_is_no_file(tmp_path):
    assert code(Path(os.devnull)) == "data.empty"
    assert code(tmp_path / "missing") == "file.missing" and code(tmp_path) == "data.folder"


@pytest.mark.parametrize("reference", ["", "  "])
def test_a_name_without_letters_is_no_folder(reference):
    with pytest.raises(UserError) as raised:
        check._source(None, reference, Choices())
    assert raised.value.code == "file.missing"
