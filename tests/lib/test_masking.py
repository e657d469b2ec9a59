import pytest

from talentportal.lib import masking


@pytest.mark.parametrize(
    ("mask", "plain", "shown"),
    [
        (masking.mask_name, "张伟", "张*"),
        (masking.mask_name, "张建华", "张*华"),
        (masking.mask_name, "欧阳修文", "欧**文"),
        (masking.mask_name, "王", "*"),
        (masking.mask_name, "", ""),
        (masking.mask_name, "阿依古丽·买买提", "阿***·**提"),
        (masking.mask_name, "𬭎䶮", "𬭎*"),
        (masking.mask_name, "John Smith", "J*** S***"),
        (masking.mask_name, "Madonna", "M***"),
        (masking.mask_phone, "+8613812345678", "138****5678"),
        (masking.mask_phone, "138 1234 5678", "138****5678"),
        (masking.mask_phone, "+447911123456", "+44****3456"),
        (masking.mask_phone, "12345", "*****"),
        (masking.mask_phone, "", ""),
        (masking.mask_document, "220104199003070013", "220*************13"),
        (masking.mask_document, "99010119900307004X", "990*************4X"),
        (masking.mask_document, "E12345678", "E12****78"),
        (masking.mask_document, "123456", "******"),
        (masking.mask_email, "alice@example.com", "a***@example.com"),
        (masking.mask_email, "a@b@example.com", "a***@example.com"),
        (masking.mask_email, "no address", "***"),
        (masking.mask_email, "@example.com", "***"),
        (masking.mask_account, "6222 0212 3456 7890 123", "****0123"),
        (masking.mask_account, "1234", "****"),
    ],
)
def test_masks(mask, plain, shown):
    assert mask(plain) == shown
