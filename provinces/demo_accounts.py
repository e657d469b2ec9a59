"""The demo's staff, applicants and units: invented people with one public password. Never in earnest (jobs.checks)."""

import unicodedata
from datetime import date, datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts import services
from accounts.contacts import Contact
from accounts.models import Role, StaffPost, Unit, UnitMember, User
from provinces import loader
from provinces.packs import Pack
from regions.models import Region
from talentportal.lib.bilingual import pick
from workstations.models import Window

PASSWORD = "Demo-2026-talent"  # noqa: S105 (public on purpose)
IN_OFFICE_SINCE = date(2024, 1, 1)


def sign_in_name(key: str) -> str:
    """Return the address under which somebody of the pack signs in."""
    return f"{key}@demo.example"


@transaction.atomic
def load(pack: Pack, now: datetime) -> str:
    """Create the staff, people and units that are missing; return how many accounts there are."""
    known = set(User.objects.filter(is_demo=True).values_list("email", flat=True))
    hashed = make_password(PASSWORD)  # once: each would take a third of a second
    for key, entry in pack.staff.items():
        if sign_in_name(key) not in known:
            _posts(_user(key, entry, hashed, is_staff=True), entry, pack)
    for key, entry in pack.people.items():
        if sign_in_name(key) not in known:
            _identity(_user(key, entry, hashed), entry, now)
    for entry in pack.units.values():
        _unit(entry, now)
    return str(len(pack.staff) + len(pack.people))


def _user(key: str, entry: dict, hashed: str, **more) -> User:
    language = entry.get("language", "zh-hans")
    user = User.objects.create_user(
        email=sign_in_name(key), phone=entry.get("phone"), name=entry["name"], language=language, is_demo=True, **more
    )
    user.password = hashed
    user.save(update_fields=["password"])
    return user


def _posts(user: User, entry: dict, pack: Pack) -> None:
    known = loader.offices(pack)
    for post in entry["posts"]:
        row = StaffPost.objects.create(
            user=user,
            role=post["role"],
            organization=known[post["organization"]],
            region_id=post["region"],
            is_head=post.get("is_head", False),
            starts_on=IN_OFFICE_SINCE,
        )
        row.windows.set(Window.objects.filter(code__in=post.get("windows", [])))


def _identity(user: User, entry: dict, now: datetime) -> None:
    document = entry["document"]
    birth_date = document.get("birth_date")
    person = services.register_person(
        user=user,
        name=entry["name"],
        document_type=document["type"],
        number=document["number"],
        birth_date=date.fromisoformat(birth_date) if birth_date else None,
        sex=document.get("sex", ""),
        issuing_country=document.get("country", ""),
        now=now,
    )
    if entry.get("confirmed"):
        services.confirm_person(person=person, actor=_administrator(), now=now)


def _administrator() -> User:
    return User.objects.get(email=sign_in_name("admin"))


def _unit(entry: dict, now: datetime) -> None:
    if Unit.objects.filter(uscc=entry["uscc"]).exists():
        return
    users = {key: User.objects.get(email=sign_in_name(key)) for key in entry["members"]}
    owner = next(users[key] for key, role in entry["members"].items() if role == UnitMember.Role.OWNER)
    region, work_region = (Region.objects.get(code=entry[field]) for field in ("region", "work_region"))
    unit = services.register_unit(
        name=entry["name"],
        name_en=entry["name_en"],
        code=entry["uscc"],
        region=region,
        work_region=work_region,
        actor=owner,
        now=now,
    )
    if entry["status"] != unit.status:
        services.set_unit_status(unit=unit, status=entry["status"], actor=_administrator(), now=now)
    for key, role in entry["members"].items():
        if users[key] != owner:
            services.add_member(unit=unit, contact=Contact("email", users[key].email), role=role, actor=owner, now=now)


# --- The table for people --------------------------------------------------------------------------------------------

HEADINGS = ("role", "sign in as", "password", "name", "place")


def table(pack: Pack) -> list[tuple[str, ...]]:
    """Return (role, sign-in name, password, name, place) of the staff and of the applicants worth showing."""
    rows = []
    for key, entry in pack.staff.items():
        posts = StaffPost.objects.filter(user__email=sign_in_name(key)).select_related("region")
        rows += [
            (Role(post.role).label, sign_in_name(key), PASSWORD, entry["name"], pick(post.region, "name"))
            for post in posts
        ]
    units = {key: unit["name"] for unit in reversed(pack.units.values()) for key in unit["members"]}
    for key, entry in pack.people.items():
        if entry.get("shown"):
            role = "Unit handler" if key in units else "Applicant"
            rows.append((role, sign_in_name(key), PASSWORD, entry["name"], units.get(key, "")))
    return [tuple(map(str, row)) for row in rows]


def drawn(rows: list[tuple[str, ...]]) -> list[str]:
    """Return the lines of a table for a terminal, where a Chinese character is two columns wide."""
    rows = [HEADINGS, *rows]
    widths = [max(_width(row[column]) for row in rows) for column in range(len(HEADINGS))]
    return [
        "  ".join(text + " " * (width - _width(text)) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
