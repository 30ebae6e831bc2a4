"""What a file is, by its first bytes: the kinds that are no rows of text are answered with one sentence.

The name's ending is never asked: an Excel workbook called `faq.csv` is still an Excel workbook.
"""

import re
import zipfile
from typing import IO, Literal

from core.data.files import labels, markup_files
from core.data.files.source import Source
from core.errors import UserError

Kind = Literal["text", "xlsx", "parquet"]

_ARCHIVES = (b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd", b"MSCF", b"\x1f\x8b")
_IMAGES = (
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF87a",
    b"GIF89a",
    b"II*\x00",
    b"MM\x00*",
    b"BM",
    b"\x00\x00\x01\x00",
    b"8BPS",
)
_MEDIA = (
    b"ID3\x02",
    b"ID3\x03",
    b"ID3\x04",
    b"OggS",
    b"fLaC",
    b"\x1aE\xdf\xa3",
    b"FLV\x01",
    b"MThd",
    b"#!AMR",
    b"\xff\xfb",
    b"\xff\xf3",
)
_TABLES_OF_BYTES = (b"ARROW1", b"ORC\x00", b"Obj\x01", b"\x89HDF", b"\x93NUMPY")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def kind_of(source: Source) -> Kind:
    """What `source` is read as. Raises UserError `data.*` when it is nothing that holds rows."""
    head, name = source.head, source.name
    if not head.removeprefix(_BOMS[0]).strip() and len(head) == source.size:
        raise UserError("data.empty", name=name)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        with source.on_disk() as path, path.open("rb") as file:
            return _in_zip(file, name)
    if head.startswith(_OLE):
        with source.on_disk() as path, path.open("rb") as file:
            return _in_ole(file, name)
    if head.startswith(b"PAR1"):
        return "parquet"
    _refuse_bytes(head, name)
    return "text"


def _refuse_bytes(head: bytes, name: str) -> None:
    if head.startswith(b"%PDF"):
        raise UserError("data.pdf_file", name=name)
    if head.startswith(b"{\\rtf"):
        raise UserError("data.word_file", name=name)
    if _is_image(head):
        raise UserError("data.image_file", name=name)
    if head.startswith(_MEDIA) or head[4:8] == b"ftyp" or (head[:4] == b"RIFF" and head[8:12] in (b"WAVE", b"AVI ")):
        raise UserError("data.media_file", name=name)
    if head.startswith(_ARCHIVES) or head[257:262] == b"ustar":
        raise UserError("data.archive", name=name)
    if head.startswith(b"SQLite format 3\x00"):
        raise UserError("data.database_file", name=name)
    if head.startswith(_TABLES_OF_BYTES):
        raise UserError("data.binary_table", name=name)
    if head.startswith((b"GGUF", b"ggml", b"ggjt")) or _is_safetensors(head):
        raise UserError("data.model_file", name=name)
    if len(head) > 2 and head[0] == 0x80 and head[1] in range(2, 6) and not head[2:3].isalpha():
        raise UserError("data.pickle", name=name)


def _is_safetensors(head: bytes) -> bool:
    return len(head) > 16 and head[8:10] == b'{"' and 2 < int.from_bytes(head[:8], "little") < 1 << 32


def refuse_text(start: str, name: str) -> None:
    """Raises UserError for text that is something else than data; `start` is the first of it, without blanks."""
    if start.startswith("version https://git-lfs"):
        raise UserError("data.lfs_pointer", name=name)
    match markup_files.tags_of(start, name):
        case "web_page":
            raise UserError("data.web_page", name=name)
        case "html_table":
            raise UserError("data.html_table", name=name)
        case "xml_file":
            raise UserError("data.xml_file", name=name)
    lines = [line for line in start.split("\n")[:60] if line.strip()]
    if _is_code(lines):
        raise UserError("data.code_file", name=name)
    if _are_yaml_rows(lines):
        raise UserError("data.yaml_rows", name=name)
    if _is_settings(lines):
        raise UserError("data.settings_file", name=name)


_CODE = re.compile(
    r"(from [\w.]+ import \S|import [\w.]+( as \w+)?\s*$|def \w+\(.*|class \w+[(:]|#!/|function \w+\(|const \w+ =)"
)
_SETTING = re.compile(r"\s*(- )?[A-Za-z_][\w.-]*:(\s+[^\s].{0,80}|\s*)$|\s*- \S.{0,80}$|\s*#|---\s*$")
_KEY = re.compile(r"\s*(?:- )?([A-Za-z_][\w.-]*):(?:\s|$)")
_SPEAKERS = frozenset("user assistant human bot gpt".split())
_INI = re.compile(r"\[\[?[\w.\- \"]+\]\]?\s*$")


def _is_code(lines: list[str]) -> bool:
    """Python, JavaScript or a shell script: two lines that are nothing else, or the line that names the interpreter."""
    said = [line for line in lines if _CODE.match(line.strip())]
    return len(said) >= 2 or bool(said and said[0].startswith("#!/"))


def _is_settings(lines: list[str]) -> bool:
    """YAML, TOML or INI. A transcript ("Anna: hello") looks alike, but its names come again and its lines are long."""
    if lines and _INI.match(lines[0].strip()) and len(lines) > 1:
        return sum(bool(re.match(r"[\w.\-\"]+\s*=|\[|#|;", line.strip())) for line in lines) > 0.7 * len(lines)
    keys = [found.group(1) for line in lines if (found := _KEY.match(line))]
    return (
        len(lines) >= 3
        and len(keys) >= 3
        and (lines[0].startswith("- ") or not any(key.lower() in _SPEAKERS or labels.is_asked(key) for key in keys[:3]))
        and sum(bool(_SETTING.match(line)) for line in lines) >= 0.9 * len(lines)
        and (len(set(keys)) > 0.7 * len(keys) or any(line[:1] in " \t" for line in lines if _KEY.match(line)))
        and any(found.group(1).islower() for line in lines if (found := _KEY.match(line)))
    )


def _are_yaml_rows(lines: list[str]) -> bool:
    """A list of mappings in YAML: items that begin with the same key, with further keys below, or in braces."""
    items = [line for line in lines if re.match(r"\s*- ", line)]
    if len(items) < 2:
        return False
    depth = len(items[0]) - len(items[0].lstrip())
    items = [line for line in items if line[depth : depth + 2] == "- "]
    if all(re.match(r"\s*- \{\s*[\w\"']+\s*:", line) for line in items):
        return len(items) >= 0.8 * len(lines)
    found = [_KEY.match(line) for line in items]
    keys = {one.group(1) for one in found if one}
    deeper = [line for line in lines if len(line) - len(line.lstrip()) > depth and not line.lstrip().startswith("- ")]
    above = len(lines) - len(items) - sum(len(line) - len(line.lstrip()) > depth for line in lines)
    return len(keys) == 1 and None not in found and above <= 2 and any(_KEY.match(line) for line in deeper)


def _in_zip(file: IO[bytes], name: str) -> Kind:
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise UserError("data.archive_broken", name=name) from None
    if any(inside.startswith("xl/") for inside in names) or _says(file, b"opendocument.spreadsheet"):
        return "xlsx"
    if any(inside.startswith("word/") for inside in names) or _says(file, b"opendocument.text"):
        raise UserError("data.word_file", name=name)
    if any(inside.startswith("ppt/") for inside in names) or _says(file, b"opendocument.presentation"):
        raise UserError("data.slides_file", name=name)
    if any(inside.endswith("data.pkl") for inside in names):
        raise UserError("data.model_file", name=name)
    raise UserError("data.archive", name=name)


def _says(file: IO[bytes], words: bytes) -> bool:
    """Whether the first entry of a zip, which is stored unpacked in OpenDocument files, names this type."""
    file.seek(0)
    return words in file.read(200)


def _in_ole(file: IO[bytes], name: str) -> Kind:
    """The old container of Microsoft Office: the names of its parts stand in it in UTF-16."""
    marks = {
        "WordDocument": "word", "PowerPoint Document": "slides", "EncryptedPackage": "locked", "Workbook": "book",
    }  # fmt: skip
    found = set()
    file.seek(0)
    rest = b""
    while block := file.read(1 << 20):
        found |= {meaning for mark, meaning in marks.items() if mark.encode("utf-16-le") in rest + block}
        rest = block[-64:]
    if "locked" in found:
        raise UserError("data.excel_locked", name=name)
    if "word" in found:
        raise UserError("data.word_file", name=name)
    if "slides" in found:
        raise UserError("data.slides_file", name=name)
    if "book" in found or b"B\x00o\x00o\x00k\x00" in rest:
        return "xlsx"
    raise UserError("data.binary", name=name)


def _is_image(start: bytes) -> bool:
    if start.startswith(b"BM"):  # two letters are also the start of many a sentence: a bitmap's reserved bytes are zero
        return len(start) > 14 and start[6:10] == b"\x00\x00\x00\x00"
    return start.startswith(_IMAGES) or (start[:4] == b"RIFF" and start[8:12] == b"WEBP")
