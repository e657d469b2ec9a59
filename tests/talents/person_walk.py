"""What the demo needs for a person's pages of the talent pool to show something, and which pages they are."""

from types import SimpleNamespace

from accounts.models import Unit
from talents.models import Profile
from talents.queries.people import handlers_of, profile_of
from talents.services import contact, profiles
from tests.talents import pool


def make(who, now) -> SimpleNamespace:
    """Let the demo's engineer accept a unit, block another, and hear from it; a request of the returnee waits."""
    unit = Unit.objects.get(uscc="91990100MA0000001G")
    other = Unit.objects.filter(status="VERIFIED").exclude(pk=unit.pk).earliest("pk")
    profile = profile_of(who("engineer"))
    handler = handlers_of(unit, now).first()
    shown = pool.accepted(unit, profile, handler, ("NAME", "SCHOOL"), now=now)
    contact.write(request=shown, text="周五方便通电话吗？", actor=handler, now=now)
    profiles.block_unit(profile=profile, unit=other, actor=who("engineer"), now=now)
    profile.looks.create(unit=unit, by=handler, kind="SHARED", fields=["NAME", "SCHOOL"], at=now)
    return SimpleNamespace(shown=shown, asked=profile_of(who("returnee")).contact_requests.get(state="SENT"))


def pages(walked, who):
    """Yield the pages of a person in the pool and of one who is not, what everybody reads, and the figures."""
    engineer, returnee, stranger = who("engineer"), who("returnee"), who("passport")
    assert not Profile.objects.filter(user=stranger).exists()
    yield None, "talents:home", (), ""
    for name in ("pool", "pool_visibility", "pool_leave", "consents", "contacts", "privacy_log"):
        yield engineer, f"me:{name}", (), ""
    for section in ("education", "work", "abilities", "wishes"):
        yield engineer, "me:pool_section", (section,), ""
    yield engineer, "me:pool_visibility", (), "?q=%E7%A4%BA%E4%BE%8B"
    yield engineer, "me:contact", (walked.shown.public_id,), ""
    yield returnee, "me:contact", (walked.asked.public_id,), ""
    yield returnee, "me:contacts", (), ""
    for name in ("pool", "consents", "contacts", "privacy_log"):
        yield stranger, f"me:{name}", (), ""
    yield who("official"), "admin:talents_profile_changelist", (), ""
