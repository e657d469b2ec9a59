"""Check characters of ISO 7064, against numbers from the domain book 3.7 and two real certificates (8.2)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talentportal.lib import numbers

REAL_IDENTIFIERS = [
    (
        ("11100000000013338W032", "11220000013544541J", "2430599", 1),
        "1.2.156.3005.2.11100000000013338W032.11220000013544541J.2430599.001.F",
    ),
    (
        ("11100000000013338W011", "11430000006122244L", "20230000403", 1),
        "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U",
    ),
]


@pytest.mark.parametrize("number", ["220100202609180012000424", "530100202610090003000013"])
def test_case_number(number):
    day = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    assert numbers.case_number(number[:6], day, number[14:18], number[18:23]) == number


@given(st.integers(0, 9999), st.integers(0, 99999), st.data())
def test_one_wrong_digit_or_two_swapped_is_found(item, daily, data):
    number = numbers.case_number("530100", date(2026, 10, 9), item, daily)
    place = data.draw(st.integers(0, 23))
    other = data.draw(st.sampled_from("0123456789").filter(lambda digit: digit != number[place]))
    assert not numbers.is_case_number(number[:place] + other + number[place + 1 :])


@pytest.mark.parametrize("text", ["", "220100202609180012000425", "22010020260918001200042", "x" * 24, "２" * 24])
def test_not_a_case_number(text):
    assert not numbers.is_case_number(text)


def test_certificate_number():
    number = numbers.certificate_number("53", "03", 2026, 2, "0017", 42)
    assert number[:18] == "530320262001700042"
    assert len(number) == 19
    assert numbers.is_certificate_number(number)
    assert not numbers.is_certificate_number(number[:-1] + str((int(number[-1]) + 1) % 10))


@pytest.mark.parametrize(
    "fields",
    [
        ("530", "03", 2026, 2, "0017", 42),
        ("53", "03", 2026, 2, "0017", 100000),
        ("53", "AB", 2026, 2, "0017", 1),
        ("53", "03", 2026, 2, "0017", -1),
    ],
)
def test_what_does_not_fit_is_refused(fields):
    with pytest.raises(ValueError, match="does not fit"):
        numbers.certificate_number(*fields)


@pytest.mark.parametrize(("parts", "identifier"), REAL_IDENTIFIERS)
def test_certificate_identifier(parts, identifier):
    assert numbers.certificate_identifier(*parts) == identifier
    assert numbers.is_certificate_identifier(identifier)
    assert not numbers.is_certificate_identifier(identifier[:-1] + "G")
    assert not numbers.is_certificate_identifier(identifier.replace(parts[2], parts[2][:-1] + "8"))
    assert not numbers.is_certificate_identifier(identifier.lower())


def test_certificate_identifier_of_wrong_shape():
    with pytest.raises(ValueError, match="21, 18"):
        numbers.certificate_identifier("W032", "11220000013544541J", "1", 1)
    with pytest.raises(ValueError, match="21, 18"):
        numbers.certificate_identifier("11100000000013338W032", "11220000013544541J", "a.b", 1)


def test_document_number():
    assert numbers.document_number("云人社", "受", 2026, 1) == "云人社受字〔2026〕第00001号"


def test_short_codes_have_no_look_alikes_and_do_not_repeat():
    codes = {numbers.short_code(8) for _ in range(2000)}
    assert len(codes) == 2000
    assert set("".join(codes)) == set(numbers.ALPHABET)
    assert len(numbers.ALPHABET) == 31
    assert not set("0O1IL") & set(numbers.ALPHABET)


def test_typed_codes_are_cleaned():
    assert numbers.clean_short_code(" ab-c ２3x ") == "ABC23X"
