from datetime import date
from types import SimpleNamespace

import pytest

from certificates import faces, rules
from certificates.faces import day_in_both, in_both
from certificates.states import TRANSITIONS, CertificateStatus
from talentportal.lib.numbers import certificate_identifier


@pytest.mark.parametrize(
    ("status", "valid_until", "shown"),
    [
        ("VALID", None, "VALID"),
        ("VALID", date(2026, 9, 18), "VALID"),  # the last day still counts
        ("VALID", date(2026, 9, 17), "EXPIRED"),
        ("REVOKED", date(2026, 9, 17), "REVOKED"),
        ("SUSPENDED", date(2026, 9, 17), "SUSPENDED"),
    ],
)
def test_status_on(status, valid_until, shown):
    certificate = SimpleNamespace(status=status, valid_until=valid_until)
    assert rules.status_on(certificate, date(2026, 9, 18)) == shown


@pytest.mark.parametrize(
    ("status", "sha256", "allowed"),
    [
        ("VALID", "0" * 64, True),
        ("PENDING_SEAL", "", False),
        ("SUSPENDED", "0" * 64, False),
        ("REVOKED", "0" * 64, False),
        ("CANCELLED", "0" * 64, False),
        ("SUPERSEDED", "0" * 64, False),
    ],
)
def test_may_download(status, sha256, allowed):
    assert rules.may_download(SimpleNamespace(status=status, sha256=sha256)) is allowed


def test_final_states_lead_nowhere():
    leaving = {source for sources, _target in TRANSITIONS.values() for source in sources}
    assert set(CertificateStatus) - leaving == {"REVOKED", "CANCELLED", "SUPERSEDED"}
    reached = {target for _sources, target in TRANSITIONS.values()}
    assert reached | {CertificateStatus.PENDING_SEAL} == set(CertificateStatus)


def test_texts_are_filled_by_plain_names_only():
    words = {"holder": "陈{level}远", "level": "D类"}
    assert rules.fill("{holder}为{level}", words) == "陈{level}远为D类"
    assert rules.fill("{holder.__class__} {0}{}", {"0": "x"}) == "{holder.__class__} x{}"
    assert rules.lacking_words("{holder}{series}{level}", {"holder": "陈", "level": ""}) == ["series", "level"]
    with pytest.raises(KeyError):
        rules.fill("{series}", words)


def test_real_identifiers_have_the_check_character_we_compute():
    """Two published identifiers of GB/T 36904 (domain book 8.2); issuer and serial as printed on them."""
    assert certificate_identifier("11100000000013338W032", "11220000013544541J", "2430599", 1).endswith(
        ".2430599.001.F"
    )
    assert certificate_identifier("11100000000013338W011", "11430000006122244L", "20230000403", 1).endswith(".001.U")


def test_values_in_both_languages():
    assert in_both("示例") == {"zh": "示例", "en": "示例"}
    assert in_both({"zh": "D类"}) == {"zh": "D类", "en": "D类"}
    assert day_in_both(date(2026, 9, 5)) == {"zh": "2026年9月5日", "en": "5 September 2026"}
    assert day_in_both(None) is None


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("D类", {"zh": "D类", "en": "D类", "value": "D"}),
        ("D 类人才", {"zh": "D 类人才", "en": "D 类人才", "value": "D"}),
        ("副高级", "副高级"),
        ("D", "D"),
        (None, None),
    ],
)
def test_a_grade_written_by_people_keeps_its_value(written, kept):
    assert faces.with_grade({"level": written, "unit": "示例"}) == {"level": kept, "unit": "示例"}
    assert faces.with_grade({}) == {}
