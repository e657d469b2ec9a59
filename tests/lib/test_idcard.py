"""Numbers of identity documents; the sample numbers are those of GB 11643 and of the domain book 13.3."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from stdnum.cn.ric import calc_check_digit

from talentportal.lib.idcard import DocumentType, birth_date_in, clean

TODAY = date(2026, 9, 18)


def number(first_17: str) -> str:
    return first_17 + calc_check_digit(first_17 + "0")


def cleaned(doc_type, text, birth=None, demo=False):
    return clean(doc_type, text, birth_date=date.fromisoformat(birth) if birth else None, today=TODAY, allow_demo=demo)


def fault(*args, **options):
    with pytest.raises(ValidationError) as caught:
        cleaned(*args, **options)
    assert all("%(" not in message for message in caught.value.messages)
    return caught.value.code


@pytest.mark.parametrize(
    ("text", "birth", "result"),
    [
        ("11010519491231002X", "1949-12-31", "11010519491231002X"),
        ("440524188001010014", None, "too old"),
        ("11010519491231002x", "1949-12-31", "11010519491231002X"),
        (" 110105 19491231 002x ", "1949-12-31", "11010519491231002X"),
        ("１１０１０５１９４９１２３１００２Ｘ", None, "11010519491231002X"),
        (number("53011419900307001"), "1990-03-07", number("53011419900307001")),  # Chenggong, a young county code
        (number("33011319900307001"), "1990-03-07", number("33011319900307001")),  # Linping, younger still
        (number("53012520260918001"), None, number("53012520260918001")),  # born today
    ],
)
def test_resident_number(text, birth, result):
    if result == "too old":  # the standard's own example was born in 1880: only its check digit is of use
        assert (calc_check_digit(text), fault("RESIDENT_ID", text)) == (text[-1], "birth_date")
    else:
        assert cleaned("RESIDENT_ID", text, birth) == result


@pytest.mark.parametrize(
    "text",
    [
        "990101199003070015",
        "990101198808150026",
        "990102199511300039",
        "99010119900307004X",
        "99010119900307012X",
    ],
)
def test_demo_numbers_pass_only_in_the_demo(text):
    assert cleaned("RESIDENT_ID", text, demo=True) == text
    assert fault("RESIDENT_ID", text) == "province"


@pytest.mark.parametrize(
    ("text", "birth", "code"),
    [
        ("110105194912310021", None, "check_digit"),
        ("110105194912310021", "1949-12-31", "check_digit"),
        ("11010519491231002X", "1949-12-30", "birth_mismatch"),
        (number("53012520260919001"), None, "birth_future"),
        (number("53012519900230001"), None, "birth_date"),
        (number("53012518991231001"), None, "birth_date"),
        (number("53012500000000001"), None, "birth_date"),
        (number("91012519900307001"), None, "province"),
        (number("16012519900307001"), None, "province"),
        (number("81000019900307001"), None, "other_document"),
        ("110105491231002", None, "old"),
        ("11010519491231002", None, "length"),
        ("11010519491231002X0", None, "length"),
        ("", None, "length"),
        ("1101051949123100XX", None, "format"),
        ("1101051949123A002X", None, "format"),
        ("1.10105194912E+17", None, "length"),  # what a spreadsheet makes of it
        ("١١٠١٠٥١٩٤٩١٢٣١٠٠٢X", None, "format"),  # digits, but not ours
    ],
)
def test_faults_of_a_resident_number(text, birth, code):
    assert fault("RESIDENT_ID", text, birth) == code


@pytest.mark.parametrize(
    ("doc_type", "text", "result"),
    [
        (DocumentType.PASSPORT, "e12345678", "E12345678"),
        (DocumentType.PASSPORT, "Ｅ1234 5678", "E12345678"),
        (DocumentType.HK_MACAU_PERMIT, "h12345678", "H12345678"),
        (DocumentType.HK_MACAU_PERMIT, "M12345678", "M12345678"),
        (DocumentType.TAIWAN_PERMIT, "01234567", "01234567"),
        (DocumentType.RESIDENCE_PERMIT, number("83000019900307001"), number("83000019900307001")),
        (DocumentType.PERMANENT_RESIDENT, "911124198108030024", "911124198108030024"),
        (DocumentType.PERMANENT_RESIDENT, "can110081080310", "CAN110081080310"),
    ],
)
def test_other_documents(doc_type, text, result):
    assert cleaned(doc_type, text) == result


@pytest.mark.parametrize(
    ("doc_type", "text", "birth", "code"),
    [
        ("PASSPORT", "ABCDEFGH", None, "format"),
        ("PASSPORT", "E123", None, "format"),
        ("PASSPORT", "E" + "1" * 15, None, "format"),
        ("PASSPORT", "E1234567<", None, "format"),
        ("HK_MACAU_PERMIT", "K12345678", None, "format"),
        ("HK_MACAU_PERMIT", "H1234567800", None, "format"),
        ("TAIWAN_PERMIT", "1234567", None, "format"),
        ("RESIDENCE_PERMIT", "11010519491231002X", None, "region"),
        ("RESIDENCE_PERMIT", number("82000019900307001"), "1990-03-08", "birth_mismatch"),
        ("PERMANENT_RESIDENT", "911124198108030025", None, "check_digit"),
        ("PERMANENT_RESIDENT", number("91112420990803002"), None, "birth_future"),
        ("PERMANENT_RESIDENT", number("99912419810803002"), None, "province"),
        ("PERMANENT_RESIDENT", "11010519491231002X", None, "format"),
        ("PERMANENT_RESIDENT", "CAN110081080310", "1981-08-04", "birth_mismatch"),
    ],
)
def test_faults_of_other_documents(doc_type, text, birth, code):
    assert fault(doc_type, text, birth) == code


def test_unknown_document():
    with pytest.raises(ValueError, match="LIBRARY_CARD"):
        cleaned("LIBRARY_CARD", "1")


def test_birth_date_in():
    assert birth_date_in("11010519491231002X") == date(1949, 12, 31)
    assert birth_date_in("11010519491331002X") is None


def test_every_single_wrong_digit_is_found():
    good = "53011419900307001"
    wrong = [good[:i] + d + good[i + 1 :] + number(good)[-1] for i in range(17) for d in "0123456789" if d != good[i]]
    for text in wrong:
        assert fault("RESIDENT_ID", text) in {"check_digit", "province", "birth_date", "birth_future"}
