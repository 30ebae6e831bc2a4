"""Files to fill in: a few rows in the page's language that show what goes where, made when they are asked for.

What only the person can know stands in them as {{a name}}, so that a row that was left in is found.

make("faq.xlsx", text) -> the bytes of a workbook whose cells are text, so that Excel leaves long numbers alone
"""

import csv
import io
import json
import zipfile
from xml.sax.saxutils import escape

from webui.text import Text

NAMES = ("faq.xlsx", "faq.csv", "chat.jsonl")
TYPES = {
    "faq.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "faq.csv": "text/csv; charset=utf-8",
    "chat.jsonl": "application/jsonl; charset=utf-8",
}


def make(name: str, text: Text) -> bytes:
    """The template `name`, one of NAMES. Raises KeyError for another one."""
    return {"faq.xlsx": _workbook, "faq.csv": _table, "chat.jsonl": _chats}[name](text)


def _faq(text: Text) -> list[list[str]]:
    """Header and rows of questions, another wording of each, and answers."""
    head = [text("template.question"), text("template.similar"), text("template.answer")]
    return [head, *([text(f"template.{n}.{part}") for part in ("question", "similar", "answer")] for n in (1, 2, 3))]


def _table(text: Text) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(_faq(text))
    return b"\xef\xbb\xbf" + out.getvalue().encode()  # without the mark Excel takes it for another encoding


def _chats(text: Text) -> bytes:
    rows = []
    for n in (1, 2, 3):
        turns = [("system", text("template.system"))]
        turns += [("user", text(f"template.{n}.question")), ("assistant", text(f"template.{n}.answer"))]
        if n == 1:
            turns += [("user", text("template.more.question")), ("assistant", text("template.more.answer"))]
        rows.append({"messages": [{"role": role, "content": said} for role, said in turns]})
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


# -- a workbook is a zip of a few small XML files

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_TEXT_FORMAT = 49  # "@", one of the number formats that every spreadsheet knows
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    f'<cellXfs count="3"><xf/><xf numFmtId="{_TEXT_FORMAT}" applyNumberFormat="1" applyAlignment="1">'
    f'<alignment wrapText="1" vertical="top"/></xf><xf numFmtId="{_TEXT_FORMAT}" fontId="1" applyNumberFormat="1" '
    'applyFont="1"/></cellXfs></styleSheet>'
)


def _workbook(text: Text) -> bytes:
    parts = {
        "[Content_Types].xml": (
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
            f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_KIND}.worksheet+xml"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{_KIND}.styles+xml"/></Types>'
        ),
        "_rels/.rels": _links(("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": (
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
            f'<sheet name="{escape(text("template.sheet"))}" sheetId="1" r:id="rId1"/></sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": _links(("worksheet", "worksheets/sheet1.xml"), ("styles", "styles.xml")),
        "xl/worksheets/sheet1.xml": _sheet(_faq(text)),
        "xl/styles.xml": _STYLES,
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, said in parts.items():
            packed.writestr(name, f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{said}')
    return out.getvalue()


def _links(*targets: tuple[str, str]) -> str:
    each = (
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{_LINKS}">{"".join(each)}</Relationships>'


def _sheet(rows: list[list[str]]) -> str:
    """The cells as text that stands in the sheet itself; whole columns are formatted as text, for what is added."""
    lines = []
    for number, row in enumerate(rows, 1):
        style = 2 if number == 1 else 1
        cells = (
            f'<c r="{"ABC"[place]}{number}" s="{style}" t="inlineStr">'
            f'<is><t xml:space="preserve">{escape(cell)}</t></is></c>'
            for place, cell in enumerate(row)
        )
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    return (
        f'<worksheet xmlns="{_MAIN}"><cols><col min="1" max="3" width="44" style="1" customWidth="1"/></cols>'
        f"<sheetData>{''.join(lines)}</sheetData></worksheet>"
    )
