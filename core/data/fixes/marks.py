"""Marks of programs taken out of what is said: control words of chat models, leftovers of web pages."""

import html
import re

from core.data.checks.check_words import ABOUT_MARKUP, CODE, SPECIAL, TAG

# -- control words

_ROLE = r"(?i:system|user|assistant|model|tool|human|gpt)"
_WORD = re.compile(
    rf"<\|im_start\|>(?:{_ROLE}(?:\n|\Z))?|<\|start_header_id\|>{_ROLE}<\|end_header_id\|>\n*"
    rf"|<start_of_turn>(?:{_ROLE}(?:\n|\Z))?|{SPECIAL.pattern}"
)
"""A control word, with the name of the role behind it."""
_TURN = re.compile(
    r"<\|im_start\|>|<\|start_header_id\|>|<start_of_turn>|<\|(?:user|assistant|system)\|>|<｜(?:User|Assistant)｜>"
    r"|\[INST\]|\[/INST\](?=\s*[^\s<])"
)
"""Where a turn begins."""


def without_control_words(said: str) -> str:
    """Without them. A whole talk in such marks stays: without its marks nobody could tell who says what."""
    if "<" not in said and "INST]" not in said and "[g" not in said:
        return said
    first = said
    while SPECIAL.search(said):
        if len(_TURN.findall(said)) > 1:
            return first
        said = _WORD.sub(_nothing, said)
    return said if said == first else said.lstrip("\n").rstrip()


def _nothing(word: re.Match[str]) -> str:
    """What is left of a control word: a blank where it stood between two words."""
    before, after = word.string[: word.start()][-1:], word.string[word.end() :][:1]
    return " " if (before + after).isascii() and before.isalnum() and after.isalnum() else ""


# -- leftovers of web pages

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_BREAK = re.compile(r"[ \t]*<(?:br|hr)(?:\s[^<>\n]{0,300})?/?>[ \t]*\n?", re.IGNORECASE)
_IMAGE = re.compile(r"<img(?:\s[^<>\n]{0,300})?/?>", re.IGNORECASE)
_ALT = re.compile(r"""\salt=(?:"([^"<>]*)"|'([^'<>]*)')""", re.IGNORECASE)
_LINK = re.compile(r"<a(?:\s[^<>\n]{0,300})?>([^<>]*)</a>", re.IGNORECASE)
_TO = re.compile(r"""\shref=(?:"(https?:[^"<>\s]*)"|'(https?:[^'<>\s]*)')""", re.IGNORECASE)
_BLOCKS = frozenset("p div table thead tbody tr ul ol li center h1 h2 h3 h4 h5 h6".split())
_TAGS = r"</?(?:{})(?:\s[^<>\n]{{0,300}})?>"
_PARAGRAPH = re.compile(r"</?(?:p|h[1-6])\b", re.IGNORECASE)
_CLOSED = re.compile(
    r"</(p|div|span|b|i|u|strong|em|font|table|tbody|thead|tr|td|th|ul|ol|li|h[1-6]|a|center)>", re.IGNORECASE
)


def about_markup(words: str) -> bool:
    """Whether a row talks of markup: there tags are its subject."""
    return ABOUT_MARKUP.search(words) is not None


def without_html(said: str) -> str:
    """Tags as line breaks, or gone, and entities as the characters they stand for; code stays as it is. Of a picture
    its description is left, of a link where it leads to."""
    if "<" not in said and "&" not in said:
        return said
    first, before = said, ""
    while said != before:
        before = said
        closed = {name.lower() for name in _CLOSED.findall(CODE.sub("", said))}
        parts, end = [], 0
        for code in CODE.finditer(said):
            parts += [_plain(said[end : code.start()], closed), code[0]]
            end = code.end()
        said = "".join([*parts, _plain(said[end:], closed)])
    return said if said == first else re.sub(r"\n{3,}", "\n\n", said).strip("\n")


def _plain(said: str, closed: set[str]) -> str:
    return _without_entities(_without_tags(said, closed))


def _without_tags(said: str, closed: set[str]) -> str:
    """Without the tags that stand alone, and those of `closed`: a lone <b> may be a letter in a formula."""
    if "<" not in said:
        return said
    said = _LINK.sub(_linked, _IMAGE.sub(_described, _BREAK.sub("\n", said)))
    inline, blocks = "|".join(sorted(closed - _BLOCKS)), "|".join(sorted(closed & _BLOCKS))
    if inline:
        said = re.sub(_TAGS.format(inline), _between, said, flags=re.IGNORECASE)
    if blocks:
        tags = _TAGS.format(blocks)
        said = re.sub(rf"[ \t]*\n?{tags}(?:\s*{tags})*[ \t]*\n?", _apart, said, flags=re.IGNORECASE)
    return said


def _between(tag: re.Match[str]) -> str:
    """Cells of a table do not run into each other."""
    return " " if tag[0].lower().startswith(("</td", "</th")) else ""


def _apart(tags: re.Match[str]) -> str:
    """Paragraphs stand apart, lines below each other."""
    return "\n\n" if _PARAGRAPH.search(tags[0]) else "\n"


def _described(image: re.Match[str]) -> str:
    words = _ALT.search(image[0])
    return next(filter(None, words.groups()), "") if words else ""


def _linked(link: re.Match[str]) -> str:
    to = _TO.search(link[0][: link[0].index(">")])
    address = next(filter(None, to.groups()), "") if to else ""
    return link[1] if not address or address in link[1] else f"{link[1]} ({address})".strip()


def _without_entities(said: str) -> str:
    """The characters that entities stand for; `&lt;b&gt;` stays where it would become a tag: somebody shows one."""
    whole = _ENTITY.sub(_character, said)
    if not any(found[0].startswith("<") for found in TAG.finditer(whole)):
        return whole
    return _ENTITY.sub(lambda found: found[0] if _character(found) in "<>" else _character(found), said)


def _character(entity: re.Match[str]) -> str:
    found = html.unescape(entity[0])
    if found.isspace():
        return found if found in "\n\t" else " "
    return found if found.isprintable() and found not in "`\ufffd" else entity[0]
