"""What stands between JSON values and is none: blanks, commas, comments, marks of a conflict, what is in front."""

import re

from core.data.files.faults import Faults
from core.data.files.json_buffer import Buffer
from core.findings import Finding

MARKER = re.compile(r"(<{7}|>{7}|={7}|\|{7})( |\r?$)", re.MULTILINE)
"""A line that Git has put into an unfinished merge."""
_ZEROS = re.compile("\x00+")


def skip_preface(buffer: Buffer, faults: Faults) -> None:
    """`data = [`, `"rows": [` and fences of Markdown in front of the first value are left out, and said so."""
    while (letter := buffer.peek()) not in ("", "{", "["):
        line = buffer.line(buffer.at)
        rest = buffer.ahead(400)
        found = re.match(r"(?:(?:var|let|const|export)\s+)?(?:default\s+)?[\w.]*\s*=?\s*(?=[\[{])", rest)
        if found and found.end():
            buffer.at += found.end()
            said = found.group().strip()
        else:
            said = buffer.drop_line()
        faults.note(Finding("warning", "lines.left_out", said=said[:80], lines=line))
        if not letter:
            return


def skip(buffer: Buffer, also: str, faults: Faults) -> str:
    """The next character of a value, behind blanks, `also`, comments and the marks of a conflict in Git."""
    while (letter := buffer.peek()) != "":
        if also and letter in also:
            buffer.at += 1
        elif letter in "<=>|" and MARKER.match(buffer.ahead(8)):
            faults.note(Finding("warning", "lines.conflict", lines=buffer.line(buffer.at)))
            buffer.drop_line()
        elif letter == "#" or (letter == "/" and buffer.ahead(2) == "//"):
            line = buffer.line(buffer.at)
            said = buffer.drop_line()
            faults.note(Finding("info", "lines.comment", said=said[:80], lines=line))
        elif letter == "/" and buffer.ahead(2) == "/*":
            line, said = buffer.line(buffer.at), buffer.ahead(80)  # reading on shifts the places in the text
            while (end := buffer.text.find("*/", buffer.at + 2)) < 0 and buffer.more():
                pass
            faults.note(Finding("info", "lines.comment", said=said, lines=line))
            buffer.at = len(buffer.text) if end < 0 else end + 2
        elif letter == "\x00":
            faults.note(Finding("warning", "lines.nul_run", lines=buffer.line(buffer.at)))
            while (found := _ZEROS.match(buffer.text, buffer.at)) is not None:
                buffer.at = found.end()
                if buffer.at < len(buffer.text) or not buffer.more():
                    break
        else:
            return letter
    return ""
