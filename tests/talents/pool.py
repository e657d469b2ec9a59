"""Rows of the talent pool for tests: verified units, their handlers, people who may be found."""

import datetime as dt
from itertools import count

import yaml
from django.conf import settings
from django.core.files.base import ContentFile
from stdnum.cn.uscc import calc_check_digit

from accounts.models import Unit, UnitMember, User
from notifications.models import MessageTemplate
from talents.models import Authority, ContactRequest, Profile, UnitCheck
from talents.services import index
from talents.states import Degree, Purpose, RequestState, Shared, Title, Visibility
from tests import cast

NOW = cast.moment("2026-09-18 10:00")
DAY = dt.timedelta(days=1)
_serial = count(1)


def person(email: str = "", name: str = "陈思远", phone: str | None = None) -> User:
    """Make an account without a real-name record; `cast.make_person` makes one with it."""
    return User.objects.create_user(
        email=email or f"person{next(_serial)}@example.org", password=cast.PASSWORD, name=name, phone=phone
    )


def wording(*events: str) -> None:
    """Take in the words of these messages."""
    path = settings.BASE_DIR / "provinces" / "common" / "messages.yaml"
    texts = yaml.safe_load(path.read_text(encoding="utf-8"))
    for event in events:
        title, body = texts[event]["title"], texts[event]["body"]
        MessageTemplate.objects.create(
            event=event, title_zh=title["zh"], title_en=title["en"], body_zh=body["zh"], body_en=body["en"], channels=[]
        )


def unit(region, *, name: str = "", status: str = "VERIFIED", work_region=None) -> Unit:
    """Make a unit; nobody acts for it yet."""
    number = next(_serial)
    body = f"91990100MA8{number:06d}"
    return Unit.objects.create(
        name=name or f"示例单位{number}",
        uscc=body + calc_check_digit(body),
        region=region,
        work_region=work_region or region,
        status=status,
    )


def handler(of: Unit, email: str = "", *, role: str = "HR", now=NOW, days: int = 365, confirmed: bool = True) -> User:
    """Make somebody who acts for a unit, with a power of attorney that the office has confirmed."""
    member = UnitMember.objects.create(unit=of, user=person(email, "王经办"), role=role, joined_at=now)
    authority(member, now=now, days=days, confirmed=confirmed)
    return member.user


def authority(member: UnitMember, *, now=NOW, days: int = 365, confirmed: bool = True) -> Authority:
    """Give a member a power of attorney that runs since the day before."""
    return Authority.objects.create(
        member=member,
        starts_on=cast.today(now) - DAY,
        ends_on=cast.today(now) + days * DAY,
        file=ContentFile(cast.PDF, name="authority.pdf"),
        name="授权书.pdf",
        kind="pdf",
        sha256="0" * 64,
        scan_state="CLEAN",
        submitted_at=now,
        confirmed_by=member.user if confirmed else None,
        confirmed_at=now if confirmed else None,
    )


def check(of: Unit, by: User, *, now=NOW) -> UnitCheck:
    """Hand in what an office needs to verify a unit."""
    return UnitCheck.objects.create(
        unit=of,
        legal_representative="李示例",
        industry="C",
        size="SMALL",
        license=ContentFile(cast.PDF, name="license.pdf"),
        license_name="营业执照.pdf",
        license_kind="pdf",
        sha256="0" * 64,
        scan_state="CLEAN",
        submitted_by=by,
        submitted_at=now,
    )


def profile(region, user: User | None = None, *, now=NOW, listed: bool = True, **facts) -> Profile:
    """Make a profile that may be found, with the consent for it. What is not told is the same for everybody."""
    told = {
        "visibility": Visibility.OPEN if listed else Visibility.HIDDEN,
        "degree": Degree.MASTER,
        "major": "080901",
        "work_since": 2015,
        "title": Title.INTERMEDIATE,
        "region": region,
        "headline": "车联网架构",
        "school": "示例保密大学",
        "employer": "保密单位有限公司",
        "confirmed_at": now,
        "confirm_by": now + 90 * DAY,
        "created_at": now,
        "updated_at": now,
    }
    made = Profile.objects.create(user=user or person(), **{**told, **facts})
    if listed:
        made.user.pool_consents.get_or_create(
            purpose=Purpose.POOL, unit=None, ended_at=None, defaults={"text_version": "1", "given_at": now}
        )
        index.put(made, now)
    return made


def request(of: Unit, to: Profile, by: User, *, now=NOW, **more) -> ContactRequest:
    """Make a contact request that waits for its answer."""
    told = {"wanted": [Shared.NAME, Shared.PHONE], "sent_at": now, "expires_at": now + 7 * DAY}
    return ContactRequest.objects.create(unit=of, profile=to, by=by, **{**told, **more})


def accepted(of: Unit, to: Profile, by: User, fields=(Shared.NAME, Shared.PHONE), *, now=NOW) -> ContactRequest:
    """Make a request that the person has accepted: for these facts, for 30 days."""
    consent = to.user.pool_consents.create(
        purpose=Purpose.SHARE, text_version="1", unit=of, fields=list(fields), given_at=now, ends_at=now + 30 * DAY
    )
    return request(of, to, by, now=now, state=RequestState.ACCEPTED, consent=consent, answered_at=now)
