"""Likely personal data and secrets, by light rules that rather miss one than raise a false alarm.

No value is ever given in full: `138…78`, `j…@firm.com`. Contacts that are the same all over the data are a company's
own, which a model is meant to learn; many different ones are people's.
"""

import re
from collections import Counter
from collections.abc import Iterator

from core.data.checks.seen import Seen
from core.findings import Finding

FEW_CONTACTS = 3
"""Different addresses or numbers up to which they are taken for the company's own."""

# (?a): a Chinese letter next to a number is no part of it
_MAIL = re.compile(
    r"(?a)(?<![\w.+/:-])[A-Za-z0-9][A-Za-z0-9._%+-]{1,63}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,10}(?![\w-])"
)
_INVENTED_MAIL = re.compile(
    r"(?a)@.*(?:example|domain)|\.(?:test|invalid|local|localhost)$|@(?:[\w-]+\.)*(?:test|yourdomain|company|yourcompany|mycompany|email|mail|abc|xyz|xxx+|fake\w*|placeholder|host|server|site|website)\.\w+$"
    r"|^git@|@\d+x\.|\.(?:png|jpe?g|gif|svg|webp)$",
    re.IGNORECASE,
)
_EXAMPLE_HOST = re.compile(r"[._].*@(?:[\w-]+\.)*example\.\w+$", re.IGNORECASE)
"""Somebody's name, first and last, at a host that is nobody's."""

_LONG = re.compile(r"(?a)\d(?:[ ()-]{0,2}\d){7}")
"""Eight digits near each other: rows without are looked at no further."""
_MOBILE = re.compile(
    r"(?a)(?<![\w.+-])(?:\+?86[- ]?)?(1[3-9]\d[- ]?\d{4}[- ]?\d{4})(?![\w.]|-\d)|(?<!\w)(\+86[- ]?1[3-9]\d{9})(?!\w)"
)
_ABROAD = re.compile(
    r"(?a)(?<![\w.+-])(?:\+[1-9]\d{0,2}[ .-]?(?:\(\d{1,4}\)[ .-]?)?\d{1,4}(?:[ .-]\d{2,8}){1,4}"
    r"|\(\d{3}\) ?\d{3}-\d{4}|\d{3}-\d{3}-\d{4}|0\d{2,3}-\d{7,8})(?![\w-])"
)
_HOTLINE = re.compile(r"^\D*(?:1\D*)?[48]00")  # 400 and 800 are lines of companies, nobody's own
_INVENTED_NUMBER = re.compile(r"(\d)\1{6}|12345678?|23456789|555\D?\d{4}$|^\D*555|13800138000|98765432|01234567")

_RESIDENT = re.compile(r"(?a)(?<![\w.-])\d{17}[\dXx](?![\w.])")
_CARD = re.compile(
    r"(?a)(?<![\w.-])(?:\d{4}([ -])\d{4}\1\d{4}\1\d{4}"
    r"|3[47]\d{2}([ -])\d{6}\2\d{5}|[3-6]\d{14,18}|2[2-7]\d{14})(?![\w.-])"
)
_CARD_KIND = re.compile(r"4\d{15}|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|35\d{14}|6(?:011|5\d\d)\d{12}|62\d{14,17}")
_IBAN = re.compile(r"(?a)(?<![\w-])[A-Z]{2}\d{2}(?:[A-Z0-9]{11,30}|(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,3})?)(?![\w-])")
_KNOWN_TESTS = frozenset(
    "4111111111111111 4242424242424242 4012888888881881 5555555555554444 5105105105105100 378282246310005 "
    "371449635398431 6011111111111117 4000056655665556 4532015112830366 DE89370400440532013000 GB82WEST12345698765432 "
    "GB29NWBK60161331926819 FR1420041010050500013M02606 11010519491231002X 110101199003070000".split()
)
"""Numbers that stand in manuals."""

_KEY = re.compile(
    r"(?a)(?<![\w-])(?:sk-(?:proj-|ant-|or-)?[A-Za-z0-9_-]{20,}|hf_[A-Za-z0-9]{30,}|gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{22,}"
    r"|AKIA[0-9A-Z]{16}|LTAI[A-Za-z0-9]{12,24}|AIza[\w-]{35}|glpat-[\w-]{20,}|xox[abprs]-[A-Za-z0-9-]{10,}"
    r"|eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,})|-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----"
)
_INVENTED_KEY = re.compile(r"x{5}|your|example|1234567|abcdef|\.\.\.", re.IGNORECASE)
_KEY_SIGNS = (
    "sk-",
    "hf_",
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "AKIA",
    "LTAI",
    "AIza",
    "glpat-",
    "xox",
    "eyJ",
    "-----BEGIN",
)


class _Kind:
    """The rows of one kind of find, and how often which value was met."""

    def __init__(self) -> None:
        self.rows: list[int] = []
        self.values: Counter[int] = Counter()  # hashes: the values themselves are not kept
        self.example = ""

    def add(self, number: int, values: list[str], shown: str) -> None:
        self.rows.append(number)
        self.values.update(map(hash, values))
        self.example = self.example or shown

    @property
    def own(self) -> bool:
        return len(self.values) <= FEW_CONTACTS


class Private:
    """Looks at everything that is said."""

    def __init__(self) -> None:
        self._mail, self._phone, self._resident, self._bank, self._key = (_Kind() for _ in range(5))

    def see(self, seen: Seen) -> None:
        """One row."""
        said, number = seen.said, seen.number
        called: list[str] = []
        if _LONG.search(said):
            if met := _values(residents(said)):
                self._resident.add(number, met, hidden(met[0]))
            if met := _values(banks(said)):
                self._bank.add(number, met, hidden(met[0]))
            if called := _values(phones(said)):
                self._phone.add(number, [_digits(one) for one in called], hidden(called[0]))
        if "@" in said and (met := _values(mails(said, beside=bool(called)))):
            self._mail.add(number, [one.lower() for one in met], _hidden_mail(met[0]))
        if any(sign in said for sign in _KEY_SIGNS) and (met := _values(keys(said))):
            self._key.add(number, met, met[0][:4] + "…")

    def findings(self) -> list[Finding]:
        """One for each kind; contacts of the company itself are one calm sentence."""
        found = []
        if (kind := self._key).rows:
            found.append(Finding("warning", "private.key", kind.rows, example=kind.example))
        if (kind := self._resident).rows:
            found.append(Finding("warning", "private.resident", kind.rows, example=kind.example))
        if (kind := self._bank).rows:
            found.append(Finding("warning", "private.bank", kind.rows, example=kind.example))
        own: list[_Kind] = []
        for kind in (self._phone, self._mail):
            if not kind.rows:
                continue
            if kind.own:
                own.append(kind)
            elif kind is self._phone:
                found.append(
                    Finding("warning", "private.phone", kind.rows, kinds=len(kind.values), example=kind.example)
                )
            else:
                found.append(
                    Finding("warning", "private.mail", kind.rows, kinds=len(kind.values), example=kind.example)
                )
        if own:
            rows = sorted({row for kind in own for row in kind.rows})
            found.append(Finding("info", "private.contact", rows, examples=", ".join(kind.example for kind in own)))
        return found


Met = Iterator[tuple[int, int, str]]
"""Where a find begins and ends, and what it says."""


def _values(met: Met) -> list[str]:
    return [value for _, _, value in met]


def mails(said: str, *, beside: bool = False) -> Met:
    """E-mail addresses that somebody may have. `beside` a phone number one at example.com is part of a contact too."""
    for one in _MAIL.finditer(said):
        if not _INVENTED_MAIL.search(one[0]) or beside and _EXAMPLE_HOST.search(one[0]):
            yield *one.span(), one[0]


def phones(said: str) -> Met:
    """Phone numbers as they are written: Chinese mobiles and land lines, numbers with a country code, US numbers."""
    for pattern in (_MOBILE, _ABROAD):
        for found in pattern.finditer(said):
            one = next(filter(None, found.groups()), found[0])
            digits = _digits(one)
            if 8 <= len(digits) <= 15 and not _HOTLINE.search(one) and not _INVENTED_NUMBER.search(digits):
                yield *found.span(), one


def hidden(value: str) -> str:
    """A value that can be recognised by whoever knows it, and by nobody else."""
    return f"{value[:3]}…{value[-2:]}"


def _hidden_mail(value: str) -> str:
    name, _, host = value.partition("@")
    return f"{name[:1]}…@{host}"


def _digits(value: str) -> str:
    digits = re.sub(r"\D", "", value)
    return digits[2:] if len(digits) == 13 and digits.startswith("86") else digits


def residents(said: str) -> Met:
    """Numbers of Chinese identity cards with the right check digit."""
    from stdnum.cn import ric

    for one in _RESIDENT.finditer(said):
        if one[0].upper() not in _KNOWN_TESTS and ric.is_valid(one[0]):
            yield *one.span(), one[0]


def banks(said: str) -> Met:
    """Card numbers and IBANs with the right check digits."""
    from stdnum import iban, luhn

    for match in _CARD.finditer(said):
        digits = re.sub(r"\D", "", match[0])
        if _CARD_KIND.fullmatch(digits) and digits not in _KNOWN_TESTS and luhn.is_valid(digits):
            yield *match.span(), digits
    for match in _IBAN.finditer(said):
        if (written := match[0].replace(" ", "")) not in _KNOWN_TESTS and iban.is_valid(written):
            yield *match.span(), written


def keys(said: str) -> Met:
    """API keys that look random; what manuals put in their place does not."""
    for match in _KEY.finditer(said):
        one = match[0]
        if one.startswith("-----"):
            yield *match.span(), one
        elif len(set(one)) >= 12 and any(c.isdigit() for c in one) and not _INVENTED_KEY.search(one):
            yield *match.span(), one
