"""Questions and answers out of the clipboard, as Excel, WPS and LibreOffice put a table there; or as CSV.

    rows("Where?\tHere.\r\nWhen?\t\"Now.\r\nOr later.\"")      -> [("Where?", "Here."), ("When?", "Now.\nOr later.")]

Spreadsheets put quotation marks only around cells with line breaks or tabs in them, and double the marks inside; all
other cells come as they are, their own quotation marks included.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.data.choices import UNDECIDED
from core.data.columns import NAMED, plain
from core.data.files.csv_records import Records
from core.data.files.csv_rows import layout
from core.data.formats.named import by_name
from core.data.rows import Record
from core.errors import UserError

Table = list[list[str]]

_END = r"(?=\t|\r|\n|\Z)"
_CELL = re.compile(rf'(?:"([^"]*(?:""[^"]*)*)"{_END}|([^\t\r\n]*))(\t|\r\n|\r|\n|\Z)')
_BARE = re.compile(r"()([^\t\r\n]*)(\t|\r\n|\r|\n|\Z)")
_BREAK = re.compile(r"\r\n?")
_QUESTION = ("question", "instruction", "prompt")
_ANSWER = ("answer", "output", "completion")
_NAMED_LINES = 8
"""How many lines a sentence names."""


@dataclass(frozen=True)
class Pasted:
    """What was in the clipboard.

    rows     (question, answer) of each line, blank lines and the header left out
    columns  the names in the header line; () where there is none
    width    how many columns there are; `taken`: which two of them, from 0, are the question and the answer
    lacking  the lines, from 1, that have no question or no answer and are none of `rows`; `rest`: the same as text
    """

    rows: list[tuple[str, str]]
    columns: tuple[str, ...]
    width: int
    taken: tuple[int, int]
    lacking: tuple[int, ...] = ()
    rest: str = ""


def rows(text: str, take: tuple[int, int] | None = None) -> list[tuple[str, str]]:
    """(question, answer) of each line. Raises UserError `paste.*` as `read` does."""
    return read(text, take).rows


def read(text: str, take: tuple[int, int] | None = None, *, complete: bool = False) -> Pasted:
    """What a pasted table holds.

    take  which two columns, from 0, are the question and the answer; None: those that the header names, else the
          first two that are not blank all the way down
    complete: leave lines that lack their question or their answer, as long as others are complete

    Raises UserError `paste.empty`, `paste.one_column`, `paste.quotes`, and `paste.incomplete` for lines that lack
    their question or their answer and are not left.
    """
    text = text.replace("\x00", "").removeprefix("\ufeff")
    if not text.strip():
        raise UserError("paste.empty")
    table = _tabs(text)
    filled = [row for row in table if any(cell.strip() for cell in row)]
    if sum(len(row) > 1 for row in filled) * 2 < len(filled):
        table = _separated(text)
        filled = [row for row in table if any(cell.strip() for cell in row)]
    there = sorted({at for row in filled for at, cell in enumerate(row) if cell.strip()})
    if len(there) < 2:
        raise UserError("paste.one_column")
    header, taken = _taken(filled, there, take)
    found: list[tuple[str, str]] = []
    lacking: list[int] = []
    for number, row in enumerate(table, 1):
        if not any(cell.strip() for cell in row) or header and row is filled[0]:
            continue
        question, answer = (row[at] if at < len(row) else "" for at in taken)
        if question.strip() and answer.strip():
            found.append((question, answer))
        else:
            lacking.append(number)
    if lacking and not (complete and found):
        raise UserError("paste.incomplete", line_list=line_list(lacking), count=len(lacking))
    if not found:
        raise UserError("paste.empty")
    rest = [filled[0]] * bool(header and lacking) + [table[number - 1] for number in lacking]
    names, width = tuple(filled[0]) if header else (), max(map(len, filled))
    return Pasted(found, names, width, taken, tuple(lacking), "\n".join("\t".join(map(_raw, row)) for row in rest))


def line_list(lines: Sequence[int]) -> str:
    """The first of them, as a sentence names them."""
    return ", ".join(map(str, lines[:_NAMED_LINES])) + (" ..." if len(lines) > _NAMED_LINES else "")


def _raw(cell: str) -> str:
    """A cell as a spreadsheet puts it into the clipboard."""
    return '"' + cell.replace('"', '""') + '"' if any(mark in cell for mark in "\t\r\n") else cell


def _taken(filled: Table, there: list[int], take: tuple[int, int] | None) -> tuple[bool, tuple[int, int]]:
    """Whether the first line names the columns, and which two are taken."""
    names = [cell.strip() for cell in filled[0]]
    known = [at for at in there if at < len(names) and plain(names[at]) in NAMED]
    first, second = take or (there[0], there[1])
    if take is None and len(known) > 1 and len(set(names)) == len(names):
        look = [Record(0, dict(zip(names, row, strict=False))) for row in filled[1:20]]
        mapping = by_name([names[at] for at in there if at < len(names) and names[at]], look)
        columns = mapping.columns if mapping is not None else {}
        asked = next((columns[part] for part in _QUESTION if part in columns), None)
        answered = next((columns[part] for part in _ANSWER if part in columns), None)
        if asked is not None and answered is not None:
            return True, (names.index(asked), names.index(answered))
    different = first in known and second in known and plain(names[first]) != plain(names[second])
    return different, (first, second)


# -- lines and cells


def _tabs(text: str) -> Table:
    """The cells of a table as a spreadsheet puts it into the clipboard."""
    cells: list[list[tuple[str, str | None]]] = [[]]
    at, end = 0, len(text)
    while at < end:
        found = _CELL.match(text, at)
        assert found is not None  # nothing is a cell too
        quoted, bare, behind = found[1], found[2], found[3]
        if quoted is not None and "\t" in quoted and ("\n" in quoted or "\r" in quoted):
            # whole lines between two marks: the first stands at the beginning of words, as `"So" he said`
            found = _BARE.match(text, at)
            assert found is not None
            quoted, bare, behind = None, found[2], found[3]
        cells[-1].append((text[at : found.start(3)] if quoted is not None else bare, quoted))
        at = found.end()
        if behind != "\t" and behind:
            cells.append([])
    written = [raw for row in cells for raw, _ in row if raw.strip()]
    all_quoted = len(written) > 1 and all(quoted is not None for row in cells for raw, quoted in row if raw.strip())
    return [[_cell(raw, quoted, all_quoted) for raw, quoted in row] for row in cells]


def _cell(raw: str, quoted: str | None, all_quoted: bool) -> str:
    if quoted is not None and (all_quoted or not quoted or any(mark in quoted for mark in ('""', "\n", "\r", "\t"))):
        raw = quoted.replace('""', '"')
    return _BREAK.sub("\n", raw)


def _separated(text: str) -> Table:
    """The cells of CSV. Words have commas too: a comma counts where a header or quotation marks show a table."""
    text = _BREAK.sub("\n", text)
    found = layout(text, UNDECIDED)
    if found is None or len(found.head.names) < 2:
        raise UserError("paste.one_column")
    table: Table = []
    for cut in Records(iter(_lines(text)), found.separator, "", blanks=found.blanks):
        if cut.cells is None or cut.fault:
            raise UserError("paste.quotes", line=cut.line)
        if cut.line > found.first:
            table.append(cut.cells)
    named = found.head.index is not None and sum(plain(name) in NAMED for name in found.head.names) > 1
    even = len({len(row) for row in table if any(row)}) == 1
    if not named and not (even and (found.separator != "," and len(table) > 1 or '"' in text)):
        raise UserError("paste.one_column")
    return table


def _lines(text: str) -> list[str]:
    """The lines with their ends; other breaks than these belong to what is said."""
    return [line + "\n" for line in text.removesuffix("\n").split("\n")]
