"""What the demo needs for the pages of a unit to show something, and which pages they are."""

from types import SimpleNamespace

from accounts.models import Unit
from talents.models import Authority, ContactRequest, PoolEntry, UnitCheck
from talents.queries.contact import findable_by
from talents.services import contact, shortlists
from tests.talents import pool


def make(who, now) -> SimpleNamespace:
    """Let the demo's company ask two people, of whom one accepts, and keep three on a list."""
    handler, unit = who("handler"), Unit.objects.get(uscc="91990100MA0000001G")
    free = findable_by(unit, now).exclude(profile__in=ContactRequest.objects.filter(unit=unit).values("profile"))
    people = [entry.profile for entry in free.select_related("profile__user").order_by("pk")[:3]]
    shown = pool.accepted(unit, people[0], handler, now=now)
    contact.write(request=shown, text="周五方便通电话吗？", actor=handler, now=now)
    told = {"vacancy": None, "ask": "ADVICE", "wanted": ["NAME"], "actor": handler, "now": now}
    asked = contact.ask(unit=unit, profile=people[1], **told)
    kept = shortlists.make(unit=unit, name="冷链组", actor=handler, now=now)
    for one in people:
        shortlists.put(shortlist=kept, profile=one, actor=handler, now=now, note="先谈")
    PoolEntry.objects.filter(profile=people[2]).delete()  # has left the pool since
    return SimpleNamespace(unit=unit, people=people, shown=shown, asked=asked, kept=kept)


def pages(walked, who):
    """Yield the pages of a unit: full, empty, before the check, and at the office."""
    handler, codes = who("handler"), [one.code for one in walked.people]
    for name in ("home", "contacts", "shortlists", "searches", "compare"):
        yield handler, f"org:{name}", (), ""
    yield handler, "org:contacts", (), "?state=EXPIRED"
    yield handler, "org:searches", (), "?query=degree%3D5"
    yield handler, "org:compare", (), "?" + "&".join(f"c={code}" for code in codes)
    yield from ((handler, f"org:{name}", (codes[1],), "") for name in ("card", "ask"))
    yield from ((handler, "org:contact", (one.public_id,), "") for one in (walked.shown, walked.asked))
    yield handler, "org:shortlist", (walked.kept.pk,), ""
    second = who("handler2")
    yield second, "org:home", (), ""
    waiting = Unit.objects.get(members__user=second, status="PENDING")
    yield from ((second, f"org:{name}", (waiting.pk,), "") for name in ("check", "authority"))
    yield handler, "org:check", (walked.unit.pk,), ""
    yield who("passport"), "org:home", (), ""
    check = UnitCheck.objects.get(state="SUBMITTED", unit=waiting)
    authority = Authority.objects.get(member__unit=waiting)
    for model, row in (("unitcheck", check), ("authority", authority)):
        yield who("admin"), f"admin:talents_{model}_changelist", (), ""
        yield who("admin"), f"admin:talents_{model}_change", (row.pk,), ""
