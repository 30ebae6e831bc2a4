"""Leftovers of web pages taken out of what is said: tags as line breaks, or gone, and entities as what they stand for.

    without_html("<p>A <b>bike</b> &amp; a lock</p>")  ->  "A bike & a lock"
    without_html("if a <b and b> c")                   ->  None: it may be meant

Only what can be nothing else is taken for a tag: a known name directly behind the <, attributes with their values, and
for each beginning its end. Words in attributes are kept beside the text. Where anything is in doubt nothing is changed.
"""

import html
import re
from html.entities import html5

from core.data.checks.check_words import ABOUT_MARKUP, CODE
from core.data.checks.seen import Seen

_ENTITY = r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});"
_VALUE = r""""[^"<>]*"|'[^'<>]*'|[^\s"'<>=`]+"""
_ATTRIBUTE = re.compile(rf"\s+([A-Za-z][\w:.-]*)\s*=\s*({_VALUE})")
_TOKEN = re.compile(
    rf"(?P<code>{CODE.pattern})|</(?P<end>[A-Za-z][A-Za-z0-9]*)\s*>"
    rf"|<(?P<name>[A-Za-z][A-Za-z0-9]*)(?P<given>(?:\s+[A-Za-z][\w:.-]*\s*=\s*(?:{_VALUE})|\s+(?:nowrap|noshade))*)\s*/?>"
    rf"|(?P<doubt><(?=[A-Za-z/!?]))|(?P<entity>{_ENTITY})",
    re.DOTALL,
)

_INLINE = frozenset("span b i u strong em font a small big abbr acronym".split())
_PARAGRAPHS = frozenset("p h1 h2 h3 h4 h5 h6".split())
_CELLS = frozenset(("td", "th"))
_BLOCKS = frozenset("div table thead tbody tfoot tr ul ol li center section article".split())
_CLOSED = _INLINE | _PARAGRAPHS | _CELLS | _BLOCKS
_LOOKS = frozenset(
    "class style id align valign width height border cellpadding cellspacing bgcolor color face size target rel lang"
    " dir clear loading decoding srcset sizes rowspan colspan scope".split()
)
"""Attributes that say how something looks, or only programs what it is."""
_NOWHERE = re.compile(r"#|javascript:(?:void\(0\))?;?\Z", re.IGNORECASE)

_COMPARED = re.compile(r"(?<=[^\s>] )<[A-Za-z]> ")
"""A letter between signs, with a blank on both sides: n <i> m."""


def without_html(said: str) -> str | None:
    """`said` without them, code as it is; None where some may be meant."""
    if "<" not in said and "&" not in said:
        return said
    page, end = _Page(), 0
    for token in _TOKEN.finditer(said):
        page.say(said[end : token.start()])
        if _COMPARED.match(said, token.start()) or not page.take(token):
            return None
        end = token.end()
    page.say(said[end:])
    if page.open:
        return None
    again = page.text()
    return again if all(found["code"] or _unknown(found) for found in _TOKEN.finditer(again)) else None


def _unknown(token: re.Match[str]) -> bool:
    """Whether what looks like an entity is none."""
    return bool(token["entity"]) and _character(token["entity"]) is None


def _character(entity: str) -> str | None:
    """What an entity stands for; None where it is none, "" where it is nothing that could be shown."""
    if entity[1] != "#" and entity[1:] not in html5:
        return None
    found = html.unescape(entity)
    if found.isspace():
        return found if found in "\n\t" else " "
    return found if found.isprintable() and found not in "`\ufffd" else ""


class _Page:
    """What was said so far, and which tags are open."""

    def __init__(self) -> None:
        self._said: list[tuple[str, int]] = []
        """Words with 0; "" with how many line ends are wanted at least, -1 for one more."""
        self.open: list[tuple[str, int, list[str]]] = []

    def say(self, words: str) -> None:
        if words:
            self._said.append((words, 0))

    def take(self, token: re.Match[str]) -> bool:
        """One token; False where it is in doubt."""
        if token["code"]:
            self.say(token[0])
            return True
        if token["entity"]:
            found = _character(token[0])
            self.say(token[0] if found is None else found)
            return found != ""
        if token["doubt"]:
            return False
        return self._ends(token["end"].lower()) if token["end"] else self._begins(token["name"].lower(), token["given"])

    def _begins(self, name: str, given: str) -> bool:
        told = {
            key.lower(): html.unescape(value[1:-1] if value[0] in "\"'" else value).strip()
            for key, value in _ATTRIBUTE.findall(given)
        }
        words = _words_in(name, told)
        if words is None:
            return False
        if name in ("br", "hr"):
            self._said.append(("", -1))
        elif name == "img":
            self.say(f"{words[0]} ({words[1]})" if len(words) > 1 else "".join(words))
        elif name in _CLOSED:
            self._apart(name)
            self.open.append((name, len(self._said), words))
        else:
            return False
        return True

    def _ends(self, name: str) -> bool:
        if not self.open or self.open[-1][0] != name:
            return False
        _, start, kept = self.open.pop()
        inside = "".join(words for words, _ in self._said[start:]) if kept else ""
        for words in kept:
            if words not in inside:
                self.say(f" ({words})" if inside.strip() else words)
        if name in _CELLS:
            self.say(" ")
        self._apart(name)
        return True

    def _apart(self, name: str) -> None:
        """Paragraphs stand apart, lines below each other."""
        if name in _PARAGRAPHS or name in _BLOCKS:
            self._said.append(("", 2 if name in _PARAGRAPHS else 1))

    def text(self) -> str:
        """All of it, with as many line ends as are wanted and no blanks before them."""
        parts: list[str] = []
        after = False
        for words, wanted in self._said:
            if not wanted:
                words = re.sub(r"\A[ \t]*\n?", "", words) if after else words
                if words and not (after and words.isspace()):
                    parts.append(words)
                    after = False
                continue
            after = True
            line = ""
            while parts and not line:
                line = parts.pop().rstrip(" \t")
            if line:
                there = len(line) - len(line.rstrip("\n"))
                parts.append(line + "\n" * ((there < 2) if wanted < 0 else max(0, wanted - there)))
        whole = "".join(parts)
        return whole.rstrip("\n") if after else whole


def _words_in(name: str, told: dict[str, str]) -> list[str] | None:
    """What attributes say that is not said otherwise; None where there is no place for it."""
    if "line-through" in told.get("style", ""):
        return None
    left = {key: value for key, value in told.items() if value and key not in _LOOKS}
    kept = [left.pop("alt", "")] if name == "img" else []
    if name == "img":
        source = left.pop("src", "")
        if re.match(r"(?:https?:)?//", source):
            kept.append(source)
            if not kept[0]:
                return None
    if (name in _INLINE or name == "img") and "title" in left:
        title = left.pop("title")
        if name != "img":
            kept.append(title)
        elif title != kept[0]:
            return None
    if name == "a" and "href" in left and not _NOWHERE.match(address := left.pop("href")):
        if address.lower().startswith("javascript:"):
            return None
        kept.append(re.sub(r"\A(?:mailto|tel):", "", address, flags=re.IGNORECASE))
    if name == "a":
        left.pop("name", None)
    return None if left else kept


# -- rows that talk of it

_LETTER = "[A-Za-z]"
_SIGNS = (
    rf"(?:(?<!{_LETTER})(?:writ(?:e|es|ten|ing)|typ(?:e|es|ed|ing)|(?:un)?escap\w+|encod\w+|entit(?:y|ies)|symbols?|signs?"
    rf"|characters?|ampersands?|non-?breaking|less[- ]than|greater[- ]than)(?!{_LETTER})"
    r"|转义|实体|字符|符号|编码|怎么写|怎么打|输入)"
)
_NEAR = re.compile(rf"{_SIGNS}[^\n]{{0,60}}{_ENTITY}|{_ENTITY}[^\n]{{0,60}}{_SIGNS}", re.IGNORECASE)
_HOW = re.compile(rf"{_SIGNS}|如何(?:表示|显示)", re.IGNORECASE)
_QUESTION = re.compile(rf"(?<!{_LETTER})(?:how|what|which|why)(?!{_LETTER})|[\u3400-\u9fff]", re.IGNORECASE)
_ALONE = re.compile(
    rf"(?:^|(?<=\s)){_ENTITY}(?=[.,;:!?。，；：！？)）]|\s*$)|[\"'“‘「《(（]{_ENTITY}[\"'”’」》)）]", re.MULTILINE
)
"""An entity where a word would stand."""
_APOSTROPHE = re.compile(r"(?<=\w)&(?:#0?39|#[xX]27|apos|rsquo|#8217);(?=\w)")
_SHAPES = re.compile(
    rf"(?<!{_LETTER})(?:bold|italics?|underlin\w+|headings?|line ?breaks?|hyperlinks?)(?!{_LETTER})"
    r"|加粗|粗体|斜体|下划线|换行|超链接",
    re.IGNORECASE,
)


def about_markup(seen: Seen) -> bool:
    """Whether a row talks of markup: there tags and entities are its subject."""
    said = _APOSTROPHE.sub("'", seen.said)
    if ABOUT_MARKUP.search(said) or "<" in said and _SHAPES.search(seen.asked):
        return True
    if "&" not in said or not re.search(_ENTITY, said):
        return False
    if _NEAR.search(said) or _ALONE.search(said) or _QUESTION.search(seen.asked) and _HOW.search(seen.asked):
        return True
    asked, answered = (_APOSTROPHE.sub("'", part) for part in (seen.asked, seen.answered))
    return re.search(_ENTITY, asked) is not None and re.search(_ENTITY, answered) is not None
