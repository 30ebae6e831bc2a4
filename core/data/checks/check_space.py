"""Turns that begin or end with white space, which is learned as if it were meant."""

from core.data.checks.seen import Seen
from core.findings import Finding

SPACE = (
    " \t\n\r\x0b\x0c\x85\xa0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u2028\u2029\u202f"
    "\u205f\u3000\ufeff"
)
"""Blanks of all kinds, the blank without width, byte order marks. What joins letters or keeps them apart belongs to
them: half forms of Hindi and Sinhala, Persian endings and emoji sequences end with it."""
_INDENT = " \t\xa0\u3000"
_SPACE = frozenset(SPACE)


class Space:
    """Running text is passed over: there a blank line at the end, or an indent, belongs to the text."""

    def __init__(self) -> None:
        self._rows: list[int] = []

    def see(self, seen: Seen) -> None:
        """One row."""
        row = seen.row
        for part in ("messages", "prompt", "chosen", "rejected", "answer"):
            for turn in row.get(part, ()):
                said = turn["content"]
                if said and (said[0] in _SPACE or said[-1] in _SPACE) and turn["role"] != "tool":
                    if said != trimmed(said):
                        self._rows.append(seen.number)
                        return

    def findings(self) -> list[Finding]:
        """At most one."""
        return [Finding("info", "text.space", list(dict.fromkeys(self._rows)))] if self._rows else []


def trimmed(said: str) -> str:
    """Without white space around it. Where the second line is indented as well, the first keeps its indent: it is
    code, or paragraphs as Chinese text has them. What is nothing but white space stays as it is."""
    if not (whole := said.strip(SPACE)):
        return said
    head = said[: said.index(whole[0])]
    rest = next((line for line in whole.splitlines()[1:] if line.strip(SPACE)), "")
    if rest[:1] and rest[0] in _INDENT:
        indent = head[len(head.rstrip(_INDENT)) :]
        return indent + whole
    return whole
