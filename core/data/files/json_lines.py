"""One row a line: where a broken row ends with its line, so that mending it takes nothing from the lines behind it."""

import re

from core.data.files import json_mend
from core.data.files.json_between import MARKER
from core.data.files.json_buffer import Buffer

_JOINED = 20_000
"""Characters in which a row ends whose texts have line ends in them."""
_OPEN = re.compile(r"[,{\[:]\s*$")
_OPEN_ONLY = re.compile(r"[\s{\[]*$")
_INSIDE = re.compile(r"""[ \t]*["'“]""")
"""How a line begins that belongs to the object which the line before it has left open."""
_CLOSING = re.compile(r"[ \t]*[}\],]")
_REST = re.compile(r"[ \t]*,?[ \t\r]*(?:\n|$)")
_BLANKS = re.compile(r"[ \t\r\n]*")


class Lines:
    """How many of a file's rows stand on one line each, and how many on several."""

    def __init__(self) -> None:
        self._one = 0
        self._several = 0

    def see(self, buffer: Buffer) -> None:
        """The value that was taken last."""
        if buffer.text.find("\n", buffer.began, buffer.at) < 0:
            self._one += 1
        else:
            self._several += 1

    def end(self, buffer: Buffer, said: str) -> int | None:
        """Where the line of the broken value at `buffer.at` ends; None where the value may go on behind it.

        said: what is wrong with it. A row that is whole but for line ends inside its texts ends where they end.
        """
        if said.startswith("Invalid control"):
            joined = json_mend.over_lines(buffer.ahead(_JOINED))
            if joined and _REST.match(buffer.text, buffer.at + joined):
                return buffer.at + joined
        line = buffer.rest_of_line()
        following = buffer.ahead(len(line) + 80)[len(line) + 1 :]
        if self._goes_on(line, following):
            return None
        return buffer.at + len(line)

    def _goes_on(self, line: str, following: str) -> bool:
        if _OPEN_ONLY.match(line):
            return True
        is_open = _OPEN.search(line) is not None and not json_mend.is_cut(line)
        if is_open and (_INSIDE.match(following) or MARKER.match(following)):
            return True
        if self._one or self._several:
            return self._several > self._one
        return is_open or _CLOSING.match(following) is not None


def is_at_end(buffer: Buffer, at: int) -> bool:
    """Whether nothing but blanks stands behind the position `at`."""
    return buffer.ended and _BLANKS.fullmatch(buffer.text, at) is not None
