"""Workbooks written by hand, as zip and XML, so that what is read can be compared with what was written."""

import io
import zipfile
from xml.sax.saxutils import escape, quoteattr

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
DATE, PADDED, MOMENT, SPAN = 1, 2, 3, 4
"""Styles of numbers: a date, 000, a date with its time, a span of time."""
OWN = 5
"""The first style of those that a test brings."""


class Raw(str):
    """A cell written as it is: attributes, then `>`, then what is inside."""


def number(value, style=0) -> Raw:
    return Raw(f's="{style}"><v>{value}</v>')


def fault(said) -> Raw:
    return Raw(f't="e"><v>{escape(said)}</v>')


def workbook(sheets, hidden=(), merged=None, formats=()) -> bytes:
    """The bytes of an .xlsx; `sheets` are {name: rows}, a cell is text, a number, a truth value, None or Raw.

    formats: codes of further styles (or numbers of built-in formats), which count from OWN on
    """
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _parts(sheets, hidden, merged or {}, formats):
            archive.writestr(name, '<?xml version="1.0" encoding="UTF-8"?>' + content)
    return made.getvalue()


def _parts(sheets, hidden, merged, more):
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    yield (
        "[Content_Types].xml",
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}"/></Types>',
    )
    yield (
        "_rels/.rels",
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_RELS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    )
    listed = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{n}" r:id="rId{n}"' + (' state="hidden"/>' if name in hidden else "/>")
        for n, name in enumerate(sheets, 1)
    )
    yield "xl/workbook.xml", f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELS}"><sheets>{listed}</sheets></workbook>'
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{_RELS}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n, _ in enumerate(sheets, 1)
    )
    yield (
        "xl/_rels/workbook.xml.rels",
        f'<Relationships xmlns="{_PACKAGE}/relationships">{links}'
        f'<Relationship Id="rIds" Type="{_RELS}/styles" Target="styles.xml"/></Relationships>',
    )
    numbers = [code if isinstance(code, int) else 165 + at for at, code in enumerate(more)]
    formats = "".join(f'<xf numFmtId="{code}"/>' for code in (0, 14, 164, 22, 46, *numbers))
    codes = "".join(
        f'<numFmt numFmtId="{number}" formatCode={quoteattr(str(code))}/>'
        for number, code in zip(numbers, more, strict=True)
        if not isinstance(code, int)
    )
    yield (
        "xl/styles.xml",
        f'<styleSheet xmlns="{_MAIN}"><numFmts><numFmt numFmtId="164" formatCode="000"/>{codes}</numFmts>'
        f"<cellXfs>{formats}</cellXfs></styleSheet>",
    )
    for n, (name, rows) in enumerate(sheets.items(), 1):
        ranges = "".join(f'<mergeCell ref="{place}"/>' for place in merged.get(name, ()))
        yield (
            f"xl/worksheets/sheet{n}.xml",
            f'<worksheet xmlns="{_MAIN}"><sheetData>{"".join(_row(at, row) for at, row in enumerate(rows, 1))}'
            f"</sheetData>{f'<mergeCells>{ranges}</mergeCells>' if ranges else ''}</worksheet>",
        )


def _row(at, row) -> str:
    return f'<row r="{at}">{"".join(_cell(f"{chr(65 + n)}{at}", value) for n, value in enumerate(row))}</row>'


def _cell(place, value) -> str:
    if value is None:
        return ""
    if isinstance(value, Raw):
        return f'<c r="{place}" {value}</c>'
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    return f'<c r="{place}"><v>{value}</v></c>'
