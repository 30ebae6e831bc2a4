"""Likely personal data and secrets are named, never in full; numbers, links and made-up contacts are not."""

import pytest

from core.data.checks.private import Private
from core.data.checks.seen import seen

KEY = "sk-" + "proj-9fQ2xK7mB4vT1zR8wL5n"  # in two parts, so that no scanner takes it for a real one
TOKEN = "hf" + "_aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3"


def looked(*texts):
    private = Private()
    for number, words in enumerate(texts, 1):
        private.see(seen({"row": number, "messages": [{"role": "user", "content": words}]}))
    return private.findings()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("身份证号是11010519900307743X。", None),  # the check digit is wrong
        ("身份证号是110105194912310021吗", None),
        ("卡号 4539 1488 0343 6467", "private.bank"),
        ("pay to DE44500105175407324931 please", "private.bank"),
        ("or DE44 5001 0517 5407 3249 31.", "private.bank"),
        (f"export OPENAI_API_KEY={KEY}", "private.key"),
        (f"token: {TOKEN}", "private.key"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE", "private.key"),
        ("write to anna.meyer@muller-und-sohn.de today", "private.contact"),
        ("打我手机13812345679", None),  # counted up: nobody's
        ("打我手机13871609352", "private.contact"),
        ("+86 138 7160 9352", "private.contact"),
        ("call +49 30 901820 or", "private.contact"),
        ("Phone: (212) 736-5000.", "private.contact"),
        ("电话：021-58346721", "private.contact"),
    ],
)
def test_one_of_each(words, code):
    assert [finding.code for finding in looked(words)] == ([code] if code else [])


def test_a_resident_number_with_the_right_check_digit():
    digits = "11010519880605371"
    weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    check = "10X98765432"[sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 11]
    (found,) = looked(f"身份证{digits}{check}，请登记")
    assert (found.level, found.code) == ("warning", "private.resident")


@pytest.mark.parametrize(
    "words",
    [
        "3.14159265358979323846264338327950288",
        "The answer is 1234567890123456.",
        "订单号 20261121153200123456",
        "2026-11-21 15:32:00, 2000-2010, 1990-05-15",
        "客服热线 400-820-8820，或 4008208820",
        "Call 1-800-555-0199 or 555-123-4567",
        "user@example.com, someone@yourdomain.com, jane@acme.example, logo@2x.png, git@github.com:a/b.git",
        "192.168.100.200 and 10.0.0.1:8080",
        "http://a.b/13871609352.html and id=4539148803436467x",
        "sk-xxxxxxxxxxxxxxxxxxxxxxxx and sk-your-key-goes-here-12345 and AKIAIOSFODNN7EXAMPLE",
        "4111 1111 1111 1111 is the number of the manual",
        "7 * 13871609352.5 = 97101265467.5",
        "π ≈ 355/113; ISBN 978-7-111-12345-6; 0.13871609352",
        "@someone said hi @ 5 pm",
    ],
)
def test_what_is_nobody_s(words):
    assert looked(words) == []


def test_the_company_s_own_contacts_are_one_calm_sentence():
    (found,) = looked(*["Write to help@aurora-coffee.com or call 021-58346721."] * 30)
    assert (found.level, found.code, found.count) == ("info", "private.contact", 30)


def test_many_different_ones_belong_to_people():
    found = looked(*[f"我是第{n}位，电话 1387160{n:04d}，邮箱 li.hua{n}@qq.com" for n in range(9350, 9370)])
    assert [(each.level, each.code, each.count) for each in found] == [
        ("warning", "private.phone", 20),
        ("warning", "private.mail", 20),
    ]
    assert found[0].facts["kinds"] == 20


def test_no_value_is_told_in_full():
    texts = ["13871609352", "anna.meyer@muller-und-sohn.de", "4539 1488 0343 6467", KEY, "DE44500105175407324931"]
    told = str([finding.facts for finding in looked(*texts)])
    assert not any(value in told for value in [*texts, "4539148803436467", "anna.meyer"])
    assert "138…52" in told and "a…@muller-und-sohn.de" in told
