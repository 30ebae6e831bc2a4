"""What a record is meant to say whose quotation marks are not set as the format of tables asks.

marks = Marks(",")
marks.spaced('"a" , "b, c"')                   -> ["a", "b, c"]     blanks around the marks change nothing
marks.meant('"What is "A"?","it is "B""')      -> ['What is "A"?', 'it is "B"']    marks inside are not doubled
marks.meant('"he said "a", then","b"')         -> None              can be read in two ways
"""

import csv
import re

_DOUBLED = r'[^"]*(?:""[^"]*)*'


class Marks:
    """Reads single records, given as text without the line end, with one separator."""

    def __init__(self, separator: str) -> None:
        self._separator = separator
        blank = "[ ]*" if separator == "\t" else r"[ \t]*"
        end = rf"(?:({re.escape(separator)})|\Z)"
        bare = rf'((?!{blank}")[^{re.escape(separator)}\r\n]*)'
        self._strict = re.compile(rf'(?:{blank}"({_DOUBLED})()"{blank}|{bare}){end}')
        self._lenient = re.compile(rf'(?:{blank}"(?:({_DOUBLED})|(.*?))"{blank}|{bare}){end}', re.DOTALL)
        self._blank_before = re.compile(rf'(?:^|{re.escape(separator)})[ ]+"')

    def shows_blanks(self, lines: list[str]) -> bool:
        """Whether one of these lines has a cell in quotation marks behind a blank, as in `"a", "b"`."""
        for line in lines:
            if self._blank_before.search(line) and (cells := self.spaced(line.rstrip("\r\n"))):
                if len(cells) > 1 and cells != self._plain(line):
                    return True
        return False

    def _plain(self, line: str) -> list[str] | None:
        try:
            return next(csv.reader([line], delimiter=self._separator, strict=True), None)
        except csv.Error:
            return None

    def is_row(self, line: str, width: int) -> bool:
        """Whether a line is by itself a row of this width, not the middle of a cell."""
        cells = self._plain(line) if width > 1 else None
        return cells is not None and len(cells) == width and not any(cell.endswith('"') for cell in cells)

    def spaced(self, record: str) -> list[str] | None:
        """The cells when nothing is wrong but blanks around quotation marks; None else."""
        return self._cells(self._strict, record)

    def meant(self, record: str) -> list[str] | None:
        """The cells when marks inside them are not doubled, but in pairs; None where that is not clear."""
        return self._cells(self._lenient, record)

    def _cells(self, cell: re.Pattern[str], record: str) -> list[str] | None:
        cells: list[str] = []
        at = 0
        while (found := cell.match(record, at)) is not None:
            doubled, loose, bare, separator = found.groups()
            if bare is not None:
                if cell is self._lenient and bare.endswith('"'):
                    return None
                cells.append(bare)
            elif loose is None or cell is self._strict:
                cells.append(doubled.replace('""', '"'))
            elif loose.replace('""', "").count('"') % 2:
                return None
            else:
                cells.append(loose.replace('""', '"'))
            if separator is None:
                return cells
            at = found.end()
        return None
