"""Which fixes a finding has, which of them is recommended, and which are safe."""

from collections.abc import Iterable
from dataclasses import dataclass

from core.data.fixes.mend import Mend
from core.findings import Finding


@dataclass(frozen=True)
class Offer:
    """One way to put a finding right.

    fix   name; `fix.<name>` in the texts is its button, `fix.<name>.what` what it does
    safe  no word of a person is lost or invented
    asks  what has to be known or done first: "" nothing, "fill" words for names, "max_length" tokens, "read:repair" or
          "read:structured" the file is read anew, "menu:columns" or "menu:speaker" the person chooses in a menu
    """

    fix: str
    safe: bool = False
    asks: str = ""


def offers(finding: Finding, *, made: bool) -> tuple[Offer, ...]:
    """The fixes of a finding, the recommended one first. `made`: there is no file that could be read anew."""
    raise NotImplementedError


def safe_mends(findings: Iterable[Finding], *, usable: int) -> list[Mend]:
    """What can be mended without asking; `usable` rows can be learned now."""
    raise NotImplementedError
