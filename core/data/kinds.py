"""What a file is, by its first bytes: the kinds that are no rows of text are answered with one sentence.

The name's ending is never asked: an Excel workbook called `faq.csv` is still an Excel workbook.
"""

import re

from core.errors import UserError

_ARCHIVES = (b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd", b"MSCF")
_IMAGES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\x00", b"MM\x00*", b"BM")
_TABLES_OF_BYTES = (b"PAR1", b"ARROW1", b"SQLite format 3\x00", b"ORC\x00", b"Obj\x01", b"\x89HDF")
_WEB_PAGE = re.compile(
    rb"^(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body|\?xml|rss|svg)\b", re.IGNORECASE | re.DOTALL
)
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def refuse(data: bytes, name: str) -> None:
    """Raises UserError when `data` is not text that can hold rows; `name` is the file's name for the sentence."""
    start = data[:4096]
    if not data.removeprefix(_BOMS[0]).strip():
        raise UserError("data.empty", name=name)
    if start.startswith(b"PK\x03\x04") or start.startswith(b"PK\x05\x06"):
        _refuse_zip(data, name)
    if start.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        if "WordDocument".encode("utf-16-le") in data:
            raise UserError("data.word_file", name=name)
        raise UserError("data.excel_file", name=name)
    if start.startswith(b"%PDF"):
        raise UserError("data.pdf_file", name=name)
    if start.startswith(b"{\\rtf"):
        raise UserError("data.word_file", name=name)
    if _is_image(start):
        raise UserError("data.image_file", name=name)
    if start.startswith(_ARCHIVES):
        raise UserError("data.archive", name=name)
    if start.startswith(_TABLES_OF_BYTES):
        raise UserError("data.binary_table", name=name)
    if len(start) > 1 and start[0] == 0x80 and start[1] in range(2, 6) and data.rstrip(b"\n").endswith(b"."):
        raise UserError("data.pickle", name=name)
    text = start.removeprefix(_BOMS[0]).lstrip()
    if text.startswith(b"version https://git-lfs"):
        raise UserError("data.lfs_pointer", name=name)
    if _WEB_PAGE.match(text):
        raise UserError("data.web_page", name=name)


def _refuse_zip(data: bytes, name: str) -> None:
    """Names in a zip stand in clear: the listing at its end tells a workbook from a document from any archive."""
    listing = data[:4096] + data[-65536:]
    if b"xl/" in listing:
        raise UserError("data.excel_file", name=name)
    if b"word/" in listing:
        raise UserError("data.word_file", name=name)
    raise UserError("data.archive", name=name)


def _is_image(start: bytes) -> bool:
    if start.startswith(b"BM"):  # two letters are also the start of many a sentence: a bitmap's reserved bytes are zero
        return len(start) > 14 and start[6:10] == b"\x00\x00\x00\x00"
    return start.startswith(_IMAGES) or (start[:4] == b"RIFF" and start[8:12] == b"WEBP")
