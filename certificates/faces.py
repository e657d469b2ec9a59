"""What a certificate says: its words in both languages, and the data its layout draws.

The labels are part of an official document and so fixed here in both languages, not in the message catalogs.
"""

from calendar import month_name
from datetime import date

from django.conf import settings

from certificates import rules
from talentportal.lib import typeset

FIELDS = {  # in the order they are printed
    "brand": {"zh": "品牌", "en": "Brand"},
    "tier": {"zh": "层级", "en": "Tier"},
    "builder": {"zh": "建设单位", "en": "Builder"},
    "sex": {"zh": "性别", "en": "Sex"},
    "birth_month": {"zh": "出生年月", "en": "Born"},
    "unit": {"zh": "工作单位", "en": "Employer"},
    "level": {"zh": "级别", "en": "Level"},
    "series": {"zh": "系列", "en": "Series"},
    "discipline": {"zh": "专业", "en": "Discipline"},
    "basis": {"zh": "认定依据", "en": "Basis"},
    "way": {"zh": "取得方式", "en": "Obtained by"},
    "committee": {"zh": "评审委员会", "en": "Committee"},
    "approval_no": {"zh": "批准文号", "en": "Approval no."},
}
SEAL, DEMO_SEAL, SAMPLE_SEAL, SAMPLE_STAMP, VOID_STAMP = "电子印章", "演示", "样本", "样本 SAMPLE", "作废"
DEMO_NOTE = {"zh": "演示证书，不具有法律效力", "en": "Demonstration only, without legal effect"}
SAMPLE_NOTE = {"zh": "样本，不具有法律效力", "en": "Sample only, without legal effect"}
GRADES = {f"{letter}类": letter for letter in "ABCDEF"}  # how a grade is written, and its value as a fact
PUBLIC_FIELDS = ("brand", "tier", "builder", "level", "series", "discipline")  # whoever verifies sees them (8.4)


def with_grade(face: dict) -> dict:
    """Return a face as people wrote it, with the value of a grade beside the label that begins with it."""
    level = face.get("level")
    value = GRADES.get("".join(level.split())[:2]) if isinstance(level, str) else None
    return face | {"level": {"zh": level, "en": level, "value": value}} if value else face


def in_both(value) -> dict[str, str]:
    """Return what a face value, a text or {"zh", "en"}, says, as a dictionary with both; its "value" is not printed."""
    if isinstance(value, dict):
        zh, en = value.get("zh", ""), value.get("en", "")
        return {"zh": zh or en, "en": en or zh}
    return {"zh": str(value), "en": str(value)}


def day_in_both(day: date | None) -> dict[str, str] | None:
    """Return 2026年9月29日 and 29 September 2026."""
    if day is None:
        return None
    return {"zh": f"{day.year}年{day.month}月{day.day}日", "en": f"{day.day} {month_name[day.month]} {day.year}"}


def words(certificate) -> dict[str, dict[str, str]]:
    """Return what the {placeholders} of the kind's text may name: the face, and the certificate's own data."""
    own = {
        "holder": certificate.holder_name,
        "id_masked": certificate.holder_id_masked,
        "number": certificate.number,
        "organization": {"zh": certificate.organization.name_zh, "en": certificate.organization.name_en},
        "title": {"zh": certificate.kind.name_zh, "en": certificate.kind.name_en},
        "approved_on": day_in_both(certificate.approved_on),
        "issued_on": day_in_both(certificate.issued_on),
        "valid_until": day_in_both(certificate.valid_until) or "",
    }
    return {key: in_both(value) for key, value in (certificate.face | own).items()}


def sentence(certificate) -> dict[str, str]:
    """Return the sentence on the face in both languages."""
    said = words(certificate)
    kind = certificate.kind
    texts = {"zh": kind.text_zh, "en": kind.text_en}
    return {
        language: rules.fill(text, {key: value[language] for key, value in said.items()})
        for language, text in texts.items()
    }


def lacking(certificate) -> list[str]:
    """Return the placeholders that the kind's texts need and the certificate cannot fill."""
    said = {key: value["zh"] for key, value in words(certificate).items()}
    texts = certificate.kind.text_zh + certificate.kind.text_en
    return sorted(set(rules.lacking_words(texts, said)))


def fields(certificate, keys=tuple(FIELDS)) -> list[dict]:
    """Return label and value, both in both languages, of the named fields that the certificate has."""
    face = certificate.face
    return [{"label": FIELDS[key], "value": in_both(face[key])} for key in FIELDS if key in keys and face.get(key)]


def verify_url(certificate) -> str:
    """Return the address in the QR code."""
    return f"{settings.BASE_URL}/verify/{certificate.token}/"


def layout_data(certificate, *, stamp: str | None = None) -> dict:
    """Return the data for the layout of the certificate's kind, as documented at the top of the layouts.

    `stamp` is printed across it: 作废 on the copy that officials see of one that no longer holds.
    """
    day = certificate.issued_on
    url = verify_url(certificate)
    edition = {"zh": f"第{certificate.version}版", "en": f"Version {certificate.version}"}
    return {
        "title": {"zh": certificate.kind.name_zh, "en": certificate.kind.name_en},
        "holder": certificate.holder_name,
        "id_masked": certificate.holder_id_masked,
        "bearer": in_both(certificate.face["brand"]) if certificate.face.get("brand") else None,
        "sentence": sentence(certificate),
        "fields": [field for field in fields(certificate) if field["label"] != FIELDS["brand"]],  # it stands large
        "number": certificate.number,
        "identifier": certificate.identifier,
        "edition": edition if certificate.version > 1 else None,
        "organization": {"zh": certificate.organization.name_zh, "en": certificate.organization.name_en},
        "issued_on": day_in_both(day),
        "valid_until": day_in_both(certificate.valid_until),
        "verify_code": certificate.verify_code,
        "verify_url": url,
        "qr": typeset.qr_svg(url),
        "year": day.year,
        "month": day.month,
        "day": day.day,
        "seal": DEMO_SEAL if settings.DEMO else SEAL,
        "note": DEMO_NOTE if settings.DEMO else None,
        "stamp": stamp,
    }


def sample_data(certificate) -> dict:
    """Return the data of a sample 样本: drawn like the real one, with nothing in it that could be verified."""
    certificate.number = certificate.identifier = certificate.verify_code = SAMPLE_SEAL
    certificate.holder_id_masked = SAMPLE_SEAL
    url = f"{settings.BASE_URL}/verify/"
    own = {"verify_url": url, "qr": typeset.qr_svg(url), "seal": SAMPLE_SEAL, "note": SAMPLE_NOTE}
    return layout_data(certificate, stamp=SAMPLE_STAMP) | own
