"""What should not be said to anybody, covered: `write to [e-mail]`, `请打 [电话]`."""

import re
from collections.abc import Callable

from core.data.checks import private
from core.data.fixes.said import Change

_FINDS: dict[str, tuple[Callable[[str], private.Met], str, str]] = {
    "mail": (private.mails, "[e-mail]", "[邮箱]"),
    "contact": (lambda said: private.mails(said, beside=True), "[e-mail]", "[邮箱]"),
    "phone": (private.phones, "[phone number]", "[电话]"),
    "resident": (private.residents, "[ID number]", "[身份证号]"),
    "bank": (private.banks, "[account number]", "[银行账号]"),
    "key": (private.keys, "[secret key]", "[密钥]"),
}
"""Kind -> how it is found, and what stands in its place in English and in Chinese."""

_KINDS = {
    "private.mail": ("mail",),
    "private.phone": ("phone",),
    "private.resident": ("resident",),
    "private.bank": ("bank",),
    "private.key": ("key",),
    "private.contact": ("phone", "contact"),
}
_KEY_END = re.compile(r"[\s\S]*?-----END (?:[A-Z]+ )?PRIVATE KEY-----|[\sA-Za-z0-9+/=]*")
_CHINESE = re.compile("[\u3400-\u9fff]")


def masking(code: str) -> Change:
    """What covers the finds of a finding with this code; nothing for other codes."""
    kinds = _KINDS.get(code, ())

    def covered(said: str) -> str:
        for kind in kinds:
            said = _covered(said, kind)
        return said

    return covered


def _covered(said: str, kind: str) -> str:
    find, english, chinese = _FINDS[kind]
    cover = chinese if _CHINESE.search(said) else english
    parts, end = [], 0
    for start, stop, value in sorted(find(said)):
        if start < end:  # two ways to find it
            end = max(end, stop)
            continue
        if value.startswith("-----") and (rest := _KEY_END.match(said, stop)):  # the key itself, not only its heading
            stop = rest.end()
        parts += [said[end:start], cover]
        end = stop
    return "".join([*parts, said[end:]])
