"""What a number, a date or a time shows as in a workbook, where its number format is a simple one.

    parsed("0.00%").shown(0.125)                          -> "12.50%"
    parsed('yyyy"年"m"月"').shown(date(2024, 2, 29))       -> "2024年2月"
    parsed("# ?/?").shown(0.5)                            -> None    not a simple one

Names of months and days, and the short date that follows the system's settings, depend on where the workbook is
opened: they are not simple ones.
"""

import datetime
import decimal
import re
from dataclasses import dataclass
from functools import lru_cache

BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM",
    20: "h:mm", 21: "h:mm:ss", 37: "#,##0;(#,##0)", 38: "#,##0;(#,##0)", 39: "#,##0.00;(#,##0.00)",
    40: "#,##0.00;(#,##0.00)", 45: "mm:ss", 46: "[h]:mm:ss",
}  # fmt: skip
"""Codes of the formats that a workbook names by number alone, as far as they are the same everywhere."""
AS_IS = (0, 49)
"""The numbers of General and of text: the value as it is."""
_TOKEN = re.compile(
    r'"(?P<said>[^"]*)"|\\(?P<escaped>.)|[_*].|\[\$(?P<sign>[^\]-]*)[^\]]*\]|\[(?P<all>h+)\]|\[(?P<colour>[A-Za-z]+\d*)\]'
    r"|(?P<noon>AM/PM)|(?P<date>y+|m+|d+|h+|s+)|(?P<number>[#0?,.]+)|(?P<else>.)",
    re.IGNORECASE | re.DOTALL,
)
_NUMBER = re.compile(r"([#,]*0[0,]*)(?:\.(0+))?")
_COLOURS = frozenset("black blue cyan green magenta red white yellow".split())
_DATES = frozenset("yyyy yy m mm d dd h hh s ss".split())

Token = tuple[str, str]
"""("text", as shown), ("date", "yyyy"), ("all", "h"), ("noon", "") or ("number", "#,##0.00")."""


@dataclass(frozen=True)
class Format:
    """The sections of a format for numbers above, below and at zero; None for one that is not simple."""

    sections: tuple[tuple[Token, ...] | None, ...]

    def shown(self, value: object) -> str | None:
        """The text that is shown for a value; None where that is not known."""
        if isinstance(value, bool) or not self.sections:
            return None
        if isinstance(value, int | float):
            return self._number(value)
        tokens = self.sections[0]
        if tokens is None or any(kind == "number" for kind, _ in tokens):
            return None
        return _moment(value, tokens)

    def _number(self, value: int | float) -> str | None:
        sign, place = "", 0
        if value < 0 and len(self.sections) > 1:
            place, value = 1, abs(value)
        elif value == 0 and len(self.sections) > 2:
            place = 2
        elif value < 0:
            sign, value = "-", abs(value)
        tokens = self.sections[place]
        if tokens is None or any(kind in ("date", "all", "noon") for kind, _ in tokens):
            return None
        cores = [said for kind, said in tokens if kind == "number"]
        if len(cores) > 1 or not cores and place != 2:
            return None
        percents = sum(said.count("%") for kind, said in tokens if kind == "text")
        parts = [_digits(value, said, percents) if kind == "number" else said for kind, said in tokens]
        text = "".join(parts).strip()
        return sign + text if sign and any(letter in "123456789" for letter in text) else text


@lru_cache(maxsize=1000)
def parsed(code: str) -> Format:
    """A number format as it stands in a workbook."""
    pieces = re.findall(r'(?:"[^"]*"|\\.|\[[^\]]*\]|[^;"\\\[])+', code, re.DOTALL)
    return Format(tuple(_tokens(piece) for piece in pieces))


def _tokens(section: str) -> tuple[Token, ...] | None:
    found: list[Token] = []
    for match in _TOKEN.finditer(section):
        kind, said = match.lastgroup, match.group(match.lastgroup) if match.lastgroup else ""
        if kind in ("said", "escaped", "sign"):
            found.append(("text", said))
        elif kind == "date" and said.lower() in _DATES:
            found.append(("date", said.lower()))
        elif kind in ("all", "noon"):
            found.append((kind, said.lower()))
        elif kind == "number" and not said.strip(".,"):
            found.append(("text", said))
        elif kind == "number" and not said.strip("?"):
            continue  # room for digits, beside the sign for zero
        elif kind == "number" and _NUMBER.fullmatch(said) and not said.endswith(","):
            found.append(("number", said))
        elif kind == "else" and not (said.isascii() and (said.isalpha() or said in '@[]?"')):
            found.append(("text", said))
        elif kind is not None and not (kind == "colour" and said.lower() in _COLOURS):
            return None
    return tuple(found)


def _digits(value: int | float, core: str, percents: int) -> str:
    whole, _, places = core.partition(".")
    exact = decimal.Decimal(repr(value)).scaleb(2 * percents)
    with decimal.localcontext(prec=400):
        rounded = exact.quantize(decimal.Decimal(1).scaleb(-len(places)), decimal.ROUND_HALF_UP)
    front, _, behind = f"{rounded:f}".partition(".")
    front = front.zfill(whole.count("0"))
    if "," in whole:
        front = re.sub(r"(?<=\d)(?=(\d{3})+$)", ",", front)
    return front + ("." + behind if behind else "")


def _moment(value: object, tokens: tuple[Token, ...]) -> str | None:
    kinds = [said[0] for kind, said in tokens if kind in ("date", "all")]
    seconds, day = _parts(value, rounded="s" in kinds)
    if seconds is None or not kinds or day is None and any(said in "yd" for said in kinds):
        return None
    hours = seconds // 3600
    if any(kind == "all" for kind, _ in tokens):
        if not isinstance(value, datetime.timedelta):
            return None
    elif isinstance(value, datetime.timedelta):
        return None
    noon = any(kind == "noon" for kind, _ in tokens)
    shown, at = [], 0
    for kind, said in tokens:
        if kind == "text":
            shown.append(said)
            continue
        if kind == "noon":
            shown.append("AM" if hours % 24 < 12 else "PM")
            continue
        near = kinds[at - 1] if at else "", kinds[at + 1] if at + 1 < len(kinds) else ""
        at += 1
        if said[0] == "m" and (near[0] == "h" or near[1] == "s"):
            number = seconds // 60 % 60
        elif said[0] == "h":
            number = hours if kind == "all" else (hours % 12 or 12) if noon else hours
        elif said[0] == "s":
            number = seconds % 60
        elif day is None:
            return None
        else:
            number = {"y": day.year % 100 if said == "yy" else day.year, "m": day.month, "d": day.day}[said[0]]
        shown.append(str(number).zfill(len(said)))
    return "".join(shown).strip()


def _parts(value: object, *, rounded: bool) -> tuple[int | None, datetime.date | None]:
    """The seconds of the day, or of a span, and the day; Excel rounds where seconds are shown, else it cuts."""
    more = datetime.timedelta(microseconds=500_000 if rounded else 500)
    if isinstance(value, datetime.timedelta):
        return int((value + more).total_seconds()), None
    if isinstance(value, datetime.datetime):
        value += more
        return value.hour * 3600 + value.minute * 60 + value.second, value.date()
    if isinstance(value, datetime.time):
        seconds = value.hour * 3600 + value.minute * 60 + value.second
        return seconds + (value.microsecond + more.microseconds) // 1_000_000, None
    return (0, value) if isinstance(value, datetime.date) else (None, None)
