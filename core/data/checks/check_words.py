"""What stands in the words that nobody would say: marks of programs, of conversions, of other models."""

import re
from collections import Counter
from collections.abc import Callable

from core.data.checks.seen import Seen
from core.data.raw import Row
from core.findings import Finding

PLACEHOLDER = re.compile(r"\{\{\s*[A-Za-z_\u4e00-\u9fff][\w\u4e00-\u9fff -]{0,40}\}\}")
_FORMULA = re.compile(r"(?:\\[A-Za-z]+|[\^_$])(?:\{\{[^{}]*\}\})+")
"""Doubled braces of a formula: e^{{x}}, \\frac{{a}}{{b}}."""

_ABOUT_TEMPLATES = re.compile(
    r"\{%|jinja|mustache|handlebars|\bvue|angular|django|flask|ansible|\bhelm\b|liquid|github actions"
    r"|v-for|v-bind|ng-repeat",
    re.IGNORECASE,
)
"""Rows that teach template languages, which write their words in doubled braces."""

SPECIAL = re.compile(
    r"<\|[a-z][a-z_]{1,30}\|>|<｜[^｜<>\n]{1,30}｜>|<(?:start_of_turn|end_of_turn)>|\[/?INST\]|<</?SYS>>|\[gMASK\]"
)
_REPLACED = "\ufffd"

_LATIN_TAIL = "\x80-\xbf‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
MOJIBAKE = re.compile(
    rf"Ã[{_LATIN_TAIL}]|â€[™œ\x9d“”˜¦–—\x90-\x9f]|Â[\xa0©®°·»«]|ï»¿|ï¿½|ðŸ|(?:[ã-ï][{_LATIN_TAIL}]{{2}}){{2}}"
    r"|锟斤拷|烫烫烫|屯屯屯|[锛銆][^\n]{1,60}[锛銆]"
)
"""UTF-8 that was read as Latin text or as GBK, and what Windows leaves in empty memory."""

TAG = re.compile(
    r"<(?:br|hr|img)(?:\s[^<>\n]{0,300})?/?>"
    r"|</(?:p|div|span|b|i|u|strong|em|font|table|tbody|thead|tr|td|th|ul|ol|li|h[1-6]|a|center)>"
    r"|&(?:nbsp|amp|lt|gt|quot|apos|#39|#160|ldquo|rdquo|lsquo|rsquo|hellip|[mn]dash|middot);",
    re.IGNORECASE,
)
"""Tags by where they end: a lone <b> may be a letter in a formula."""

CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]+`", re.DOTALL)
ABOUT_MARKUP = re.compile(
    r"html|xml|css|svg|\bweb ?page|\btags?\b|markup|javascript|\bscripts?\b|<(?:head|body|style|form|input)\b"
    r"|php|\bcode\b|react|\bvue|angular|jquery|django|\bentit(?:y|ies)\b"
    r"|网页|标签|前端|代码|程序|转义|实体",
    re.IGNORECASE,
)

_EXCEL = re.compile(r"#(?:REF|VALUE|NUM|NULL|NAME|DIV/0)[!?]|#N/A|(?<![A-Za-z\d.])\d\.\d{2,14}E\+1\d(?![A-Za-z\d/])")
_ABOUT_EXCEL = re.compile(r"excel|spreadsheet|vlookup|formula|\bcells?\b|公式|单元格|表格|wps", re.IGNORECASE)

_BOILERPLATE = re.compile(
    r"\bas an? (?:AI|artificial intelligence)(?: language)?(?: model| assistant)?,"
    r"|\bI(?: am|'m) (?:just |only )?an AI language model"
    r"|作为(?:一[个名种款])?(?:AI|人工智能|大型)?(?:语言模型|AI(?:助手)?|人工智能(?:助手)?)[，,]",
    re.IGNORECASE,
)


class Words:
    """Looks for them in every row. `task` is the data's: running text may carry marks on purpose."""

    def __init__(self, task: str) -> None:
        self._task = task
        self._rows = 0
        self._placeholder, self._names = list[int](), Counter[str]()
        self._special, self._tokens = list[int](), Counter[str]()
        self._meant, self._subjects = list[int](), Counter[str]()
        self._replaced = list[int]()
        self._mojibake, self._garbled = list[int](), Counter[str]()
        self._lost, self._pieces = list[int](), Counter[str]()
        self._html, self._doubtful, self._tags = list[int](), list[int](), Counter[str]()
        self._escaped = list[int]()
        self._excel, self._cells = list[int](), Counter[str]()
        self._boilerplate = list[int]()

    def see(self, seen: Seen) -> None:
        """One row. Each search is guarded by a character that it cannot do without: most rows cost next to nothing."""
        said, number = seen.said, seen.number
        self._rows += 1
        if "{{" in said and (met := placeholders(said)):
            self._placeholder.append(number)
            self._names.update(met)
        if ("<" in said or "INST]" in said or "[g" in said) and (met := SPECIAL.findall(said)):
            mended = _is_mended(seen.row, "control_words")
            (self._special if mended else self._meant).append(number)
            (self._tokens if mended else self._subjects).update(met)
        if ("<" in said or "&" in said) and (met := _tags(said)):
            if ABOUT_MARKUP.search(said):
                self._doubtful.append(number)
            elif _is_mended(seen.row, "unescape_html"):
                self._html.append(number)
                self._tags.update(met)
            else:
                self._escaped.append(number)
        if ("#" in said or "E+" in said) and (met := _EXCEL.findall(said)) and not _ABOUT_EXCEL.search(said):
            self._excel.append(number)
            self._cells.update(met)
        if not said.isascii():
            if _REPLACED in said:
                self._replaced.append(number)
            if met := MOJIBAKE.findall(said):
                mended = _is_mended(seen.row, "encoding")
                (self._mojibake if mended else self._lost).append(number)
                (self._garbled if mended else self._pieces).update(piece[:12] for piece in met)
        if self._task != "text" and ("AI" in seen.answered or "模型" in seen.answered or "人工智能" in seen.answered):
            if _BOILERPLATE.search(seen.answered):
                self._boilerplate.append(number)

    def findings(self) -> list[Finding]:
        """One for each kind."""
        found = []
        if self._placeholder:
            found.append(Finding("warning", "text.placeholder", self._placeholder, names=_common(self._names)))
        all_special = len(self._special) + len(self._meant)
        on_purpose = self._task == "text" and all_special * 2 > self._rows  # somebody wrote the markup himself
        if self._special and not on_purpose:
            found.append(Finding("warning", "text.special_token", self._special, names=_common(self._tokens)))
        if self._meant and not on_purpose:
            found.append(Finding("warning", "text.special_meant", self._meant, names=_common(self._subjects)))
        if self._replaced:
            found.append(Finding("warning", "text.replaced", self._replaced))
        if self._mojibake:
            found.append(Finding("warning", "text.mojibake", self._mojibake, examples=_common(self._garbled, 3)))
        if self._lost:
            found.append(Finding("warning", "text.mojibake_left", self._lost, examples=_common(self._pieces, 3)))
        if self._html:
            # a whole file from a web page, with its talk of tags
            everywhere = len(self._html) > 0.2 * self._rows
            rows = sorted(self._html + self._doubtful) if everywhere else self._html
            found.append(Finding("warning", "text.html", rows, names=_common(self._tags)))
        if self._escaped:
            found.append(Finding("warning", "text.html_escaped", self._escaped))
        if self._excel:
            found.append(Finding("warning", "text.excel", self._excel, names=_common(self._cells)))
        if self._boilerplate:
            found.append(Finding("info", "answer.boilerplate", self._boilerplate))
        return found


def placeholders(said: str) -> list[str]:
    """Placeholders like {{name}} as they are written, outside of code and formulas."""
    if _ABOUT_TEMPLATES.search(said):
        return []
    return PLACEHOLDER.findall(_FORMULA.sub("", CODE.sub("", said)))


def _tags(said: str) -> list[str]:
    """Tags and entities outside of code."""
    if not TAG.search(said):
        return []
    return [
        tag.split()[0].rstrip("/>").replace("</", "<") + (">" if tag[0] == "<" else "")
        for tag in TAG.findall(CODE.sub("", said))
    ]


def _is_mended(row: Row, fix: str) -> bool:
    """Whether a fix would do anything to a row: it leaves what may be meant, and that is named by itself."""
    from core.data.fixes import words  # here, for the fixes stand on the checks; few rows of few files come to this

    fixes: dict[str, Callable[[Row], Row]] = {
        "control_words": words.control_words, "unescape_html": words.unescape_html, "encoding": words.encoding,
    }  # fmt: skip
    return fixes[fix](row) is not row


def _common(counted: Counter[str], most: int = 5) -> str:
    return ", ".join(word for word, _ in counted.most_common(most))
