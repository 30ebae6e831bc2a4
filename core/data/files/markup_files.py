"""Files of tags: web pages, XML, and tables that programs save as HTML or XML under the name of a workbook."""

import re
from typing import Literal

_BEFORE = re.compile(r"\s*<(!--(?:(?!-->).)*-->|\?xml(?:(?!\?>).)*\?>)\s*", re.DOTALL | re.IGNORECASE)
_FIRST = re.compile(r"\s*<(\?mso-application|!doctype\s+\w+|[A-Za-z][\w:.-]*)", re.IGNORECASE)
_PAGES = frozenset("html head body meta script div error !doctype".split())
_XML = frozenset("svg tmx xliff rss feed plist".split())
_WORKBOOKS = ("?mso-application", "workbook", "ss:workbook")
_LOOK = 16_000

Tags = Literal["web_page", "xml_file", "html_table"]


def tags_of(start: str, name: str) -> Tags | None:
    """What a text of tags is that begins with `start`, without blanks; None for other text, be it with tags."""
    look, at = start[:_LOOK].lower(), 0
    while before := _BEFORE.match(look, at):
        at = before.end()
    found = _FIRST.match(look, at)
    if found is None:
        return "xml_file" if look.startswith("<?xml") else None
    tag = found.group(1)
    if declared := tag.startswith("!doctype"):
        tag = tag.split()[1]
    if tag in _WORKBOOKS or tag == "table":
        return "html_table"
    if tag in _PAGES:
        saved = name.lower().endswith((".xls", ".xlsx", ".xlsm", ".xlsb", ".et")) or "office:excel" in look
        return "html_table" if saved else "web_page"
    if tag in _XML or look.startswith("<?xml") or declared:
        return "xml_file"
    return None
