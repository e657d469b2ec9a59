import pytest
from django.core.exceptions import ValidationError

from talentportal.lib.uscc import clean


@pytest.mark.parametrize("code", ["91990100MA0000001G", "91990100MA0000002K", "12990000400000001T"])
def test_vectors(code):
    assert clean(code) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (" 91990100 ma0000001g ", "91990100MA0000001G"),
        ("９1990100MA0000001Ｇ", "91990100MA0000001G"),
        ("91110000600037341L", "91110000600037341L"),
        ("N2330108MF0000001W", "N2330108MF0000001W"),  # a rural collective: its registering body is a letter
    ],
)
def test_cleaned(text, code):
    assert clean(text) == code


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "length"),
        ("91990100MA0000001", "length"),
        ("91990100MA0000001H", "check_digit"),
        ("91990100MA0000010G", "check_digit"),
        ("9199O100MA0000001G", "character"),
        ("91990100MA000000IG", "character"),
        ("9199A100MA0000001G", "region"),
    ],
)
def test_faults(text, fault):
    with pytest.raises(ValidationError) as caught:
        clean(text)
    assert caught.value.code == fault
    assert "%(" not in caught.value.messages[0]
