import pytest
from django.core.exceptions import ValidationError

from talentportal.lib.phones import clean_mobile, spaced


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("13800138000", "+8613800138000"),
        ("138 0013 8000", "+8613800138000"),
        ("１３８-００１３-８０００", "+8613800138000"),
        ("+86 138 0013 8000", "+8613800138000"),
        ("008613800138000", "+8613800138000"),
        ("19912345678", "+8619912345678"),
        ("+447911123456", "+447911123456"),
        ("+852 5123 4567", "+85251234567"),
        ("+1 650 253 0000", "+16502530000"),  # the United States do not tell mobile from fixed
    ],
)
def test_cleaned(text, number):
    assert clean_mobile(text) == number


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "format"),
        ("not a number", "format"),
        ("1", "format"),
        ("+999123456789", "format"),
        ("12345678901", "unknown"),
        ("1380013800", "unknown"),
        ("13800138000 ext. 5", "unknown"),
        ("+44791112345", "unknown"),
        ("0871-65123456", "not_mobile"),
        ("4008123123", "not_mobile"),
    ],
)
def test_faults(text, fault):
    with pytest.raises(ValidationError) as caught:
        clean_mobile(text)
    assert caught.value.code == fault
    assert "%(" not in caught.value.messages[0]


def test_spaced():
    assert spaced("+8613800138000") == "138 0013 8000"
    assert spaced("+447911123456") == "+44 7911 123456"
