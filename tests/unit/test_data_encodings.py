"""Encodings: found by themselves on any part of a file, overridden when the person says so."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data import files
from core.data.choices import Choices
from core.errors import UserError

SIMPLIFIED = "问题,答案\n你们几点开门？,每天早上八点到晚上十点。\n可以退货吗？,收货七天内可以退货，请保留包装。\n"
TRADITIONAL = "問題,答案\n你們幾點開門？,每天早上八點到晚上十點。\n可以退貨嗎？,收貨七天內可以退貨，請保留包裝。\n"
CANTONESE = "question,answer\n佢哋喺邊度？,佢哋喺嗰度嘅咖啡店。唔該晒，多謝你哋\n"
JAPANESE = (
    "質問,回答\n営業時間を教えてください,毎日朝八時から夜十時までです。\nコーヒーはありますか,はい、ｺｰﾋｰございます\n"
)
KOREAN = "질문,답변\n언제 문을 여나요?,매일 아침 여덟 시에 문을 엽니다. 언제든지 오세요\n"
FRENCH = "question,réponse\nOù est le café ?,Là-bas à côté de l’église — c’est très près\n"
RUSSIAN = "вопрос,ответ\n" + "когда вы открыты?,каждый день с восьми утра до десяти вечера\n" * 3
EMOJI = "question,answer\nhi 🤗,ok 👍🏽\n"


@pytest.fixture
def read(tmp_path):
    def reading(data, **choices):
        path = tmp_path / "问答 🤗.csv"
        path.write_bytes(data)
        return files.read(path, choices=Choices(**choices))

    return reading


def cells(found):
    return [list(record.values.values()) for record in found.rows]


@pytest.mark.parametrize(
    ("text", "encoding", "called"),
    [
        *((SIMPLIFIED, name, name) for name in ("utf-8", "utf-8-sig", "utf-16", "utf-32")),
        *((SIMPLIFIED, name, name) for name in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")),
        *((SIMPLIFIED, name, "gb18030") for name in ("gb2312", "gbk", "gb18030")),
        ("问,答\n你好,您好\n", "gbk", "gb18030"),
        *((TRADITIONAL, name, "big5") for name in ("big5", "cp950")),
        (CANTONESE, "big5hkscs", "big5hkscs"),
        *((JAPANESE, name, "cp932") for name in ("cp932", "shift_jis")),
        (JAPANESE, "euc_jp", "euc_jp"),
        (JAPANESE.replace("ｺｰﾋｰ", ""), "iso2022_jp", "iso2022_jp"),
        *((KOREAN, name, "cp949") for name in ("euc-kr", "cp949")),
        (FRENCH, "cp1252", "cp1252"),
        ("question,answer\nOu?,café\n", "latin-1", "cp1252"),
        (RUSSIAN, "cp1251", "cp1251"),
        *((EMOJI, name, name) for name in ("utf-8", "utf-16", "utf-16-le")),
    ],
)
def test_the_encoding_is_found_and_each_character_comes_back(read, text, encoding, called):
    found = read(text.encode(encoding))
    assert (cells(found), found.encoding) == (list(csv.reader(io.StringIO(text)))[1:], called)


@pytest.mark.parametrize(("text", "encoding"), [(SIMPLIFIED, "gb18030"), (FRENCH, "cp1252"), (SIMPLIFIED, "utf-8")])
@pytest.mark.parametrize("before", [300_000, 1_500_000])
def test_what_comes_after_a_long_start_in_ascii_decides(read, text, encoding, before):
    data = (
        b"question,answer\n" + (b"what is it," + b"it is this " * 40 + b"\n") * (before // 450) + text.encode(encoding)
    )
    found = read(data)
    assert found.encoding == encoding and cells(found)[-1] == list(csv.reader(io.StringIO(text)))[-1]


@settings(max_examples=30, deadline=None)
@given(cut=st.integers(1, 9))
def test_a_character_is_never_torn_between_blocks(cut, tmp_path_factory):
    path = tmp_path_factory.mktemp("torn") / "x"
    for encoding in ("utf-8", "gb18030", "big5", "utf-16"):
        path.write_bytes(TRADITIONAL.encode(encoding))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("core.data.files.source.BLOCK", cut)
            opened = files.open_file(path, name="x", choices=Choices(encoding=encoding))
            assert [list(row.values.values()) for row in opened.records] == list(csv.reader(io.StringIO(TRADITIONAL)))[
                1:
            ]


def test_a_few_broken_bytes_do_not_change_the_encoding(read):
    data = (SIMPLIFIED * 3).encode().replace("八".encode(), b"\xe5\x85", 1)
    assert read(data).encoding == "utf-8" and "\ufffd" in str(cells(read(data)))
    surrogates = EMOJI.encode() + "\ud83d,你好世界\n".encode("utf-8", "surrogatepass")
    assert read(surrogates).encoding == "utf-8" and cells(read(surrogates))[1][1] == "你好世界"


def test_the_person_decides(read):
    found = read(TRADITIONAL.encode("gbk"), encoding="GBK")
    assert found.encoding == "gbk" and cells(found) == list(csv.reader(io.StringIO(TRADITIONAL)))[1:]
    assert read(SIMPLIFIED.encode("utf-8-sig"), encoding="utf8").columns == ["问题", "答案"]
    assert cells(read(FRENCH.encode("cp1252"), encoding="latin_1"))[0][0] == "Où est le café ?"


@pytest.mark.parametrize("name", ["klingon", "rot13", "base64", "hex", "idna", "unicode_escape", "", "a\x00b"])
def test_an_encoding_that_is_none(read, name):
    with pytest.raises(UserError) as caught:
        read(SIMPLIFIED.encode(), encoding=name)
    assert caught.value.code == "data.encoding_unknown"


@pytest.mark.parametrize(
    ("written", "asked"), [("gb18030", "utf-8"), ("utf-16", "utf-8"), ("big5", "ascii"), ("utf-8", "utf-16")]
)
def test_an_encoding_that_is_not_the_files(read, written, asked):
    with pytest.raises(UserError) as caught:
        read((TRADITIONAL * 3).encode(written), encoding=asked)
    assert caught.value.code == "data.encoding_wrong" and caught.value.facts["encoding"] == asked


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Kiedy są otwarte drzwi?,Zażółć gęślą jaźń. Proszę przyjść o ósmej\n", "cp1250"),
        ("Kdy máte otevřeno?,Každý den od osmé hodiny. Přijďte prosím včas\n", "cp1250"),
        ("Mikor vannak nyitva?,Minden nap nyolctól. Kérjük jöjjön időben a hűtőért\n", "cp1250"),
        ("Ne zaman açılıyorsunuz?,Sabah sekizde açılıyoruz. İyi günler görüşürüz\n", "cp1254"),
        ("Wann öffnet das Café?,Täglich außer Montag für 5 €\n", "mac_roman"),
        ("Où est le café ?,Là-bas à côté de l’église et c’est très près\n", "mac_roman"),
        ("¿Dónde está el café?,Mañana por la mañana señor. ¡Adiós!\n", "cp1252"),
        ("När öppnar ni?,Vi öppnar klockan åtta på morgonen\n", "cp1252"),
        ("営業時間は何時ですか,午前八時から開いております。お待ちしています。\n", "euc_jp"),
    ],
)
def test_languages_of_europe_and_japan_are_told_by_their_letters(read, text, encoding):
    """All of these came out as cp1252 or Big5: other letters, and not a word about it."""
    found = read(f"question,answer\n{text}".replace(". ", " ").encode(encoding))
    assert (cells(found), found.encoding) == (list(csv.reader([text.replace(". ", " ")])), encoding)
    assert not found.findings


def test_where_two_encodings_fit_the_letters_are_named(read):
    found = read("question,answer\nWhen?,mañana\n".encode("cp1252"))
    (unsure,) = found.findings
    assert cells(found) == [["When?", "mañana"]]
    assert (unsure.level, unsure.code, unsure.facts) == (
        "warning", "encoding.unsure", {"encoding": "cp1252", "letters": "ñ"},
    )  # fmt: skip
    assert not read("question,answer\nWhen?,mañana\n".encode("cp1252"), encoding="cp1252").findings


def test_a_line_in_another_encoding_is_read_in_that_one(read):
    """Its letters were lost, and an earlier conversion was blamed."""
    for line, encoding in (("Où est le café ?,Là-bas", "cp1252"), ("你们几点开门？,每天早上八点", "gb18030")):
        table = [f"q {n} 你好é,a {n} ü" for n in range(9)]
        data = "\n".join(["question,answer", *table]).encode() + b"\n" + line.encode(encoding) + b"\nq,a\n"
        found = read(data)
        (odd,) = found.findings
        assert cells(found) == [row.split(",") for row in [*table, line, "q,a"]]
        assert (odd.code, odd.facts["lines"], odd.facts["encoding"]) == ("row.mixed_encoding", "11", encoding)
    found = read(b"question,answer\n" + "q 你好,a\n".encode() * 9 + "q 你好你好".encode() + b"\xff,a\n")
    assert cells(found)[-1] == ["q 你好你好\ufffd", "a"]
    assert [(one.code, one.facts["lines"]) for one in found.findings] == [("row.not_utf8", "11")]
