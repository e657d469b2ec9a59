"""The demo's units are verified, and who acts for them has a confirmed power of attorney; one waits for its check.

Made by the services, with sample scans. A unit that was told once is left alone: it belongs to the staff from then on.
"""

import hashlib
from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from accounts.models import Unit, User
from applications.uploads import Enclosed
from provinces.demo_accounts import sign_in_name
from provinces.demo_cases import sample_page
from provinces.packs import Pack
from talentportal.lib.uploads import UploadFacts
from talents.models import UnitCheck
from talents.services import units as services

SINCE, YEARS_DAYS = timedelta(days=60), timedelta(days=730)  # a power of attorney of the demo
HANDED_IN, CHECKED = timedelta(days=30), timedelta(days=28)  # before now
INDUSTRIES = {"12": "M", "93": "A"}  # by the kind of the unit in its credit code; others manufacture


@transaction.atomic
def load(pack: Pack, now: datetime) -> str:
    """Verify the units of the pack that say so, hand in the others for a check; return how many were new."""
    known = set(UnitCheck.objects.values_list("unit__uscc", flat=True))
    new = [entry for entry in pack.units.values() if entry["uscc"] not in known]
    for entry in new:
        _unit(Unit.objects.get(uscc=entry["uscc"]), entry, now)
    return str(len(new))


def _unit(unit: Unit, entry: dict, now: datetime) -> None:
    owner = unit.members.filter(role="OWNER").earliest("pk").user
    verified = unit.status == Unit.Status.VERIFIED
    check = services.hand_in_check(
        unit=unit,
        legal_representative="李示例",
        industry=INDUSTRIES.get(unit.uscc[:2], "C"),
        size="SMALL",
        license=_scan("营业执照", "Business license"),
        actor=owner,
        now=now - HANDED_IN if verified else now - timedelta(hours=3),
    )
    if verified:
        services.scan_file({"what": "check", "pk": check.pk}, now)
        services.pass_check(check=check, actor=_office(), now=now - CHECKED)
    for key in entry["members"]:
        _authority(unit, User.objects.get(email=sign_in_name(key)), now, confirmed=verified)


def _authority(unit: Unit, handler: User, now: datetime, *, confirmed: bool) -> None:
    today = timezone.localdate(now)
    authority = services.hand_in_authority(
        unit=unit,
        starts_on=today - SINCE,
        ends_on=today + YEARS_DAYS,
        scan=_scan("授权委托书", "Power of attorney"),
        actor=handler,
        now=now - HANDED_IN if confirmed else now - timedelta(hours=3),
    )
    if confirmed:
        services.scan_file({"what": "authority", "pk": authority.pk}, now)
        services.confirm_authority(authority=authority, actor=_office(), now=now - CHECKED)


def _office() -> User:
    return User.objects.get(email=sign_in_name("admin"))


def _scan(name_zh: str, name_en: str) -> Enclosed:
    content = sample_page(name_zh, name_en)
    digest = hashlib.sha256(content).hexdigest()
    facts = UploadFacts(kind="pdf", mime="application/pdf", size=len(content), sha256=digest, pages=1)
    return Enclosed(ContentFile(content, name="sample.pdf"), facts, f"{name_zh}.pdf")
